"""The program with pretended trials in processes that are forked from one that has imported it.

Importing takes most of a short command's time. All else is as in a process from scratch: its own folder, environment,
standard streams and exit code.
"""

import multiprocessing
import os
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from evolve.environment import is_pythons, set_aside
from tests.end_to_end.commands import Typed

_PATIENCE_S = 600.0
_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(
    [
        "choix",
        "evolve.cli.ranking",
        "evolve.cli.reporting",
        "evolve.cli.running",
        "evolve.cli.spaces",
        "evolve.domains.music.commands.corpus",
        "evolve.domains.music.material",
        "evolve.domains.music.sound.soundfont_check",
        "evolve.judging.pairwise",
        "evolve.judging.simulated.listeners",
        "evolve.progress.watchers",
        "evolve.report.text",
        "evolve.search.outlook",
        "rich.console",
        "tests.end_to_end.pretended_program",
    ]
)


def typed(*arguments: str, folder: Path, environment: Mapping[str, str]) -> Typed:
    """What a command answers that is typed in a folder, without a terminal.

    The environment holds for all that is read when the command runs. What Python reads when it starts, such as the
    PYTHONBREAKPOINT that Ray has set in a process that tests trials, is left out: for it a command begins anew.
    """
    aside = {name for name in set_aside(environment) if is_pythons(name)}
    environment = {name: value for name, value in environment.items() if name not in aside}
    with tempfile.TemporaryDirectory() as said:
        out, err = Path(said, "out"), Path(said, "err")
        process = _FORKS.Process(target=_run, args=(arguments, folder, dict(environment), out, err))
        process.start()
        process.join(_PATIENCE_S)
        if process.exitcode is None:
            process.kill()
            process.join()
        assert process.exitcode is not None
        return Typed(process.exitcode, out.read_text(), err.read_text())


def _run(arguments: tuple[str, ...], folder: Path, environment: dict[str, str], out: Path, err: Path) -> None:
    from tests.end_to_end.pretended_program import main  # noqa: PLC0415 - it stands ready in the process forked from

    for number, path in ((1, out), (2, err)):
        opened = os.open(path, os.O_WRONLY | os.O_CREAT)
        os.dup2(opened, number)
        os.close(opened)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["evolve", *arguments]
    main()
