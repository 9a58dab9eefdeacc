"""What a look at something has found, for `evolve doctor`."""

from collections.abc import Callable
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


Look = tuple[str, Callable[[], Check]]
"""What is looked at, in a word or two, and the look itself."""


def looked_at(name: str, look: Callable[[], Check]) -> Check:
    """What a look found; one that goes wrong is a finding itself, and takes no other down."""
    try:
        return look()
    except Exception as error:  # a machine may be broken in any way, and this is where one comes to be told
        said = " ".join(str(error).split()) or type(error).__name__
        return Check(name, State.BAD, f"cannot be looked at: {type(error).__name__}: {said}", "see to it first")
