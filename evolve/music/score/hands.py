"""The notes of a pianist parted between two hands."""

from typing import Final

import numpy as np
import numpy.typing as npt

from evolve.music.song import Notes

SPLITS: Final = np.arange(43, 80)
"""Pitches from which on the right hand may play."""

LOWEST_ON_TREBLE, HIGHEST_ON_BASS = 57, 64
"""With two ledger lines; further away from the staff a semitone costs 1."""

WIDEST_SPAN: Final = 14
"""Semitones in a hand, a ninth; each further one costs 2."""

MOST_FINGERS: Final = 5
MIDDLE_C: Final = 60
PRICE_OF_A_STRETCH, PRICE_OF_A_FINGER, PRICE_OF_A_MOVE, PRICE_OFF_MIDDLE = 2.0, 8.0, 0.5, 0.05

Mask = npt.NDArray[np.bool_]


def right_hand(notes: Notes) -> Mask:
    """Which notes the right hand plays, bool [notes].

    At each onset there is a pitch from which on upwards all notes are the right hand's. The sequence of these pitches
    is the cheapest one: few ledger lines, hands no wider than a ninth, and little change (by the algorithm of Viterbi).
    """
    onsets, numbers = np.unique(notes.onsets_ticks, return_inverse=True)
    costs = np.array([_costs(notes.pitches[numbers == i]) for i in range(len(onsets))])
    splits = SPLITS[_cheapest_path(costs)]
    is_right: Mask = notes.pitches >= splits[numbers]
    return is_right


def _costs(pitches: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """What each split of notes that begin together costs, float [splits]."""
    is_right = pitches >= SPLITS[:, None]
    far = np.where(is_right, LOWEST_ON_TREBLE - pitches, pitches - HIGHEST_ON_BASS).clip(0).sum(axis=1)
    span = _spans(pitches, is_right) + _spans(pitches, ~is_right)
    right = is_right.sum(axis=1)
    extra = (right - MOST_FINGERS).clip(0) + (len(pitches) - right - MOST_FINGERS).clip(0)
    off = np.abs(SPLITS - MIDDLE_C)
    cost: npt.NDArray[np.float64] = far + PRICE_OF_A_STRETCH * span + PRICE_OF_A_FINGER * extra + PRICE_OFF_MIDDLE * off
    return cost


def _spans(pitches: npt.NDArray[np.int64], is_held: Mask) -> npt.NDArray[np.int64]:
    """By how much the span of a hand is too wide, for each split, int [splits]."""
    highest = np.where(is_held, pitches, 0).max(axis=1)
    lowest = np.where(is_held, pitches, 999).min(axis=1)
    wider: npt.NDArray[np.int64] = (highest - lowest - WIDEST_SPAN).clip(0)
    return wider


def _cheapest_path(costs: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """The split at each onset, as a place in `SPLITS`, int [onsets]."""
    moves = PRICE_OF_A_MOVE * np.abs(SPLITS[:, None] - SPLITS[None, :])
    total = costs[0]
    origins = []
    for cost in costs[1:]:
        through = total[:, None] + moves
        origins.append(through.argmin(axis=0))
        total = through.min(axis=0) + cost
    path = [int(total.argmin())]
    for origin in reversed(origins):
        path.append(int(origin[path[-1]]))
    return np.array(path[::-1])
