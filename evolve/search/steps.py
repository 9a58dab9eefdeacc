"""The search, step by step: read, found, evaluate, hear, rank, select, vary, tell.

`advance` looks only at the store, does what comes next, and goes on until it is a person's turn or the run is
complete. It may be stopped at any instant; called again, it goes on from what the store says is done.
"""

import contextlib
import importlib.metadata
import os
import platform
from collections.abc import Callable, Collection, Mapping
from enum import StrEnum
from pathlib import Path

from evolve import __version__
from evolve.domain import Domain, Preparation
from evolve.domain_registry import DEFAULT, find_domain
from evolve.environment import backend
from evolve.errors import RunError
from evolve.execution.contract import Execution
from evolve.execution.run_material import DomainSource, RunMaterial
from evolve.genetics.gene import GeneKind
from evolve.genetics.lineage import changed
from evolve.genetics.space import SearchSpace
from evolve.guidance.founding import found_by_taste
from evolve.inputs.yaml_files import to_yaml
from evolve.judging.presenting import original_of
from evolve.judging.ranking import rank
from evolve.judging.repeats import without_repeat
from evolve.records.ballot import Ballot, RankingEntry
from evolve.records.events import Event, EventHandler, EventKind
from evolve.records.run import (
    GENOMES,
    JUDGE,
    BallotRecord,
    GenerationRecord,
    GenerationStatus,
    Json,
    RunRecord,
)
from evolve.search.breeding import bred_after
from evolve.search.evaluation import NOTICES_TOLD, evaluate
from evolve.search.halving import plan_with_rung
from evolve.search.listening import ListeningSession, open_session
from evolve.search.own_genomes import expected_of_drawn, with_own_genomes
from evolve.search.run_facts import (
    NO_SOURCES,
    Sources,
    build_of,
    core_of,
    domain_source,
    settings_of,
    space_as_written,
    space_of,
)
from evolve.search.taste import EARLIER, heard_of
from evolve.settings import Given, Settings, settle_core
from evolve.store.names import checked_name
from evolve.store.run_store import RunStore
from evolve.store.writing import now
from evolve.user_code import UserCode

_LIBRARIES = ("ray", "numpy")
"""Of the core's, whose versions are kept with a run; a domain names its own."""

_OF_NO_TRIAL = (NOTICES_TOLD, EARLIER, GENOMES, JUDGE)
"""Facts that trials do not need: material would change with one, and be larger by the other."""


class Outcome(StrEnum):
    """Why `advance` came back."""

    WAITING = "waiting"
    COMPLETE = "complete"


SessionJudge = Callable[[ListeningSession], tuple[Ballot, str] | None]
"""Has a listener fill in a ballot; gives it and how it was made. None: the listener will come back, or has
handed it in already, as from the page."""


def create(
    folder: Path,
    settings: Settings,
    space_name: str,
    space_text: str,
    *,
    domain: str = DEFAULT,
    sources: Sources = NO_SOURCES,
    earlier: Mapping[str, Json] | None = None,
) -> RunStore:
    """A new run folder that knows what it is to do.

    Args:
        folder: Where; free, or not there.
        settings: Of the run.
        space_name: Of the file, for messages.
        space_text: Its YAML.
        domain: Its reference.
        sources: Code that the user has named; a copy of it is kept, and never run from there.
        earlier: What an earlier run says of what is liked, as `taste_for` gives it; None: nothing.

    Raises:
        RunError: The folder exists already or cannot be written.
    """
    facts = {
        "created_at": now(),
        "settings": settings.dump(),
        "space": {"name": space_name, "text": space_text},
        "versions": versions((sources.live or find_domain(domain, sources.domain)).presentation.libraries),
        **sources.facts(domain),
        **({} if earlier is None else {EARLIER: earlier}),
    }
    store = RunStore.create(folder, facts)
    try:
        store.write_file(store.paths.space, space_text.encode())
        store.write_file(store.paths.settings, to_yaml(settings.dump()).encode())
        keep_code(store, sources)
    except RunError:
        store.discard()
        raise
    return store


