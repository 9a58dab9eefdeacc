"""A piano roll in text fits its place and shows what is played."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from evolve.domains.music.roll_axes import time_step_s
from evolve.domains.music.song import Note, Notes, Song, Track
from evolve.domains.music.text_roll import piano_roll_text

SCALE = Song((Track(Notes.of(Note(60 + i, 24 * i, 24) for i in range(13))),), tempo_bpm=60)
songs = st.builds(
    Song,
    st.lists(
        st.builds(
            Track,
            st.lists(st.builds(Note, st.integers(0, 127), st.integers(0, 9000), st.integers(1, 500)), max_size=12).map(
                Notes.of
            ),
        ),
        min_size=1,
        max_size=3,
    ).map(tuple),
    tempo_bpm=st.sampled_from([10.0, 97.3, 600.0]),
)


@given(
    songs,
    st.tuples(st.integers(1, 120), st.integers(1, 40)),
    st.integers(0, 9000),
    st.integers(0, 5000),
    st.none() | st.integers(0, 9999),
)
def test_a_roll_fits_its_place_exactly(
    song: Song, size: tuple[int, int], opening_ticks: int, from_ticks: int, to_ticks: int | None
) -> None:
    """Whatever the song and the terminal, there are so many lines of so many characters, coloured or not."""
    width, height = size
    plain, coloured = (
        piano_roll_text(
            song,
            width=width,
            height=height,
            opening_ticks=opening_ticks,
            color=color,
            from_ticks=from_ticks,
            to_ticks=to_ticks,
        )
        for color in (False, True)
    )
    assert [len(line) for line in plain.split("\n")] == [width] * height
    assert re.sub(r"\x1b\[\d+m", "", coloured) == plain


@pytest.mark.parametrize("name", ["ピアノ", "Übung", "Cha\u0302nt", "בס", "Piano"])
def test_a_roll_fits_its_place_whatever_script_its_tracks_are_named_in(name: str) -> None:
    """A wide character takes two columns, an accent that is typed apart takes none."""
    tracks = (Track(Notes.of([Note(60, 0, 24)]), name=name), Track(Notes.of([Note(84, 0, 24)]), name="Bass"))
    lines = piano_roll_text(Song(tracks, tempo_bpm=60), width=60, height=12, color=False).split("\n")
    assert [cell_len(line) for line in lines] == [60] * 12
    assert any(f"■ {name}" in line for line in lines)


def test_a_scale_climbs_from_left_to_right() -> None:
    """A higher, later note lies further up and to the right; octaves and seconds are named."""
    lines = piano_roll_text(SCALE, width=56, height=17, color=False).split("\n")
    columns = [
        min(line.find(c) for c in "▘▝▀▖▌▞▛▗▚▐▜▄▙▟█" if c in line) for line in lines if set(line) & set("▀▄█▘▝▖▗")
    ]
    assert columns == sorted(columns, reverse=True)
    assert {line[1:3] for line in lines if "┤" in line} >= {"C4", "C5"}
    assert "0:05" in lines[-1]


def test_the_opening_is_named_and_parted_from_the_rest() -> None:
    """What was given has its name below and an edge in every line that no note covers."""
    lines = piano_roll_text(SCALE, width=80, height=12, opening_ticks=24 * 4, color=False).split("\n")
    assert "opening" in lines[-1]
    assert sum("┊" in line for line in lines) > 8
    narrow = piano_roll_text(SCALE, width=80, height=12, opening_ticks=24, color=False).split("\n")
    assert "◂opening" in narrow[-1]


def test_given_and_composed_notes_differ_in_colour() -> None:
    """The opening is faint, the composed part has its track's colour."""
    given_only = piano_roll_text(SCALE, width=40, height=10, opening_ticks=SCALE.length_ticks, color=True)
    composed = piano_roll_text(SCALE, width=40, height=10, color=True)
    assert "\x1b[36m" not in given_only
    assert "\x1b[36m" in composed


def test_a_part_of_a_song_is_shown_larger() -> None:
    """Two notes alone take as much room as thirteen."""
    whole = piano_roll_text(SCALE, width=60, height=16, color=False)
    part = piano_roll_text(SCALE, width=60, height=16, color=False, from_ticks=0, to_ticks=48)
    longest = [max(map(len, re.findall("[▀▄█]+", text))) for text in (whole, part)]
    assert longest[1] > 3 * longest[0]


def test_several_tracks_are_named_in_their_colours() -> None:
    """Each name has the colour of its notes, in the first line that is free; a track alone needs none."""
    tracks = (Track(Notes.of([Note(84, 96, 48)]), "Flute"), Track(Notes.of([Note(48, 0, 144)]), "Cello"))
    text = piano_roll_text(Song(tracks), width=60, height=30, color=True)
    assert re.search("\x1b\\[36m[^\x1b]*■ Flute", text)
    assert re.search("\x1b\\[35m[^\x1b]*■ Cello", text)
    assert "■" in text.split("\n")[0]
    assert "■" not in piano_roll_text(Song(tracks[:1]), width=60, height=16, color=True)
    assert "■" not in piano_roll_text(Song(tracks), width=14, height=16, color=True)


def test_time_begins_with_the_first_note() -> None:
    """A song that begins late is drawn and timed as if it began at once."""
    later = Song((Track(Notes.of(Note(60 + i, 240 + 24 * i, 24) for i in range(13))),), tempo_bpm=60)
    assert piano_roll_text(later, width=60, height=16, color=True) == piano_roll_text(
        SCALE, width=60, height=16, color=True
    )


def test_time_is_told_at_round_seconds() -> None:
    """Steps are round, and as many as fit."""
    assert [time_step_s(length, 10) for length in (5, 20, 95, 200, 100_000)] == [1, 2, 10, 30, 3600]
