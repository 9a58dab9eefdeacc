"""Our trial as a function trainable, for whoever has Ray Tune search in their own way."""

import hashlib
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evolve.begun_run import given_settings
from evolve.errors import ExecutionError
from evolve.execution.run_material import DomainSource, RunMaterial
from evolve.execution.trial import run_trial
from evolve.presentation import number
from evolve.python_words import in_python_words
from evolve.records.events import Progress
from evolve.records.individual import Individual, Origin
from evolve.records.run import TrialResult
from evolve.search.chosen_space import chosen_space
from evolve.spaces import genome_from, load_space

if TYPE_CHECKING:
    from evolve.domain import Domain
    from evolve.spaces import Space


@in_python_words()
def tune_trainable(
    domain: "str | Domain | Callable[..., object]",
    space: "str | Path | Mapping[str, Any] | Space",
    *,
    build: str | None = None,
    **settings: Any,  # noqa: ANN401 - each setting has a type of its own
) -> Callable[[dict[str, Any]], None]:
    """A function trainable for `ray.tune.Tuner`: a configuration names genes, and one trial of a run is run for it.

    After each epoch it reports ``loss`` and ``epoch``, in the end all metrics that are numbers, with a checkpoint that
    holds the files of the samples and of the individual, by their names. What trials work from, such as a corpus, is
    prepared here, once. The same configuration gives the same samples.

    Args:
        domain: A name, ``FILE.py:NAME``, a `Domain`, or a function ``evaluate(hp, trial)``.
        space: What `evolve.load_space` takes: genes that a configuration leaves out and that have one value alone are
            taken from it, others are refused.
        build: A network of one's own in the music domain, ``FILE.py:NAME``.
        settings: Any setting of a run by name: ``seconds=30``, ``songs=3``, …

    Raises:
        EvolveError: There is no such domain, space, build or setting.

    Example:
        ``tune.Tuner(evolve.tune_trainable("pictures", "pictures.yaml"), param_space={"depth": tune.randint(1, 4), …})``
    """
    from ray import tune  # noqa: PLC0415 - seconds

    given = load_space(space)
    chosen = chosen_space(given.name, given.text, given.folder, domain=domain, build=build)
    settled = chosen.settled(given_settings(settings))
    own = {} if chosen.sources.build is None else {"build": chosen.sources.build}
    found = chosen.file.space
    prepared = chosen.domain.prepare(settled.own, found, settled.core.seed, lambda *_: None, **own)
    source = DomainSource(chosen.reference, chosen.sources.domain, chosen.sources.live)
    groups = prepared.groups
    material = RunMaterial(
        source, prepared.data, prepared.facts, found if groups is None else found.with_groups(groups), settled.dump(),
        chosen.sources.build,
    )  # fmt: skip
    trainable: Callable[[dict[str, Any]], None] = tune.with_parameters(_trial, material=material)
    return trainable


def _trial(config: dict[str, Any], material: RunMaterial) -> None:
    """One trial, within Tune's session.

    Raises:
        ExecutionError: It has failed, or the configuration is no genome.
    """
    from ray import tune  # noqa: PLC0415 - seconds

    genome = genome_from(config, material.space)
    name = f"trial-{hashlib.sha256(repr(genome).encode()).hexdigest()[:12]}"
    told = 0

    def tell(progress: Progress) -> None:
        nonlocal told
        if progress.epoch > told and progress.loss is not None:
            told = progress.epoch
            tune.report({"epoch": progress.epoch, "loss": progress.loss})

    material.domain.open().warm_up(None)
    result = run_trial(Individual(name, 0, 1, genome, Origin.FOUNDER), material, tell)
    if result.failure is not None:
        raise ExecutionError(result.failure)
    with tempfile.TemporaryDirectory() as folder:
        _write(result, Path(folder))
        numbers = {key: value for key in result.metrics if (value := number(result.metrics, key)) is not None}
        tune.report({"epoch": told, **numbers}, checkpoint=tune.Checkpoint.from_directory(folder))


def _write(result: TrialResult, folder: Path) -> None:
    for file in (*result.artifacts, *(one for sample in result.samples for one in sample.files)):
        (folder / file.name).write_bytes(file.data)
