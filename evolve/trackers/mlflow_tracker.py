"""A run in MLflow: an experiment, with a run for each individual; genes are parameters, samples artifacts.

Its tags are what MLflow's search finds: ``tags.`evolve.generation` = '2'``, ``tags.`evolve.parents` LIKE '%g1-3%'``.
"""

import logging
from collections.abc import Mapping
from typing import Final

from mlflow import MlflowClient
from mlflow.entities import Run, ViewType

from evolve.records.events import Progress
from evolve.trackers.tracker import TrackedIndividual, TrackedRank, TrackedRun

_RUN: Final = "evolve.run"
_INDIVIDUAL: Final = "evolve.individual"
_ENDED: Final = "evolve.status"
_LONGEST_PARAMETER: Final = 6000
_PAGE: Final = 1000


class MlflowTracker:
    """Tells a tracking server, or whatever its address names."""

    def __init__(self, target: str) -> None:
        """Tell the server at this address; empty: the one that MLflow's own settings name."""
        logging.getLogger("mlflow").setLevel(logging.WARNING)  # its news would stand in the midst of the board
        self._client = MlflowClient(target or None)
        self._experiment, self._run = "", ""
        self._runs: dict[str, str] = {}
        self._ended: set[str] = set()
        self._ranks: dict[str, dict[str, str]] = {}

    def begin(self, run: TrackedRun) -> None:
        """Find what an earlier process has told of this run."""
        self._run = run.name
        found = self._client.get_experiment_by_name(run.name)
        self._experiment = found.experiment_id if found else self._client.create_experiment(run.name)
        for one in self._found():
            individual = one.data.tags[_INDIVIDUAL]
            self._runs[individual] = one.info.run_id
            self._ranks[individual] = {name: value for name, value in one.data.tags.items() if "rank" in name}
            if _ENDED in one.data.tags:
                self._ended.add(individual)

    def progressed(self, individual_id: str, progress: Progress) -> None:
        """The loss by epoch."""
        if progress.loss is not None and individual_id not in self._ended:
            self._client.log_metric(self._run_of(individual_id), "loss", progress.loss, step=progress.epoch)

    def ended(self, individual: TrackedIndividual) -> None:
        """Its genes, metrics, tags and samples."""
        if individual.id in self._ended:
            return
        run_id = self._run_of(individual.id)
        for name, gene in individual.genome.items():
            self._client.log_param(run_id, name, str(gene)[:_LONGEST_PARAMETER])
        for name, value in individual.metrics.items():
            self._client.log_metric(run_id, name, value)
        for file in individual.files:
            self._client.log_artifact(run_id, str(file.path), f"sample-{file.sample}")
        tags = {
            "evolve.generation": str(individual.generation),
            "evolve.origin": individual.origin,
            "evolve.parents": " ".join(individual.parents),
            "evolve.reason": individual.reason,
            _ENDED: individual.status,
        }
        self._set_tags(run_id, tags)
        self._client.set_terminated(
            run_id, {"evaluated": "FINISHED", "stopped": "KILLED"}.get(individual.status, "FAILED")
        )
        self._ended.add(individual.id)

    def ranked(self, individual_id: str, rank: TrackedRank) -> None:
        """The rank as a metric by generation, and as tags."""
        tags = {"evolve.rank": str(rank.rank), f"evolve.rank.{rank.generation}": f"{rank.rank} of {rank.of}"}
        known = self._ranks.setdefault(individual_id, {})
        if known.get(f"evolve.rank.{rank.generation}") == tags[f"evolve.rank.{rank.generation}"]:
            return
        known |= tags
        run_id = self._run_of(individual_id)
        self._client.log_metric(run_id, "rank", rank.rank, step=rank.generation)
        self._set_tags(run_id, {**tags, "evolve.rejected": str(rank.rejected).lower()})

    def close(self) -> None:
        """Everything is told at once."""

    def _found(self) -> list[Run]:
        found: list[Run] = []
        query, token = f"tags.`{_RUN}` = '{self._run}'", None
        while True:
            page = self._client.search_runs([self._experiment], query, ViewType.ACTIVE_ONLY, _PAGE, page_token=token)
            found += page
            token = page.token
            if not token:
                return found

    def _run_of(self, individual_id: str) -> str:
        if individual_id not in self._runs:
            tags = {_RUN: self._run, _INDIVIDUAL: individual_id}
            made = self._client.create_run(self._experiment, tags=tags, run_name=individual_id)
            self._runs[individual_id] = made.info.run_id
        return self._runs[individual_id]

    def _set_tags(self, run_id: str, tags: Mapping[str, str]) -> None:
        for name, value in tags.items():
            self._client.set_tag(run_id, name, value)
