"""Signs of Humdrum's **kern representation, and the spines in which they stand.

Source: D. Huron, The Humdrum Toolkit: Reference Manual, **kern; C. Sapp's additions for typesetting are passed over.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby
from types import MappingProxyType
from typing import Final

from evolve.domains.music.errors import CorpusError
from evolve.domains.music.instruments import MIDDLE_C, SEMITONES
from evolve.domains.music.plain import plain_metre
from evolve.domains.music.song import Metre
from evolve.words import counted, worded

_MOST_DIGITS: Final = 4
"""In a note value; nothing is shorter than a 9999th of a whole note."""

_MOST_DOTS: Final = 6
_LONGEST_CHORD: Final = 10_000
"""In characters; a hand plays ten notes."""
_BREVES: Final = MappingProxyType({"0": 2, "00": 4, "000": 8, "0000": 16})
"""Whole notes in what is longer than one."""

_LETTER: Final = re.compile("[A-Ga-g]")
_RECIP: Final = re.compile(r"([0-9]+)(?:%([0-9]+))?")
_TREMOLO: Final = re.compile(r"@+[0-9]*@*")
_METRE: Final = re.compile(r"\*M([0-9]{1,3}(?:\+[0-9]{1,3}){0,20})/([0-9]{1,3})(?:%([0-9]{1,3}))?(?![0-9%])")
_NO_METRE: Final = re.compile(r"\*M[XxZz?]")
_TEMPO: Final = re.compile(r"\*MM([0-9]{1,6}(?:\.[0-9]{1,9})?)")
_SECTION_END: Final = re.compile(r":|\|\||\|!|!\||!!|==")

_INSTRUMENTS: Final = MappingProxyType(
    {
        "piano": ("Piano", 0), "fortp": ("Fortepiano", 0), "forte": ("Fortepiano", 0), "klav": ("Keyboard", 0),
        "cemba": ("Harpsichord", 6), "clavi": ("Clavichord", 7), "celes": ("Celesta", 8), "glock": ("Glockenspiel", 9),
        "vibra": ("Vibraphone", 11), "marim": ("Marimba", 12), "xylo": ("Xylophone", 13), "campn": ("Bells", 14),
        "organ": ("Organ", 19), "porgn": ("Organ", 19), "ped": ("Pedal", 19), "hmnm": ("Harmonium", 20),
        "accor": ("Accordion", 21), "armon": ("Harmonica", 22), "guitr": ("Guitar", 24), "liuto": ("Lute", 24),
        "mando": ("Mandolin", 24), "banjo": ("Banjo", 105), "sitar": ("Sitar", 104), "shami": ("Shamisen", 106),
        "koto": ("Koto", 107), "violn": ("Violin", 40), "viola": ("Viola", 41), "cello": ("Cello", 42),
        "cbass": ("Double bass", 43), "arpa": ("Harp", 46), "timpa": ("Timpani", 47), "viol": ("Viol", 41),
        "violt": ("Treble viol", 40), "violb": ("Bass viol", 42), "gamba": ("Bass viol", 42),
        "vox": ("Voice", 52), "cant": ("Cantus", 52), "soprn": ("Soprano", 52), "mezzo": ("Mezzo-soprano", 52),
        "alto": ("Alto", 52), "calto": ("Contralto", 52), "calt": ("Contralto", 52), "tenor": ("Tenor", 52),
        "barit": ("Baritone", 52), "bass": ("Bass", 52), "quint": ("Quintus", 52), "sext": ("Sextus", 52),
        "tromp": ("Trumpet", 56), "tromt": ("Trombone", 57), "tromb": ("Trombone", 57), "tuba": ("Tuba", 58),
        "cor": ("Horn", 60), "corno": ("Horn", 60), "cornt": ("Cornet", 56), "clrno": ("Clarion", 56),
        "saxS": ("Soprano saxophone", 64), "soprs": ("Soprano saxophone", 64), "saxA": ("Alto saxophone", 65),
        "altos": ("Alto saxophone", 65), "tenos": ("Tenor saxophone", 66), "barsx": ("Baritone saxophone", 67),
        "oboe": ("Oboe", 68), "cangl": ("English horn", 69), "fagot": ("Bassoon", 70), "clars": ("Clarinet", 71),
        "clart": ("Clarinet", 71), "clarb": ("Bass clarinet", 71), "picco": ("Piccolo", 72), "flt": ("Flute", 73),
        "flute": ("Flute", 73), "flt_t": ("Flute", 73), "recrd": ("Recorder", 74), "flauto": ("Flute", 73),
        "panpi": ("Pan pipes", 75), "bagpi": ("Bagpipes", 109), "fiddl": ("Fiddle", 110), "chime": ("Chimes", 14),
    }
)  # fmt: skip
"""Abbreviations of instruments with their names and General MIDI programs."""


@dataclass(frozen=True, slots=True)
class Sounding:
    """A note of a token.

    Attributes:
        pitch: MIDI note number as it sounds; may be out of range.
        duration_beats: Quarter notes, more than 0.
        is_tied: Whether a tie ends on it.
        ties_on: Whether a tie begins on it.
    """

    pitch: int
    duration_beats: Fraction
    is_tied: bool
    ties_on: bool


@dataclass(frozen=True, slots=True)
class KernToken:
    """What a **kern spine has in a row.

    Attributes:
        duration_beats: Until the spine goes on, in quarter notes; 0 where nothing begins that takes time.
        notes: That sound; grace notes and rests do not.
        unknown: What is neither a note nor a rest.
    """

    duration_beats: Fraction = Fraction(0)
    notes: tuple[Sounding, ...] = ()
    unknown: tuple[str, ...] = ()


def token_of(text: str) -> KernToken:
    """What a data token says: a note, a chord, a rest, grace notes, or nothing new (``.``).

    The spine goes on after the first note of a chord; a note of a chord without a duration has the first one's.
    """
    if len(text) > _LONGEST_CHORD:
        return KernToken(unknown=(text[:_LONGEST_CHORD],))
    notes: list[Sounding] = []
    unknown: list[str] = []
    first: Fraction | None = None
    for one in text.split(" "):
        if one in ("", ".") or _is_grace(one):
            continue
        duration = _duration(one)
        duration = first if duration is None else duration
        first = duration if first is None else first
        is_silent = "r" in one or "R" in one
        pitch = None if is_silent else pitch_of(one)
        if duration is None or (pitch is None and not is_silent):
            unknown.append(one)
        elif pitch is not None:
            notes.append(Sounding(pitch, duration, "_" in one or "]" in one, "_" in one or "[" in one))
    return KernToken(first or Fraction(0), tuple(notes), tuple(unknown))


def pitch_of(text: str) -> int | None:
    """The MIDI note number of a note: ``c`` is middle C, ``cc`` lies above and ``C`` below it.

    Its letters and accidentals may stand apart, with other marks between them; with two kinds of letters it is no note.
    """
    letters = _LETTER.findall(text)
    if len(set(letters)) != 1:
        return None
    octave = len(letters) - 1 if letters[0].islower() else -len(letters)
    accidental = text.count("#") - text.count("-")
    return MIDDLE_C + 12 * octave + SEMITONES[letters[0].upper()] + accidental


def metre_of(text: str) -> tuple[Metre | None] | None:
    """The time signature of a tandem interpretation, in a tuple; with None in it where music goes on without one."""
    if (found := _METRE.match(text)) is None:
        return (None,) if _NO_METRE.match(text) else None
    beats, unit, parts = found.groups(default="1")
    if int(unit) == 0:
        unit, parts = "1", str(_BREVES.get(unit, 0))
    total = sum(map(int, beats.split("+"))) * int(parts)
    if int(unit) % 2 == 0 or parts == "1":
        return (plain_metre(total, int(unit)),)
    whole_notes = Fraction(total, int(unit))
    return (plain_metre(whole_notes.numerator, whole_notes.denominator),)


def tempo_of(text: str) -> float | None:
    """Quarter notes a minute of a metronome mark; None for any other interpretation."""
    found = _TEMPO.match(text)
    return float(found[1]) if found else None


def instrument_of(text: str) -> tuple[str, int] | None:
    """Name and General MIDI program of an instrument's interpretation, such as ``*Ivioln``; None for any other."""
    return _INSTRUMENTS.get(text[2:]) if text.startswith("*I") else None


