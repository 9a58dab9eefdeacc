"""Small pictures of pictures, for the nodes of a family tree."""

import base64
import io
import re
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image

_VIEW_BOX = re.compile(rb"""viewBox=["'][-\d.]+[ ,]+[-\d.]+[ ,]+(\d+(?:\.\d+)?)[ ,]+(\d+(?:\.\d+)?)""")

_LARGEST = (216, 112)
"""Pixels, two for each unit of the tree."""

_MOST_PIXELS = 50_000_000
_MOST_DRAWING = 60_000
"""Bytes of a drawing in SVG, which is taken as it is."""


@dataclass(frozen=True, slots=True)
class Thumbnail:
    """A picture of a few kilobytes: its data URI, and how many times wider than high it is."""

    url: str
    aspect: float


def thumbnail(data: bytes, type_: str) -> Thumbnail | None:
    """A small picture of one that a browser shows; None where it cannot be read, or is too large to be."""
    if type_ == "image/svg+xml":
        is_small = b"<svg" in data and len(data) <= _MOST_DRAWING
        return Thumbnail(_url(data, type_), _aspect_of_drawing(data)) if is_small else None
    from PIL import Image  # noqa: PLC0415 - takes a moment, and only pages with pictures need it

    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            return _small(Image.open(io.BytesIO(data)))
        except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning):
            return None  # whatever Pillow says of what it cannot read


def _small(picture: "Image.Image") -> Thumbnail | None:
    if picture.width * picture.height > _MOST_PIXELS:
        return None
    aspect = picture.width / picture.height
    picture.thumbnail(_LARGEST)
    has_holes = "A" in picture.getbands() or "transparency" in picture.info
    small = io.BytesIO()
    picture.convert("RGBA" if has_holes else "RGB").save(small, "WEBP", quality=80)
    return Thumbnail(_url(small.getvalue(), "image/webp"), aspect)


def _aspect_of_drawing(data: bytes) -> float:
    """How many times wider than high the view box of a drawing is; 1 where it has none."""
    found = _VIEW_BOX.search(data[:2000])
    width, height = (float(found[1]), float(found[2])) if found else (1.0, 1.0)
    return width / height if height else 1.0


def _url(data: bytes, type_: str) -> str:
    return f"data:{type_};base64,{base64.b64encode(data).decode('ascii')}"
