"""What can be said of a song that a network composed, also what it copied: flat facts for the store and for JSON."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from evolve.domains.music.facts.figures import CorpusFigures, Figures, distance, figures_of, notes_from
from evolve.domains.music.instruments import pitch_name
from evolve.domains.music.reshaping import transposed
from evolve.domains.music.song import Column, Song, Track
from evolve.domains.music.tokenizers.steps import NoteStep, fold


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
    codes: Mapping[NoteStep, int]
    firsts: Column
    places: npt.NDArray[np.int32]
    spans: Mapping[tuple[int, int], tuple[int, int]]

    @classmethod
    def build(cls, names: Sequence[str], pieces: Sequence[Sequence[NoteStep]]) -> Self:
        """The index of these pieces, as many as names; the end of one and the beginning of the next are no pair."""
        codes: dict[NoteStep, int] = {}
        numbers = np.array([codes.setdefault(s, len(codes)) for piece in pieces for s in piece], dtype=np.int64)
        ends = np.cumsum([len(piece) for piece in pieces], dtype=np.int64)
        starts = np.concatenate([[0], ends])[: len(pieces)]
        has_next = np.ones(len(numbers), dtype=bool)
        has_next[ends[ends > 0] - 1] = False
        places = np.flatnonzero(has_next)
        pairs = numbers[places] * len(codes) + numbers[places + 1]
        order = np.argsort(pairs, kind="stable")
        distinct, first = np.unique(pairs[order], return_index=True)
        spans = itertools.pairwise([*first.tolist(), len(pairs)])
        return cls(
            names=tuple(names),
            starts=starts,
            codes=codes,
            firsts=np.unique(numbers, return_index=True)[1],
            places=places[order].astype(np.int32),
            spans={divmod(pair, len(codes)): span for pair, span in zip(distinct.tolist(), spans, strict=True)},
        )

    def longest_copy(self, steps: Sequence[NoteStep]) -> tuple[int, str]:
        """Length of the longest run of consecutive steps that a piece has too, and the piece's name.

        Pitches and durations must be the same, as stored: the same tune in another key is no copy. Both are empty
        (0, "") where no step is known. For each pair of steps in turn, the runs that end at its places in the pieces
        are one longer than those that ended a place before (dynamic programming for the longest common substring).
        """
        numbers = [self.codes.get(step, -1) for step in steps]
        runs = np.zeros(int(self.places.max(initial=-1)) + 2, dtype=np.int32)
        before = self.places[:0]
        longest, place = 0, 0
        for pair in itertools.pairwise(numbers):
            here = self.places[slice(*self.spans.get(pair, (0, 0)))]
            lengths = runs[here] + 1
            runs[before + 1] = 0
            runs[here + 1] = lengths
            before = here
            if lengths.size and lengths.max() > longest:
                longest, place = int(lengths.max()), int(here[lengths.argmax()])
        return (longest + 1, self._piece_at(place)) if longest else self._single(numbers)

    def _single(self, numbers: Sequence[int]) -> tuple[int, str]:
        known = next((number for number in numbers if number >= 0), None)
        return (0, "") if known is None else (1, self._piece_at(int(self.firsts[known])))

    def _piece_at(self, place: int) -> str:
        return self.names[int(np.searchsorted(self.starts, place, side="right")) - 1]


SongFacts = dict[str, str | int | float | bool]


def describe(
    song: Song,
    *,
    opening_ticks: int,
    copies: CopyIndex | None,
    corpus: CorpusFigures | None,
    transposed_by: int = 0,
    ended: bool | None = None,
) -> SongFacts:
    """Facts about what a network composed after the opening: of the notes that start at ``opening_ticks`` or later.

    Args:
        song: As it is heard, the opening first.
        opening_ticks: How much of it was given, not composed.
        copies: What copies are looked for in; None where the corpus is not at hand.
        corpus: What is usual in the corpus; None where that is not known.
        transposed_by: Semitones that the key of `copies` and `corpus` lies above the song's.
        ended: Whether the network ended the song; False: it was cut off at the most notes; None: not known.

    Returns:
        ``notes``, ``seconds``, ``distinct_pitches``, ``pitch_class_entropy_bits``, ``scale_consistency``,
        ``repeated_notes``, ``repetition``, ``longest_loop_notes``, ``loop_period_notes``, ``polyphony``,
        ``notes_per_beat``, ``stuck``: as in `Figures`.
        ``range``: lowest and highest pitch, such as ``C2–A5`` (middle C is C4); ``silent`` without any.
        ``copied_notes``: longest run of steps, as `fold` has them, that a training piece has too, in the common key.
        ``copied_from``: that piece's name, empty without any. Both are missing without `copies`.
        ``distance``: how unlike the corpus it is, in spreads of its pieces, 0 .. 5, as `distance` tells it.
        ``distance_<figure>``: how many spreads each figure lies above the corpus's middle, negative: below.
        ``farthest``: the figure that is farthest, empty for silence. All three are missing without `corpus`, and
        the figures for silence.
        ``ended``: as given; missing where it is not known.
        ``opening_ticks``: as given, 24 to a quarter note.
    """
    figures = figures_of(song, opening_ticks=opening_ticks)
    return {
        **_figures(figures),
        **({} if copies is None else _copied(song, opening_ticks, copies, transposed_by)),
        **({} if corpus is None else _distances(corpus.deviations(figures, transposed_by=transposed_by))),
        **({} if ended is None else {"ended": ended}),
        "opening_ticks": opening_ticks,
    }


def _figures(figures: Figures) -> SongFacts:
    return {
        "notes": figures.notes,
        "seconds": round(figures.seconds, 1),
        "range": _range(figures),
        "distinct_pitches": figures.distinct_pitches,
        "pitch_class_entropy_bits": round(figures.pitch_class_entropy_bits, 3),
        "scale_consistency": round(figures.scale_consistency, 3),
        "repeated_notes": round(figures.repeated_notes, 3),
        "repetition": round(figures.repetition, 3),
        "longest_loop_notes": figures.longest_loop_notes,
        "loop_period_notes": figures.loop_period_notes,
        "polyphony": round(figures.polyphony, 2),
        "notes_per_beat": round(figures.notes_per_beat, 2),
        "stuck": figures.stuck,
    }


def _range(figures: Figures) -> str:
    if figures.lowest is None or figures.highest is None:
        return "silent"
    return f"{pitch_name(figures.lowest)}–{pitch_name(figures.highest)}"


def _copied(song: Song, opening_ticks: int, copies: CopyIndex, transposed_by: int) -> SongFacts:
    composed = Song((Track(notes_from(song, opening_ticks)),), song.tempo_bpm)
    copied, source = copies.longest_copy(fold(transposed(composed, transposed_by)))
    return {"copied_notes": copied, "copied_from": source}


def _distances(deviations: dict[str, float]) -> SongFacts:
    return {
        "distance": round(distance(deviations.values()), 2),
        **{f"distance_{name}": round(deviation, 2) for name, deviation in deviations.items()},
        "farthest": max(deviations, key=lambda name: abs(deviations[name]), default=""),
    }
