"""Bars have the parts that a musician counts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evolve.domains.music.score.divisions import VALUES, TripletCell, bar_lines, pieces, printable, triplet_pieces
from evolve.domains.music.song import COMMON_TIME, Metre
from tests.domains.music.score.songs import METRES, ODD_METRES


@pytest.mark.parametrize(
    ("metre", "levels"),
    [
        (Metre(4, 4), (96, 48, 24, 12, 6, 3)),
        (Metre(3, 4), (72, 24, 12, 6, 3)),
        (Metre(2, 2), (96, 48, 24, 12, 6, 3)),
        (Metre(6, 8), (72, 36, 12, 6, 3)),
        (Metre(12, 8), (144, 72, 36, 12, 6, 3)),
        (Metre(3, 8), (36, 12, 6, 3)),
    ],
)
def test_levels_are_those_of_the_metre(metre: Metre, levels: tuple[int, ...]) -> None:
    """A bar of 6/8 has two beats of three eighths, one of 3/4 three beats of two."""
    assert bar_lines(metre).levels == levels


@pytest.mark.parametrize("metre", [*METRES, *ODD_METRES])
def test_every_metre_is_printed_somehow(metre: Metre) -> None:
    """A metre that no 32nd notes can fill is printed as common time."""
    lines = bar_lines(printable(metre))
    assert lines.bar % 3 == 0
    assert lines.levels[-1] == 3


@pytest.mark.parametrize("metre", [Metre(4, 128), Metre(64, 4), Metre(3, 6), Metre(0, 4)])
def test_an_impossible_metre_becomes_common_time(metre: Metre) -> None:
    """What cannot be printed does not stop the printing."""
    assert printable(metre) == COMMON_TIME


def test_the_strongest_line_is_found() -> None:
    """The middle of a bar of four is stronger than its other beats."""
    lines = bar_lines(COMMON_TIME)
    assert lines.strongest_inside(12, 84) == (48, 48)
    assert lines.strongest_inside(24, 48) == (36, 12)
    assert lines.strongest_inside(0, 3) == (0, 0)


def names(start: int, stop: int, metre: Metre, *, is_rest: bool = False) -> list[str]:
    """The values that fill a stretch of a bar, a point for a dot."""
    found = pieces(start, stop, bar_lines(metre), is_rest=is_rest)
    return [value.name + "." * value.dots for _, _, value in found]


@pytest.mark.parametrize(
    ("start", "stop", "metre", "expected"),
    [
        (0, 96, Metre(4, 4), ["whole"]),
        (0, 72, Metre(4, 4), ["half."]),
        (24, 72, Metre(4, 4), ["half"]),
        (12, 36, Metre(4, 4), ["quarter"]),
        (36, 60, Metre(4, 4), ["eighth", "eighth"]),
        (12, 48, Metre(4, 4), ["quarter."]),
        (0, 60, Metre(4, 4), ["half", "eighth"]),
        (18, 30, Metre(4, 4), ["16th", "16th"]),
        (0, 72, Metre(6, 8), ["half."]),
        (0, 48, Metre(6, 8), ["quarter.", "eighth"]),
        (24, 48, Metre(6, 8), ["eighth", "eighth"]),
        (12, 36, Metre(6, 8), ["quarter"]),
        (0, 48, Metre(3, 4), ["half"]),
    ],
)
def test_notes_do_not_hide_the_beat(start: int, stop: int, metre: Metre, expected: list[str]) -> None:
    """Syncopations within a half bar are one note; what crosses the middle of a bar is tied."""
    assert names(start, stop, metre) == expected


@pytest.mark.parametrize(
    ("start", "stop", "metre", "expected"),
    [
        (12, 36, Metre(4, 4), ["eighth", "eighth"]),
        (24, 72, Metre(4, 4), ["quarter", "quarter"]),
        (60, 96, Metre(4, 4), ["eighth", "quarter"]),
        (36, 72, Metre(6, 8), ["quarter."]),
    ],
)
def test_rests_show_every_beat(start: int, stop: int, metre: Metre, expected: list[str]) -> None:
    """No rest is syncopated, and only beats of three parts have dotted ones."""
    assert names(start, stop, metre, is_rest=True) == expected


@given(st.data(), st.sampled_from(METRES), st.booleans())
def test_any_stretch_is_filled_by_single_values(data: st.DataObject, metre: Metre, is_rest: bool) -> None:  # noqa: FBT001
    """Whatever begins and ends on 32nds is written, without a gap, with values that exist."""
    lines = bar_lines(metre)
    start = 3 * data.draw(st.integers(0, lines.bar // 3 - 1))
    stop = 3 * data.draw(st.integers(start // 3 + 1, lines.bar // 3))
    found = list(pieces(start, stop, lines, is_rest=is_rest))
    assert [begin for begin, _, _ in found] == [start, *(end for _, end, _ in found[:-1])]
    assert found[-1][1] == stop
    assert all(VALUES[end - begin] == value for begin, end, value in found)


@given(st.data(), st.sampled_from((48, 24, 12)))
def test_any_stretch_of_a_triplet_is_filled(data: st.DataObject, ticks: int) -> None:
    """Notes in a triplet look half as long again as they sound."""
    cell = TripletCell(24, ticks)
    start = 24 + 4 * data.draw(st.integers(0, ticks // 4 - 1))
    stop = data.draw(st.integers((start - 24) // 4 + 1, ticks // 4)) * 4 + 24
    found = list(triplet_pieces(start, stop, cell, is_rest=False))
    assert (found[0][0], found[-1][1]) == (start, stop)
    assert all(VALUES[(end - begin) * 3 // 2] == value for begin, end, value in found)
