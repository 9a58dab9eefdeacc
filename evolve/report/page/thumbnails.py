"""Small pictures of pictures, for the nodes of a family tree."""

import base64
import io
from dataclasses import dataclass

_LARGEST = (216, 112)
"""Pixels, two for each unit of the tree."""

_MOST_PIXELS = 50_000_000
_MOST_DRAWING = 20_000
"""Bytes of a drawing in SVG, which is taken as it is."""


@dataclass(frozen=True, slots=True)
class Thumbnail:
    """A picture of a few kilobytes: its data URI, and how many times wider than high it is."""

    url: str
    aspect: float


def thumbnail(data: bytes, type_: str) -> Thumbnail | None:
    """A small picture of one that a browser shows; None where it cannot be read, or is too large to be."""
    if type_ == "image/svg+xml":
        return Thumbnail(_url(data, type_), 1.0) if len(data) <= _MOST_DRAWING else None
    from PIL import Image  # noqa: PLC0415 - takes a moment, and only pages with pictures need it

    try:
        with Image.open(io.BytesIO(data)) as picture:
            if picture.width * picture.height > _MOST_PIXELS:
                return None
            aspect = picture.width / picture.height
            picture.thumbnail(_LARGEST)
            small = io.BytesIO()
            picture.convert("RGBA" if "A" in picture.getbands() or "transparency" in picture.info else "RGB").save(
                small, "WEBP", quality=80
            )
    except (OSError, ValueError, SyntaxError, ZeroDivisionError, Image.DecompressionBombError):  # whatever Pillow says
        return None
    return Thumbnail(_url(small.getvalue(), "image/webp"), aspect)


def _url(data: bytes, type_: str) -> str:
    return f"data:{type_};base64,{base64.b64encode(data).decode('ascii')}"
