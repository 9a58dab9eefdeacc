"""What a run remembers: plain frozen records, read from and written to the store."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from evolve.genetics.individual import Individual
from evolve.judging.ballot import Ballot
from evolve.judging.ranking import Standing

Json = Any
"""Whatever `json.dumps` takes."""


class IndividualStatus(StrEnum):
    """Where an individual stands."""

    BORN = "born"
    EVALUATING = "evaluating"
    EVALUATED = "evaluated"
    FAILED = "failed"

    @property
    def is_finished(self) -> bool:
        """Whether its trial has ended, well or not."""
        return self in (IndividualStatus.EVALUATED, IndividualStatus.FAILED)

    @property
    def is_heard(self) -> bool:
        """Whether it has songs to listen to."""
        return self is IndividualStatus.EVALUATED


class GenerationStatus(StrEnum):
    """Where a generation stands."""

    BORN = "born"
    EVALUATED = "evaluated"
    RANKED = "ranked"
    BRED = "bred"

    @property
    def is_evaluated(self) -> bool:
        """Whether every member has its songs."""
        return self is not GenerationStatus.BORN

    @property
    def waits_for_listener(self) -> bool:
        """Whether it is a person's turn."""
        return self is GenerationStatus.EVALUATED

    @property
    def is_ranked(self) -> bool:
        """Whether a ranking of it is known."""
        return self in (GenerationStatus.RANKED, GenerationStatus.BRED)


@dataclass(frozen=True, slots=True)
class Artifact:
    """One file that a trial made.

    Attributes:
        kind: What it is: ``midi``, ``audio``, ``roll``, ``network``, ``vocabulary``, …
        name: Its file name inside the individual's folder, such as ``song-1.mid``.
        data: Its bytes.
    """

    kind: str
    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class SongResult:
    """One song as a trial made it: its files, and what can be said of it without ears."""

    index: int
    files: tuple[Artifact, ...]
    facts: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class TrialResult:
    """One training of one genome, as it came back from wherever it ran.

    Attributes:
        individual_id: Whose trial it was.
        metrics: Numbers such as ``held_out_bits_per_note``, ``epochs``, ``training_s``.
        songs: All songs, index from 1; empty when it failed.
        artifacts: Files of the individual as a whole: the network, its vocabulary.
        failure: Why it failed, one line; None when it did not.
    """

    individual_id: str
    metrics: Mapping[str, Json] = field(default_factory=dict)
    songs: tuple[SongResult, ...] = ()
    artifacts: tuple[Artifact, ...] = ()
    failure: str | None = None


@dataclass(frozen=True, slots=True)
class SongRecord:
    """One song in the store: paths relative to the run folder, by kind."""

    index: int
    files: Mapping[str, str]
    facts: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class IndividualRecord:
    """An individual and what became of it.

    Attributes:
        lost: Why attempts of its trial were lost and made again, oldest first; says nothing about its genome.
    """

    individual: Individual
    status: IndividualStatus
    changed: Mapping[str, tuple[Json, Json]]
    metrics: Mapping[str, Json]
    songs: tuple[SongRecord, ...]
    files: Mapping[str, str]
    failure: str | None
    replaced_by: str | None
    lost: tuple[str, ...] = ()

    @property
    def chosen_songs(self) -> tuple[SongRecord, ...]:
        """The songs that its trial put before listeners, without those that a listener asked for later."""
        chosen = self.metrics.get("songs_heard")
        if not isinstance(chosen, list):
            return self.songs
        return tuple(song for song in self.songs if song.index <= len(chosen))


@dataclass(frozen=True, slots=True)
class BallotRecord:
    """A finished ballot: who, when, how, and in which blind letters.

    Attributes:
        listener: Whose it is.
        ballot: The ordering, in individual ids.
        method: How it was made, such as ``"list"``, ``"pairs"`` or ``"order"``.
        letters: The id behind each blind letter that this listener saw: ``{"A": "g0-3", ...}``.
        made_at: When it was finished, ISO 8601 in UTC.
    """

    listener: str
    ballot: Ballot
    method: str
    letters: Mapping[str, str]
    made_at: str


@dataclass(frozen=True, slots=True)
class GenerationRecord:
    """A generation: its members, and where each came of those who were heard.

    Attributes:
        index: From 0.
        members: Ids in slot order, elites included, replaced individuals not.
        elites: The members that were carried over from the generation before.
        failed: Ids of those born into it that failed, in slot order; each was replaced.
        parents: Ids that the next generation was bred from; empty until it is bred.
    """

    index: int
    status: GenerationStatus
    members: tuple[str, ...]
    elites: tuple[str, ...]
    failed: tuple[str, ...]
    parents: tuple[str, ...]
    standings: Mapping[str, Standing]
    ballots: tuple[BallotRecord, ...]


@dataclass(frozen=True, slots=True)
class RunRecord:
    """A whole run, read at once.

    Attributes:
        name: The run folder's name.
        reference: How a command is given the run, as it can be typed; where a run lies is no part of what it is.
        settings: Every setting of the run, by name.
        space: ``{"name": file name, "text": the YAML as it was given}``.
        corpus: ``{"names": [...], "fingerprint": ..., "pieces": ..., "notes": ...}``; empty until it was read.
        opening: ``{"source": ..., "notes": ..., "files": {kind: path}}``; empty until it was chosen.
        versions: Of evolve, Python and the libraries that made it.
        individuals: By id, in order of birth, failed ones included.
        damage: Of a damaged store, what is wrong with it and what could not be read, a line each; empty when it is
            whole.
        is_worked_on: Whether a process works on it now, where that was asked (`RunStore.look`).
    """

    name: str
    reference: str = field(compare=False)
    created_at: str
    settings: Mapping[str, Json]
    space: Mapping[str, str]
    corpus: Mapping[str, Json]
    opening: Mapping[str, Json]
    versions: Mapping[str, str]
    generations: tuple[GenerationRecord, ...]
    individuals: Mapping[str, IndividualRecord]
    damage: tuple[str, ...] = ()
    is_worked_on: bool = field(default=False, compare=False)

    @property
    def groups(self) -> tuple[str, ...]:
        """The names of the corpus's groups, the largest first; none before it is read, and in older runs."""
        groups = (group.get("name") for group in self.corpus.get("groups", ()) if isinstance(group, dict))
        return tuple(name for name in groups if isinstance(name, str))
