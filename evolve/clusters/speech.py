"""What the messages between a run and its cluster mean: trials and their material as facts and bytes, and back."""

import base64
import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import accumulate, pairwise

from evolve.clusters.channels.message import Message
from evolve.errors import ExecutionError
from evolve.execution.run_material import DomainSource, RunMaterial
from evolve.genetics.gene import Gene, GeneKind
from evolve.genetics.space import SearchSpace
from evolve.records.events import Event, EventHandler, EventKind, Progress
from evolve.records.genome import Genome
from evolve.records.individual import Individual, Origin
from evolve.records.run import Artifact, Json, Sample, TrialResult
from evolve.records.shares import Shares
from evolve.user_code import UserCode


def job_message(individuals: Sequence[Individual], material: RunMaterial, *, number: int) -> Message:
    """The message that has a cluster run one trial for each of these; jobs of one cluster are numbered from 1.

    Raises:
        ExecutionError: The domain is an object of a script, which nobody elsewhere could make.
    """
    if material.domain.live is not None:
        raise ExecutionError("a domain that a script makes cannot travel to a cluster; give it as FILE.py:NAME")
    facts = {
        "number": number,
        "individuals": [_told(one) for one in individuals],
        "domain": material.domain.reference,
        "domain_code": _code_told(material.domain.code),
        "build": _code_told(material.build),
        "space": dataclasses.asdict(material.space),
        "settings": dict(material.settings),
        "facts": dict(material.facts),
        "rung": material.rung,
        "inherited": [[parent, len(data)] for parent, data in material.inherited.items()],
    }
    return Message("job", facts, b"".join([material.data, *material.inherited.values()]))


def read_job(message: Message) -> tuple[tuple[Individual, ...], RunMaterial]:
    """The individuals and the material of a `job_message`."""
    facts = message.facts
    individuals = tuple(_individual(one) for one in facts["individuals"])
    domain = DomainSource(facts["domain"], _code(facts["domain_code"]))
    space, build = read_space(facts["space"]), _code(facts["build"])
    parents, lengths = zip(*facts["inherited"], strict=True) if facts["inherited"] else ((), ())
    ends = [0, *accumulate(lengths, initial=len(message.data) - sum(lengths))]
    data, *files = (message.data[begin:end] for begin, end in pairwise(ends))
    ending = facts["rung"], dict(zip(parents, files, strict=True))
    return individuals, RunMaterial(domain, data, facts["facts"], space, facts["settings"], build, *ending)


def _code_told(code: UserCode | None) -> Json:
    if code is None:
        return None
    source = None if code.source is None else base64.b64encode(code.source).decode()
    return {"reference": code.reference, "source": source}


def _code(told: Json) -> UserCode | None:
    if told is None:
        return None
    source = None if told["source"] is None else base64.b64decode(told["source"])
    return UserCode(told["reference"], source)


def read_space(facts: Mapping[str, Json]) -> SearchSpace:
    """The space of a `job_message`."""
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


def forwarding(send: Callable[[Message], None]) -> EventHandler:
    """A listener that sends on all events of trials, to be understood by `forwarded`."""

    def tell(event: Event) -> None:
        if event.result is None:
            told = {**dataclasses.asdict(event), "kind": str(event.kind)}
            send(Message("event", {name: value for name, value in told.items() if value}))
            return
        try:
            send(finished(event.result))
        except (TypeError, ValueError) as error:  # a domain of somebody's own may make what is no JSON
            send(finished(TrialResult(event.individual_id, failure=f"what it made cannot be sent: {error}")))

    return tell


def forwarded(message: Message) -> Event | None:
    """The event that a message of `forwarding` tells; None of other messages."""
    if message.kind == "finished":
        result = read_finished(message)
        return Event(EventKind.FINISHED, result.individual_id, result=result)
    if message.kind != "event":
        return None
    facts = dict(message.facts)
    if "progress" in facts:
        facts["progress"] = Progress(**facts["progress"])
    return Event(**{**facts, "kind": EventKind(facts["kind"]), "members": tuple(facts.get("members", ()))})


def finished(result: TrialResult) -> Message:
    """A trial has ended; its files are the message's data, one after the other."""
    files = [*result.artifacts, *(file for sample in result.samples for file in sample.files)]
    facts = {
        "id": result.individual_id,
        "metrics": dict(result.metrics),
        "failure": result.failure,
        "presented": result.presented,
        "notices": list(result.notices),
        "is_paused": result.is_paused,
        "artifacts": _listed(result.artifacts),
        "samples": [{"index": one.index, "facts": one.facts, "files": _listed(one.files)} for one in result.samples],
    }
    return Message("finished", facts, b"".join(file.data for file in files))


def read_finished(message: Message) -> TrialResult:
    """The result of a `finished` message."""
    facts = message.facts
    listed = [*facts["artifacts"], *(file for sample in facts["samples"] for file in sample["files"])]
    ends = accumulate((length for _, _, length in listed), initial=0)
    files = iter(
        [
            Artifact(kind, name, message.data[begin:end])
            for (kind, name, _), (begin, end) in zip(listed, pairwise(ends), strict=True)
        ]
    )
    artifacts = tuple(next(files) for _ in facts["artifacts"])
    samples = tuple(
        Sample(one["index"], tuple(next(files) for _ in one["files"]), one["facts"]) for one in facts["samples"]
    )
    notices = tuple(facts["notices"])
    ending = facts["failure"], facts["presented"], notices, facts["is_paused"]
    return TrialResult(facts["id"], facts["metrics"], samples, artifacts, *ending)


def _listed(files: Iterable[Artifact]) -> list[tuple[str, str, int]]:
    return [(file.kind, file.name, len(file.data)) for file in files]
