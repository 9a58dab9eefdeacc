"""What a domain is: everything of what is bred that the core does not know.

The core breeds genomes, runs trials, has samples judged and keeps them. A domain says what a genome means, what is made
of it, and how that is told. It is found by its name among the entry points ``evolve.domains``, as ``module:name``, or
in a file of the user's own (`evolve.domain_registry`).
"""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

from pydantic import BaseModel

from evolve.errors import ExecutionError
from evolve.media import suffix_of_data
from evolve.presentation import Facts, Presentation
from evolve.records.events import Progress
from evolve.records.gene_rule import GeneRule
from evolve.records.genome import Genome
from evolve.records.individual import Individual
from evolve.records.run import INHERITED, Artifact, Json, Sample, TrialResult

if TYPE_CHECKING:
    from evolve.genetics.space import SearchSpace


@dataclass(frozen=True, slots=True)
class Preparation:
    """What a run works from, made once and kept in its store.

    Attributes:
        data: What every trial works from, such as an encoded corpus.
        facts: What is told of it, by name: ``corpus``, ``opening``, …
        files: Files that belong to a fact, by the fact's name, such as the opening as sound and picture.
        notices: What the user should be told.
        groups: What genes of shares divide a whole among, the largest first; None: the groups that the space names.
    """

    data: bytes = b""
    facts: Mapping[str, Json] = field(default_factory=dict)
    files: Mapping[str, tuple[Artifact, ...]] = field(default_factory=dict)
    notices: tuple[str, ...] = ()
    groups: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Cost:
    """What a trial takes, as far as that can be told before it runs.

    Attributes:
        effort: By which the longest trials are begun first; any number that grows with the time it takes.
        gpu_mb: Of a GPU's memory; None: not known.
        fits_on_cpu: Whether a machine without a GPU is no disadvantage.
    """

    effort: float = 0.0
    gpu_mb: float | None = None
    fits_on_cpu: bool = True