def keep_code(store: RunStore, sources: Sources) -> None:
    """Copy code of the user's into the run folder, to be read, never to be run from there."""
    for code in (sources.domain, sources.build):
        if code is not None and code.source is not None:
            store.write_file(store.paths.code(code.file), code.source)


def advance(
    store: RunStore,
    execution: Execution,
    on_event: EventHandler,
    judge: SessionJudge | None,
    *,
    listener: str,
    sources: Sources = NO_SOURCES,
) -> Outcome:
    """Take the run on until it is a person's turn and none is there, or until it is complete.

    Args:
        store: The run.
        execution: Where trials run; entered only when there are some to run.
        on_event: Is told what happens.
        judge: How the listener ranks; None when nobody is there to.
        listener: Who ranks; a name that a folder can have, refused before anything is trained.
        sources: The code that the user has named for the run.

    Raises:
        EvolveError: What the user can mend; the run can be taken on afterwards.
        KeyboardInterrupt: The user stopped it; what was done is kept.
    """
    checked_name(listener)
    with store.exclusively():
        run = store.read()
        source, build = domain_source(run, sources), build_of(run, sources)
        domain = source.open()
        if not run.facts.get("prepared"):
            _read(store, run, domain, build, execution=execution, on_event=on_event)
            run = store.read()
        while True:
            core = core_of(run)
            generation = run.generations[-1] if run.generations else None
            if generation is None:
                _found(store, run, domain, on_event)
            elif generation.status is GenerationStatus.BORN:
                evaluate(
                    store, run, execution, on_event, listener=listener, material=_material(store, run, source, build)
                )
            elif generation.status is GenerationStatus.EVALUATED:
                if judge is None:
                    return Outcome.WAITING
                if generation.index + 1 < core.generations:
                    execution.get_ready(core.halving * core.population)
                if not _hear(store, generation.index, judge, listener, domain):
                    return Outcome.WAITING
                on_event(Event(EventKind.RANKED, generation=generation.index, text=listener))
            elif generation.index + 1 >= core.generations:
                return Outcome.COMPLETE
            else:
                _breed(store, run, generation, domain, on_event)
            run = store.read()


def cast_ballot(store: RunStore, session: ListeningSession, ballot: Ballot, method: str) -> Mapping[str, RankingEntry]:
    """Keep a listener's ballot and give everyone's place by all ballots so far.

    Whoever was presented twice counts once; how far apart the two came is kept. Where the run waits for several
    listeners (its fact ``listeners``), the ballot of one of them ranks nothing yet: the generation is ranked when it is
    closed.

    Returns:
        Everyone's place; empty where others are waited for.

    Raises:
        RunError: The generation's children are born already.
    """
    ballot, repeat = without_repeat(ballot)
    letters = {letter: name for letter, name in session.letters.items() if original_of(name) == name}
    record = BallotRecord(session.listener, ballot, method, letters, now(), repeat=repeat)
    waits = session.listener in (store.fact("listeners") or ())
    return store.record_ballot(session.generation, record, None if waits else rank)


def close_generation(store: RunStore, number: int) -> Mapping[str, RankingEntry]:
    """Rank a generation by the ballots that were cast, and give everyone's place.

    Raises:
        BallotError: Nobody has cast one.
        RunError: The generation's children are born already.
    """
    return store.record_ranking(number, rank)


def remember_judge(store: RunStore, judge: str) -> None:
    """Keep which simulated listener judges the run, to be taken again when it is gone on with; empty: none does.

    Raises:
        RunError: Another process is working on the run.
    """
    if judge != store.read().judge:
        with store.exclusively():
            store.record_facts({JUDGE: judge})


def extend(store: RunStore, generations: int) -> None:
    """Let a run have more generations, or fewer of those not born yet.

    Raises:
        SettingsError: No run can have so many, or so few.
        RunError: Another process is working on the run.
    """
    run = store.read()
    known = [Given(name, value, "the run") for name, value in core_of(run).model_dump().items()]
    core = settle_core([*known, Given("generations", generations, "--generations")])
    with store.exclusively():
        store.record_facts({"settings": {**run.settings, **core.model_dump(mode="json")}})


