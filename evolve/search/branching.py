"""Going back: a new run that begins with individuals of another one, as they were, and with children of theirs.

What the old run prepared is kept, so that all samples of the new one compare with those of its ancestors; nothing is
trained again, and the old run is not changed.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from evolve.errors import RunError, SettingsError, nearest_spelling, shortened
from evolve.genetics.breeding import found_from
from evolve.genetics.lineage import changed
from evolve.inputs.yaml_files import to_yaml
from evolve.records.individual import Individual
from evolve.records.run import GENOMES, JUDGE, Artifact, IndividualRecord, Json, RunRecord, Sample, TrialResult
from evolve.search.halving import check_halving, plan_with_rung
from evolve.search.inheritance import check_inheritance
from evolve.search.run_facts import NO_SOURCES, Sources, build_of, domain_source, space_of
from evolve.search.steps import keep_code, versions
from evolve.settings import CoreSettings, Given, Settings, settle
from evolve.store.folders import built_aside, folder_named, free_folder
from evolve.store.names import checked_name
from evolve.store.run_store import RunStore
from evolve.store.writing import now
from evolve.words import counted, listed

_OF_ONE_RUN: Final = ("domain", "build", "branched", "listeners", GENOMES, JUDGE)
"""Facts that a branch has anew, or not at all; all others were found out when the run was prepared."""


@dataclass(frozen=True, slots=True)
class _BranchPlan:
    """A branch as it is to be made.

    Attributes:
        run: Where it comes from.
        ancestors: In the order of their slots in generation 0.
        members: Of generation 0: the ancestors under their new ids, then their children.
        settings: Of the new run.
        facts: Of the new run, without those of files.
    """

    run: RunRecord
    ancestors: tuple[IndividualRecord, ...]
    members: tuple[Individual, ...]
    settings: Settings
    facts: Mapping[str, Json]

    @property
    def founders(self) -> tuple[Individual, ...]:
        """The ancestors under their new ids."""
        return self.members[: len(self.ancestors)]


def branch(
    store: RunStore,
    ancestors: Iterable[str],
    folder: Path,
    given: Sequence[Given] = (),
    *,
    sources: Sources = NO_SOURCES,
) -> RunStore:
    """A new run from individuals of this one; it is there as a whole, or not at all.

    Args:
        store: The run that they are from; it is only read.
        ancestors: Ids of members of ranked generations, the one to breed from most first; none: the newest champions.
        folder: Of the new run: free, or not there.
        given: Settings that are other than the run's.
        sources: The code that the user has named for the run, where it is of code of their own.

    Returns:
        The new run, its ancestors evaluated, their children just born: `advance` takes it on.

    Raises:
        RunError: There is no such individual, the folder is taken, or a file of the run is not what was written.
        SettingsError: A setting cannot be had anew, or there are more ancestors than places.
    """
    with built_aside(folder) as aside:
        plan = _planned(store.read(), tuple(dict.fromkeys(ancestors)), given, sources)
        with RunStore.create(aside, plan.facts) as made, made.exclusively():
            _write(store, made, plan, sources)
    return RunStore(folder)


def branch_folder(store: RunStore, runs: Path, name: str | None = None) -> Path:
    """The folder for a branch of a run, in a folder of runs: of this name, or of one that is free.

    Raises:
        RunError: No run can have that name, or the folder cannot be made.
    """
    return free_folder(runs, f"{store.name}-branch") if name is None else folder_named(runs, checked_name(name))


# --- what is to be made ----------------------------------------------------------------------------------------------


def _planned(run: RunRecord, names: tuple[str, ...], given: Sequence[Given], sources: Sources) -> _BranchPlan:
    domain = domain_source(run, sources).open()
    build_of(run, sources)
    ancestors = tuple(_ancestor(run, name) for name in names or _champions(run))
    settings = _settings(run, given, domain.settings, domain.presentation.screening)
    _check_places(len(ancestors), settings.core)
    genomes, space = [record.individual.genome for record in ancestors], space_of(run, domain)
    check_halving(domain, settings.core, space.size)
    check_inheritance(domain, settings.core)
    members = found_from(genomes, space, plan_with_rung(settings.core, kept=len(genomes)), seed=settings.core.seed)
    told = {member.id: record.individual.id for member, record in zip(members, ancestors, strict=False)}
    own = versions(domain.presentation.libraries)
    branched = {"run": run.name, "created_at": run.created_at, "seed": run.material_seed, "founders": told}
    facts = {
        **{name: fact for name, fact in run.facts.items() if name not in _OF_ONE_RUN},
        "created_at": now(),
        "settings": settings.dump(),
        "space": run.space,
        "versions": {**own, "backend": run.versions.get("backend", own["backend"])},
        **sources.facts(run.domain["reference"]),
        "branched": branched,
    }
    return _BranchPlan(run, ancestors, members, settings, facts)


def _champions(run: RunRecord) -> tuple[str, ...]:
    champions = next((one.champions for one in reversed(run.generations) if one.champions), ())
    if not champions:
        raise RunError(f"no generation of {run.name} is ranked yet; rank one first: evolve rank {run.reference}")
    return champions


def _ancestor(run: RunRecord, name: str) -> IndividualRecord:
    """A member of a ranked generation, whose samples are there."""
    ranked = [member for generation in run.generations if generation.status.is_ranked for member in generation.members]
    if name not in ranked:
        known = list(dict.fromkeys(ranked))
        there = listed(known[:20]) + (f" and {len(known) - 20} more" if len(known) > 20 else "")  # noqa: PLR2004
        why = "is in no ranked generation" if name in run.individuals else "is not there"
        raise RunError(
            f"{shortened(name)} of {run.name} {why}; give one of "
            f"{there or 'those of a generation, once it is ranked'}{nearest_spelling(name, known)}"
        )
    return run.individuals[name]


def _settings(run: RunRecord, given: Sequence[Given], own: Any, screening: Iterable[str]) -> Settings:  # noqa: ANN401
    """The settings of the run with those that are given anew."""
    known = [Given(name, value, run.name, is_firm=False) for name, value in run.settings.items()]
    settled = settle([*known, *given], own, screening)
    free = (*CoreSettings.model_fields, *sorted(getattr(own, "renewable", ())))
    for one in given:
        if one.name not in free and settled.dump()[one.name] != run.settings[one.name]:
            raise SettingsError(
                f"{one.where}: a branch keeps {one.name}={run.settings[one.name]} of {run.name}, which its ancestors "
                f"were made with; it may have anew: {', '.join(free)}; for another, begin a run: evolve start"
            )
    return settled


def _check_places(ancestors: int, core: CoreSettings) -> None:
    """See that all ancestors have a place, and somebody new is put before listeners where there is somebody new."""
    places = core.population if core.population <= core.heard else core.heard - 1
    if ancestors > places:
        raise SettingsError(
            f"{counted(ancestors, 'ancestor')} and {counted(places, 'place')} in a generation (population="
            f"{core.population}, heard={core.heard}); name fewer, or give --set population={ancestors + 1}"
        )


# --- making it -------------------------------------------------------------------------------------------------------


def _write(old: RunStore, made: RunStore, plan: _BranchPlan, sources: Sources) -> None:
    """Everything of the new run, while nobody can see it yet."""
    made.write_file(made.paths.space, plan.run.space["text"].encode())
    made.write_file(made.paths.settings, to_yaml(plan.settings.dump()).encode())
    keep_code(made, sources)
    _copy_material(old, made, plan)
    genomes = {one.id: one.genome for one in plan.members}
    changes = {one.id: changed(one.genome, genomes[one.parents[0]]) for one in plan.members if one.parents}
    made.record_generation(0, plan.members, changes, elites=[one.id for one in plan.founders])
    for founder, record in zip(plan.founders, plan.ancestors, strict=True):
        made.record_trial(_result(old, founder.id, record))
    if len(plan.founders) == len(plan.members):
        made.record_evaluated(0)


def _copy_material(old: RunStore, made: RunStore, plan: _BranchPlan) -> None:
    """What trials work from, and the files that belong to what was found out of it."""
    facts = {name: fact for name, fact in plan.facts.items() if isinstance(fact, dict) and fact.get("files")}
    files = {name: [_artifact(old, kind, path) for kind, path in fact["files"].items()] for name, fact in facts.items()}
    made.write_material(old.read_material(), files, facts)


def _result(old: RunStore, name: str, record: IndividualRecord) -> TrialResult:
    """What an ancestor's trial made, and what listeners asked for later, as that of its founder."""
    samples = tuple(
        Sample(one.index, tuple(_artifact(old, kind, path) for kind, path in one.files.items()), one.facts)
        for one in record.samples
    )
    artifacts = tuple(_artifact(old, kind, path) for kind, path in record.files.items())
    return TrialResult(name, record.metrics, samples, artifacts, presented=record.presented)


def _artifact(old: RunStore, kind: str, path: str) -> Artifact:
    return Artifact(kind, Path(path).name, old.read_file(path))
