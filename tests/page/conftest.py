"""A run of small pictures whose first generation waits, and its page on a real server."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.page.visitors import Served, begun, served


@pytest.fixture(scope="session", autouse=True)
def users_state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where the user's secret is kept while the tests run."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("state")
        patch.setenv("XDG_STATE_HOME", str(folder))
        yield folder


@pytest.fixture(scope="session")
def begun_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that waits for its first ranking; copied by whoever goes on with it."""
    return begun(tmp_path_factory.mktemp("begun") / "run")


@pytest.fixture
def run(begun_run: Path, tmp_path: Path) -> Path:
    """A copy of the run."""
    return Path(shutil.copytree(begun_run, tmp_path / "run"))


@pytest.fixture
def page(run: Path) -> Iterator[Served]:
    """The page of the run, served on the loopback."""
    with served(run) as page:
        yield page
