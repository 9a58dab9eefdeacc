"""What a run remembers: plain frozen records, read from and written to the store."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from evolve.records.ballot import NO_LISTENING, Ballot, ListeningLog, RankingEntry, Repeat
from evolve.records.expectation import Expectation
from evolve.records.individual import Individual

Json = Any
"""Whatever `json.dumps` takes."""

FACT_PARTS: Final[Mapping[str, Mapping[str, type]]] = {
    "settings": {"screening": str}
    | dict.fromkeys(("seed", "population", "parents", "elites", "generations", "heard", "halving"), int),
    "space": {"name": str, "text": str},
    "domain": {"reference": str},
    "build": {"reference": str},
    "branched": {"run": str, "created_at": str, "seed": int, "founders": dict},
    "earlier_taste": {"run": str, "ballots": int, "heard": dict},
}
"""Of facts that are objects, the parts that are counted with, or read as a text, wherever a run is told of."""


class IndividualStatus(StrEnum):
    """Where an individual stands."""

    BORN = "born"
    EVALUATING = "evaluating"
    PAUSED = "paused"
    EVALUATED = "evaluated"
    STOPPED = "stopped"
    FAILED = "failed"

    @property
    def is_finished(self) -> bool:
        """Whether its trial has ended, well or not."""
        return self in (IndividualStatus.EVALUATED, IndividualStatus.STOPPED, IndividualStatus.FAILED)

    @property
    def is_paused(self) -> bool:
        """Whether its trial has come to a rung of its budget, and may go on."""
        return self is IndividualStatus.PAUSED

    @property
    def is_heard(self) -> bool:
        """Whether it has samples to be judged."""
        return self is IndividualStatus.EVALUATED


class GenerationStatus(StrEnum):
    """Where a generation stands."""

    BORN = "born"
    EVALUATED = "evaluated"
    RANKED = "ranked"
    BRED = "bred"

    @property
    def is_evaluated(self) -> bool:
        """Whether every member has its samples."""
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
class Sample:
    """One sample, such as a song, as a trial made it: its files, and what can be said of it without ears or eyes."""

    index: int
    files: tuple[Artifact, ...]
    facts: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class TrialResult:
    """One training of one genome, as it came back from wherever it ran.

    Attributes:
        individual_id: Whose trial it was.
        metrics: Numbers such as ``validation_loss``, ``epochs``, ``training_s``.
        samples: All samples, index from 1; empty when it failed.
        artifacts: Files of the individual as a whole: the network, its vocabulary.
        failure: Why it failed, one line; None when it did not.
        presented: How many of the samples, the first ones, are put before listeners; None: all of them.
        notices: What the user should be told, once a run.
        is_paused: Whether it has not ended, but paused at a rung of its budget: its metrics are those so far.
        stopped: Why it was stopped early for good, one line: its metrics are those so far; None when it was not.
    """

    individual_id: str
    metrics: Mapping[str, Json] = field(default_factory=dict)
    samples: tuple[Sample, ...] = ()
    artifacts: tuple[Artifact, ...] = ()
    failure: str | None = None
    presented: int | None = None
    notices: tuple[str, ...] = ()
    is_paused: bool = False
    stopped: str | None = None


@dataclass(frozen=True, slots=True)
class SampleRecord:
    """One sample in the store: paths relative to the run folder, by kind."""

    index: int
    files: Mapping[str, str]
    facts: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class IndividualRecord:
    """An individual and what became of it.

    Attributes:
        lost: Why attempts of its trial were lost and made again, oldest first; says nothing about its genome.
        presented: How many of its samples, the first ones, its trial put before listeners; None: all of them.
        stopped: Why it was stopped early, one line; None when it was not.
    """

    individual: Individual
    status: IndividualStatus
    changed: Mapping[str, tuple[Json, Json]]
    metrics: Mapping[str, Json]
    samples: tuple[SampleRecord, ...]
    files: Mapping[str, str]
    failure: str | None
    replaced_by: str | None
    lost: tuple[str, ...] = ()
    presented: int | None = None
    stopped: str | None = None

    @property
    def chosen_samples(self) -> tuple[SampleRecord, ...]:
        """The samples that its trial put before listeners, without those that a listener asked for later."""
        if self.presented is None:
            return self.samples
        return tuple(sample for sample in self.samples if sample.index <= self.presented)


TRIAL_S: Final = "trial_s"
"""The metric of a trial that tells how many seconds it took."""

INHERITED: Final = "inherited"
"""The metric of a trial that tells, in words, with what of its first parent it began; not there where it did not."""

GENOMES: Final = "own_genomes"
"""The fact of a run that keeps the genomes which its user gave, in their order."""

JUDGE: Final = "judge"
"""The fact of a run that names the simulated listener which judges it."""

SIMULATED: Final = "simulated"
"""How the ballot of a simulated listener is made."""


@dataclass(frozen=True, slots=True)
class BallotRecord:
    """A finished ballot: who, when, how, and in which blind letters.

    Attributes:
        listener: Whose it is.
        ballot: The ordering, in individual ids.
        method: How it was made, such as ``"list"``, ``"pairs"``, ``"order"`` or ``"simulated"``.
        letters: The id behind each blind letter that this listener saw: ``{"A": "g0-3", ...}``.
        made_at: When it was finished, ISO 8601 in UTC.
        listening: What it has cost the listener, where that was noted.
        repeat: Where somebody who was presented twice was placed; None where nobody was.
    """

    listener: str
    ballot: Ballot
    method: str
    letters: Mapping[str, str]
    made_at: str
    listening: ListeningLog = NO_LISTENING
    repeat: Repeat | None = None

    @property
    def is_simulated(self) -> bool:
        """Whether no person has made it."""
        return self.method == SIMULATED


@dataclass(frozen=True, slots=True)
class GenerationRecord:
    """A generation: its members, and where each came of those who were heard.

    Attributes:
        index: From 0.
        members: Ids in slot order, elites included, replaced and stopped individuals not.
        elites: The members that were carried over from the generation before.
        failed: Ids of those born into it that failed, in slot order; each was replaced, unless enough others went on.
        stopped: Ids of those born into it that were stopped early, in slot order.
        parents: Ids that the next generation was bred from, best first, then those who breed for a favourite, or by
            taste, alone; empty until it is bred.
        expected: What the taste model expected of its members at its birth, by id; empty where it was not asked.
    """

    index: int
    status: GenerationStatus
    members: tuple[str, ...]
    elites: tuple[str, ...]
    failed: tuple[str, ...]
    parents: tuple[str, ...]
    ranking: Mapping[str, RankingEntry]
    ballots: tuple[BallotRecord, ...]
    expected: Mapping[str, Expectation] = field(default_factory=dict)
    stopped: tuple[str, ...] = ()

    @property
    def foretold(self) -> Mapping[str, Expectation]:
        """What was expected of its members at its birth, by id; nothing before it is ranked, lest it sway who ranks."""
        return self.expected if self.status.is_ranked else {}

    @property
    def champions(self) -> tuple[str, ...]:
        """The members that came first and were not rejected, in slot order: several in a tie, none before a ranking."""
        entries = ((name, self.ranking[name]) for name in self.members if name in self.ranking)
        return tuple(name for name, entry in entries if entry.rank == 1 and not entry.rejected)

    @property
    def everyone(self) -> tuple[str, ...]:
        """Its members, those who failed, one of whom may still be a member, and those who were stopped early."""
        return tuple(dict.fromkeys((*self.members, *self.failed, *self.stopped)))

    @property
    def loved(self) -> frozenset[str]:
        """The ids of those of whom some listener loves a sample."""
        return frozenset(name for record in self.ballots for name in record.ballot.loved)

    def ballot_of(self, listener: str) -> BallotRecord | None:
        """The ballot that a listener has cast; None before that."""
        return next((one for one in self.ballots if one.listener == listener), None)


@dataclass(frozen=True, slots=True)
class RunRecord:
    """A whole run, read at once.

    Attributes:
        name: The run folder's name.
        reference: How a command is given the run, as it can be typed; where a run lies is no part of what it is.
        settings: Every setting of the run, by name.
        space: ``{"name": file name, "text": the YAML as it was given}``.
        facts: What else is known of the whole run, by name: what its domain found out before the first trial, with
            ``{"files": {kind: path}}`` where there are files to look at, and the domain itself.
        versions: Of evolve, Python and the libraries that made it.
        individuals: By id, in order of birth, failed ones included.
        damage: Of a damaged store, what is wrong with it and which copy tells of the run instead, a line each; empty
            when it is whole.
        is_worked_on: Whether a process works on it now, where that was asked (`RunStore.look`).
    """

    name: str
    reference: str = field(compare=False)
    created_at: str
    settings: Mapping[str, Json]
    space: Mapping[str, str]
    facts: Mapping[str, Json]
    versions: Mapping[str, str]
    generations: tuple[GenerationRecord, ...]
    individuals: Mapping[str, IndividualRecord]
    damage: tuple[str, ...] = ()
    is_worked_on: bool = field(default=False, compare=False)

    def fact(self, name: str) -> Mapping[str, Json]:
        """What is known of one thing; empty when nothing is."""
        value = self.facts.get(name)
        return value if isinstance(value, dict) else {}

    @property
    def domain(self) -> Mapping[str, Json]:
        """Which domain the run is of: ``{"reference": ..., "sha256": of the user's code where it is one's own}``."""
        return self.fact("domain")

    @property
    def build(self) -> Mapping[str, Json]:
        """Which function of the user's builds its networks, as `domain` says it; empty when none does."""
        return self.fact("build")

    @property
    def branched(self) -> Mapping[str, Json]:
        """Of a run that was branched off another, where it comes from; empty of all others.

        ``{"run": its name, "created_at": when it was begun, "seed": that by which samples are made,
        "founders": {id here: id there}}``.
        """
        return self.fact("branched")

    @property
    def judge(self) -> str:
        """The simulated listener that judges it, such as ``simulated:additive,noise=0.3``; empty where people do."""
        return str(self.facts.get(JUDGE) or "")

    @property
    def ancestors(self) -> Mapping[str, str]:
        """Of a run that was branched off another, the ids that its first founders had there, by their ids here."""
        return {name: str(before) for name, before in self.branched.get("founders", {}).items()}

    @property
    def material_seed(self) -> int:
        """The seed of what all trials work from: the run's, or that of the run which it was branched off."""
        return material_seed(self.facts, self.settings)

    @property
    def groups(self) -> tuple[str, ...]:
        """What genes of shares divide a whole among, the largest first; none before the run was prepared."""
        return tuple(self.facts.get("groups") or ())


def material_seed(facts: Mapping[str, Json], settings: Mapping[str, Json]) -> int:
    """The seed of what all trials of a run work from, by its facts and its settings."""
    return int(facts.get("branched", {}).get("seed", settings["seed"]))
