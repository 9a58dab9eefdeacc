"""Candidates under blind letters, and one listener's ordering of them."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import Self

from evolve.errors import BallotError
from evolve.words import counted

Fact = str | int | float | bool | None

Favourite = tuple[str, int]
"""A sample that a listener loves: the id of the individual whose it is, and the sample's number."""

Comment = tuple[str, str]
"""What a listener wrote about a candidate: the individual's id, and the text."""

LONGEST_COMMENT = 1000
"""Of a comment, in characters."""


@dataclass(frozen=True, slots=True, repr=False)
class CandidateSample:
    """One sample of a candidate, as a listener meets it.

    Attributes:
        index: From 1, in the order in which they are to be judged.
        files: Absolute paths by kind (``midi``, ``audio``, ``roll``), under names that tell the letter alone.
        facts: What can be said of it without ears and eyes, such as ``{"notes": 500, "range": "C2–A5", ...}``.
    """

    index: int
    files: Mapping[str, Path]
    facts: Mapping[str, Fact]

    def __repr__(self) -> str:
        return f"CandidateSample({self.index}: {', '.join(self.files)})"


@dataclass(frozen=True, slots=True, repr=False)
class Candidate:
    """One individual of a generation as one listener meets it: under a blind letter, which alone its repr shows."""

    letter: str
    id: str
    samples: tuple[CandidateSample, ...]

    def __repr__(self) -> str:
        return f"Candidate({self.letter}: {counted(len(self.samples), 'sample')})"


def samples_of(candidates: Iterable[Candidate]) -> dict[str, tuple[int, ...]]:
    """The numbers of the samples of each candidate, by id."""
    return {candidate.id: tuple(sample.index for sample in candidate.samples) for candidate in candidates}


@dataclass(frozen=True, slots=True)
class Ballot:
    """One listener's ordering of a generation.

    Attributes:
        tiers: Individual ids, best tier first; the ids of one tier are tied.
        rejected: Ids that must not become parents; they rank below every tier, tied with each other.
        favourites: The samples that the listener loves, in the order of `ids`, then by number, however they were given.
        comments: What the listener wrote about candidates, one each, in the order of `ids`.

    Raises:
        BallotError: When an id, a favourite or a comment is there twice, a tier is empty, or a favourite or comment is
            of nobody there.
    """

    tiers: tuple[tuple[str, ...], ...]
    rejected: tuple[str, ...] = ()
    favourites: tuple[Favourite, ...] = ()
    comments: tuple[Comment, ...] = ()

    def __post_init__(self) -> None:
        if not all(self.tiers):
            raise BallotError("a ballot has an empty tier; each tier names at least one candidate")
        twice = sorted(candidate for candidate, times in Counter(self.ids).items() if times > 1)
        if twice:
            raise BallotError(f"a ballot names {', '.join(twice)} more than once; name each candidate once")
        object.__setattr__(self, "favourites", self._in_order(self.favourites))
        object.__setattr__(self, "comments", self._checked_comments())

    @property
    def ids(self) -> tuple[str, ...]:
        """Everyone on the ballot, best first, rejected last."""
        return (*(candidate for tier in self.tiers for candidate in tier), *self.rejected)

    @property
    def places(self) -> tuple[tuple[str, ...], ...]:
        """The tiers, each parted by its hearts: of those tied, who has more favourites comes first."""
        hearts = Counter(candidate for candidate, _ in self.favourites)

        def fewer(candidate: str) -> int:
            return -hearts[candidate]

        return tuple(tuple(place) for tier in self.tiers for _, place in groupby(sorted(tier, key=fewer), key=fewer))

    @property
    def ranks(self) -> dict[str, int]:
        """The rank of each id, from 1; the ids of a place share the better rank, and so do the rejected."""
        ranks: dict[str, int] = {}
        for place in (*self.places, self.rejected):
            ranks |= dict.fromkeys(place, len(ranks) + 1)
        return ranks

    @property
    def loved(self) -> frozenset[str]:
        """The ids of those of whom the listener loves a sample."""
        return frozenset(candidate for candidate, _ in self.favourites)

    def toggled(self, favourite: Favourite) -> Self:
        """The ballot with one more favourite, or without it where it is one already."""
        others = tuple(other for other in self.favourites if other != favourite)
        return replace(self, favourites=others if favourite in self.favourites else (*others, favourite))

    def commented(self, candidate: str, text: str) -> Self:
        """The ballot with this comment on a candidate in place of the one before; an empty text takes it away."""
        others = tuple(comment for comment in self.comments if comment[0] != candidate)
        kept = " ".join(text.split())
        return replace(self, comments=(*others, (candidate, kept)) if kept else others)

    def keeping_comments_and_favourites_of(self, before: "Ballot") -> Self:
        """The ballot with the comments of the one before it, and its favourites unless this one names some itself."""
        return replace(self, favourites=self.favourites or before.favourites, comments=before.comments)

    def _in_order(self, favourites: tuple[Favourite, ...]) -> tuple[Favourite, ...]:
        place = {candidate: index for index, candidate in enumerate(self.ids)}
        for favourite, times in Counter(favourites).items():
            candidate, sample = favourite
            if candidate not in place or sample < 1 or times > 1:
                unknown = "samples are numbered from 1" if sample < 1 else f"{candidate} is not on the ballot"
                why = "it is named more than once" if times > 1 else unknown
                raise BallotError(f"sample {sample} of {candidate} cannot be a favourite: {why}")
        return tuple(sorted(favourites, key=lambda favourite: (place[favourite[0]], favourite[1])))

    def _checked_comments(self) -> tuple[Comment, ...]:
        place = {candidate: index for index, candidate in enumerate(self.ids)}
        times = Counter(candidate for candidate, _ in self.comments)
        for candidate, text in self.comments:
            if candidate not in place or times[candidate] > 1:
                why = "there is more than one" if candidate in place else f"{candidate} is not on the ballot"
                raise BallotError(f"the comment on {candidate} cannot be kept: {why}")
            if not text or len(text) > LONGEST_COMMENT:
                raise BallotError(
                    f"the comment on {candidate} has {len(text):,} characters; allowed are 1 to {LONGEST_COMMENT:,}"
                )
        return tuple(sorted(self.comments, key=lambda comment: place[comment[0]]))


