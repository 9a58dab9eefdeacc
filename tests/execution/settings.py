"""A run so small that a trial takes seconds."""

from pathlib import Path

from evolve.domains.music.material import prepare
from evolve.domains.music.settings import MusicSettings
from evolve.execution.run_material import DomainSource, RunMaterial
from evolve.genetics.space import SearchSpace
from evolve.genetics.space_file import parse_space
from evolve.network.genes import GENES
from evolve.records.events import Event, EventKind, Progress
from evolve.records.genome import Genome, Value
from evolve.records.individual import Individual, Origin
from evolve.records.run import TrialResult
from evolve.settings import Settings, settings_from

SPACE_TEXT = """
genes:
  cell: lstm
  depth: {type: int, min_value: 1, max_value: 2}
  width: {type: int, min_value: 8, max_value: 16, step: 8}
  learning_rate: {type: float, min_value: 1e-3, max_value: 1.0, sampling: log}
  optimizer: {type: choice, values: [adam, sgd]}
"""


def small_settings(tunes: Path, **changes: object) -> Settings:
    """One epoch, two songs of 12 notes."""
    settings = {"corpus": (str(tunes),), "epochs": 1, "songs": 2, "notes": 12, "population": 2, "seed": 5, "parents": 1}
    settings |= {"soundfont": "none"}  # the same on every machine
    return settings_from(settings | changes, MusicSettings)


def small_space() -> SearchSpace:
    """A few tiny networks."""
    return parse_space(SPACE_TEXT, "small.yaml", GENES).space


def small_material(settings: Settings, space: SearchSpace | None = None) -> RunMaterial:
    """What the trials of such a run work from, as a store would give it back."""
    space = space or small_space()
    preparation = prepare(settings.own, space, settings.core.seed)
    space = space.with_groups(preparation.groups or ())
    return RunMaterial(DomainSource("music"), preparation.data, preparation.facts, space, settings.dump())


def individual(name: str, **genes: Value) -> Individual:
    """An individual of generation 0 with these genes; the others are those of a healthy network."""
    healthy: dict[str, Value] = {"cell": "lstm", "depth": 1, "width": 8, "learning_rate": 0.01, "optimizer": "adam"}
    slot = int(name.removeprefix("g0-"))
    return Individual(name, 0, slot, Genome.from_dict(healthy | genes), Origin.FOUNDER)


class Recorder:
    """A listener that remembers."""

    def __init__(self) -> None:
        """Nothing was told yet."""
        self.started: list[str] = []
        self.progress: list[Progress] = []
        self.lost: list[tuple[str, str]] = []
        self.results: dict[str, TrialResult] = {}
        self.places: list[str] = []

    def __call__(self, event: Event) -> None:
        """Hear what has happened."""
        match event.kind:
            case EventKind.STARTED:
                self.trial_started(event.individual_id)
            case EventKind.LOST:
                self.lost.append((event.individual_id, event.text))
            case EventKind.PROGRESSED if event.progress:
                self.trial_progressed(event.progress)
            case EventKind.FINISHED if event.result:
                self.trial_finished(event.result)
            case EventKind.CAPACITY:
                self.places.append(event.text)

    def trial_started(self, individual_id: str) -> None:
        """Remember who."""
        self.started.append(individual_id)

    def trial_progressed(self, progress: Progress) -> None:
        """Remember what."""
        self.progress.append(progress)

    def trial_finished(self, result: TrialResult) -> None:
        """Remember the result; a second one for the same individual is a mistake."""
        assert result.individual_id not in self.results
        self.results[result.individual_id] = result
