"""Which chords to know, when not all can be: those that between them sound most like all the others."""

import heapq
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from evolve.music.representation.likeness import Pitches, unlikeness

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