class Trial:
    """One evaluation of one genome, as it is told by whoever evaluates.

    Attributes:
        individual_id: Whose trial it is, such as ``g0-3``.
        seed: What all chance of this trial should derive from; the same whenever the trial is run again.
        checkpoint: A file for what is half done, so that a trial that is lost or paused goes on; None where none is
            kept.
        clock: Seconds, for budgets of time.
        rung: The share of its budget after which it pauses, once it has told its loss; 1: it does not.
        inherited: The file of its first parent with which it may begin, of the domain's `Inherits.inherited_kind`; None
            where there is none, or the run does not hand it on.
        samples: What was made so far.
        metrics: What was measured so far.
        artifacts: Files of the individual as a whole, such as a trained network.
        notices: What the user should be told.
    """

    def __init__(
        self,
        individual_id: str,
        seed: int,
        on_progress: Callable[[Progress], None] = lambda _: None,
        *,
        checkpoint: Path | None = None,
        clock: Callable[[], float] = time.monotonic,
        rung: float = 1.0,
        inherited: bytes | None = None,
    ) -> None:
        """A trial that has made nothing yet, and tells `on_progress` how far it is."""
        self.individual_id, self.seed, self.checkpoint, self.clock = individual_id, seed, checkpoint, clock
        self.rung, self.inherited = rung, inherited
        self.samples: list[Sample] = []
        self.metrics: dict[str, Json] = {}
        self.artifacts: list[Artifact] = []
        self.notices: list[str] = []
        self._on_progress = on_progress
        self._last = Progress("starting")
        self._stop_at: float | None = None
        self._is_paused = False

    @property
    def should_stop(self) -> bool:
        """Whether the trial's time is over: what it has made by then is what is judged."""
        return self._stop_at is not None and self.clock() >= self._stop_at

    def stop_after(self, seconds: float) -> None:
        """Let the trial have so many seconds from now."""
        self._stop_at = self.clock() + seconds

    def report(
        self,
        *,
        epoch: int = 0,
        of: int = 0,
        loss: float | None = None,
        phase: str = "training",
        seconds_left: float | None = None,
    ) -> None:
        """Say how far the trial is.

        Args:
            epoch: Epochs, or other steps, that are done.
            of: How many there are at most; 0 where that is not known.
            loss: The validation loss so far.
            phase: What is being done, in a word.
            seconds_left: Until it ends at the latest.
        """
        self._last = Progress(phase, epoch, of, None if loss is None else float(loss), seconds_left)
        self.heartbeat()

    @property
    def loss(self) -> float | None:
        """The last validation loss that was reported."""
        return self._last.loss

    def heartbeat(self) -> None:
        """Say that the trial goes on, without news: one that is unresponsive for too long is given up."""
        self._on_progress(self._last)

    def sample(self, files: Mapping[str, bytes | str | Path], facts: Facts | None = None) -> None:
        """Give one sample, such as ``trial.sample({"image": png_bytes}, facts={"colours": 12})``.

        Args:
            files: Content by kind: bytes, text, or the path of a file. What it is, is told from a suffix of the kind
                (``"tune.mid"``), of the path, or from its first bytes; anything that a browser shows is good: PNG, SVG,
                OGG, WAV, MP4, text, HTML. The first one is what is judged.
            facts: What can be said of it: numbers, texts or booleans by name.

        Raises:
            ExecutionError: A file is nothing that a browser shows.
        """
        index = len(self.samples) + 1
        written = tuple(_artifact(kind, content, index) for kind, content in files.items())
        if not written:
            raise ExecutionError('a sample needs at least one file, such as trial.sample({"image": png_bytes})')
        self.samples.append(Sample(index, written, _checked("fact", facts or {})))

    def add(self, sample: Sample) -> None:
        """Give one sample whose files have names already."""
        self.samples.append(sample)

    def measure(self, **metrics: Json) -> None:
        """Give metrics by name: numbers, or other JSON."""
        self.metrics |= _checked("metric", metrics)

    def began_with(self, what: str) -> None:
        """Tell with what of its parent the trial began, such as ``weights of g0-3``: the lineage says it."""
        self.metrics[INHERITED] = what

    def notice(self, text: str) -> None:
        """Tell the user something; what several trials of a run say is told once."""
        self.notices.append(text)

    def pause(self) -> None:
        """Say that the trial has come to its rung: it goes on later, from its checkpoint, or does not.

        Its metrics are those so far, and it needs no samples.
        """
        self._is_paused = True

    def result(self) -> TrialResult:
        """All that was given."""
        return TrialResult(
            self.individual_id, dict(self.metrics), tuple(self.samples), tuple(self.artifacts),
            notices=tuple(self.notices), is_paused=self._is_paused,
        )  # fmt: skip

    def failed(self, reason: str) -> TrialResult:
        """That it could not be evaluated."""
        return TrialResult(self.individual_id, failure=reason, notices=tuple(self.notices))


def _checked(what: str, values: Facts) -> dict[str, Json]:
    """The values as JSON has them: a NumPy number is a number.

    Raises:
        ExecutionError: One of them is none that JSON has.
    """
    checked = {name: value.item() if hasattr(value, "item") else value for name, value in values.items()}
    for name, value in checked.items():
        try:
            json.dumps(value, allow_nan=False)
        except (TypeError, ValueError) as error:
            told = "is not finite" if isinstance(value, float) else f"is of the type {type(value).__name__}"
            raise ExecutionError(f'the {what} "{name}" {told}; give a number, a text or a boolean') from error
    return checked


def _artifact(kind: str, content: bytes | str | Path, index: int) -> Artifact:
    """One file of a sample, by the name that it gets in the store."""
    data = content.read_bytes() if isinstance(content, Path) else content
    data = data.encode() if isinstance(data, str) else data
    suffix = Path(kind).suffix or (content.suffix if isinstance(content, Path) else "")
    name = Path(kind).stem
    return Artifact(name, f"{name}-{index}{suffix or suffix_of_data(data, kind)}", data)


