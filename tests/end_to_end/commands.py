"""Typing commands: the installed program in a process of its own, as its user starts it."""

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

EVOLVE = str(Path(sys.executable).with_name("evolve"))
ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Typed:
    """What a command answered."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:  # noqa: ANN401 - JSON
        """Standard output, read."""
        return json.loads(self.out)


def evolve(*arguments: str, folder: Path, expect: int = 0, environment: Mapping[str, str] | None = None) -> Typed:
    """Type `evolve …` in a folder, without a terminal; the exit code must be the expected one."""
    ended = subprocess.run(  # noqa: PLW1510 - the exit code is compared below, with the output beside it
        [EVOLVE, *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=900,
        stdin=subprocess.DEVNULL,
    )
    assert ended.returncode == expect, f"exit {ended.returncode}: {ended.stdout}\n{ended.stderr}"
    assert "Traceback" not in ended.stderr, ended.stderr
    return Typed(ended.returncode, ended.stdout, ended.stderr)


def one_line(typed: Typed) -> str:
    """The one line on stderr that a mistake is told in."""
    lines = [line for line in typed.err.splitlines() if line.strip()]
    assert len(lines) == 1, typed.err
    return lines[0]
