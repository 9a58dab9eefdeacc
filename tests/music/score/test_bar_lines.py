"""Bars have the parts that a musician counts."""

import pytest

from evolve.music.score.bar_lines import bar_lines, printable
from evolve.music.song import COMMON_TIME, Metre
from tests.music.score.songs import METRES, ODD_METRES


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
