"""Candidates under blind letters, and one listener's ordering of them."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from evolve.errors import BallotError

Fact = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class CandidateSong:
    """One song of a candidate, as a listener meets it.

    Attributes:
        index: From 1; song k of every candidate was composed with the same random stream.
        files: Absolute paths by kind (``midi``, ``audio``, ``roll``), under names that tell the letter alone.
        facts: What can be said of the song without ears, such as ``{"notes": 500, "range": "C2–A5", ...}``.
    """

    index: int
    files: Mapping[str, Path]
    facts: Mapping[str, Fact]


@dataclass(frozen=True, slots=True)
class Candidate:
    """One individual of a generation as one listener meets it: under a blind letter."""

    letter: str
    id: str
    songs: tuple[CandidateSong, ...]


@dataclass(frozen=True, slots=True)
class Ballot:
    """One listener's ordering of a generation.

    Attributes:
        tiers: Individual ids, best tier first; the ids of one tier are tied.
        rejected: Ids that must not become parents; they rank below every tier, tied with each other.

    Raises:
        BallotError: When an id is there twice, or a tier is empty.
    """

    tiers: tuple[tuple[str, ...], ...]
    rejected: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not all(self.tiers):
            raise BallotError("a ballot has an empty tier; each tier names at least one candidate")
        twice = sorted(candidate for candidate, times in Counter(self.ids).items() if times > 1)
        if twice:
            raise BallotError(f"a ballot names {', '.join(twice)} more than once; name each candidate once")

    @property
    def ids(self) -> tuple[str, ...]:
        """Everyone on the ballot, best first, rejected last."""
        return (*(candidate for tier in self.tiers for candidate in tier), *self.rejected)

    @property
    def ranks(self) -> dict[str, int]:
        """The rank of each id, from 1; the ids of a tier share the better rank, and so do the rejected."""
        ranks: dict[str, int] = {}
        for tier in (*self.tiers, self.rejected):
            ranks |= dict.fromkeys(tier, len(ranks) + 1)
        return ranks
