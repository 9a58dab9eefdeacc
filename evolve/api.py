"""A search from Python: a run folder, what goes on in it, and who judges."""

import contextlib
import copy
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from evolve.domain import Domain, takes_build
from evolve.domain_registry import DEFAULT, as_domain, find_domain, named_domain, named_domains
from evolve.errors import ExecutionError, RunError, SettingsError, shortened
from evolve.execution.run_material import DomainSource
from evolve.genetics.breeding import check_room
from evolve.genetics.space_file import domain_and_build, parse_space
from evolve.judging.order import GivenRanking, ballot_of
from evolve.records.ballot import Candidate, samples_of
from evolve.records.events import EventHandler
from evolve.records.run import GenerationStatus, RunRecord, SampleRecord
from evolve.search.branching import branch
from evolve.search.judges import OwnJudge
from evolve.search.listening import ListeningSession, open_session
from evolve.search.run_facts import Sources, build_of, checked_sources, core_of, domain_source, rules_of
from evolve.search.steps import Outcome, advance, cast_ballot, create, extend
from evolve.settings import Given, Settings, settle
from evolve.spaces import PlainValue, Space, load_space, plain
from evolve.store.names import checked_name
from evolve.store.paths import RunPaths
from evolve.store.run_store import RunStore
from evolve.user_code import UserCode, read_code
from evolve.words import listed

if TYPE_CHECKING:
    import pandas as pd

    from evolve.execution.contract import Execution

_LISTENER = "listener"


