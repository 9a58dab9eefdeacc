"""What a song strikes, one after the other: its notes and chords without their rhythm, and when each begins."""

import itertools
from dataclasses import dataclass
from typing import Self

import numpy as np

from evolve.music.representation.likeness import Pitches
from evolve.music.representation.steps import chord_starts
from evolve.music.song import Column, Notes


@dataclass(frozen=True, slots=True, eq=False)
class Struck:
    """Notes and chords in order; a chord is the notes that start together, on whatever tracks, as `fold` has it.

    Attributes:
        pitches: Of each, ascending and distinct MIDI note numbers, at least one.
        onsets_ticks: When each begins, ascending, int64 [struck].
    """

    pitches: tuple[Pitches, ...]
    onsets_ticks: Column

    @classmethod
    def of(cls, notes: Notes) -> Self:
        """What some notes strike."""
        onsets = notes.onsets_ticks.tolist()
        firsts = chord_starts(onsets)
        keys = notes.pitches.tolist()
        chords = (tuple(sorted(set(keys[a:b]))) for a, b in itertools.pairwise([*firsts, len(keys)]))
        return cls(tuple(chords), np.array([onsets[first] for first in firsts], dtype=np.int64))

    def __len__(self) -> int:
        return len(self.pitches)

    @property
    def repeated(self) -> int:
        """How many are equal to the one before."""
        return sum(a == b for a, b in itertools.pairwise(self.pitches))
