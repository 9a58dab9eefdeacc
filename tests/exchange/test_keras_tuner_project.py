"""Projects of KerasTuner, made and reloaded by the stock tuner: into a space and founders, and out of a run."""

import contextlib
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keras_tuner
import pytest

import evolve
from evolve.cli.app import run as command
from evolve.errors import SpaceError
from evolve.exchange.keras_tuner_project import read_project, write_project
from evolve.genetics.space_file import parse_space
from evolve.records.run import RunRecord
from evolve.spaces import genome_from, plain
from evolve.store.run_store import RunStore
from tests.pretended_trials import WORDS_ALONE

pytestmark = pytest.mark.slow


class Pretending(keras_tuner.RandomSearch):  # type: ignore[misc]  # it has no types
    """Asks for hyperparameters of every kind, and trains nothing."""

    def run_trial(self, trial: Any, **_: object) -> float:  # noqa: ANN401 - keras-tuner has no annotations
        """What the numbers alone say."""
        hp = trial.hyperparameters
        units = hp.Int("units", 16, 128, step=16)
        hp.Choice("cell", ["lstm", "gru"])
        rate = hp.Float("rate", 1e-4, 1e-1, sampling="log")
        hp.Boolean("dense")
        with hp.conditional_scope("cell", ["gru"]):
            hp.Int("layers", 1, 4)
        hp.Fixed("batch", 32)
        return float(units * rate)


@pytest.fixture(scope="module", params=["min", "max"])
def project(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Pretending]:
    """A folder of twelve trials, and their tuner."""
    folder = tmp_path_factory.mktemp("tuning")
    objective = keras_tuner.Objective("val_loss", request.param)
    tuner = Pretending(objective=objective, max_trials=12, directory=str(folder), project_name="mine", seed=3)
    with silent():
        tuner.search()
    return folder / "mine", tuner


@contextlib.contextmanager
def silent() -> Iterator[None]:
    """Without the tuner's own board."""
    with Path(os.devnull).open("w") as nowhere, contextlib.redirect_stdout(nowhere):
        yield


def test_the_best_trials_are_genomes_of_the_space(project: tuple[Path, Pretending]) -> None:
    """In the order in which the tuner has them; a space file says what it asked for, conditions included."""
    folder, tuner = project
    read = read_project(folder)
    space = parse_space(read.space, "space.yaml", rules=None).space
    assert space.gene("layers").parent_values == ("gru",)
    assert (space.gene("units").step, space.gene("rate").sampling) == (16, "log")
    best = tuner.oracle.get_best_trials(12)
    assert [one.score for one in read.trials] == [trial.score for trial in best]
    for one, trial in zip(read.trials, best, strict=True):
        values = trial.hyperparameters.values
        assert one.genome == {name: values[name] for name in one.genome}
        assert ("layers" in one.genome) is (values["cell"] == "gru")
        assert plain(genome_from(one.genome, space)) == one.genome
    assert read.notices == ()


def test_what_is_imported_begins_a_run(
    project: tuple[Path, Pretending],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """With a domain of one's own, which reads the same hyperparameters."""
    monkeypatch.chdir(tmp_path)
    assert command(["import", f"keras-tuner:{project[0]}", "-o", "mine", "--best", "3"]) == 0
    assert "the best 3 trials of 12" in capsys.readouterr().err
    Path("mine.py").write_text(
        "def evaluate(hp, trial):\n    trial.sample({'text': f\"{hp.get('units')} {hp.get('cell')}\"})\n"
    )
    founders = json.loads(Path("mine/founders.json").read_text())
    how: dict[str, Any] = {"population": 4, "generations": 1, "engine": "here", "judge": "simulated:additive"}
    with evolve.Search("runs/a", space="mine/space.yaml", domain="mine.py:evaluate", **how) as search:
        search.enqueue(*founders)
        search.run()
    with RunStore(Path("runs/a"), read_only=True) as store:
        individuals = store.read().individuals
    assert [plain(individuals[f"g0-{slot}"].individual.genome) for slot in (1, 2, 3)] == founders


def test_a_run_is_reloaded_by_the_stock_tuner(bred: RunRecord, tmp_path: Path) -> None:
    """Its best is who came first last, everybody has all genes, and the search goes on from there."""
    space = parse_space(WORDS_ALONE, "words.yaml", rules=None).space
    count = write_project(bred, space, tmp_path / "tuning" / "night")
    objective = keras_tuner.Objective("liking", "max")
    tuner = keras_tuner.RandomSearch(
        lambda _: None, objective=objective, max_trials=100, directory=str(tmp_path / "tuning"), project_name="night"
    )
    assert len(tuner.oracle.trials) == count == len(bred.individuals)
    (best,) = tuner.get_best_hyperparameters(1)
    scores = {name: trial.score for name, trial in tuner.oracle.trials.items()}
    assert all(0 <= score <= 1 for score in scores.values())
    last = bred.generations[-1].ranking
    first = min(last, key=lambda name: last[name].rank)
    assert scores[first] == 1.0
    genomes = {name: record.individual.genome.as_dict() for name, record in bred.individuals.items()}
    assert best.values in [genomes[name] for name, score in scores.items() if score == 1.0]
    again = read_project(tmp_path / "tuning" / "night")
    assert [one.score for one in again.trials] == sorted(scores.values(), reverse=True)


def test_what_cannot_be_written_is_told(bred: RunRecord, tmp_path: Path) -> None:
    """Nothing of somebody's is overwritten."""
    space = parse_space(WORDS_ALONE, "words.yaml", rules=None).space
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(SpaceError, match=r"is not empty; give a new folder"):
        write_project(bred, space, tmp_path)


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (lambda folder: (folder / "oracle.json").unlink(), r"oracle\.json cannot be read: No such file"),
        (lambda folder: (folder / "oracle.json").write_text("{"), r"oracle\.json is no JSON"),
        (lambda folder: (folder / "oracle.json").write_text("[]"), r"oracle\.json is none of KerasTuner's"),
        (lambda folder: (folder / "oracle.json").write_text("{}"), "it has no hyperparameters"),
        (
            lambda folder: (folder / "oracle.json").write_text('{"hyperparameters": {"space": []}}'),
            "has asked for no hyperparameter yet",
        ),
        (
            lambda folder: next(folder.glob("trial_*/trial.json")).write_text('{"status": "COMPLETED", "score": 1}'),
            r"trial\.json is none of KerasTuner's",
        ),
    ],
)
def test_a_damaged_project_is_told(project: tuple[Path, Pretending], tmp_path: Path, damage: Any, told: str) -> None:  # noqa: ANN401
    """In one line, with the file."""
    folder = tmp_path / "mine"
    shutil.copytree(project[0], folder)
    damage(folder)
    with pytest.raises(SpaceError, match=told) as raised:
        read_project(folder)
    assert "\n" not in str(raised.value)


def test_a_trial_that_the_space_cannot_have_is_left_out(project: tuple[Path, Pretending], tmp_path: Path) -> None:
    """And told; the others are there."""
    folder = tmp_path / "mine"
    shutil.copytree(project[0], folder)
    path = next(folder.glob("trial_*/trial.json"))
    trial = json.loads(path.read_text())
    trial["hyperparameters"]["values"]["units"] = 17
    path.write_text(json.dumps(trial))
    read = read_project(folder)
    assert len(read.trials) == 11
    assert "units is 17; allowed: 16 … 128, step 16" in read.notices[0]
