"""A run so small that a trial takes seconds."""

from pathlib import Path

from evolve.config import RunConfig
from evolve.execution.contract import TrialProgress
from evolve.execution.material import Material, prepare
from evolve.genetics.genome import Genome, Value
from evolve.genetics.individual import Individual, Origin
from evolve.genetics.space import SearchSpace
from evolve.genetics.space_file import parse_space
from evolve.network.genes import GENES
from evolve.store.records import TrialResult

SPACE_TEXT = """
genes:
  cell: lstm
  depth: {type: int, min_value: 1, max_value: 2}
  width: {type: int, min_value: 8, max_value: 16, step: 8}
  learning_rate: {type: float, min_value: 1e-3, max_value: 1.0, sampling: log}
  optimizer: {type: choice, values: [adam, sgd]}
"""


def small_config(tunes: Path, **changes: object) -> RunConfig:
    """One epoch, two songs of 12 notes."""
    settings = {"corpus": (str(tunes),), "epochs": 1, "songs": 2, "notes": 12, "population": 2, "seed": 5, "parents": 1}
    return RunConfig.model_validate(settings | changes)


def small_space() -> SearchSpace:
    """A few tiny networks."""
    return parse_space(SPACE_TEXT, "small.yaml", GENES).space


def small_material(config: RunConfig) -> Material:
    """What the trials of such a run work from, as a store would give it back."""
    preparation = prepare(config, small_space())
    return Material.load(preparation.data, preparation.facts, small_space(), config)


def individual(name: str, **genes: Value) -> Individual:
    """An individual of generation 0 with these genes; the others are those of a healthy network."""
    healthy: dict[str, Value] = {"cell": "lstm", "depth": 1, "width": 8, "learning_rate": 0.01, "optimizer": "adam"}
    slot = int(name.removeprefix("g0-"))
    return Individual(name, 0, slot, Genome.from_dict(healthy | genes), Origin.FOUNDER)


class Recorder:
    """An observer that remembers."""

    def __init__(self) -> None:
        """Nothing was told yet."""
        self.started: list[str] = []
        self.progress: list[TrialProgress] = []
        self.lost: list[tuple[str, str]] = []
        self.results: dict[str, TrialResult] = {}
        self.places: list[str] = []

    def trial_started(self, individual_id: str) -> None:
        """Remember who."""
        self.started.append(individual_id)

    def trial_lost(self, individual_id: str, reason: str) -> None:
        """Remember whose, and why."""
        self.lost.append((individual_id, reason))

    def trial_progressed(self, progress: TrialProgress) -> None:
        """Remember what."""
        self.progress.append(progress)

    def trial_finished(self, result: TrialResult) -> None:
        """Remember the result; a second one for the same individual is a mistake."""
        assert result.individual_id not in self.results
        self.results[result.individual_id] = result

    def place_changed(self, place: str) -> None:
        """Remember what was said of the place."""
        self.places.append(place)
