"""A search from Python: a run folder, what goes on in it, and who judges."""

import contextlib
import copy
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from types import NoneType
from typing import TYPE_CHECKING, Any, Literal

from evolve.arguments import check_kind, texts_of
from evolve.begun_run import check_arguments, check_same_run, given_settings
from evolve.domain import Domain
from evolve.errors import ExecutionError, RunError
from evolve.execution.engines import TUNE, check_engine_settings, engine_execution
from evolve.execution.run_material import DomainSource
from evolve.execution.tune_options import tune_options
from evolve.judging.simulated.description import ListenerDescription, parse_listener
from evolve.python_words import in_python_words
from evolve.records.ballot import Ballot
from evolve.records.events import Event, EventHandler, EventKind
from evolve.records.run import GenerationStatus, RunRecord
from evolve.search.branching import branch
from evolve.search.chosen_space import chosen_space, given_code
from evolve.search.judges import OwnJudge
from evolve.search.listening import ListeningSession, open_session
from evolve.search.outlook import with_taste_notices
from evolve.search.own_genomes import enqueue
from evolve.search.run_facts import core_of, domain_source, space_of
from evolve.search.steps import Outcome, advance, create, remember_judge
from evolve.search.taste import check_same_taste, taste_for
from evolve.spaces import Space, load_space
from evolve.store.names import checked_name
from evolve.store.paths import RunPaths
from evolve.store.run_store import RunStore
from evolve.trackers.found import chosen_trackers
from evolve.trackers.tracking import tracked
from evolve.views import Best, Generation, Report, best_of, check_open

if TYPE_CHECKING:
    import optuna
    import pandas

    from evolve.execution.contract import Execution

