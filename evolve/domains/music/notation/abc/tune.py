"""A tune of ABC while it is read, and the signs of its lines of music."""

import re
from collections import Counter
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache
from typing import Final

from evolve.domains.music.errors import CorpusError
from evolve.domains.music.instruments import MIDDLE_C, SEMITONES
from evolve.domains.music.notation.abc.book import DIRECTIVE, AbcLine
from evolve.domains.music.notation.abc.fields import (
    AbcMacro,
    AbcSound,
    is_known_key,
    key_in,
    macro_in,
    name_in,
    sound_in,
    tempo_in,
    time_in,
    unit_in,
    usual_unit,
)
from evolve.domains.music.notation.abc.voice import AbcVoice
from evolve.errors import printable

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


MOST_RESTS: Final = 10_000
"""Whole bars of rest in a tune; more are a slip of a digit."""

_DRUMS: Final = 10
"""The MIDI channel on which notes are strokes."""

_PROGRAM: Final = re.compile(r"midi[\s=]+program\s+(?:\d+\s+)?(\d{1,3})\s*(?:%.*)?$", re.IGNORECASE)
_CHANNEL: Final = re.compile(r"midi[\s=]+channel\s+(\d{1,2})", re.IGNORECASE)
_TRANSPOSE: Final = re.compile(r"midi[\s=]+r?transpose\s+([+-]?\d{1,2})\s*$", re.IGNORECASE)
_ACCIDENTALS_LAST: Final = re.compile(r"propagate-accidentals[\s=]+(not|octave|pitch)")


class TuneInReading:
    """A tune while it is read.

    Attributes:
        voices: By the names that V: fields give them, in the order in which they come.
        tempo_bpm: Quarter notes a minute, of its first Q: with a number.
        propagation: How far accidentals hold within their bar: ``pitch``, in all octaves; ``octave``; ``not``.
        macros: Of its m: fields.
        symbols: Letters that stand for decorations, those of its U: fields among them.
        unknown: Signs that are none of ABC, counted.
        doubts: What could not be read as it stands; a dictionary for its order.
    """

    def __init__(self) -> None:
        """A tune without voices, in the usual key, metre and unit of lengths."""
        self.voices: dict[str, AbcVoice] = {}
        self.tempo_bpm: float | None = None
        self.propagation = "pitch"
        self.macros: list[AbcMacro] = []
        self.symbols = set(DEFINED_SYMBOLS)
        self.unknown: Counter[str] = Counter()
        self.doubts: dict[str, None] = {}
        self._usual = AbcVoice()
        self._now: AbcVoice | None = None
        self._rests = 0

    @property
    def writing(self) -> AbcVoice:
        """The voice that is being written."""
        if self._now is None:
            self._now = next(iter(self.voices.values()), None) or self._voice("1")
        return self._now

    def counted_rests(self, bars: int) -> int:
        """So many whole bars of rest.

        Raises:
            CorpusError: Its text is the reason alone: all voices together rest for more than any tune does.
        """
        self._rests += bars
        if self._rests > MOST_RESTS:
            raise CorpusError(f"rests for more than {MOST_RESTS:,} bars, which no tune does")
        return bars

    def doubt(self, said: str) -> None:
        """Keep a doubt, once."""
        self.doubts[said] = None

    def read_header(self, header: tuple[AbcLine, ...]) -> None:
        """What holds for the whole tune, or for a voice that is declared before its music."""
        usual, unit, tempo, has_key = self._usual, None, "", False
        declared: AbcVoice | None = None
        for name, text in ((line.name, line.text) for line in header):
            if name == "L":
                unit = self._unit(text) or unit
            elif name == "Q":
                tempo = tempo or text
            elif name == "V":
                declared = self._voice(text)
            elif name == DIRECTIVE:
                self._directive(text, declared)
            else:
                has_key |= name == "K"
                self._set(name, text, usual)
        usual.unit = unit or usual_unit(usual.time)
        self.tempo_bpm = tempo_in(tempo, usual.unit)
        if not has_key:
            self.doubt("no K: before the music: read without sharps and flats")
        for voice in self.voices.values():
            self._take_usual(voice)

    def _take_usual(self, voice: AbcVoice) -> None:
        """Give a voice that was declared before the tune's key what holds for all, but for what it said itself."""
        voice.key, voice.unit = self._usual.key, self._usual.unit
        voice.set_time(self._usual.time)
        if voice.sound == AbcSound():
            voice.sound = self._usual.sound

    def _set(self, name: str, text: str, *voices: AbcVoice) -> None:
        """What a field other than V:, L: and Q: says of some voices."""
        if name == "K":
            self._set_key(text, voices)
        elif name == "M":
            self._set_time(text, voices)
        elif name == "m":
            self.macros.extend(macro_in(text))
        elif name == "U":
            self.symbols.update(text.partition("=")[0].strip())

    def _set_key(self, text: str, voices: tuple[AbcVoice, ...]) -> None:
        key = key_in(text)
        for voice in voices:
            voice.sound = sound_in(text, voice.sound)
            if key is not None:
                voice.key = key
                voice.accidentals.clear()
        if not is_known_key(text):
            self.doubt(f"K:{printable(text)} is not a key that is known")

    def _set_time(self, text: str, voices: tuple[AbcVoice, ...]) -> None:
        time = time_in(text)
        if time is None:
            self.doubt(f"M:{printable(text)} says no metre")
            return
        for voice in voices:
            voice.set_time(time)

    def _unit(self, text: str) -> Fraction | None:
        unit = unit_in(text)
        if unit is None:
            self.doubt(f"L:{printable(text)} says no length")
        return unit

    def read_field(self, name: str, text: str) -> None:
        """A field among the music: of the voice that is being written, or of all where none is yet."""
        voices = (self._usual, *self.voices.values()) if self._now is None else (self._now,)
        if name == "V":
            self._now = self._voice(text)
        elif name == "L":
            unit = self._unit(text)
            for voice in voices if unit is not None else ():
                voice.unit = unit or voice.unit
        elif name == "Q":
            self.tempo_bpm = self.tempo_bpm or tempo_in(text, voices[0].unit)
        elif name in (DIRECTIVE, "I"):
            self._directive(text, self._now)
        else:
            self._set(name, text, *voices)

    def _voice(self, text: str) -> AbcVoice:
        """The voice that a V: field names, with what it says of it."""
        known = (text.split() or [""])[0]
        voice = self.voices.get(known)
        if voice is None:
            usual = self._usual
            voice = self.voices[known] = AbcVoice(
                key=usual.key, time=usual.time, unit=usual.unit, sound=usual.sound, program=usual.program
            )
        voice.sound = sound_in(text, voice.sound)
        voice.name = name_in(text) or voice.name
        return voice

    def _directive(self, text: str, voice: AbcVoice | None) -> None:
        """What an I: field or a %% line says of how the music sounds."""
        if lasts := _ACCIDENTALS_LAST.match(text):
            self.propagation = lasts[1]
        own = voice or self._usual
        own_voices = [own] if voice else [own, *self.voices.values()]
        for one in own_voices:
            if (program := _PROGRAM.match(text)) and not any(bar.notes for bar in one.bars):
                one.program = int(program[1])
            if channel := _CHANNEL.match(text):
                one.sound = replace(one.sound, is_drum=int(channel[1]) == _DRUMS)
            if moved := _TRANSPOSE.match(text):
                one.sound = replace(one.sound, semitones=int(moved[1]))
