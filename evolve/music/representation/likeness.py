"""How alike two notes or chords sound, so that an unknown one can be replaced by the known one most like it."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

Pitches = tuple[int, ...]
"""MIDI note numbers, ascending; none for a rest."""

# What makes two chords unlike, in the order in which one hears it: another melody note, another bass note, wrong notes,
# missing notes, and a fuller or thinner sound. A pitch costs for being another, and more the farther away it is.
TOP_DIFFERS: Final = 4.0
TOP_SEMITONE: Final = 0.5
BASS_DIFFERS: Final = 2.0
BASS_SEMITONE: Final = 0.15
WRONG_CLASS: Final = 2.0
MISSING_CLASS: Final = 1.5
SIZE: Final = 0.5
OTHER_OCTAVE: Final = 0.5
"""The share of its cost that a top or bass note in another octave, but of the same name, has."""

REST_FOR_SOUND: Final = 1e6


def most_alike(unknown: Sequence[Pitches], known: Sequence[Pitches]) -> npt.NDArray[np.int64]:
    """For each unknown note or chord the index of the known one that sounds most like it, int64 [unknown].

    Of equals the first is taken. A rest is only ever like a rest.
    """
    if not unknown:
        return np.zeros(0, dtype=np.int64)
    return np.asarray(unlikeness(unknown, known).argmin(axis=1), dtype=np.int64)


def unlikeness(chords: Sequence[Pitches], others: Sequence[Pitches]) -> npt.NDArray[np.float64]:
    """How unlike each chord is to each other one, float [chords, others]; 0 for equal ones, at least 0 for any."""
    a, b = _Features(chords), _Features(others)
    wrong = (1 - a.classes) @ b.classes.T
    missing = a.classes @ (1 - b.classes).T
    total = (
        _move(a.top, b.top, TOP_DIFFERS, TOP_SEMITONE)
        + _move(a.bass, b.bass, BASS_DIFFERS, BASS_SEMITONE)
        + WRONG_CLASS * wrong
        + MISSING_CLASS * missing
        + SIZE * np.abs(a.size[:, None] - b.size[None, :])
    )
    total[(a.size == 0)[:, None] != (b.size == 0)[None, :]] = REST_FOR_SOUND
    return np.asarray(total, dtype=np.float64)


class _Features:
    """Top, bass, size and pitch classes of many chords, as arrays."""

    def __init__(self, chords: Sequence[Pitches]) -> None:
        self.top = np.array([chord[-1] if chord else 0 for chord in chords])
        self.bass = np.array([chord[0] if chord else 0 for chord in chords])
        self.size = np.array([len(chord) for chord in chords])
        self.classes = np.zeros((len(chords), 12))
        for row, chord in enumerate(chords):
            self.classes[row, [pitch % 12 for pitch in chord]] = 1


def _move(
    pitches: npt.NDArray[np.int64], others: npt.NDArray[np.int64], differs: float, semitone: float
) -> npt.NDArray[np.float64]:
    """The cost of one pitch standing for another, float [pitches, others]."""
    distance = np.abs(pitches[:, None] - others[None, :])
    cost = np.where(distance > 0, differs + semitone * distance, 0.0)
    return np.where(distance % 12 == 0, OTHER_OCTAVE * cost, cost)
