"""A simulated listener as text: ``simulated:additive,noise=0.3``."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from evolve.errors import SettingsError, nearest_spelling, shortened
from evolve.judging.simulated.listeners import check_kind_of_listener, check_noise
from evolve.words import listed

PREFIX: Final = "simulated:"
"""Before the kind of a simulated listener, wherever a judge is named."""


@dataclass(frozen=True, slots=True)
class ListenerDescription:
    """Which simulated listener is meant.

    Attributes:
        kind: One of `KINDS`.
        noise: Standard deviation of what chance adds to each utility, at least 0.
        seed: Of the taste and of the chance; None: the run's.
        rejects_below: The utility below which it rejects, in standard deviations.
    """

    kind: str
    noise: float = 0.0
    seed: int | None = None
    rejects_below: float = -math.inf

    @property
    def listener_name(self) -> str:
        """Under which name it judges where nobody gives it another, such as ``simulated-additive``."""
        return f"simulated-{self.kind}"


def is_simulated(judge: object) -> bool:
    """Whether what names a judge means a simulated listener."""
    return isinstance(judge, str) and judge.startswith(PREFIX)


def parse_listener(text: str) -> ListenerDescription:
    """The listener that a text means: ``simulated:KIND``, and behind commas ``noise``, ``seed``, ``rejects_below``.

    Raises:
        SettingsError: It means none. One line: what came, what is allowed.
    """
    kind, *parameters = text.removeprefix(PREFIX).split(",")
    try:
        check_kind_of_listener(kind)
        values = _values(parameters)
        check_noise(values.get("noise", 0.0))
    except SettingsError as error:
        raise SettingsError(f"{shortened(text)}: {error}") from error
    seed = values.pop("seed", None)
    return ListenerDescription(kind, seed=None if seed is None else int(seed), **values)


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number


_PARAMETERS: Final[Mapping[str, tuple[Callable[[str], float], str]]] = {
    "noise": (_finite, "a number, such as 0.3"),
    "seed": (int, "a whole number, such as 7"),
    "rejects_below": (_finite, "a number, such as -1"),
}
"""How each is read, and what it must be."""


def _values(parameters: Sequence[str]) -> dict[str, float]:
    given = [_parameter(one) for one in parameters]
    values = dict(given)
    if len(values) < len(given):
        raise SettingsError("a parameter is given twice; give each once")
    return values


def _parameter(text: str) -> tuple[str, float]:
    """The name and the value of ``name=value``."""
    name, _, value = text.partition("=")
    if name not in _PARAMETERS:
        raise SettingsError(
            f'there is no parameter "{shortened(name)}"{nearest_spelling(name, _PARAMETERS)}; '
            f"there are {listed([*_PARAMETERS])}"
        )
    read, allowed = _PARAMETERS[name]
    try:
        return name, read(value)
    except ValueError:
        raise SettingsError(f"{shortened(text)}: must be {allowed}") from None
