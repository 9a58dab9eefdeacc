"""A song as numbers, and which songs stand for all songs of a network: a few whose mean is near the mean of all.

A listener hears three songs and judges the network that made them. Songs that are drawn at random say little of it; a
set whose features have, on average, the mean of forty says more (docs/decisions/songs-heard.md).
"""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from evolve.domains.music.facts.figures import CorpusFigures, distance, figures_of, notes_from
from evolve.domains.music.facts.set_figures import melody_of
from evolve.domains.music.song import Column, Song

Features = dict[str, float | None]
"""By name; None where a song has no such number, as a silent one has no lowest pitch."""

_FIGURES: Final = (
    "notes", "seconds", "lowest", "highest", "distinct_pitches", "pitch_class_entropy_bits", "scale_consistency",
    "repeated_notes", "repetition", "polyphony", "notes_per_beat",
)  # fmt: skip

_SHORTEST_MELODY: Final = 3
"""Notes of a melody that has two intervals, between which it may turn."""

_DIGITS: Final = 3


def features_of(song: Song, *, opening_ticks: int, corpus: CorpusFigures | None, transposed_by: int = 0) -> Features:
    """The numbers of what a network composed after the opening.

    Args:
        song: As it is heard, the opening first.
        opening_ticks: How much of it was given, not composed.
        corpus: What is usual in the corpus; None where that is not known.
        transposed_by: Semitones that the corpus's key lies above the song's.

    Returns:
        ``notes``, ``seconds``, ``lowest``, ``highest``, ``distinct_pitches``, ``pitch_class_entropy_bits``,
        ``scale_consistency``, ``repeated_notes``, ``repetition``, ``polyphony``, ``notes_per_beat``: as in `Figures`.
        ``distance``: how unlike the corpus it is, 0 .. 5, as `distance` tells it; None without `corpus`.
        ``leap_semitones``: how far the melody goes from a note to the next, the mean.
        ``rising``: share of its intervals that go up; ``turning``: share of the places where it changes direction.
        ``distinct_durations``: how many different lengths its notes have; ``duration_entropy_bits``: how evenly.
        Those of the melody are None where it has fewer than three notes.
    """
    figures = figures_of(song, opening_ticks=opening_ticks)
    told: Features = {name: getattr(figures, name) for name in _FIGURES}
    deviations = None if corpus is None else corpus.deviations(figures, transposed_by=transposed_by).values()
    told["distance"] = None if deviations is None else distance(deviations)
    told |= _of_melody(song, opening_ticks)
    return {name: None if value is None else round(value, _DIGITS) for name, value in told.items()}


def _of_melody(song: Song, opening_ticks: int) -> Features:
    melody = melody_of(notes_from(song, opening_ticks))
    names = ("leap_semitones", "rising", "turning", "distinct_durations", "duration_entropy_bits")
    if len(melody) < _SHORTEST_MELODY:
        return dict.fromkeys(names)
    intervals = np.diff(melody.pitches)
    moving = intervals[intervals != 0]
    turns = np.sign(moving[1:]) != np.sign(moving[:-1])
    _, durations = np.unique(melody.durations_ticks, return_counts=True)
    values = (
        float(np.abs(intervals).mean()),
        float((intervals > 0).mean()),
        float(turns.mean()) if len(turns) else 0.0,
        len(durations),
        _entropy_bits(durations),
    )
    return dict(zip(names, values, strict=True))


def _entropy_bits(counts: Column) -> float:
    shares = counts / counts.sum()
    return float(-(shares * np.log2(shares)).sum()) + 0.0


def typical_order(features: Sequence[Mapping[str, float | None]], count: int) -> tuple[int, ...]:
    """All songs in the order in which they are to be heard: places from 0.

    The first `count` are chosen together, so that their mean is nearest to that of all: the best set that is found by
    exchanging one song for another, whichever song it begins with. Of these, and then of the others, each brings the
    mean of those up to it as near as it can.

    Args:
        features: Of each song the same numbers by name, at least one song. A number that is missing counts as the
            middle of the others; features that do not differ do not count.
        count: How many will be heard, 1 at least; no more than there are.
    """
    table = _standardised(features)
    everyone = range(len(table))
    sets = [
        _exchanged(table, _greedy(table, (first,), [place for place in everyone if place != first])[:count])
        for first in everyone
    ]
    chosen = min(sets, key=lambda some: float((table[some].sum(axis=0) ** 2).sum()))
    heard = _greedy(table, (), chosen)
    return _greedy(table, heard, [place for place in everyone if place not in heard])


def _standardised(features: Sequence[Mapping[str, float | None]]) -> np.ndarray:
    """Each feature less its mean, in its own standard deviations, float64 [songs, features]."""
    columns = [
        np.array([np.nan if one[name] is None else one[name] for one in features], float) for name in features[0]
    ]
    known = [np.where(np.isnan(own), np.nanmedian(own), own) for own in columns if not np.isnan(own).all()]
    differing = [own for own in known if own.std() > 0]
    if not differing:
        return np.zeros((len(features), 1))
    return np.stack([(own - own.mean()) / own.std() for own in differing], axis=1)


def _greedy(table: np.ndarray, first: Sequence[int], others: Sequence[int]) -> tuple[int, ...]:
    """The first, and after them the others, each the one that brings the sum so far nearest to zero."""
    order, left = list(first), list(others)
    total = table[order].sum(axis=0)
    while left:
        distances = ((total + table[left]) ** 2).sum(axis=1)
        order.append(left.pop(int(distances.argmin())))
        total = total + table[order[-1]]
    return tuple(order)


def _exchanged(table: np.ndarray, chosen: Sequence[int]) -> list[int]:
    """The chosen, one exchanged for another as long as the sum comes nearer to zero."""
    chosen = list(chosen)
    while True:
        total = table[chosen].sum(axis=0)
        others = [place for place in range(len(table)) if place not in chosen]
        if not others:
            return chosen
        sums = total - table[chosen][:, None] + table[others][None]
        distances = (sums**2).sum(axis=2)
        out, into = np.unravel_index(distances.argmin(), distances.shape)
        if distances[out, into] >= (total**2).sum() * (1 - 1e-9):
            return chosen
        chosen[out] = others[into]
