"""Which trackers there are, and which one an option means."""

import importlib.util
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from importlib.metadata import EntryPoint, entry_points
from typing import Final

from evolve.errors import SettingsError, nearest_spelling, shortened
from evolve.trackers.tracker import Tracker
from evolve.user_code import check_name, read_code
from evolve.words import listed

_GROUP: Final = "evolve.trackers"

_NEEDED: Final = {
    "mlflow": ("mlflow", "mlflow-skinny"),
    "tensorboard": ("tensorboardX", "tensorboardX"),
    "wandb": ("wandb", "wandb"),
}
"""Of our own trackers the module that each needs, and the package that brings it."""


@dataclass(frozen=True, slots=True)
class ChosenTracker:
    """A tracker that an option means.

    Attributes:
        name: As it is told, such as ``mlflow``.
        as_typed: As it has to be given again, such as ``mlflow:http://127.0.0.1:5000``.
        make: Makes it; called on the tracker's own thread.
    """

    name: str
    as_typed: str
    make: Callable[[], Tracker]


def chosen_trackers(given: Iterable[str], where: str) -> tuple[ChosenTracker, ...]:
    """The trackers that texts mean, each once.

    Args:
        given: As `chosen_tracker` takes them.
        where: They were given, for messages.

    Raises:
        SettingsError: One means none.
    """
    try:
        return tuple(chosen_tracker(one) for one in dict.fromkeys(given))
    except SettingsError as error:
        raise SettingsError(f"{where}: {error}") from error


def trackers() -> dict[str, EntryPoint]:
    """Every installed tracker by name."""
    return {one.name: one for one in sorted(entry_points(group=_GROUP), key=lambda one: one.name)}


def chosen_tracker(given: str) -> ChosenTracker:
    """The tracker that ``NAME``, ``NAME:TARGET`` or ``FILE.py:NAME`` means.

    A tracker is a class, or a function, that is called with the target, a text that is empty where none was given.

    Raises:
        SettingsError: There is none, or what it needs is not installed.
    """
    name, _, target = given.partition(":")
    if name.endswith(".py"):
        code = read_code(given)
        check_name(code)
        made = code.load()
        if not callable(made):
            raise SettingsError(f"{code.reference} is no tracker: a class, or a function that gives one")
        return ChosenTracker(code.reference, code.as_typed, partial(made, ""))
    found = trackers()
    if name not in found:
        near = nearest_spelling(name, found)
        raise SettingsError(
            f'there is no tracker "{shortened(name)}"{near}; there are {listed([*found])}, or FILE.py:NAME'
        )
    module, package = _NEEDED.get(name, ("", ""))
    if module and importlib.util.find_spec(module) is None:
        raise SettingsError(f"{name} needs the package {package}; install it: pip install {package}")
    return ChosenTracker(name, given, lambda: found[name].load()(target))
