"""Training within a budget."""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import keras
import numpy as np
import pytest

from evolve.network.diet import Diet
from evolve.network.genes import CELLS, ENCODINGS
from evolve.network.train import TrainingFailed, TrainingSettings, prime, train
from evolve.network.validation import EpochReport, TrainingHistory
from evolve.network.windows import Batch, Pieces
from tests.network.lines import CONTEXT, line, line_in_bars, same_weights, small_network

pytestmark = pytest.mark.slow

TRAINING = tuple(line(90, seed) for seed in range(8))
HELD_OUT = tuple(line(40, seed) for seed in range(100, 103))
QUICK = TrainingSettings(window=8, epochs=2, seconds=60.0, batch_size=16, seed=3)
UNIGRAM_BITS = math.log2(12) + math.log2(4)


class Ticks:
    """A clock that goes on by a set time with each look at it."""

    def __init__(self, tick_s: float) -> None:
        self.now, self.tick_s = 0.0, tick_s

    def __call__(self) -> float:
        """The time, in seconds."""
        self.now += self.tick_s
        return self.now


def trained(settings: TrainingSettings = QUICK) -> tuple[keras.Model, TrainingHistory]:
    """A small network after training."""
    model = small_network()
    return model, train(model, TRAINING, HELD_OUT, settings)


class Pretending:
    """A runner that learns nothing and finds these losses, in nats, batch by batch, the last again and again.

    Attributes:
        calls: How many batches each call of `train_steps` had.
    """

    def __init__(self, train_losses: list[float], held_out_losses: list[float]) -> None:
        self._train, self._held_out = list(train_losses), list(held_out_losses)
        self.calls: list[int] = []

    def __call__(self, model: keras.Model) -> "Pretending":  # noqa: ARG002
        """Itself, whatever the network."""
        return self

    def train_steps(self, batches: Sequence[Batch]) -> np.ndarray:
        """The next training losses."""
        self.calls.append(len(batches))
        return self._next(self._train, batches)

    def evaluation_steps(self, batches: Sequence[Batch]) -> np.ndarray:
        """The next validation losses, each the same for all steps of a batch."""
        losses = self._next(self._held_out, batches)[:, None, None]
        return np.broadcast_to(losses, (len(batches), *batches[0].weights.shape)).astype(np.float32)

    @staticmethod
    def _next(left: list[float], batches: Sequence[Batch]) -> np.ndarray:
        return np.array([left.pop(0) if len(left) > 1 else left[0] for _ in batches])


@pytest.mark.parametrize("learn_from", ["every", "last"])
def test_a_network_learns_a_pattern_far_below_its_unigram_entropy(learn_from: Any) -> None:  # noqa: ANN401
    """A line that goes round with 5 wrong notes in 100 becomes nearly as predictable as it is."""
    model = small_network(heads="chained" if learn_from == "last" else "independent")
    settings = TrainingSettings(
        window=8, epochs=8 if learn_from == "every" else 2, batch_size=16, learn_from=learn_from
    )
    history = train(model, TRAINING, HELD_OUT, settings)
    assert history.best_validation_loss < 0.5 * UNIGRAM_BITS
    assert history.best_validation_loss == min(report.validation_loss for report in history.epochs)


def test_an_untrained_network_begins_with_how_often_each_token_comes() -> None:
    """Priming gives the unigram distribution, and leaves a network that has learned alone."""
    model = small_network(encoding="onehot")
    model.get_layer("next_duration").set_weights([np.zeros((24, 4)), np.zeros(4)])
    prime(model, Pieces.laid_end_to_end([{"pitch": np.arange(12), "duration": np.array([0] * 8 + [1] * 2 + [2, 3])}]))
    logits = np.asarray(model({name: stream[None] for name, stream in line(1, 0).items()})["duration"])[0, 0]
    assert np.allclose(np.exp(logits), np.array([9, 3, 2, 2]) / 16)
    prime(model, Pieces.laid_end_to_end([line(90, 1)]))
    assert np.allclose(model.get_layer("next_duration").bias, logits)


