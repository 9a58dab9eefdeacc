"""Bar lines of written music lie where its files have them."""

from fractions import Fraction
from itertools import accumulate
from typing import Any

import numpy as np
import pytest

from evolve.domains.music.bars import bar_lines_of, places_in_bars
from evolve.domains.music.notation.reader import read_notation
from evolve.domains.music.notation.timeline import song_of
from evolve.domains.music.notation.written import WrittenBar, WrittenNote, WrittenPart, WrittenScore
from evolve.domains.music.reading import read_songs
from evolve.domains.music.song import COMMON_TIME, TICKS_PER_BEAT, Metre, ReadSong, Song
from evolve.domains.music.sources import BUILT_IN
from tests.domains.music.notation.abc_texts import read_one
from tests.domains.music.notation.kern_rows import kern
from tests.domains.music.notation.musicxml_files import attributes, notes, score


def told(song: Song) -> list[str]:
    """Its bar lines as ``beat metre``."""
    return [f"{line.tick / TICKS_PER_BEAT:g} {line.metre}" for line in song.bar_lines]


def abc(music: str, metre: str = "4/4") -> list[str]:
    """The bar lines of a tune in quarter notes."""
    return told(read_one(f"X:1\nM:{metre}\nL:1/4\nK:C\n{music}\n").song)


def written(*bars: tuple[float, Metre | None]) -> list[str]:
    """The bar lines of bars of these lengths and metres, each full of one note."""
    made = [WrittenBar(Fraction(n), (WrittenNote(60, Fraction(0), Fraction(n)),), metre) for n, metre in bars]
    return told(song_of(WrittenScore((WrittenPart(tuple(made)),)), "")[0])


def read(data: bytes, suffix: str) -> Song:
    """The song of a file."""
    (piece,) = read_notation(data, suffix, "")
    assert isinstance(piece, ReadSong)
    return piece.song


def test_most_tunes_need_none() -> None:
    """Full bars of one metre, an upbeat before them and what it leaves of the last bar."""
    assert abc("CDEF | GABc | c4 |]") == []
    assert abc("G | CDEF | GABc | c3 |]") == []
    assert abc("CDE | FGA | c3 |]", "3/4") == []


def test_a_metre_that_changes_begins_with_its_bar() -> None:
    """Within a line or on one of its own, and back again."""
    assert abc("CDEF | GABc | [M:3/4] CDE | FGA | [M:4/4] c4 |]") == ["0 4/4", "8 3/4", "14 4/4"]
    assert abc("CDEF |\nM:6/8\nCDE | FGA |]") == ["0 4/4", "4 6/8"]
    assert abc("G | CDEF | [M:3/4] FGA | FGA |]") == ["0 4/4", "8 3/4"]


def test_bars_that_are_parted_are_whole() -> None:
    """Where a repeat begins with an upbeat, or a phrase ends, whatever the parts."""
    assert abc("cdef | cd || ef | gfe :: c | cdef | gfe :|") == []
    assert abc("d/ | d3/ e f/ | d3/ e :: d/ | d3/ e f/ | d3/ e :|", "6/8") == []
    assert written((4, COMMON_TIME), (1, COMMON_TIME), (1, COMMON_TIME), (2, COMMON_TIME), (4, COMMON_TIME)) == []


def test_bars_that_do_not_add_up_move_those_that_follow() -> None:
    """Short and long ones, and an upbeat after a full bar."""
    assert abc("CDEF | GAB | CDEF | CDEF |]") == ["0 4/4", "7 4/4"]
    assert abc("CDEF | GABcd | CDEF | CDEF |]") == ["0 4/4", "9 4/4"]
    assert abc("CDEF | GABc :: d | CDEF | CDE :|") == ["0 4/4", "9 4/4"]


def test_a_full_first_bar_shorter_than_the_next_is_its_upbeat() -> None:
    """Some write an upbeat in a metre of its own; two such bars are bars."""
    one, four = (1, Metre(1, 4)), (4, COMMON_TIME)
    assert written(one, four, four) == []
    assert written((3, Metre(3, 4)), (3, Metre(3, 4)), four, four) == ["0 3/4", "6 4/4"]


def test_bars_without_a_metre_have_that_of_their_length() -> None:
    """So that regular bars are told by one; music without bar lines has none."""
    assert written(*[(3, None)] * 3) == ["0 3/4"]
    assert written((3, None), (2.5, None), (2.5, None)) == ["0 3/4", "3 5/8"]
    assert written((57, None)) == []
    assert written(*[(4, None)] * 3) == []


def test_rounded_tuplets_move_no_bar_line() -> None:
    """A bar whose lengths were rounded is as long as its metre says."""
    assert written((3.97, COMMON_TIME), (4, COMMON_TIME), (4.03, COMMON_TIME), (4, COMMON_TIME)) == []


def test_what_follows_the_last_note_has_no_bar_lines() -> None:
    """Empty bars at the end say nothing."""
    assert abc("CDEF | GABc | [M:3/4] z3 | z3 |]") == []


def test_musicxml_is_read_with_the_bar_lines_of_all_parts() -> None:
    """An upbeat, a change to 3/4, and a bar as long as in the part that has more."""
    three = attributes("<time><beats>3</beats><beat-type>4</beat-type></time>")
    upper = [attributes() + notes("C4"), notes("C4 D4 E4 F4"), three + notes("C4 D4 E4"), notes("C4 D4"), notes("C4")]
    lower = [attributes() + notes("C3"), notes("C3 C3 C3 C3"), three + notes("C3 C3 C3"), notes("C3 C3 C3 C3"), ""]
    song = read(score(upper, lower), ".musicxml")
    assert told(song) == ["0 4/4", "8 3/4", "15 3/4"]
    assert song.tracks[0].notes.onsets_ticks.tolist()[:2] == [72, 96]


def test_kern_is_read_with_its_bar_lines() -> None:
    """A metre that changes after a bar line, and a bar that is parted at a repeat."""
    rows = """
        **kern
        *M2/4
        4c
        4d
        =2
        4e
        =:|!|:
        4f
        =3
        *M3/4
        4g
        4a
        4b
        =4
        2.cc
        ==
        *-
    """
    assert told(read(kern(rows), ".krn")) == ["0 2/4", "4 3/4"]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["bwv17.7", "bwv276", "bwv304", "bwv324", "bwv362", "bwv4.8", "bwv48.3"])
def test_bars_of_chorales_begin_where_music21_has_them(name: str) -> None:
    """Every measure that is no upbeat and not the second part of one, also where the metre changes or one is short."""
    music21 = pytest.importorskip("music21")
    (path,) = (file for file in BUILT_IN["bach-chorales"].files() if file.stem == name)
    whole = music21.converter.parse(path)
    measures = list(whole.parts[0].getElementsByClass("Measure"))
    said = [one.timeSignature for one in measures]
    signatures: list[Any] = list(accumulate(said, lambda before, own: own or before))
    silence = measures[0].paddingLeft
    begins = [
        (round(TICKS_PER_BEAT * (silence + one.offset)), signature.ratioString)
        for number, (one, signature) in enumerate(zip(measures, signatures, strict=True))
        if one.numberSuffix is None and (number or not silence)
    ]
    (song,) = read_songs(path)
    lines = bar_lines_of(song)
    places, which = places_in_bars(lines, np.array([tick for tick, _ in begins]))
    assert set(places.tolist()) == {0}
    assert [str(lines[line].metre) for line in which] == [metre for _, metre in begins]
