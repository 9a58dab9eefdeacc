"""What a run tells while it goes on: one kind of event, for the store, the board, the page and any listener."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from evolve.records.run import Json, TrialResult


class EventKind(StrEnum):
    """What has happened."""

    PREPARING = "preparing"
    """`done` of `total` files of what the run learns from have been read."""
    NOTICE = "notice"
    """`text` is something that the user should know."""
    EVALUATING = "evaluating"
    """The trials of `members` of a generation are about to run; again, of those who go on, where it is halved."""
    CAPACITY = "capacity"
    """`text` says what the machines do on which trials run, such as ``job 4711 is pending: Resources``."""
    STARTED = "started"
    """A trial has begun, or begun again after its worker was lost."""
    PROGRESSED = "progressed"
    """A trial says how far it is; it may be what it said before, as a heartbeat."""
    LOST = "lost"
    """A trial was lost for the reason `text`, which is not its genome's; it begins again."""
    FINISHED = "finished"
    """A trial has ended, well or not, or has paused at a rung of its budget: `result`."""
    PRESENTABLE = "presentable"
    """The samples of `done` members of a generation lie in the folder `text`, under blind letters."""
    EVALUATED = "evaluated"
    """Every trial of a generation has ended, or the evaluation was stopped."""
    RANKED = "ranked"
    """A ballot was cast; `text` is the listener."""
    BRED = "bred"
    """A generation was born: `members`."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a trial is.

    Attributes:
        phase: What it does, in a word: ``building``, ``training``, ``composing``, …
        epoch: Epochs done.
        epochs: Epochs at most; 0 where that is not known.
        loss: The validation loss; None before there is one.
        seconds_left: Until the trial ends at the latest; None where that is not known.
    """

    phase: str
    epoch: int = 0
    epochs: int = 0
    loss: float | None = None
    seconds_left: float | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened in a run; `kind` says which of the attributes mean something."""

    kind: EventKind
    individual_id: str = ""
    generation: int = 0
    text: str = ""
    done: int = 0
    total: int = 0
    members: tuple[str, ...] = ()
    progress: Progress | None = None
    result: TrialResult | None = None
    facts: Mapping[str, Json] = field(default_factory=dict)


EventHandler = Callable[[Event], None]
"""Is told of each event, in the process that runs the search, one at a time."""
