"""The bars of a part of MusicXML: where notes stand, which of them sound, and what the signs between them change."""

import dataclasses
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Final
from xml.etree import ElementTree as ET

from evolve.domains.music.notation.musicxml_values import (
    Transposition,
    beats,
    ends_section,
    looks,
    metre_of,
    number,
    tempo_of,
    transposition,
    written_pitch,
)
from evolve.domains.music.notation.written import WrittenNote
from evolve.domains.music.song import COMMON_TIME, Metre

_MOST_STAVES: Final = 32
_NOTHING: Final = Fraction(0)
_AS_WRITTEN: Final = Transposition()
_GOES_ON: Final = ("stop", "continue")


@dataclass(frozen=True, slots=True)
class ReadBar:
    """A bar of one part, before it is known what stands in the others.

    Attributes:
        length_beats: How far its longest voice goes; 0 where nothing stands in it.
        notes: Of all its voices.
        staves: Of each note, the staff that it stands on, or that a tie leads to it from.
        metre: In force at its beginning.
        rests: Whether it has nothing but rests, or nothing at all: how long it is, is for the other parts to say.
        is_implicit: Whether it is a part of a bar, so that it may be shorter than the metre says.
    """

    length_beats: Fraction
    notes: tuple[WrittenNote, ...]
    staves: tuple[str, ...]
    metre: Metre | None
    rests: bool
    is_implicit: bool


@dataclass(frozen=True, slots=True)
class ReadPart:
    """What was read of a part.

    Attributes:
        bars: In order.
        section_ends: Numbers, from 0, of the bars that its bar lines end a section after; -1 is before the first.
        tempo: The number of the bar with its first tempo mark, and quarter notes a minute.
    """

    bars: tuple[ReadBar, ...]
    section_ends: frozenset[int]
    tempo: tuple[int, float] | None


@dataclass(frozen=True, slots=True)
class Players:
    """Who plays a part.

    Attributes:
        drums: Instruments whose strokes have no pitch, by their id.
        only_drums: Whether the part has no others.
        is_concert: Whether the whole score is written as it sounds, but for octaves.
    """

    drums: frozenset[str] = frozenset()
    only_drums: bool = False
    is_concert: bool = False


def read_part(measures: Iterable[ET.Element | None], players: Players, doubts: Counter[str]) -> ReadPart:
    """The bars of a part; None is a bar that the part lacks and others have.

    Args:
        measures: Its `measure` elements, or those of its `part` elements where bars hold parts.
        players: Who plays it.
        doubts: What cannot be sure is counted here.
    """
    reader = _PartReader(players, doubts)
    bars = tuple(reader.bar(bar, measure) for bar, measure in enumerate(measures))
    return ReadPart(bars, frozenset(reader.section_ends), reader.tempo)


