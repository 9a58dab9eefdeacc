"""Loudness in eight levels."""

from hypothesis import given
from hypothesis import strategies as st

from evolve.music.representation.loudness import LEVELS, level_of, velocity_of


@given(st.integers(1, 127))
def test_a_velocity_keeps_its_level(velocity: int) -> None:
    """The velocity of a level has that level, and lies within half a level of every one that has it."""
    level = level_of(velocity)
    assert 0 <= level < LEVELS
    assert level_of(velocity_of(level)) == level
    assert abs(velocity_of(level) - velocity) <= 8
    assert 1 <= velocity_of(level) <= 127
