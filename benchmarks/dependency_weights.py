"""What each dependency of evolve weighs: on the disk, with what no other dependency brings along, and at its import.

Sizes are those of the files of the installed distributions, in megabytes. *With its own* adds what would go as well if
this dependency went: distributions that nothing else asks for. The import is in processor seconds of a fresh process,
less those of an empty one, the median of three.

    python -m benchmarks.dependency_weights
"""

import argparse
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from importlib.metadata import Distribution, distributions, packages_distributions
from pathlib import Path
from statistics import median

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from benchmarks.pairing import table

ROUNDS = 3

TIMED = """
import resource, sys
if len(sys.argv) > 1:
    __import__(sys.argv[1])
used = resource.getrusage(resource.RUSAGE_SELF)
print(used.ru_utime + used.ru_stime)
"""


def main() -> None:
    """Print the table, the heaviest first."""
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    installed = {_known(one.metadata["Name"]): one for one in distributions()}
    asked = core_dependencies()
    everything, empty_s = needed(asked, installed), import_s(None)
    rows = []
    for name in asked:
        alone = everything - needed({other: extras for other, extras in asked.items() if other != name}, installed)
        whole_mb = sum(size_mb(installed[one]) for one in alone)
        took_s = max(0.0, import_s(module_of(name)) - empty_s)
        rows.append((whole_mb, [name, f"{size_mb(installed[name]):,.1f}", f"{whole_mb:,.1f}", f"{took_s:.2f}"]))
    total = sum(size_mb(installed[one]) for one in everything)
    print(f"{len(asked)} dependencies, {len(everything)} distributions, {total:,.0f} MB\n")
    print(table(["dependency", "MB", "with its own", "import, CPU-s"], [row for _, row in sorted(rows, reverse=True)]))


def core_dependencies() -> dict[str, set[str]]:
    """The names in ``pyproject.toml``, as an index writes them, and the extras of each that are wanted."""
    project = tomllib.loads((Path(__file__).parent.parent / "pyproject.toml").read_text())["project"]
    wanted = [Requirement(line) for line in project["dependencies"]]
    return {_known(one.name): one.extras for one in wanted}


def _known(name: str) -> str:
    """A distribution's name as all who speak of it write it."""
    return str(canonicalize_name(name))


def needed(wanted: Mapping[str, set[str]], installed: Mapping[str, Distribution]) -> set[str]:
    """These distributions with their extras, and all that they ask for here."""
    found: set[str] = set()
    waiting = [(name, extras) for name, extras in wanted.items()]
    while waiting:
        name, extras = waiting.pop()
        if name in found or name not in installed:
            continue
        found.add(name)
        lines = [Requirement(line) for line in installed[name].requires or ()]
        waiting += [
            (_known(one.name), one.extras)
            for one in lines
            if one.marker is None or any(one.marker.evaluate({"extra": extra}) for extra in {"", *extras})
        ]
    return found


def size_mb(distribution: Distribution) -> float:
    """Of the files that it has installed; compiled Python is left out, which comes later."""
    files = [Path(str(file.locate())) for file in distribution.files or () if file.suffix != ".pyc"]
    return sum(file.stat().st_size for file in files if file.is_file()) / 1e6


def module_of(name: str) -> str:
    """What a program imports of a distribution."""
    modules = [
        module
        for module, owners in packages_distributions().items()
        if name in map(_known, owners) and not module.startswith("_")
    ]
    alike = name.replace("-", "_")
    return alike if alike in modules else min(modules, key=len)


def import_s(module: str | None) -> float:
    """Processor seconds of a fresh process that imports it and does no more."""
    command = [sys.executable, "-c", TIMED, *([module] if module else [])]
    runs = [
        subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - this very Python
        for _ in range(ROUNDS)
    ]
    return median(float(run.stdout.split()[-1]) for run in runs)


if __name__ == "__main__":
    main()
