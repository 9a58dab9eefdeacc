"""Figures of a song, defined for silence too, what is usual of them in a corpus, and how far a song is from it."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, Self

import numpy as np

from evolve.domains.music.errors import CorpusError
from evolve.domains.music.facts.loops import Struck, find_loops, longest_loop, share_in_loops, stuck_in
from evolve.domains.music.song import TICKS_PER_BEAT, Column, Notes, Song, Track

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
    ends = np.maximum.accumulate(notes.ends_ticks)
    gaps = np.maximum(notes.onsets_ticks[1:] - ends[:-1], 0)
    return int(ends[-1] - notes.onsets_ticks[0] - gaps.sum())


SMALLEST_SPREADS: Final[Mapping[str, float]] = {
    "lowest": 2.0,
    "highest": 2.0,
    "distinct_pitches": 2.0,
    "pitch_class_entropy_bits": 0.1,
    "scale_consistency": 0.03,
    "repeated_notes": 0.05,
    "repetition": 0.05,
    "polyphony": 0.25,
    "notes_per_beat": 0.25,
}
"""The figures that are compared, and the least that each is taken to spread: what all pieces of a corpus share, such as
the one voice of its tunes, must not make the slightest difference immense. Lengths are not among them: how long a song
is, its opening and the most notes asked for decide as well, and a stretch that is stuck is in ``repetition``."""

FARTHEST: Final = 5.0
"""Spreads beyond which a figure weighs no more in the distance: one that is far off must not hide the others."""

_MOST_PIECES: Final = 100
"""Of which each figure is kept, for songs to be held against."""

_DIGITS: Final = 3

_IQR_OF_NORMAL: Final = 1.349
"""The interquartile range of a normal distribution, in standard deviations."""


@dataclass(frozen=True, slots=True)
class CorpusFigures:
    """The middle and the spread of each compared figure over the pieces of a corpus, by name.

    Both are robust: a few strange pieces do not move them.

    Attributes:
        middles: Medians, in the figure's own unit.
        spreads: Interquartile ranges / 1.349, which is a standard deviation where figures are normally distributed;
            none below its `SMALLEST_SPREADS`.
        pieces: The figures of some pieces, spread evenly over the corpus: one number for each of them.
    """

    middles: Mapping[str, float]
    spreads: Mapping[str, float]
    pieces: Mapping[str, Sequence[float]] = field(default_factory=dict)

    @classmethod
    def of(cls, songs: Iterable[Song], *, most_notes: int | None = None) -> Self:
        """The figures of the training pieces, as the networks know them.

        Args:
            songs: At least one that is not silent.
            most_notes: How long songs can be, in notes and chords struck: longer pieces are cut there, since range and
                pitches grow with the length. None leaves all pieces whole.

        Raises:
            CorpusError: If all pieces are silent.
        """
        figures = [figures_of(_beginning(song, most_notes)) for song in songs]
        sounding = [each for each in figures if each.notes]
        if not sounding:
            raise CorpusError("no piece of the corpus has a note; give a folder with other files")
        quartiles = {name: _quartiles([getattr(each, name) for each in sounding]) for name in SMALLEST_SPREADS}
        some = [sounding[place] for place in _spread_evenly(len(sounding))]
        return cls(
            middles={name: middle for name, (_, middle, _) in quartiles.items()},
            spreads={
                name: max((high - low) / _IQR_OF_NORMAL, SMALLEST_SPREADS[name])
                for name, (low, _, high) in quartiles.items()
            },
            pieces={name: [round(getattr(each, name), _DIGITS) for each in some] for name in SMALLEST_SPREADS},
        )

    def to_json(self) -> dict[str, Any]:
        """Plain dictionaries and numbers."""
        return {"middles": dict(self.middles), "spreads": dict(self.spreads), "pieces": dict(self.pieces)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The figures that `to_json` wrote."""
        return cls(dict(data["middles"]), dict(data["spreads"]), dict(data.get("pieces") or {}))

    def deviations(self, figures: Figures, *, transposed_by: int = 0) -> dict[str, float]:
        """How many spreads each figure lies above the middle, or below as a negative number; nothing for silence.

        Args:
            figures: Of a song.
            transposed_by: Semitones that the corpus's key lies above the song's, by which its pitches move first.
        """
        if figures.lowest is None or figures.highest is None:
            return {}
        moved = replace(figures, lowest=figures.lowest + transposed_by, highest=figures.highest + transposed_by)
        return {name: (getattr(moved, name) - middle) / self.spreads[name] for name, middle in self.middles.items()}


def distance(deviations: Iterable[float]) -> float:
    """The root mean square of some deviations in spreads, each taken for `FARTHEST` at most: 0 .. `FARTHEST`.

    Measured piece by piece: half of all chorales are within 0.8 of the chorales and nineteen of twenty within 1.3; of
    fiddle tunes, from the tunes, within 0.8 and 1.6. Nineteen of twenty pieces of one are at least 2.7 from the other.
    No deviations at all are silence, which is as far as anything.
    """
    squares = [min(abs(deviation), FARTHEST) ** 2 for deviation in deviations]
    return math.sqrt(sum(squares) / len(squares)) if squares else FARTHEST


def _quartiles(values: Sequence[float]) -> tuple[float, float, float]:
    low, middle, high = np.percentile(values, [25, 50, 75]).tolist()
    return low, middle, high


def _spread_evenly(pieces: int) -> list[int]:
    """The places of as many pieces as are kept one by one."""
    return [round(place) for place in np.linspace(0, pieces - 1, min(pieces, _MOST_PIECES)).tolist()]


def _beginning(song: Song, most_notes: int | None) -> Song:
    """As much of a piece as has so many notes and chords, on one track; all of it where it has no more."""
    notes = song.notes
    onsets_ticks = Struck.of(notes).onsets_ticks
    if most_notes is None or len(onsets_ticks) <= most_notes:
        return song
    kept = Notes(notes.table[:, notes.onsets_ticks < onsets_ticks[most_notes]])
    return replace(song, tracks=(Track(kept),))
