"""`evolve doctor`: what may be wrong with this machine or with a run, and what to do about it."""

import contextlib
import dataclasses
import json
import pkgutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evolve.cli.clusters import inspect_profile, is_this_machine
from evolve.errors import ExecutionError, RunError, printable
from evolve.store.paths import RunPaths
from evolve.terminal.checks import Check, Look, State, looked_at
from evolve.terminal.console import console, is_interactive, note
from evolve.terminal.domain_commands import domain_commands
from evolve.terminal.options import AsJson, Runs, complete_cluster, complete_run

if TYPE_CHECKING:
    from evolve.store.examination import Examination

_MARKS = {State.GOOD: ("✓", "green"), State.WARNING: ("!", "yellow"), State.BAD: ("✗", "bold red")}


def doctor(
    run: Annotated[
        str | None,
        typer.Argument(
            metavar="[RUN]", help="A run to look at too: its name, or the path of its folder.",
            autocompletion=complete_run, show_default=False,
        ),
    ] = None,
    restore: Annotated[
        bool, typer.Option("--restore", help="Put back the newest copy of RUN's damaged store, which stays beside it.")
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
    and of the machine what takes no time. A damaged store is put back from its newest copy, when you say so at the
    prompt or with --restore; nothing else changes a run. With --cluster: whether the cluster can be had, and what each
    of its hosts gives; it is released again at once.

    Exit code 1 when something will not work.

    \b
    Examples:
      evolve doctor
      evolve doctor quick-1
      evolve doctor quick-1 --restore
      evolve doctor --cluster cluster/slurm.yaml
      evolve doctor --json
    """
    if restore:
        if run is None:
            raise typer.BadParameter("name the run whose store is to be restored", param_hint="--restore")
        if json_:
            raise typer.BadParameter("what --restore does is told in words", param_hint="--json")
        _restore(_folder(run, runs))
        return
    if cluster is not None and is_this_machine(cluster):  # a mistake in a profile is told at once
        cluster = None
    of_run: list[Check] = []
    if run is not None:
        examination, of_run = _examined(_folder(run, runs))
        if not json_:
            _print(of_run, f"The run {run}")
            if _wants_copy(examination):
                _restore(examination.folder)
                return
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


def _examined(folder: Path) -> "tuple[Examination, list[Check]]":
    from evolve.doctor.examined import run_checks
    from evolve.store.examination import examine

    examination = examine(folder)
    return examination, list(run_checks(examination))


def _wants_copy(examination: "Examination") -> bool:
    """Whether somebody at a terminal has a damaged store put back from its newest copy."""
    if not (examination.is_damaged and examination.copies and is_interactive()):
        return False
    return typer.confirm(f"restore the copy of {examination.copies[0].time}?", default=True, err=True)


def _machine_checks(runs: Path, *, thoroughly: bool, printed: bool) -> list[Check]:
    from evolve.doctor.machine import machine_checks

    checks = []
    for name, look in machine_checks(runs, _looks_of_domains(), thoroughly=thoroughly):
        with console(stderr=True).status(f"looking at {name} …"):
            checks.append(looked_at(name, look))
        if printed:
            _print(checks[-1:], "" if checks[:-1] else "This machine")
    return checks


def _looks_of_domains() -> Iterator[Look]:
    """What the installed domains need of a machine."""
    for added in domain_commands().values():
        if added.checks:
            yield from pkgutil.resolve_name(added.checks)()


def _cluster_checks(cluster: str, runs: Path) -> list[Check]:
    """The cluster's checks; one that is not to be had is a finding too."""
    from evolve.doctor.examined import cluster_checks
    from evolve.doctor.machine import own_versions

    try:
        with _looking("asking for the cluster …") as tell:
            inspection = inspect_profile(cluster, runs, tell)
    except ExecutionError as error:
        return [Check("cluster", State.BAD, str(error))]
    return list(cluster_checks(inspection, own=own_versions()))


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


def _restore(folder: Path) -> None:
    from evolve.store.examination import examine, restore

    if not (examination := examine(folder)).is_damaged:
        rest = "".join(f"; but {one.what}: {one.advice}" for one in examination.findings[:1])
        raise RunError(f"the store of {folder} is whole: there is nothing to restore{rest}")
    copy, kept = restore(folder)
    beside = f"; the damaged store is kept as {kept}" if kept else ""
    note(f"restored the copy of {copy.time}{beside}. Go on: evolve resume {RunPaths(folder).reference}")
