"""What the documents beside the code say is held to what the code does."""

import re
import tomllib
from pathlib import Path

from evolve.store.paths import RunPaths

ROOT = Path(__file__).parents[1]


def test_contributing_names_the_floors_in_their_order() -> None:
    """The order of the rooms in CONTRIBUTING.md is the one that import-linter checks."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    line = next(line for line in (ROOT / "CONTRIBUTING.md").read_text().splitlines() if line.startswith("cli > "))
    assert line.split(" > ") == contracts[0]["layers"]


def test_the_readme_of_runs_names_what_lies_in_a_run_folder() -> None:
    """Each place in the table of runs/README.md is where the store puts it."""
    paths = RunPaths(Path())
    places = set(re.findall(r"^\| `([^`]+)` \|", (ROOT / "runs" / "README.md").read_text(), flags=re.MULTILINE))
    assert places == {
        str(paths.database),
        str(paths.settings),
        str(paths.space),
        str(paths.lock),
        str(paths.material),
        f"{paths.opening('opening.mid').parent}/",
        f"{paths.artifact('g1-3', 'song-1.mid').parent}/",
        f"{paths.listening(1, 'NAME')}/",
        f"{paths.composed('g1-3')}/",
    }