def name_of(text: str) -> str:
    """What a part is called in the score by ``*I"``; empty for any other interpretation."""
    return text[3:].strip() if text.startswith('*I"') else ""


def ends_section(bar_line: str) -> bool:
    """Whether a bar line is a repeat sign or a double one."""
    return _SECTION_END.search(bar_line) is not None


def _is_grace(note: str) -> bool:
    """Whether a note takes no time of its own: q and qq grace notes, and groupettos, whose values are nominal."""
    return "q" in note or "Q" in note


def _duration(note: str) -> Fraction | None:
    """Quarter notes of the first value in a note, dots counted; None without one, or with one that nobody writes."""
    if (found := _RECIP.search(_TREMOLO.sub("", note))) is None:
        return None
    digits, parts = found.groups(default="1")
    dots = note.count(".")
    if max(len(digits), len(parts)) > _MOST_DIGITS or dots > _MOST_DOTS:
        return None
    recip, times = int(digits), int(parts)
    if recip == 0:
        recip, times = 1, _BREVES.get(digits, 0) * times
    return Fraction(4 * times, recip) * (2 - Fraction(1, 2**dots)) or None


KERN: Final = "**kern"
PATHS: Final = frozenset(("*^", "*v", "*x", "*+", "*-"))
"""Interpretations that say what becomes of a spine."""

