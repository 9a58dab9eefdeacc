"""Everything that the listeners of a run have said, as the model of taste needs it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from evolve.records.ballot import Ballot
from evolve.records.genome import Genome

Samples = Sequence[Mapping[str, float]]
"""Numbers of each of an individual's samples, by name."""

_MOST_HEARD: Final = 500
"""Candidates of whom a listener's taste is learned."""

_EARLIER: Final = "earlier-"
"""Before the ids of an earlier run's individuals."""


@dataclass(frozen=True, slots=True)
class Heard:
    """Everything that listeners have said, and of whom.

    Attributes:
        genomes: Of everyone who was born, by id.
        ballots: Of each generation in turn, by listener.
        samples: Features of all samples of an individual, by id.
        presented: Features of those that were put before listeners, where these are not all.
        earlier: What was said in an earlier run, of whose individuals none has an id of this one; None: nothing.
    """

    genomes: Mapping[str, Genome]
    ballots: Sequence[Mapping[str, Ballot]]
    samples: Mapping[str, Samples] = field(default_factory=dict)
    presented: Mapping[str, Samples] = field(default_factory=dict)
    earlier: "Heard | None" = None

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

    @property
    def with_earlier(self) -> "Heard":
        """With everyone of the earlier run among the others; the ballots are this run's alone."""
        if self.earlier is None:
            return self
        return replace(
            self,
            genomes={**self.earlier.genomes, **self.genomes},
            samples={**self.earlier.samples, **self.samples},
            presented={**self.earlier.presented, **self.presented},
        )

    @property
    def as_earlier(self) -> "Heard":
        """What a later run can learn from this one: of whoever is on a ballot, under ids that none of that run has."""
        told = {name: _EARLIER + name for name in self.ranked}
        return Heard(
            {there: self.genomes[name] for name, there in told.items()},
            [{listener: _renamed(one, told) for listener, one in ballots.items()} for ballots in self.ballots],
            {there: self.samples[name] for name, there in told.items() if name in self.samples},
            {there: self.presented[name] for name, there in told.items() if name in self.presented},
        )

    def of(self, name: str) -> Samples:
        """The features of an individual's samples that were put before listeners."""
        return self.presented.get(name) or self.samples.get(name, ())


def _renamed(ballot: Ballot, told: Mapping[str, str]) -> Ballot:
    """A ballot with other ids, and without its comments, which nothing is learned from."""
    tiers = tuple(tuple(told[name] for name in tier) for tier in ballot.tiers)
    favourites = tuple((told[name], number) for name, number in ballot.favourites)
    return Ballot(tiers, tuple(told[name] for name in ballot.rejected), favourites)
