"""Trials that train nothing, for benchmarks of the machinery around a trial."""

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from evolve.domains.music.settings import MusicSettings
from evolve.execution.run_material import RunMaterial
from evolve.randomness import derive_rng
from evolve.records.events import Progress
from evolve.records.individual import Individual
from evolve.records.run import Artifact, Sample, TrialResult
from evolve.search.steps import create
from evolve.settings import settings_from
from evolve.store.run_store import RunStore

TRIAL = "benchmarks.pretended:trial"
LIFELIKE_TRIAL = "benchmarks.pretended:lifelike_trial"

_NOISE = derive_rng(0, "noise").bytes(1_000_000)
_SIZES = {"midi": ("mid", 2_000), "audio": ("ogg", 150_000), "roll": ("png", 20_000)}
"""Bytes of a song's files, by kind, as songs of some 100 notes have."""

_FACTS = {
    "notes": 60, "seconds": 30.5, "range": "C2–A5", "distinct_pitches": 20, "pitch_class_entropy_bits": 2.81,
    "scale_consistency": 0.98, "repeated_notes": 0.11, "repetition": 0.05, "longest_loop_notes": 8,
    "loop_period_notes": 2, "polyphony": 1.24, "notes_per_beat": 2.03, "stuck": "", "ended": True, "copied_notes": 7,
    "copied_from": "The Mooncoin", "farthest": "lowest", "opening_ticks": 1200, "distance": 1.21,
    "distance_lowest": 2.1, "distance_highest": 0.4, "distance_distinct_pitches": 0.3,
    "distance_pitch_class_entropy_bits": -0.2, "distance_scale_consistency": 0.1, "distance_repeated_notes": 0.5,
    "distance_repetition": 0.6, "distance_polyphony": 1.1, "distance_notes_per_beat": -0.7,
}  # fmt: skip

_SPACE = """
genes:
  width: {type: int, min_value: 8, max_value: 2048}
  dense_width: {type: int, min_value: 0, max_value: 4000}
"""


def trial(
    individual: Individual,
    material: RunMaterial,
    report: Callable[[Progress], None],  # noqa: ARG001
    checkpoints: Path | None,  # noqa: ARG001
) -> TrialResult:
    """A trial that gives back songs and a network of a few hundred bytes."""
    songs = tuple(
        Sample(index, (Artifact("midi", f"song-{index}.mid", b"x" * 300),), {"notes": 60})
        for index in range(1, material.settings["songs"] + 1)
    )
    return TrialResult(individual.id, {"epochs": 0}, songs, (Artifact("network", "network.keras", b"x" * 500),))


def lifelike_trial(
    individual: Individual,
    material: RunMaterial,
    report: Callable[[Progress], None],
    checkpoints: Path | None = None,  # noqa: ARG001
) -> TrialResult:
    """A trial that sleeps for its training budget, and gives back as much as a trained network of 1 MB does."""
    report(Progress("training", 0, 1))
    time.sleep(material.settings["seconds"])
    songs = tuple(
        Sample(
            index,
            tuple(Artifact(kind, f"song-{index}.{suffix}", _NOISE[:size]) for kind, (suffix, size) in _SIZES.items()),
            _FACTS,
        )
        for index in range(1, material.settings["songs"] + 1)
    )
    metrics = {"validation_loss": 3 + derive_rng(0, individual.id).random(), "epochs": 1, "training_s": 1.0}
    files = (Artifact("network", "network.keras", _NOISE), Artifact("vocabulary", "vocabulary.json", _NOISE[:3_000]))
    return TrialResult(individual.id, metrics, songs, files)


def new_run(population: int, **settings: Any) -> RunStore:  # noqa: ANN401 - whatever a setting takes
    """A run of one generation in a temporary folder, on the built-in fiddle tunes."""
    usual = {
        "corpus": ("fiddle-tunes",),
        "population": population,
        "generations": 1,
        "parents": 1,
        "songs": 2,
        "notes": 10,
        "screening": "validation_loss",
    }
    chosen = settings_from(usual | settings, MusicSettings)
    return create(Path(tempfile.mkdtemp(prefix="evolve-bench-")) / "run", chosen, "bench.yaml", _SPACE)
