"""What the fields of a tune say: keys, metres, lengths, tempos, how a voice sounds, and macros."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from typing import Final

from evolve.domains.music.plain import plain_metre
from evolve.domains.music.song import COMMON_TIME, Metre

_SHARPS_IN_MAJOR: Final = {"C": 0, "D": 2, "E": 4, "F": -1, "G": 1, "A": 3, "B": 5}
_SHARPS_OF_MODE: Final = {
    "": 0, "maj": 0, "ion": 0, "mix": -1, "dor": -2, "m": -3, "min": -3, "aeo": -3, "phr": -4, "loc": -5, "lyd": 1,
}  # fmt: skip
"""How many more sharps a mode has than the major key on its tonic, by its first three letters."""

_SHARPS_IN_ORDER: Final = "FCGDAEB"
_PIPES: Final = {"F": 1, "C": 1}
"""What the Highland bagpipe plays, whether its key is written (Hp) or not (HP)."""

ALTERATIONS: Final[Mapping[str, int]] = {"^": 1, "^^": 2, "_": -1, "__": -2, "=": 0}
"""Semitones of each accidental."""

_KEY: Final = re.compile(r"\s*([A-G])([#b]?)\s*([A-Za-z]*)")
_KEY_ACCIDENTAL: Final = re.compile(r"(\^\^?|__?|=)([A-Ga-g])(?![A-Za-z])")
_PROPERTY: Final = re.compile(
    r"\b(clef|octave|transpose|t|middle|m|s?name|s?nm|subname|stafflines|staffscale|stems?|gstems?|score|sound|shift"
    r"|cue|instrument|style)\s*=\s*(\"[^\"]*\"|\S+)",
    re.IGNORECASE,
)
_OCTAVE_CLEF: Final = re.compile(r"(?:^|[\s=])(?:treble|alto|tenor|bass|perc|auto|none|[GCFP]\d?)\d?([+-])8\b")
_CLEFS: Final = ("treble", "alto", "tenor", "bass", "perc", "auto", "none")
_DRUM_CLEF: Final = re.compile(r"(?:^|[\s=])perc\b")

_FRACTION: Final = re.compile(r"(\d{1,4})\s*/\s*(\d{1,4})")
_TEMPO_OF_NOTES: Final = re.compile(
    r"(\d{1,4}\s*/\s*\d{1,4}(?:\s+\d{1,4}\s*/\s*\d{1,4})*)\s*=\s*(\d{1,4}(?:\.\d{1,4})?)"
)
_TEMPO_OF_UNITS: Final = re.compile(r"(?:[Cc]\s*(\d{0,3})\s*=\s*)?(\d{1,4}(?:\.\d{1,4})?)\s*$")
_TEXT: Final = re.compile(r"\"[^\"]*\"?")

_LONGEST_METRE: Final = 100
"""In characters."""

_SHORT_METRE: Final = Fraction(3, 4)
"""Of a whole note; in metres shorter than this the unit of lengths is a sixteenth."""


@dataclass(frozen=True, slots=True)
class AbcKey:
    """A key signature."""

    alterations: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class AbcMetre:
    """A time signature.

    Attributes:
        metre: None for free time, or one that no `Metre` is.
        bar_beats: How long a bar is, in quarter notes; that of 4/4 in free time.
    """

    metre: Metre | None
    bar_beats: Fraction


@dataclass(frozen=True, slots=True)
class AbcSound:
    """How what is written sounds.

    Attributes:
        octaves: By how many octaves it is moved.
        semitones: And by how many semitones.
        is_drum: Whether it is struck, and so has no pitch.
    """

    octaves: int = 0
    semitones: int = 0
    is_drum: bool = False

    @property
    def shift(self) -> int:
        """Semitones in all."""
        return 12 * self.octaves + self.semitones


NO_KEY: Final = AbcKey({})
COMMON: Final = AbcMetre(COMMON_TIME, Fraction(4))
FREE: Final = AbcMetre(None, Fraction(4))


@lru_cache(maxsize=512)
def key_in(text: str) -> AbcKey | None:
    """The key of a K: field: tonic, mode and accidentals of its own; None where it only says a clef, or nothing."""
    said = _without_properties(text)
    if said[:2] in ("HP", "Hp"):
        return AbcKey(_PIPES)
    own = {letter.upper(): ALTERATIONS[sign] for sign, letter in _KEY_ACCIDENTAL.findall(said)}
    tonic = _KEY.match(said)
    if tonic is None:
        return AbcKey(own) if own or said.split()[:1] == ["none"] or not text.strip() else None
    mode = tonic[3][:3].lower()
    if mode == "exp":
        return AbcKey(own)
    sharps = _SHARPS_IN_MAJOR[tonic[1]] + 7 * {"": 0, "#": 1, "b": -1}[tonic[2]] + _SHARPS_OF_MODE.get(mode, 0)
    return AbcKey(_signature(sharps) | own)


def _signature(sharps: int) -> dict[str, int]:
    """The letters that so many sharps raise, or flats lower; from the eighth on twice."""
    order, step = (_SHARPS_IN_ORDER, 1) if sharps > 0 else (_SHARPS_IN_ORDER[::-1], -1)
    signature: dict[str, int] = {}
    for index in range(abs(sharps)):
        letter = order[index % len(order)]
        signature[letter] = signature.get(letter, 0) + step
    return signature


def is_known_key(text: str) -> bool:
    """Whether all is known that a K: field says: a tonic with its mode, none, or only how a voice sounds."""
    said = _KEY_ACCIDENTAL.sub("", _without_properties(text)).strip()
    if said[:2] in ("HP", "Hp"):
        return True
    tonic = _KEY.match(said)
    words = said.split() if tonic is None else [tonic[3], *said[tonic.end() :].split()]
    return all(_is_known_word(word.lower()) for word in words)


def _is_known_word(word: str) -> bool:
    return word[:3] in _SHARPS_OF_MODE or word[:3] == "exp" or re.sub(r"[+-]8$", "", word) in _CLEFS


def _without_properties(text: str) -> str:
    """What a K: field says of the key, its signs as one types them."""
    return _PROPERTY.sub("", text).replace("♯", "#").replace("♭", "b").strip()


def sound_in(text: str, sound: AbcSound) -> AbcSound:
    """How a voice sounds after a K: or V: field: its clef's 8, its octave, its transposition."""
    said = _properties(text)
    clefs = f" {said.get('clef', '')} {_PROPERTY.sub('', text)}"
    if clef := _OCTAVE_CLEF.search(clefs):
        sound = replace(sound, octaves=1 if clef[1] == "+" else -1)
    elif said.get("clef"):
        sound = replace(sound, octaves=0, is_drum=False)
    if _DRUM_CLEF.search(clefs):
        sound = replace(sound, is_drum=True)
    if (octave := _small(said.get("octave"))) is not None:
        sound = replace(sound, octaves=octave)
    if (semitones := _small(said.get("transpose", said.get("t")))) is not None:
        sound = replace(sound, semitones=semitones)
    return sound