class Domain(Protocol):
    """What can be bred. Attributes are light: they import no heavy library."""

    @property
    def name(self) -> str:
        """Such as ``music``."""

    @property
    def presentation(self) -> Presentation:
        """How its samples are told of."""

    @property
    def settings(self) -> type[BaseModel]:
        """The domain's own settings, beside the core's: names, types, limits, defaults and a line of help each."""

    @property
    def genes(self) -> Mapping[str, GeneRule] | None:
        """The genes that a space may have; None: any."""

    def warm_up(self, gpus: float | None, card_mb: float | None = None) -> None:
        """Import what trials need, in a process that will run them, so that the first one need not wait.

        Args:
            gpus: GPUs that the process may use, or its share of one; 0: none; None: whatever there is.
            card_mb: Memory of the GPU that it shares; None: it has its own, or the memory is not known.
        """

    def prepare(
        self, settings: Any, space: "SearchSpace", seed: int, on_progress: Callable[[int, int], None]
    ) -> Preparation:
        """What the trials of a run work from, once; `EvolveError` says what the user can mend.

        Args:
            settings: The domain's own, an instance of its model.
            space: As its file has it.
            seed: The run's.
            on_progress: Is told how many files of how many have been read.
        """

    def load(self, data: bytes, facts: Facts, space: "SearchSpace", settings: Any, seed: int) -> Any:
        """The material of a run, on a worker or wherever: from what `prepare` made."""

    def cost(self, genome: Genome, material: Any, cpus: float) -> Cost:
        """What a trial of this genome takes, with so many cores."""

    def evaluate(self, individual: Individual, material: Any, trial: Trial) -> None:
        """Make the individual's samples, and give them, metrics and artifacts to the trial.

        It tells the trial how far it is. Whatever it raises ends this trial as a failure, with its reason.
        """

    def more(self, files: Callable[[str], bytes], given: int, index: int) -> Sample | None:
        """One more sample of an individual, beside those of its trial; None where there are no more.

        Args:
            files: Reads one of the individual's artifacts by its kind; `LookupError` when there is none.
            given: How many more were given before.
            index: The number that the sample gets.
        """


MEMBERS: Final = (
    "name", "presentation", "settings", "genes", "warm_up", "prepare", "load", "cost", "evaluate", "more"
)  # fmt: skip
"""What every domain has."""


class TakesBuild(Domain, Protocol):
    """A domain whose networks may be the user's own: its `prepare` and `load` take ``build=`` as well."""

    @property
    def genes_beside_build(self) -> Mapping[str, GeneRule]:
        """The genes that hold beside those of the user's network: what is learned from, how hard, how it plays."""


class Halves(Domain, Protocol):
    """A domain whose trials pause at the `rung` of their budget, by `Trial.pause`, and go on from their checkpoint."""

    @property
    def halving_metric(self) -> str:
        """The metric by which trials are compared there; the lowest are the best."""


class Inherits(Domain, Protocol):
    """A domain whose trials may begin with what the first parent's has left, `Trial.inherited`, and tell so."""

    @property
    def inherited_kind(self) -> str:
        """The kind of the parent's artifact with which they do."""


def inherited_kind_of(domain: Domain) -> str | None:
    """The kind of artifact with which a child's trial may begin; None where the domain's trials begin from nothing."""
    return getattr(domain, "inherited_kind", None)


def halving_metric_of(domain: Domain) -> str | None:
    """The metric by which trials are compared that have paused; None where the domain's trials do not pause."""
    return getattr(domain, "halving_metric", None)


def takes_build(domain: Domain) -> bool:
    """Whether the domain's networks may be the user's own."""
    return hasattr(domain, "genes_beside_build")
