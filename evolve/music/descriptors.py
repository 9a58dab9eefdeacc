"""What can be said of a song without ears: its length, its range, whether it is stuck, and what it copied."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from evolve.music.representation.steps import Step
from evolve.music.song import TICKS_PER_BEAT

Facts = dict[str, str | int | float]

LOOP_ROUNDS = 3
"""A pattern must come this often in direct succession to be a loop: once more is a repeat, as good pieces have."""

SHORTEST_LOOP_STEPS = 8
"""Fewer steps than this are no loop: three equal notes are a rhythm."""

_PITCH_NAMES = ("C", "C♯", "D", "D♯", "E", "F", "F♯", "G", "G♯", "A", "A♯", "B")


@dataclass(frozen=True, slots=True)
class CopyIndex:
    """The training pieces, laid out so that the longest copied passage of a song is found in milliseconds.

    Attributes:
        names: Of the pieces.
        starts: Where each piece starts in the sequence of all steps, int64 [pieces].
        places: Places of all steps, those of equal steps together, ascending, int32 [steps].
        spans: For each distinct step, where its places start and stop within `places`.
    """

    names: tuple[str, ...]
    starts: np.ndarray
    places: np.ndarray
    spans: Mapping[Step, tuple[int, int]]

    @classmethod
    def build(cls, names: Sequence[str], pieces: Sequence[Sequence[Step]]) -> Self:
        """The index of these pieces; a place is left free between two, so that no passage runs across."""
        codes: dict[Step, int] = {}
        symbols = np.array([codes.setdefault(s, len(codes)) for piece in pieces for s in piece], dtype=np.int64)
        lengths = np.array([len(piece) for piece in pieces], dtype=np.int64)
        gaps = np.repeat(np.arange(len(pieces)), lengths)
        order = np.argsort(symbols, kind="stable")
        ends = np.cumsum(np.bincount(symbols, minlength=len(codes))).tolist()
        return cls(
            names=tuple(names),
            starts=np.cumsum(np.concatenate([[0], lengths[:-1] + 1]))[: len(pieces)],
            places=(order + gaps[order]).astype(np.int32),
            spans={step: (ends[code - 1] if code else 0, ends[code]) for step, code in codes.items()},
        )

    def longest_copy(self, steps: Sequence[Step]) -> tuple[int, str]:
        """Length of the longest run of consecutive steps that a piece has too, and the piece's name.

        Pitches and durations must be the same, as stored: the same tune in another key is no copy. Both are empty
        (0, "") where no step is known. For each step in turn, the runs that end at its places in the pieces are one
        longer than those that ended a place before (dynamic programming for the longest common substring).
        """
        runs = np.zeros(int(self.places.max(initial=-1)) + 2, dtype=np.int32)
        nowhere = self.places[:0]
        longest, place, before = 0, 0, nowhere
        for step in steps:
            here = self.places[slice(*self.spans.get(step, (0, 0)))]
            lengths = runs[here] + 1
            runs[before + 1] = 0
            runs[here + 1] = lengths
            before = here
            if lengths.size and lengths.max() > longest:
                longest, place = int(lengths.max()), int(here[lengths.argmax()])
        return (longest, self._piece_at(place)) if longest else (0, "")

    def _piece_at(self, place: int) -> str:
        return self.names[int(np.searchsorted(self.starts, place, side="right")) - 1]


def describe(
    steps: Sequence[Step], *, opening_length: int, training: CopyIndex, tempo_bpm: float, transposed_by: int = 0
) -> Facts:
    """Facts about what a network composed after the opening.

    Args:
        steps: The whole song, the opening first.
        opening_length: How many of the steps were given, not composed.
        training: What the network has learned from.
        tempo_bpm: Quarter notes a minute.
        transposed_by: Semitones that the steps lie above the song as it is heard; the range is told as heard.

    Returns:
        ``notes``: composed steps; a note, a chord and a rest count one each.
        ``seconds``: how long they take to play.
        ``range``: lowest and highest pitch, such as ``C2–A5`` (middle C is C4); ``silent`` without any.
        ``distinct_pitches``: how many different pitches sound.
        ``repetition``: share of the steps that lie in a loop, 0 .. 1. A loop is a pattern of pitches that comes
        three or more times in direct succession, whatever its rhythm, and lasts for eight steps or more.
        ``longest_loop_notes``: steps of the longest loop, 0 without any.
        ``loop_period_notes``: steps of the pattern which that loop repeats, 0 without any.
        ``copied_notes``: longest run of steps that a training piece has too, in the same key.
        ``copied_from``: that piece's name, empty without any.
        ``opening_ticks``: how much of the song was given, 24 to a quarter note.
    """
    composed = tuple(steps[opening_length:])
    pitches = sorted({pitch - transposed_by for step in composed for pitch in step.pitches})
    ticks = sum(step.duration_ticks for step in composed)
    share, longest, period = loops([step.pitches for step in composed])
    copied, source = training.longest_copy(composed)
    return {
        "notes": len(composed),
        "seconds": round(ticks / TICKS_PER_BEAT * 60.0 / tempo_bpm, 1),
        "range": f"{pitch_name(pitches[0])}–{pitch_name(pitches[-1])}" if pitches else "silent",
        "distinct_pitches": len(pitches),
        "repetition": round(share, 3),
        "longest_loop_notes": longest,
        "loop_period_notes": period,
        "copied_notes": copied,
        "copied_from": source,
        "opening_ticks": sum(step.duration_ticks for step in steps[:opening_length]),
    }


def one_line(facts: Mapping[str, str | int | float | bool | None]) -> str:
    """The facts that `describe` gives, as ``500 notes · 3:12 · C2–A5 · repeats 12 % · copied ≤ 9 notes (bwv66.6)``.

    What is copied is left out where the facts do not tell.
    """
    minutes, seconds = divmod(round(float(facts["seconds"] or 0)), 60)
    parts = [
        f"{facts['notes']} notes",
        f"{minutes}:{seconds:02}",
        str(facts["range"]),
        f"repeats {float(facts['repetition'] or 0):.0%}".replace("%", " %"),
    ]
    if "copied_notes" in facts:
        copied = f"copied ≤ {facts['copied_notes']} notes ({facts['copied_from']})"
        parts.append(copied if facts["copied_notes"] else "nothing copied")
    return " · ".join(parts)


def pitch_name(pitch: int) -> str:
    """The name of a MIDI pitch, such as ``C4`` for 60, with sharps."""
    return f"{_PITCH_NAMES[pitch % 12]}{pitch // 12 - 1}"


def loops(pattern: Sequence[tuple[int, ...]]) -> tuple[float, int, int]:
    """Share of the elements that lie in a loop (0 .. 1), length of the longest loop, and its period.

    A loop of period p is a stretch in which every element from the (p+1)-th equals the one p before it, at least
    `LOOP_ROUNDS` periods and `SHORTEST_LOOP_STEPS` long.
    """
    codes = _codes(pattern)
    inside = np.zeros(len(codes), dtype=bool)
    longest, longest_period = 0, 0
    for period in range(1, len(codes) // LOOP_ROUNDS + 1):
        for start, stop in _stretches(codes, period):
            inside[start:stop] = True
            if stop - start > longest:
                longest, longest_period = stop - start, period
    return (float(inside.mean()) if len(codes) else 0.0), longest, longest_period


def _codes(pattern: Sequence[tuple[int, ...]]) -> np.ndarray:
    """A number for each element, equal for equal elements, int64 [n]."""
    numbers: dict[tuple[int, ...], int] = {}
    return np.array([numbers.setdefault(element, len(numbers)) for element in pattern], dtype=np.int64)


def _stretches(codes: np.ndarray, period: int) -> list[tuple[int, int]]:
    """Start and stop of each loop of one period."""
    same = np.concatenate([[False], codes[period:] == codes[:-period], [False]])
    edges = np.flatnonzero(same[1:] != same[:-1])
    shortest = max(LOOP_ROUNDS * period, SHORTEST_LOOP_STEPS)
    return [(a, b + period) for a, b in edges.reshape(-1, 2).tolist() if b - a + period >= shortest]
