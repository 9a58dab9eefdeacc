"""Statistics of music, each a stream of events whose histogram is compared."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from itertools import pairwise
from statistics import mean

import numpy as np

from evolve.music.representation.steps import Step

Statistic = Callable[[Sequence[Step]], Iterable[Hashable]]


def pitch_classes(steps: Sequence[Step]) -> Iterable[Hashable]:
    """Each sounding pitch, whatever its octave."""
    return (pitch % 12 for step in steps for pitch in step.pitches)


def durations(steps: Sequence[Step]) -> Iterable[Hashable]:
    """Each step's duration; rests apart."""
    return ((step.duration_ticks, step.is_rest) for step in steps)


def melody_steps(steps: Sequence[Step]) -> Iterable[Hashable]:
    """The interval between successive top notes."""
    return (b - a for a, b in pairwise(step.pitches[-1] for step in steps if step.pitches))


def chord_sizes(steps: Sequence[Step]) -> Iterable[Hashable]:
    """How many notes sound."""
    return (len(step.pitches) for step in steps)


def chord_kinds(steps: Sequence[Step]) -> Iterable[Hashable]:
    """The intervals above the bass, whatever the octave."""
    return (tuple(sorted({(pitch - step.pitches[0]) % 12 for pitch in step.pitches})) for step in steps)


STATISTICS: dict[str, Statistic] = {
    "pitch class": pitch_classes,
    "duration": durations,
    "melody": melody_steps,
    "chord size": chord_sizes,
    "chord kind": chord_kinds,
}


def divergence(a: Counter[Hashable], b: Counter[Hashable]) -> float:
    """The Jensen-Shannon divergence of two histograms, 0 .. 1 bit; 0 when both are empty."""
    keys = sorted(a | b, key=repr)
    if not keys or not a or not b:
        return 0.0 if not a and not b else 1.0
    p = np.array([a[key] for key in keys]) / a.total()
    q = np.array([b[key] for key in keys]) / b.total()
    middle = (p + q) / 2
    return float(entropy(middle) - (entropy(p) + entropy(q)) / 2)


def entropy(p: np.ndarray) -> float:
    """In bits."""
    return float(-(p[p > 0] * np.log2(p[p > 0])).sum())


def histogram(statistic: Statistic, pieces: Iterable[Sequence[Step]]) -> Counter[Hashable]:
    """The events of all pieces, counted."""
    return Counter(event for piece in pieces for event in statistic(piece))


def divergences(songs: Sequence[Sequence[Step]], corpus: Sequence[Sequence[Step]]) -> dict[str, float]:
    """How far songs are from a corpus, statistic by statistic."""
    return {name: divergence(histogram(s, songs), histogram(s, corpus)) for name, s in STATISTICS.items()}


def repeats(pieces: Sequence[Sequence[Step]]) -> float:
    """Share of steps with the same pitches as the step before."""
    return mean(a.pitches == b.pitches for piece in pieces for a, b in pairwise(piece))


def phrases(steps: Sequence[Step], length: int = 4) -> Iterable[Hashable]:
    """Runs of melody intervals with durations."""
    line = [(step.pitches[-1], step.duration_ticks) for step in steps if step.pitches]
    moves = [(b[0] - a[0], b[1]) for a, b in pairwise(line)]
    return (tuple(moves[i : i + length]) for i in range(len(moves) - length + 1))


def known(pieces: Sequence[Sequence[Step]], training: Sequence[Sequence[Step]]) -> float:
    """Share of the pieces' phrases that the training pieces have too."""
    learned = {phrase for piece in training for phrase in phrases(piece)}
    return mean(phrase in learned for piece in pieces for phrase in phrases(piece))
