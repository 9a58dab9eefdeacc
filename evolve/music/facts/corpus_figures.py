"""What is usual in a corpus, and how far a song is from it."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Self

import numpy as np

from evolve.errors import CorpusError
from evolve.music.facts.figures import Figures, figures_of
from evolve.music.facts.struck import Struck
from evolve.music.song import Notes, Song, Track

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
    """

    middles: Mapping[str, float]
    spreads: Mapping[str, float]

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
        return cls(
            middles={name: middle for name, (_, middle, _) in quartiles.items()},
            spreads={
                name: max((high - low) / _IQR_OF_NORMAL, SMALLEST_SPREADS[name])
                for name, (low, _, high) in quartiles.items()
            },
        )

    def to_json(self) -> dict[str, Any]:
        """Plain dictionaries and numbers."""
        return {"middles": dict(self.middles), "spreads": dict(self.spreads)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The figures that `to_json` wrote."""
        return cls(middles=dict(data["middles"]), spreads=dict(data["spreads"]))

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


def _beginning(song: Song, most_notes: int | None) -> Song:
    """As much of a piece as has so many notes and chords, on one track; all of it where it has no more."""
    notes = song.notes
    onsets_ticks = Struck.of(notes).onsets_ticks
    if most_notes is None or len(onsets_ticks) <= most_notes:
        return song
    kept = Notes(notes.table[:, notes.onsets_ticks < onsets_ticks[most_notes]])
    return replace(song, tracks=(Track(kept),))
