"""What a program gives a search, checked: its arguments, and that a run which was begun is the one that is meant."""

import warnings
from collections.abc import Mapping
from types import NoneType
from typing import Any

from evolve.arguments import check_kind, refused_argument
from evolve.domain_registry import named_domains, reference_of
from evolve.errors import ExecutionError, SettingsError, shortened
from evolve.execution.engines import ENGINES, TUNE
from evolve.search.judges import check_judge
from evolve.search.run_facts import Sources, build_of, checked_sources, differing_settings, domain_source
from evolve.search.steps import extend
from evolve.settings import Given
from evolve.spaces import load_space
from evolve.store.run_store import RunStore
from evolve.words import listed


def given_settings(settings: Mapping[str, Any]) -> list[Given]:
    """Settings that a program gives by name, as they are told of in messages: ``population=6``."""
    return [Given(name, value, f"{name}={shortened(repr(value))}") for name, value in settings.items()]


def check_arguments(
    *, listener: object, engine: object, address: object, on_event: object, judge: object, tune: object
) -> None:
    """See that arguments of a search are of their kinds.

    Raises:
        SettingsError: One is not; names it, what came and what is allowed.
    """
    check_kind("listener", listener, str, "a name")
    check_kind("address", address, (str, NoneType), 'HOST:PORT, such as "10.0.0.1:6379"')
    if engine not in ENGINES:
        raise refused_argument("engine", engine, "'ray', 'tune' or 'here'")
    if tune is not None and engine != TUNE:
        raise SettingsError(f"tune={shortened(repr(tune))}: goes with engine='tune'")
    if on_event is not None and not callable(on_event):
        raise refused_argument("on_event", on_event, "a function that is told each event")
    check_judge(judge)


def check_same_run(
    store: RunStore, sources: Sources, space: object, domain: object, settings: Mapping[str, Any]
) -> None:
    """See that a run which was begun is the one that is meant; more generations are let in.

    Args:
        store: The run.
        sources: The code that the program has named.
        space: The space that it gives; None: none.
        domain: The domain that it gives; None: none.
        settings: The settings that it gives, by name.

    Raises:
        EvolveError: The run was begun with something else.
    """
    run, folder = store.read(), store.paths.folder
    name = domain if isinstance(domain, str) and ":" not in domain else None
    for notice in checked_sources(run, sources, name):
        warnings.warn(notice, stacklevel=3)
    reference = reference_of(run)
    if ":" not in reference and reference not in named_domains() and sources.live is None:
        raise ExecutionError(f"{folder} was begun with {reference} of a script; give it again as domain")
    build_of(run, sources)
    meant = dict(settings)
    generations = meant.pop("generations", None)
    if generations is not None and generations != run.settings["generations"]:
        extend(store, generations)
    others = differing_settings(run, domain_source(run, sources).open(), given_settings(meant)) if meant else []
    if others:
        begun = listed([f"{name}={run.settings.get(name)}" for name in others])
        raise SettingsError(f"{folder} was begun with {begun}; leave {listed(others)} out, or give a new folder")
    if space is not None and load_space(space).text != run.space["text"]:  # type: ignore[arg-type]
        raise SettingsError(f"{folder} was begun with another space; leave it out, or give a new folder")
