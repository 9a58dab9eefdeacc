"""Engraved scores as PNG pictures; the only home of resvg."""

import importlib.util
import math
import re
from pathlib import Path
from typing import Final

import resvg_py

WIDTH_PX: Final = 1600
LARGEST_PICTURE_PX: Final = 60_000_000
"""Longer scores are drawn smaller: a viewer has to hold every pixel."""

TEXT_FONT: Final = "STIXGeneral"
"""A font with serifs, cut like Times; it comes with matplotlib, and matplotlib with music21."""


def rasterise(svg: str) -> bytes:
    """The picture of an SVG score with a ``viewBox``, as a PNG file, 1600 pixels wide unless it is very long.

    Text is set in the same font on every machine; for characters that it lacks the machine's own fonts are looked at.
    """
    folder = _font_folder()
    return resvg_py.svg_to_bytes(
        svg_string=svg,
        width=_width(svg),
        font_dirs=[str(folder)] if folder else None,
        serif_family=TEXT_FONT if folder else None,
    )


def _width(svg: str) -> int:
    """How wide the picture is, in pixels."""
    match = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', svg)
    ratio = float(match[2]) / float(match[1]) if match else 1.0
    return min(WIDTH_PX, int(math.sqrt(LARGEST_PICTURE_PX / ratio)))


def _font_folder() -> Path | None:
    """Where matplotlib keeps its fonts; found without importing it."""
    spec = importlib.util.find_spec("matplotlib")
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(spec.submodule_search_locations[0]) / "mpl-data" / "fonts" / "ttf"
