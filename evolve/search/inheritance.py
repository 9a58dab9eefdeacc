"""What children's trials are given of their parents, where a run's setting `inherit_weights` says so."""

from collections.abc import Iterable, Mapping

from evolve.domain import Domain, inherited_kind_of
from evolve.errors import SettingsError
from evolve.records.individual import Individual
from evolve.records.run import RunRecord
from evolve.search.run_facts import core_of
from evolve.settings import CoreSettings
from evolve.store.run_store import RunStore


def check_inheritance(domain: Domain, core: CoreSettings) -> None:
    """See that there is something to inherit.

    Raises:
        SettingsError: The domain's trials leave nothing with which a child's could begin.
    """
    if core.inherit_weights and inherited_kind_of(domain) is None:
        raise SettingsError(
            f"inherit_weights=true: trials of {domain.name} leave no weights with which a child's trial could begin; "
            f"leave it out"
        )


def inherited_by(
    store: RunStore, run: RunRecord, individuals: Iterable[Individual], domain: Domain
) -> Mapping[str, bytes]:
    """What the first parents of these individuals have learned, by the parents' ids.

    Empty where the run does not hand it on. A parent that left nothing of the kind is left out.

    Raises:
        RunError: What a parent left is damaged.
    """
    kind = inherited_kind_of(domain)
    if kind is None or not core_of(run).inherit_weights:
        return {}
    parents = {one.parents[0] for one in individuals if one.parents}
    files = {name: run.individuals[name].files.get(kind) for name in sorted(parents)}
    return {name: store.read_file(path) for name, path in files.items() if path is not None}
