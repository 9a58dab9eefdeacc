"""`evolve start` and `resume`: the loop between machine and listener."""

import inspect
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evolve.cli.asking import asked, checked_judge
from evolve.cli.clusters import ClusterChoice, training_execution
from evolve.cli.ending import tell_the_end
from evolve.cli.listening import (
    USUAL_HOST,
    USUAL_PAGE,
    Host,
    Listeners,
    NoBrowser,
    PageChoice,
    Port,
    PublicUrl,
    RunningPage,
    stay_open,
)
from evolve.cli.sources import (
    TERMINAL,
    BuildOption,
    ChosenJudge,
    DomainOption,
    JudgeOption,
    OwnCode,
    given_sources,
    open_domain,
    space_of_file,
)
from evolve.environment import BACKEND, backend
from evolve.errors import EvolveError, StorageError
from evolve.execution.engines import RAY
from evolve.terminal.console import Stopped, note
from evolve.terminal.domain_commands import domain_commands
from evolve.terminal.options import (
    DEFAULT_LISTENER,
    Address,
    Cluster,
    Engine,
    Founders,
    ListenerOption,
    Run,
    Runs,
    Track,
    as_typed,
    complete_run,
    complete_space,
    run_folder,
)
from evolve.words import counted, worded

if TYPE_CHECKING:
    from evolve.records.run import Json
    from evolve.search.chosen_space import ChosenSpace
    from evolve.search.run_facts import Sources
    from evolve.settings import Given, Settings
    from evolve.store.run_store import RunStore
    from evolve.trackers.found import ChosenTracker


def start(
    space: Annotated[
        str,
        typer.Option(
            "--space", metavar="FILE", autocompletion=complete_space,
            help="The search space: a YAML file, or the name of one that ships with evolve: quick.yaml, pictures.yaml, "
            "duet.yaml, events.yaml, lstm.yaml, paper.yaml.",
        ),
    ],
    domain: DomainOption = None,
    build: BuildOption = None,
    taste: Annotated[
        str | None,
        typer.Option(
            metavar="RUN", autocompletion=complete_run, show_default=False,
            help="Begin with what the ballots of another run say of what you like, also in another space or corpus.",
        ),
    ] = None,
    founders: Founders = None,
    name: Annotated[
        str | None, typer.Option(metavar="RUN", help="What to call the run; unset: after the space.")
    ] = None,
    population: Annotated[int | None, typer.Option(help="Individuals in a generation. [default: 8]")] = None,
    parents: Annotated[int | None, typer.Option(help="How many of the best may become parents. [default: 3]")] = None,
    elites: Annotated[int | None, typer.Option(help="How many of the best are judged again. [default: 1]")] = None,
    generations: Annotated[int | None, typer.Option(help="Generations to judge. [default: 5]")] = None,
    seed: Annotated[int | None, typer.Option(help="All chance derives from it. [default: 0]")] = None,
    runs: Runs = Path("runs"),
    address: Address = None,
    cluster: Cluster = None,
    engine: Engine = RAY,
    track: Track = None,
    judge: JudgeOption = None,
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="KEY=VALUE", show_default=False,
            help="Any other setting, of the run or of its domain, such as exploration=0.8 or seconds=60.",
        ),
    ] = None,
    listener: ListenerOption = DEFAULT_LISTENER,
    host: Host = USUAL_HOST,
    port: Port = 0,
    no_browser: NoBrowser = False,
    listeners: Listeners = None,
    url: PublicUrl = None,
    **own: object,
) -> None:  # fmt: skip
    """Begin a run: breed what you like.

    Individuals are sampled from the space and tried, each makes samples, you rank what they made, and the best become
    the parents of the next generation.

    Everything is kept in the folder runs/NAME. Stop with Ctrl-C whenever you like and go on with evolve resume NAME.

    \b
    Examples:
      evolve start --space quick.yaml
      evolve start --space quick.yaml --judge page
      evolve start --space pictures.yaml --population 12
      evolve start --space lstm.yaml --corpus my-midi/ --generations 8 --set seconds=300
      evolve start --space lstm.yaml --judge none --name night --cluster cluster/slurm.yaml
      evolve start --space my-space.yaml --domain mine.py:evaluate --judge mine.py:judge
      evolve start --space pictures.yaml --judge simulated:features,noise=0.3
      evolve start --space lstm.yaml --taste quick-1
      evolve start --space lstm.yaml --founders my-best.json
      evolve start --space lstm.yaml --track mlflow:http://127.0.0.1:5000 --track tensorboard
    """
    from evolve.store.folders import folder_named, free_folder
    from evolve.store.names import checked_name, name_from

    choice, page = ClusterChoice(address, cluster, engine), PageChoice(host, port, no_browser, listeners, url)
    ranking = checked_judge(judge, listener, page)
    choice.check()
    trackers = _checked_trackers(track)
    taught_by = None if taste is None else run_folder(taste, runs)
    folder = None if name is None else folder_named(runs, checked_name(name))
    from evolve.search.own_genomes import enqueue, read_genomes
    from evolve.search.steps import create

    chosen, genomes = space_of_file(space, domain, build), [] if founders is None else read_genomes(founders)
    options = {
        "population": population, "parents": parents, "elites": elites, "generations": generations, "seed": seed,
        **_own_options(own, chosen),
    }  # fmt: skip
    settled = chosen.settled(options_given(options, settings or []))
    earlier = None if taught_by is None else _earlier_taste(taught_by, chosen, settled)
    with create(
        folder or free_folder(runs, name_from(Path(chosen.name).stem)), settled, Path(chosen.name).name, chosen.text,
        domain=chosen.reference, sources=chosen.sources, earlier=earlier,
    ) as store:  # fmt: skip
        try:
            if genomes:
                enqueue(store, genomes, chosen.domain, where=str(founders))
            _go(store, chosen.sources, ranking, choice, page, listener, trackers)
        except StorageError:
            raise  # such as a full disk: the run is gone on with when that is mended
        except EvolveError:
            # Nobody is born yet, so nothing is lost, and the mended command can be typed again under the same name.
            if not store.read().generations:
                store.discard()
            raise