def _read(
    store: RunStore,
    run: RunRecord,
    domain: Domain,
    build: UserCode | None,
    *,
    execution: Execution,
    on_event: EventHandler,
) -> None:
    """Step 1: the domain prepares what trials work from; meanwhile the trials' place gets ready."""
    settings = settings_of(run, domain)
    founders = settings.core.halving * settings.core.population

    def tell(done: int, total: int) -> None:
        if done == total:
            execution.get_ready(founders)
        on_event(Event(EventKind.PREPARING, done=done, total=total))

    own = {} if build is None else {"build": build}
    preparation = domain.prepare(settings.own, space_as_written(run, domain), settings.core.seed, tell, **own)
    execution.get_ready(founders)
    for notice in preparation.notices:
        on_event(Event(EventKind.NOTICE, text=notice))
    facts = {**preparation.facts, "groups": _groups(preparation, space_as_written(run, domain)), "prepared": True}
    store.write_material(preparation.data, preparation.files, facts)


def _groups(preparation: Preparation, space: SearchSpace) -> list[str]:
    """What genes of shares divide a whole among."""
    if preparation.groups is not None:
        return list(preparation.groups)
    named = (gene.values for gene in space.genes if gene.kind is GeneKind.SHARES)
    return list(dict.fromkeys(str(group) for values in named for group in values))


def _material(store: RunStore, run: RunRecord, source: DomainSource, build: UserCode | None) -> RunMaterial:
    """What the trials of the run work from."""
    domain = source.open()
    facts = {name: fact for name, fact in run.facts.items() if name not in _OF_NO_TRIAL}
    return RunMaterial(source, store.read_material(), facts, space_of(run, domain), run.settings, build)


def _found(store: RunStore, run: RunRecord, domain: Domain, on_event: EventHandler) -> None:
    """Step 2: generation 0 is born."""
    core = core_of(run)
    heard = heard_of(run, with_ballots=core.taste)
    plan = plan_with_rung(core, kept=0)
    space = space_of(run, domain)
    founders, expected = found_by_taste(heard, space, plan, seed=core.seed)
    founders = with_own_genomes(run, founders, space)
    store.record_generation(0, founders, {}, expected=expected_of_drawn(expected, founders))
    on_event(Event(EventKind.BRED, generation=0, members=tuple(one.id for one in founders)))


def _hear(store: RunStore, number: int, judge: SessionJudge, listener: str, domain: Domain) -> bool:
    """Steps 4 and 5: a listener's ballot, and the ranking; tells whether there is one now."""
    session = open_session(store, number, listener, domain)
    made = judge(session)
    if made is None:  # or it was cast from elsewhere, such as the page
        return store.read().generations[number].status.is_ranked
    ballot, method = made
    return bool(cast_ballot(store, session, ballot, method))


def _breed(
    store: RunStore, run: RunRecord, generation: GenerationRecord, domain: Domain, on_event: EventHandler
) -> None:
    """Steps 6 and 7: the best become parents, and who is loved; their children are the next generation."""
    genomes = {name: record.individual.genome for name, record in run.individuals.items()}
    space = space_of(run, domain)
    offspring, expected = bred_after(run, generation, space)
    born = with_own_genomes(run, offspring.born, space)
    changes = {one.id: changed(one.genome, genomes[one.parents[0]]) for one in born if one.parents}
    # Somebody's ballot may have come in meanwhile: then nothing is recorded, and the next look at the store sees it.
    is_recorded = store.record_generation(
        generation.index + 1,
        born,
        changes,
        elites=offspring.elites,
        parents=offspring.parents,
        expected=expected_of_drawn(expected, born),
        bred_from=generation.ranking,
        loved=generation.loved,
    )
    if is_recorded:
        members = (*offspring.elites, *(one.id for one in born))
        on_event(Event(EventKind.BRED, generation=generation.index + 1, members=members))


def versions(of_domain: Collection[str]) -> dict[str, str]:
    """Of evolve, Python, the domain's libraries and ours, and what networks are computed with."""
    libraries = {}
    for name in dict.fromkeys((*of_domain, *_LIBRARIES)):
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):  # a domain may name what it can do without
            libraries[name] = importlib.metadata.version(name)
    own = {"evolve": __version__, "python": platform.python_version()}
    return {**own, "backend": backend(os.environ), **libraries}
