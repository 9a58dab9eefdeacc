"""`evolve import`: a space and founders from what another program has found."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evolve.terminal.console import note
from evolve.words import counted

if TYPE_CHECKING:
    from evolve.exchange.found_project import FoundProject

KERAS_TUNER, OPTUNA = "keras-tuner", "optuna"


def import_(
    source: Annotated[
        str,
        typer.Argument(
            metavar="keras-tuner:DIR|optuna:URL#STUDY",
            help="The folder of a project of KerasTuner; or a study of Optuna, in a database such as "
            "sqlite:///study.db or in a journal file. STUDY may be left out where there is one alone.",
        ),
    ],
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="FOLDER", help="Write space.yaml and founders.json there.")
    ],
    best: Annotated[int, typer.Option(min=1, max=10_000, help="How many of the best trials become founders.")] = 8,
) -> None:
    """Go on where another tuner has stopped: its space, and its best trials as founders.

    \b
    Examples:
      evolve import keras-tuner:tuning/my-project -o mine/
      evolve import optuna:sqlite:///study.db#lstm -o mine/ --best 4
      evolve start --space mine/space.yaml --founders mine/founders.json --build my_model.py:build
    """
    kind, colon, place = source.partition(":")
    if kind not in (KERAS_TUNER, OPTUNA) or not colon or not place:
        raise typer.BadParameter(
            f"must be {KERAS_TUNER}:DIR, such as {KERAS_TUNER}:tuning/my-project, or {OPTUNA}:URL#STUDY, such as "
            f"{OPTUNA}:sqlite:///study.db#mine",
            param_hint="SOURCE",
        )
    from evolve.store.files import check_folder_can_be_written
    from evolve.store.paths import write_whole

    project = _read(kind, place)
    check_folder_can_be_written(output)
    output.mkdir(parents=True, exist_ok=True)
    write_whole(output / "space.yaml", project.space.encode())
    for notice in project.notices:
        note(f"note: {notice}")
    chosen = project.trials[:best]
    if not chosen:
        note(f"written: {output / 'space.yaml'}; no trial is completed, so there are no founders")
        return
    founders = json.dumps([one.genome for one in chosen], indent=2, ensure_ascii=False)
    write_whole(output / "founders.json", founders.encode())
    note(
        f"written: {output / 'space.yaml'} and {output / 'founders.json'}, the best "
        f"{counted(len(chosen), 'trial')} of {len(project.trials):,} (score {chosen[0].score:g})"
    )


def _read(kind: str, place: str) -> "FoundProject":
    if kind == OPTUNA:
        from evolve.exchange.optuna_study import read_study

        return read_study(place)
    from evolve.exchange.keras_tuner_project import read_project

    return read_project(Path(place))
