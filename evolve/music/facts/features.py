"""A song as numbers of its own: what can be compared from song to song, and from network to network."""

from typing import Final

import numpy as np

from evolve.music.facts.corpus_figures import CorpusFigures, distance
from evolve.music.facts.figures import figures_of, notes_from
from evolve.music.facts.melody import melody_of
from evolve.music.song import Column, Song

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
