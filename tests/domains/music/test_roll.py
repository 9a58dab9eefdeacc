"""A piano roll shows the notes where they are, the opening apart, as SVG and as a picture of it."""

import io
from itertools import combinations
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image

from evolve.domains.music.raster import rasterise
from evolve.domains.music.roll import BAR_LINE, BLUE, TRACK_COLOURS, VERMILLION, deeper, pale, piano_roll_svg
from evolve.domains.music.song import LEAD_S, Metre, Note, Notes, Song, Track
from evolve.domains.music.sound.audio import render

PLOT = slice(66, 268), slice(62, 783)
"""Within the frame of a picture of 800 by 300 pixels."""

LOW, HIGH = Note(48, 0, 96), Note(72, 96, 96)


def picture(song: Song, *, opening_ticks: int = 0, width: int = 800, height: int = 300) -> np.ndarray:
    """The drawn pixels, [height, width, 3]."""
    svg = piano_roll_svg(song, opening_ticks=opening_ticks, width=width, height=height)
    return np.asarray(Image.open(io.BytesIO(rasterise(svg, width))).convert("RGB")).astype(int)


def numbers_of(svg: str, name: str) -> list[float]:
    """What the rectangles of a document have for an attribute; the document must be one."""
    return [float(element.get(name, "0")) for element in ET.fromstring(svg).iter() if element.tag.endswith("rect")]  # noqa: S314


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


def has(pixels: np.ndarray, colour: tuple[int, int, int]) -> np.ndarray:
    """Which pixels have a colour exactly."""
    return np.asarray((pixels == colour).all(axis=2))


def test_tracks_are_named_beside_their_colours() -> None:
    """Above the frame each of several tracks has a swatch and a name; a track alone has none."""
    both, alone = Song((Track(Notes.of((LOW,))), Track(Notes.of((HIGH,))))), Song((Track(Notes.of((LOW,))),))
    assert [has(picture(song)[:64], colour).sum() > 50 for song in (both, alone) for colour in (BLUE, VERMILLION)] == [
        True,
        True,
        False,
        False,
    ]


@pytest.mark.parametrize("count", [9, 40])
def test_names_never_leave_the_picture(count: int) -> None:
    """However many tracks and long names there are, the picture is drawn, and nothing lies on the title's side."""
    tracks = tuple(Track(Notes.of((LOW,)), name=f"the {number}th part of a long name") for number in range(count))
    pixels = picture(Song(tracks), width=400, height=200)
    assert (pixels[30:48, :60] == 255).all()


def test_what_was_given_is_edged_and_what_was_composed_is_solid() -> None:
    """With several tracks the opening's notes keep their hues, pale within; only composed notes are full of colour."""
    tracks = tuple(Track(Notes.of(Note(pitch, at, 90, 100) for at in (0, 96))) for pitch in (50, 64))
    pixels = picture(Song(tracks), opening_ticks=96)[PLOT]
    given, composed = pixels[:, :355], pixels[:, 365:]
    for colour in (BLUE, VERMILLION):
        assert has(given, pale(colour)).sum() > 500
        assert has(given, colour).sum() < has(composed, colour).sum() / 2
        assert not has(composed, pale(colour)).any()


@settings(deadline=None, max_examples=60)
@given(st.integers(1, 24), st.integers(1, 400), st.integers(1, 120), st.integers(150, 400))
def test_notes_of_any_size_can_be_drawn(duration: int, notes: int, highest: int, height: int) -> None:
    """Given or composed, on one track or two, as small as a hair."""
    tracks = tuple(
        Track(Notes.of(Note(pitch, at * 24, duration, 100) for at in range(notes))) for pitch in (0, highest)
    )
    svg = piano_roll_svg(Song(tracks), opening_ticks=notes * 12, height=height)
    assert min(numbers_of(svg, "width")) > 0
    assert min(numbers_of(svg, "height")) > 0


