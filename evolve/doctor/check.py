"""One thing that was looked at."""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """How it is with what was looked at."""

    GOOD = "good"
    WARNING = "warning"
    BAD = "bad"

    @property
    def is_bad(self) -> bool:
        """Whether something will not work."""
        return self is State.BAD


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at.

    Attributes:
        name: What was looked at, in a word or two.
        state: How it is.
        found: What was found, in one line.
        advice: What to do, in one line; empty where nothing is to be done.
    """

    name: str
    state: State
    found: str
    advice: str = ""
