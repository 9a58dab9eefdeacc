"""How alike two notes or chords sound, which chords stand best for all others, and levels of loudness."""

import heapq
from collections.abc import Mapping, Sequence
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


CANDIDATES: Final = 1500
"""Only the most frequent chords can represent others; rarer ones hardly ever would."""

REPRESENTED: Final = 4000
"""Only the most frequent chords have a say in who represents them, so that the work is bounded for any corpus."""


def representatives(counts: Mapping[Pitches, int], known: Sequence[Pitches], limit: int) -> tuple[Pitches, ...]:
    """The chords to know beside those that are known anyway, the most useful first.

    Chosen so that the unlikeness of each chord to its nearest known one, summed over all its occurrences, is small: in
    each turn the chord that lessens the sum most. Since a chord's use only shrinks as others are chosen, most need not
    be looked at again (Minoux, "Accelerated greedy algorithms for maximizing submodular set functions", 1978), and
    the sum comes within 1 - 1/e of the best possible saving (Nemhauser, Wolsey & Fisher, 1978).

    Args:
        counts: How often each note and chord occurs.
        known: What is known anyway; at least one.
        limit: How many to choose at most.
    """
    frequent = sorted(counts, key=lambda chord: (-counts[chord], chord))
    unknown = [chord for chord in frequent if chord not in set(known)]
    if len(unknown) <= limit:
        return tuple(unknown)
    candidates, represented = unknown[: max(CANDIDATES, 2 * limit)], unknown[:REPRESENTED]
    weights = np.array([counts[chord] for chord in represented], dtype=np.float32)
    nearest = unlikeness(represented, known).min(axis=1).astype(np.float32)
    distances = np.ascontiguousarray(unlikeness(represented, candidates).T, dtype=np.float32)

    def saving(candidate: int) -> float:
        return float(np.maximum(nearest - distances[candidate], 0.0) @ weights)

    queue = [(-saving(candidate), candidate) for candidate in range(len(candidates))]
    heapq.heapify(queue)
    chosen: list[int] = []
    while len(chosen) < limit:
        _, candidate = heapq.heappop(queue)
        now = saving(candidate)
        if queue and now < -queue[0][0]:
            heapq.heappush(queue, (-now, candidate))
            continue
        chosen.append(candidate)
        nearest = np.minimum(nearest, distances[candidate])
    return tuple(candidates[candidate] for candidate in chosen)


LEVELS: Final = 8
"""As many as dynamic marks have: ppp, pp, p, mp, mf, f, ff, fff."""

_VELOCITIES: Final = 128 // LEVELS


def level_of(velocity: int) -> int:
    """The level, 0 .. 7, of a MIDI velocity."""
    return velocity // _VELOCITIES


def velocity_of(level: int) -> int:
    """The velocity in the middle of a level; a file's own differs from it by 8 at most."""
    return level * _VELOCITIES + _VELOCITIES // 2
