"""Wherever trials run, they run alike: one set of tests for every `Execution`."""

import errno
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from evolve.domains.music import trial
from evolve.domains.music.composing import SILENT_SONGS
from evolve.domains.music.errors import CorpusError
from evolve.domains.music.facts.set_figures import SetFigures
from evolve.execution.checkpoints import checkpoint_path
from evolve.execution.contract import TrialRunner
from evolve.execution.in_process import InProcessExecution, InProcessRunner
from evolve.execution.run_material import RunMaterial
from evolve.network.train import TrainingFailed
from evolve.records.run import TrialResult
from tests.execution.settings import Recorder, individual, small_material, small_settings

pytestmark = pytest.mark.slow


class FullDisk(Recorder):
    """An observer that cannot keep any result."""

    def __init__(self, error: OSError) -> None:
        """It will raise this error."""
        super().__init__()
        self._error = error

    def trial_finished(self, result: TrialResult) -> None:
        """Fail as a full disk does."""
        super().trial_finished(result)
        raise self._error


@pytest.fixture(scope="module")
def material(tunes: Path) -> RunMaterial:
    """What the trials work from."""
    return small_material(small_settings(tunes))


@pytest.fixture(scope="module")
def checkpoints(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of half-trained networks."""
    return tmp_path_factory.mktemp("run") / "checkpoints"


@pytest.fixture(scope="module", params=["in process", "ray", "tune"])
def runner(request: pytest.FixtureRequest, checkpoints: Path) -> Iterator[TrialRunner]:
    """A runner of each kind."""
    if request.param == "in process":
        with InProcessExecution(checkpoints)() as runner:
            yield runner
        return
    from evolve.execution.ray_execution import RayExecution  # noqa: PLC0415 - importing Ray costs seconds in every worker
    from evolve.execution.tune_options import TuneOptions  # noqa: PLC0415

    tune = TuneOptions() if request.param == "tune" else None
    with RayExecution(checkpoints=checkpoints, tune=tune) as execution, execution() as runner:
        yield runner


@pytest.fixture(scope="module")
def pair(runner: TrialRunner, material: RunMaterial) -> Recorder:
    """What was told of two trials."""
    recorder = Recorder()
    runner.run([individual("g0-1"), individual("g0-2", width=16)], material, recorder)
    return recorder


def test_every_individual_is_started_and_finished_once(pair: Recorder) -> None:
    """Each trial ends with a network, a vocabulary and as many songs as were asked for."""
    assert sorted(pair.started) == sorted(pair.results) == ["g0-1", "g0-2"]
    for result in pair.results.values():
        assert result.failure is None
        assert {artifact.kind for artifact in result.artifacts} == {"network", "vocabulary", "unheard"}
        assert [song.index for song in result.samples] == [1, 2]
        assert all(0 < song.facts["notes"] <= 12 for song in result.samples)  # rests are composed, but are no notes
        assert result.metrics["epochs"] == 1
        assert 0 < result.metrics["validation_loss"] < 20
        assert list(result.metrics["bits_by_position"]) == ["0", "50", "100"]  # no tune has 200 notes
        figures = SetFigures.from_json(result.metrics["set_figures"])
        assert figures.songs == SILENT_SONGS
        numbers = result.metrics["silent_songs"]
        assert {len(own) for own in numbers.values()} == {SILENT_SONGS}
        heard = [number - 1 for number in result.metrics["songs_heard"]]
        assert [numbers["notes"][place] for place in heard] == [song.facts["notes"] for song in result.samples]
        assert 0 < figures.notes_median <= 50 + 12


@pytest.fixture(scope="module")
def alone(runner: TrialRunner, material: RunMaterial) -> Recorder:
    """What was told of a trial that was the only one."""
    recorder = Recorder()
    runner.run([individual("g0-1")], material, recorder)
    return recorder


def test_progress_is_told_before_the_end(alone: Recorder) -> None:
    """A trial tells that it trains, each epoch, and that it composes, so that a waiting person sees it live."""
    news = dict.fromkeys(alone.progress)  # a sign of life may repeat the one before
    phases = [progress.phase for progress in news if progress.phase not in ("starting", "building")]
    assert phases == ["training", "training", "composing"]
    assert alone.progress[-1].loss is not None


def test_a_failing_genome_is_a_result_and_leaves_others_alone(runner: TrialRunner, material: RunMaterial) -> None:
    """A loss that explodes is recorded with its reason; the trial beside it ends well."""
    recorder = Recorder()
    runner.run([individual("g0-1", learning_rate=1e30, optimizer="sgd"), individual("g0-2")], material, recorder)
    assert recorder.results["g0-2"].failure is None
    assert "NaN" in (recorder.results["g0-1"].failure or "")
    assert recorder.results["g0-1"].samples == ()


def test_what_the_observer_raises_ends_the_run_as_it_is(runner: TrialRunner, material: RunMaterial) -> None:
    """A disk that is full while a result is recorded is told as such, not as an error of the place where trials run."""
    full = OSError(errno.ENOSPC, "No space left on device")
    with pytest.raises(OSError, match="No space left") as raised:
        runner.run([individual("g0-1")], material, FullDisk(full))
    assert raised.value is full


def test_the_same_individual_writes_the_same_songs_twice(alone: Recorder, pair: Recorder) -> None:
    """With a budget in epochs a trial's songs depend on nothing but the run's seed and the genome."""
    songs, same = ([song.files[0].data for song in recorder.results["g0-1"].samples] for recorder in (alone, pair))
    assert songs == same


def test_a_trial_pauses_at_a_rung_and_goes_on_from_there(runner: TrialRunner, checkpoints: Path, tunes: Path) -> None:
    """It ends with the songs that it would have composed without; who is not gone on with leaves nothing behind."""
    material, both = small_material(small_settings(tunes, epochs=4)), [individual("g0-1"), individual("g0-2")]
    paused, gone_on, alone = Recorder(), Recorder(), Recorder()
    runner.run(both, replace(material, rung=0.5), paused)
    for result in paused.results.values():
        assert (result.is_paused, result.samples, result.metrics["epochs"]) == (True, (), 2)
    assert all(checkpoint_path(checkpoints, one.id).exists() for one in both)
    runner.run(both[:1], material, gone_on)
    assert not checkpoints.exists()
    assert next(one.epoch for one in gone_on.progress if one.epoch) == 2
    InProcessRunner().run(both[:1], material, alone)
    songs, same = ([song.files[0].data for song in recorder.results["g0-1"].samples] for recorder in (gone_on, alone))
    assert songs == same
    assert (gone_on.results["g0-1"].is_paused, gone_on.results["g0-1"].metrics["epochs"]) == (False, 4)


def test_a_child_begins_with_what_its_parent_has_learned(
    runner: TrialRunner, material: RunMaterial, alone: Recorder
) -> None:
    """Where its network can hold that, and says so; it is trained further then."""
    parent = alone.results["g0-1"]
    left = {"g0-1": next(file.data for file in parent.artifacts if file.kind == "network")}
    children = [individual("g0-1"), individual("g0-2", width=16), individual("g0-3", depth=2)]
    recorder = Recorder()
    runner.run(
        [replace(one, id=f"g1-{one.slot}", generation=1, parents=("g0-1",)) for one in children],
        replace(material, inherited=left),
        recorder,
    )
    told = {name: result.metrics["inherited"] for name, result in recorder.results.items()}
    assert told == {
        "g1-1": "weights of g0-1", "g1-2": "weights of g0-1, made wider", "g1-3": "weights of g0-1, made deeper"
    }  # fmt: skip
    loss = float(str(parent.metrics["validation_loss"]))
    assert float(str(recorder.results["g1-1"].metrics["validation_loss"])) < loss


@pytest.mark.parametrize(
    ("error", "failure"),
    [
        (MemoryError(), "the network did not fit into memory"),
        (RuntimeError("\n a layer broke \n its traceback"), "RuntimeError: a layer broke (test_contract.py, line"),
        (CorpusError("nothing to compose from"), "nothing to compose from"),
        (UnicodeError("\udcff"), "UnicodeError: ? (test_contract.py, line"),
        (TrainingFailed("  "), "no reason given"),
    ],
    ids=lambda one: one if isinstance(one, str) else type(one).__name__,
)
def test_whatever_a_library_raises_is_one_line(
    error: Exception, failure: str, material: RunMaterial, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A combination of genes may break anything; the run goes on with a failure that can be read and kept."""

    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(trial, "hypermodel", fail)
    recorder = Recorder()
    InProcessRunner().run([individual("g0-1")], material, recorder)
    assert (recorder.results["g0-1"].failure or "").startswith(failure)
