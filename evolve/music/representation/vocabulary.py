"""The symbols a network knows: steps become streams of small integers, one stream an attribute, and back."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from evolve.errors import CorpusError
from evolve.music.representation.likeness import Pitches, most_alike
from evolve.music.representation.representatives import representatives
from evolve.music.representation.steps import Step

ATTRIBUTES = ("pitch", "duration")
"""What a step is made of; each attribute is a stream of its own."""

MAX_PITCHES = 256
"""How many pitch symbols a vocabulary has at most unless told otherwise: rest, single notes, and some chords."""

Stream = npt.NDArray[np.int32]
Streams = dict[str, Stream]
"""Attribute name to one symbol a step, int32 [steps]; all streams of a piece are equally long."""


@dataclass(frozen=True, slots=True)
class Encoded:
    """Steps as symbols, and what had to be replaced because the vocabulary does not have it.

    Attributes:
        streams: One stream an attribute.
        replaced_pitches: Each unknown chord or note, its stand-in, and in how many steps.
        replaced_durations: The same of durations, in ticks.
    """

    streams: Streams
    replaced_pitches: tuple[tuple[Pitches, Pitches, int], ...] = ()
    replaced_durations: tuple[tuple[int, int, int], ...] = ()

    @property
    def replaced(self) -> int:
        """How many pitch and duration symbols were replaced, counted step by step."""
        return sum(n for *_, n in self.replaced_pitches) + sum(n for *_, n in self.replaced_durations)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The symbols of each attribute; a symbol is its place in the tuple.

    Attributes:
        pitches: Ascending MIDI note numbers of a note or chord; the empty tuple is the rest.
        durations: Ticks, ascending.
    """

    pitches: tuple[Pitches, ...]
    durations: tuple[int, ...]

    @property
    def sizes(self) -> dict[str, int]:
        """How many symbols each attribute has."""
        return {"pitch": len(self.pitches), "duration": len(self.durations)}

    def encode(self, steps: Sequence[Step]) -> Encoded:
        """Steps as streams; an unknown chord becomes the most similar known one, a duration the nearest by ratio."""
        pitch_of = {pitches: i for i, pitches in enumerate(self.pitches)}
        duration_of = {duration: i for i, duration in enumerate(self.durations)}
        unknown_pitches = Counter(s.pitches for s in steps if s.pitches not in pitch_of)
        unknown_durations = Counter(s.duration_ticks for s in steps if s.duration_ticks not in duration_of)
        pitch_of |= zip(unknown_pitches, most_alike(tuple(unknown_pitches), self.pitches).tolist(), strict=True)
        duration_of |= {d: _nearest_duration(d, self.durations) for d in unknown_durations}
        streams = {
            "pitch": np.array([pitch_of[s.pitches] for s in steps], dtype=np.int32),
            "duration": np.array([duration_of[s.duration_ticks] for s in steps], dtype=np.int32),
        }
        return Encoded(
            streams,
            tuple((p, self.pitches[pitch_of[p]], n) for p, n in unknown_pitches.most_common()),
            tuple((d, self.durations[duration_of[d]], n) for d, n in unknown_durations.most_common()),
        )

    def decode(self, streams: Mapping[str, Stream]) -> tuple[Step, ...]:
        """Streams as steps."""
        return tuple(
            Step(self.pitches[pitch], self.durations[duration])
            for pitch, duration in zip(streams["pitch"].tolist(), streams["duration"].tolist(), strict=True)
        )

    def to_json(self) -> dict[str, Any]:
        """What `json.dumps` takes, documented: ``{"version", "pitches": [[60, 64], [], …], "durations": [ticks]}``."""
        return {
            "version": 1,
            "pitches": [list(pitches) for pitches in self.pitches],
            "durations": list(self.durations),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The vocabulary that `to_json` described; `CorpusError` when it is not one."""
        try:
            pitches = tuple(tuple(int(p) for p in chord) for chord in data["pitches"])
            return cls(pitches, tuple(int(d) for d in data["durations"]))
        except (KeyError, TypeError, ValueError) as error:
            raise CorpusError("this is not a vocabulary: expected lists named pitches and durations") from error


def build_vocabulary(pieces: Iterable[Sequence[Step]], *, max_pitches: int = MAX_PITCHES) -> Vocabulary:
    """The symbols of some pieces: the rest, every single pitch, and the chords that best stand for all chords.

    Args:
        pieces: Steps of each piece.
        max_pitches: The most pitch symbols; the rest and single pitches always stay.
    """
    steps = [step for piece in pieces for step in piece]
    counts = Counter(step.pitches for step in steps)
    singles: list[Pitches] = [(), *((pitch,) for pitch in sorted({pitch for chord in counts for pitch in chord}))]
    chords = representatives(counts, singles, max(0, max_pitches - len(singles)))
    return Vocabulary((*singles, *chords), tuple(sorted({step.duration_ticks for step in steps})))


def _nearest_duration(ticks: int, known: Sequence[int]) -> int:
    return min(range(len(known)), key=lambda i: (max(ticks, known[i]) / min(ticks, known[i]), i))
