"""Paper for a piano roll: drawn larger than it is shown, so that round corners and words are smooth."""

import io
from functools import lru_cache

from PIL import Image, ImageDraw, ImageFont

from evolve.music.roll_colours import PAPER, Colour

FINER = 2
"""Drawn this much larger, then made smaller."""

Draw = ImageDraw.ImageDraw


def blank(width: int, height: int) -> tuple[Image.Image, Draw]:
    """Empty paper for a picture of so many pixels, and what draws on it."""
    image = Image.new("RGB", (width * FINER, height * FINER), PAPER)
    return image, ImageDraw.Draw(image)


def png(image: Image.Image) -> bytes:
    """The finished picture as a PNG file."""
    file = io.BytesIO()
    image.resize((image.width // FINER, image.height // FINER), Image.Resampling.BOX).save(file, "PNG")
    return file.getvalue()


def write(draw: Draw, place: tuple[float, float], text: str, colour: Colour, size: int, *, anchor: str = "la") -> None:
    """Write words at a place in pixels of the finished picture, as are sizes; anchors are Pillow's."""
    x, y = place
    draw.text((x * FINER, y * FINER), text, colour, _font(size * FINER), anchor=anchor)


def text_width(text: str, size: int) -> float:
    """How wide words are, in pixels of the finished picture."""
    return float(_font(size * FINER).getlength(text)) / FINER


@lru_cache
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """The font that Pillow carries within it, so that pictures are the same everywhere."""
    return ImageFont.load_default(size)
