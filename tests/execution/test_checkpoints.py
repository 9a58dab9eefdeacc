"""Half-trained networks on Ray: lost trials go on where they were, and nothing stays behind."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from evolve.errors import RunError
from evolve.execution.checkpoints import checkpoint_path, forget, forget_all
from evolve.execution.in_process import InProcessRunner
from evolve.execution.ray_execution import RayExecution
from evolve.execution.run_material import RunMaterial
from evolve.records.events import Progress
from evolve.records.run import TrialResult
from tests.execution.cut_off_trials import CUT_OFF, IN_EPOCH, say
from tests.execution.settings import Recorder, individual, small_material, small_settings
from tests.execution.strange_trials import RUN, found, outcome, strange


@pytest.fixture(scope="module")
def material(tunes: Path) -> RunMaterial:
    """What six epochs of training work from."""
    return small_material(small_settings(tunes, epochs=6, patience=6, seconds=1e5))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where networks are kept; not there yet."""
    return tmp_path_factory.mktemp("run") / "checkpoints"


@pytest.fixture(scope="module")
def execution(folder: Path) -> Iterator[RayExecution]:
    """One Ray for all tests."""
    with RayExecution(trial=CUT_OFF, checkpoints=folder) as execution:
        yield execution


@pytest.fixture(scope="module")
def undisturbed(material: RunMaterial) -> TrialResult:
    """What comes of the trial when nothing happens."""
    recorder = Recorder()
    InProcessRunner().run([individual("g0-1")], material, recorder)
    return recorder.results["g0-1"]


CERTAIN = ("validation_loss", "epochs", "best_epoch", "stopped_by", "parameters")


def certain(result: TrialResult) -> object:
    """What does not depend on the clock: figures, and the songs as MIDI."""
    return (
        result.failure,
        {name: result.metrics.get(name) for name in CERTAIN},
        [song.files[0].data for song in result.samples],
    )


def epochs(recorder: Recorder) -> list[int]:
    """The epochs that were shown while the network trained, in order, from the last beginning on."""
    shown = [progress.epoch for progress in recorder.progress if progress.phase == "training"]
    return shown[len(shown) - 1 - shown[::-1].index(0) :]


@pytest.mark.slow
def test_a_training_whose_process_is_killed_goes_on_from_its_last_epoch(
    execution: RayExecution, material: RunMaterial, folder: Path, undisturbed: TrialResult
) -> None:
    """In another process, to the very songs of an undisturbed trial; nothing is left of it."""
    say(folder, "kill")
    recorder = outcome(execution, [individual("g0-1")], material)
    assert recorder.lost == [("g0-1", "its process died or was killed")]
    assert epochs(recorder) == [0, 3, 4, 5, 6]
    assert certain(recorder.results["g0-1"]) == certain(undisturbed)
    assert not folder.exists()


class StoppedByHand(Recorder):
    """An observer whose user presses Ctrl-C in an epoch."""

    def trial_progressed(self, progress: Progress) -> None:
        """Remember it, and stop."""
        super().trial_progressed(progress)
        if progress.epoch == IN_EPOCH:
            raise KeyboardInterrupt


@pytest.mark.slow
def test_a_training_that_was_stopped_goes_on_when_the_run_does(
    execution: RayExecution, material: RunMaterial, folder: Path, undisturbed: TrialResult
) -> None:
    """Its network waits until then."""
    say(folder, "wait")
    with pytest.raises(KeyboardInterrupt), execution() as runner:
        runner.run([individual("g0-1")], material, StoppedByHand())
    assert [path.name for path in folder.iterdir()] == ["g0-1.checkpoint.npz"]
    recorder = outcome(execution, [individual("g0-1")], material)
    assert epochs(recorder) == [0, 3, 4, 5, 6]
    assert certain(recorder.results["g0-1"]) == certain(undisturbed)
    assert not folder.exists()


class NoRoom(Recorder):
    """An observer that cannot keep a result."""

    def trial_finished(self, result: TrialResult) -> None:
        """Fail as a full disk does."""
        super().trial_finished(result)
        raise RunError("the disk is full")


@pytest.mark.slow
def test_a_result_that_cannot_be_recorded_costs_little(
    execution: RayExecution, material: RunMaterial, folder: Path, undisturbed: TrialResult
) -> None:
    """The network is forgotten only when the result is safe."""
    with pytest.raises(RunError, match="full"), execution() as runner:
        runner.run([individual("g0-1")], material, NoRoom())
    recorder = outcome(execution, [individual("g0-1")], material)
    assert epochs(recorder) == [0, 5, 6]
    assert certain(recorder.results["g0-1"]) == certain(undisturbed)
    assert not folder.exists()


@pytest.mark.slow
def test_the_last_attempt_does_without_a_checkpoint(material: RunMaterial, tmp_path: Path) -> None:
    """Should it be the checkpoint that ends each process; whoever is given up, or has ended, leaves none."""
    folder = tmp_path / "checkpoints"
    individuals = [strange(1, "die"), strange(2, f"die once {tmp_path}"), strange(3)]
    with RayExecution(trial=RUN, checkpoints=folder) as execution:
        recorder = outcome(execution, individuals, material)
    assert [bool(recorder.results[f"g0-{slot}"].failure) for slot in (1, 2, 3)] == [True, False, False]
    assert [found(folder, f"g0-{slot}") for slot in (1, 2, 3)] == [["no", "yes", "no"], ["no", "yes"], ["no"]]
    assert list(folder.glob("*.npz")) == []


def test_an_id_that_would_leave_the_folder_is_refused(tmp_path: Path) -> None:
    """It comes from a run folder, and that may be anybody's."""
    for name in ("../g0-1", "/g0-1", ".g0-1", ""):
        with pytest.raises(RunError, match="cannot be a name"):
            checkpoint_path(tmp_path, name)


def test_only_checkpoints_are_forgotten(tmp_path: Path) -> None:
    """One individual's, with what killed writings have left of it; then all of them; what others put there stays."""
    kept = ["g0-1.checkpoint.npz", ".g0-1.checkpoint.npz.0a1b2c3d", "g0-11.checkpoint.npz",
            ".g0-11.checkpoint.npz.0a1b2c3d", "g0-2.checkpoint.npz", "material.npz", "notes.txt"]  # fmt: skip
    for name in kept:
        (tmp_path / name).touch()
    forget(tmp_path, "g0-1")
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(kept[2:])
    forget_all(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["material.npz", "notes.txt"]


def test_where_none_are_kept_nothing_is_forgotten(tmp_path: Path) -> None:
    """No folder, a folder that is not there, and one that is a file are all right."""
    (tmp_path / "file").touch()
    for folder in (None, tmp_path / "missing", tmp_path / "file"):
        forget(folder, "g0-1")
        forget_all(folder)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
