"""Half-trained networks that wait in a file, and trainings that go on from it."""

import json
import os
import shutil
import stat
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from evolve.network import checkpoint as module
from evolve.network.checkpoint import CheckpointFile, TrainingSnapshot, training_fingerprint
from evolve.network.diet import Diet
from evolve.network.train import TrainingSettings, train
from evolve.network.validation import EpochReport, TrainingHistory
from evolve.network.windows import Pieces
from tests.network.lines import CONTEXT, line, line_in_bars, same_weights, small_network
from tests.network.test_train import Pretending, Ticks

pytestmark = pytest.mark.slow

TRAINING = tuple(line_in_bars(90, seed) for seed in range(4))
HELD_OUT = tuple(line_in_bars(60, seed) for seed in range(100, 102))
SIX = TrainingSettings(window=8, epochs=6, seconds=1e6, patience=99, batch_size=16, seed=3)


class Lost(Exception):  # noqa: N818 - what a process that dies looks like from inside
    """The process is lost."""


def lost_in(epoch: int) -> Callable[[EpochReport], None]:
    """An end of the training when this epoch has ended, before the network is kept."""

    def end(report: EpochReport) -> None:
        if report.epoch == epoch:
            raise Lost

    return end


@pytest.fixture(autouse=True)
def _at_every_epoch(monkeypatch: pytest.MonkeyPatch) -> None:
    """Networks are kept at the end of every epoch, however little time that took."""
    at_every_epoch(monkeypatch)


