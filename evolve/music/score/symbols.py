"""What stands on a staff: notes, chords and rests of single values."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tone:
    """One notehead.

    Attributes:
        pitch: MIDI note number.
        is_held: Whether a tie leads to it.
        goes_on: Whether a tie leads on from it.
    """

    pitch: int
    is_held: bool = False
    goes_on: bool = False


@dataclass(frozen=True, slots=True)
class Value:
    """How long a note or rest looks.

    Attributes:
        name: As in MusicXML: whole, half, quarter, eighth, 16th, 32nd.
        dots: 0 or 1.
        flags: How many flags or beams it has.
    """

    name: str
    dots: int
    flags: int


@dataclass(frozen=True, slots=True)
class Triplet:
    """That a symbol belongs to a group of three in the time of two.

    Attributes:
        unit: What there are three of, as in MusicXML.
        is_first: Whether the group starts with this symbol.
        is_last: Whether it ends with it.
    """

    unit: str
    is_first: bool
    is_last: bool


@dataclass(frozen=True, slots=True)
class Symbol:
    """A note, a chord, or a rest.

    Attributes:
        start: Where it stands, in ticks from the bar line.
        ticks: How long it sounds.
        value: How long it looks.
        tones: From the lowest up; none for a rest.
        triplet: The group it belongs to, if any.
        beams: What the beams do at it, the first beam first, as in MusicXML: begin, continue, end, forward hook,
            backward hook.
        is_hidden: Whether a rest only keeps its place, since something else is to be seen there.
        fills_bar: Whether it is the rest of a whole bar, which stands in its middle.
    """

    start: int
    ticks: int
    value: Value
    tones: tuple[Tone, ...] = ()
    triplet: Triplet | None = None
    beams: tuple[str, ...] = ()
    is_hidden: bool = False
    fills_bar: bool = False


Voice = tuple[Symbol, ...]
"""Symbols one after the other, without a gap."""