def test_the_same_seed_trains_the_same_weights() -> None:
    """Two trainings of the same network end alike to the last bit."""
    assert same_weights(trained()[0], trained()[0])


def test_training_ends_with_the_weights_of_its_best_epoch() -> None:
    """What later epochs spoiled is undone."""
    model = small_network()
    best: list[np.ndarray] = []
    runner = Pretending([1.0], [1.0, 5.0, 2.0, 3.0])

    def keep_and_spoil(report: EpochReport) -> None:
        if report.epoch == 2:
            best.extend(model.get_weights())
        model.set_weights([weights + 1 for weights in model.get_weights()])

    held_out = [line(8, 1)]  # one validation batch: before the first epoch, then after each
    settings = TrainingSettings(window=8, epochs=3, batch_size=16)
    history = train(model, TRAINING[:1], held_out, settings, keep_and_spoil, runner=runner)
    assert (history.best_epoch, history.stopped_by) == (2, "epochs")
    assert all(np.array_equal(a, b) for a, b in zip(model.get_weights(), best, strict=True))


def test_patience_ends_a_training_that_no_longer_gets_better() -> None:
    """So many epochs in a row without a better validation loss are enough."""
    runner = Pretending([1.0], [9.0, 3.0, 2.0, 2.5, 2.0, 9.0])
    settings = TrainingSettings(window=8, epochs=50, patience=2)
    history = train(small_network(), TRAINING, [line(8, 1)], settings, runner=runner)
    assert (history.stopped_by, history.best_epoch, len(history.epochs)) == ("patience", 2, 4)


def test_the_clock_ends_a_training_inside_an_epoch() -> None:
    """When only an evaluation still fits, the epoch is cut short and evaluated."""
    settings = TrainingSettings(window=8, seconds=40.0, batch_size=1)
    runner = Pretending([1.0], [1.0])
    history = train(small_network(), TRAINING, HELD_OUT, settings, clock=Ticks(1.0), runner=runner)
    assert (history.stopped_by, len(history.epochs)) == ("seconds", 1)
    assert history.training_s == 44.0  # an evaluation takes 11 s, and was begun at the first look at 29 s or later
    assert history.epochs[-1].seconds_left == 0.0
    assert history.first_step_s == 14.0  # after the first examination, which is compiled before, and one batch


def test_a_share_of_the_budget_is_that_of_epochs_and_of_seconds_after_the_first_step() -> None:
    """What is compiled takes as long for all: 20 s of it leave 80 of 100, of which a quarter are used."""
    settings = TrainingSettings(epochs=30, seconds=100.0, budget=0.25)
    assert settings.most_epochs == 8
    assert settings.seconds_in_all(20.0) == 40.0
    assert settings.seconds_in_all(200.0) == 100.0
    assert TrainingSettings(epochs=30, budget=0.01).most_epochs == 1
    assert TrainingSettings(seconds=33.3).seconds_in_all(7.1) == 33.3


def test_a_network_stops_when_its_share_of_the_budget_is_used() -> None:
    """In epochs, and by the clock: 14 s to the first step and half of the 20 that are left."""
    runner = Pretending([1.0], [9.0, *(8.0 - epoch for epoch in range(5))])
    settings = TrainingSettings(window=8, epochs=10, budget=0.3, seconds=1e6)
    history = train(small_network(), TRAINING, [line(8, 1)], settings, runner=runner)
    assert (history.stopped_by, len(history.epochs), history.epochs[0].epochs) == ("epochs", 3, 3)
    settings = TrainingSettings(window=8, seconds=34.0, budget=0.5, batch_size=1)
    history = train(small_network(), TRAINING, HELD_OUT, settings, clock=Ticks(1.0), runner=Pretending([1.0], [1.0]))
    assert (history.stopped_by, history.first_step_s) == ("seconds", 14.0)
    assert 24.0 <= history.training_s <= 24.0 + 12.0  # an evaluation takes 11 s