MOST_SPINES: Final = 500
"""An orchestra's score has a tenth of it; a spine that is split again and again can fill any memory."""


@dataclass(slots=True)
class Spine:
    """A column, or one of those that it was split into.

    Attributes:
        kind: Its exclusive interpretation; empty until one is read.
        part: Number of the part that it is read into; None unless it is a **kern spine.
        ends: When its last note or rest is over, in quarter notes from the beginning.
        is_idle: Whether its last note was over before a row that had nothing for it; then it is as late as the others.
    """

    kind: str = ""
    part: int | None = None
    ends: Fraction = Fraction(0)
    is_idle: bool = False


def fields_of(line: int, row: str) -> list[str]:
    """The fields of a row, without the spaces around them.

    Raises:
        CorpusError: Its text is the reason alone: far too many of them.
    """
    if row.count("\t") > 2 * MOST_SPINES:
        raise CorpusError(f"cannot be read as kern: line {line:,} has more than {2 * MOST_SPINES:,} fields")
    return [field.strip() for field in row.split("\t")]


def begun(line: int, tokens: Sequence[str]) -> list[Spine]:
    """The spines of a first row, which must say what they are; no kinds are set yet.

    Raises:
        CorpusError: Its text is the reason alone.
    """
    if any(not token.startswith("**") for token in tokens):
        raise CorpusError(f"cannot be read as kern: line {line:,} does not say what its columns are, such as {KERN}")
    return _checked(line, [Spine() for _ in tokens])


def check_fields(line: int, tokens: Sequence[str], spines: Sequence[Spine]) -> None:
    """Refuse a row that has more or fewer fields than there are spines.

    Raises:
        CorpusError: Its text is the reason alone.
    """
    if len(tokens) != len(spines):
        has, wanted = counted(len(tokens), "field"), counted(len(spines), "spine")
        are = worded(len(spines), "is", "are")
        raise CorpusError(f"cannot be read as kern: line {line:,} has {has} where {wanted} {are}")


def moved(line: int, tokens: Sequence[str], spines: Sequence[Spine]) -> list[Spine]:
    """The spines after a row of interpretations.

    Raises:
        CorpusError: Its text is the reason alone: too many of them.
    """
    after: list[Spine] = []
    for path, group in groupby(zip(tokens, spines, strict=True), key=lambda pair: pair[0]):
        members = [spine for _, spine in group]
        after.extend(_joined(members) if path == "*v" else _moved_alone(path, members))
    exchanged = {id(spine) for path, spine in zip(tokens, spines, strict=True) if path == "*x"}
    places = [place for place, spine in enumerate(after) if id(spine) in exchanged]
    for one, other in zip(places[::2], places[1::2], strict=False):
        after[one], after[other] = after[other], after[one]
    return _checked(line, after)


def _moved_alone(path: str, spines: Sequence[Spine]) -> Iterator[Spine]:
    """Neighbouring spines with the same token, one that joins none of them."""
    for spine in spines:
        if path != "*-":
            yield spine
        if path == "*^":
            yield Spine(spine.kind, spine.part, spine.ends, spine.is_idle)
        if path == "*+":
            yield Spine()


def _joined(spines: Sequence[Spine]) -> Iterator[Spine]:
    """Neighbours that are to be joined: those of a part with each other, or all where that would join nothing."""
    groups = [list(group) for _, group in groupby(spines, key=lambda spine: (spine.kind, spine.part))]
    if any(len(group) == 1 for group in groups):
        groups = [list(spines)]
    for group in groups:
        latest = [spine for spine in group if not spine.is_idle] or group
        yield max(latest, key=lambda spine: spine.ends)


def _checked(line: int, spines: list[Spine]) -> list[Spine]:
    if len(spines) > MOST_SPINES:
        raise CorpusError(f"cannot be read as kern: more than {MOST_SPINES} spines from line {line:,} on")
    return spines
