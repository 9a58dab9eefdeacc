"""Everything that the listeners of a run have said, as the model of taste needs it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from evolve.records.ballot import Ballot
from evolve.records.genome import Genome

Samples = Sequence[Mapping[str, float]]
"""Numbers of each of an individual's samples, by name."""

_MOST_HEARD: Final = 500
"""Candidates of whom a listener's taste is learned."""


@dataclass(frozen=True, slots=True)
class Heard:
    """Everything that listeners have said, and of whom.

    Attributes:
        genomes: Of everyone who was born, by id.
        ballots: Of each generation in turn, by listener.
        samples: Features of all samples of an individual, by id.
        presented: Features of those that were put before listeners, where these are not all.
    """

    genomes: Mapping[str, Genome]
    ballots: Sequence[Mapping[str, Ballot]]
    samples: Mapping[str, Samples] = field(default_factory=dict)
    presented: Mapping[str, Samples] = field(default_factory=dict)

    @property
    def listeners(self) -> tuple[str, ...]:
        """Whoever has cast a ballot, in order of their first."""
        return tuple(dict.fromkeys(listener for ballots in self.ballots for listener in ballots))

    @property
    def ranked(self) -> tuple[str, ...]:
        """The ids on any ballot, in order of their first."""
        return tuple(dict.fromkeys(name for ballots in self.ballots for one in ballots.values() for name in one.ids))

    @property
    def rejected(self) -> frozenset[str]:
        """Whom some listener has rejected."""
        return frozenset(name for ballots in self.ballots for one in ballots.values() for name in one.rejected)

    def told_by(self, listener: str) -> tuple[Ballot, ...]:
        """The ballots of one listener, one generation after the other; of very many candidates those heard last."""
        told: list[Ballot] = []
        left = _MOST_HEARD
        for ballots in reversed(self.ballots):
            if listener in ballots and left > 0:
                told.insert(0, ballots[listener])
                left -= len(ballots[listener].ids)
        return tuple(told)

    def of(self, name: str) -> Samples:
        """The features of an individual's samples that were put before listeners."""
        return self.presented.get(name) or self.samples.get(name, ())
