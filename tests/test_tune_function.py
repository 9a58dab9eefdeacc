"""Function trainables of Ray Tune as they are, bred from."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import pytest

import evolve
from evolve.domain_registry import as_domain
from evolve.errors import SettingsError
from evolve.execution.ray_execution import RayExecution

pytestmark = pytest.mark.slow

TRAINABLE = """
import tempfile
from pathlib import Path

from ray import tune

def trainable(config):
    for epoch in range(1, 4):
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "drawing.svg").write_text(f'<svg xmlns="http://www.w3.org/2000/svg"><!-- {epoch} --></svg>')
            Path(folder, "weights.bin").write_bytes(bytes([0, 255, epoch]))
            loss = config["width"] / epoch
            tune.report({"loss": loss, "name": "ignored"}, checkpoint=tune.Checkpoint.from_directory(folder))

def without_samples(config):
    tune.report({"score": 1.0})

class Trainable(tune.Trainable):
    pass
"""

SPACE = {"genes": {"width": {"type": "int", "min_value": 1, "max_value": 8}}}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file of a user of Tune."""
    path = tmp_path / "tuned.py"
    path.write_text(TRAINABLE)
    return path


def in_order(candidates: Sequence[Any]) -> list[str]:
    """A ranking."""
    return [one.letter for one in candidates]


@pytest.mark.parametrize("engine", ["here", "tune"])
def test_a_function_trainable_is_a_domain(engine: Literal["here", "tune"], file: Path, tmp_path: Path) -> None:
    """Its numbers are metrics, the files of its last checkpoint samples or files of the individual."""
    with evolve.Search(
        tmp_path / "run",
        SPACE,
        domain=f"{file}:trainable",
        engine=engine,
        judge=in_order,
        population=2,
        generations=1,
    ) as search:
        search.run()
        for one in search.report()["generations"][0]["individuals"]:
            assert one["metrics"]["loss"] == pytest.approx(one["genome"]["width"] / 3)
            (sample,) = one["samples"]
            assert "<!-- 3 -->" in (tmp_path / "run" / sample["files"]["image"]).read_text()
            assert (tmp_path / "run" / one["files"]["weights.bin"]).read_bytes() == bytes([0, 255, 3])


def test_one_without_samples_fails_in_a_line_that_says_what_is_wanted(file: Path, tmp_path: Path) -> None:
    """And where the function begins."""
    with (
        evolve.Search(
            tmp_path / "run", SPACE, domain=f"{file}:without_samples", engine="here", population=2, generations=1
        ) as search,
        pytest.raises(evolve.EvolveError, match=re.escape("by a name with a suffix, as drawing.png (tuned.py, line ")),
    ):
        next(iter(search))


def test_a_class_of_tune_is_refused(file: Path) -> None:
    """It trains step by step, and has no samples."""
    from ray.tune import Trainable  # noqa: PLC0415 - importing Ray costs seconds in every worker

    with pytest.raises(SettingsError, match="nor a function trainable of Ray Tune"):
        as_domain(Trainable, f"{file}:Trainable")


def test_any_tune_program_can_run_a_trial_of_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of configurations that name genes it reports metrics, and the samples as files of a checkpoint."""
    from ray import tune  # noqa: PLC0415

    monkeypatch.setenv("TUNE_DISABLE_AUTO_CALLBACK_LOGGERS", "1")
    evaluate = tmp_path / "mine.py"
    evaluate.write_text(
        "def evaluate(hp, trial):\n"
        "    for epoch in (1, 2):\n"
        "        trial.report(epoch=epoch, loss=hp.Int('width', 1, 8) / epoch)\n"
        "    trial.measure(size=hp.Int('width', 1, 8))\n"
        "    trial.sample({'text': str(hp.Int('width', 1, 8))})\n"
    )
    tuner = tune.Tuner(
        evolve.tune_trainable(f"{evaluate}:evaluate", SPACE),
        param_space={"width": tune.grid_search([2, 5, 9])},
        run_config=tune.RunConfig(storage_path=str(tmp_path / "results"), verbose=0),
    )
    with RayExecution() as execution, execution():
        two, five, none = tuner.fit()
    assert [one.metrics["loss"] for one in (two, five)] == [1.0, 2.5]
    assert [(one.metrics["size"], one.metrics["epoch"]) for one in (two, five)] == [(2, 2), (5, 2)]
    with five.checkpoint.as_directory() as folder:
        assert (Path(folder) / "text-1.txt").read_text() == "5"
    assert "width is 9; allowed: 1 … 8" in str(none.error)
