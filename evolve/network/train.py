"""Training within a budget: epochs, seconds and patience, whichever ends first; the best weights are kept."""

import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from itertools import islice

import keras
import numpy as np

from evolve.errors import EvolveError
from evolve.network.build import head_name
from evolve.network.checkpoint import CheckpointFile, TrainingSnapshot, training_fingerprint
from evolve.network.diet import Diet, drawn
from evolve.network.pace import Pace
from evolve.network.process_memory import is_out_of_memory, too_large
from evolve.network.step_runner import StepRunner, step_runner_of
from evolve.network.validation import EpochReport, Measured, StoppedBy, TrainingHistory, Validation
from evolve.network.windows import Batch, LearnFrom, Pieces, Streams, training_batches


class TrainingFailed(EvolveError):  # noqa: N818 -- a trial's outcome, spoken of by this name everywhere
    """A network could not be trained; the text says why in one line.

    Attributes:
        reason: That line.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class TrainingSettings:
    """How long and from what a network learns.

    Attributes:
        window: Steps through which the gradient goes back; the paper's 50.
        tokens_per_note: Predicted steps of the held-out pieces for each of their notes: bits are told by the note.
        starts_told: Whether a piece's first token says that one begins, so that a window may hold several.
        epochs: At most so many passes over the training pieces.
        seconds: At most so much time, held-out evaluation included; at least one batch and one evaluation are made.
        budget: Share of the epochs and of the seconds after the first step that are used, above 0, at most 1. What is
            compiled before the first step takes as long for all.
        patience: Stop when so many epochs in a row did not better the validation loss.
        learn_from: ``every`` step of a window is a target, or only the ``last``, the paper's way.
        batch_size: Windows in a training step; fewer when the corpus has fewer.
        seed: The order of the pieces derives from it.
    """

    window: int = 50
    tokens_per_note: float = 1.0
    starts_told: bool = False
    epochs: int = 30
    seconds: float = 60.0
    budget: float = 1.0
    patience: int = 5
    learn_from: LearnFrom = "every"
    batch_size: int = 16
    seed: int = 0

    @property
    def most_epochs(self) -> int:
        """How many epochs there may be, at least 1."""
        return max(1, round(self.budget * self.epochs))

    def seconds_in_all(self, first_step_s: float) -> float:
        """How long it may take, when the first training step was done after so many seconds."""
        return self.seconds - (1.0 - self.budget) * max(0.0, self.seconds - first_step_s)


def train(
    model: keras.Model,
    training: Sequence[Streams],
    held_out: Sequence[Streams],
    settings: TrainingSettings,
    on_epoch: Callable[[EpochReport], None] | None = None,
    *,
    on_call: Callable[[], None] = lambda: None,
    clock: Callable[[], float] = time.monotonic,
    runner: Callable[[keras.Model], StepRunner] = step_runner_of,
    checkpoint: CheckpointFile | None = None,
    diet: Diet | None = None,
    rung: float = 1.0,
) -> TrainingHistory:
    """Trains a compiled network and leaves it with its best weights.

    A training that was cut off, or has paused, goes on from its checkpoint, and ends as if nothing had been: to the
    last bit with a budget in epochs; one in seconds counts those that were spent before, and not what is compiled anew.

    Args:
        model: As `evolve.network.build` makes it: one input and one output per attribute, compiled with losses whose
            mean is taken over the sample weights.
        training: Pieces to learn from, attribute → int32 [n].
        held_out: Pieces that tell when to stop and which weights are best.
        settings: Budget and manner.
        on_epoch: Called after every epoch, and before the first with the one that a checkpoint has reached; what it
            raises ends the training.
        on_call: Called as a sign of life before each call of compiled code (a quarter of a second's worth of training
            steps); what it raises ends the training.
        clock: Seconds, for the budget.
        runner: Makes of the network what takes the training steps.
        checkpoint: Where the half-trained network is kept now and then; None keeps none.
        diet: How much of what is learned comes from which pieces; None: each piece once an epoch.
        rung: The share of the budget after which it pauses, at the end of an epoch, above 0; 1: it does not.

    Raises:
        TrainingFailed: The loss is no longer a number, memory ran out, or there is nothing to learn from.
    """
    to_train = _pieces(training, diet.training if diet else (), "training")
    to_validate = _pieces(held_out, diet.held_out if diet else (), "held-out")
    shares = diet.shares if diet else ()
    try:
        validation = Validation(to_validate, settings.window, settings.tokens_per_note, shares)
        course = _Course(model, runner(model), to_train, validation, settings, clock, on_call, checkpoint, rung)
        return course.run(on_epoch or (lambda _: None))
    except Exception as error:
        if not is_out_of_memory(error):
            raise
        reason = f"{too_large()}: {model.count_params():,} weights with a batch of {settings.batch_size}"
        raise TrainingFailed(reason) from error


def prime(model: keras.Model, pieces: Pieces) -> None:
    """Lets an untrained network begin with how often each token comes, which halves the epochs it needs.

    The bias of each head becomes the log share of its tokens. Heads whose bias is no longer zero, or that are not
    named as `evolve.network.build` names them, are left alone.
    """
    heads = {head_name(name): name for name in pieces.streams}
    for layer in model.layers:
        bias = getattr(layer, "bias", None)
        if layer.name in heads and bias is not None and not np.any(np.asarray(bias)):
            counts = np.bincount(pieces.streams[heads[layer.name]], minlength=bias.shape[0]) + 1.0
            bias.assign(np.log(counts / counts.sum()))


def _pieces(streams: Sequence[Streams], groups: Sequence[int], which: str) -> Pieces:
    pieces = Pieces.laid_end_to_end(streams, groups)
    if not len(pieces.first):
        msg = f"no {which} piece has two notes or more"
        raise TrainingFailed(msg)
    return pieces


@dataclass(slots=True)
class _Course:
    """One training while it runs: the clock, and the best that was seen."""

    model: keras.Model
    runner: StepRunner
    training: Pieces
    validation: Validation
    settings: TrainingSettings
    clock: Callable[[], float]
    on_call: Callable[[], None]
    checkpoint: CheckpointFile | None
    rung: float
    training_pace: Pace = field(default_factory=Pace)
    validation_pace: Pace = field(default_factory=Pace)
    fingerprint: str = ""
    started: float = 0.0
    earlier_s: float = 0.0
    first_step_s: float = 0.0
    went_on_at: float | None = None
    validation_s: float = 0.0
    best_loss: float = math.inf
    best_epoch: int = 0
    best_weights: list[np.ndarray] = field(default_factory=list)
    reports: list[EpochReport] = field(default_factory=list)

    def run(self, on_epoch: Callable[[EpochReport], None]) -> TrainingHistory:
        self.started = self.clock()
        prime(self.model, self.training)
        self._go_on(on_epoch)
        stopped_by = self._pause()
        if stopped_by is None:
            self._validate(len(self.reports))  # compiles it, and tells how long it takes before the next is due
        while stopped_by is None:
            epoch = len(self.reports) + 1
            training_loss = self._train_epoch(epoch)
            measured = self._validate(epoch)
            self._remember(epoch, measured.diet_loss)
            stopped_by = self._reason_to_stop(epoch)
            left = 0.0 if stopped_by else self._seconds_left(epoch)
            self.reports.append(
                EpochReport(epoch, self.settings.most_epochs, training_loss, measured.bits, left, measured.by_position)
            )
            on_epoch(self.reports[-1])
            if stopped_by is None:
                stopped_by = self._pause()
                if self.checkpoint:
                    pauses = stopped_by is not None
                    self.checkpoint.keep(self.model, self.fingerprint, self._snapshot, at_once=pauses)
        self.model.set_weights(self.best_weights)
        return TrainingHistory(
            epochs=tuple(self.reports),
            best_epoch=self.best_epoch,
            best_validation_loss=self.reports[self.best_epoch - 1].validation_loss,
            training_s=self.clock() - self.started,
            first_step_s=self.first_step_s,
            stopped_by=stopped_by,
            earlier_s=self.earlier_s,
        )

    def _go_on(self, on_epoch: Callable[[EpochReport], None]) -> None:
        """Take the place of a process that was cut off, where it has left a checkpoint."""
        if self.checkpoint is None:
            return
        settings = {**asdict(self.settings), "shares": self.validation.shares}
        self.fingerprint = training_fingerprint(self.model, (self.training, self.validation.pieces), settings)
        found = self.checkpoint.go_on(self.model, self.fingerprint)
        if found is None:
            return
        self.reports, self.best_weights = list(found.epochs), list(found.best_weights)
        self.best_epoch, self.best_loss = found.best_epoch, found.best_loss
        self.first_step_s, self.earlier_s = found.first_step_s, found.training_s
        self.started -= found.training_s
        self.went_on_at = self.clock()
        on_epoch(self.reports[-1])

    def _pause(self) -> StoppedBy | None:
        """That the training has come to the rung, where there is one."""
        if self.rung >= 1 or not self.reports:
            return None
        is_over = self.clock() - self.started >= self._until.seconds_in_all(self.first_step_s)
        return "rung" if is_over or len(self.reports) >= self._until.most_epochs else None

    @property
    def _until(self) -> TrainingSettings:
        """The budget as far as the rung."""
        return replace(self.settings, budget=self.rung * self.settings.budget)

    def _snapshot(self) -> TrainingSnapshot:
        elapsed = self.clock() - self.started
        return TrainingSnapshot(
            tuple(self.reports), self.best_epoch, self.best_loss, self.best_weights, elapsed, self.first_step_s
        )

    def _train_epoch(self, epoch: int) -> float:
        """One pass over the training pieces, or as much as the clock allows; its mean loss in bits a note."""
        bits = _Mean()
        for call in self._calls(self._batches(epoch), self.training_pace):
            bits.add(call, self.runner.train_steps(call), epoch)
            self._have_compiled()
            if self._is_time_up():
                break
        return bits.value * self.settings.tokens_per_note

    def _have_compiled(self) -> None:
        """A step is done; what was compiled before it, by whoever went on from a checkpoint, costs no budget."""
        if not self.first_step_s:
            self.first_step_s = self.clock() - self.started
        elif self.went_on_at is not None:
            self.started, self.went_on_at = self.started + self.clock() - self.went_on_at, None

    def _calls(self, batches: Iterator[Batch], pace: Pace) -> Iterator[list[Batch]]:
        """The batches in groups, each as large as what one call can do in good time."""
        while call := list(islice(batches, pace.batches)):
            self.on_call()
            began = self.clock()
            yield call
            pace.suit(len(call), self.clock() - began)

    def _batches(self, epoch: int) -> Iterator[Batch]:
        chosen, shares = self.settings, self.validation.shares
        return training_batches(
            self.training,
            chosen.window,
            chosen.learn_from,
            chosen.batch_size,
            seed=chosen.seed,
            epoch=epoch,
            crosses=chosen.starts_told,
            draw=(lambda rng: drawn(self.training, shares, rng)) if shares else None,
        )

    def _validate(self, epoch: int) -> Measured:
        """The validation loss."""
        began = self.clock()
        nats = [
            self.runner.evaluation_steps(call) for call in self._calls(self.validation.batches(), self.validation_pace)
        ]
        self.validation_s = self.clock() - began
        measured = self.validation.measured(nats)
        _check_finite(measured.bits, epoch)
        return measured

    def _remember(self, epoch: int, diet_loss: float) -> None:
        if diet_loss < self.best_loss:
            self.best_loss, self.best_epoch = diet_loss, epoch
            self.best_weights = self.model.get_weights()

    def _is_time_up(self) -> bool:
        """Whether what is left is needed to evaluate once more."""
        return self.clock() - self.started + self.validation_s >= self._seconds_in_all

    def _reason_to_stop(self, epoch: int) -> StoppedBy | None:
        if epoch >= self.settings.most_epochs:
            return "epochs"
        if epoch - self.best_epoch >= self.settings.patience:
            return "patience"
        return "seconds" if self._is_time_up() else None

    def _seconds_left(self, epoch: int) -> float:
        elapsed = self.clock() - self.started
        epochs = self._until.most_epochs - epoch
        return max(0.0, min(self._until.seconds_in_all(self.first_step_s) - elapsed, elapsed / epoch * epochs))

    @property
    def _seconds_in_all(self) -> float:
        return self.settings.seconds_in_all(self.first_step_s)


@dataclass(slots=True)
class _Mean:
    """A mean over targets, in bits a note, a call at a time."""

    total: float = 0.0
    weight: float = 0.0

    def add(self, call: Sequence[Batch], nats: np.ndarray, epoch: int) -> None:
        """Counts the loss of each batch of a call."""
        for batch, loss in zip(call, nats.tolist(), strict=True):
            _check_finite(loss, epoch)
            weight = float(batch.weights.sum())
            self.total += loss / math.log(2) * weight
            self.weight += weight

    @property
    def value(self) -> float:
        return self.total / self.weight


def _check_finite(loss: float, epoch: int) -> None:
    """See that a loss is a number; `TrainingFailed` when it is none."""
    if not math.isfinite(loss):
        what = "NaN" if math.isnan(loss) else "infinite"
        msg = f"the loss became {what} in epoch {epoch}; a smaller learning rate or another optimizer may learn"
        raise TrainingFailed(msg)
