"""A run in Weights & Biases: a run for each individual, grouped by ours; genes are its configuration, samples a table.

Whether it goes to the service or into files is for ``WANDB_MODE`` to say (``online``, ``offline``, ``disabled``).
"""

from pathlib import Path
from typing import Any, Final

import wandb

from evolve.records.events import Progress
from evolve.trackers.tracker import TrackedFile, TrackedIndividual, TrackedRank, TrackedRun

_PROJECT: Final = "evolve"
_DRAWN: Final = ("image/png", "image/jpeg", "image/gif", "image/webp")
_PLAYED: Final = (".ogg", ".wav", ".mp3", ".flac")


class WandbTracker:
    """Tells Weights & Biases, in a project, ``evolve`` where none is named."""

    def __init__(self, target: str) -> None:
        """Tell this project."""
        self._project = target or _PROJECT
        self._name, self._folder = "", Path()
        self._open: dict[str, Any] = {}

    def begin(self, run: TrackedRun) -> None:
        """Runs of this one carry its name as their group."""
        self._name, self._folder = run.name, run.folder / "wandb"
        self._folder.mkdir(exist_ok=True)

    def progressed(self, individual_id: str, progress: Progress) -> None:
        """The loss by epoch."""
        if progress.loss is not None:
            self._run_of(individual_id).log({"loss": progress.loss, "epoch": progress.epoch})

    def ended(self, individual: TrackedIndividual) -> None:
        """Its genes, metrics and samples."""
        if self._mark(individual.id).exists():
            return
        run = self._run_of(individual.id)
        run.config.update(dict(individual.genome), allow_val_change=True)
        run.summary.update({
            **individual.metrics, "generation": individual.generation, "origin": individual.origin,
            "parents": " ".join(individual.parents), "status": individual.status, "reason": individual.reason,
        })  # fmt: skip
        rows: list[Any] = [
            (file.sample, file.kind, shown) for file in individual.files if (shown := _shown(file)) is not None
        ]
        if rows:
            run.log({"samples": wandb.Table(columns=["sample", "kind", "file"], data=rows, allow_mixed_types=True)})
        run.finish()
        del self._open[individual.id]
        self._mark(individual.id).touch()

    def ranked(self, individual_id: str, rank: TrackedRank) -> None:
        """The rank by generation."""
        mark = self._mark(f"{individual_id}-{rank.generation}-{rank.rank}-{rank.of}")
        if mark.exists():
            return
        run = self._run_of(individual_id)
        run.log({"rank": rank.rank, "ranked_generation": rank.generation})
        run.summary.update({"rank": rank.rank, f"rank_{rank.generation}": rank.rank, "rejected": rank.rejected})
        run.finish()
        del self._open[individual_id]
        mark.touch()

    def close(self) -> None:
        """Finish what is open."""
        for run in self._open.values():
            run.finish()

    def _run_of(self, individual_id: str) -> Any:  # noqa: ANN401 - wandb's own
        if individual_id not in self._open:
            self._open[individual_id] = wandb.init(
                project=self._project, group=self._name, name=individual_id, id=f"{self._name}-{individual_id}",
                resume="allow", reinit="create_new", dir=str(self._folder), settings=wandb.Settings(silent=True),
            )  # fmt: skip
        return self._open[individual_id]

    def _mark(self, name: str) -> Path:
        """An empty file that says that something was told."""
        return self._folder / f".told-{name}"


def _shown(file: TrackedFile) -> Any:  # noqa: ANN401 - wandb's own
    if file.path.suffix.lower() in _PLAYED:
        return wandb.Audio(str(file.path))
    return wandb.Image(str(file.path)) if file.media_type in _DRAWN else None
