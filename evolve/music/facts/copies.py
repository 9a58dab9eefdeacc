"""Passages that a song has copied from the pieces a network learned from."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from evolve.music.representation.steps import Step
from evolve.music.song import Column


@dataclass(frozen=True, slots=True, eq=False)
class CopyIndex:
    """The training pieces, laid out so that the longest copied passage of a song is found in milliseconds.

    Pairs of steps are looked up, not steps: a quarter note on G stands in a corpus of tunes thousands of times, before
    another certain note a few hundred times at most.

    Attributes:
        names: Of the pieces.
        starts: Where each piece starts in the sequence of all steps, int64 [pieces].
        codes: A number for each distinct step, from 0.
        firsts: The first place of each distinct step, by its number, int64 [distinct steps].
        places: Where a step has a next one in its piece, those of equal pairs together, ascending, int32 [pairs].
        spans: For each distinct pair of numbers, where its places start and stop within `places`.
    """

    names: tuple[str, ...]
    starts: Column
    codes: Mapping[Step, int]
    firsts: Column
    places: npt.NDArray[np.int32]
    spans: Mapping[tuple[int, int], tuple[int, int]]

    @classmethod
    def build(cls, names: Sequence[str], pieces: Sequence[Sequence[Step]]) -> Self:
        """The index of these pieces, as many as names; the end of one and the beginning of the next are no pair."""
        codes: dict[Step, int] = {}
        symbols = np.array([codes.setdefault(s, len(codes)) for piece in pieces for s in piece], dtype=np.int64)
        ends = np.cumsum([len(piece) for piece in pieces], dtype=np.int64)
        starts = np.concatenate([[0], ends])[: len(pieces)]
        has_next = np.ones(len(symbols), dtype=bool)
        has_next[ends[ends > 0] - 1] = False
        places = np.flatnonzero(has_next)
        pairs = symbols[places] * len(codes) + symbols[places + 1]
        order = np.argsort(pairs, kind="stable")
        distinct, first = np.unique(pairs[order], return_index=True)
        spans = itertools.pairwise([*first.tolist(), len(pairs)])
        return cls(
            names=tuple(names),
            starts=starts,
            codes=codes,
            firsts=np.unique(symbols, return_index=True)[1],
            places=places[order].astype(np.int32),
            spans={divmod(pair, len(codes)): span for pair, span in zip(distinct.tolist(), spans, strict=True)},
        )

    def longest_copy(self, steps: Sequence[Step]) -> tuple[int, str]:
        """Length of the longest run of consecutive steps that a piece has too, and the piece's name.

        Pitches and durations must be the same, as stored: the same tune in another key is no copy. Both are empty
        (0, "") where no step is known. For each pair of steps in turn, the runs that end at its places in the pieces
        are one longer than those that ended a place before (dynamic programming for the longest common substring).
        """
        symbols = [self.codes.get(step, -1) for step in steps]
        runs = np.zeros(int(self.places.max(initial=-1)) + 2, dtype=np.int32)
        before = self.places[:0]
        longest, place = 0, 0
        for pair in itertools.pairwise(symbols):
            here = self.places[slice(*self.spans.get(pair, (0, 0)))]
            lengths = runs[here] + 1
            runs[before + 1] = 0
            runs[here + 1] = lengths
            before = here
            if lengths.size and lengths.max() > longest:
                longest, place = int(lengths.max()), int(here[lengths.argmax()])
        return (longest + 1, self._piece_at(place)) if longest else self._single(symbols)

    def _single(self, symbols: Sequence[int]) -> tuple[int, str]:
        """A single step that some piece has."""
        known = next((symbol for symbol in symbols if symbol >= 0), None)
        return (0, "") if known is None else (1, self._piece_at(int(self.firsts[known])))

    def _piece_at(self, place: int) -> str:
        return self.names[int(np.searchsorted(self.starts, place, side="right")) - 1]
