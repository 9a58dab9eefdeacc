"""Songs as MusicXML, which every notation program reads.

Written as it is defined (MusicXML 4.0, W3C Music Notation Community Group, 2021), without music21: loading it and its
export take two seconds, and it decides itself about bars, ties and voices.
"""

from collections.abc import Sequence
from typing import Final
from xml.etree import ElementTree as ET

from evolve.music.score.layout import Score, ScorePart, lay_out
from evolve.music.score.note_elements import add_notes
from evolve.music.score.note_values import VALUES
from evolve.music.score.staves import Clef
from evolve.music.score.symbols import Value
from evolve.music.score.xml_elements import child
from evolve.music.song import TICKS_PER_BEAT, Metre, Song

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


def _beat(metre: Metre) -> tuple[int, Value]:
    """How long a felt beat is, and as what it is written."""
    ticks = metre.beat_ticks
    return (ticks, VALUES[ticks]) if ticks in VALUES else (TICKS_PER_BEAT, VALUES[TICKS_PER_BEAT])


def _dynamics(parent: ET.Element, mark: str) -> None:
    direction = child(parent, "direction", placement="below")
    child(child(child(direction, "direction-type"), "dynamics"), mark)
