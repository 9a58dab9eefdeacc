"""Songs while they are written: what may come next in each, and when it is over."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NoReturn, Protocol

import numpy as np

AllowedSymbols = Mapping[str, np.ndarray]
"""Attribute → bool [size]; an attribute that is absent may take any symbol."""

_ANY: AllowedSymbols = MappingProxyType({})


class Pen(Protocol):
    """One song while it is written."""

    @property
    def is_done(self) -> bool:
        """Whether the song is over; it must be some time, and stays so."""

    def allowed(self) -> AllowedSymbols:
        """What may come next: of each attribute one symbol at least.

        A pen that gives the very mapping that it gave last says that nothing changed, and its masks are not read again.
        """

    def write(self, symbols: Mapping[str, int]) -> None:
        """Take down the step that was chosen: of each attribute a symbol."""

    def context(self) -> Mapping[str, int]:
        """What networks read beside the step that was written last, of each stream of the context a symbol."""


class FixedLength:
    """A song of so many steps, in which anything may come."""

    def __init__(self, steps: int) -> None:
        self._left = steps

    @property
    def is_done(self) -> bool:
        """Whether all steps are written."""
        return self._left <= 0

    def allowed(self) -> AllowedSymbols:
        """Anything."""
        return _ANY

    def write(self, symbols: Mapping[str, int]) -> None:  # noqa: ARG002 - one step is as good as another
        """Count the step."""
        self._left -= 1

    def context(self) -> Mapping[str, int]:
        """Nothing."""
        return {}


class Masks:
    """What the pens of several songs allow, side by side; a row is touched only when its pen has changed its mind."""

    def __init__(self, sizes: Mapping[str, int], songs: int) -> None:
        """Everything is allowed as yet.

        Args:
            sizes: How many symbols each attribute has.
            songs: How many are written side by side.
        """
        self._sizes = sizes
        self._rows: list[AllowedSymbols] = [_ANY] * songs
        self._stacked = {name: np.ones((songs, size), bool) for name, size in sizes.items()}
        self._limited: AllowedSymbols = {}

    def ask(self, pens: Sequence[Pen], songs: Sequence[int]) -> AllowedSymbols:
        """What may come next, of those attributes alone of which not everything may.

        Args:
            pens: Of all songs.
            songs: Which are asked, by their places; the others' rows stay as they were.

        Returns:
            Attribute → bool [songs, size]; the next call writes over them.

        Raises:
            ValueError: A pen allows no symbol, or speaks of symbols or attributes that the network does not have.
        """
        changed = False
        for song in songs:
            answer = pens[song].allowed()
            if answer is not self._rows[song]:
                self._set(song, answer)
                changed = True
        if changed:
            limited = set().union(*self._rows)
            self._limited = {name: mask for name, mask in self._stacked.items() if name in limited}
        return self._limited

    def _set(self, song: int, answer: AllowedSymbols) -> None:
        for name in self._rows[song].keys() - answer.keys():
            self._stacked[name][song] = True
        for name, mask in answer.items():
            if name not in self._sizes or mask.shape != (self._sizes[name],) or not np.count_nonzero(mask):
                _refuse(name, mask, self._sizes)
            self._stacked[name][song] = mask
        self._rows[song] = answer


def _refuse(name: str, mask: np.ndarray, sizes: Mapping[str, int]) -> NoReturn:
    known = ", ".join(f"{size} of {attribute}" for attribute, size in sizes.items())
    msg = f"a pen must allow at least one of the network's symbols ({known}), got a mask {list(mask.shape)} of {name}"
    raise ValueError(msg if np.count_nonzero(mask) else f"{msg} that allows none")
