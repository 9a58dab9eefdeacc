"""Pitches are spelled as their key has them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evolve.music.score.spelling import Accidentals, Spelling, signature, spelled

NATURAL = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}


@given(st.integers(0, 127), st.integers(-7, 7))
def test_a_spelling_names_its_pitch(pitch: int, sharps: int) -> None:
    """Step, alteration and octave say which key is struck; no double accidental is needed."""
    spelling = spelled(pitch, sharps)
    assert 12 * (spelling.octave + 1) + NATURAL[spelling.step] + spelling.alter == pitch
    assert -1 <= spelling.alter <= 1


@pytest.mark.parametrize("sharps", range(-5, 7))
def test_the_scale_needs_no_accidentals(sharps: int) -> None:
    """Each note of the major key is spelled as its signature has it."""
    tonic = 60 + 7 * sharps % 12
    for interval in (0, 2, 4, 5, 7, 9, 11):
        spelling = spelled(tonic + interval, sharps)
        assert spelling.alter == signature(sharps)[spelling.step]


def test_flat_keys_have_flats() -> None:
    """The same black key is B flat in F major and A sharp in F sharp major."""
    assert spelled(70, -1) == Spelling("B", -1, 4)
    assert spelled(70, 6) == Spelling("A", 1, 4)
    assert spelled(68, 0) == Spelling("G", 1, 4)  # the leading note of A minor


def test_an_accidental_holds_until_the_bar_line() -> None:
    """It stands once for its octave, is taken back by a natural, and does not stand at the end of a tie."""
    accidentals = Accidentals(1)
    sharp, natural = Spelling("F", 1, 4), Spelling("F", 0, 4)
    marks = [accidentals.needed(s, is_held=False) for s in (sharp, natural, natural, sharp, Spelling("F", 0, 5))]
    assert marks == [None, "natural", None, "sharp", "natural"]
    assert Accidentals(0).needed(sharp, is_held=True) is None
