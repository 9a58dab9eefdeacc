"""`evolve start`, `resume` and `rank`: the loop between machine and listener."""

import contextlib
import re
from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from evolve.cli.options import (
    Address,
    AnyRun,
    AsJson,
    Listener,
    Run,
    Runs,
    complete_corpus,
    complete_space,
    find_space,
    is_interactive,
    reference_to,
    run_folder,
)
from evolve.errors import EvolveError

if TYPE_CHECKING:
    from evolve.config import Given, RunConfig
    from evolve.execution.contract import Execution, TrialRunner
    from evolve.search import Judge
    from evolve.sittings import Sitting
    from evolve.store.run_store import RunStore


class Stopped(Exception):  # noqa: N818 - an end that the user wished for
    """The user pressed Ctrl-C; the text says how to go on."""


class JudgeKind(StrEnum):
    """Where the listener ranks."""

    TERMINAL = "terminal"
    NONE = "none"


JudgeOption = Annotated[
    JudgeKind | None,
    typer.Option(
        "--judge",
        help="Where you rank: prompts in this terminal, or none: stop and say which command to give next. "
        "Unset: the terminal where there is one.",
        show_default=False,
    ),
]


def start(
    space: Annotated[
        str,
        typer.Option(
            "--space", metavar="FILE", autocompletion=complete_space,
            help="The search space: a YAML file, or the name of one that ships with evolve: quick.yaml, lstm.yaml, "
            "paper.yaml.",
        ),
    ],
    corpus: Annotated[
        list[str] | None,
        typer.Option(
            "--corpus", metavar="NAME|FOLDER", autocompletion=complete_corpus, show_default=False,
            help="What to learn from: bach-chorales, fiddle-tunes, or a folder of MIDI, MusicXML, ABC or kern files. "
            "Give it several times to mix.",
        ),
    ] = None,
    name: Annotated[
        str | None, typer.Option("--name", metavar="RUN", help="What to call the run; unset: after the space.")
    ] = None,
    population: Annotated[int | None, typer.Option(help="Networks in a generation. [default: 8]")] = None,
    parents: Annotated[int | None, typer.Option(help="How many of the best may become parents. [default: 3]")] = None,
    elites: Annotated[int | None, typer.Option(help="How many of the best are heard again. [default: 1]")] = None,
    generations: Annotated[int | None, typer.Option(help="Generations to hear. [default: 5]")] = None,
    songs: Annotated[int | None, typer.Option(help="Songs of each network. [default: 5]")] = None,
    notes: Annotated[int | None, typer.Option(help="Notes of each song after the opening. [default: 500]")] = None,
    opening: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Begin every song with this music file; unset: a held-out piece's start."),
    ] = None,
    seed: Annotated[int | None, typer.Option(help="All chance derives from it. [default: 0]")] = None,
    runs: Runs = Path("runs"),
    address: Address = None,
    judge: JudgeOption = None,
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="KEY=VALUE", show_default=False,
            help="Any other setting, such as epochs=20, seconds=60, temperature=0.9, exploration=0.8.",
        ),
    ] = None,
    listener: Listener = "listener",
) -> None:  # fmt: skip
    """Begin a run: breed networks whose songs you like.

    Networks are sampled from the space and trained, each composes songs from one opening, you rank what you hear, and
    the best become the parents of the next generation.

    Everything is kept in the folder runs/NAME. Stop with Ctrl-C whenever you like and go on with evolve resume NAME.

    \b
    Examples:
      evolve start --space quick.yaml
      evolve start --space lstm.yaml --corpus my-midi/ --generations 8 --set seconds=300
      evolve start --space lstm.yaml --judge none --name night --address 10.0.0.1:6379
    """
    from evolve.config import settle
    from evolve.genetics.space_file import parse_space
    from evolve.network.genes import GENES
    from evolve.search import create
    from evolve.store.paths import checked_name

    space_name, text = find_space(space)
    file = parse_space(text, space_name, GENES)
    options = {
        "corpus": tuple(corpus) if corpus else None, "population": population, "parents": parents, "elites": elites,
        "generations": generations, "songs": songs, "notes": notes, "opening": opening, "seed": seed,
    }  # fmt: skip
    config = settle([*space_given(space_name, file.settings), *_option_settings(options, settings or [])])
    folder = runs / (checked_name(name) if name is not None else _free_name(runs, Path(space_name).stem))
    with create(folder, config, Path(space_name).name, text) as store:
        try:
            _go(store, runs, judge, address, listener)
        except EvolveError:
            # Nobody is born yet, so nothing is lost, and the mended command can be typed again under the same name.
            if not store.read().generations:
                store.discard()
            raise


def resume(
    run: Run,
    generations: Annotated[
        int | None, typer.Option(min=1, help="Change how many generations the run shall have.", show_default=False)
    ] = None,
    runs: Runs = Path("runs"),
    address: Address = None,
    judge: JudgeOption = None,
    listener: Listener = "listener",
) -> None:
    """Go on with a run from wherever it stands.

    \b
    Examples:
      evolve resume quick-1
      evolve resume quick-1 --generations 8
    """
    from evolve.search import extend
    from evolve.store.run_store import RunStore

    with RunStore(run_folder(run, runs)) as store:
        if generations is not None:
            extend(store, generations)
        _go(store, runs, judge, address, listener)


