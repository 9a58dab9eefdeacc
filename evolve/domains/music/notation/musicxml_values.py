"""What single elements of MusicXML say: numbers, lengths, pitches, metres, tempi, transpositions and instruments.

As they are defined in MusicXML 4.0 (W3C Music Notation Community Group, 2021).
"""

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Final
from xml.etree import ElementTree as ET

from evolve.domains.music.instruments import SEMITONES
from evolve.domains.music.plain import is_tempo, plain_metre
from evolve.domains.music.song import PIANO, Metre

_NUMBER: Final = re.compile(r"[+-]?(?:[0-9]{1,9}(?:\.[0-9]{0,20})?|\.[0-9]{1,20})")
_FIRST_NUMBER: Final = re.compile(r"[0-9]{1,6}(?:[.,][0-9]{1,9})?")
_OCTAVE: Final = 12
_HIGHEST_OCTAVE: Final = 99
_MOST_DOTS: Final = 8
_LENGTHS: Final = {
    "maxima": Fraction(32),
    "long": Fraction(16),
    "breve": Fraction(8),
    "whole": Fraction(4),
    "half": Fraction(2),
    "quarter": Fraction(1),
    "eighth": Fraction(1, 2),
} | {f"{part}{'nd' if part == 32 else 'th'}": Fraction(4, part) for part in (16, 32, 64, 128, 256, 512, 1024)}  # noqa: PLR2004 -- a 32nd
_SECTION_LINES: Final = frozenset({"light-light", "light-heavy", "heavy-light", "heavy-heavy", "heavy"})

_SOUNDS: Final = (
    ("keyboard.harpsichord", 6),
    ("keyboard.organ", 19),
    ("keyboard.accordion", 21),
    ("pluck.guitar.electric", 27),
    ("pluck.guitar", 24),
    ("pluck.bass", 33),
    ("pluck.harp", 46),
    ("strings.violin", 40),
    ("strings.viola", 41),
    ("strings.cello", 42),
    ("strings.contrabass", 43),
    ("strings.viol", 42),
    ("strings", 48),
    ("voice", 52),
    ("brass.trombone", 57),
    ("brass.tuba", 58),
    ("brass.french-horn", 60),
    ("brass.natural-horn", 60),
    ("brass", 56),
    ("wind.reed.saxophone.soprano", 64),
    ("wind.reed.saxophone.alto", 65),
    ("wind.reed.saxophone.tenor", 66),
    ("wind.reed.saxophone", 67),
    ("wind.reed.oboe", 68),
    ("wind.reed.english-horn", 69),
    ("wind.reed.bassoon", 70),
    ("wind.reed.contrabassoon", 70),
    ("wind.reed", 71),
    ("wind.flutes.flute.piccolo", 72),
    ("wind.flutes.recorder", 74),
    ("wind.flutes", 73),
    ("drum.timpani", 47),
)
"""General MIDI programs of MusicXML's sound names, by the first that a name begins with."""


@dataclass(frozen=True, slots=True)
class Transposition:
    """How what is written sounds.

    Attributes:
        semitones: How much higher.
        doubled: How many semitones away it sounds once more; 0 where it does not.
    """

    semitones: int = 0
    doubled: int = 0


def number(text: str | None) -> Fraction | None:
    """A plain decimal; None for anything else, and for numbers with more digits than music has."""
    stripped = (text or "").strip()
    return Fraction(stripped) if _NUMBER.fullmatch(stripped) else None


def whole(text: str | None) -> int | None:
    """A whole number; None for anything else."""
    value = number(text)
    return int(value) if value is not None and value.denominator == 1 else None


@lru_cache(maxsize=4096)
def beats(text: str | None, divisions: Fraction) -> Fraction | None:
    """A duration in quarter notes; None where there is none, or it is no number."""
    value = number(text)
    return None if value is None else value / divisions


@lru_cache(maxsize=4096)
def looks(kind: str | None, dots: int, actual: str | None, normal: str | None) -> Fraction | None:
    """How long a note looks, in quarter notes; None where it has no type.

    Args:
        kind: Its type, such as ``quarter``.
        dots: Behind it.
        actual: How many of its tuplet are played; None outside of one.
        normal: In the time of how many.
    """
    length = _LENGTHS.get((kind or "").strip())
    if length is None:
        return None
    dotted = length * (2 - Fraction(1, 2 ** min(dots, _MOST_DOTS)))
    return dotted * abs(Fraction(whole(normal) or 1, whole(actual) or 1))


