"""Pitches by name."""

from types import MappingProxyType
from typing import Final

_NAMES: Final = ("C", "C♯", "D", "D♯", "E", "F", "F♯", "G", "G♯", "A", "A♯", "B")

MIDDLE_C: Final = 60
"""Its MIDI pitch."""

SEMITONES: Final = MappingProxyType({"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11})
"""How high the natural note of each letter lies above the C below it."""


def pitch_name(pitch: int) -> str:
    """The name of a MIDI pitch, such as ``C4`` for 60, with sharps."""
    return f"{_NAMES[pitch % 12]}{pitch // 12 - 1}"