class _PartReader:
    """What is in force while the bars of a part are read one after the other."""

    def __init__(self, players: Players, doubts: Counter[str]) -> None:
        """Nothing is in force yet."""
        self.tempo: tuple[int, float] | None = None
        self.section_ends: set[int] = set()
        self._players = players
        self._doubts = doubts
        self._divisions: Fraction | None = None
        self._metre: Metre | None = None
        self._transpositions: dict[str | None, list[tuple[Fraction, Transposition]]] = {}
        self._is_one_line = False
        self._bar = 0
        self._lately: dict[int, dict[str, int]] = {}
        self._staves: set[str] = set()
        self._begin()

    def _begin(self) -> None:
        self._at = self._furthest = self._chord_at = self._chord_duration = _NOTHING
        self._chord_looks: Fraction | None = _NOTHING  # which nothing looks like
        self._notes: list[WrittenNote] = []
        self._on_staves: list[str] = []
        self._rests = True
        for changes in self._transpositions.values():
            changes[:] = [(_NOTHING, changes[-1][1])]

    def bar(self, bar: int, measure: ET.Element | None) -> ReadBar:
        """Read the bar of this number."""
        self._bar = bar
        self._begin()
        self._is_one_line = measure is not None and measure.find("backup") is None and measure.find("forward") is None
        metre = self._metre
        for element in () if measure is None else measure:
            match element.tag:
                case "note":
                    self._note(element)
                case "backup":
                    self._move(element, -1)
                case "forward":
                    self._move(element, 1)
                case "attributes":
                    self._attributes(element)
                    metre = metre if self._at else self._metre
                case "direction" | "sound" if self.tempo is None:
                    tempo = tempo_of(element)
                    self.tempo = None if tempo is None else (bar, tempo)
                case "barline" if ends_section(element) and element.get("location") != "middle":
                    self.section_ends.add(bar - (element.get("location") == "left"))
                case _:
                    pass
        is_implicit = measure is None or measure.get("implicit") == "yes"
        return ReadBar(self._furthest, tuple(self._notes), tuple(self._on_staves), metre, self._rests, is_implicit)

    def _move(self, element: ET.Element, direction: int) -> None:
        """Go on elsewhere in the bar."""
        self._at += direction * (self._given(element.findtext("duration")) or _NOTHING)
        if self._at < 0:
            self._doubts["goes back to before its bar"] += 1
            self._at = _NOTHING
        self._furthest = max(self._furthest, self._at)

    def _given(self, duration: str | None) -> Fraction | None:
        """A duration in quarter notes; None where there is none, or it is no length."""
        if self._divisions is None:
            self._doubts["does not say how long its durations are: taken for quarter notes"] += 1
            self._divisions = Fraction(1)
        length = beats(duration, self._divisions)
        return None if length is None or length < 0 else length

    def _attributes(self, attributes: ET.Element) -> None:
        """Take over what is in force from here on."""
        divisions = attributes.findtext("divisions")
        if divisions is not None:
            value = number(divisions)
            if value is not None and value > 0:
                self._divisions = value
            else:
                self._doubts["divisions that are no number"] += 1
        time = attributes.find("time")  # of the upper staff, where staves differ
        if time is not None:
            self._metre = metre_of(time)
        for transpose in attributes.findall("transpose"):
            change = (self._at, transposition(transpose, is_concert=self._players.is_concert))
            self._transpositions.setdefault(transpose.get("number"), []).append(change)

    def _note(self, note: ET.Element) -> None:
        fields = {child.tag: child for child in note}
        if "grace" in fields:
            return
        self._rests &= "rest" in fields
        duration = self._duration(note, fields)
        if "chord" in fields:
            onset = self._chord_at
            if _looks(note, fields) == self._chord_looks:  # some programs write it shorter than it looks
                duration = self._chord_duration
        else:
            self._chord_duration, self._chord_looks = duration, _looks(note, fields) if "type" in fields else _NOTHING
            onset = self._chord_at = self._at
            self._at += duration
            self._furthest = max(self._furthest, self._at)
        if "pitch" in fields and self._sounds(note, fields):
            if duration:
                self._sound(note, fields, onset, duration)
            else:
                self._doubts["left out notes without a length"] += 1

    def _duration(self, note: ET.Element, fields: Mapping[str, ET.Element]) -> Fraction:
        """How long a note is; by its looks, where it does not say, or says it rounded.

        A triplet cannot be said exactly where a quarter note has 17 divisions. Where voices go side by side it stays
        rounded, since the way back to the beginning of the bar is rounded as well.
        """
        said = fields.get("duration")
        given = self._given(None if said is None else said.text)
        if given is not None:
            return self._exact(given, _looks(note, fields)) if self._is_one_line and "type" in fields else given
        self._doubts["durations that are missing or no numbers: taken from how the notes look"] += 1
        if "type" not in fields and "rest" in fields:
            return bar_length(self._metre)
        return _looks(note, fields) or _NOTHING

    def _exact(self, given: Fraction, seen: Fraction | None) -> Fraction:
        """The length that a duration was rounded from, where it was, in whole divisions."""
        if seen is None or seen == given or self._divisions is None or not given:
            return given
        return seen if abs(seen - given) * self._divisions < 1 else given

    def _sounds(self, note: ET.Element, fields: Mapping[str, ET.Element]) -> bool:
        """Whether a note with a pitch is played, the first time at least, and by what has pitches."""
        if "cue" in fields or "1" not in [time.strip() for time in note.get("time-only", "1").split(",")]:
            return False
        if not self._players.drums:
            return True
        instrument = fields.get("instrument")
        if instrument is None:
            return not self._players.only_drums
        return instrument.get("id") not in self._players.drums

    def _sound(self, note: ET.Element, fields: Mapping[str, ET.Element], onset: Fraction, duration: Fraction) -> None:
        pitch = fields["pitch"]
        written = written_pitch(pitch.findtext("step", ""), pitch.findtext("octave"), pitch.findtext("alter", "0"))
        if written is None:
            self._doubts["left out notes whose pitch is none"] += 1
            return
        if written.denominator != 1:
            self._doubts["microtones taken for the nearest semitone"] += 1
        staff = self._staff(fields)
        change = self._transposition(staff, onset)
        self._keep(WrittenNote(round(written) + change.semitones, onset, duration, _is_tied(note, fields)), staff)
        if change.doubled:
            self._keep(dataclasses.replace(self._notes[-1], pitch=self._notes[-1].pitch + change.doubled), staff)

    def _staff(self, fields: Mapping[str, ET.Element]) -> str:
        """The staff of a note: the first where none is said, or more than any part has."""
        staff = (fields["staff"].text or "").strip() if "staff" in fields else "1"
        if staff not in self._staves and len(self._staves) == _MOST_STAVES:
            self._doubts[f"more than {_MOST_STAVES} staves: taken for the first"] += 1
            return "1"
        self._staves.add(staff)
        return staff

    def _keep(self, note: WrittenNote, staff: str) -> None:
        """A note on a staff; one that a tie leads to from another staff stays on that one."""
        if note.is_tied and not self._sounded_lately(note.pitch, staff):
            staff = next(
                (one for one in self._lately.get(note.pitch, ()) if self._sounded_lately(note.pitch, one)), staff
            )
        self._lately.setdefault(note.pitch, {})[staff] = self._bar
        self._notes.append(note)
        self._on_staves.append(staff)

    def _sounded_lately(self, pitch: int, staff: str) -> bool:
        """Whether a pitch has sounded on a staff in this bar or the one before."""
        return self._bar - self._lately.get(pitch, {}).get(staff, -2) <= 1

    def _transposition(self, staff: str, onset: Fraction) -> Transposition:
        """What is in force for a note: what its own staff says, else what all staves do."""
        for changes in (self._transpositions.get(staff, ()), self._transpositions.get(None, ())):
            for since, change in reversed(changes):
                if since <= onset:
                    return change
        return _AS_WRITTEN


def bar_length(metre: Metre | None) -> Fraction:
    """How long a full bar is, in quarter notes; without a metre, as in common time."""
    return (metre or COMMON_TIME).bar_beats


def _looks(note: ET.Element, fields: Mapping[str, ET.Element]) -> Fraction | None:
    """How long a note looks, in quarter notes; None where it has no type."""
    kind = fields["type"].text if "type" in fields else None
    dots = len(note.findall("dot")) if "dot" in fields else 0
    modified = fields.get("time-modification")
    if modified is None:
        return looks(kind, dots, None, None)
    return looks(kind, dots, modified.findtext("actual-notes"), modified.findtext("normal-notes"))


def _is_tied(note: ET.Element, fields: Mapping[str, ET.Element]) -> bool:
    """Whether a tie ends at a note: one that sounds, or, where none is given, one that is drawn."""
    if "tie" in fields:
        return any(tie.get("type") == "stop" for tie in note.iterfind("tie"))
    notations = fields.get("notations")
    return notations is not None and any(tied.get("type") in _GOES_ON for tied in note.iterfind("notations/tied"))