def name_in(text: str) -> str:
    """The name that a V: field gives its voice; empty when it gives none."""
    said = _properties(text)
    return said.get("name", said.get("nm", ""))


def time_in(text: str) -> AbcMetre | None:
    """The time signature of an M: field: ``C``, ``C|``, ``6/8``, sums such as ``(3+2)/8`` or ``2/4+3/8``, ``none``.

    None when it is none of them.
    """
    said = text.split("=", maxsplit=1)[0].strip()
    if said.lower() in ("", "none", "free"):
        return FREE
    if said.lower() in ("c", "c|"):
        return COMMON if said.lower() == "c" else AbcMetre(Metre(2, 2), Fraction(4))
    parts = re.findall(r"([\d+()\s]+)/\s*(\d+)", said)
    if not parts or re.sub(r"[\d+()\s/]", "", said) or re.search(r"\d{4}", said):
        return None
    sums = [(sum(map(int, re.findall(r"\d+", beats))), int(unit)) for beats, unit in parts]
    if any(beats == 0 or unit == 0 for beats, unit in sums):
        return None
    unit = max(unit for _, unit in sums)
    length = sum((Fraction(4 * beats, own) for beats, own in sums), Fraction(0))
    beats = length * unit / 4
    return AbcMetre(plain_metre(int(beats), unit) if beats.denominator == 1 else None, length)


