"""One trial: a domain evaluates a genome, and whatever goes wrong with it is a result, not the end of the run."""

import time
from collections.abc import Callable
from pathlib import Path

from evolve.domain import Domain, Trial, halving_metric_of
from evolve.errors import EvolveError
from evolve.execution.checkpoints import checkpoint_path
from evolve.execution.run_material import RunMaterial
from evolve.presentation import number
from evolve.randomness import derive_seed
from evolve.records.events import Progress
from evolve.records.individual import Individual
from evolve.records.run import TRIAL_S, TrialResult
from evolve.user_code import told_with_place, users_place

OnProgress = Callable[[Progress], None]


def run_trial(
    individual: Individual,
    material: RunMaterial,
    report: OnProgress,
    checkpoints: Path | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> TrialResult:
    """Have the run's domain evaluate the individual.

    A genome that fails is a result, not an error: its reason is recorded and others go on.

    Args:
        individual: Whose trial it is.
        material: The run's.
        report: Called several times a second while it trains, as a heartbeat, whether there is news or not.
        checkpoints: The folder in which what is half done is kept now and then, and where the trial pauses, and looked
            for at first; None keeps none.
        clock: Seconds, for the budget.
    """
    checkpoint = None if checkpoints is None else checkpoint_path(checkpoints, individual.id)
    seed = derive_seed(material.seed, "training", individual.id)
    inherited = material.inherited.get(individual.parents[0]) if individual.parents else None
    trial = Trial(
        individual.id, seed, report, checkpoint=checkpoint, clock=clock, rung=material.rung, inherited=inherited
    )
    began = clock()
    try:
        trial.heartbeat()
        domain = material.domain.open()
        domain.evaluate(individual, material.load(), trial)
        trial.metrics.setdefault(TRIAL_S, round(clock() - began, 2))
        return _comparable(trial, domain)
    except EvolveError as error:
        return trial.failed(f"{_one_line(str(error))}{users_place(error)}")
    except (Exception, SystemExit) as error:  # any combination of genes may break a library; the run must go on
        return trial.failed(_one_line(told_with_place(error)))


def _comparable(trial: Trial, domain: Domain) -> TrialResult:
    """What a trial gives; a failure where others are compared at a rung by a metric that it has not measured."""
    metric = halving_metric_of(domain)
    if trial.rung < 1 and metric is not None and number(trial.metrics, metric) is None:
        return trial.failed(f"it came to the rung without {metric} as a number, by which trials are compared there")
    return trial.result()


def _one_line(text: str) -> str:
    sayable = text.encode("utf-8", "replace").decode()  # an undecodable file name could not be stored
    lines = [line.strip() for line in sayable.splitlines() if line.strip()]
    return lines[0][:300] if lines else "no reason given"