def at_every_epoch(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is waited for before a network is kept."""
    monkeypatch.setattr(module, "EVERY_S", 0.0)
    monkeypatch.setattr(module, "MOST_SHARE", 1e9)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a network is kept."""
    return tmp_path / "checkpoints" / "g0-1.npz"


def begun(path: Path, epoch: int = 4, settings: TrainingSettings = SIX, **genes: Any) -> None:  # noqa: ANN401
    """A training that is lost in this epoch, so that what is kept is the one before."""
    with pytest.raises(Lost):
        train(small_network(**genes), TRAINING, HELD_OUT, settings, lost_in(epoch), checkpoint=CheckpointFile(path))


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """What is kept of the training of the default network that is lost in its fourth epoch."""
    path = tmp_path_factory.mktemp("begun") / "checkpoints" / "g0-1.npz"
    with pytest.MonkeyPatch.context() as monkeypatch:
        at_every_epoch(monkeypatch)
        begun(path)
    return path.read_bytes()


@pytest.fixture
def kept(path: Path, checkpoint: bytes) -> Path:
    """A file of such a training, as if it had been lost just now."""
    path.parent.mkdir()
    path.write_bytes(checkpoint)
    return path


@pytest.fixture(scope="module")
def undisturbed() -> keras.Model:
    """The default network after its training, of which nothing was kept."""
    model = small_network()
    train(model, TRAINING, HELD_OUT, SIX)
    return model


def gone_on(path: Path, **genes: Any) -> tuple[list[int], TrainingHistory, keras.Model]:  # noqa: ANN401
    """The same training in a network that is as new as in another process; first the epochs that were told."""
    told: list[EpochReport] = []
    model = small_network(**genes)
    history = train(model, TRAINING, HELD_OUT, SIX, told.append, checkpoint=CheckpointFile(path))
    return [report.epoch for report in told], history, model


def epochs_trained(path: Path, settings: TrainingSettings = SIX) -> list[int]:
    """The epochs that are told of such a training; what it learns is pretended."""
    told: list[EpochReport] = []
    runner = Pretending([1.0], [1.0])
    train(small_network(), TRAINING, HELD_OUT, settings, told.append, checkpoint=CheckpointFile(path), runner=runner)
    return [report.epoch for report in told]


def test_a_diet_is_gone_on_with_as_if_nothing_had_been(path: Path) -> None:
    """The pieces that an epoch is made of are the same, and so is what is measured; to the last bit."""
    diet = Diet((0.37, 0.63), training=(0, 1, 0, 1), held_out=(0, 1))
    halved = replace(SIX, epochs=12, budget=0.5)
    undisturbed, other = small_network(dropout=0.3), small_network(dropout=0.3)
    history = train(undisturbed, TRAINING, HELD_OUT, halved, diet=diet)
    kept = CheckpointFile(path)
    with pytest.raises(Lost):
        train(small_network(dropout=0.3), TRAINING, HELD_OUT, halved, lost_in(4), checkpoint=kept, diet=diet)
    told: list[EpochReport] = []
    other_history = train(other, TRAINING, HELD_OUT, halved, told.append, checkpoint=kept, diet=diet)
    assert [report.epoch for report in told] == [3, 4, 5, 6]
    assert same_weights(undisturbed, other)
    assert [one.validation_loss for one in history.epochs] == [one.validation_loss for one in other_history.epochs]


def test_another_diet_is_another_training(path: Path) -> None:
    """It begins anew."""
    diet = Diet((0.37, 0.63), training=(0, 1, 0, 1), held_out=(0, 1))
    kept, told = CheckpointFile(path), list[EpochReport]()
    with pytest.raises(Lost):
        train(small_network(), TRAINING, HELD_OUT, SIX, lost_in(4), checkpoint=kept, diet=diet)
    other = replace(diet, shares=(0.38, 0.62))
    train(small_network(), TRAINING, HELD_OUT, SIX, told.append, checkpoint=kept, diet=other)
    assert [report.epoch for report in told] == [1, 2, 3, 4, 5, 6]


CHAINED = {"heads": "chained", "dense_width": 6, "context": CONTEXT}


STATES = ("sgd", "adam", "nadam", "lion", "ftrl", "adafactor")
"""Optimizers with no state, one, two, a number of their own, and matrices by rows and columns."""


@pytest.mark.parametrize(
    "own",
    [
        *({"optimizer": name} for name in STATES),
        CHAINED | {"depth": 2},
        CHAINED | {"cell": "gru", "branches": True, "depth": 2},
    ],
)
def test_going_on_ends_as_if_nothing_had_been(own: dict[str, Any], path: Path) -> None:
    """Three epochs, a new network, three more: the weights and figures of six in a row, to the last bit."""
    genes: dict[str, Any] = {"dropout": 0.3, "learning_rate": 0.01, **own}
    undisturbed, kept_then = small_network(**genes), path.with_name("g0-2.npz")

    def keep_aside(report: EpochReport) -> None:
        if report.epoch == 4:  # of which nothing is kept yet
            shutil.copy(path, kept_then)

    history = train(undisturbed, TRAINING, HELD_OUT, SIX, keep_aside, checkpoint=CheckpointFile(path))
    told, other_history, other = gone_on(kept_then, **genes)
    assert told == [3, 4, 5, 6]
    assert same_weights(undisturbed, other)
    for one, same in zip(history.epochs, other_history.epochs, strict=True):
        assert replace(one, seconds_left=0.0) == replace(same, seconds_left=0.0)
        assert [start for start, _ in same.by_position] == [0, 50]
    assert (history.best_epoch, history.best_validation_loss) == (
        other_history.best_epoch,
        other_history.best_validation_loss,
    )


def test_the_best_weights_may_be_from_before(path: Path) -> None:
    """A best epoch that was over when the process was lost is still the one that the network ends with."""

    def runner() -> Pretending:
        return Pretending([1.0], [2.0, 1.0, 3.0])

    best: list[np.ndarray] = []

    def spoil(report: EpochReport) -> None:
        if report.epoch == 1 and not best:
            best.extend(model.get_weights())
        model.set_weights([weights + 1 for weights in model.get_weights()])
        if report.epoch == 3:
            raise Lost

    model = small_network()
    held_out, settings = [line(8, 1)], TrainingSettings(window=8, epochs=5, seconds=1e6, batch_size=16)
    with pytest.raises(Lost):
        train(model, TRAINING, held_out, settings, spoil, runner=runner(), checkpoint=CheckpointFile(path))
    other = small_network()
    worse = Pretending([1.0], [4.0])
    history = train(other, TRAINING, held_out, settings, runner=worse, checkpoint=CheckpointFile(path))
    assert history.best_epoch == 1
    assert all(np.array_equal(a, b) for a, b in zip(other.get_weights(), best, strict=True))


def test_patience_counts_the_epochs_before(path: Path) -> None:
    """Two in vain before and one after are three."""
    impatient = replace(SIX, epochs=50, patience=3)
    held_out = [line(8, 1)]
    with pytest.raises(Lost):
        train(small_network(), TRAINING, held_out, impatient, lost_in(4), checkpoint=CheckpointFile(path),
              runner=Pretending([1.0], [9.0, 1.0, 2.0, 2.0, 2.0]))  # fmt: skip
    again = Pretending([1.0], [2.0])
    history = train(small_network(), TRAINING, held_out, impatient, checkpoint=CheckpointFile(path), runner=again)
    assert (history.stopped_by, len(history.epochs)) == ("patience", 4)


def test_a_budget_in_seconds_counts_those_before(path: Path) -> None:
    """Of 1,000 s 600 are left when 400 were spent; what passed in between is nobody's."""
    budget = replace(SIX, epochs=10**6, patience=10**6, seconds=1000.0)

    def go_on(on_epoch: Callable[[EpochReport], None], clock: Ticks) -> TrainingHistory:
        runner = Pretending([1.0], [1.0])
        kept = CheckpointFile(path)
        return train(small_network(), TRAINING, HELD_OUT, budget, on_epoch, clock=clock, runner=runner, checkpoint=kept)

    first, second = Ticks(1.0), Ticks(1.0)
    second.now = 5e6
    kept_at: list[float] = []

    def lose(_: EpochReport) -> None:
        if first.now > 400:
            raise Lost
        kept_at.append(first.now)

    with pytest.raises(Lost):
        go_on(lose, first)
    history = go_on(lambda _: None, second)
    assert history.stopped_by == "seconds"
    assert kept_at[-1] <= history.earlier_s <= kept_at[-1] + 2
    assert history.training_s == pytest.approx(1000, abs=15)  # a validation looks at the clock a dozen times
    to_first_step_s = history.first_step_s  # which takes as long again, and costs no budget
    assert history.training_s == pytest.approx(history.earlier_s + second.now - 5e6 - to_first_step_s, abs=2)
    assert history.first_step_s < 25


def test_a_training_that_pauses_at_a_rung_ends_as_if_it_had_not(
    path: Path, undisturbed: keras.Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is kept there however little time has passed; begun again before the rung was told of, it trains nothing."""
    monkeypatch.setattr(module, "EVERY_S", 1e9)
    for epochs in ([1, 2], [2]):
        told: list[EpochReport] = []
        kept = CheckpointFile(path)
        history = train(small_network(), TRAINING, HELD_OUT, SIX, told.append, checkpoint=kept, rung=1 / 3)
        assert ([report.epoch for report in told], history.stopped_by) == (epochs, "rung")
        assert history.best_validation_loss == history.epochs[history.best_epoch - 1].validation_loss
    epochs, history, model = gone_on(path)
    assert (epochs, history.stopped_by) == ([2, 3, 4, 5, 6], "epochs")
    assert same_weights(model, undisturbed)


def test_a_rung_is_the_end_of_an_epoch_after_a_share_of_the_seconds(path: Path) -> None:
    """A third of what is left after the first step; without a file the training begins anew and ends the same."""
    budget = replace(SIX, epochs=10**6, patience=10**6, seconds=1000.0)

    def spent(rung: float, checkpoint: CheckpointFile | None) -> TrainingHistory:
        runner, clock = Pretending([1.0], [1.0]), Ticks(1.0)
        return train(
            small_network(), TRAINING, HELD_OUT, budget, clock=clock, runner=runner, checkpoint=checkpoint, rung=rung
        )

    paused = spent(1 / 3, CheckpointFile(path))
    assert paused.stopped_by == "rung"
    assert 200 < paused.epochs[0].seconds_left <= 1000 / 3
    epoch_s = paused.training_s / len(paused.epochs)
    assert paused.training_s == pytest.approx(1000 / 3, abs=epoch_s + 15)
    whole = spent(1.0, CheckpointFile(path))
    assert whole.earlier_s == pytest.approx(paused.training_s, abs=5)
    assert whole.training_s == pytest.approx(spent(1.0, None).training_s, abs=15)


def test_a_training_that_ends_before_the_rung_has_ended(path: Path) -> None:
    """Patience may be over by then: there is nothing to go on with."""
    impatient, runner = replace(SIX, epochs=50, patience=2), Pretending([1.0], [9.0, 1.0, 2.0])
    history = train(
        small_network(), TRAINING, [line(8, 1)], impatient, checkpoint=CheckpointFile(path), runner=runner, rung=0.5
    )
    assert (history.stopped_by, len(history.epochs)) == ("patience", 3)


def test_short_trainings_keep_nothing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is written before the first half minute is over, nor a folder made."""
    monkeypatch.setattr(module, "EVERY_S", 30.0)
    begun(path)
    assert not path.parent.exists()


def test_keeping_takes_a_small_share_of_the_time(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """At most every half minute; where a writing takes ten seconds, not again for five and a half minutes."""
    monkeypatch.setattr(module, "EVERY_S", 30.0)
    monkeypatch.setattr(module, "MOST_SHARE", 0.03)
    time_s: list[float] = [0.0]
    asked: list[float] = []
    kept = CheckpointFile(path, clock=lambda: time_s[0])

    def slow_and_in_vain() -> TrainingSnapshot:
        asked.append(time_s[0])
        time_s[0] += 10
        raise OSError

    for now in (10.0, 29.0, 31.0, 45.0, 80.0, 370.0, 375.0, 380.0):
        time_s[0] = now
        kept.keep(small_network(), "", slow_and_in_vain)
    assert asked == [31.0, 375.0]


def test_a_kept_network_is_private_and_alone(path: Path) -> None:
    """The folder is for this user only, the new file replaces the old one, and nothing lies beside it."""
    begun(path)
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert list(path.parent.iterdir()) == [path]


def test_what_a_killed_writing_has_left_is_cleared(kept: Path) -> None:
    """By whoever goes on; the checkpoint itself, and those of others, stay."""
    cut_off, others = kept.with_name(f".{kept.name}.0a1b2c3d"), kept.with_name(".g0-2.npz.0a1b2c3d")
    cut_off.write_bytes(b"PK")
    others.write_bytes(b"PK")
    assert epochs_trained(kept) == [3, 4, 5, 6]
    assert (cut_off.exists(), others.exists()) == (False, True)


def cut(data: bytes) -> bytes:
    """Half of it."""
    return data[: len(data) // 2]


def flipped(data: bytes) -> bytes:
    """One bit is another, amid the weights."""
    place = len(data) // 2
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


@pytest.mark.parametrize(
    "damage", [cut, flipped, lambda _: b"", lambda _: b"rubbish" * 99], ids=["cut", "flipped", "empty", "rubbish"]
)
def test_a_damaged_file_is_ignored(damage: Callable[[bytes], bytes], kept: Path, undisturbed: keras.Model) -> None:
    """Training begins at its beginning, and ends as if there had been no file."""
    kept.write_bytes(damage(kept.read_bytes()))
    told, _, model = gone_on(kept)
    assert told == [1, 2, 3, 4, 5, 6]
    assert same_weights(undisturbed, model)


def rewritten(
    path: Path, change: Callable[[dict[str, Any], dict[str, np.ndarray]], None], *, packed: bool = False
) -> None:
    """The file with other contents, as somebody might forge it."""
    with np.load(path) as kept:
        arrays = dict(kept)
    about = json.loads(arrays.pop("about").tobytes())
    change(about, arrays)
    save = np.savez_compressed if packed else np.savez
    save(path, about=np.frombuffer(json.dumps(about).encode(), dtype=np.uint8), **arrays)


FORGERIES: dict[str, Callable[[dict[str, Any], dict[str, Any]], object]] = {
    "no epochs": lambda about, _: about.update(epochs=[]),
    "words for epochs": lambda about, _: about.update(epochs="abc"),
    "half an epoch": lambda about, _: about.update(epochs=[[1, 6, 1.0]]),
    "a later epoch": lambda about, _: about["epochs"][0].__setitem__(0, 9),
    "words for positions": lambda about, _: about["epochs"][0].__setitem__(5, ["ab"]),
    "no best epoch": lambda about, _: about.update(best=[0, 1.0]),
    "no seconds": lambda about, _: about.pop("seconds"),
    "no fingerprint": lambda about, _: about.pop("fingerprint"),
    "an array too many": lambda _, arrays: arrays.update(more=np.zeros(3)),
    "an array too few": lambda _, arrays: arrays.pop("variables/0"),
    "an array of another shape": lambda _, arrays: arrays.update({"variables/0": np.zeros(3, np.float32)}),
    "an array of another type": lambda _, arrays: arrays.update(
        {"variables/0": arrays["variables/0"].astype(np.float64)}
    ),
    "an array of objects": lambda _, arrays: arrays.update({"variables/0": np.array([{}], dtype=object)}),
}


@pytest.mark.parametrize("change", FORGERIES.values(), ids=FORGERIES)
def test_a_forged_file_is_ignored(change: Callable[[dict[str, Any], dict[str, Any]], None], kept: Path) -> None:
    """Whatever is wrong in it; the network is as it was, not half of one and half of another."""
    rewritten(kept, change)
    model = small_network()
    assert CheckpointFile(kept).go_on(model, fingerprint_of(model)) is None
    assert same_weights(model, small_network())


def test_a_packed_file_is_ignored(kept: Path) -> None:
    """It might unpack to far more than the memory."""
    model = small_network()
    rewritten(kept, lambda *_: None)
    assert CheckpointFile(kept).go_on(model, fingerprint_of(model)) is not None
    rewritten(kept, lambda *_: None, packed=True)
    assert zipfile.is_zipfile(kept)
    assert CheckpointFile(kept).go_on(small_network(), fingerprint_of(model)) is None


@pytest.mark.parametrize("kind", ["folder", "pipe", "link to itself", "link to a device"])
def test_what_is_no_file_is_ignored(kind: str, path: Path) -> None:
    """Nothing is waited for, and training keeps its network where it can."""
    path.parent.mkdir()
    match kind:
        case "folder":
            path.mkdir()
        case "pipe":
            os.mkfifo(path)
        case "link to itself":
            path.symlink_to(path)
        case "link to a device":
            path.symlink_to("/dev/zero")
    assert epochs_trained(path) == [1, 2, 3, 4, 5, 6]


def fingerprint_of(
    model: keras.Model,
    settings: TrainingSettings = SIX,
    training: Any = TRAINING,  # noqa: ANN401
) -> str:
    """Of a training of this network."""
    pieces = [Pieces.laid_end_to_end(training), Pieces.laid_end_to_end(HELD_OUT)]
    return training_fingerprint(model, pieces, {**asdict(settings), "shares": ()})


def test_another_training_is_not_gone_on_with() -> None:
    """Neither with other genes, nor another seed, budget, manner or corpus; the same one has the same fingerprint."""
    same = [fingerprint_of(small_network()) for _ in range(2)]
    others = [
        fingerprint_of(small_network(dropout=0.2)),
        fingerprint_of(small_network(optimizer="nadam")),
        fingerprint_of(small_network(learning_rate=0.01)),
        fingerprint_of(small_network(seed=2)),
        fingerprint_of(small_network(heads="chained")),
        fingerprint_of(small_network(context=CONTEXT)),
        fingerprint_of(small_network(), replace(SIX, starts_told=True)),
        fingerprint_of(small_network(), replace(SIX, seed=4)),
        fingerprint_of(small_network(), replace(SIX, epochs=7)),
        fingerprint_of(small_network(), replace(SIX, batch_size=8)),
        fingerprint_of(small_network(), training=TRAINING[1:]),
        fingerprint_of(small_network(), training=(*TRAINING[1:], line_in_bars(90, 77))),
    ]
    assert same[0] == same[1]
    assert len({same[0], *others}) == 1 + len(others)


def test_a_file_of_another_training_is_ignored_and_replaced(kept: Path) -> None:
    """The seed is another."""
    other = replace(SIX, seed=4)
    assert epochs_trained(kept, other) == [1, 2, 3, 4, 5, 6]
    assert epochs_trained(kept, other) == [5, 6]


def test_an_older_evolves_file_is_ignored(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It may have trained in another way."""
    monkeypatch.setattr(module, "__version__", "9.9.9")
    assert epochs_trained(kept) == [1, 2, 3, 4, 5, 6]


def test_another_process_finds_the_same_fingerprint() -> None:
    """Whatever Python's hashes and Keras's counters are there."""
    program = (
        "from tests.network.test_checkpoint import fingerprint_of, small_network\n"
        "for _ in range(3): small_network(optimizer='nadam')\n"
        "print(fingerprint_of(small_network(optimizer='nadam')))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == fingerprint_of(small_network(optimizer="nadam"))


def test_a_disk_that_refuses_costs_no_training(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Full, read-only, or gone: the network is trained all the same."""
    written: list[object] = []

    def refuse(file: object, arrays: object) -> None:  # noqa: ARG001 - as it is called
        written.append(file)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module, "_write_arrays", refuse)
    assert epochs_trained(path) == [1, 2, 3, 4, 5, 6]
    assert len(written) == 5
    assert list(path.parent.iterdir()) == []


def test_the_last_room_on_a_disk_is_left_for_results(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A checkpoint only saves time."""
    nearly_full = type("Usage", (), {"free": module.LEFT_BYTES})
    monkeypatch.setattr(shutil, "disk_usage", lambda _: nearly_full)
    epochs_trained(path)
    assert not path.exists()


def test_a_run_folder_that_was_moved_is_not_made_anew(tmp_path: Path) -> None:
    """Nothing is kept where it was."""
    epochs_trained(tmp_path / "moved" / "checkpoints" / "g0-1.npz")
    assert list(tmp_path.iterdir()) == []