def unit_in(text: str) -> Fraction | None:
    """The unit of lengths of an L: field, in quarter notes; None when it says none."""
    said = _FRACTION.match(text.strip())
    if said is None:
        return Fraction(4) if text.strip() == "1" else None
    return Fraction(4 * int(said[1]), int(said[2])) if int(said[1]) and int(said[2]) else None


def usual_unit(time: AbcMetre) -> Fraction:
    """The unit of lengths where no L: says one, in quarter notes."""
    return Fraction(1, 4) if time.metre is not None and time.bar_beats / 4 < _SHORT_METRE else Fraction(1, 2)


def tempo_in(text: str, unit: Fraction) -> float | None:
    """Quarter notes a minute of a Q: field; None when it says words alone.

    Args:
        text: Such as ``"Lively" 3/8=120``, or in the older way ``120`` or ``C3=120``, which count units of lengths.
        unit: The unit of lengths, in quarter notes.
    """
    said = _TEXT.sub(" ", text)
    if notes := _TEMPO_OF_NOTES.search(said):
        lengths = [(int(above), int(below)) for above, below in _FRACTION.findall(notes[1])]
        beats = sum((Fraction(4 * above, below) for above, below in lengths if below), Fraction(0))
        return float(beats) * float(notes[2])
    if units := _TEMPO_OF_UNITS.match(said.strip()):
        return float(unit) * int(units[1] or 1) * float(units[2])
    return None


def _properties(text: str) -> dict[str, str]:
    return {name.lower(): value.strip('"') for name, value in _PROPERTY.findall(text)}


def _small(text: str | None) -> int | None:
    """A whole number of at most two digits."""
    return int(text) if text is not None and re.fullmatch(r"[+-]?\d{1,2}", text) else None


_SCALE: Final = [letter + "," * marks for marks in (3, 2, 1) for letter in "CDEFGAB"]
_PLACES: Final = _SCALE + list("CDEFGABcdefgab") + [letter + "'" * marks for marks in (1, 2, 3) for letter in "cdefgab"]
"""Every note that a macro may be moved to, from low to high."""

_NOTE: Final = r"((?:\^\^?|__?|=)?)([A-Ga-g][',]*)"
_MOST_GROWTH: Final = 20
"""How many times as long macros may make a line."""


@dataclass(frozen=True, slots=True)
class AbcMacro:
    """What is written, and what is meant.

    Attributes:
        pattern: What is written; with the note that stands for n where there is one.
        meant: What is played instead; letters from h to z are steps from n.
        is_moved: Whether it is moved to the note that stands for n.
    """

    pattern: re.Pattern[str]
    meant: str
    is_moved: bool


def macro_in(text: str) -> Iterator[AbcMacro]:
    """The macro of an m: field, if it is one."""
    written, equals, meant = (one.strip() for one in text.partition("="))
    if not (written and equals):
        return
    is_moved = "n" in written
    pattern = re.escape(written).replace("n", _NOTE, 1) if is_moved else re.escape(written)
    yield AbcMacro(re.compile(pattern + r"(?![\d/])"), meant, is_moved)


def expand(line: str, macros: Sequence[AbcMacro]) -> str:
    """A line of music with all its macros played out, the longest ones first."""
    most = _MOST_GROWTH * (len(line) + 100)
    for macro in sorted(macros, key=lambda one: -len(one.pattern.pattern)):
        replaced = macro.pattern.sub(lambda found, own=macro: _meant(own, found), line)  # type: ignore[misc]
        line = replaced if len(replaced) <= most else line
    return line


def _meant(macro: AbcMacro, found: re.Match[str]) -> str:
    if not macro.is_moved:
        return macro.meant
    here = _PLACES.index(found[2]) if found[2] in _PLACES else None
    if here is None:
        return found[0]
    return re.sub(r"[h-z]", lambda step: _step(found[1], here, ord(step[0]) - ord("n")), macro.meant)


def _step(accidental: str, here: int, steps: int) -> str:
    place = _PLACES[max(0, min(here + steps, len(_PLACES) - 1))]
    return accidental + place if not steps else place
