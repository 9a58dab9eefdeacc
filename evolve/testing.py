"""A test kit for authors of domains: `check_domain` holds a domain to what evolve expects of one.

In a test of the domain's author: ``check_domain(my_domain, "mine.yaml", {"seconds": 2})``.
"""

import json
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from evolve.domain import MEMBERS, Cost, Domain, Trial, halving_metric_of
from evolve.domain_registry import as_domain
from evolve.errors import shortened
from evolve.genetics.space import SearchSpace
from evolve.inputs.mistakes import first_mistake
from evolve.media import media_type
from evolve.presentation import Presentation, Rendering, columns_of, judged_file, numbers
from evolve.randomness import derive_rng, derive_seed
from evolve.records.events import Progress
from evolve.records.individual import Individual, Origin
from evolve.records.run import Sample, TrialResult
from evolve.settings import CoreSettings, Given, settings_from, settle
from evolve.spaces import Space, load_space

_SEED = 7

_NUMBERED = (".ogg", ".opus")
"""Files that carry a random number of their own: the serial number of an Ogg stream (RFC 3533)."""


def check_domain(
    domain: object,
    space: SearchSpace | Space | str | Path | Mapping[str, Any],
    settings: Mapping[str, Any] | None = None,
    *,
    genomes: int = 2,
    is_repeatable: bool = True,
) -> None:
    """Run a domain through everything that a run asks of it.

    Args:
        domain: A `Domain`, its class, or a function ``evaluate(hp, trial)``.
        space: What is bred, as `evolve.load_space` takes it; a few genomes are drawn from it and evaluated.
        settings: The domain's own that make a trial short.
        genomes: How many are evaluated, twice each, and once more as far as a rung where trials pause.
        is_repeatable: Whether the same genome and seed give the same files and facts again.

    Raises:
        AssertionError: The domain does what no domain should; the message says what.
        EvolveError: The settings or the space that were given are none of this domain.
    """
    checked = as_domain(domain, "the domain")
    _check_members(checked)
    space = space if isinstance(space, SearchSpace) else load_space(space).file.space
    own = _checked_settings(checked, settings or {})
    _check_genes(checked, space)
    told: list[tuple[int, int]] = []
    preparation = checked.prepare(own, space, _SEED, lambda done, total: told.append((done, total)))
    _check(all(0 <= done <= total for done, total in told), f"prepare told of {told}: done must not pass total")
    facts = _through_json(preparation.facts, "the facts of prepare")
    known = space if preparation.groups is None else space.with_groups(preparation.groups)
    material = checked.load(preparation.data, facts, known, own, _SEED)
    for number in range(1, genomes + 1):
        genome = known.sample(derive_rng(_SEED, "check", number))
        individual = Individual(f"g0-{number}", 0, number, genome, Origin.FOUNDER)
        cost = checked.cost(genome, material, 1.0)
        _check(isinstance(cost, Cost) and cost.effort >= 0, f"cost gave {cost!r}; it must be a Cost with effort >= 0")
        result = _evaluated(checked, individual, material)
        _check_samples(checked, result)
        _check_presentation(checked, result)
        _check_rung(checked, individual, material)
        if is_repeatable:
            _check_repeated(result, _evaluated(checked, individual, material))


def _check_members(domain: Domain) -> None:
    missing = [name for name in MEMBERS if not hasattr(domain, name)]
    _check(not missing, f"the domain has no {', '.join(missing)}; it needs {', '.join(MEMBERS)}")
    model = domain.settings
    is_model = isinstance(model, type) and issubclass(model, BaseModel)
    _check(is_model, f"settings must be a pydantic model, not {shortened(repr(model))}")
    required = [name for name, field in model.model_fields.items() if field.is_required()]
    _check(not required, f"each setting needs a default; {', '.join(required)} has none")
    is_presented = isinstance(domain.presentation, Presentation)
    _check(is_presented, f"presentation must be a Presentation, not {shortened(repr(domain.presentation))}")


def _checked_settings(domain: Domain, given: Mapping[str, Any]) -> Any:  # noqa: ANN401 - the domain's own model
    _check(isinstance(domain.name, str) and bool(domain.name), "a domain needs a name")
    twice = set(domain.settings.model_fields) & set(CoreSettings.model_fields)
    _check(not twice, f"the core has settings called {', '.join(sorted(twice))} already; call the domain's otherwise")
    asked = [Given(name, value, f"{name}={shortened(repr(value))}") for name, value in given.items()]
    settings = settle(asked, domain.settings, domain.presentation.screening)
    written = _through_json(settings.dump(), "the settings")
    try:
        again = settings_from(written, domain.settings)
    except ValidationError as error:
        mistake = first_mistake(error, domain.settings, written)
        raise AssertionError(f"settings must come back from JSON: {mistake.place[0]} {mistake.problem}") from error
    _check(again == settings, "settings must be the same when they come back from JSON")
    return settings.own


def _check_genes(domain: Domain, space: SearchSpace) -> None:
    if domain.genes is None:
        return
    unknown = [gene.name for gene in space.genes if gene.name not in domain.genes]
    _check(not unknown, f"the domain knows no gene {', '.join(unknown)}")
    for name, rule in domain.genes.items():
        default = getattr(rule, "default", None)
        _check(default is None or rule.allows(default), f"the default of gene {name} is not among its own values")