def test_the_best_epoch_is_that_of_the_diet_and_its_loss_that_of_all_pieces() -> None:
    """One group gets better while the other, which is not learned from, gets worse."""

    class OfGroups(Pretending):
        """The held-out piece of token 0 costs less each time, that of token 1 more."""

        def evaluation_steps(self, batches: Sequence[Batch]) -> np.ndarray:
            time = float(super().evaluation_steps(batches)[0, 0, 0])
            return np.stack([np.where(batch.inputs["pitch"] == 0, 9 - time, 1 + 2 * time) for batch in batches])

    def of(token: int) -> dict[str, np.ndarray]:
        return {"pitch": np.full(9, token, np.int32), "duration": np.zeros(9, np.int32)}

    settings = TrainingSettings(window=8, epochs=3, batch_size=16)
    diet = Diet.of([("reels", 1.0)], ["reels", "jigs"], ["reels", "jigs"])
    runner = OfGroups([1.0], [0.0, 1.0, 2.0, 3.0])
    history = train(small_network(), [of(0), of(1)], [of(0), of(1)], settings, runner=runner, diet=diet)
    assert history.best_epoch == 3
    assert history.best_validation_loss == pytest.approx((6 + 7) / 2 / math.log(2))


def test_even_no_time_at_all_gives_one_batch_and_one_evaluation() -> None:
    """A budget of nothing still gives a network and its validation loss."""
    _, history = trained(TrainingSettings(window=8, seconds=0.0))
    assert len(history.epochs) == 1
    assert math.isfinite(history.best_validation_loss)


def test_each_epoch_is_reported_with_the_time_left() -> None:
    """Epochs are told as they end; the estimate comes down to nothing."""
    told: list[EpochReport] = []
    history = train(small_network(), TRAINING, HELD_OUT, QUICK, told.append, runner=Pretending([1.0], [1.0]))
    assert tuple(told) == history.epochs
    assert [(report.epoch, report.epochs) for report in told] == [(1, 2), (2, 2)]
    assert told[0].seconds_left > told[1].seconds_left == 0.0


@pytest.mark.parametrize(("loss", "word"), [(math.nan, "NaN"), (math.inf, "infinite")])
def test_a_loss_that_is_no_number_fails_with_its_epoch(loss: float, word: str) -> None:
    """The failure says what became of the loss, and when."""
    runner = Pretending([1.0] * 8 + [loss], [1.0])
    with pytest.raises(TrainingFailed, match=f"the loss became {word} in epoch 2"):
        train(small_network(), TRAINING, HELD_OUT, QUICK, runner=runner)


def test_a_lack_of_memory_fails_with_the_size_of_the_network() -> None:
    """The failure names weights and batch."""

    class Exhausted(Pretending):
        def train_steps(self, batches: Sequence[Batch]) -> np.ndarray:
            del batches
            raise MemoryError

    with pytest.raises(TrainingFailed, match=r"did not fit into memory: .* weights with a batch of 16"):
        train(small_network(), TRAINING, HELD_OUT, QUICK, runner=Exhausted([1.0], [1.0]))


def test_pieces_of_single_notes_are_nothing_to_learn_from() -> None:
    """The failure says which pieces are too short."""
    with pytest.raises(TrainingFailed, match="no held-out piece has two notes"):
        train(small_network(), TRAINING, [line(1, 0)], QUICK)


def test_the_held_out_loss_is_told_by_position_too() -> None:
    """Of every epoch; and by the note, where a note takes several tokens."""
    held_out = [line(120, 1), line(9, 2)]
    for tokens_per_note, starts in ((1.0, [0, 50, 100]), (2.0, [0, 50])):
        settings = replace(QUICK, tokens_per_note=tokens_per_note)
        runner = Pretending([math.log(2)], [math.log(2)])
        for report in train(small_network(), TRAINING, held_out, settings, runner=runner).epochs:
            assert report.training_loss == pytest.approx(tokens_per_note)
            assert report.validation_loss == pytest.approx(tokens_per_note)
            assert [start for start, _ in report.by_position] == starts
            assert [bits for _, bits in report.by_position] == pytest.approx([tokens_per_note] * len(starts))


