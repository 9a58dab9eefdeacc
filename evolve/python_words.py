"""Errors as a program is told them: what a command would be advised to type is said as what Python does instead.

The packages below word their advice once, for the command line. This is the one place that words it otherwise.
"""

import contextlib
import re
from collections.abc import Iterator
from pathlib import Path

from evolve.errors import EvolveError

_OPTIONS = (
    "address|build|corpus|domain|elites|generations|judge|listener|opening|parents|population|seed"  # of evolve start
)
_CODE = r"[^\s,;:)]+:[^\s,;:)]+"
_VALUE = r"[A-Z0-9][^\s,;:)]*"
"""What stands behind an option: code of the user's own; a number, or a word for what is to be given."""


@contextlib.contextmanager
def in_python_words(folder: Path | str = "FOLDER") -> Iterator[None]:
    """Have errors advise what a program can do; use it around a call, or as its decorator.

    Args:
        folder: Of the run that is spoken of.
    """
    try:
        yield
    except EvolveError as error:
        error.args = (python_words(str(error), folder),)
        raise


def python_words(text: str, folder: Path | str = "FOLDER") -> str:
    """The text of an error with its commands and options as Python has them.

    `evolve doctor` stays: there is no other way to it.
    """
    here = f'evolve.Search("{folder}")'.replace("\\", r"\\")
    for command, instead in (
        (r"evolve resume FOLDER", 'evolve.Search("FOLDER")'),
        (r"evolve resume (?:'[^']*'|[^\s;,]+)", here),
        (r"evolve report (?:'[^']*'|[^\s;,]+)", "search.report()"),
        (r"evolve rank --json lists", "generation.candidates has"),
        (r"evolve rank (?:'[^']*'|[^\s;,]+)", "generation.rank(…)"),
        (r"evolve start (--set .*)$", r"evolve.Search(…, \1)"),
        (r"evolve start$", "evolve.Search(…)"),
        (r"evolve start --space (\S+)", r'evolve.Search("FOLDER", "\1")'),
        (r"(another )?--name\b", r"\1folder"),
        (r"(another folder) with --runs\b", r"\1"),
        (r" --set (?=\w+=\S+\)$)", ", "),
        (r"--set (?=\w+=)", ""),
        (rf"--({_OPTIONS}) ({_CODE})", r'\1="\2"'),
        (rf"--({_OPTIONS}) ({_VALUE})", r"\1=\2"),
        (rf"--({_OPTIONS})\b", r"\1"),
    ):
        text = re.sub(command, lambda found, instead=instead: found.expand(instead), text)  # type: ignore[misc]
    return text