def _with_options_of_domains() -> inspect.Signature:
    """The parameters of `start`, with the options that installed domains have for settings of their own."""
    signature = inspect.signature(start)
    *core, _ = signature.parameters.values()
    of_domains = {name: kind for each in domain_commands().values() for name, kind in each.options.items()}
    added = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=kind)
        for name, kind in of_domains.items()
    ]
    place = 1 + [one.name for one in core].index("generations")
    core = [one.replace(kind=inspect.Parameter.KEYWORD_ONLY) for one in core]
    return signature.replace(parameters=[*core[:place], *added, *core[place:]])


start.__signature__ = _with_options_of_domains()  # type: ignore[attr-defined]  # which is what typer reads


def _earlier_taste(folder: Path, chosen: "ChosenSpace", settings: "Settings") -> "dict[str, Json]":
    """What the new run keeps of an earlier one's ballots."""
    from evolve.search.taste import taste_for

    earlier = taste_for(folder, chosen.reference, settings.core, where="--taste")
    ballots = earlier["ballots"]
    note(
        f"begins with what {counted(ballots, 'ranking')} of {earlier['run']} {worded(ballots, 'says', 'say')} is liked"
    )
    return earlier


def _own_options(own: dict[str, object], chosen: "ChosenSpace") -> dict[str, object]:
    """The settings of domains that have options, which must be those of this one."""
    given = {name: tuple(value) if isinstance(value, list) else value for name, value in own.items() if value}
    for name in given:
        if name not in chosen.domain.settings.model_fields:
            whose = " or ".join(domain for domain, added in domain_commands().items() if name in added.options)
            raise typer.BadParameter(
                f"it is an option of runs of {whose}; this one is of {chosen.reference}", param_hint=f"--{name}"
            )
    return given


def options_given(options: dict[str, object], assignments: list[str]) -> "list[Given]":
    """The settings that options of their own name and `--set` name; options left out are None."""
    from evolve.settings import Given, parse_assignment

    given = [Given(name, value, f"--{name}") for name, value in options.items() if value is not None]
    return [*given, *map(parse_assignment, assignments)]


