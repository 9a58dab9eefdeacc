"""A piano roll's picture shows the notes where they are, the opening apart."""

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from evolve.music.pictures import piano_roll_png
from evolve.music.song import Note, Notes, Song, Track

LOW, HIGH = Note(48, 0, 96), Note(72, 96, 96)


def picture(song: Song, *, opening_ticks: int = 0, width: int = 800, height: int = 300) -> np.ndarray:
    """The drawn pixels, [height, width, 3]."""
    data = piano_roll_png(song, opening_ticks=opening_ticks, width=width, height=height)
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB")).astype(int)


def coloured(pixels: np.ndarray) -> np.ndarray:
    """Where the picture is strongly coloured, as rows of (y, x)."""
    return np.argwhere(pixels.max(axis=2) - pixels.min(axis=2) > 100)


def test_notes_lie_where_they_sound() -> None:
    """A low early note is at the lower left, a high late one at the upper right."""
    both = coloured(picture(Song((Track(Notes.of((LOW, HIGH))),))))
    left, right = both[both[:, 1] < 400], both[both[:, 1] > 450]
    assert left[:, 0].mean() > right[:, 0].mean() + 50


def test_the_opening_is_shaded_and_its_notes_are_grey() -> None:
    """Before the opening's end the paper is warm and no note has colour."""
    pixels = picture(Song((Track(Notes.of((LOW, HIGH))),)), opening_ticks=96)
    assert not len(coloured(pixels[52:260, 70:400]))
    assert len(coloured(pixels[52:260, 450:]))
    paper = pixels[200, 100], pixels[200, 700]
    assert paper[0][2] < paper[1][2] - 10


def test_tracks_have_their_own_colours() -> None:
    """Melody and bass differ in hue."""
    pixels = picture(Song((Track(Notes.of((LOW,))), Track(Notes.of((HIGH,))))))
    places = coloured(pixels)
    hues = [pixels[tuple(places[places[:, 1].argsort()[i]])].argmax() for i in (100, -100)]
    assert hues == [2, 0]


@settings(max_examples=15, deadline=None)
@given(
    st.lists(
        st.builds(Note, st.integers(0, 127), st.integers(0, 9999), st.integers(1, 999), st.integers(1, 127)), max_size=9
    ),
    st.integers(0, 12_000),
)
def test_any_song_has_a_picture_of_the_size_asked_for(notes: list[Note], opening_ticks: int) -> None:
    """Empty, long, high and low songs are all drawn."""
    song = Song((Track(Notes.of(notes)),))
    assert picture(song, opening_ticks=opening_ticks, width=400, height=200).shape == (200, 400, 3)


@pytest.mark.parametrize("title", ["", "Für Elise — 夜"])
def test_any_title_can_be_written(title: str) -> None:
    """A title in any script does not hinder the picture."""
    assert piano_roll_png(Song((Track(Notes.of((LOW,))),)), title=title).startswith(b"\x89PNG")
