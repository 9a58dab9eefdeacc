"""Candidates under blind letters, and one listener's ordering of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

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
    """

    tiers: tuple[tuple[str, ...], ...]
    rejected: tuple[str, ...] = ()
