"""Loudness in eight levels, from as soft to as loud as can be."""

from typing import Final

LEVELS: Final = 8
"""As many as dynamic marks have: ppp, pp, p, mp, mf, f, ff, fff."""

_VELOCITIES: Final = 128 // LEVELS


def level_of(velocity: int) -> int:
    """The level, 0 .. 7, of a MIDI velocity."""
    return velocity // _VELOCITIES


def velocity_of(level: int) -> int:
    """The velocity in the middle of a level; a file's own differs from it by 8 at most."""
    return level * _VELOCITIES + _VELOCITIES // 2
