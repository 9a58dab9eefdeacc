"""A small run with pretended trials, that several tests of the search begin from."""

from pathlib import Path

import pytest

from evolve.records.run import RunRecord
from evolve.search.steps import Outcome
from evolve.store.run_store import RunStore
from tests.pretended_trials import copy_of, go, prepare_run, small_settings


@pytest.fixture(scope="module")
def prepared(tunes: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run whose founders are born; copied by whoever goes on with it."""
    return prepare_run(tmp_path_factory.mktemp("prepared") / "run", small_settings(tunes))


@pytest.fixture(scope="module")
def undisturbed(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> RunRecord:
    """The whole run, in one go."""
    with copy_of(prepared, tmp_path_factory.mktemp("undisturbed")) as store:
        assert go(store) is Outcome.COMPLETE
        return store.read()


@pytest.fixture
def store(prepared: Path, tmp_path: Path) -> RunStore:
    """A copy of the prepared run."""
    return copy_of(prepared, tmp_path)
