"""Which key does what: one table, for the key bindings, the help page and the hint line."""

from dataclasses import dataclass
from enum import Enum, auto


class Command(Enum):
    """What a listener can ask for."""

    PREVIOUS = auto()
    NEXT = auto()
    FIRST = auto()
    LAST = auto()
    UP = auto()
    DOWN = auto()
    TOP = auto()
    BOTTOM = auto()
    TIE = auto()
    REJECT = auto()
    HEART = auto()
    MORE = auto()
    PREVIOUS_SONG = auto()
    NEXT_SONG = auto()
    PLAY = auto()
    PLAY_NUMBER = auto()
    ROLL = auto()
    UNDO = auto()
    REDO = auto()
    HELP = auto()
    DONE = auto()
    YES = auto()
    NO = auto()
    BACK = auto()
    LATER = auto()
    INTERRUPT = auto()


@dataclass(frozen=True, slots=True)
class Binding:
    """One command's keys.

    Attributes:
        keys: As prompt_toolkit names them; several keys in succession are joined by a space.
        shown: The keys as the help page shows them; empty leaves the command out of it.
        help: What it does, for the help page.
    """

    command: Command
    keys: tuple[str, ...]
    shown: str = ""
    help: str = ""


BINDINGS = (
    Binding(Command.PREVIOUS, ("up", "k", "c-p"), "↑ k", "look at the candidate above"),
    Binding(Command.NEXT, ("down", "j", "c-n"), "↓ j", "look at the candidate below"),
    Binding(Command.FIRST, ("home", "g", "pageup"), "home  end", "look at the first, or the last (also g, G)"),
    Binding(Command.LAST, ("end", "G", "pagedown"), "", ""),
    Binding(Command.UP, ("s-up", "K", "c-up", "escape up", "escape k"), "shift ↑  K", "move it up (also ctrl, alt)"),
    Binding(Command.DOWN, ("s-down", "J", "c-down", "escape down", "escape j"), "shift ↓  J", "move it down"),
    Binding(Command.TOP, ("s-home", "c-home", "<"), "<", "move it to the top"),
    Binding(Command.BOTTOM, ("s-end", "c-end", ">"), ">", "move it to the bottom"),
    Binding(Command.TIE, ("=", "t"), "=  t", "tie it with the one above, or part them; of a pair: equal"),
    Binding(Command.REJECT, ("x", "delete"), "x", "reject it, or take it back"),
    Binding(Command.HEART, ("f", "♥"), "f ♥", "love the chosen song, or no longer; it breaks a tie"),
    Binding(Command.MORE, ("m", "+"), "m +", "one more of the songs that it has composed"),
    Binding(Command.PLAY, ("space", "p"), "space p", "play the chosen song, or stop"),
    Binding(Command.PLAY_NUMBER, tuple("123456789"), "1 … 9", "play that song"),
    Binding(Command.PREVIOUS_SONG, ("left", "h"), "← h", "choose the song before"),
    Binding(Command.NEXT_SONG, ("right", "l"), "→ l", "choose the next song"),
    Binding(Command.ROLL, ("r",), "r", "look at the song as a piano roll"),
    Binding(Command.UNDO, ("u", "c-z"), "u", "undo"),
    Binding(Command.REDO, ("U", "c-r", "c-y"), "U  ctrl r", "redo"),
    Binding(Command.DONE, ("enter",), "enter", "done: shows the order and asks; of a pair: this one is better"),
    Binding(Command.LATER, ("q", "c-d"), "q", "stop; all is kept, come back any time"),
    Binding(Command.HELP, ("?", "f1"), "?", "this help"),
    Binding(Command.INTERRUPT, ("c-c",), "ctrl c", "stop everything"),
    Binding(Command.YES, ("y", "Y")),
    Binding(Command.NO, ("n", "N")),
    Binding(Command.BACK, ("escape", "backspace")),
)

LIST_HINTS = (
    ("⇧↑↓", "move"),
    ("=", "tie"),
    ("x", "reject"),
    ("space", "play"),
    ("r", "roll"),
    ("f", "♥"),
    ("u", "undo"),
    ("m", "more"),
    ("enter", "done"),
    ("q", "later"),
    ("?", "help"),
)
PAIRS_HINTS = (
    ("↑↓", "choose"),
    ("enter", "it is better"),
    ("=", "equal"),
    ("space", "play"),
    ("f", "♥"),
    ("r", "roll"),
    ("m", "more"),
    ("u", "undo"),
    ("q", "later"),
    ("?", "help"),
)
ROLL_HINTS = (("←→", "song"), ("↑↓", "candidate"), ("space", "play"), ("f", "♥"), ("r", "back"))
CONFIRM_HINTS = (("y enter", "yes, that is my order"), ("n", "no, back to the list"))
HELP_HINTS = (("?", "back"),)
