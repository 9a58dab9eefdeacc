"""Figures of a set of songs: their lengths, where their notes lie in the bar, and what comes back in them.

One song's length says little of whoever composed it; that of forty does. Nobody is ranked by them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np

from evolve.music.bars import bar_lines_of, bar_numbers, places_in_bars
from evolve.music.facts.figures import notes_from
from evolve.music.facts.melody import melody_of
from evolve.music.facts.returns import longest_return
from evolve.music.facts.struck import Struck
from evolve.music.song import Column, Notes, Song


@dataclass(frozen=True, slots=True)
class SetFigures:
    """What can be counted in a set of songs, or in the pieces of a corpus, together.

    A chord, the notes that start together on whatever tracks, is struck once. Lengths are those of whole songs, their
    opening included, for a piece of a corpus is whole too; all else is told of what was composed. Shares are of all
    songs' notes or bars together.

    Attributes:
        songs: How many.
        notes_lower_quartile: Notes and chords struck in a song: a quarter of the songs have no more.
        notes_median: Half of them have no more.
        notes_upper_quartile: Three quarters of them have no more.
        ended: Share of the songs that ended by themselves, 0 .. 1; None where that is not known, as of a corpus.
        on_beat: Share of the notes and chords struck that start on a beat, as `Metre.beat_ticks` has it, 0 .. 1.
        bars_begun: Share of the bars, from the first bar line at or after the first note on, that begin with a note,
            0 .. 1.
        across_bars: Share of the notes that sound across a bar line, 0 .. 1.
        returning_notes: Notes of the longest passage of a song's melody that comes back, the median; 0 where nothing
            does. It has the same pitches and the same times until the next note, and does not overlap itself; that it
            comes back was composed, where it stood before may be the opening.
        returning_bars: How long that passage is in bars, the median.

    The three shares of notes and bars are None where nothing was composed.
    """

    songs: int
    notes_lower_quartile: float
    notes_median: float
    notes_upper_quartile: float
    ended: float | None
    on_beat: float | None
    bars_begun: float | None
    across_bars: float | None
    returning_notes: float
    returning_bars: float

    @classmethod
    def of(cls, songs: Iterable[Song], *, opening_ticks: int = 0, ended: Iterable[bool] | None = None) -> Self:
        """The figures of some songs.

        Args:
            songs: At least one.
            opening_ticks: How much of each was given, not composed.
            ended: Whether each ended by itself; None where that is not known.
        """
        counts = np.array([_counts(song, opening_ticks) for song in songs])
        notes, struck, on_beat, bars, begun, sounding, across, returning_notes, returning_bars = counts.T
        low, middle, high = np.percentile(notes, [25, 50, 75]).tolist()
        return cls(
            songs=len(counts),
            notes_lower_quartile=low,
            notes_median=middle,
            notes_upper_quartile=high,
            ended=None if ended is None else float(np.mean([*ended])),
            on_beat=_share(on_beat, struck),
            bars_begun=_share(begun, bars),
            across_bars=_share(across, sounding),
            returning_notes=float(np.median(returning_notes)),
            returning_bars=float(np.median(returning_bars)),
        )

    def to_json(self) -> dict[str, Any]:
        """Plain numbers and None, shares and bars as exactly as they are told."""
        return {name: round(value, 3) if isinstance(value, float) else value for name, value in asdict(self).items()}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The figures that `to_json` wrote."""
        return cls(**data)


def _counts(song: Song, opening_ticks: int) -> tuple[float, ...]:
    """Of one song what `SetFigures.of` adds up or takes the middle of, in its order."""
    whole = Struck.of(song.notes)
    composed = notes_from(song, opening_ticks)
    onsets_ticks = whole.onsets_ticks[whole.onsets_ticks >= opening_ticks]
    places, which = places_in_bars(bar_lines_of(song), onsets_ticks)
    beats_ticks = np.array([max(1, line.metre.beat_ticks) for line in bar_lines_of(song)])
    on_beat = int(np.count_nonzero(places % beats_ticks[which] == 0))
    shape = (len(whole), len(onsets_ticks), on_beat, *_bars(song, composed), len(composed), _across(song, composed))
    return (*shape, *_returning(song, opening_ticks))


def _bars(song: Song, composed: Notes) -> tuple[int, int]:
    """How many bars begin while the song goes on, and how many of them with a note."""
    if not len(composed):
        return 0, 0
    lines, onsets_ticks = bar_lines_of(song), composed.onsets_ticks
    begins = places_in_bars(lines, onsets_ticks)[0] == 0
    bars = bar_numbers(lines, onsets_ticks)
    (last,) = bar_numbers(lines, composed.ends_ticks.max(keepdims=True) - 1)
    return int(last - bars[0] + begins[0]), len(np.unique(bars[begins]))


def _across(song: Song, composed: Notes) -> int:
    """How many notes sound across a bar line."""
    lines = bar_lines_of(song)
    starts, ends = bar_numbers(lines, composed.onsets_ticks), bar_numbers(lines, composed.ends_ticks - 1)
    return int(np.count_nonzero(ends > starts))


def _returning(song: Song, opening_ticks: int) -> tuple[int, float]:
    """Notes of the melody's longest passage that comes back, and how many bars it takes, to the next note."""
    melody = melody_of(song.notes)
    starts_ticks = np.append(melody.onsets_ticks, song.length_ticks)
    steps = zip(melody.pitches.tolist(), np.diff(starts_ticks).tolist(), strict=True)
    passage = longest_return([*steps], again_from=int(np.searchsorted(melody.onsets_ticks, opening_ticks)))
    if passage is None:
        return 0, 0.0
    lines = bar_lines_of(song)
    ends_ticks = starts_ticks[[passage.start, passage.start + passage.length]]
    places, which = places_in_bars(lines, ends_ticks)
    lengths = np.array([line.metre.bar_ticks for line in lines])
    return passage.length, float(np.diff(bar_numbers(lines, ends_ticks) + places / lengths[which])[0])


def _share(part: Column, whole: Column) -> float | None:
    return float(part.sum() / whole.sum()) if whole.any() else None
