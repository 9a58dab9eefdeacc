"""Networks that are bred without a run folder, and what their songs are like: what two benchmarks begin with.

Trials are those of a run, in this process and one after the other; their seconds are seconds of processor time.
"""

import os

os.environ.setdefault("TF_NUM_INTRAOP_THREADS", "1")
os.environ.setdefault("TF_NUM_INTEROP_THREADS", "1")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")

import dataclasses
import hashlib
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from evolve.domains.music import DOMAIN
from evolve.domains.music.material import Material, prepare
from evolve.domains.music.settings import MusicSettings
from evolve.execution.run_material import DomainSource, RunMaterial
from evolve.genetics.space_file import parse_space
from evolve.network.genes import GENES
from evolve.records.events import Progress
from evolve.records.individual import Individual
from evolve.settings import Given, settle

SPACES = Path(__file__).parent.parent / "search_spaces"

FRESH = 1001
"""The first of the songs that nobody hears and that nothing is chosen by: what a network is truly like."""

Songs = Mapping[str, Sequence[float | None]]
"""Features by name, of each song."""


@dataclass(frozen=True, slots=True)
class Composed:
    """What the songs of one individual are like.

    Attributes:
        individual: Whose they are.
        silent: Of all that it composed in its trial.
        heard: Places of those that are put before listeners, in `silent`.
        fresh: Of others.
        metrics: Of the trial.
        epochs: When each epoch ended, in seconds after the training began, and its validation loss in bits a note.
        first_step_s: How long after that the first step was done.
    """

    individual: Individual
    silent: Songs
    heard: tuple[int, ...]
    fresh: Songs
    metrics: Mapping[str, Any]
    epochs: tuple[tuple[float, float], ...] = ()
    first_step_s: float = 0.0


class Studio:
    """Where individuals of one space are trained and compose."""

    def __init__(
        self,
        space: str,
        *,
        settings: Mapping[str, object],
        fresh: int,
        keep: Path | None = None,
        without: Sequence[str] = (),
    ) -> None:
        """The corpus is read.

        Args:
            space: The name of a shipped space.
            settings: In place of the space's own.
            fresh: Songs of each individual beside those of its trial.
            keep: A folder that remembers what was found; None remembers nothing.
            without: Genes that the space is to lack.
        """
        path = SPACES / space
        file = parse_space(path.read_text(), space, GENES)
        given = [Given(name, value, space, is_firm=False) for name, value, _ in file.settings]
        asked = [Given(name, value, name) for name, value in settings.items()]
        chosen = settle([*given, *asked], DOMAIN.settings, DOMAIN.presentation.screening)
        prepared = prepare(chosen.own, file.space, chosen.core.seed)
        whole = file.space.with_groups(prepared.groups or ())
        self.space = dataclasses.replace(whole, genes=tuple(one for one in whole.genes if one.name not in without))
        self.core = chosen.core
        self._run = RunMaterial(DomainSource("music"), prepared.data, prepared.facts, self.space, chosen.dump())
        self.material: Material = self._run.load()
        self.corpus_figures = prepared.facts["corpus"]["figures"]
        self._fresh, self._keep = fresh, keep
        self._key = json.dumps([path.read_text(), chosen.dump(), fresh, *without])

    @property
    def settings(self) -> MusicSettings:
        """Those of music."""
        return self.material.settings

    def composed(self, individual: Individual) -> Composed | None:
        """What an individual's songs are like; None where its training fails."""
        kept = self._kept(individual)
        if kept and kept.exists():
            found = json.loads(kept.read_text())
        else:
            found = self._found(individual)
            if kept:
                kept.write_text(json.dumps(found))
        if not found:
            return None
        metrics = found["metrics"]
        heard = tuple(number - 1 for number in metrics["songs_heard"])
        epochs = tuple((ended_s, loss) for ended_s, loss in found["epochs"])
        return Composed(
            individual, metrics["silent_songs"], heard, found["fresh"], metrics, epochs, found["first_step_s"]
        )

    def _kept(self, individual: Individual) -> Path | None:
        if self._keep is None:
            return None
        self._keep.mkdir(parents=True, exist_ok=True)
        key = f"{self._key} {individual.id} {individual.genome.fingerprint}"
        return self._keep / f"{hashlib.sha256(key.encode()).hexdigest()[:24]}.json"

    def _found(self, individual: Individual) -> dict[str, Any]:
        """The metrics, the training's epochs and the features of fresh songs, as JSON; empty when it failed."""
        from evolve.domains.music.songs import compose_songs  # noqa: PLC0415 - Keras, which --help can do without
        from evolve.execution.trial import run_trial  # noqa: PLC0415
        from evolve.network.files import network_from_bytes  # noqa: PLC0415

        training = _Training()
        result = run_trial(individual, self._run, training.note, clock=time.process_time)
        if result.failure is not None:
            return {}
        network = next(artifact.data for artifact in result.artifacts if artifact.kind == "network")
        kind = self.material.tokenizer(individual.genome.as_dict()).name
        songs = compose_songs(
            network_from_bytes(network),
            self.material.context(kind),
            numbers=range(FRESH, FRESH + self._fresh),
            notes=self.settings.notes,
            seed=self.material.seed,
            sampling=self.material.sampling(individual.genome),
        )
        features = [song.features for song in songs]
        fresh = {name: [one[name] for one in features] for name in features[0]}
        first_step_s = float(result.metrics["first_step_s"]) - training.building_s
        return {
            "metrics": dict(result.metrics), "fresh": fresh, "epochs": training.epochs, "first_step_s": first_step_s
        }  # fmt: skip


@dataclass(slots=True)
class _Training:
    """What a trial tells of its training while it runs, by the process's own clock."""

    building: float | None = None
    began: float | None = None
    epochs: list[tuple[float, float]] = field(default_factory=list)

    def note(self, progress: Progress) -> None:
        """Note when building and training begin, and when an epoch has ended."""
        now = time.process_time()
        if progress.phase == "building":
            self.building = self.building or now
        elif progress.phase == "training":
            self.began = self.began or now
            if progress.loss is not None and progress.epoch > len(self.epochs):
                self.epochs.append((now - self.began, progress.loss))

    @property
    def building_s(self) -> float:
        """How long building took."""
        return (self.began or 0.0) - (self.building or 0.0)


def table_of(composed: Sequence[Composed], name: str, *, fresh: bool = False) -> np.ndarray:
    """One feature of the songs, float64 [networks, songs]; NaN where a song has none."""
    return np.array([(one.fresh if fresh else one.silent)[name] for one in composed], float)
