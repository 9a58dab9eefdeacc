"""SVG as PNG pictures: scores and piano rolls; the only home of resvg."""

import importlib.util
import math
import re
from pathlib import Path
from typing import Final

import resvg_py

LARGEST_PICTURE_PX: Final = 60_000_000
"""Longer scores are drawn smaller: a viewer has to hold every pixel."""

SERIF, SANS_SERIF = "STIXGeneral", "DejaVu Sans"
"""Fonts cut like Times and Verdana; they come with matplotlib, and matplotlib with music21."""

LAST_KNOWN: Final = "\u2fff"
"""Fonts of the machine are looked at for characters beyond, which these fonts lack."""


def rasterise(svg: str, width: int = 1600) -> bytes:
    """The picture of an SVG with a ``viewBox``, as a PNG file, so many pixels wide unless it is very long.

    Text is set in the same fonts on every machine, but for scripts that they lack.
    """
    folder = _font_folder()
    return resvg_py.svg_to_bytes(
        svg_string=svg,
        width=_width(svg, width),
        font_files=[str(folder / f"{name.replace(' ', '')}.ttf") for name in (SERIF, SANS_SERIF)] if folder else None,
        serif_family=SERIF if folder else None,
        sans_serif_family=SANS_SERIF if folder else None,
        skip_system_fonts=folder is not None and max(svg) <= LAST_KNOWN,
    )


def _width(svg: str, width: int) -> int:
    """How wide the picture is, in pixels."""
    match = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', svg)
    ratio = float(match[2]) / float(match[1]) if match else 1.0
    return min(width, int(math.sqrt(LARGEST_PICTURE_PX / ratio)))


def _font_folder() -> Path | None:
    """Where matplotlib keeps its fonts; found without importing it."""
    spec = importlib.util.find_spec("matplotlib")
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(spec.submodule_search_locations[0]) / "mpl-data" / "fonts" / "ttf"
