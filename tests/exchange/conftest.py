"""A run that goes to other programs."""

from pathlib import Path

import pytest

from evolve.records.run import RunRecord
from evolve.store.run_store import RunStore
from tests.pretended_trials import go, prepare_run, small_settings


@pytest.fixture(scope="package")
def bred(tunes: Path, tmp_path_factory: pytest.TempPathFactory) -> RunRecord:
    """A run of three ranked generations."""
    folder = prepare_run(tmp_path_factory.mktemp("runs") / "run", small_settings(tunes))
    with RunStore(folder) as store:
        go(store)
        return store.read()
