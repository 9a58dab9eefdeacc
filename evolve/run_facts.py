"""What a run was given, from what its store keeps."""

from evolve.config import RunConfig
from evolve.genetics.space import SearchSpace
from evolve.genetics.space_file import parse_space
from evolve.network.genes import GENES
from evolve.store.records import RunRecord


def config_of(run: RunRecord) -> RunConfig:
    """The run's settings."""
    return RunConfig.model_validate(run.settings)


def space_of(run: RunRecord) -> SearchSpace:
    """The run's search space."""
    return parse_space(run.space["text"], run.space["name"], GENES).space
