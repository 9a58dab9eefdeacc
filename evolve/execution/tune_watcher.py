"""What is told of trials on Ray Tune, in our own words: who begins, is lost, has ended; and who hangs, and is ended."""

import contextlib
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, cast

import ray
from ray import cloudpickle, tune
from ray.exceptions import RayActorError

from evolve.errors import ExecutionError, last_line
from evolve.execution.ray_workers import kill_process
from evolve.execution.round import ATTEMPTS, Round
from evolve.execution.tune_trainable import INDIVIDUAL, SAID
from evolve.execution.worker import Alive, Ended, Ready
from evolve.records.events import Event, EventKind, Progress
from evolve.records.individual import Individual
from evolve.records.run import Json, TrialResult

_LONGEST_STEP_S = 2.0
"""Of the time between two looks at the trials; what is longer, as when the lid was closed, is nobody's silence."""


class TuneWatcher(tune.Callback):  # type: ignore[misc]  # Ray has no types
    """Tells what happens to Tune's trials in our own words, and ends those that hang.

    Attributes:
        raised: What a listener has raised; Tune tells of it as a failure of its own.
    """

    def __init__(
        self,
        round_: Round,
        individuals: Mapping[str, Individual],
        ended: Collection[str],
        stop_if_asked: Callable[[], None],
        *,
        is_our_own: bool,
    ) -> None:
        """Nobody has begun.

        Args:
            round_: Whose listener is told.
            individuals: Whose trials they are, by id.
            ended: The ids of those who have ended, as they do.
            stop_if_asked: Raises where the user wants to stop.
            is_our_own: Whether all processes are on this machine.
        """
        self._round, self._individuals, self._stop_if_asked = round_, individuals, stop_if_asked
        self._ended, self._is_our_own = ended, is_our_own
        self._looked_at = time.monotonic()
        self._unresponsive_s: dict[str, float] = {}  # of those whose trials have begun and not ended
        self._processes: dict[str, Ready] = {}
        self._why: dict[str, str] = {}
        self._failed_starts = 0
        self.raised: BaseException | None = None

    def __getstate__(self) -> dict[str, object]:
        """Nothing: Tune writes its callbacks down so that an experiment can be restored, and the store is the truth."""
        return {}

    def has_ended(self, _: str, result: Mapping[str, Any]) -> bool:
        """Whether a trial is run again that has ended: Tune does so if the process dies before it has let it go."""
        return result["config"][INDIVIDUAL] in self._ended

    def on_trial_start(self, **told: Any) -> None:  # noqa: ANN401 - Ray has no types
        """Tell that a trial begins, or begins again."""
        name, self._failed_starts = name_of(told["trial"]), 0
        if name in self._ended:
            return
        self._unresponsive_s[name] = 0.0
        with self._remembering():
            self._round.listener(Event(EventKind.STARTED, name))

    def on_trial_result(self, **told: Any) -> None:  # noqa: ANN401
        """Tell what a worker says; it is taken out of what Tune writes down and shows to other callbacks."""
        name, said = name_of(told["trial"]), told["result"].pop(SAID).content
        if name in self._ended:
            return
        self._unresponsive_s[name] = said.unresponsive_s if isinstance(said, Alive) else 0.0
        with self._remembering():
            if isinstance(said, Ready):
                self._processes[name] = said
            elif isinstance(said, Progress):
                self._round.listener(Event(EventKind.PROGRESSED, name, progress=said))
            elif isinstance(said, Ended):
                del self._unresponsive_s[name]
                self._round.finish(said.result)

    def on_trial_complete(self, **told: Any) -> None:  # noqa: ANN401
        """Record who was stopped early: a trial that is over without a result."""
        name, last = name_of(told["trial"]), told["trial"].last_result or {}
        self._unresponsive_s.pop(name, None)
        if name in self._ended:
            return
        metrics: dict[str, Json] = {key: last[key] for key in ("epoch", "loss") if key in last}
        at = f" at a loss of {last['loss']:.4g}" if "loss" in last else ""
        why = f"by Tune's scheduler after epoch {last.get('epoch', 0)}{at}"
        with self._remembering():
            self._round.finish(TrialResult(name, metrics, stopped=why))

    def on_trial_recover(self, **told: Any) -> None:  # noqa: ANN401
        """Tell that a trial was lost, which Tune begins again; or see that a process could not start."""
        if name_of(told["trial"]) in self._unresponsive_s:
            self._lost(told["trial"])
        elif name_of(told["trial"]) not in self._ended:
            self._failed_to_start(told["trial"])

    def on_trial_error(self, **told: Any) -> None:  # noqa: ANN401
        """Tell that a trial was lost. Tune may give one up early whose process died between two trials."""
        if name_of(told["trial"]) in self._unresponsive_s:
            self._lost(told["trial"])

    def on_step_end(self, **told: Any) -> None:  # noqa: ANN401
        """Look for trials that hang, and whether the user wants to stop."""
        now = time.monotonic()
        waited_s, self._looked_at = min(now - self._looked_at, _LONGEST_STEP_S), now
        running = {name_of(one): one for one in told["trials"] if one.status == "RUNNING"}
        for name, trial in ((name, trial) for name, trial in running.items() if name in self._unresponsive_s):
            self._unresponsive_s[name] += waited_s
            if self._unresponsive_s[name] > self._round.hang_limit_s:
                self._kill(name, trial)
        with self._remembering():
            self._stop_if_asked()

    def _kill(self, name: str, trial: Any) -> None:  # noqa: ANN401 - Ray has no types
        """End a process that has been silent for too long; Tune then hears of its death as of any other."""
        self._why[name] = f"gave no heartbeat for {self._round.hang_limit_s:g} s"
        self._unresponsive_s[name] = 0.0
        if trial.temporary_state.ray_actor is not None:
            ray.kill(trial.temporary_state.ray_actor)
        if self._is_our_own and name in self._processes:
            kill_process(self._processes[name])

    def _lost(self, trial: Any) -> None:  # noqa: ANN401 - Ray has no types
        name, error = name_of(trial), _error_of(trial)
        del self._unresponsive_s[name]
        why = self._why.pop(name, "died or was killed")
        if error is not None and not isinstance(error, RayActorError):
            why = f"failed: {last_line(error)}"
        self._round.begun[name] += 1  # not when it starts: a scheduler may have it pause and start again
        with self._remembering():
            self._round.try_again(self._individuals[name], why, ATTEMPTS)

    def _failed_to_start(self, trial: Any) -> None:  # noqa: ANN401 - Ray has no types
        error = _error_of(trial) or RuntimeError("it died")
        self._failed_starts += 1
        if self._failed_starts >= ATTEMPTS or getattr(error, "actor_init_failed", False):
            with self._remembering():
                raise ExecutionError(f"no worker can start: {last_line(error)}")

    @contextlib.contextmanager
    def _remembering(self) -> Iterator[None]:
        """Tune tells of what a callback raises as a failure of its own; what it was is wanted as it is."""
        try:
            yield
        except BaseException as error:
            self.raised = error
            raise RuntimeError("the search has ended") from error


def name_of(trial: Any) -> str:  # noqa: ANN401 - Ray has no types
    """The individual whose trial it is."""
    return str(trial.config[INDIVIDUAL])


def _error_of(trial: Any) -> Exception | None:  # noqa: ANN401 - Ray has no types
    """Of what a trial was lost last. Tune's own way to tell it looks where the file comes later, if at all (2.60)."""
    if trial.pickled_error_file is None:
        return None
    return cast("Exception", cloudpickle.loads(Path(trial.pickled_error_file).read_bytes()))
