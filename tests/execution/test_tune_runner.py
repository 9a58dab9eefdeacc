"""What is particular to trials on Ray Tune: workers that are lost, users' schedulers and callbacks, Tune's tables."""

import os
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

import evolve
from evolve.errors import SettingsError
from evolve.execution.ray_execution import RayExecution
from evolve.execution.run_material import RunMaterial
from evolve.execution.tune_options import TuneOptions, tune_options
from evolve.records.events import Event, EventKind
from tests.execution.settings import Recorder, small_material, small_settings
from tests.execution.strange_trials import RUN, found, outcome, strange
from tests.torture.killed_trials import trial_processes

pytestmark = pytest.mark.slow

DOMAIN = """
import time

def evaluate(hp, trial):
    slope = hp.Float("slope", 0.1, 1.0)
    for epoch in range(1, 9):
        trial.report(epoch=epoch, of=8, loss=slope / epoch)
        time.sleep(0.05)
    trial.measure(slope=slope)
    trial.sample({"text": f"{slope}"})
"""

SPACE = {"genes": {"slope": {"type": "float", "min_value": 0.1, "max_value": 1.0}}}


@pytest.fixture(scope="module")
def material(tunes: Path) -> RunMaterial:
    """What the trials work from."""
    return small_material(small_settings(tunes, hang_limit=20))


