"""The notes of a bar as elements of MusicXML."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from xml.etree import ElementTree as ET

from evolve.music.score.layout import Bar
from evolve.music.score.spelling import Accidentals, spelled
from evolve.music.score.symbols import Symbol, Tone, Voice
from evolve.music.score.xml_elements import child

VOICES_A_STAFF: Final = 4
"""How the voices of a part are numbered: from 1 on its first staff, from 5 on its second."""


def add_notes(measure: ET.Element, bar: Bar, sharps: int) -> None:
    """Add the notes of a bar to its element: the voices one after the other, each from where the bar begins."""
    has_staves = len(bar.staves) > 1
    for number, staff in enumerate(bar.staves):
        accidentals = _accidentals(staff, sharps)
        for voice_number, voice in enumerate(staff):
            if number or voice_number:
                child(child(measure, "backup"), "duration", bar.ticks)
            where = _Where(VOICES_A_STAFF * number + voice_number + 1, number + 1 if has_staves else None)
            for at, symbol in enumerate(voice):
                bracket = _bracket(voice[at:])
                for tone in range(max(1, len(symbol.tones))):
                    head = _Head(symbol, tone, accidentals.get((voice_number, at, tone)), sharps)
                    _add_note(measure, head, where, bracket if tone == 0 else "")


@dataclass(frozen=True, slots=True)
class _Where:
    """The numbers of a voice and, in a part of several, of its staff."""

    voice: int
    staff: int | None


@dataclass(frozen=True, slots=True)
class _Head:
    """One notehead of a symbol, or the rest that it is."""

    symbol: Symbol
    number: int
    accidental: str | None
    sharps: int

    @property
    def tone(self) -> Tone | None:
        """What it sounds."""
        return self.symbol.tones[self.number] if self.symbol.tones else None


def _accidentals(staff: Sequence[Voice], sharps: int) -> dict[tuple[int, int, int], str]:
    """The accidentals of a bar, by voice, symbol and tone: what one voice alters holds for the other."""
    needed = {}
    accidentals = Accidentals(sharps)
    order = sorted((symbol.start, number, at) for number, voice in enumerate(staff) for at, symbol in enumerate(voice))
    for _, number, at in order:
        for which, tone in enumerate(staff[number][at].tones):
            mark = accidentals.needed(spelled(tone.pitch, sharps), is_held=tone.is_held)
            if mark:
                needed[number, at, which] = mark
    return needed


def _bracket(symbols: Sequence[Symbol]) -> str:
    """Whether the triplet that begins these symbols, if one does, has a bracket: a single beam shows it as well."""
    if symbols[0].triplet is None or not symbols[0].triplet.is_first:
        return ""
    last = next(at for at, symbol in enumerate(symbols) if symbol.triplet and symbol.triplet.is_last)
    beams = [symbol.beams[0] if symbol.beams else "" for symbol in symbols[: last + 1]]
    return "no" if beams == ["begin", *["continue"] * (last - 1), "end"] else "yes"


def _add_note(measure: ET.Element, head: _Head, where: _Where, bracket: str) -> None:
    """Add a note element, its children in the order that the schema demands."""
    symbol, tone = head.symbol, head.tone
    note = child(measure, "note")
    if tone is None:
        _add_rest(note, symbol)
    else:
        _add_pitch(note, tone, head)
    child(note, "duration", symbol.ticks)
    for kind in _ties(tone):
        child(note, "tie", type=kind)
    child(note, "voice", where.voice)
    if not symbol.fills_bar:
        child(note, "type", symbol.value.name)
    for _ in range(symbol.value.dots):
        child(note, "dot")
    if head.accidental:
        child(note, "accidental", head.accidental)
    _add_ratio(note, symbol)
    if where.staff:
        child(note, "staff", where.staff)
    if head.number == 0:
        for level, mark in enumerate(symbol.beams, 1):
            child(note, "beam", mark, number=str(level))
    _add_notations(note, head, bracket)


def _add_rest(note: ET.Element, symbol: Symbol) -> None:
    if symbol.is_hidden:
        note.set("print-object", "no")
    rest = child(note, "rest")
    if symbol.fills_bar:
        rest.set("measure", "yes")


def _add_pitch(note: ET.Element, tone: Tone, head: _Head) -> None:
    if head.number:
        child(note, "chord")
    spelling = spelled(tone.pitch, head.sharps)
    pitch = child(note, "pitch")
    child(pitch, "step", spelling.step)
    if spelling.alter:
        child(pitch, "alter", spelling.alter)
    child(pitch, "octave", spelling.octave)


def _add_ratio(note: ET.Element, symbol: Symbol) -> None:
    """That three last as long as two."""
    if symbol.triplet is None:
        return
    ratio = child(note, "time-modification")
    child(ratio, "actual-notes", 3)
    child(ratio, "normal-notes", 2)
    child(ratio, "normal-type", symbol.triplet.unit)


def _add_notations(note: ET.Element, head: _Head, bracket: str) -> None:
    """Ties, and where a triplet starts and stops."""
    triplet = head.symbol.triplet if head.number == 0 else None
    marks = [("tied", {"type": kind}) for kind in _ties(head.tone)]
    if triplet and triplet.is_first:
        marks.append(("tuplet", {"type": "start", "bracket": bracket}))
    if triplet and triplet.is_last:
        marks.append(("tuplet", {"type": "stop"}))
    if marks:
        notations = child(note, "notations")
        for tag, attributes in marks:
            child(notations, tag, **attributes)


def _ties(tone: Tone | None) -> Iterator[str]:
    """The kinds of ties at a notehead."""
    if tone is not None and tone.is_held:
        yield "stop"
    if tone is not None and tone.goes_on:
        yield "start"
