"""A run of two generations by script, on whatever cluster: the same commands, and what must come out the same."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.end_to_end import pretended_commands as pretended
from tests.end_to_end.commands import Typed, evolve

_SPACE = """\
genes:
  cell: {type: choice, values: [lstm, gru]}
  width: {type: int, min_value: 8, max_value: 24, step: 8}
  learning_rate: {type: float, min_value: 1e-3, max_value: 1e-2, sampling: log}
settings: {population: 6, parents: 2, generations: 2, songs: 1, notes: 12, epochs: 2, seed: 7, taste: off}
"""
"""Without taste, by which genomes depend on what networks have learned."""

_ORDER = "C > A > ..."


class ScriptedRun:
    """One run, typed in a folder of its own.

    Attributes:
        folder: Where the commands are typed.
    """

    def __init__(self, folder: Path, tunes: Path, cluster: Path, environment: Mapping[str, str]) -> None:
        """Nothing is typed yet.

        Args:
            folder: A new one, in which the run's own folder is made.
            tunes: The corpus.
            cluster: The cluster profile.
            environment: In which the cluster's own programs are found.
        """
        folder.mkdir()
        (folder / "small.yaml").write_text(_SPACE)
        self.folder, self._corpus, self._environment = folder, str(tunes), environment
        self._where = ("--judge", "none", "--cluster", str(cluster))

    @property
    def start(self) -> tuple[str, ...]:
        """The command that begins it."""
        return ("start", "--space", "small.yaml", "--name", "a", "--corpus", self._corpus, *self._where)

    def begin(self) -> Typed:
        """Begin it, up to the first ranking."""
        return evolve(*self.start, folder=self.folder, environment=self._environment)

    def rank_and_go_on(self) -> Typed:
        """Rank what waits, and go on to the next ranking."""
        evolve("rank", "a", "--order", _ORDER, folder=self.folder)
        return evolve("resume", "a", *self._where, folder=self.folder, environment=self._environment)

    @property
    def report(self) -> list[dict[str, Any]]:
        """Its individuals, as the report tells of them."""
        told = evolve("report", "a", "--format", "json", folder=self.folder).json
        return [one for generation in told["generations"] for one in generation["individuals"]]

    @property
    def genomes(self) -> dict[object, object]:
        """Every genome by the id of its individual."""
        return {one["id"]: one["genome"] for one in self.report}


def genomes_on_one_machine(folder: Path, tunes: Path) -> dict[object, object]:
    """What the same commands breed without a cluster; nothing has to be trained for that."""
    folder.mkdir()
    (folder / "small.yaml").write_text(_SPACE)
    begin = ("start", "--space", "small.yaml", "--name", "a", "--corpus", str(tunes), "--judge", "none")
    pretended.evolve(*begin, folder=folder)
    pretended.evolve("rank", "a", "--order", _ORDER, folder=folder)
    pretended.evolve("resume", "a", "--judge", "none", folder=folder)
    told = pretended.evolve("report", "a", "--format", "json", folder=folder).json
    return {one["id"]: one["genome"] for generation in told["generations"] for one in generation["individuals"]}
