"""`evolve export`: a network that was bred out of its run, or a whole run to another program."""

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evolve.domains.music.commands.networks import with_network
from evolve.errors import RunError
from evolve.terminal.options import Run, Runs, run_folder
from evolve.words import counted

if TYPE_CHECKING:
    from evolve.genetics.space import SearchSpace
    from evolve.records.run import RunRecord


def export(
    run: Run,
    individual: Annotated[
        str | None, typer.Argument(metavar="[INDIVIDUAL]", help="Whose network, such as g2-3.", show_default=False)
    ] = None,
    folder: Annotated[
        Path | None, typer.Argument(metavar="[FOLDER]", help="A new folder to write to.", show_default=False)
    ] = None,
    keras_tuner: Annotated[
        Path | None,
        typer.Option(
            "--keras-tuner", metavar="DIR", show_default=False,
            help="Instead: write everybody who was ranked as a project that KerasTuner reloads, of any domain.",
        ),
    ] = None,
    optuna: Annotated[
        str | None,
        typer.Option(
            "--optuna", metavar="URL#STUDY", show_default=False,
            help="Instead: write everybody who was ranked as a study that Optuna loads, of any domain; into a database "
            "such as sqlite:///study.db, or a journal file. STUDY is the run's name unless you give another.",
        ),
    ] = None,
    runs: Runs = Path("runs"),
) -> None:  # fmt: skip
    """Take a network out of its run, or a whole run to KerasTuner or Optuna.

    Writes the .keras file, its vocabulary and a card: all that evolve compose needs, on any machine.

    With --keras-tuner and --optuna the objective is "liking", of which more is better: the share of the others in
    somebody's newest ranking who came after them.

    \b
    Examples:
      evolve export quick-1 g2-3 my-favourite/
      evolve compose my-favourite/
      evolve export quick-1 --keras-tuner tuning/quick-1
      evolve export quick-1 --optuna sqlite:///study.db
    """
    if keras_tuner is not None:
        _export_to_keras_tuner(run_folder(run, runs), keras_tuner, individual)
        return
    if optuna is not None:
        _export_to_optuna(run_folder(run, runs), optuna, individual)
        return
    if individual is None or folder is None:
        raise typer.BadParameter("give an individual and a folder, or --keras-tuner DIR", param_hint="INDIVIDUAL")
    from evolve.domains.music.export import write_export
    from evolve.store.files import check_folder_can_be_written
    from evolve.store.run_store import RunStore

    check_folder_can_be_written(folder)
    with RunStore(run_folder(run, runs), read_only=True) as store:
        with_network(store.read(), individual)
        write_export(store, individual, folder)
    typer.echo(f"written: {folder}\ncompose with it: evolve compose {shlex.quote(str(folder))}", err=True)


def _export_to_keras_tuner(run: Path, folder: Path, individual: str | None) -> None:
    from evolve.exchange.keras_tuner_project import write_project
    from evolve.store.files import check_folder_can_be_written

    record, space = _whole_run(run, individual, "--keras-tuner")
    check_folder_can_be_written(folder)
    count = write_project(record, space, folder)
    typer.echo(f"written: {folder}, {counted(count, 'trial')}", err=True)


def _export_to_optuna(run: Path, place: str, individual: str | None) -> None:
    from evolve.exchange.optuna_study import study_of

    record, space = _whole_run(run, individual, "--optuna")
    storage, _, name = place.partition("#")
    study = study_of(record, space, storage=storage, name=name or None)
    typer.echo(f"written: {storage}#{study.study_name}, {counted(len(study.trials), 'trial')}", err=True)


def _whole_run(run: Path, individual: str | None, option: str) -> "tuple[RunRecord, SearchSpace]":
    from evolve.search.run_facts import space_known
    from evolve.store.run_store import RunStore

    if individual is not None:
        raise typer.BadParameter("it holds everybody; leave the individual out", param_hint=option)
    with RunStore(run, read_only=True) as store:
        record = store.read()
    space = space_known(record)
    if space is None:
        raise RunError(f"the space of {record.name} cannot be read: evolve doctor {record.reference}")
    return record, space
