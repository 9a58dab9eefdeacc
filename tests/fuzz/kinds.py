"""The kinds of input that a user gives, and how many of all inputs tried are of each."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What an input is."""

    MIDI = "midi"
    MUSICXML = "musicxml"
    ABC = "abc"
    KERN = "kern"
    SPACE = "space"
    SETTING = "setting"
    BALLOT = "ballot"
    OPENING = "opening"
    EXPORT = "export"


SHARES = {
    Kind.MIDI: 0.3,
    Kind.MUSICXML: 0.12,
    Kind.ABC: 0.1,
    Kind.KERN: 0.05,
    Kind.SPACE: 0.14,
    Kind.SETTING: 0.09,
    Kind.BALLOT: 0.09,
    Kind.OPENING: 0.05,
    Kind.EXPORT: 0.06,
}
"""Of all inputs; what takes longest is tried least."""


@dataclass(frozen=True, slots=True)
class Input:
    """One input.

    Attributes:
        kind: What it is given as.
        suffix: What its file's name ends with.
        data: Its bytes.
    """

    kind: Kind
    suffix: str
    data: bytes

    @property
    def file_name(self) -> str:
        """What a file of it is called, from which `replayed` knows what it is."""
        return f"{self.kind}{self.suffix}"


def how_many(inputs: int) -> dict[Kind, int]:
    """How many inputs of each kind make so many in all, at least one each."""
    counts = {kind: max(1, int(share * inputs)) for kind, share in SHARES.items()}
    counts[Kind.MIDI] += max(0, inputs - sum(counts.values()))
    return counts