_LISTENER = "listener"


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
        judge: ``"terminal"``; ``"page"``, which opens in a browser, and whose address is told as a notice; a simulated
            listener, such as ``"simulated:additive,noise=0.3"``; or a function that is given the candidates and gives
            their ranking.
        engine: ``"ray"``: on the workers of a Ray of our own, or at `address`; ``"tune"``: by Ray Tune there;
            ``"here"``: in this process.
        address: Of a Ray cluster that runs, for the engines ``"ray"`` and ``"tune"``.
        tune: For the engine ``"tune"``, ``{"callbacks": […], "scheduler": …}``: of `ray.tune`, told what happens, and
            stopping trials early; whoever is stopped is recorded so, and not presented.
        track: Trackers that keep the run as well: ``"mlflow"``, ``"mlflow:URI"``, ``"tensorboard"``,
            ``"tensorboard:DIR"``, ``"wandb"``, ``"wandb:PROJECT"``, ``"FILE.py:NAME"``.
        listener: Who judges.
        on_event: Is told of each `Event`, in this process; None: progress is shown on stderr, or in the notebook.
        taste_of: The folder of another run, with whose ballots this one begins to learn what is liked; it is not needed
            later. The run may be of another space.
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
        judge: str | OwnJudge | None = None,
        engine: Literal["ray", "tune", "here"] = "ray",
        address: str | None = None,
        tune: Mapping[str, Any] | None = None,
        track: Iterable[str] | str = (),
        listener: str = _LISTENER,
        on_event: EventHandler | None = None,
        taste_of: str | Path | None = None,
        **settings: Any,  # noqa: ANN401 - each setting has a type of its own
    ) -> None:
        """Begin the run, or open it; nothing is trained yet."""
        check_kind("folder", folder, (str, Path), "a path")
        self.folder = Path(folder)
        with in_python_words(self.folder):
            check_arguments(
                listener=listener, engine=engine, address=address, on_event=on_event, judge=judge, tune=tune
            )
            check_kind("taste_of", taste_of, (str, Path, NoneType), "the folder of a run")
            self._listener, self._on_event = checked_name(listener), on_event
            self._judge, self._engine, self._address = judge, engine, address
            given = (track,) if isinstance(track, str) else texts_of("track", track, 'trackers, such as ["mlflow"]')
            self._trackers = chosen_trackers(given, "track")
            self._tune = tune_options(tune) if engine == TUNE else None
            if RunPaths(self.folder).database.exists():
                self._sources = given_code(domain, build)
                self._store = RunStore(self.folder)
                check_same_run(self._store, self._sources, space, domain, settings)
                check_same_taste(self._store.read(), taste_of)
                return
            if space is None:
                raise RunError(f"{self.folder}: there is no run yet; give a space to begin one")
            loaded = load_space(space)
            chosen = chosen_space(loaded.name, loaded.text, loaded.folder, domain=domain, build=build)
            settled, self._sources = chosen.settled(given_settings(settings)), chosen.sources
            check_engine_settings(self._tune, settled.core)
            earlier = None
            if taste_of is not None:
                earlier = taste_for(Path(taste_of), chosen.reference, settled.core, where="taste_of")
            self._store = create(
                self.folder, settled, loaded.name, loaded.text,
                domain=chosen.reference, sources=chosen.sources, earlier=earlier,
            )  # fmt: skip

    def __repr__(self) -> str:
        return f'Search("{self.folder}")'

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
        check_open(self._store)
        before = -1
        with in_python_words(self.folder), self._execution() as execution, self._listening() as listen:
            while (
                advance(self._store, execution, listen, None, listener=self._listener, sources=self._sources)
                is Outcome.WAITING
            ):
                index = self._store.read().generations[-1].index
                if index == before:
                    raise ExecutionError(f'generation {index} was not ranked; call generation.rank("A > B > ...")')
                before = index
                remember_judge(self._store, "")
                session = open_session(self._store, index, self._listener, self._source().open())
                yield Generation(index, session.candidates, session, self._store)

    def run(self) -> None:
        """Go on to the end, with the judge that was given.

        Raises:
            ExecutionError: None was given, or the listener will come back later.
        """
        check_open(self._store)
        judge = self._judge
        if judge is None:
            raise ExecutionError(
                'nobody is there to judge; give judge="terminal", "page", "simulated:KIND" or a function, or iterate'
            )
        if judge == "terminal":
            self._run_at_the_terminal()
        elif judge == "page":
            self._run_on_the_page()
        elif isinstance(judge, str):
            self._run_with(parse_listener(judge))
        else:
            for generation in self:
                generation.rank(judge(generation.candidates))

    def _run_at_the_terminal(self) -> None:
        from evolve.search.judges import terminal_judge  # noqa: PLC0415 - prompt_toolkit

        with in_python_words(self.folder), self._execution() as execution, self._listening() as listen:

            def judge(session: ListeningSession) -> tuple[Ballot, str] | None:
                if session.knowledge:
                    listen(Event(EventKind.NOTICE, text=session.knowledge))
                return terminal_judge(session)

            remember_judge(self._store, "")
            told = with_taste_notices(self._store, listen)
            outcome = advance(self._store, execution, told, judge, listener=self._listener, sources=self._sources)
        if outcome is Outcome.WAITING:
            raise ExecutionError("the ballot so far is kept; go on with run()")

    def _run_on_the_page(self) -> None:
        from evolve.page.browser import opened_in_browser  # noqa: PLC0415
        from evolve.page.judge import PageJudge  # noqa: PLC0415 - a web server
        from evolve.page.server import page_served  # noqa: PLC0415
        from evolve.progress import told_to  # noqa: PLC0415 - rich

        run, domain = self._store.read(), self._source().open()
        with (
            in_python_words(self.folder),
            page_served(self.folder, run, domain, self._listener, sources=self._sources) as page,
            self._listening() as listen,
        ):
            remember_judge(self._store, "")
            listen(Event(EventKind.NOTICE, text=f"listen and rank at {page.address}"))
            opened_in_browser(page.address)
            with self._execution() as execution:
                heard, judge = told_to(listen, page.room.watch.tell), PageJudge(page.room)
                advance(self._store, execution, heard, judge, listener=self._listener, sources=self._sources)

    def _run_with(self, simulated: ListenerDescription) -> None:
        from evolve.search.simulated_listeners import SimulatedJudge  # noqa: PLC0415 - NumPy

        judge = SimulatedJudge(simulated, self._store, self._source().open())
        listener = simulated.listener_name if self._listener == _LISTENER else self._listener
        with in_python_words(self.folder), self._execution() as execution, self._listening() as listen:
            remember_judge(self._store, str(self._judge))
            advance(self._store, execution, listen, judge, listener=listener, sources=self._sources)

    @property
    def best(self) -> Best | None:
        """Who came first in the newest ranking; of those that share the place, the first. None before there is one."""
        return best_of(self._read(), self._store.paths.folder)

    def branch(self, folder: str | Path, ancestors: Iterable[str] | str = (), **settings: Any) -> "Search":  # noqa: ANN401
        """A new run in another folder that begins with individuals of this one, which is not changed.

        They are members of its generation 0 as they were, with their samples; their children fill it. What was
        prepared stays what it was, and so do judge, engine and listener.

        Args:
            folder: Of the new run: free, or not there.
            ancestors: Ids of members of ranked generations, the one to breed from most first. Left out: who came
                first in the newest ranking.
            settings: Settings that are other than this run's: ``seed=8``, ``generations=3``, ``exploration=0.9``, …

        Raises:
            EvolveError: There is no such individual, the folder is taken, or a setting cannot be had anew.

        Example:
            ``search.branch("runs/wilder", ["g0-4", "g2-3"], exploration=0.9).run()``
        """
        check_open(self._store)
        check_kind("folder", folder, (str, Path), "a path")
        names = (
            (ancestors,) if isinstance(ancestors, str) else texts_of("ancestors", ancestors, 'ids, such as ["g0-4"]')
        )
        branched = copy.copy(self)
        branched.folder = Path(folder)
        with in_python_words(self.folder):
            branched._store = branch(
                self._store, names, branched.folder, given_settings(settings), sources=self._sources
            )
        return branched

    def enqueue(self, *genomes: Mapping[str, Any]) -> None:
        """Have genomes of your own tried: in the places of founders, and once these are born, of newcomers.

        Args:
            genomes: Values of genes by name. Genes that have one value alone may be left out, and such as a diet, whose
                value is shares of groups: it is drawn.

        Raises:
            EvolveError: One is no genome of the space, was tried or given already, or there is no place for it.

        Example:
            ``search.enqueue({"depth": 2, "width": 256}, {"depth": 3, "width": 128})``
        """
        check_open(self._store)
        for genome in genomes:
            check_kind("enqueue", genome, Mapping, 'a genome, such as {"depth": 2}')
        with in_python_words(self.folder):
            enqueue(self._store, genomes, self._source().open(), where="enqueue")

    @property
    def tune_results(self) -> "pandas.DataFrame":
        """With the engine ``"tune"`` Ray Tune's results of what this search has run: a row an individual."""
        if self._tune is None:
            raise ExecutionError('there are no results of Ray Tune; give engine="tune"')
        return self._tune.results

    def to_optuna(self, storage: str | None = None, study_name: str | None = None) -> "optuna.Study":
        """The run as a study of Optuna's: everybody who was ranked as a completed trial, for its plots and importances.

        Its value, of which more is better, is the share of the others in somebody's newest ranking who came after them.

        Args:
            storage: Where Optuna keeps it, such as ``sqlite:///study.db``; None: in memory.
            study_name: None: the run's name.

        Raises:
            EvolveError: Optuna is not installed, nobody was ranked yet, or there is such a study already.
        """
        from evolve.exchange.optuna_study import study_of  # noqa: PLC0415 - a reader of YAML, and Optuna

        run = self._read()
        return study_of(run, space_of(run, self._source().open()), storage=storage, name=study_name)

    def report(self) -> Report:
        """The whole run, as docs/report-format.md describes it."""
        return Report(self._read())

    @property
    def is_complete(self) -> bool:
        """Whether the last generation is ranked."""
        run = self._read()
        last = core_of(run).generations - 1
        return any(one.index >= last and one.status is GenerationStatus.RANKED for one in run.generations)

    def _read(self) -> RunRecord:
        check_open(self._store)
        with in_python_words(self.folder):
            return self._store.read()

    def _source(self) -> DomainSource:
        return domain_source(self._store.read(), self._sources)

    @contextlib.contextmanager
    def _execution(self) -> "Iterator[Execution]":
        with engine_execution(
            self._engine,
            core_of(self._store.read()),
            address=self._address,
            checkpoints=self._store.paths.checkpoints,
            domain=self._source(),
            tune=self._tune,
        ) as execution:
            yield execution

    @contextlib.contextmanager
    def _listening(self) -> Iterator[EventHandler]:
        from evolve.progress import watching  # noqa: PLC0415 - rich

        own = self._on_event
        shown = watching(self._source().open().presentation) if own is None else contextlib.nullcontext(own)
        with shown as told, tracked(self.folder, self._trackers, told) as listen:
            yield listen
