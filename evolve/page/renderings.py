"""What is made of a sample when somebody asks for it, such as a printed score."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from evolve.errors import EvolveError
from evolve.page.refusals import Refusal
from evolve.presentation import Rendering

_MOST_KEPT: Final = 64

_SUFFIXES: Final = {"image/svg+xml": ".svg", "image/png": ".png", "application/pdf": ".pdf", "text/plain": ".txt"}


class Renderings:
    """Makes renderings, one at a time, and keeps the last."""

    def __init__(self, known: Mapping[str, Rendering]) -> None:
        """Know what a domain can make, by name."""
        self._known = known
        self._one_at_a_time = asyncio.Lock()
        self._made: dict[tuple[str, tuple[Path, ...]], bytes] = {}

    async def made(self, name: str, files: Mapping[str, Path]) -> tuple[bytes, str]:
        """A rendering of a sample's files, and its media type.

        Raises:
            Refusal: There is no such rendering, or it cannot be made.
        """
        rendering = self._known.get(name)
        if rendering is None:
            raise Refusal(404, "there is no such rendering")
        key = name, tuple(files.values())
        async with self._one_at_a_time:
            if key not in self._made:
                try:
                    data = await asyncio.to_thread(rendering.make, files)
                except EvolveError as error:
                    raise Refusal(422, str(error)) from error
                self._made = {**dict(list(self._made.items())[1 - _MOST_KEPT :]), key: data}
            return self._made[key], rendering.media_type


def suffix_of(media: str) -> str:
    """The suffix of a file of this media type."""
    return _SUFFIXES.get(media, "")
