"""Trials that train nothing, for benchmarks of the machinery around a trial."""

import tempfile
from collections.abc import Callable
from pathlib import Path

from evolve.config import RunConfig
from evolve.execution.contract import TrialProgress
from evolve.execution.material import Material
from evolve.genetics.individual import Individual
from evolve.search import create
from evolve.store.records import Artifact, SongResult, TrialResult
from evolve.store.run_store import RunStore

TRIAL = "benchmarks.pretended:trial"

_SPACE = """
genes:
  width: {type: int, min_value: 8, max_value: 2048}
  dense_width: {type: int, min_value: 0, max_value: 4000}
"""


def trial(
    individual: Individual,
    material: Material,
    report: Callable[[TrialProgress], None],  # noqa: ARG001
    checkpoints: Path | None,  # noqa: ARG001
) -> TrialResult:
    """A trial that gives back songs and a network of a few hundred bytes."""
    songs = tuple(
        SongResult(index, (Artifact("midi", f"song-{index}.mid", b"x" * 300),), {"notes": 60})
        for index in range(1, material.config.songs + 1)
    )
    return TrialResult(individual.id, {"epochs": 0}, songs, (Artifact("network", "network.keras", b"x" * 500),))


def new_run(population: int) -> RunStore:
    """A run of one generation in a temporary folder, on the built-in fiddle tunes."""
    config = RunConfig(corpus=("fiddle-tunes",), population=population, generations=1, parents=1, songs=2, notes=10)
    return create(Path(tempfile.mkdtemp(prefix="evolve-bench-")) / "run", config, "bench.yaml", _SPACE)