@pytest.mark.parametrize("starts_told", [False, True])
def test_a_network_with_chained_heads_and_context_learns(*, starts_told: bool) -> None:
    """Also where windows go on into the next piece."""
    model = small_network(context=CONTEXT, heads="chained", dense_width=8)
    training, held_out = ([line_in_bars(notes, seed) for seed in range(6)] for notes in (90, 40))
    settings = replace(QUICK, epochs=8, starts_told=starts_told)
    assert train(model, training, held_out, settings).best_validation_loss < 0.7 * UNIGRAM_BITS


def test_a_slow_epoch_is_not_taken_for_a_hang() -> None:
    """A sign of life comes before every call, so an epoch may last as long as it needs."""
    signs: list[int] = []
    settings = TrainingSettings(window=8, epochs=1, seconds=1e6, batch_size=1)
    runner = Pretending([1.0], [1.0])

    def live() -> None:
        signs.append(len(runner.calls))

    train(small_network(), TRAINING, HELD_OUT, settings, on_call=live, clock=Ticks(1.0), runner=runner)
    assert len(signs) > len(runner.calls) > sum(len(piece["pitch"]) // 8 for piece in TRAINING) // 2


def test_calls_are_as_long_as_they_are_quick() -> None:
    """A call begins with one batch and grows fourfold at most; how batches are grouped changes no step."""
    quick, slow = Pretending([1.0], [1.0]), Pretending([1.0], [1.0])
    settings = TrainingSettings(window=8, epochs=1, batch_size=1)
    train(small_network(), TRAINING, HELD_OUT, settings, clock=Ticks(0.001), runner=quick)
    train(small_network(), TRAINING, HELD_OUT, replace(settings, seconds=1e6), clock=Ticks(9.0), runner=slow)
    assert quick.calls[:4] == [1, 4, 16, 64]
    assert set(slow.calls) == {1}
    assert sum(quick.calls) == sum(slow.calls)


def test_a_slow_machine_trains_the_same_weights() -> None:
    """With a budget in epochs a training does not depend on how many steps a call holds."""
    one, other = small_network(), small_network()
    train(one, TRAINING, HELD_OUT, QUICK)
    train(other, TRAINING, HELD_OUT, replace(QUICK, seconds=1e6), clock=Ticks(9.0))
    assert same_weights(one, other)


@pytest.mark.parametrize(("cell", "encoding"), zip([*CELLS, CELLS[0]], ENCODINGS, strict=True))
def test_every_cell_and_encoding_learns(cell: str, encoding: str) -> None:
    """With branches and without the loss falls within two epochs."""
    model = small_network(cell=cell, encoding=encoding, branches=encoding in {"onehot", "scaled"})
    reports = train(model, TRAINING[:3], HELD_OUT, replace(QUICK, epochs=3)).epochs
    assert reports[-1].training_loss < reports[0].training_loss


def test_a_deep_stack_learns_without_a_loss_that_is_no_number() -> None:
    """Clipped gradients hold three layers together at a bold learning rate."""
    model = small_network(depth=3, learning_rate=0.05)
    history = train(model, TRAINING[:3], HELD_OUT, TrainingSettings(window=8, epochs=1, batch_size=16))
    assert math.isfinite(history.best_validation_loss)


def test_four_wide_layers_learn_without_a_loss_that_is_no_number() -> None:
    """4 x 512 units at the default learning rate go through two dozen steps, and their loss falls."""
    model = small_network(depth=4, width=512, dense_width=128, dropout=0.2, learning_rate=0.005)
    settings = TrainingSettings(window=25, epochs=6, batch_size=16, seed=1)
    history = train(model, [line(400, seed) for seed in range(4)], HELD_OUT, settings)
    losses = [report.training_loss for report in history.epochs]
    assert all(math.isfinite(loss) for loss in losses)
    assert min(losses) < losses[0]