@pytest.fixture(scope="module")
def checkpoints(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of half-trained networks."""
    return tmp_path_factory.mktemp("run") / "checkpoints"


@pytest.fixture(scope="module")
def execution(checkpoints: Path) -> Iterator[RayExecution]:
    """One Ray for all tests."""
    with RayExecution(trial=RUN, tune=TuneOptions(), checkpoints=checkpoints) as execution:
        yield execution


def test_a_worker_that_dies_hangs_or_halts_harms_no_other_trial(
    execution: RayExecution, material: RunMaterial, checkpoints: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Each is tried again in a fresh process, the last time without what it had kept; Tune itself says nothing."""
    does = [f"die once {tmp_path}", "die", f"hang once {tmp_path}", f"stop once {tmp_path}", "raise", "nothing"]
    recorder = outcome(execution, [strange(slot, what) for slot, what in enumerate(does, 1)], material)
    failures = {name: result.failure for name, result in recorder.results.items()}
    assert failures == {
        "g0-1": None, "g0-2": "its process died or was killed 3 times", "g0-3": None, "g0-4": None,
        "g0-5": "SystemExit: a library that ends the process", "g0-6": None,
    }  # fmt: skip
    assert recorder.started.count("g0-2") == 3
    assert found(checkpoints, "g0-2") == ["no", "yes", "no"]
    reasons = dict(recorder.lost)
    assert reasons["g0-1"] == "its process died or was killed"
    assert reasons["g0-3"] == reasons["g0-4"] == "its process gave no heartbeat for 20 s"
    assert "".join(capfd.readouterr()) == ""


def test_a_worker_that_dies_once_its_trial_has_ended_costs_no_other_trial(
    execution: RayExecution, material: RunMaterial
) -> None:
    """Tune begins the ended trial again then, and takes the next one for lost; neither is told to anybody."""

    class Slow(Recorder):
        def __call__(self, event: Event) -> None:
            super().__call__(event)
            if event.kind is EventKind.FINISHED:
                time.sleep(0.6)

    recorder = Slow()
    with execution() as runner:
        runner.run([strange(slot, f"leave {0.1 * slot}") for slot in range(1, 6)], material, recorder)
    assert [result.failure for result in recorder.results.values()] == [None] * 5
    assert len(recorder.started) == 5 + len(recorder.lost)


def test_a_worker_that_dies_as_it_starts_is_replaced(execution: RayExecution, material: RunMaterial) -> None:
    """One is no sign that none can start."""
    killed: list[int] = []

    def kill_the_first() -> None:
        while not (found := trial_processes()):
            time.sleep(0.05)
        killed.append(found[0].pid)
        found[0].kill()

    thread = threading.Thread(target=kill_the_first)
    thread.start()
    recorder = outcome(execution, [strange(1), strange(2)], material)
    thread.join()
    assert killed
    assert [result.failure for result in recorder.results.values()] == [None, None]


def test_a_user_who_stops_is_obeyed_and_goes_on(execution: RayExecution, material: RunMaterial) -> None:
    """What the listener raises, as Ctrl-C does, comes out as it is; the next round runs on the same machine."""

    def stop(event: Event) -> None:
        if event.kind is EventKind.STARTED:
            raise KeyboardInterrupt

    with execution() as runner, pytest.raises(KeyboardInterrupt):
        runner.run([strange(1, "sleep 30"), strange(2, "sleep 30")], material, stop)
    recorder = outcome(execution, [strange(1), strange(2)], material)
    assert [result.failure for result in recorder.results.values()] == [None, None]


@pytest.fixture
def own(tmp_path: Path) -> str:
    """A domain of the user's, whose loss follows from its gene."""
    (tmp_path / "mine.py").write_text(DOMAIN)
    return f"{tmp_path / 'mine.py'}:evaluate"


def by_letter(candidates: Sequence[Any]) -> list[str]:
    """As they come."""
    return [one.letter for one in candidates]


def test_who_is_stopped_by_a_scheduler_is_recorded_and_not_presented(own: str, tmp_path: Path) -> None:
    """The best by loss go on, the callbacks of the user hear of all, and Tune's table has a row for each."""
    from ray.tune import Callback  # noqa: PLC0415 - importing Ray costs seconds in every worker
    from ray.tune.schedulers import ASHAScheduler  # noqa: PLC0415

    class Heard(Callback):  # type: ignore[misc]
        results: list[dict[str, Any]] = []  # noqa: RUF012

        def on_trial_result(self, **told: Any) -> None:  # noqa: ANN401
            self.results.append(told["result"])

    scheduler = ASHAScheduler(metric="loss", mode="min", max_t=100, grace_period=2, reduction_factor=2)
    options = {"scheduler": scheduler, "callbacks": [Heard()]}
    with evolve.Search(
        tmp_path / "run", SPACE, domain=own, engine="tune", tune=options, judge=by_letter, population=6, generations=2
    ) as search:
        search.run()
        told = search.report()
        table = search.tune_results
    for generation in told["generations"]:
        stopped = [one for one in generation["individuals"] if one["status"] == "stopped"]
        heard = [one for one in generation["individuals"] if one["status"] == "evaluated"]
        assert stopped
        assert heard
        assert generation["stopped"] == [one["id"] for one in stopped]
        assert all(one["samples"] == [] and "by Tune's scheduler after epoch" in one["stopped"] for one in stopped)
        assert all(one["rank"] for one in heard)
    born = [one["id"] for generation in told["generations"] for one in generation["individuals"] if not one["elite"]]
    assert sorted(table["config/evolve_individual"]) == sorted(born)
    slopes = {
        one["id"]: one["genome"]["slope"] for generation in told["generations"] for one in generation["individuals"]
    }
    assert [slopes[name] for name in table["config/evolve_individual"]] == list(table["config/slope"])
    assert any(one.get("loss") for one in Heard.results)
    assert not any("evolve_said" in one for one in Heard.results)


def test_a_scheduler_may_have_trials_pause(own: str, tmp_path: Path) -> None:
    """As HyperBand has them wait for each other: they go on, and are told from where they were."""
    from ray.tune.schedulers import HyperBandScheduler  # noqa: PLC0415

    scheduler = HyperBandScheduler(metric="loss", mode="min", max_t=8, reduction_factor=2)
    options = {"scheduler": scheduler}
    with evolve.Search(
        tmp_path / "run", SPACE, domain=own, engine="tune", tune=options, judge=by_letter, population=12, generations=1
    ) as search:
        search.run()
        individuals = search.report()["generations"][0]["individuals"]
    epochs = {"evaluated": {8}, "stopped": {1, 2, 4}}
    table = {row["config/evolve_individual"]: row["epoch"] for _, row in search.tune_results.iterrows()}
    assert {one["status"] for one in individuals} == {"evaluated", "stopped"}
    assert all(table[one["id"]] in epochs[one["status"]] for one in individuals)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"schedular": None}, 'tune=\'schedular\': must be "callbacks" and "scheduler"'),
        ({"callbacks": [print]}, "tune callbacks=<built-in function print>: must be ray.tune.Callback"),
        ({"scheduler": 3}, "tune scheduler=3: must be a scheduler of ray.tune.schedulers"),
    ],
)
def test_what_is_no_option_of_tune_is_told(given: dict[str, Any], told: str) -> None:
    """In one line, with what is allowed."""
    with pytest.raises(SettingsError) as raised:
        tune_options(given)
    assert str(raised.value) == told


def test_a_scheduler_that_changes_genomes_is_refused() -> None:
    """Breeding is evolve's."""
    from ray.tune.schedulers import PopulationBasedTraining  # noqa: PLC0415

    scheduler = PopulationBasedTraining(metric="loss", mode="min", hyperparam_mutations={"slope": [0.1, 0.2]})
    with pytest.raises(SettingsError, match="it changes genomes while they are trained"):
        tune_options({"scheduler": scheduler})
    assert "TUNE_DISABLE_SIGINT_HANDLER" not in os.environ
