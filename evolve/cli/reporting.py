"""`evolve report` and `evolve list`: looking at runs, without TensorFlow and without Ray."""

import json
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evolve.cli.console import console
from evolve.cli.options import AnyRun, AsJson, Out, Runs, run_folder
from evolve.errors import DamagedStoreError, RunError, printable

if TYPE_CHECKING:
    from evolve.store.records import RunRecord


class ReportFormat(StrEnum):
    """What a report is written as."""

    TEXT = "text"
    JSON = "json"
    CSV = "csv"


def report(
    run: AnyRun = None,
    kind: Annotated[
        ReportFormat, typer.Option("--format", help="Text to read, JSON or CSV for programs.")
    ] = ReportFormat.TEXT,
    output: Out = None,
    everyone: Annotated[
        bool, typer.Option("--everyone", help="In the text, name all members of generations of hundreds too.")
    ] = False,
    runs: Runs = Path("runs"),
) -> None:
    """Tell a run's family story.

    Who descends from whom, gene by gene, where each came in the ranking, and what failed and why.

    \b
    Examples:
      evolve report
      evolve report quick-1 --format csv -o quick-1.csv
    """
    from evolve.store.targets import check_file_can_be_written, write_target

    if output is not None:
        check_file_can_be_written(output)
    folder = run_folder(run, runs)
    record = _read(folder)
    if kind is ReportFormat.TEXT and output is None:
        print_report(record, everyone=everyone)
        return
    text = _written(record, kind, everyone=everyone)
    if output is None:
        typer.echo(text, nl=not text.endswith("\n"))
        return
    write_target(output, text.encode())
    typer.echo(f"written: {printable(str(output))}", err=True)


def list_runs(runs: Runs = Path("runs"), json_: AsJson = False) -> None:
    """List every run and what it waits for.

    \b
    Examples:
      evolve list
      evolve list --json
    """
    from evolve.report.overview import overview_table, run_overview
    from evolve.store.paths import run_folders
    from evolve.store.run_store import RunStore

    overviews, folders = [], sorted(run_folders(runs))
    for folder in folders:
        try:
            with RunStore(folder, read_only=True) as store:
                overviews.append(run_overview(store.look()))
        except RunError as error:
            typer.echo(f"evolve: {error}", err=True)
    if json_:
        typer.echo(json.dumps(overviews, indent=2, ensure_ascii=False))
    elif overviews:
        console().print(overview_table(overviews))
    elif not folders:
        typer.echo(f"no runs in {runs}/ yet; begin one with: evolve start --space quick.yaml", err=True)


def _read(folder: Path) -> "RunRecord":
    """The run; of a damaged store what can still be read, with a word on it."""
    from evolve.store.run_store import RunStore

    try:
        with RunStore(folder, read_only=True) as store:
            return store.look()
    except DamagedStoreError as error:
        from evolve.store.salvage import salvage

        typer.echo(f"evolve: {error}", err=True)
        return salvage(folder).run


def print_report(run: "RunRecord", *, everyone: bool = False) -> None:
    """The family story on stdout, as wide and as colourful as it can show."""
    from evolve.report.text import report_text

    console().print(report_text(run, everyone=everyone))


def _written(run: "RunRecord", kind: ReportFormat, *, everyone: bool) -> str:
    if kind is ReportFormat.JSON:
        from evolve.report.document import report_document

        return json.dumps(report_document(run), indent=2, ensure_ascii=False)
    if kind is ReportFormat.CSV:
        from evolve.report.tables import to_csv

        return to_csv(run)
    from evolve.report.text import render_text

    return render_text(run, everyone=everyone)