def rank(
    run: AnyRun = None,
    order: Annotated[
        str | None,
        typer.Option(
            "--order",
            metavar="ORDER",
            help='Best first, in blind letters or ids: "C > A = B ! D" puts C first, ties A with B, rejects D.',
            show_default=False,
        ),
    ] = None,
    listener: Listener = "listener",
    json: AsJson = False,
    runs: Runs = Path("runs"),
) -> None:
    """Rank the songs that wait for you.

    In this terminal with prompts, or from a script with --order.

    A ballot given again takes the place of the same listener's earlier one, until the next generation is bred.

    \b
    Examples:
      evolve rank
      evolve rank quick-1 --order "C > A = B > D ! E"
      evolve rank quick-1 --json
    """
    from evolve.cli.hearing import candidates_document, print_candidates, terminal_judge
    from evolve.judging.order import format_order, parse_order
    from evolve.search import cast_ballot
    from evolve.sittings import heard_generation, sit
    from evolve.store.run_store import RunStore

    folder = run_folder(run, runs)
    with RunStore(folder) as store:
        sitting = sit(store, heard_generation(store.read()).index, listener)
        if json and order is None:
            typer.echo(candidates_document(sitting, store.paths.folder))
            return
        if order is None and not is_interactive():
            print_candidates(sitting, reference_to(folder, runs))
            return
        made = (parse_order(order, sitting.letters), "order") if order is not None else terminal_judge(sitting)
        if made is None:
            _note(f"your ballot so far is kept; go on: evolve rank {reference_to(folder, runs)}")
            return
        standings = cast_ballot(store, sitting, *made)
        if json:
            typer.echo(_ranking_document(sitting, standings))
        _note(f"generation {sitting.generation} is ranked: {format_order(made[0], sitting.letters)}")
        _note(f"go on: evolve resume {reference_to(folder, runs)}")


def _go(store: "RunStore", runs: Path, judge: JudgeKind | None, address: str | None, listener: str) -> None:
    """Advance a run with progress on stderr, and end with the report or with what to do next."""
    from evolve.cli.hearing import terminal_judge
    from evolve.cli.progress import watching
    from evolve.search import Outcome, advance, config_of
    from evolve.store.paths import checked_name

    checked_name(listener)  # before hours of training, not when it names a folder
    reference = reference_to(store.paths.folder, runs)
    ask: Judge | None = terminal_judge if _asks(judge) else None
    config = config_of(store.read())
    execution = _ray(config, address)
    with watching() as observer:
        try:
            outcome = advance(store, execution, observer, ask, listener=listener)
        except KeyboardInterrupt:
            raise Stopped(f"stopped; what was done is kept. Go on: evolve resume {reference}") from None
    if outcome is Outcome.COMPLETE:
        _tell_the_story(store, reference)
    elif ask is not None:
        _note(f"your ballot so far is kept. Go on: evolve resume {reference}")
    else:
        generation = store.read().generations[-1].index
        _note(f'generation {generation} can be heard. Rank it: evolve rank {reference}   or: '
              f'evolve rank {reference} --order "…"   then: evolve resume {reference}')  # fmt: skip


def _ray(config: "RunConfig", address: str | None) -> "Execution":
    @contextlib.contextmanager
    def start_ray() -> Iterator["TrialRunner"]:
        from evolve.execution.ray_tune import RayExecution  # imports Ray, which a run that only breeds never needs

        with RayExecution(address, config.cpus_per_trial, config.gpus_per_trial)() as runner:
            yield runner

    return start_ray


def _asks(judge: JudgeKind | None) -> bool:
    return is_interactive() and judge is not JudgeKind.NONE


def _tell_the_story(store: "RunStore", reference: str) -> None:
    from evolve.cli.reporting import print_report

    run = store.read()
    print_report(run, reference)
    _note(f"more songs: evolve compose {reference}   keep a network: evolve export {reference} ID FOLDER")


def space_given(source: str, settings: Any) -> list["Given"]:  # noqa: ANN401
    """The run settings of a search space file, which a command line overrides."""
    from evolve.config import Given

    return [Given(name, value, f"{source}, line {line}", is_firm=False) for name, value, line in settings]


def _option_settings(options: Mapping[str, Any], assignments: list[str]) -> list["Given"]:
    from evolve.config import Given, parse_assignment

    given = [Given(name, value, f"--{name}") for name, value in options.items() if value is not None]
    return [*given, *map(parse_assignment, assignments)]


def _free_name(runs: Path, stem: str) -> str:
    stem = re.sub(r"[^A-Za-z0-9._-]+", "-", stem).strip("-.") or "run"
    number = 1
    while (runs / f"{stem}-{number}").exists():
        number += 1
    return f"{stem}-{number}"


def _ranking_document(sitting: "Sitting", standings: Any) -> str:  # noqa: ANN401
    import dataclasses
    import json

    ranking = {name: dataclasses.asdict(standing) for name, standing in standings.items()}
    return json.dumps({"generation": sitting.generation, "listener": sitting.listener, "ranking": ranking}, indent=2)


def _note(text: str) -> None:
    typer.echo(text, err=True)
