"""PNG files that others read, figures of pictures, and pictures in a terminal."""

import io
import re

import numpy as np
import numpy.typing as npt
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

from evolve.domains.pictures.images import blocks_of, measured, pixels_of, png_of

pictures = st.tuples(st.integers(1, 40), st.integers(1, 40), st.just(3)).flatmap(lambda shape: arrays(np.uint8, shape))


@given(pictures)
def test_files_are_read_by_another_program_and_by_ours(pixels: npt.NDArray[np.uint8]) -> None:
    """Pixel by pixel."""
    png = png_of(pixels)
    with Image.open(io.BytesIO(png)) as image:
        image.load()
        assert image.mode == "RGB"
        assert (np.asarray(image) == pixels).all()
    ours = pixels_of(png)
    assert ours is not None
    assert (ours == pixels).all()


@given(st.binary() | st.binary().map(lambda data: png_of(np.zeros((2, 2, 3), np.uint8))[: len(data)] + data))
def test_other_files_are_no_pictures_of_ours(data: bytes) -> None:
    """Nothing that is not a whole file of ours is read, and nothing is raised."""
    assert pixels_of(data) is None


def test_a_picture_of_another_program_is_none_of_ours() -> None:
    """Its rows may be filtered in any way."""
    file = io.BytesIO()
    Image.fromarray(np.arange(48, dtype=np.uint8).reshape(4, 4, 3)).save(file, "PNG")
    read = pixels_of(file.getvalue())
    assert read is None or (read == np.arange(48).reshape(4, 4, 3)).all()


def test_figures_tell_pictures_apart() -> None:
    """A grey one from stripes of two colours, from noise."""
    plain = measured(np.full((96, 96, 3), 128, np.uint8))
    assert plain == {"hues": 0, "contrast": 0.0, "detail": 0.0, "symmetry": 1.0, "brightness": 0.502}
    stripes = np.zeros((96, 96, 3), np.uint8)
    stripes[:, :32], stripes[:, 32:] = (255, 0, 0), (0, 0, 255)
    told = measured(stripes)
    assert told["hues"] == 2
    assert told["symmetry"] == 1.0  # above and below
    noise = measured(np.random.default_rng(0).integers(0, 256, (96, 96, 3), dtype=np.uint8))
    assert noise["detail"] > told["detail"] > plain["detail"]
    assert noise["symmetry"] < 0.2


@given(pictures, st.integers(1, 60), st.integers(1, 30))
def test_previews_fit_and_keep_to_a_pictures_shape(pixels: npt.NDArray[np.uint8], columns: int, rows: int) -> None:
    """Each line is as long as the others, in at most so many columns and rows; two pixels lie in one character."""
    lines = [re.sub(r"\x1b\[[0-9;]*m", "", line) for line in blocks_of(pixels, columns, rows).split("\n")]
    assert 1 <= len(lines) <= rows
    assert {len(line) for line in lines} == {len(lines[0])}
    assert 1 <= len(lines[0]) <= columns
    assert {*"".join(lines)} == {"▀"}


def test_a_preview_has_the_colours_of_its_picture() -> None:
    """The upper pixel as the character's colour, the lower as its ground."""
    pixels = np.zeros((64, 64, 3), np.uint8)
    pixels[:32] = (250, 120, 10)
    assert blocks_of(pixels, 2, 1) == "\x1b[38;2;250;120;10;48;2;0;0;0m▀" * 2 + "\x1b[0m"
