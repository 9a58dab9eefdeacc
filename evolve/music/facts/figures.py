"""Figures of a song: what can be counted in its notes, defined for silence too."""

from dataclasses import dataclass

import numpy as np

from evolve.music.facts.loops import find_loops, longest_loop, share_in_loops
from evolve.music.facts.struck import Struck
from evolve.music.facts.stuck import stuck_in
from evolve.music.song import TICKS_PER_BEAT, Column, Notes, Song

_CLASSES = 12
_MAJOR_SCALE = (0, 2, 4, 5, 7, 9, 11)
_SCALES = np.array([np.isin(np.arange(_CLASSES), np.add(_MAJOR_SCALE, tonic) % _CLASSES) for tonic in range(_CLASSES)])
"""Whether each diatonic scale has each pitch class, bool [scales, pitch classes]; a natural minor scale is the major
one of the same signature."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What can be counted in a song.

    A chord, the notes that start together on whatever tracks, is struck once; pitches are counted note by note.

    Attributes:
        notes: Notes and chords struck.
        seconds: How long it takes to play.
        lowest: The lowest pitch, a MIDI note number; None in silence.
        highest: The highest; None in silence.
        distinct_pitches: How many different pitches sound, 0 .. 128.
        pitch_class_entropy_bits: How evenly the twelve pitch classes are used, 0 .. log2 12 = 3.58 (Wu and Yang, "The
            Jazz Transformer on the Front Line", ISMIR 2020; as in MusPy, Dong et al., ISMIR 2020).
        scale_consistency: The largest share of the notes that a single diatonic scale has, 0 .. 1; at least 7/12 where
            anything sounds (Mogren, "C-RNN-GAN", 2016; as in MusPy).
        repeated_notes: Share of the notes and chords struck that are equal to the one before, 0 .. 1.
        repetition: Share of the notes and chords struck that lie in a loop, 0 .. 1.
        longest_loop_notes: Notes and chords of the longest loop, 0 without any.
        loop_period_notes: Those of the pattern which that loop repeats, 0 without any.
        polyphony: How many notes sound at a time, the mean over the time in which any does, at least 1; 0 in silence.
        notes_per_beat: Notes and chords struck a quarter note, from the first onset to the end: the pace as it is
            written, which compares across tempos.
        stuck: What it is stuck in, empty when it is not, as `stuck_in` tells it.
    """

    notes: int = 0
    seconds: float = 0.0
    lowest: int | None = None
    highest: int | None = None
    distinct_pitches: int = 0
    pitch_class_entropy_bits: float = 0.0
    scale_consistency: float = 0.0
    repeated_notes: float = 0.0
    repetition: float = 0.0
    longest_loop_notes: int = 0
    loop_period_notes: int = 0
    polyphony: float = 0.0
    notes_per_beat: float = 0.0
    stuck: str = ""


SILENCE = Figures()


def figures_of(song: Song, *, opening_ticks: int = 0) -> Figures:
    """The figures of a song from a tick on: of the notes that start there or later, in the time from there on."""
    notes = notes_from(song, opening_ticks)
    if not len(notes):
        return SILENCE
    start_ticks, end_ticks = int(notes.onsets_ticks[0]), int(notes.ends_ticks.max())
    classes = np.bincount(notes.pitches % _CLASSES, minlength=_CLASSES)
    struck = Struck.of(notes)
    loops = find_loops(struck.pitches)
    longest = longest_loop(loops)
    return Figures(
        notes=len(struck),
        seconds=(end_ticks - opening_ticks) / TICKS_PER_BEAT * 60.0 / song.tempo_bpm,
        lowest=int(notes.pitches.min()),
        highest=int(notes.pitches.max()),
        distinct_pitches=int(np.count_nonzero(np.bincount(notes.pitches))),
        pitch_class_entropy_bits=_entropy_bits(classes),
        scale_consistency=float((_SCALES @ classes).max() / classes.sum()),
        repeated_notes=struck.repeated / len(struck),
        repetition=share_in_loops(loops, len(struck)),
        longest_loop_notes=longest.length if longest else 0,
        loop_period_notes=longest.period if longest else 0,
        polyphony=float(notes.durations_ticks.sum() / _sounding_ticks(notes)),
        notes_per_beat=len(struck) * TICKS_PER_BEAT / (end_ticks - start_ticks),
        stuck=stuck_in(struck, loops, song.metre),
    )


def notes_from(song: Song, opening_ticks: int) -> Notes:
    """The notes of all tracks that start at a tick or later, at their own times."""
    notes = song.notes
    return Notes(notes.table[:, notes.onsets_ticks >= opening_ticks])


def _entropy_bits(counts: Column) -> float:
    shares = counts[counts > 0] / counts.sum()
    return float(-(shares * np.log2(shares)).sum()) + 0.0  # a single class has 0, not -0


def _sounding_ticks(notes: Notes) -> int:
    """For how long at least one note sounds."""
    ends = np.maximum.accumulate(notes.ends_ticks)
    gaps = np.maximum(notes.onsets_ticks[1:] - ends[:-1], 0)
    return int(ends[-1] - notes.onsets_ticks[0] - gaps.sum())