@lru_cache(maxsize=4096)
def written_pitch(step: str, octave: str | None, alter: str) -> Fraction | None:
    """A MIDI note number as written, perhaps between two keys; None where the pitch is none."""
    semitones, octaves, altered = SEMITONES.get(step.strip()), whole(octave), number(alter)
    if semitones is None or octaves is None or altered is None or abs(octaves) > _HIGHEST_OCTAVE:
        return None
    return _OCTAVE * (octaves + 1) + semitones + altered


def transposition(transpose: ET.Element, *, is_concert: bool) -> Transposition:
    """What a `transpose` element says.

    Args:
        transpose: Its semitones and octaves add up.
        is_concert: Whether the whole score is written as it sounds, but for octaves.
    """
    chromatic = Fraction(0) if is_concert else number(transpose.findtext("chromatic")) or Fraction(0)
    octaves = whole(transpose.findtext("octave-change")) or 0
    double = transpose.find("double")
    doubled = 0 if double is None else _OCTAVE if double.get("above") == "yes" else -_OCTAVE
    return Transposition(round(chromatic) + _OCTAVE * octaves, doubled)


def metre_of(time: ET.Element) -> Metre | None:
    """A time signature, its parts added up in their smallest unit; None without one, or for one that no `Metre` is."""
    counts = [_sum(beats.text) for beats in time.findall("beats")]
    units = [whole(unit.text) for unit in time.findall("beat-type")]
    if not counts or len(counts) != len(units):
        return None
    known = [(count, unit) for count, unit in zip(counts, units, strict=True) if count and unit and unit > 0]
    if len(known) < len(counts):
        return None
    smallest = max(unit for _, unit in known)
    total = sum(Fraction(count * smallest, unit) for count, unit in known)
    return plain_metre(int(total), smallest) if total.denominator == 1 else None


def _sum(text: str | None) -> int | None:
    """``3`` or ``3+2``."""
    numbers = [whole(part) for part in (text or "").split("+")]
    known = [one for one in numbers if one is not None and one > 0]
    return sum(known) if len(known) == len(numbers) else None


def tempo_of(element: ET.Element) -> float | None:
    """Quarter notes a minute that a `sound` or `direction` asks for; None where it names no number."""
    sound = element if element.tag == "sound" else element.find("sound")
    if sound is not None and is_tempo(tempo := _float(sound.get("tempo"))):
        return tempo
    marks = (_metronome_tempo(mark) for mark in element.findall("direction-type/metronome"))
    return next((tempo for tempo in marks if is_tempo(tempo)), None)


def _float(text: str | None) -> float | None:
    value = number(text)
    return None if value is None else float(value)


def _metronome_tempo(metronome: ET.Element) -> float | None:
    """A metronome mark such as ``♩. = ca. 60``; None for one note set equal to another."""
    said = _FIRST_NUMBER.search(metronome.findtext("per-minute") or "")
    unit = Fraction(0)
    last = Fraction(0)
    for child in metronome.iter():
        if child.tag == "beat-unit":
            last = _LENGTHS.get((child.text or "").strip(), Fraction(0))
            unit += last
        elif child.tag == "beat-unit-dot":
            last /= 2
            unit += last
    return float(said[0].replace(",", ".")) * float(unit) if said and unit else None


def ends_section(barline: ET.Element) -> bool:
    """Whether a bar line parts sections: a repeat, an ending, or a double line."""
    if barline.find("repeat") is not None or barline.find("ending") is not None:
        return True
    return (barline.findtext("bar-style") or "").strip() in _SECTION_LINES


def program_of(score_part: ET.Element) -> int:
    """The General MIDI program of a part's first instrument that says one, else that of its first sound's name.

    Many programs write the piano's where nothing was chosen, so a sound's name stands above that. Without either it
    is the piano, as whoever writes four voices on two staves would play them.
    """
    said = (whole(instrument.findtext("midi-program")) for instrument in score_part.findall("midi-instrument"))
    program = next((one - 1 for one in said if one is not None), PIANO)
    if program != PIANO:
        return program
    sound = (score_part.findtext("score-instrument/instrument-sound") or "").strip()
    return next((program for start, program in _SOUNDS if sound.startswith(start)), PIANO)
