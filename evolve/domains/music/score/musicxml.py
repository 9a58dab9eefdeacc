"""A score as a MusicXML file, notes with their beams, ties, dots and accidentals."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from xml.etree import ElementTree as ET

from evolve.domains.music.score.divisions import VALUES, ChordRest, NoteValue, ScoreVoice, Tone
from evolve.domains.music.score.layout import Score, ScoreBar, ScorePart, lay_out
from evolve.domains.music.score.staves import Accidentals, Clef, spelled
from evolve.domains.music.song import TICKS_PER_BEAT, Metre, Song


def child(parent: ET.Element, tag: str, content: str | float | None = None, **attributes: str) -> ET.Element:
    """A new last element within another one; characters that XML does not allow are left out of its text."""
    element = ET.SubElement(parent, tag, attributes)
    if content is not None:
        element.text = "".join(character for character in str(content) if character.isprintable())
    return element


VOICES_A_STAFF: Final = 4
"""How the voices of a part are numbered: from 1 on its first staff, from 5 on its second."""


def add_notes(measure: ET.Element, bar: ScoreBar, sharps: int) -> None:
    """Add the notes of a bar to its element: the voices one after the other, each from where the bar begins."""
    has_staves = len(bar.staves) > 1
    for number, staff in enumerate(bar.staves):
        accidentals = _accidentals(staff, sharps)
        for voice_number, voice in enumerate(staff):
            if number or voice_number:
                child(child(measure, "backup"), "duration", bar.ticks)
            where = _StaffPlace(VOICES_A_STAFF * number + voice_number + 1, number + 1 if has_staves else None)
            for at, item in enumerate(voice):
                bracket = _bracket(voice[at:])
                for tone in range(max(1, len(item.tones))):
                    head = _Head(item, tone, accidentals.get((voice_number, at, tone)), sharps)
                    _add_note(measure, head, where, bracket if tone == 0 else "")


@dataclass(frozen=True, slots=True)
class _StaffPlace:
    """The numbers of a voice and, in a part of several, of its staff."""

    voice: int
    staff: int | None


@dataclass(frozen=True, slots=True)
class _Head:
    """One notehead of a chord or rest, or the rest that it is."""

    item: ChordRest
    number: int
    accidental: str | None
    sharps: int

    @property
    def tone(self) -> Tone | None:
        """What it sounds."""
        return self.item.tones[self.number] if self.item.tones else None


def _accidentals(staff: Sequence[ScoreVoice], sharps: int) -> dict[tuple[int, int, int], str]:
    """The accidentals of a bar, by voice, chord or rest and tone: what one voice alters holds for the other."""
    needed = {}
    accidentals = Accidentals(sharps)
    order = sorted((item.start, number, at) for number, voice in enumerate(staff) for at, item in enumerate(voice))
    for _, number, at in order:
        for which, tone in enumerate(staff[number][at].tones):
            mark = accidentals.needed(spelled(tone.pitch, sharps), is_held=tone.is_held)
            if mark:
                needed[number, at, which] = mark
    return needed


def _bracket(items: Sequence[ChordRest]) -> str:
    """The bracket of the triplet that begins these, if one does: a single beam shows it as well."""
    if items[0].triplet is None or not items[0].triplet.is_first:
        return ""
    last = next(at for at, item in enumerate(items) if item.triplet and item.triplet.is_last)
    beams = [item.beams[0] if item.beams else "" for item in items[: last + 1]]
    return "no" if beams == ["begin", *["continue"] * (last - 1), "end"] else "yes"


def _add_note(measure: ET.Element, head: _Head, where: _StaffPlace, bracket: str) -> None:
    """Add a note element, its children in the order that the schema demands."""
    item, tone = head.item, head.tone
    note = child(measure, "note")
    if tone is None:
        _add_rest(note, item)
    else:
        _add_pitch(note, tone, head)
    child(note, "duration", item.ticks)
    for kind in _ties(tone):
        child(note, "tie", type=kind)
    child(note, "voice", where.voice)
    if not item.fills_bar:
        child(note, "type", item.value.name)
    for _ in range(item.value.dots):
        child(note, "dot")
    if head.accidental:
        child(note, "accidental", head.accidental)
    _add_ratio(note, item)
    if where.staff:
        child(note, "staff", where.staff)
    if head.number == 0:
        for level, mark in enumerate(item.beams, 1):
            child(note, "beam", mark, number=str(level))
    _add_notations(note, head, bracket)


def _add_rest(note: ET.Element, item: ChordRest) -> None:
    if item.is_hidden:
        note.set("print-object", "no")
    rest = child(note, "rest")
    if item.fills_bar:
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


def _add_ratio(note: ET.Element, item: ChordRest) -> None:
    """That three last as long as two."""
    if item.triplet is None:
        return
    ratio = child(note, "time-modification")
    child(ratio, "actual-notes", 3)
    child(ratio, "normal-notes", 2)
    child(ratio, "normal-type", item.triplet.unit)


def _add_notations(note: ET.Element, head: _Head, bracket: str) -> None:
    """Ties, and where a triplet starts and stops."""
    triplet = head.item.triplet if head.number == 0 else None
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


HEAD: Final = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<!DOCTYPE score-partwise PUBLIC "-//Recordare//DTD MusicXML 4.0 Partwise//EN"'
    ' "http://www.musicxml.org/dtds/partwise.dtd">\n'
)
DRUM_CHANNEL: Final = 10
CHANNELS: Final = tuple(channel for channel in range(1, 17) if channel != DRUM_CHANNEL)


def musicxml(song: Song) -> bytes:
    """A MusicXML file (score-partwise, UTF-8) of a song.

    Raises:
        EvolveError: If the song has no notes.
    """
    root = _score(lay_out(song))
    ET.indent(root, " ")
    return (HEAD + ET.tostring(root, encoding="unicode") + "\n").encode()


def _score(score: Score) -> ET.Element:
    root = ET.Element("score-partwise", version="4.0")
    if score.title:
        child(child(root, "work"), "work-title", score.title)
    child(child(child(root, "identification"), "encoding"), "software", "evolve")
    _part_list(child(root, "part-list"), score.parts)
    for number, part in enumerate(score.parts, 1):
        _part(child(root, "part", id=f"P{number}"), score, part, is_first=number == 1)
    return root


def _part_list(parent: ET.Element, parts: Sequence[ScorePart]) -> None:
    """Names and instruments, with a bracket around several parts."""
    if len(parts) > 1:
        group = child(parent, "part-group", type="start", number="1")
        child(group, "group-symbol", "bracket")
        child(group, "group-barline", "yes")
    for number, part in enumerate(parts, 1):
        _score_part(child(parent, "score-part", id=f"P{number}"), part, number, is_alone=len(parts) == 1)
    if len(parts) > 1:
        child(parent, "part-group", type="stop", number="1")


def _score_part(parent: ET.Element, part: ScorePart, number: int, *, is_alone: bool) -> None:
    name = child(parent, "part-name", part.name)
    if is_alone:
        name.set("print-object", "no")
    instrument = f"P{number}-I1"
    child(child(parent, "score-instrument", id=instrument), "instrument-name", part.name)
    midi = child(parent, "midi-instrument", id=instrument)
    child(midi, "midi-channel", CHANNELS[(number - 1) % len(CHANNELS)])
    child(midi, "midi-program", part.program + 1)


def _part(parent: ET.Element, score: Score, part: ScorePart, *, is_first: bool) -> None:
    first_number = 0 if score.has_upbeat else 1
    for at, bar in enumerate(part.bars):
        measure = child(parent, "measure", number=str(first_number + at))
        if at == 0:
            if score.has_upbeat:
                measure.set("implicit", "yes")
            _attributes(child(measure, "attributes"), score, part)
            if is_first:
                _tempo(measure, score)
        if bar.dynamics:
            _dynamics(measure, bar.dynamics)
        add_notes(measure, bar, score.sharps)
        if at == len(part.bars) - 1:
            child(child(measure, "barline", location="right"), "bar-style", "light-heavy")


def _attributes(parent: ET.Element, score: Score, part: ScorePart) -> None:
    child(parent, "divisions", TICKS_PER_BEAT)
    child(child(parent, "key"), "fifths", score.sharps)
    time = child(parent, "time")
    child(time, "beats", score.metre.beats)
    child(time, "beat-type", score.metre.unit)
    if len(part.clefs) > 1:
        child(parent, "staves", len(part.clefs))
    for number, clef in enumerate(part.clefs, 1):
        _clef(child(parent, "clef", number=str(number)), clef)


def _clef(parent: ET.Element, clef: Clef) -> None:
    child(parent, "sign", clef.sign)
    child(parent, "line", clef.line)
    if clef.octaves:
        child(parent, "clef-octave-change", clef.octaves)


def _tempo(parent: ET.Element, score: Score) -> None:
    """How many beats there are in a minute, of the kind that is felt."""
    beat_ticks, beat = _beat(score.metre)
    direction = child(parent, "direction", placement="above")
    metronome = child(child(direction, "direction-type"), "metronome", parentheses="no")
    child(metronome, "beat-unit", beat.name)
    for _ in range(beat.dots):
        child(metronome, "beat-unit-dot")
    child(metronome, "per-minute", round(score.tempo_bpm * TICKS_PER_BEAT / beat_ticks))
    child(direction, "sound", tempo=f"{score.tempo_bpm:g}")


def _beat(metre: Metre) -> tuple[int, NoteValue]:
    """How long a felt beat is, and as what it is written."""
    ticks = metre.beat_ticks
    return (ticks, VALUES[ticks]) if ticks in VALUES else (TICKS_PER_BEAT, VALUES[TICKS_PER_BEAT])


def _dynamics(parent: ET.Element, mark: str) -> None:
    direction = child(parent, "direction", placement="below")
    child(child(child(direction, "direction-type"), "dynamics"), mark)