@dataclass(frozen=True, slots=True)
class Repeat:
    """Where a listener placed somebody who was presented twice, without knowing it.

    Attributes:
        id: The individual's.
        places: The ranks of the two appearances, from 1, ties sharing the better one; first that which counts.
        of: How many appearances were ranked, both of these among them.
    """

    id: str
    places: tuple[int, int]
    of: int


@dataclass(frozen=True, slots=True)
class Playback:
    """How often and how long a listener has played one sample, or looked at it.

    Attributes:
        id: The individual's.
        sample: Its number, from 1.
        plays: How often it was begun.
        seconds: For how long, all together.
    """

    id: str
    sample: int
    plays: int
    seconds: float


@dataclass(frozen=True, slots=True)
class ListeningLog:
    """What a ballot has cost: how long its listener was at it, and what was played.

    Attributes:
        active_s: Seconds in which the listener did something, all together.
        playbacks: One for each sample that was played, in the order in which each was played first.
    """

    active_s: float = 0.0
    playbacks: tuple[Playback, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.active_s or self.playbacks)

    @property
    def plays(self) -> int:
        """How often any sample was begun."""
        return sum(one.plays for one in self.playbacks)

    def plus(self, other: "ListeningLog") -> "ListeningLog":
        """Both together."""
        together = {(one.id, one.sample): one for one in self.playbacks}
        for one in other.playbacks:
            known = together.get((one.id, one.sample))
            together[one.id, one.sample] = (
                replace(known, plays=known.plays + one.plays, seconds=round(known.seconds + one.seconds, 3))
                if known
                else one
            )
        return ListeningLog(round(self.active_s + other.active_s, 3), tuple(together.values()))


NO_LISTENING = ListeningLog()
"""Of a ballot for which nothing was noted."""


@dataclass(frozen=True, slots=True)
class RankingEntry:
    """Where an individual came in the ranking of one generation.

    Attributes:
        rank: From 1; ties share the better rank.
        utility: Plackett-Luce log-strength, larger is better; 0 is the mean of all.
        rejected: Whether the listeners rejected it.
    """

    rank: int
    utility: float
    rejected: bool = False
