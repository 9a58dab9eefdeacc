"""The commands, and what the program's end looks like: one line for a mistake, a traceback for a bug of ours."""

import contextlib
import errno
import io
import os
import pkgutil
import sys
import threading
from collections import UserDict
from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typer.exceptions import TyperException

from evolve import __version__
from evolve.environment import is_pythons, isolate, set_aside
from evolve.errors import EvolveError, last_line, printable, shortened
from evolve.interrupts import exit_code, stop_on_request
from evolve.terminal.console import Stopped
from evolve.terminal.domain_commands import domain_commands

USAGE = 2

_CORE = {
    "start": "evolve.cli.running:start",
    "resume": "evolve.cli.running:resume",
    "rank": "evolve.cli.ranking:rank",
    "listen": "evolve.cli.listening:listen",
    "branch": "evolve.cli.branching:branch",
    "report": "evolve.cli.reporting:report",
    "list": "evolve.cli.reporting:list_runs",
}
_CORE_LAST = {
    "import": "evolve.cli.importing:import_",
    "doctor": "evolve.cli.doctoring:doctor",
    "space": "evolve.cli.spaces:space",
}
"""Commands that stand behind those of domains."""


class CommandsByName(UserDict[str, Any]):
    """Every command by name, the core's and those of domains; each is imported when it is asked for."""

    def __init__(self) -> None:
        """Know their names."""
        added = domain_commands().values()
        commands = {name: where for one in added for name, where in one.commands.items()}
        groups = {name: where for one in added for name, where in one.groups.items()}
        core = {**_CORE, **_CORE_LAST}  # which no domain replaces
        super().__init__({**_CORE, **commands, **_CORE_LAST, **groups, **core})

    def __getitem__(self, name: str) -> Any:  # noqa: ANN401 - a command of click, which typer hides
        """The command, loaded."""
        found = super().__getitem__(name)
        if isinstance(found, str):
            found = self.data[name] = _command(name, found)
        return found


def _command(name: str, where: str) -> Any:  # noqa: ANN401
    """What typer makes of a function, or of a `typer.Typer`."""
    try:
        found = pkgutil.resolve_name(where)
    except (ImportError, AttributeError) as error:
        raise EvolveError(f"the command {name} ({where}) cannot be loaded: {last_line(error)}") from error
    alone = typer.Typer(rich_markup_mode=None)
    if isinstance(found, typer.Typer):
        alone.add_typer(found, name=name)
    else:
        alone.command(name)(found)
    return typer.main.get_group(alone).commands[name]


class _Commands(TyperGroup):
    """A group of commands that are imported when they are asked for."""

    def __init__(self, **attributes: Any) -> None:  # noqa: ANN401 - as typer gives them
        super().__init__(**attributes)
        self.commands = CommandsByName()


app = typer.Typer(
    name="evolve",
    cls=_Commands,
    no_args_is_help=True,
    rich_markup_mode=None,  # rich would double the time until the first line of help
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    help=(
        "Breed what you like, with your ears and eyes as the fitness function.\n\n"
        "Begin with evolve start --space quick.yaml: individuals are tried, each makes samples, you rank what you "
        "hear or see, and the best become the parents of the next generation. Stop whenever you like; evolve resume "
        "goes on, and evolve report tells the family story."
    ),
)

_TYPERS_INTERRUPTED = 130

_BEGUN_WITHOUT = "EVOLVE_BEGUN_WITHOUT"
"""Passes the names of the removed Python variables across the exec, and is not set otherwise.

It also says not to exec again: a ``sitecustomize.py`` may set a variable each time Python starts.
"""


def _show_version(wanted: bool) -> None:  # noqa: FBT001 - typer calls it with the option's value
    if wanted:
        typer.echo(f"evolve {__version__}")
        raise typer.Exit


@app.callback()
def _evolve(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    pass


def main() -> None:
    """Run the command line and exit: 0, 1 a mistake the user can mend, 2 usage, 130 stopped by Ctrl-C (143, 129)."""
    _isolate_process()
    stop_on_request()
    _open_closed_streams()
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # of a path that is no text: as codes, which JSON has too
    code = run(sys.argv[1:])
    if any(not thread.daemon for thread in threading.enumerate() if thread is not threading.main_thread()):
        _leave_at_once(code)
    sys.exit(code)


def run(arguments: list[str]) -> int:
    """Run the command line and give the exit code."""
    try:
        code = int(app(arguments, prog_name="evolve", standalone_mode=False) or 0)
    except TyperException as error:
        error.show()  # type: ignore[attr-defined]  # every problem of usage has it, typer's root does not say so
        return USAGE
    except SystemExit as end:
        # Typer and rich end like this when the reader of our output, such as `head`, has gone.
        if not isinstance(end.__context__, BrokenPipeError):
            raise
        return 0
    except (EvolveError, OSError) as error:
        return _fail(_in_one_line(error), 1)
    except Stopped as stopped:
        return _fail(str(stopped), exit_code())
    except (KeyboardInterrupt, typer.Abort):
        code = _TYPERS_INTERRUPTED
    # Typer makes an exit code of Ctrl-C, without a word.
    return _fail("stopped; what was done is kept", exit_code()) if code == _TYPERS_INTERRUPTED else code


def _isolate_process() -> None:
    """Remove environment variables and umask bits that would harm this process or its children."""
    before = os.environ.pop(_BEGUN_WITHOUT, None)
    overridden = [name for name in set_aside(os.environ) if is_pythons(name)]
    if overridden and before is None:  # this very process: Ray cannot be imported with PYTHONOPTIMIZE=2, for one
        for name in overridden:
            del os.environ[name]
        os.environ[_BEGUN_WITHOUT] = ",".join(overridden)
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606 -- our own interpreter and program
    isolate(before=before.split(",") if before else ())
    os.umask(os.umask(0) & ~0o700)  # of its own files the program must be able to read and write each


def _open_closed_streams() -> None:
    """Give standard streams that were closed a place to lead to: else files that are opened get their numbers."""
    for number, mode in enumerate("rww"):
        try:
            os.fstat(number)
        except OSError:
            opened = os.open(os.devnull, os.O_RDWR)  # the lowest that is free: this one
            name = ("stdin", "stdout", "stderr")[number]
            setattr(sys, name, os.fdopen(opened, mode, encoding="utf-8", closefd=False))


def _leave_at_once(code: int) -> None:
    """End without waiting for a Ray that is still being started; its watcher clears away what it has started."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    os._exit(code)


def _in_one_line(error: EvolveError | OSError) -> str:
    if isinstance(error, EvolveError):
        return str(error)
    if error.errno not in _TOLD:
        raise error
    return f"{shortened(str(error.filename or 'the disk'), 200)}: {error.strerror}; {_TOLD[error.errno]}"


_TOLD = {
    errno.ENOSPC: "what was recorded is safe; make room and give the command again",
    errno.EDQUOT: "what was recorded is safe; make room and give the command again",
    errno.EACCES: "check the rights of the folder, or choose another with --runs or -o",
    errno.ENAMETOOLONG: "give a name that a file can have",
    errno.ELOOP: "a link leads back to itself; give what it should lead to",
    errno.EROFS: "choose a folder that can be written, with --runs or -o",
}


def _fail(message: str, code: int) -> int:
    typer.echo(f"evolve: {printable(' '.join(message.split()))}", err=True)
    return code
