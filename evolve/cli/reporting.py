"""`evolve report` and `evolve list`: looking at runs, without TensorFlow and without Ray."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from evolve.cli.sources import OwnCode, given_sources, open_domain
from evolve.errors import DamagedStoreError, RunError
from evolve.terminal.console import console, note
from evolve.terminal.options import STDOUT, AnyRun, AsJson, Out, Runs, run_folder

if TYPE_CHECKING:
    from evolve.records.run import RunRecord


def report(
    run: AnyRun = None,
    kind: Annotated[
        Literal["text", "html", "json", "csv"],
        typer.Option("--format", help="Text to read, a page to look at and to hear, JSON or CSV for programs."),
    ] = "text",
    output: Out = None,
    inside: Annotated[
        float,
        typer.Option(
            "--inside",
            metavar="MB",
            min=0,
            max=2_000,
            help="How much of songs, pictures and the like lies inside a page; the rest lies beside it.",
        ),
    ] = 20,
    everyone: Annotated[
        bool, typer.Option("--everyone", help="Name all members of generations of hundreds too, in text and page.")
    ] = False,
    domain: OwnCode = None,
    runs: Runs = Path("runs"),
) -> None:
    """Tell a run's family story.

    Who descends from whom, gene by gene, where each came in the ranking, what is known of the listeners' taste,
    and what failed and why.

    As a page it is one file to send, with the family tree as a picture and the champions to hear and see; it opens
    without a network. Where no path is given it is written to RUN.html, or into a pipe if there is one, as JSON and CSV
    are.

    \b
    Examples:
      evolve report
      evolve report quick-1 --format html -o quick-1.html
      evolve report quick-1 --format csv -o quick-1.csv
    """
    from evolve.store.files import check_file_can_be_written, write_target

    if output is not None and output != STDOUT:
        check_file_can_be_written(output)
    folder = run_folder(run, runs)
    record = _read(folder)
    if domain is not None:
        open_domain(record, given_sources(record, domain))
    if kind == "text" and output in {None, STDOUT}:
        print_report(record, everyone=everyone)
        return
    if kind == "html":
        _tell_page(record, folder, output, inside=inside, everyone=everyone)
        return
    text = _written(record, kind, everyone=everyone)
    if output is None or output == STDOUT:
        typer.echo(text, nl=not text.endswith("\n"))
        return
    write_target(output, text.encode())
    note(f"written: {output}")


def list_runs(runs: Runs = Path("runs"), json_: AsJson = False) -> None:
    """List every run and what it waits for.

    \b
    Examples:
      evolve list
      evolve list --json
    """
    from evolve.report.overview import overview_table, run_overview
    from evolve.store.folders import run_folders
    from evolve.store.run_store import RunStore

    overviews, folders = [], sorted(run_folders(runs))
    for folder in folders:
        try:
            with RunStore(folder, read_only=True) as store:
                overviews.append(run_overview(store.look()))
        except RunError as error:
            note(f"evolve: {error}")
    if json_:
        typer.echo(json.dumps(overviews, indent=2, ensure_ascii=False))
    elif overviews:
        console().print(overview_table(overviews))
    elif not folders:
        note(f"no runs in {runs}/ yet; begin one with: evolve start --space quick.yaml")


def _read(folder: Path) -> "RunRecord":
    """The run; of a damaged store what its newest copy tells, with a word on it."""
    from evolve.store.run_store import RunStore

    try:
        with RunStore(folder, read_only=True) as store:
            return store.look()
    except DamagedStoreError as error:
        from evolve.store.examination import told_from_copy

        if (told := told_from_copy(folder, error.what)) is None:
            raise
        note(f"evolve: {error}")
        return told


def _tell_page(run: "RunRecord", folder: Path, output: Path | None, *, inside: float, everyone: bool) -> None:
    """The run as a page, in a file or on stdout; what does not fit inside lies beside the file."""
    from functools import partial

    from evolve.report.page.media import MB
    from evolve.report.page.page import report_page
    from evolve.store.files import check_file_can_be_written, is_plain_file, read_inside, write_target
    from evolve.store.paths import RunPaths
    from evolve.words import counted

    if output is None and sys.stdout.isatty():
        output = Path(f"{run.name}.html")
        check_file_can_be_written(output)
    output = None if output == STDOUT else output
    beside = f"{output.stem}-files" if output is not None and is_plain_file(output) else ""
    read = partial(read_inside, RunPaths(folder))
    page = report_page(run, read, most=round(inside * MB), folder=beside, everyone=everyone)
    if page.left_out:
        what = counted(page.left_out, "file")
        note(f"{what} left out, for want of room; with -o PATH what does not fit inside lies beside the page")
    if output is None:
        typer.echo(page.html, nl=False)
        return
    for name, relative in page.beside.items():
        write_target(output.parent / beside / name, read(relative))
    write_target(output, page.html.encode())
    more = f", and {counted(len(page.beside), 'file')} beside it in {output.parent / beside}" if page.beside else ""
    note(f"written: {output}{more}")


def print_report(run: "RunRecord", *, everyone: bool = False) -> None:
    """The family story on stdout, as wide and as colourful as it can show."""
    from evolve.report.text import report_text

    console().print(report_text(run, everyone=everyone))


def _written(run: "RunRecord", kind: str, *, everyone: bool) -> str:
    if kind == "json":
        from evolve.report.document import report_document

        return json.dumps(report_document(run), indent=2, ensure_ascii=False)
    if kind == "csv":
        from evolve.report.tables import to_csv

        return to_csv(run)
    from evolve.report.text import render_text

    return render_text(run, everyone=everyone)
