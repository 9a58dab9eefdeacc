"""What the messages between a run and its cluster mean: trials and their material as facts and bytes, and back."""

import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import accumulate, pairwise

from evolve.clusters.channels.message import Message
from evolve.config import RunConfig
from evolve.execution.contract import Phase, TrialObserver, TrialProgress
from evolve.execution.material import Material, opening_facts
from evolve.genetics.gene import Gene, GeneKind
from evolve.genetics.genome import Genome
from evolve.genetics.individual import Individual, Origin
from evolve.genetics.shares import Shares
from evolve.genetics.space import SearchSpace
from evolve.store.records import Artifact, Json, SongResult, TrialResult


def order(individuals: Sequence[Individual], material: Material, *, number: int) -> Message:
    """Run one trial for each of these; orders to one cluster are numbered from 1."""
    facts = {
        "order": number,
        "individuals": [_told(one) for one in individuals],
        "space": dataclasses.asdict(material.space),
        "settings": material.config.model_dump(mode="json"),
        "opening": opening_facts(material.opening),
        "corpus": {"figures": material.figures.to_json()},
    }
    return Message("order", facts, material.encoded.to_bytes())


def understand_order(message: Message) -> tuple[tuple[Individual, ...], Material]:
    """What `order` said."""
    facts = message.facts
    space, config = understand_space(facts["space"]), RunConfig.model_validate(facts["settings"])
    individuals = tuple(_individual(one) for one in facts["individuals"])
    return individuals, Material.load(message.data, facts, space, config)


def understand_space(facts: Mapping[str, Json]) -> SearchSpace:
    """The space that `order` gave as a dictionary."""
    return SearchSpace(tuple(_gene(one) for one in facts["genes"]), facts["description"])


def _told(individual: Individual) -> dict[str, Json]:
    genes = [[name, value.to_json() if isinstance(value, Shares) else value] for name, value in individual.genome.genes]
    return {**dataclasses.asdict(individual), "genome": {"genes": genes}}


def _individual(facts: Mapping[str, Json]) -> Individual:
    genes = facts["genome"]["genes"]
    genome = Genome(tuple((name, Shares.from_json(one) if isinstance(one, dict) else one) for name, one in genes))
    words = {name: tuple(facts[name]) for name in ("parents", "operators")}
    return Individual(**{**facts, **words, "genome": genome, "origin": Origin(facts["origin"])})


def _gene(facts: Mapping[str, Json]) -> Gene:
    lists = {name: tuple(value) for name, value in facts.items() if isinstance(value, list)}
    return Gene(**{**facts, **lists, "kind": GeneKind(facts["kind"])})


class Telling:
    """A `TrialObserver` that sends on all it is told."""

    def __init__(self, send: Callable[[Message], None]) -> None:
        """Send with this."""
        self._send = send

    def trial_started(self, individual_id: str) -> None:
        """See `TrialObserver`."""
        self._send(Message("started", {"id": individual_id}))

    def trial_lost(self, individual_id: str, reason: str) -> None:
        """See `TrialObserver`."""
        self._send(Message("lost", {"id": individual_id, "reason": reason}))

    def trial_progressed(self, progress: TrialProgress) -> None:
        """See `TrialObserver`."""
        self._send(Message("progressed", dataclasses.asdict(progress)))

    def trial_finished(self, result: TrialResult) -> None:
        """See `TrialObserver`."""
        try:
            self._send(finished(result))
        except (TypeError, ValueError) as error:  # a trial of somebody's own may make what is no JSON
            self._send(finished(TrialResult(result.individual_id, failure=f"what it made cannot be sent: {error}")))

    def place_changed(self, place: str) -> None:
        """See `TrialObserver`."""
        self._send(Message("place", {"text": place}))


def hear(message: Message, observer: TrialObserver) -> None:
    """Tell an observer what a `Telling` has sent; other messages are nothing to it."""
    facts = message.facts
    match message.kind:
        case "started":
            observer.trial_started(facts["id"])
        case "lost":
            observer.trial_lost(facts["id"], facts["reason"])
        case "progressed":
            observer.trial_progressed(TrialProgress(**{**facts, "phase": Phase(facts["phase"])}))
        case "finished":
            observer.trial_finished(understand_finished(message))
        case "place":
            observer.place_changed(facts["text"])


def finished(result: TrialResult) -> Message:
    """A trial has ended; its files are the message's data, one after the other."""
    files = [*result.artifacts, *(file for song in result.songs for file in song.files)]
    facts = {
        "id": result.individual_id,
        "metrics": dict(result.metrics),
        "failure": result.failure,
        "artifacts": _listed(result.artifacts),
        "songs": [{"index": song.index, "facts": song.facts, "files": _listed(song.files)} for song in result.songs],
    }
    return Message("finished", facts, b"".join(file.data for file in files))


def understand_finished(message: Message) -> TrialResult:
    """What `finished` said."""
    facts = message.facts
    listed = [*facts["artifacts"], *(file for song in facts["songs"] for file in song["files"])]
    ends = accumulate((length for _, _, length in listed), initial=0)
    files = iter(
        [
            Artifact(kind, name, message.data[begin:end])
            for (kind, name, _), (begin, end) in zip(listed, pairwise(ends), strict=True)
        ]
    )
    artifacts = tuple(next(files) for _ in facts["artifacts"])
    songs = tuple(
        SongResult(song["index"], tuple(next(files) for _ in song["files"]), song["facts"]) for song in facts["songs"]
    )
    return TrialResult(facts["id"], facts["metrics"], songs, artifacts, facts["failure"])


def _listed(files: Iterable[Artifact]) -> list[tuple[str, str, int]]:
    return [(file.kind, file.name, len(file.data)) for file in files]
