"""The notes of a staff's bar as one voice, or as two where they do not go together; a pianist's two hands."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt

from evolve.domains.music.score.divisions import Tone
from evolve.domains.music.song import Notes

UPPER, LOWER = 0, 1

PRICE_OF_TIES: Final = 3
"""What it costs when two chords of one voice overlap, which takes ties, ..."""

PRICE_OF_CROSSING: Final = 4
"""... and when the upper voice lies below the lower one."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """What sounds of one note within a bar.

    Attributes:
        pitch: MIDI note number.
        start: In ticks from the bar line.
        stop: Likewise.
        is_held: Whether it sounded before the bar.
        goes_on: Whether it sounds after the bar.
    """

    pitch: int
    start: int
    stop: int
    is_held: bool
    goes_on: bool


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of time in which a voice sounds the same pitches.

    Attributes:
        start: In ticks from the bar line.
        stop: Likewise.
        tones: From the lowest up; none for silence.
        is_hidden: Whether it is a silence that the reader sees from another voice, which sounds in it.
    """

    start: int
    stop: int
    tones: tuple[Tone, ...] = ()
    is_hidden: bool = False


_Chord = tuple[Stretch, ...]
"""Stretches that begin and end together."""


def voices(stretches: Sequence[Stretch], start: int, stop: int) -> list[list[Segment]]:
    """The one or two voices of a bar, the upper first, each without a gap from `start` to `stop`."""
    chords = _chords(stretches)
    if not any(chords[i + 1][0].start < chord[0].stop for i, chord in enumerate(chords[:-1])):
        return [_segments(chords, start, stop)]
    sides = _sides(chords)
    parted = [[chord for chord, side in zip(chords, sides, strict=True) if side == wanted] for wanted in (UPPER, LOWER)]
    upper, lower = (_segments(voice, start, stop) for voice in parted if voice)
    return [_rests_where_silent(upper, lower), [replace(s, is_hidden=not s.tones) for s in lower]]


def _chords(stretches: Iterable[Stretch]) -> list[_Chord]:
    """Stretches that begin and end together, in the order of their beginnings."""
    together: defaultdict[tuple[int, int], list[Stretch]] = defaultdict(list)
    for stretch in stretches:
        together[stretch.start, stretch.stop].append(stretch)
    return [tuple(together[times]) for times in sorted(together)]


def _sides(chords: Sequence[_Chord]) -> list[int]:
    """The voice of each chord: those that overlap are parted so that few ties are needed and no voices cross.

    A chord changes sides as long as something is gained by it; each change makes the whole cheaper, so it ends.
    """
    heights = [sum(stretch.pitch for stretch in chord) / len(chord) for chord in chords]
    rivals = _overlapping(chords)
    sides = [
        LOWER if near and heights[i] < sum(heights[k] for k in near) / len(near) else UPPER
        for i, near in enumerate(rivals)
    ]

    def price(i: int, side: int) -> int:
        return sum(_price_beside(heights[i], side, heights[k], sides[k]) for k in rivals[i])

    has_changed = True
    while has_changed:
        has_changed = False
        for i in range(len(chords)):
            if price(i, 1 - sides[i]) < price(i, sides[i]):
                sides[i] = 1 - sides[i]
                has_changed = True
    return sides


def _overlapping(chords: Sequence[_Chord]) -> list[list[int]]:
    """For each chord the numbers of those that sound while it does."""
    rivals: list[list[int]] = [[] for _ in chords]
    for i, chord in enumerate(chords):
        for k in range(i + 1, len(chords)):
            if chords[k][0].start >= chord[0].stop:
                break
            rivals[i].append(k)
            rivals[k].append(i)
    return rivals


def _price_beside(height: float, side: int, other_height: float, other_side: int) -> int:
    """What it costs that two chords that overlap are in these voices."""
    if side == other_side:
        return PRICE_OF_TIES
    crosses = height < other_height if side == UPPER else height > other_height
    return PRICE_OF_CROSSING if crosses else 0


def _segments(chords: Sequence[_Chord], start: int, stop: int) -> list[Segment]:
    """A voice cut wherever one of its notes begins or ends."""
    stretches = [stretch for chord in chords for stretch in chord]
    cuts = sorted({start, stop, *(s.start for s in stretches), *(s.stop for s in stretches)})
    return [Segment(begin, end, _tones(stretches, begin, end)) for begin, end in pairwise(cuts)]


