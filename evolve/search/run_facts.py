"""What a run was given, from what its store keeps."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError

from evolve.domain import Domain
from evolve.domain_registry import domain_for, reference_of
from evolve.errors import SettingsError, SpaceError
from evolve.execution.run_material import DomainSource
from evolve.genetics.breeding import BreedingPlan
from evolve.genetics.space import SearchSpace
from evolve.genetics.space_file import Rules, gene_names, parse_space
from evolve.inputs.mistakes import first_mistake
from evolve.records.gene_rule import ANY_GENE, GeneRule
from evolve.records.run import RunRecord
from evolve.settings import CoreSettings, Given, Settings, settings_from, settle
from evolve.store.refusals import damaged_run
from evolve.user_code import UserCode, check_trusted, source_digest


@dataclass(frozen=True, slots=True)
class Sources:
    """The code that a user has named for a run: in a command, in a script, or in a space file of their own.

    Attributes:
        domain: Of the domain; None: the run's is one that is installed.
        build: Of the network; None: the domain's own.
        live: A domain that a script made.
    """

    domain: UserCode | None = None
    build: UserCode | None = None
    live: Domain | None = None

    @property
    def options(self) -> dict[str, str | None]:
        """The options by which a command names them; None for what it need not name."""
        named = {"domain": self.domain, "build": self.build}
        return {name: None if code is None else code.as_typed for name, code in named.items()}

    def facts(self, reference: str) -> dict[str, Any]:
        """What a run keeps of them.

        Args:
            reference: Of the domain, as it was named.
        """
        kept = {"domain": {"reference": reference, "sha256": self.domain.digest if self.domain else self._live_digest}}
        if self.build is not None:
            kept["build"] = {"reference": self.build.reference, "sha256": self.build.digest}
        return kept

    @property
    def _live_digest(self) -> str:
        """Of the source of what a script made."""
        return "" if self.live is None else source_digest(getattr(self.live, "function", type(self.live)))

    def changes(self, run: RunRecord) -> Iterator[str]:
        """What has changed of them since the run was begun with them, a line each."""
        for code, was in ((self.domain, run.domain), (self.build, run.build)):
            if code is not None and code.digest != was.get("sha256"):
                yield f"{code.file} has changed since {run.name} was begun; it goes on with the file as it is now"
        kept = run.domain.get("sha256")
        if kept and self._live_digest not in ("", kept):
            yield f"{reference_of(run)} has changed since {run.name} was begun; it goes on with it as it is now"


NO_SOURCES = Sources()
"""Nothing but what is installed."""


def checked_sources(run: RunRecord, sources: Sources, domain: str | None = None) -> Iterator[str]:
    """See that what a user has named for a run is what it was begun with; what they should know besides.

    Args:
        run: It was begun before.
        sources: The code.
        domain: The name of an installed domain, where that was named.

    Raises:
        SettingsError: The run was begun with something else.
    """
    kept = reference_of(run)
    meant = sources.live.name if sources.live is not None else domain
    if meant not in (None, kept):
        raise SettingsError(f"--domain {meant}: {run.name} is of the domain {kept}")
    for option, code, was in (("domain", sources.domain, run.domain), ("build", sources.build, run.build)):
        if code is not None and code.reference != was.get("reference"):
            raise SettingsError(
                f"--{option} {code.reference}: {run.name} was begun with {was.get('reference') or 'none'}"
            )
    return sources.changes(run)


def domain_source(run: RunRecord, sources: Sources = NO_SOURCES) -> DomainSource:
    """Where the run's domain comes from.

    Raises:
        ExecutionError: The run names code that the user has not named.
    """
    reference = reference_of(run)
    if sources.live is not None:
        return DomainSource(reference, live=sources.live)
    if ":" not in reference:
        return DomainSource(reference)
    code = check_trusted(reference, str(run.domain.get("sha256", "")), sources.domain, "--domain", run.name)
    return DomainSource(reference, code)


def build_of(run: RunRecord, sources: Sources) -> UserCode | None:
    """The user's own network that the run breeds, where it does.

    Raises:
        ExecutionError: The run names code that the user has not named.
    """
    kept = run.build
    return check_trusted(
        str(kept.get("reference", "")), str(kept.get("sha256", "")), sources.build, "--build", run.name
    )


def settings_of(run: RunRecord, domain: Domain) -> Settings:
    """All settings of the run.

    Raises:
        DamagedStoreError: They are none that a run can have.
    """
    try:
        return settings_from(run.settings, domain.settings)
    except ValidationError as error:
        raise _damaged(run, error, domain.settings) from error


def core_of(run: RunRecord) -> CoreSettings:
    """The settings of the run that every run has.

    Raises:
        DamagedStoreError: They are none that a run can have.
    """
    known = {name: value for name, value in run.settings.items() if name in CoreSettings.model_fields}
    try:
        return CoreSettings.model_validate(known)
    except ValidationError as error:
        raise _damaged(run, error, CoreSettings) from error


def breeding_plan(core: CoreSettings) -> BreedingPlan:
    """How a generation comes from a ranked one in a run with these settings."""
    return BreedingPlan(
        population=core.population,
        parents=core.parents,
        elites=core.elites,
        newcomers=core.newcomers,
        exploration=core.exploration,
        crossover_rate=core.crossover_rate,
        mutation_rate=core.mutation_rate,
    )


def _damaged(run: RunRecord, error: ValidationError, model: type[BaseModel]) -> Exception:
    mistake = first_mistake(error, model, run.settings)
    what = f"its settings: {'.'.join(map(str, mistake.place))} {mistake.problem}"
    return damaged_run(run.name, what, run.reference)


def differing_settings(run: RunRecord, domain: Domain, given: Sequence[Given]) -> list[str]:
    """The settings that were given and are not the run's, however they are written."""
    known = [Given(name, value, "the run", is_firm=False) for name, value in run.settings.items()]
    settled = settle([*known, *given], domain.settings, domain.presentation.screening).dump()
    return [one.name for one in given if settled[one.name] != run.settings.get(one.name)]


def space_of(run: RunRecord, domain: Domain) -> SearchSpace:
    """The run's search space, with the groups of its corpus; without genes of shares until that was read."""
    return space_as_written(run, domain).with_groups(run.groups)


def space_as_written(run: RunRecord, domain: Domain) -> SearchSpace:
    """The run's search space as its file has it."""
    return parse_space(
        run.space["text"], run.space["name"], rules_of(domain, run.space["text"], own=bool(run.build))
    ).space


def space_known(run: RunRecord) -> SearchSpace | None:
    """The run's space, without the rules of its domain where that is not at hand; None where it cannot be read."""
    domain, text, name = domain_for(run), run.space.get("text", ""), run.space.get("name", "")
    try:
        rules = rules_of(domain, text, own=bool(run.build)) if domain else None
        return parse_space(text, name, rules).space.with_groups(run.groups)
    except SpaceError:
        return None


def rules_of(domain: Domain, text: str, *, own: bool) -> Rules:
    """The rules of the genes of a space file.

    Args:
        domain: What is bred.
        text: The file's.
        own: Whether the network is the user's own, which may ask for any genes beside those of the domain.
    """
    if not own:
        return domain.genes
    beside: Mapping[str, GeneRule] = getattr(domain, "genes_beside_build", {})
    return {name: beside.get(name, ANY_GENE) for name in gene_names(text, "")}