def _evaluated(domain: Domain, individual: Individual, material: object, rung: float = 1.0) -> TrialResult:
    progress: list[Progress] = []
    trial = Trial(individual.id, derive_seed(_SEED, "training", individual.id), progress.append, rung=rung)
    domain.evaluate(individual, material, trial)
    _check(all(one.epoch <= one.epochs or not one.epochs for one in progress), "a trial went beyond its last epoch")
    return trial.result()


def _check_samples(domain: Domain, result: TrialResult) -> None:
    _check(bool(result.samples), "evaluate gave no sample; it must call trial.sample(…) at least once")
    indices = [sample.index for sample in result.samples]
    _check(indices == list(range(1, len(indices) + 1)), f"samples are numbered from 1 in order, not {indices}")
    _through_json(result.metrics, "the metrics")
    names = [file.name for file in _files(result)]
    _check(len(names) == len(set(names)), f"two files of a trial have the same name: {sorted(names)}")
    for sample in result.samples:
        _check(bool(sample.files), f"sample {sample.index} has no file")
        _through_json(sample.facts, f"the facts of sample {sample.index}")
        for file in sample.files:
            _check(bool(file.data), f"{file.name} is empty")
            known = domain.presentation.media.get(file.kind, media_type(file.name))
            _check(known != "application/octet-stream", f"nobody can tell what {file.name} is; give it a suffix")


def _check_presentation(domain: Domain, result: TrialResult) -> None:
    presentation, facts = domain.presentation, [sample.facts for sample in result.samples]
    for column in columns_of(presentation, facts):
        for samples in (facts, facts[:1], []):
            text = column.text(samples)
            _check(
                isinstance(text, str) and "\n" not in text, f"column {column.heading} gave {text!r}, no line of text"
            )
    for rule in presentation.screening.values():
        score = rule.score(result.metrics, facts)
        _check(score is None or isinstance(score, int | float), f"a rule of screening gave {score!r}, no number")
    for features in presentation.features(facts, result.metrics):
        _check(all(isinstance(one, int | float) for one in features.values()), "features must be numbers")
    for sample in result.samples:
        line = presentation.describe(sample.facts)
        _check(isinstance(line, str) and "\n" not in line, f"describe gave {line!r}, no line of text")
    with tempfile.TemporaryDirectory() as folder:
        files = dict(_written(result.samples[0], Path(folder)))
        _check(judged_file(presentation, files) is not None, "a sample has no file to judge")
        preview = presentation.preview(files, result.samples[0].facts, 80, 20)
        _check(preview is None or isinstance(preview, str), "preview must give text, or None")
        for name, rendering in presentation.renderings.items():
            _check_rendering(name, rendering, files)


def _check_rung(domain: Domain, individual: Individual, material: object) -> None:
    """A trial tells its loss at a rung, whether it pauses there or has ended by then."""
    metric = halving_metric_of(domain)
    if metric is None:
        return
    result = _evaluated(domain, individual, material, rung=0.5)
    is_measured = bool(numbers([result.metrics], metric))
    _check(is_measured, f"halving_metric is {metric}, which no trial has measured as a number by the rung")
    is_over = result.is_paused or bool(result.samples)
    _check(is_over, "a trial with rung=0.5 neither paused nor gave a sample; it must call trial.pause(), or end")


def _check_rendering(name: str, rendering: Rendering, files: Mapping[str, Path]) -> None:
    _check(name.isidentifier(), f"the rendering {name!r} has no plain word as its name: it stands in addresses")
    _check(bool(rendering.label) and "\n" not in rendering.label, f"the rendering {name} needs a label of one line")
    known = rendering.media_type.count("/") == 1 and all(rendering.media_type.split("/"))
    _check(known, f"the media type of the rendering {name} is {rendering.media_type!r}; it must be such as image/png")
    made = rendering.make(files)
    _check(isinstance(made, bytes) and bool(made), f"the rendering {name} gave {str(made)[:40]!r}; it must give bytes")


def _check_repeated(first: TrialResult, second: TrialResult) -> None:
    for before, after in zip(first.samples, second.samples, strict=True):
        facts = {name for name in before.facts if before.facts[name] != after.facts.get(name)}
        pairs = [pair for pair in zip(before.files, after.files, strict=True) if not pair[0].name.endswith(_NUMBERED)]
        files = {one.name for one, other in pairs if one.data != other.data}
        others = ", ".join(sorted(facts | files))
        _check(not others, f"the same genome and seed give another {others} of sample {before.index} the second time")


def _files(result: TrialResult) -> Iterator[Any]:
    yield from result.artifacts
    for sample in result.samples:
        yield from sample.files


def _written(sample: Sample, folder: Path) -> Iterator[tuple[str, Path]]:
    for file in sample.files:
        (folder / file.name).write_bytes(file.data)
        yield file.kind, folder / file.name


def _through_json(value: Any, what: str) -> Any:  # noqa: ANN401 - JSON
    try:
        return json.loads(json.dumps(value, allow_nan=False))
    except (TypeError, ValueError) as error:
        raise AssertionError(f"{what} are no JSON: {error}") from error


def _check(holds: bool, otherwise: str) -> None:  # noqa: FBT001 - the first of two, and never named
    if not holds:
        raise AssertionError(otherwise)
