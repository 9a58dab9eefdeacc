"""What a run was given, from what its store keeps."""

from pydantic import ValidationError

from evolve.config import RunConfig
from evolve.genetics.space import SearchSpace
from evolve.genetics.space_file import parse_space
from evolve.network.genes import GENES
from evolve.store.records import Json, RunRecord
from evolve.store.refusals import damaged_run


def config_of(run: RunRecord) -> RunConfig:
    """The run's settings; of a run that is older than `heard`, everyone is.

    Raises:
        DamagedStoreError: They are none that a run can have.
    """
    try:
        return RunConfig.model_validate({**_older_than_screening(run), **run.settings})
    except ValidationError as error:
        first = error.errors()[0]
        what = f"its settings: {'.'.join(map(str, first['loc']))}: {first['msg']}"
        raise damaged_run(run.name, what, run.reference) from error


def space_of(run: RunRecord) -> SearchSpace:
    """The run's search space, with the groups of its corpus; without genes of shares until that was read."""
    return space_as_written(run).with_groups(run.groups)


def space_as_written(run: RunRecord) -> SearchSpace:
    """The run's search space as its file has it."""
    return parse_space(run.space["text"], run.space["name"], GENES).space


def _older_than_screening(run: RunRecord) -> dict[str, Json]:
    return {"heard": run.settings["population"]} if "population" in run.settings else {}
