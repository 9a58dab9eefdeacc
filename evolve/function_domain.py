"""The shortest domain: a function ``evaluate(hp, trial)`` of the user's own, and any genes.

``hp`` reads like a `keras_tuner.HyperParameters`, without the import of TensorFlow that keras-tuner brings along.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from evolve.domain import Cost, Preparation, Trial
from evolve.errors import ExecutionError, nearest_spelling
from evolve.genetics.hyperparameters import HyperParameters
from evolve.presentation import Facts, Metric, Presentation
from evolve.records.genome import Genome
from evolve.records.individual import Individual
from evolve.records.run import Sample
from evolve.settings import SettingsModel

if TYPE_CHECKING:
    from evolve.genetics.space import SearchSpace


class FunctionSettings(SettingsModel):
    """The settings of a domain that is a function."""

    renewable = frozenset({"seconds"})

    seconds: Annotated[float, Field(gt=0, le=10_000_000)] = 600.0
    """After so many seconds `trial.should_stop` says that a trial shall end."""


class FunctionDomain:
    """A `Domain` made of a function ``evaluate(hp, trial)``."""

    settings = FunctionSettings
    genes = None
    presentation = Presentation(metrics=(Metric("loss", "loss", lower_is_better=True),))
    way_to_give = "it must call trial.sample(…) at least once"

    def __init__(self, function: Callable[..., object], reference: str = "") -> None:
        """Evaluate with this function, which is called by its reference."""
        self.function = function
        self.name = reference or getattr(function, "__name__", "evaluate")

    def warm_up(self, gpus: float | None, card_mb: float | None = None) -> None:
        """There is nothing to be imported before the function is."""

    def prepare(self, settings: Any, space: "SearchSpace", seed: int, on_progress: object) -> Preparation:
        return Preparation()

    def load(self, data: bytes, facts: Facts, space: "SearchSpace", settings: Any, seed: int) -> Any:
        return space, settings

    def cost(self, genome: Genome, material: Any, cpus: float) -> Cost:
        return Cost()

    def evaluate(self, individual: Individual, material: Any, trial: Trial) -> None:
        space, settings = material
        trial.stop_after(settings.seconds)
        self._run(individual.genome, space, trial)
        if trial.loss is not None and "loss" not in trial.metrics:
            trial.measure(loss=trial.loss)
        if not trial.samples:
            raise ExecutionError(f"{self.name} gave no sample; {self.way_to_give}{self._place}")

    def _run(self, genome: Genome, space: "SearchSpace", trial: Trial) -> None:
        """Call the function."""
        hp = HyperParameters(genome)
        try:
            self.function(hp, trial)
        finally:
            self._tell_strange_names(hp, space, trial)

    def _tell_strange_names(self, hp: HyperParameters, space: "SearchSpace", trial: Trial) -> None:
        """Say what the function has asked for and no gene of the space gives: a gene may be misspelt."""
        genes = [gene.name for gene in space.genes]
        for name in hp.asked_for:
            if name not in genes:
                trial.notice(
                    f'{self.name} asks for "{name}", of which the space says nothing: it stays at its default; the '
                    f"space has {', '.join(genes)}{nearest_spelling(name, genes)}"
                )

    @property
    def _place(self) -> str:
        """Where the function begins, where it is one that Python code defines."""
        code = getattr(self.function, "__code__", None)
        return f" ({Path(code.co_filename).name}, line {code.co_firstlineno})" if code else ""

    def more(self, files: object, given: int, index: int) -> Sample | None:
        return None