@dataclass(frozen=True, slots=True)
class Best:
    """The individual that came first in the newest ranking.

    Attributes:
        id: Such as ``g2-3``.
        genome: The values of its active genes by name, as JSON has them.
        parents: The ids of its parents.
        rank: Its place in that ranking, from 1.
        metrics: Of its trial.
        samples: With their files' paths and their facts.
    """

    id: str
    genome: dict[str, PlainValue]
    parents: tuple[str, ...]
    rank: int
    metrics: Mapping[str, Any]
    samples: tuple["Kept", ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """A sample in the run folder.

    Attributes:
        index: From 1.
        files: Absolute paths by kind.
        facts: What can be said of it.
    """

    index: int
    files: Mapping[str, Path]
    facts: Mapping[str, Any]


class Report(dict[str, Any]):
    """A run as docs/report-format.md describes it; in a notebook it shows itself as a table."""

    def __init__(self, run: RunRecord) -> None:
        """The whole run."""
        from evolve.report.document import report_document  # noqa: PLC0415 - brings rich, which a search need not wait for

        super().__init__(report_document(run))
        self._run = run

    def dataframe(self) -> "pd.DataFrame":
        """A row for each individual and generation in which it was judged; imports pandas."""
        import pandas as pd  # noqa: PLC0415 - half a second that nothing else needs

        from evolve.report.tables import table_columns, table_rows  # noqa: PLC0415 - brings rich

        rows = table_rows(self._run)
        return pd.DataFrame(rows, columns=table_columns(rows), dtype=object)  # objects keep whole numbers whole

    def _repr_html_(self) -> str:
        frame = self.dataframe()
        html: str = frame.to_html(index=False, max_cols=12)
        return html


@dataclass(frozen=True, slots=True)
class Generation:
    """A generation that can be judged.

    Attributes:
        index: From 0.
        candidates: Under blind letters: ``.letter``, ``.id``, and of each of its ``.samples`` the ``.files`` (paths by
            kind) and ``.facts``.
    """

    index: int
    candidates: tuple[Candidate, ...]
    _session: ListeningSession = field(repr=False)
    _store: RunStore = field(repr=False)

    def rank(self, ranking: GivenRanking, rejected: Iterable[str] = ()) -> None:
        """Cast a ballot; another one of the same listener takes the place of the first, until children are born.

        Args:
            ranking: Best first: ``"C > A = B ! D"``, or tiers such as ``[["C"], ["A", "B"]]``, of letters or ids.
            rejected: Of tiers, who must not become a parent.

        Raises:
            EvolveError: It names somebody who is not there, twice, or leaves somebody out; or the children are born.
        """
        letters = {candidate.letter: candidate.id for candidate in self.candidates}
        ballot = ballot_of(ranking, rejected, letters, samples_of(self.candidates))
        cast_ballot(self._store, self._session, ballot, "python")


class Search:
    """A search in a run folder: it is begun there, or goes on from where it stands.

    Iterate over it to judge yourself, or give a judge and call `run`:

        search = evolve.Search("runs/mine", space="pictures.yaml", population=6, generations=3, engine="here")
        for generation in search:
            generation.rank("A > B > ...")
        search.best.genome

    Args:
        folder: The run folder; made when it is not there.
        space: A file, the name of one that ships, a mapping ``{"genes": {…}}``, or a `Space`. May be left out of a run
            that was begun.
        domain: What is bred: a name, ``FILE.py:NAME``, a `Domain`, or a function ``evaluate(hp, trial)``. Unset: what
            the space file says, else music.
        build: A network of one's own in the music domain, ``FILE.py:NAME``.
        judge: ``"terminal"``, or a function that is given the candidates and gives their ranking.
        engine: ``"ray"``: on the workers of a Ray of our own, or at `address`; ``"here"``: in this process.
        address: Of a Ray cluster that runs, for the engine ``"ray"``.
        listener: Who judges.
        on_event: Is told of each `Event`, in this process; None: progress is shown on stderr, or in the notebook.
        settings: Any setting of the run by name: ``population=6``, ``generations=3``, ``seed=7``, ``seconds=30``, …

    Raises:
        EvolveError: One line that says what to mend.
    """

    def __init__(
        self,
        folder: str | Path,
        space: "str | Path | Mapping[str, Any] | Space | None" = None,
        *,
        domain: "str | Domain | Callable[..., object] | None" = None,
        build: str | None = None,
        judge: "Literal['terminal'] | OwnJudge | None" = None,
        engine: Literal["ray", "here"] = "ray",
        address: str | None = None,
        listener: str = _LISTENER,
        on_event: EventHandler | None = None,
        **settings: Any,  # noqa: ANN401 - each setting has a type of its own
    ) -> None:
        """Begin the run, or open it; nothing is trained yet."""
        self.folder = Path(folder)
        self._listener, self._on_event = checked_name(listener), on_event
        self._judge, self._engine, self._address = judge, _checked_engine(engine), address
        if build is not None and not isinstance(build, str):
            raise SettingsError(
                'build: must be "FILE.py:NAME"; write the function into a file, so that workers find it'
            )
        if judge is not None and judge != "terminal" and not callable(judge):
            raise SettingsError(f'judge={shortened(repr(judge))}: must be "terminal", or a function that ranks')
        code = None if build is None else read_code(build)
        if RunPaths(self.folder).database.exists():
            self._sources = _sources(domain, code)
            self._store = RunStore(self.folder)
            self._check_same(space, domain, settings)
        else:
            if space is None:
                raise RunError(f"{self.folder}: there is no run yet; give a space to begin one")
            self._sources, self._store = _begun(self.folder, load_space(space), domain, code, settings)

    def __enter__(self) -> "Search":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the run folder's store; the search can be opened again."""
        self._store.close()

    def __iter__(self) -> Iterator[Generation]:
        """The generations that wait to be judged, each when all its members have been evaluated.

        Raises:
            ExecutionError: The one before was not ranked.
            KeyboardInterrupt: The user stopped it; what was done is kept.
        """
        before = -1
        with self._execution() as execution, self._listening() as listen:
            while (
                advance(self._store, execution, listen, None, listener=self._listener, sources=self._sources)
                is Outcome.WAITING
            ):
                index = self._store.read().generations[-1].index
                if index == before:
                    raise ExecutionError(f'generation {index} was not ranked; call generation.rank("A > B > ...")')
                before = index
                session = open_session(self._store, index, self._listener, self._source().open())
                yield Generation(index, session.candidates, session, self._store)

    def run(self) -> None:
        """Go on to the end, with the judge that was given.

        Raises:
            ExecutionError: None was given, or the listener will come back later.
        """
        judge = self._judge
        if judge is None:
            raise ExecutionError('nobody is there to judge; give judge="terminal", or a function, or iterate')
        if judge == "terminal":
            self._run_at_the_terminal()
            return
        if not callable(judge):
            raise SettingsError(f'judge={shortened(repr(judge))}: must be "terminal", or a function that ranks')
        for generation in self:
            generation.rank(judge(generation.candidates))

    def _run_at_the_terminal(self) -> None:
        from evolve.search.judges import terminal_judge  # noqa: PLC0415 - prompt_toolkit

        with self._execution() as execution, self._listening() as listen:
            outcome = advance(
                self._store, execution, listen, terminal_judge, listener=self._listener, sources=self._sources
            )
        if outcome is Outcome.WAITING:
            raise ExecutionError("the ballot so far is kept; go on with run()")

    @property
    def best(self) -> Best | None:
        """Who came first in the newest ranking; of those that share the place, the first. None before there is one."""
        run = self._store.read()
        ranked = [generation for generation in run.generations if generation.ranking]
        if not ranked:
            return None
        name = min(ranked[-1].ranking, key=lambda one: (ranked[-1].ranking[one].rank, one))
        record = run.individuals[name]
        return Best(
            id=name,
            genome=plain(record.individual.genome),
            parents=record.individual.parents,
            rank=ranked[-1].ranking[name].rank,
            metrics=record.metrics,
            samples=tuple(self._kept(sample) for sample in record.samples),
        )

    def branch(self, folder: str | Path, ancestors: Iterable[str] | str = (), **settings: Any) -> "Search":  # noqa: ANN401
        """A new run in another folder that begins with individuals of this one, which is not changed.

        They are members of its generation 0 as they were, with their samples; their children fill it. What was
        prepared stays what it was, and so do judge, engine and listener.

        Args:
            folder: Of the new run: free, or not there.
            ancestors: Ids of members of ranked generations, the one to breed from most first. None: who came first in
                the newest ranking.
            settings: Settings that are other than this run's: ``seed=8``, ``generations=3``, ``exploration=0.9``, …

        Raises:
            EvolveError: There is no such individual, the folder is taken, or a setting cannot be had anew.

        Example:
            ``search.branch("runs/wilder", ["g0-4", "g2-3"], exploration=0.9).run()``
        """
        given = [Given(name, value, f"{name}={shortened(repr(value))}") for name, value in settings.items()]
        names = [ancestors] if isinstance(ancestors, str) else list(ancestors)
        branched = copy.copy(self)
        branched.folder = Path(folder)
        branched._store = branch(self._store, names, branched.folder, given, sources=self._sources)
        return branched

    def report(self) -> Report:
        """The whole run, as docs/report-format.md describes it."""
        return Report(self._store.read())

    @property
    def is_complete(self) -> bool:
        """Whether the last generation is ranked."""
        run = self._store.read()
        last = run.generations[-1] if run.generations else None
        return (
            last is not None and last.index + 1 >= core_of(run).generations and last.status is GenerationStatus.RANKED
        )

    def _kept(self, sample: SampleRecord) -> Kept:
        files = {kind: (self._store.paths.folder / path).resolve() for kind, path in sample.files.items()}
        return Kept(sample.index, files, sample.facts)

    def _source(self) -> DomainSource:
        return domain_source(self._store.read(), self._sources)

    @contextlib.contextmanager
    def _execution(self) -> "Iterator[Execution]":
        if self._engine == "here":
            from evolve.execution.in_process import InProcessExecution  # noqa: PLC0415 - what trains is imported late

            yield InProcessExecution()
            return
        from evolve.execution.ray_execution import RayExecution  # noqa: PLC0415 - Ray

        core = core_of(self._store.read())
        with RayExecution(
            self._address,
            core.cpus_per_trial,
            core.gpus_per_trial,
            memory_gb=core.memory_per_trial,
            checkpoints=self._store.paths.checkpoints if self._address is None else None,
            domain=self._source(),
        ) as execution:
            yield execution

    @contextlib.contextmanager
    def _listening(self) -> Iterator[EventHandler]:
        if self._on_event is not None:
            yield self._on_event
            return
        from evolve.progress import watching  # noqa: PLC0415 - rich

        with watching(self._source().open().presentation) as watcher:
            yield watcher

    def _check_same(self, space: object, domain: object, settings: Mapping[str, Any]) -> None:
        """See that a run which was begun is the one that is meant; more generations are let in."""
        run = self._store.read()
        name = domain if isinstance(domain, str) and ":" not in domain else None
        for notice in checked_sources(run, self._sources, name):
            warnings.warn(notice, stacklevel=3)
        reference = run.domain["reference"]
        if ":" not in reference and reference not in named_domains() and self._sources.live is None:
            raise ExecutionError(f"{self.folder} was begun with a function {reference} of a script; give domain= again")
        build_of(run, self._sources)
        meant = dict(settings)
        generations = meant.pop("generations", None)
        if generations is not None and generations != run.settings["generations"]:
            extend(self._store, generations)
        others = _differing(run, self._source().open(), meant) if meant else []
        if others:
            begun = listed([f"{name}={run.settings.get(name)}" for name in others])
            raise SettingsError(
                f"{self.folder} was begun with {begun}; leave {listed(others)} out, or give a new folder"
            )
        if space is not None and load_space(space).text != run.space["text"]:  # type: ignore[arg-type]
            raise SettingsError(f"{self.folder} was begun with another space; leave it out, or give a new folder")


def _begun(
    folder: Path, space: Space, domain: object, build: UserCode | None, given: Mapping[str, Any]
) -> tuple[Sources, RunStore]:
    said_domain, said_build = domain_and_build(space.text, space.name)
    if domain is None:
        domain = said_domain or DEFAULT
    if build is None and said_build is not None:
        build = read_code(said_build, beside=space.folder)
    sources = _sources(domain, build, space.folder)
    opened = _opened(domain, sources)
    if build is not None and not takes_build(opened):
        raise SettingsError(f"build={build.reference}: {opened.name} has no networks of one's own; leave it out")
    file = parse_space(space.text, space.name, rules_of(opened, space.text, own=build is not None))
    written = [Given(name, value, f"{space.name}", is_firm=False) for name, value, _ in file.settings]
    asked = [Given(name, value, f"{name}={shortened(repr(value))}") for name, value in given.items()]
    settings: Settings = settle([*written, *asked], opened.settings, opened.presentation.screening)
    check_room(file.space, settings.core.population)
    reference = domain if isinstance(domain, str) else opened.name
    if sources.domain is not None:
        reference = sources.domain.reference
    return sources, create(folder, settings, space.name, space.text, domain=str(reference), sources=sources)


def _sources(domain: object, build: UserCode | None, beside: Path | None = None) -> Sources:
    if domain is None:
        return Sources(build=build)
    if isinstance(domain, str):
        return Sources(domain=read_code(domain, beside) if ":" in domain else None, build=build)
    return Sources(build=build, live=as_domain(domain, getattr(domain, "__name__", "the domain")))


def _opened(domain: object, sources: Sources) -> Domain:
    if sources.live is not None:
        return sources.live
    return find_domain(str(domain), sources.domain) if sources.domain is not None else named_domain(str(domain))


def _checked_engine(engine: str) -> str:
    if engine not in ("ray", "here"):
        raise SettingsError(f"engine={shortened(repr(engine))}: must be 'ray' or 'here'")
    return engine


def _differing(run: RunRecord, domain: Domain, given: Mapping[str, Any]) -> list[str]:
    """The settings that were given and are not the run's, however they are written."""
    asked = [Given(name, value, f"{name}={shortened(repr(value))}") for name, value in given.items()]
    known = [Given(name, value, "the run", is_firm=False) for name, value in run.settings.items()]
    settled = settle([*known, *asked], domain.settings, domain.presentation.screening).dump()
    return [name for name in given if settled[name] != run.settings.get(name)]
