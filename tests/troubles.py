"""The table of `docs/when-things-go-wrong.md`, and what the program says held to it."""

import re
from functools import cache
from pathlib import Path

TABLE = Path(__file__).parents[1] / "docs" / "when-things-go-wrong.md"
_ROW = re.compile(r'^\| <a id="([a-z0-9-]+)"></a>([^|]+)\|([^|]+)\|[^|]+\|$', flags=re.MULTILINE)

_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
"""What a terminal is told beside the words."""


@cache
def rows() -> dict[str, list[str]]:
    """What one sees, by row: every text in code marks in the middle column, ``…`` where it differs."""
    return {row: re.findall(r"`([^`]+)`", seen) for row, _, seen in _ROW.findall(TABLE.read_text())}


def told(row: str, said: str) -> None:
    """Assert that one of the lines that the program said is what the table has in this row.

    Args:
        row: The row's anchor, such as ``"ctrl-c"``.
        said: Everything that was said, one line or many.
    """
    patterns = [".*".join(map(re.escape, promised.split("…"))) for promised in rows()[row]]
    lines = [" ".join(line.split()) for line in _ESCAPES.sub("", said).splitlines()]
    assert any(re.fullmatch(pattern, line) for pattern in patterns for line in lines), (rows()[row], said)


def rows_with_a_test() -> set[str]:
    """The rows that some test names in a call of `told`."""
    tests = Path(__file__).parent.rglob("test_*.py")
    return {row for test in tests for row in re.findall(r'\btold\(\s*"([a-z0-9-]+)"', test.read_text())}