def test_notes_in_unison_are_both_seen() -> None:
    """Two tracks that play the same note share its row."""
    song = Song(tuple(Track(Notes.of([Note(60, 0, 96, 100)])) for _ in range(2)))
    pixels = picture(song)[PLOT]
    upper, lower = (np.argwhere(has(pixels, colour)) for colour in (BLUE, VERMILLION))
    assert len(upper) > 1000
    assert len(lower) > 1000
    assert upper[:, 0].max() < lower[:, 0].min()


def test_louder_notes_are_deeper() -> None:
    """A colour comes nearer to itself with each velocity, and has all of it from forte on."""
    paleness = [sum(deeper(BLUE, velocity)) for velocity in range(1, 128)]
    assert paleness == sorted(paleness, reverse=True)
    assert deeper(BLUE, 127) == BLUE != deeper(BLUE, 60)


def test_bars_are_those_of_the_metre() -> None:
    """Two bars of 6/8 have a line between them where 3/4 has one too, and 4/4 later."""
    notes = Notes.of([Note(60, 0, 144)])
    lines = {
        metre: _lines(picture(Song((Track(notes),), metre=metre))) for metre in (Metre(6, 8), Metre(3, 4), Metre())
    }
    assert lines[Metre(6, 8)] == lines[Metre(3, 4)] == [422]
    assert lines[Metre()] == [543]


def test_a_picture_begins_with_the_first_note() -> None:
    """Silence before the first note takes no room, and bar lines stay where the bars are."""
    upbeat = Song((Track(Notes.of([Note(60, 72, 24), Note(67, 96, 96)])),))
    notes = coloured(picture(upbeat)[PLOT])
    assert notes[:, 1].min() < 10
    assert _lines(picture(upbeat)) == [205]


@pytest.mark.parametrize("matrix", ["all", "no red", "no green", "no blue"])
def test_tracks_are_told_apart_by_everybody(matrix: str) -> None:
    """The first four colours are far from each other in CIELAB, where 2.3 can just be seen, for each kind of vision."""
    seen = [_as_seen(colour, np.array(VISION[matrix])) for colour in TRACK_COLOURS[:4]]
    for one, other in combinations(seen, 2):
        assert np.linalg.norm(one - other) > 15


VISION = {
    "all": np.eye(3),
    "no red": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "no green": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "no blue": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
"""What is left of linear red, green and blue (Machado, Oliveira & Fernandes, IEEE TVCG 15, 2009)."""


def _as_seen(colour: tuple[int, int, int], vision: np.ndarray) -> np.ndarray:
    """A colour in CIELAB as it is seen."""
    coded = np.array(colour) / 255
    linear = np.clip(vision @ np.where(coded <= 0.04045, coded / 12.92, ((coded + 0.055) / 1.055) ** 2.4), 0, 1)
    xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]) @ linear
    x, y, z = np.cbrt(xyz / (0.9505, 1, 1.089))
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def _lines(pixels: np.ndarray) -> list[int]:
    """The columns within the frame that are bar lines from top to bottom, but for the row of a note."""
    columns = np.flatnonzero(has(pixels[PLOT], BAR_LINE).mean(axis=0) > 0.8) + PLOT[1].start
    return [x for x in columns.tolist() if x > PLOT[1].start + 2]


@settings(max_examples=15, deadline=None)
@given(
    st.lists(
        st.builds(Note, st.integers(0, 127), st.integers(0, 9999), st.integers(1, 999), st.integers(1, 127)), max_size=9
    ),
    st.integers(0, 12_000),
)
def test_any_song_has_a_picture_of_the_size_asked_for(notes: list[Note], opening_ticks: int) -> None:
    """Empty, long, high and low songs are all drawn, and lie within the picture."""
    song = Song((Track(Notes.of(notes)),))
    svg = piano_roll_svg(song, opening_ticks=opening_ticks, width=400, height=200)
    assert min(numbers_of(svg, "x")) >= 0
    assert max(numbers_of(svg, "y")) <= 200
    assert picture(song, opening_ticks=opening_ticks, width=400, height=200).shape == (200, 400, 3)


