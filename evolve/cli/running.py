"""`evolve start` and `resume`: the loop between machine and listener."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evolve.cli.clusters import Place, place_to_train
from evolve.cli.options import (
    DEFAULT_LISTENER,
    Address,
    Cluster,
    Listener,
    Run,
    Runs,
    as_typed,
    find_space,
    is_interactive,
    run_folder,
)
from evolve.cli.start_options import (
    Assignments,
    Corpora,
    Elites,
    Generations,
    JudgeKind,
    JudgeOption,
    Notes,
    OpeningFile,
    Parents,
    Population,
    RunName,
    Seed,
    Songs,
    SpaceFile,
)
from evolve.environment import BACKEND, backend
from evolve.errors import EvolveError, StorageError, printable

if TYPE_CHECKING:
    from evolve.search import Judge
    from evolve.store.run_store import RunStore


class Stopped(Exception):  # noqa: N818 - an end that the user wished for
    """The user pressed Ctrl-C; the text says how to go on."""


def start(
    space: SpaceFile,
    corpus: Corpora = None,
    name: RunName = None,
    population: Population = None,
    parents: Parents = None,
    elites: Elites = None,
    generations: Generations = None,
    songs: Songs = None,
    notes: Notes = None,
    opening: OpeningFile = None,
    seed: Seed = None,
    runs: Runs = Path("runs"),
    address: Address = None,
    cluster: Cluster = None,
    judge: JudgeOption = None,
    settings: Assignments = None,
    listener: Listener = DEFAULT_LISTENER,
) -> None:
    """Begin a run: breed networks whose songs you like.

    Networks are sampled from the space and trained, each composes songs from one opening, you rank what you hear, and
    the best become the parents of the next generation.

    Everything is kept in the folder runs/NAME. Stop with Ctrl-C whenever you like and go on with evolve resume NAME.

    \b
    Examples:
      evolve start --space quick.yaml
      evolve start --space lstm.yaml --corpus my-midi/ --generations 8 --set seconds=300
      evolve start --space lstm.yaml --judge none --name night --cluster cluster/slurm.yaml
      evolve start --space lstm.yaml --address 10.0.0.1:6379
    """
    from evolve.cli.given import options_given, space_given
    from evolve.config import settle
    from evolve.genetics.breeding import check_room
    from evolve.genetics.space_file import parse_space
    from evolve.network.genes import GENES
    from evolve.search import create
    from evolve.store.founding import free_folder
    from evolve.store.names import checked_name, name_from
    from evolve.store.paths import folder_named

    place = Place(address, cluster)
    place.check()
    space_name, text = find_space(space)
    file = parse_space(text, space_name, GENES)
    options = {
        "corpus": tuple(corpus) if corpus else None, "population": population, "parents": parents, "elites": elites,
        "generations": generations, "songs": songs, "notes": notes, "opening": opening, "seed": seed,
    }  # fmt: skip
    config = settle([*space_given(space_name, file.settings), *options_given(options, settings or [])])
    check_room(file.space, config.population)
    stem = name_from(Path(space_name).stem)
    folder = folder_named(runs, checked_name(name)) if name is not None else free_folder(runs, stem)
    with create(folder, config, Path(space_name).name, text) as store:
        try:
            _go(store, judge, place, listener)
        except StorageError:
            raise  # such as a full disk: the run is gone on with when that is mended
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
    cluster: Cluster = None,
    judge: JudgeOption = None,
    listener: Listener = DEFAULT_LISTENER,
) -> None:
    """Go on with a run from wherever it stands.

    \b
    Examples:
      evolve resume quick-1
      evolve resume quick-1 --generations 8
      evolve resume lstm-1 --cluster cluster/slurm.yaml
    """
    from evolve.search import extend
    from evolve.store.run_store import RunStore

    place = Place(address, cluster)
    place.check()
    with RunStore(run_folder(run, runs)) as store:
        note_migration(store)
        if generations is not None:
            extend(store, generations)
        _go(store, judge, place, listener)


def _go(store: "RunStore", judge: JudgeKind | None, place: Place, listener: str) -> None:
    """Advance a run with progress on stderr, and end with the report or with what to do next."""
    from evolve.cli.hearing import terminal_judge
    from evolve.cli.progress import watching
    from evolve.run_facts import config_of
    from evolve.search import Outcome, advance
    from evolve.store.names import checked_name

    listener = checked_name(listener)  # before hours of training, not when it names a folder
    os.environ[BACKEND] = backend(os.environ, store.read().versions.get("backend"))
    ranked = as_typed(store.paths.reference, listener)
    resumed = as_typed(store.paths.reference, listener, place.address, place.cluster)
    ask: Judge | None = terminal_judge if _asks(judge) else None
    with place_to_train(store.paths, config_of(store.read()), place) as execution, watching() as observer:
        try:
            outcome = advance(store, execution, observer, ask, listener=listener)
        except KeyboardInterrupt:
            raise Stopped(f"stopped; what was done is kept. Go on: evolve resume {resumed}") from None
    if outcome is Outcome.COMPLETE:
        _tell_the_story(store)
    elif ask is not None:
        note(f"your ballot so far is kept. Go on: evolve resume {resumed}")
    else:
        generation = store.read().generations[-1].index
        note(f'generation {generation} can be heard. Rank it: evolve rank {ranked}   or: '
              f'evolve rank {ranked} --order "…"   then: evolve resume {resumed}')  # fmt: skip


def _asks(judge: JudgeKind | None) -> bool:
    return is_interactive() and judge is not JudgeKind.NONE


def _tell_the_story(store: "RunStore") -> None:
    from evolve.cli.reporting import print_report

    run = store.read()
    print_report(run)
    note(f"\nmore songs: evolve compose {run.reference}   keep a network: evolve export {run.reference} ID FOLDER")


def note_migration(store: "RunStore") -> None:
    """Tell the user when an older evolve can no longer open a run."""
    if store.migrated_from is not None:
        note(f"note: an older evolve has begun {store.name}, and can no longer open it: its store has a new layout now")


def note(text: str) -> None:
    """Tell the user something on stderr."""
    typer.echo("\n".join(map(printable, text.split("\n"))), err=True)