def resume(
    run: Run,
    generations: Annotated[
        int | None, typer.Option(min=1, help="Change how many generations the run shall have.", show_default=False)
    ] = None,
    domain: OwnCode = None,
    build: BuildOption = None,
    runs: Runs = Path("runs"),
    address: Address = None,
    cluster: Cluster = None,
    engine: Engine = RAY,
    track: Track = None,
    judge: JudgeOption = None,
    listener: ListenerOption = DEFAULT_LISTENER,
    host: Host = USUAL_HOST,
    port: Port = 0,
    no_browser: NoBrowser = False,
    listeners: Listeners = None,
    url: PublicUrl = None,
) -> None:
    """Go on with a run from wherever it stands.

    Code of your own is run only when you name it again: --domain or --build, as at the start.

    \b
    Examples:
      evolve resume quick-1
      evolve resume quick-1 --judge page
      evolve resume quick-1 --generations 8
      evolve resume lstm-1 --cluster cluster/slurm.yaml
      evolve resume my-space-1 --domain mine.py:evaluate
    """
    choice, page = ClusterChoice(address, cluster, engine), PageChoice(host, port, no_browser, listeners, url)
    ranking = checked_judge(judge, listener, page)
    choice.check()
    trackers = _checked_trackers(track)
    from evolve.search.steps import extend
    from evolve.store.run_store import RunStore

    with RunStore(run_folder(run, runs)) as store:
        record = store.read()
        if judge is None and record.judge and page == USUAL_PAGE:  # options of the page are for people
            ranking = checked_judge(record.judge, listener, page)
            note(f"{record.judge} judges it, as before; to judge yourself: --judge {TERMINAL}")
        sources = given_sources(record, domain, build)
        if generations is not None:
            extend(store, generations)
        _go(store, sources, ranking, choice, page, listener, trackers)


def _checked_trackers(track: list[str] | None) -> "Sequence[ChosenTracker]":
    """What keeps the run as well; a mistake is told before anything is begun."""
    if not track:
        return ()
    from evolve.trackers.found import chosen_trackers

    return chosen_trackers(track, "--track")


def _go(
    store: "RunStore",
    sources: "Sources",
    judge: ChosenJudge,
    choice: ClusterChoice,
    page_choice: PageChoice,
    listener: str,
    trackers: "Sequence[ChosenTracker]",
) -> None:
    """Advance a run with progress on stderr, and end with the report or with what to do next."""
    from evolve.presentation import judged_word
    from evolve.progress import told_to, watching
    from evolve.search.outlook import with_taste_notices
    from evolve.search.run_facts import core_of, domain_source
    from evolve.search.steps import Outcome, advance, remember_judge
    from evolve.trackers.tracking import tracked

    run = store.read()
    os.environ[BACKEND] = backend(os.environ, run.versions.get("backend"))
    presentation = open_domain(run, sources).presentation
    ranked = as_typed(store.paths.reference, listener=listener, domain=sources.options["domain"])
    resumed = as_typed(
        store.paths.reference, listener=listener, **choice.as_typed, **sources.options, judge=judge.as_typed,
        track=[one.as_typed for one in trackers],
    )  # fmt: skip
    source, listener = domain_source(run, sources), judge.listener(listener)
    with RunningPage(store, sources, listener, page_choice) as page:
        ask = asked(judge, store, sources, page)
        remember_judge(store, (judge.as_typed or "") if judge.simulated else "")
        try:
            with (
                training_execution(store.paths, core_of(run), choice, source) as execution,
                watching(presentation) as watcher,
            ):
                told = watcher if judge.simulated is not None else with_taste_notices(store, watcher)
                with tracked(store.paths.folder, trackers, told_to(told, page.tell)) as on_event:
                    outcome = advance(store, execution, on_event, ask, listener=listener, sources=sources)
        except KeyboardInterrupt:
            raise Stopped(f"stopped; what was done is kept. Go on: evolve resume {resumed}") from None
        if outcome is Outcome.COMPLETE:
            tell_the_end(store.read(), resumed, is_simulated=judge.simulated is not None)
            if page.is_open:
                stay_open()
            return
    if ask is not None:
        note(f"your ballot so far is kept. Go on: evolve resume {resumed}")
    else:
        generation = store.read().generations[-1].index
        note(f'generation {generation} can be {judged_word(presentation)}. Rank it: evolve rank {ranked}   or: '
              f'evolve rank {ranked} --order "…"   then: evolve resume {resumed}')  # fmt: skip
