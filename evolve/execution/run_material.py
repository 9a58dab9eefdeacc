"""What every trial of a run works from, as a cluster carries it: names, JSON, bytes."""

import functools
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from evolve.domain import Cost, Domain
from evolve.domain_registry import find_domain, remembered
from evolve.genetics.space import SearchSpace
from evolve.records.individual import Individual
from evolve.records.run import Json, material_seed
from evolve.settings import settings_from
from evolve.user_code import UserCode


@dataclass(frozen=True, slots=True)
class DomainSource:
    """Where a domain comes from, so that a worker finds it too.

    Attributes:
        reference: Its name, or ``FILE.py:NAME``.
        code: The user's file, where the domain is in one.
        live: The domain itself, where a script made it and no file says it; it travels to workers of this machine.
    """

    reference: str
    code: UserCode | None = None
    live: Domain | None = field(default=None, compare=False)

    def open(self) -> Domain:
        """The domain; `SettingsError` when there is none."""
        if self.live is not None:
            return remembered(self.reference, self.live)
        return find_domain(self.reference, self.code)


@dataclass(frozen=True, slots=True)
class RunMaterial:
    """What the trials of a run work from.

    Attributes:
        domain: Where the domain comes from.
        data: What the domain prepared.
        facts: What was told of it, by name.
        space: The search space.
        settings: Every setting, by name.
        build: The user's own network, where there is one.
        rung: The share of their budget after which trials pause; 1: they do not.
        inherited: With what children's trials may begin, by the id of the parent who left it.
    """

    domain: DomainSource
    data: bytes
    facts: Mapping[str, Json]
    space: SearchSpace
    settings: Mapping[str, Json]
    build: UserCode | None = None
    rung: float = 1.0
    inherited: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """Of all that trials depend on: what was loaded once serves as long as it is the same."""
        codes = [[code.reference, code.digest] for code in (self.domain.code, self.build) if code]
        named = [self.domain.reference, codes, repr(self.space), self.settings, self.facts]
        told = json.dumps(named, sort_keys=True, default=str)
        return hashlib.sha256(b"\0".join([told.encode(), self.data])).hexdigest()

    @property
    def seed(self) -> int:
        """The run's."""
        return int(self.settings["seed"])

    @property
    def prepared_seed(self) -> int:
        """That by which samples are made: the run's, or in a branched run that of the first run, as its samples are."""
        return material_seed(self.facts, self.settings)

    def load(self) -> Any:  # noqa: ANN401 - the domain's own
        """The domain's material; kept in this process for the next trial of the same run."""
        return _loaded(_Key(self.digest, replace(self, inherited={})))

    def costs(self, individuals: Sequence[Individual], cpus: float) -> dict[str, Cost]:
        """What the trials of these individuals take, by id."""
        domain, material = self.domain.open(), self.load()
        return {one.id: domain.cost(one.genome, material, cpus) for one in individuals}


@dataclass(frozen=True, slots=True)
class _Key:
    digest: str
    material: RunMaterial = field(compare=False)


@functools.lru_cache(maxsize=2)
def _loaded(key: _Key) -> Any:  # noqa: ANN401
    material = key.material
    domain = material.domain.open()
    settings = settings_from(material.settings, domain.settings)
    extra = {} if material.build is None else {"build": material.build}
    return domain.load(material.data, material.facts, material.space, settings.own, material.prepared_seed, **extra)


def longest_first(individuals: Sequence[Individual], costs: Mapping[str, Cost]) -> tuple[Individual, ...]:
    """The individuals by their effort, the largest first; equals keep their order."""
    return tuple(sorted(individuals, key=lambda one: costs[one.id].effort, reverse=True))
