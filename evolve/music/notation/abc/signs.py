"""The signs of a line of ABC music."""

import re
from fractions import Fraction
from functools import lru_cache
from typing import Final

from evolve.music.pitch_names import MIDDLE_C, SEMITONES

_LENGTH: Final = r"\d*(?:/+\d*)?"
_NOTE: Final = rf"(?:\^\^?|__?|=)?[A-Ga-g][',]*{_LENGTH}"
_NAMED_NOTE: Final = rf"(?P<accidental>\^\^?|__?|=)?(?P<letter>[A-Ga-g])(?P<octave>[',]*)(?P<length>{_LENGTH})"
_NAMED_SIGN: Final = r"!(?:\d|f{1,4}|[<>.^+-]|[<>][()]|D\.[CS]\.?|(?![A-Ga-gxz0-9/,'^_=<>()\[\]{}.~-]+!)[^\s!|]*)!"
"""A decoration by its name. What could be music is none: a single ! ended lines in older ABC."""

SIGNS: Final = re.compile(
    rf"""
    (?P<note>{_NAMED_NOTE})
  | (?P<bar>(?:\[\|[|:\]]*|:*\|[|:\]]*|:+)(?:[ ]*\d[\d,.-]*)?)
  | (?P<field>\[(?P<name>[A-Za-z]):(?P<said>[^\]\n]*)\]?)
  | (?P<ending>\[(?:\d[\d,.-]*|"[^"\n]*"(?![^\]|]*\])))
  | (?P<chord>\[(?P<notes>(?:[^\[\]|"!]|"[^"\n]*"|![^!\s]*!)*)\](?P<chord_length>{_LENGTH}))
  | (?P<rest>[zx](?P<rest_length>{_LENGTH}))
  | (?P<bar_rest>[ZX](?P<bars>\d*))
  | (?P<tuplet>\((?P<p>[2-9])(?!\d)(?::(?P<q>\d*)(?::(?P<r>\d*))?)?)
  | (?P<overlay>\(&|&\)|&+)
  | (?P<broken>>+|<+)
  | (?P<tie>\.?-)
  | (?P<grace>\{{(?P<graces>[^}}\n]*)\}}?)
  | (?P<old_chord>\+(?!f{{2,4}}\+)(?P<old_notes>(?:{_NOTE}){{2,}}+)\+)
  | (?P<symbol>[H-Wh-w])
  | (?P<silent>"[^"\n]*"?|{_NAMED_SIGN}|\+[^\s+|]+\+|[.~]|\.?\(|\)|y\d*|[\s`$*\\;?@\#!])
  | (?P<unknown>.)
    """,
    re.VERBOSE | re.DOTALL,
)
"""Every sign of a line of music, in the order in which they are tried; `silent` ones neither sound nor take time."""

CHORD_SIGNS: Final = re.compile(
    rf"""
    (?P<note>{_NAMED_NOTE})
  | (?P<tie>\.?-)
  | (?P<silent>[zxy]{_LENGTH}|\s+|"[^"]*"|!\S*?!|\+[^+]*\+|[.~H-Wh-w()])
  | (?P<unknown>.)
    """,
    re.VERBOSE | re.DOTALL,
)
"""Every sign within a chord."""

DEFINED_SYMBOLS: Final = frozenset("HLMOPSTuv")
"""Letters that stand for decorations by themselves; U: fields give a meaning to others from H to W and h to w."""

ACCIDENTALS: Final = re.compile(r"(\^\^?|__?|=)([A-Ga-g])([',]*)")
"""Notes with an accidental, as among grace notes."""

_MOST_DIGITS: Final = 6


@lru_cache(maxsize=1024)
def natural_pitch(letter: str, octave: str) -> int:
    """The MIDI note number of a letter with its octave marks, without accidental."""
    above = (letter.islower() + octave.count("'") - octave.count(",")) * 12
    return MIDDLE_C + SEMITONES[letter.upper()] + above


@lru_cache(maxsize=1024)
def length_in(text: str) -> Fraction | None:
    """How many units long ``3/2``, ``/``, ``//`` or nothing is; None where that is no length."""
    above, slash, below = text.partition("/")
    slashes = slash + below[: len(below) - len(below.lstrip("/"))]
    below = below.lstrip("/")
    if len(above) > _MOST_DIGITS or len(below) > _MOST_DIGITS or len(slashes) > _MOST_DIGITS:
        return None
    divisor = int(below) if below else 2 ** len(slashes)
    if not divisor or (above and not int(above)):
        return None
    return Fraction(int(above or 1), divisor)
