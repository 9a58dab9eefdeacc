"""Figures of several songs together: lengths, places in the bar, and passages of the melody that come back."""

import itertools
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from evolve.domains.music.bars import bar_lines_of, bar_numbers, places_in_bars
from evolve.domains.music.facts.figures import notes_from
from evolve.domains.music.facts.loops import Struck, numbered
from evolve.domains.music.song import Column, Notes, Song
from evolve.domains.music.tokenizers.steps import TOGETHER_TICKS, chord_starts


def melody_of(notes: Notes) -> Notes:
    """The highest note of each chord, unless a higher one sounds on (Uitdenbogerd and Zobel's skyline, 1998).

    A note that sounds on for no longer than notes of a chord may be apart hides nothing.
    """
    pitches, onsets, ends = notes.pitches.tolist(), notes.onsets_ticks.tolist(), notes.ends_ticks.tolist()
    places: list[int] = []
    sounding: dict[int, int] = {}  # until when each pitch does
    for first, last in itertools.pairwise([*chord_starts(onsets), len(pitches)]):
        sounding = {pitch: end for pitch, end in sounding.items() if end - onsets[first] > TOGETHER_TICKS}
        top = max(range(first, last), key=pitches.__getitem__)
        if all(pitch <= pitches[top] for pitch in sounding):
            places.append(top)
        for place in range(first, last):
            sounding[pitches[place]] = max(ends[place], sounding.get(pitches[place], 0))
    return Notes(notes.table[:, places])


Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Return:
    """A passage that stands in a sequence twice, without overlapping itself.

    Attributes:
        start: Place of its first element where it stands first.
        again: Place of its first element where it stands last; at least `length` later.
        length: Its elements, at least 1.
    """

    start: int
    again: int
    length: int


def longest_return(pattern: Sequence[Hashable], *, again_from: int = 0) -> Return | None:
    """The longest passage that stands in a sequence twice without overlapping itself; None when nothing comes back.

    Of equally long ones it is the first. A passage that returns does so without its last element too, so the length is
    found bit by bit, from the highest: n log² n steps for n elements. Stretches of 1, 2, 4, … elements are numbered by
    doubling (Karp, Miller and Rosenberg, "Rapid Identification of Repeated Patterns", STOC 1972); any other stretch is
    the pair of two of them that cover it.

    Args:
        pattern: The elements.
        again_from: The place from which the second of the two must begin.
    """
    halves = [numbered(pattern)]
    while _returning(halves[-1], 1 << (len(halves) - 1), again_from):
        halves.append(_numbers_of_pairs(halves[-1], 1 << (len(halves) - 1)))
    longest: Return | None = None
    length = 0
    for power in reversed(range(len(halves) - 1)):
        longer = length + (1 << power)
        largest = longer.bit_length() - 1
        stretches = _pairs(halves[largest], longer - (1 << largest))
        if found := _returning(stretches, longer, again_from):
            longest, length = found, longer
    return longest


def _pairs(stretches: Numbers, apart: int) -> Numbers:
    """A number for each pair of a stretch and the one so many places on, equal for equal pairs."""
    return stretches[: len(stretches) - apart] * (len(stretches) + 1) + stretches[apart:]


def _numbers_of_pairs(stretches: Numbers, length: int) -> Numbers:
    """The numbers of stretches that are twice as long, below how many of them there are."""
    return np.unique(_pairs(stretches, length), return_inverse=True)[1]


def _returning(stretches: Numbers, length: int, again_from: int) -> Return | None:
    """The first stretch that stands again at least its length later; the numbers are of stretches of that length."""
    if len(stretches) <= length:
        return None
    order = stretches.argsort(kind="stable")
    is_last = np.diff(stretches[order], append=-1) != 0
    lasts = order[is_last]
    firsts = order[np.roll(is_last, 1)]  # whoever comes after the last of its like is the first of the next
    returns = (lasts - firsts >= length) & (lasts >= again_from)
    if not returns.any():
        return None
    start = firsts[returns].min()
    return Return(int(start), int(lasts[firsts == start][0]), length)


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
    return (*shape, *_what_returns(song, opening_ticks))


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
    lines = bar_lines_of(song)
    starts, ends = bar_numbers(lines, composed.onsets_ticks), bar_numbers(lines, composed.ends_ticks - 1)
    return int(np.count_nonzero(ends > starts))


def _what_returns(song: Song, opening_ticks: int) -> tuple[int, float]:
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
