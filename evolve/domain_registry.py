"""Finds domains: by the name that a package gave it, in a module, or in a file of the user's own."""

import functools
from importlib.metadata import entry_points

from evolve.domain import Domain
from evolve.errors import SettingsError, nearest_spelling, shortened
from evolve.function_domain import FunctionDomain
from evolve.presentation import Presentation
from evolve.records.run import RunRecord
from evolve.tune_function import TuneFunctionDomain, is_function_trainable
from evolve.user_code import UserCode

GROUP = "evolve.domains"
"""The group of entry points under which packages name their domains."""

DEFAULT = "music"
"""What is bred where nobody says it."""

_OPENED: dict[str, Domain] = {}
"""Domains of the user's own that were opened in this process."""


@functools.cache
def named_domains() -> dict[str, str]:
    """The domains that installed packages bring: ``module:name`` by name."""
    return {point.name: point.value for point in entry_points(group=GROUP)}


@functools.cache
def named_domain(name: str) -> Domain:
    """The domain that an installed package brings under this name.

    Raises:
        SettingsError: There is none.
    """
    found = named_domains()
    if name not in found:
        raise SettingsError(
            f'there is no domain "{shortened(name)}"; there are {", ".join(sorted(found))}, and FILE.py:NAME for '
            f"one of your own{nearest_spelling(name, found)}"
        )
    return as_domain(UserCode(found[name]).load(), found[name])


def find_domain(reference: str, code: UserCode | None = None) -> Domain:
    """The domain of a reference: a name, or code that the user has named.

    Raises:
        SettingsError: There is no such domain.
    """
    if code is not None:
        return remembered(code.reference, as_domain(code.load(), code.reference))
    return named_domain(reference)


def remembered(reference: str, domain: Domain) -> Domain:
    """A domain of the user's own, which from now on this process knows by its reference."""
    _OPENED[reference] = domain
    return domain


def reference_of(run: RunRecord) -> str:
    """The run's domain as it was named: a name, or ``FILE.py:NAME``."""
    return str(run.domain.get("reference", DEFAULT))


def domain_for(run: RunRecord) -> Domain | None:
    """The domain of a run; None where it is the user's own and nobody has opened it in this process.

    A report runs no code that the user has not named.
    """
    reference = reference_of(run)
    if reference in _OPENED:
        return _OPENED[reference]
    return named_domain(reference) if reference in named_domains() else None


def presentation_for(run: RunRecord) -> Presentation:
    """How a run's samples are told of; by the names of their facts where the domain is not at hand."""
    domain = domain_for(run)
    return domain.presentation if domain else Presentation()


def as_domain(found: object, reference: str) -> Domain:
    """What a reference stands for as a domain.

    An object that is one, a function ``evaluate(hp, trial)``, or one of Ray Tune, ``trainable(config)``.

    Raises:
        SettingsError: It is none of these.
    """
    if hasattr(found, "evaluate") and hasattr(found, "prepare"):
        domain: Domain = found() if isinstance(found, type) else found  # type: ignore[assignment]
        return domain
    if callable(found) and is_function_trainable(found):
        return TuneFunctionDomain(found, reference)
    if callable(found) and not hasattr(found, "default_resource_request"):
        return FunctionDomain(found, reference)
    raise SettingsError(
        f"{reference} is neither a domain, nor a function evaluate(hp, trial), nor a function trainable of Ray Tune"
    )
