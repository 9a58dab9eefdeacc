"""A function trainable of Ray Tune as a domain: ``trainable(config)``, which reports through ``ray.tune.report``.

Its numbers are the metrics, the files of its last checkpoint the samples: pictures, sounds, films and texts, as far as
a browser shows them, one each; all others are files of the individual.
"""

import contextlib
import inspect
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from evolve.domain import Trial
from evolve.function_domain import FunctionDomain
from evolve.media import media_type
from evolve.records.genome import Genome
from evolve.records.run import Artifact

if TYPE_CHECKING:
    from ray.tune import Checkpoint

    from evolve.genetics.space import SearchSpace

_SHOWN: Final = ("image", "audio", "video", "text")
"""Media types, by their first half, that are samples."""

_LOSSES: Final = ("loss", "val_loss", "validation_loss")
"""Metrics by which a trial's progress is told: the first of these that is reported."""


def is_function_trainable(found: object) -> bool:
    """Whether it is a function of one argument, a configuration; ours have two."""
    if not inspect.isfunction(found):
        return False
    parameters = inspect.signature(found).parameters.values()
    return sum(one.default is one.empty and one.kind is one.POSITIONAL_OR_KEYWORD for one in parameters) == 1


class TuneFunctionDomain(FunctionDomain):
    """A `Domain` made of a function trainable of Ray Tune."""

    way_to_give = (
        "its last checkpoint must hold a picture, a sound, a film or a text, by a name with a suffix, as drawing.png"
    )

    def _run(self, genome: Genome, space: "SearchSpace", trial: Trial) -> None:  # noqa: ARG002 - its genes are all there
        reports = _Reports(trial)
        with _reported_to(reports), contextlib.suppress(_TimeIsOver):
            self.function(genome.as_dict())
        trial.measure(**reports.metrics)
        for name, data in reports.files.items():
            shown = media_type(name).partition("/")[0]
            if shown in _SHOWN:
                trial.sample({f"{shown}{Path(name).suffix}": data})
            else:
                trial.artifacts.append(Artifact(name, name, data))


class _TimeIsOver(BaseException):
    """Ends a function that reports when its time is over: what it has reported by then is what is judged."""


class _Reports:
    """What Ray Tune calls the session of a trial: it hears the reports of the function that runs."""

    world_rank = None
    loaded_checkpoint = None

    def __init__(self, trial: Trial) -> None:
        self._trial = trial
        self._count = 0
        self.metrics: dict[str, float] = {}
        self.files: dict[str, bytes] = {}

    def report(self, metrics: Mapping[str, Any], checkpoint: "Checkpoint | None" = None) -> None:
        """Take in what is reported: numbers, and the files of a checkpoint in place of those of the one before."""
        self._count += 1
        numbers = {name: getattr(value, "item", lambda value=value: value)() for name, value in metrics.items()}
        self.metrics |= {name: value for name, value in numbers.items() if isinstance(value, int | float)}
        loss = next((self.metrics[name] for name in _LOSSES if name in self.metrics), None)
        self._trial.report(epoch=self._count, loss=loss)
        if checkpoint is not None:
            with checkpoint.as_directory() as folder:
                paths = sorted(path for path in Path(folder).rglob("*") if path.is_file())
                self.files = {path.name: path.read_bytes() for path in paths}
        if self._trial.should_stop:
            raise _TimeIsOver


@contextlib.contextmanager
def _reported_to(reports: _Reports) -> Iterator[None]:
    """`ray.tune.report` reports there, as it would to Tune within its own trial.

    Ray has no public way to say so: its session is a variable of a module. A worker has one trial at a time.
    """
    from ray.train._internal import session  # noqa: PLC0415 - Ray

    before = session._session
    session._session = reports
    try:
        yield
    finally:
        session._session = before
