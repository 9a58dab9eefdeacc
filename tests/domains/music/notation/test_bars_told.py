"""Bars that do not add up are told, and only those."""

from collections.abc import Sequence
from fractions import Fraction

import pytest

from evolve.domains.music.errors import CorpusError
from evolve.domains.music.notation.timeline import song_of
from evolve.domains.music.notation.written import WrittenBar, WrittenNote, WrittenPart, WrittenScore
from evolve.domains.music.song import Metre

FOUR_FOUR = Metre(4, 4)


def doubts(*bars: tuple[float, bool] | float, metres: Sequence[Metre] = ()) -> tuple[str, ...]:
    """What is told of a part whose bars are so long, and perhaps end a section."""
    lengths = [bar if isinstance(bar, tuple) else (bar, False) for bar in bars]
    in_force = metres or [FOUR_FOUR] * len(lengths)
    written = tuple(
        WrittenBar(Fraction(length), (), metre, ends)
        for (length, ends), metre in zip(lengths, in_force, strict=True)
    )  # fmt: skip
    return song_of(WrittenScore((WrittenPart(written),)), "")[1]


@pytest.mark.parametrize(
    "bars",
    [
        (1, 4, 4, 3),  # an upbeat, and what it lacks at the end
        (4, 3, 1, 4),  # a bar parted at the end of a phrase
        (4, 2, 1, 1, 4),  # in three
        (4, (3, True), 4, (3, True), 1, 4),  # sections with upbeats of their own
        (4, 4 - Fraction(1, 17), 4),  # a tuplet that was rounded
    ],
)
def test_parted_bars_and_upbeats_add_up(bars: tuple[tuple[float, bool] | float, ...]) -> None:
    """Nothing is told of them."""
    assert doubts(*bars) == ()


def test_an_upbeat_to_another_metre_adds_up() -> None:
    """A movement in the same file begins as a piece of its own would."""
    assert doubts(4, 1, 3, metres=[FOUR_FOUR, Metre(3, 4), Metre(3, 4)]) == ()


@pytest.mark.parametrize(
    ("bars", "told"),
    [
        ((4, 5, 4), "1 bar does not add up to the metre: 2"),
        ((4, 3, 4, 1, 4), "2 bars do not add up to the metre: 2, 4"),
        ((4, 3, 2, 4), "2 bars do not add up to the metre: 2, 3"),
    ],
)
def test_other_bars_are_told(bars: tuple[float, ...], told: str) -> None:
    """By their numbers."""
    assert doubts(*bars) == (told,)


def test_what_never_ends_is_refused() -> None:
    """No column of numbers could hold it."""
    note = WrittenNote(60, Fraction(0), Fraction(10**30))
    score = WrittenScore((WrittenPart((WrittenBar(Fraction(10**30), (note,), None),)),))
    with pytest.raises(CorpusError, match="lasts for more than 1,000,000,000,000 beats, which no song does"):
        song_of(score, "")