def _tones(stretches: Iterable[Stretch], start: int, stop: int) -> tuple[Tone, ...]:
    """What sounds throughout a segment."""
    sounding = sorted((s for s in stretches if s.start <= start and s.stop >= stop), key=lambda s: s.pitch)
    return tuple(Tone(s.pitch, s.is_held or s.start < start, s.goes_on or s.stop > stop) for s in sounding)


def _rests_where_silent(upper: Iterable[Segment], lower: Sequence[Segment]) -> list[Segment]:
    """The upper voice, its silences hidden except where the lower voice is silent too."""
    shown = []
    for segment in upper:
        if segment.tones:
            shown.append(segment)
            continue
        edges = {place for other in lower for place in (other.start, other.stop)}
        cuts = [segment.start, *sorted(p for p in edges if segment.start < p < segment.stop), segment.stop]
        shown += [Segment(begin, end, is_hidden=_sounds(lower, begin)) for begin, end in pairwise(cuts)]
    return shown


def _sounds(voice: Iterable[Segment], place: int) -> bool:
    """Whether a voice sounds just after a place of the bar."""
    return any(segment.tones and segment.start <= place < segment.stop for segment in voice)


SPLITS: Final = np.arange(43, 80)
"""Pitches from which on the right hand may play."""

LOWEST_ON_TREBLE, HIGHEST_ON_BASS = 57, 64
"""With two ledger lines; further away from the staff a semitone costs 1."""

WIDEST_SPAN: Final = 14
"""Semitones in a hand, a ninth; each further one costs 2."""

MOST_FINGERS: Final = 5
MIDDLE_C: Final = 60
PRICE_OF_A_STRETCH, PRICE_OF_A_FINGER, PRICE_OF_A_MOVE, PRICE_OFF_MIDDLE = 2.0, 8.0, 0.5, 0.05

Mask = npt.NDArray[np.bool_]


def right_hand(notes: Notes) -> Mask:
    """Which notes the right hand plays, bool [notes].

    At each onset there is a pitch from which on upwards all notes are the right hand's. The sequence of these pitches
    is the cheapest one: few ledger lines, hands no wider than a ninth, and little change (by the algorithm of Viterbi).
    """
    onsets, numbers = np.unique(notes.onsets_ticks, return_inverse=True)
    costs = np.array([_costs(notes.pitches[numbers == i]) for i in range(len(onsets))])
    splits = SPLITS[_cheapest_path(costs)]
    is_right: Mask = notes.pitches >= splits[numbers]
    return is_right


def _costs(pitches: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """What each split of notes that begin together costs, float [splits]."""
    is_right = pitches >= SPLITS[:, None]
    far = np.where(is_right, LOWEST_ON_TREBLE - pitches, pitches - HIGHEST_ON_BASS).clip(0).sum(axis=1)
    span = _spans(pitches, is_right) + _spans(pitches, ~is_right)
    right = is_right.sum(axis=1)
    extra = (right - MOST_FINGERS).clip(0) + (len(pitches) - right - MOST_FINGERS).clip(0)
    off = np.abs(SPLITS - MIDDLE_C)
    cost: npt.NDArray[np.float64] = far + PRICE_OF_A_STRETCH * span + PRICE_OF_A_FINGER * extra + PRICE_OFF_MIDDLE * off
    return cost


def _spans(pitches: npt.NDArray[np.int64], is_held: Mask) -> npt.NDArray[np.int64]:
    """By how much the span of a hand is too wide, for each split, int [splits]."""
    highest = np.where(is_held, pitches, 0).max(axis=1)
    lowest = np.where(is_held, pitches, 999).min(axis=1)
    wider: npt.NDArray[np.int64] = (highest - lowest - WIDEST_SPAN).clip(0)
    return wider


def _cheapest_path(costs: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """The split at each onset, as a place in `SPLITS`, int [onsets]."""
    moves = PRICE_OF_A_MOVE * np.abs(SPLITS[:, None] - SPLITS[None, :])
    total = costs[0]
    origins = []
    for cost in costs[1:]:
        through = total[:, None] + moves
        origins.append(through.argmin(axis=0))
        total = through.min(axis=0) + cost
    path = [int(total.argmin())]
    for origin in reversed(origins):
        path.append(int(origin[path[-1]]))
    return np.array(path[::-1])
