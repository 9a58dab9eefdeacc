"""`evolve doctor`: what may be wrong with this machine or with a run, and what to do about it."""

import contextlib
import dataclasses
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated

import typer

from evolve.cli.clusters import is_this_machine, look_at_cluster
from evolve.cli.console import console
from evolve.cli.options import AsJson, Runs, complete_cluster, complete_run
from evolve.doctor.check import Check, State
from evolve.errors import ExecutionError, RunError, printable
from evolve.store.paths import RunPaths

_MARKS = {State.GOOD: ("✓", "green"), State.WARNING: ("!", "yellow"), State.BAD: ("✗", "bold red")}


def doctor(
    run: Annotated[
        str | None,
        typer.Argument(
            metavar="[RUN]", help="A run to look at too: its name, or the path of its folder.",
            autocompletion=complete_run, show_default=False,
        ),
    ] = None,
    mend: Annotated[
        bool, typer.Option("--mend", help="Make a whole store of what can be read of RUN's damaged one, which stays.")
    ] = False,
    cluster: Annotated[
        str | None,
        typer.Option(
            "--cluster", metavar="FILE", autocompletion=complete_cluster,
            help="Get the cluster of this profile, see what each of its hosts gives, and let it go.",
        ),
    ] = None,
    json_: AsJson = False,
    runs: Runs = Path("runs"),
) -> None:  # fmt: skip
    """Look what this machine lacks, or what is wrong with a run.

    Without RUN: Python, memory, disks, sound and its player, TensorFlow and the GPUs it sees, and whether Ray starts,
    which takes half a minute. With RUN: whether its store is intact, and each of its files there and as it was written;
    and of the machine what takes no time. Only --mend changes a run. With --cluster: whether the cluster can be had,
    and what each of its hosts gives; it is let go again at once.

    Exit code 1 when something will not work.

    \b
    Examples:
      evolve doctor
      evolve doctor quick-1
      evolve doctor quick-1 --mend
      evolve doctor --cluster cluster/slurm.yaml
      evolve doctor --json
    """
    if mend:
        if run is None:
            raise typer.BadParameter("name the run that is to be mended", param_hint="--mend")
        if json_:
            raise typer.BadParameter("what --mend does is told in words", param_hint="--json")
        _mend(_folder(run, runs))
        return
    if cluster is not None and is_this_machine(cluster):  # a mistake in a profile is told at once
        cluster = None
    of_run = _run_checks(_folder(run, runs)) if run is not None else []
    if of_run and not json_:
        _print(of_run, f"The run {run}")
    thoroughly = run is None and cluster is None
    checks = [*of_run, *_machine_checks(runs, thoroughly=thoroughly, printed=not json_)]
    if cluster is not None:
        checks += (of_cluster := _cluster_checks(cluster, runs))
        if not json_:
            _print(of_cluster, f"The cluster {cluster}")
    if json_:
        document = {"run": run, "checks": [dataclasses.asdict(check) for check in checks]}
        typer.echo(json.dumps(document, indent=2, ensure_ascii=False))
    if any(check.state.is_bad for check in checks):
        raise typer.Exit(1)


def _folder(run: str, runs: Path) -> Path:
    """The folder of a run, even of one whose store is lost."""
    for folder in (runs / run, Path(run)):
        if folder.is_dir():
            return folder
    raise RunError(f'there is no run folder "{run}" in {runs}/ nor at that path; see: evolve list')


def _run_checks(folder: Path) -> list[Check]:
    from evolve.doctor.run import run_checks
    from evolve.store.examination import examine

    return list(run_checks(examine(folder)))


def _machine_checks(runs: Path, *, thoroughly: bool, printed: bool) -> list[Check]:
    from evolve.doctor.machine import looked_at, machine_checks

    checks = []
    for name, look in machine_checks(runs, thoroughly=thoroughly):
        with _looking_at(name):
            checks.append(looked_at(name, look))
        if printed:
            _print(checks[-1:], "" if checks[:-1] else "This machine")
    return checks


def _cluster_checks(cluster: str, runs: Path) -> list[Check]:
    """The cluster's checks; one that is not to be had is a finding too."""
    from evolve.doctor.cluster import cluster_checks
    from evolve.doctor.machine import own_versions

    try:
        with _looking("asking for the cluster …") as tell:
            sight = look_at_cluster(cluster, runs, tell)
    except ExecutionError as error:
        return [Check("cluster", State.BAD, str(error))]
    return list(cluster_checks(sight, own=own_versions()))


@contextlib.contextmanager
def _looking(what: str) -> Iterator[Callable[[str], None]]:
    """Say on a terminal what is being waited for; gives a way to say what that does meanwhile."""
    terminal = console(stderr=True, highlight=False)
    with terminal.status(what) as status:
        told = [""]

        def tell(text: str) -> None:
            if text != told[0]:
                told[0] = text
                if terminal.is_terminal:
                    status.update(printable(text))
                else:
                    terminal.print(printable(text), markup=False, soft_wrap=True)

        yield tell


@contextlib.contextmanager
def _looking_at(name: str) -> Iterator[None]:
    """Say on a terminal what is being looked at, while it is."""
    with console(stderr=True).status(f"looking at {name} …"):
        yield


def _print(checks: list[Check], heading: str) -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True, width=1)
    table.add_column(no_wrap=True, width=15)
    table.add_column(overflow="fold")
    for check in checks:
        mark, style = _MARKS[check.state]
        table.add_row(Text(mark, style=style), check.name, Text(check.found))
        if check.advice:
            table.add_row("", "", Text(f"→ {check.advice}", style=style))
    out = console(highlight=False, markup=False)
    if heading:
        out.print(Text(heading, style="bold"))
    out.print(table)


def _mend(folder: Path) -> None:
    from evolve.store.mending import mend as mended

    mending = mended(folder)
    for line in mending.lost:
        typer.echo(f"lost: {line}", err=True)
    go_on = f"evolve resume {RunPaths(folder).reference}"
    typer.echo(f"mended; the damaged store is kept as {mending.kept}. Go on: {go_on}", err=True)
