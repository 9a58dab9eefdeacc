"""Where a run trains is checked before anything is begun."""

import re
from pathlib import Path

import pytest

from evolve.cli.app import run
from evolve.cli.clusters import is_this_machine
from tests import troubles

START = ("start", "--space", "quick.yaml", "--judge", "none", "--cluster")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the commands are typed."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("profile", "told"),
    [
        ("kind: slurm\nnodez: 2\n", 'line 2, nodez: unknown key; allowed: kind, nodes, .*did you mean "nodes"\\?'),
        ("kind: slurm\nnodes: two\n", "line 2, nodes: must be a whole number; it is 'two'"),
    ],
)
def test_a_wrong_profile_begins_nothing(
    folder: Path, capsys: pytest.CaptureFixture[str], profile: str, told: str
) -> None:
    """One line says where it is wrong; there is no run folder."""
    (folder / "my.yaml").write_text(profile)
    assert run([*START, "my.yaml"]) == 1
    said = capsys.readouterr().err
    troubles.told("cluster-profile", said)
    assert re.search(told, said)
    assert not (folder / "runs").exists()


def test_a_profile_that_is_not_there_is_told_with_those_that_are(capsys: pytest.CaptureFixture[str]) -> None:
    """As for a search space."""
    assert run([*START, "slurn.yaml"]) == 1
    told = capsys.readouterr().err
    assert told.startswith("evolve: slurn.yaml: there is no such file; profiles that ship with evolve: ")
    assert 'did you mean "slurm.yaml"?' in told


def test_a_run_trains_at_one_place(capsys: pytest.CaptureFixture[str]) -> None:
    """A running cluster, or one that is to be acquired."""
    assert run([*START, "slurm.yaml", "--address", "10.0.0.1:6379"]) == 2
    assert "--address" in capsys.readouterr().err


def test_a_part_of_this_machine_is_this_machine() -> None:
    """The doctor looks at it, as without a profile, and at others only when they were acquired."""
    assert is_this_machine("local.yaml")
    assert not is_this_machine("slurm.yaml")
    assert not is_this_machine("kubernetes.yaml")
