"""Errors that a program is told: no word of them is one that only a command line knows."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import evolve
from evolve.python_words import in_python_words, python_words

PACKAGE = Path(evolve.__file__).parent
OF_COMMANDS = ("cli", "doctor", "terminal", "clusters", "report", "judging/terminal", "execution/ray_node.py")
"""Rooms that only commands, or their own command lines, speak from."""

OF_COMMANDS_ALONE = (
    "--set X: must be key=value",
    "these networks never learned how pieces begin",
    "--host X: ",
    "--url X: ",
    "the page cannot be served at X:X",
    "the page's server could not be started",
)
"""What only `evolve start`, `evolve compose` and `evolve listen` can meet: a page from Python has no options."""

_IN_COMMANDS = re.compile(r"(?<!\w)--[a-z]|evolve (start|resume|report|rank|list|space)\b")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("go on with: evolve resume night", 'go on with: evolve.Search("runs/night")'),
        ("or go on: evolve resume '/tmp/a b/x'", 'or go on: evolve.Search("runs/night")'),
        ("go on there with: evolve resume FOLDER", 'go on there with: evolve.Search("FOLDER")'),
        ("see all with: evolve report night; try", "see all with: search.report(); try"),
        ("choose another --name, or", "choose another folder, or"),
        ("for another, begin a run: evolve start", "for another, begin a run: evolve.Search(…)"),
        ("denied; choose another folder with --runs", "denied; choose another folder"),
        (
            "order those whom evolve rank --json lists, and let a run hear others with: "
            "evolve start --set heard=N --set screening=RULE",
            "order those whom generation.candidates has, and let a run hear others with: "
            "evolve.Search(…, heard=N, screening=RULE)",
        ),
        ("give --population 3 or less", "give population=3 or less"),
        ("--set opening_notes=8, or --opening FILE", "opening_notes=8, or opening=FILE"),
        ("give --build mine.py:build", 'give build="mine.py:build"'),
        ("--domain hats: night is of the domain pictures", "domain hats: night is of the domain pictures"),
        ("with: evolve doctor night", "with: evolve doctor night"),
        ("ValueError: no --such-thing (mine.py, line 3)", "ValueError: no --such-thing (mine.py, line 3)"),
    ],
)
def test_what_a_command_would_type_is_said_as_python_does_it(text: str, said: str) -> None:
    """All else stays, the words of a user's code among it."""
    assert python_words(text, "runs/night") == said


def test_an_error_keeps_its_kind_and_where_it_was_raised() -> None:
    """Only its words change."""
    with pytest.raises(evolve.EvolveError, match="give seed=7") as told, in_python_words():
        raise evolve.EvolveError("give --seed 7")
    assert told.traceback[-1].name == "test_an_error_keeps_its_kind_and_where_it_was_raised"


def spoken() -> Iterator[str]:
    """The texts of the package that a program may be told, what is filled into them as ``X``."""
    for path in PACKAGE.rglob("*.py"):
        if path.relative_to(PACKAGE).as_posix().startswith(OF_COMMANDS) or "commands" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "").endswith("Error"):
                yield from map(_text, node.args)


def _text(said: ast.expr) -> str:
    """What is said, with an ``X`` for whatever is filled in."""
    match said:
        case ast.JoinedStr(values=parts):
            return "".join(map(_text, parts))
        case ast.Constant(value=str(text)):
            return text
    return "X"


def test_no_error_of_the_core_leaves_a_command_in_it() -> None:
    """Whatever the rooms below advise; `evolve doctor` has no other name."""
    texts = list(spoken())
    assert any("evolve resume" in text for text in texts)
    left = {text for text in texts if _IN_COMMANDS.search(python_words(text))}
    assert {text for text in left if not text.startswith(OF_COMMANDS_ALONE)} == set()
