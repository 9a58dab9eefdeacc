"""How pitches are spelled in a key, and which accidentals stand before them."""

from dataclasses import dataclass
from typing import Final

STEPS_BY_FIFTHS: Final = "FCGDAEB"
FIFTHS_BELOW_TONIC: Final = 3
LOWEST_FIRST_FIFTH, HIGHEST_FIRST_FIFTH = -8, 1
"""The window of spellings starts with F flat at the lowest and G at the highest: so it has no double accidentals."""

ACCIDENTALS: Final = {-1: "flat", 0: "natural", 1: "sharp"}
"""By alteration, as in MusicXML."""


@dataclass(frozen=True, slots=True)
class Spelling:
    """A pitch as it is written.

    Attributes:
        step: A letter, C .. B.
        alter: Semitones that it is raised or lowered.
        octave: 4 begins with middle C.
    """

    step: str
    alter: int
    octave: int


def spelled(pitch: int, sharps: int) -> Spelling:
    """A MIDI pitch in a key of some sharps, negative for flats, -7 .. 7.

    Twelve neighbours on the line of fifths are in use, from three below the tonic of the major key to eight above it:
    the scale, its third and seventh lowered, its first, fourth and fifth raised; the raised fifth is the leading note
    of the relative minor key. On spelling by the line of fifths: Temperley, "The Cognition of Basic Musical Structures"
    (2001), chapter 5.
    """
    first = min(max(sharps - FIFTHS_BELOW_TONIC, LOWEST_FIRST_FIFTH), HIGHEST_FIRST_FIFTH)
    fifth = first + (7 * pitch - first) % 12
    alter = (fifth + 1) // len(STEPS_BY_FIFTHS)
    return Spelling(STEPS_BY_FIFTHS[(fifth + 1) % len(STEPS_BY_FIFTHS)], alter, (pitch - alter) // 12 - 1)


def signature(sharps: int) -> dict[str, int]:
    """By step how the key signature alters it."""
    return {step: (sharps + 6 - at) // len(STEPS_BY_FIFTHS) for at, step in enumerate(STEPS_BY_FIFTHS)}


class Accidentals:
    """Which accidentals a staff needs within one bar: each holds for its octave until the bar line."""

    def __init__(self, sharps: int) -> None:
        self._signature = signature(sharps)
        self._altered: dict[tuple[str, int], int] = {}

    def needed(self, spelling: Spelling, *, is_held: bool) -> str | None:
        """The accidental before a note that comes next, if any; none where a tie leads to it."""
        place = (spelling.step, spelling.octave)
        in_force = self._altered.get(place, self._signature[spelling.step])
        if is_held or in_force == spelling.alter:
            return None
        self._altered[place] = spelling.alter
        return ACCIDENTALS[spelling.alter]
