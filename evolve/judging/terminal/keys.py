"""Which key does what, in one table for bindings, help and hints; and the words for what is judged."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Self

from evolve.presentation import Presentation, is_heard

KeyCommand = Enum(
    "KeyCommand",
    "PREVIOUS NEXT FIRST LAST UP DOWN TOP BOTTOM TIE REJECT HEART MORE PREVIOUS_SAMPLE NEXT_SAMPLE PLAY PLAY_NUMBER "
    "PREVIEW UNDO REDO HELP DONE YES NO BACK LATER INTERRUPT",
)
"""What a listener can ask for."""

OVER_PREVIEW = frozenset(
    KeyCommand[name] for name in ("PREVIOUS", "NEXT", "PREVIOUS_SAMPLE", "NEXT_SAMPLE", "PLAY", "HEART")
)
"""What can be asked for while a sample is looked at."""


@dataclass(frozen=True, slots=True)
class KeyBinding:
    """One command's keys.

    Attributes:
        keys: As prompt_toolkit names them; several keys in succession are joined by a space.
        shown: The keys as the help page shows them; empty leaves the command out of it.
        help: What it does, for the help page, with places for the words of `Wording`.
    """

    command: KeyCommand
    keys: tuple[str, ...]
    shown: str = ""
    help: str = ""


BINDINGS = (
    KeyBinding(KeyCommand.PREVIOUS, ("up", "k", "c-p"), "↑ k", "look at the candidate above"),
    KeyBinding(KeyCommand.NEXT, ("down", "j", "c-n"), "↓ j", "look at the candidate below"),
    KeyBinding(KeyCommand.FIRST, ("home", "g", "pageup"), "home  end", "look at the first, or the last (also g, G)"),
    KeyBinding(KeyCommand.LAST, ("end", "G", "pagedown"), "", ""),
    KeyBinding(
        KeyCommand.UP, ("s-up", "K", "c-up", "escape up", "escape k"), "shift ↑  K", "move it up (also ctrl, alt)"
    ),
    KeyBinding(KeyCommand.DOWN, ("s-down", "J", "c-down", "escape down", "escape j"), "shift ↓  J", "move it down"),
    KeyBinding(KeyCommand.TOP, ("s-home", "c-home", "<"), "<", "move it to the top"),
    KeyBinding(KeyCommand.BOTTOM, ("s-end", "c-end", ">"), ">", "move it to the bottom"),
    KeyBinding(KeyCommand.TIE, ("=", "t"), "=  t", "tie it with those above; of a pair: equal"),
    KeyBinding(KeyCommand.REJECT, ("x", "delete"), "x", "reject it, or take it back"),
    KeyBinding(KeyCommand.HEART, ("f", "♥"), "f ♥", "love the chosen {sample}, or no longer; it breaks a tie"),
    KeyBinding(KeyCommand.MORE, ("m", "+"), "m +", "one more of the {sample}s that it has made"),
    KeyBinding(KeyCommand.PLAY, ("space", "p"), "space p", "{play} the chosen {sample}, or stop"),
    KeyBinding(KeyCommand.PLAY_NUMBER, tuple("123456789"), "1 … 9", "{play} that {sample}"),
    KeyBinding(KeyCommand.PREVIOUS_SAMPLE, ("left", "h"), "← h", "choose the {sample} before"),
    KeyBinding(KeyCommand.NEXT_SAMPLE, ("right", "l"), "→ l", "choose the next {sample}"),
    KeyBinding(KeyCommand.PREVIEW, ("r",), "r", "look at the {sample} here, as a {roll}"),
    KeyBinding(KeyCommand.UNDO, ("u", "c-z"), "u", "undo"),
    KeyBinding(KeyCommand.REDO, ("U", "c-r", "c-y"), "U  ctrl r", "redo"),
    KeyBinding(KeyCommand.DONE, ("enter",), "enter", "done: shows the order and asks; of a pair: this one is better"),
    KeyBinding(KeyCommand.LATER, ("q", "c-d"), "q", "stop; all is kept, come back any time"),
    KeyBinding(KeyCommand.HELP, ("?", "f1"), "?", "this help"),
    KeyBinding(KeyCommand.INTERRUPT, ("c-c",), "ctrl c", "stop everything"),
    KeyBinding(KeyCommand.YES, ("y", "Y")),
    KeyBinding(KeyCommand.NO, ("n", "N")),
    KeyBinding(KeyCommand.BACK, ("escape", "backspace")),
)

Hints = Sequence[tuple[str, str]]
"""Keys and what they do."""


@dataclass(frozen=True, slots=True)
class Wording:
    """The words for what is judged.

    Attributes:
        sample: What a sample is called.
        play: What is done with it to judge it: played or opened.
        attend: What a listener does with it.
        roll: What its preview in a terminal is called.
        mark: What shows that it is played now.
        marks: What the marks of samples mean.
    """

    sample: str
    play: str
    attend: str
    roll: str
    mark: str
    marks: str

    @classmethod
    def of(cls, presentation: Presentation) -> Self:
        """The words for a domain's samples."""
        word, roll = presentation.sample_word, presentation.preview_word
        if is_heard(presentation):
            return cls(word, "play", "listen to", roll, "♪", f"{word}s not heard yet, playing, heard, loved")
        return cls(word, "open", "look at", roll, "▷", f"{word}s not opened yet, open, opened, loved")

    def filled(self, text: str) -> str:
        """A text with the words at their places."""
        return text.format(sample=self.sample, play=self.play, roll=self.roll)

    @property
    def list_hints(self) -> Hints:
        """Of the list."""
        moves = (("⇧↑↓", "move"), ("=", "tie"), ("x", "reject"), ("space", self.play), ("r", self.roll))
        return (*moves, ("f", "♥"), ("u", "undo"), ("m", "more"), ("enter", "done"), ("q", "later"), ("?", "help"))

    @property
    def pairs_hints(self) -> Hints:
        """Of a pair."""
        answers = (("↑↓", "choose"), ("enter", "it is better"), ("=", "equal"), ("space", self.play), ("f", "♥"))
        return (*answers, ("r", self.roll), ("m", "more"), ("u", "undo"), ("q", "later"), ("?", "help"))

    @property
    def preview_hints(self) -> Hints:
        """Of a sample that is looked at here."""
        return (("←→", self.sample), ("↑↓", "candidate"), ("space", self.play), ("f", "♥"), ("r", "back"))


CONFIRM_HINTS: Hints = (("y enter", "yes, that is my order"), ("n", "no, back to the list"))
HELP_HINTS: Hints = (("?", "back"),)