@pytest.mark.parametrize("title", ["", "Für Elise — 夜", '<&">]]>', "\0\ud800\x1b[31m", "a\nb"])
def test_any_title_can_be_written(title: str) -> None:
    """In any script, and whatever would be markup; what nobody can see is left out."""
    song = Song((Track(Notes.of((LOW,)), title), Track(Notes.of((HIGH,)), title)))
    svg = piano_roll_svg(song, title=title)
    texts = [text.strip() for text in ET.fromstring(svg).itertext() if text.strip()]  # noqa: S314
    shown = "".join(character for character in title if character.isprintable())
    assert not shown or shown in texts
    assert rasterise(svg).startswith(b"\x89PNG")


def test_a_script_that_our_fonts_lack_is_set_in_the_machines() -> None:
    """Other titles are set in the very same font everywhere."""
    titles = [piano_roll_svg(Song((Track(Notes.of((LOW,))),)), title=title) for title in ("Jig", "Reel")]
    assert rasterise(titles[0]) == rasterise(titles[0]) != rasterise(titles[1])


SCALES = st.lists(
    st.tuples(st.integers(40, 80), st.integers(0, 2_000), st.integers(1, 100)), min_size=1, max_size=30
).map(lambda rows: Song((Track(Notes.of(Note(*row) for row in rows)),), 96.0, metre=Metre(3, 4)))


@settings(max_examples=30)
@given(SCALES, st.integers(20, 300), st.sampled_from([(800, 300), (1600, 480)]))
@example(Song((Track(Notes.of((Note(40, 1869, 1),))),), 96.0, metre=Metre(3, 4)), 299, (1600, 480))
def test_a_playhead_finds_each_note_when_it_is_heard(song: Song, tempo_bpm: int, size: tuple[int, int]) -> None:
    """What the root element tells of time leads to the left edge of each note's rectangle, to the pixel."""
    song = Song(song.tracks, float(tempo_bpm), metre=song.metre)
    width, height = size
    svg = piano_roll_svg(song, width=width, height=height)
    root = ET.fromstring(svg)  # noqa: S314
    start, end, seconds = (float(root.attrib[f"data-{name}"]) for name in ("start", "end", "seconds"))
    assert end == width - 16
    first = int(song.notes.onsets_ticks[0])
    heard_s = [LEAD_S + (note.onset_ticks - first) / 24 * 60 / tempo_bpm for note in song.notes]
    expected = sorted(start + (end - start) * second / seconds for second in heard_s)
    notes = sorted(float(rect.attrib["x"]) for rect in root.iter() if rect.tag.endswith("rect") and "rx" in rect.attrib)
    assert notes == pytest.approx(expected, abs=0.6)


@settings(max_examples=5, deadline=None)
@given(SCALES)
def test_a_playhead_goes_with_the_sound(song: Song) -> None:
    """The right edge is reached when the last note's time is over, and its ringing is left."""
    root = ET.fromstring(piano_roll_svg(song))  # noqa: S314
    shown_s = float(root.attrib["data-seconds"])
    sound_s = len(render(song, sample_rate=8_000)) / 8_000
    played_s = LEAD_S + (song.length_ticks - int(song.notes.onsets_ticks[0])) / 24 * 60 / song.tempo_bpm
    assert shown_s >= played_s - 1e-3
    assert sound_s == pytest.approx(played_s + 1.5, abs=0.001)


def test_a_silent_song_tells_its_time_too() -> None:
    """A bar of it is shown."""
    root = ET.fromstring(piano_roll_svg(Song((Track(Notes.of([])),), 120.0)))  # noqa: S314
    assert (root.attrib["data-end"], root.attrib["data-seconds"]) == ("1584.000", "2.050000")
