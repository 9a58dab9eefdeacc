"""What other readers of MusicXML make of a file, in the form in which readings are compared."""

import base64
import contextlib
import io
import warnings
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import verovio
from symusic import Score

from evolve.domains.music.notation.musicxml import read_musicxml, read_xml
from evolve.domains.music.notation.reader import unpacked
from evolve.domains.music.notation.timeline import song_of
from evolve.domains.music.reshaping import without_overlaps
from evolve.domains.music.song import TICKS_PER_BEAT, Note, Notes
from evolve.domains.music.sources import _music21_corpus

Heard = Counter[tuple[int, int, int]]
"""Pitch, onset and duration of each note on the grid, from the first one on; one note at a time on each key."""

InBars = Counter[tuple[int, int, int, int]]
"""The number of the bar, pitch, onset in the bar and duration of each note as it is written, ties not joined."""

SUFFIXES = (".mxl", ".xml", ".musicxml")


def corpus_files() -> dict[str, Path]:
    """All MusicXML that comes with music21, by where it lies in there."""
    root = _music21_corpus()
    return {str(path.relative_to(root)): path for path in sorted(root.rglob("*")) if path.suffix in SUFFIXES}


def by_us(score: bytes) -> Heard:
    """What evolve reads."""
    song, _ = song_of(read_musicxml(score), "")
    return _heard((n.pitch, n.onset_ticks, n.end_ticks) for track in song.tracks for n in track.notes)


def by_verovio(score: bytes) -> Heard:
    """What verovio plays, without repeats and cue notes."""
    verovio.enableLog(verovio.LOG_OFF)
    toolkit = verovio.toolkit()
    toolkit.setOptions({"expandNever": True, "midiNoCue": True, "breaks": "none"})
    if not toolkit.loadData(score.decode()):
        return Counter()
    played = Score.from_midi(base64.b64decode(toolkit.renderToMIDI()))
    scale = TICKS_PER_BEAT / played.tpq
    return _heard((n.pitch, n.time * scale, n.end * scale) for track in played.tracks for n in track.notes)


def by_partitura(score: bytes, folder: Path) -> Heard:
    """What partitura makes of it."""
    arrays = [part.note_array() for part in _partitura_parts(score, folder)]
    return _heard(
        (int(note["pitch"]), TICKS_PER_BEAT * float(note["onset_quarter"]),
         TICKS_PER_BEAT * float(note["onset_quarter"] + note["duration_quarter"]))
        for notes in arrays for note in notes
    )  # fmt: skip


def by_us_in_bars(score: bytes) -> InBars:
    """What evolve reads between bar lines."""
    return Counter(
        (
            number,
            note.pitch,
            _nearest(note.onset_beats * TICKS_PER_BEAT),
            _nearest(note.duration_beats * TICKS_PER_BEAT),
        )
        for part in read_musicxml(score).parts
        for number, bar in enumerate(part.bars)
        for note in bar.notes
    )


def by_partitura_in_bars(score: bytes, folder: Path) -> InBars:
    """What partitura reads between bar lines; its parts drift apart where bars are unequal, its bars do not."""
    found: InBars = Counter()
    for part in _partitura_parts(score, folder):
        from partitura.score import GraceNote, Measure  # noqa: PLC0415 -- as in `_partitura_parts`

        starts = [measure.start.t for measure in part.iter_all(Measure)]
        beats = part.quarter_map
        for note in part.notes:
            if not isinstance(note, GraceNote):
                number = bisect_right(starts, note.start.t) - 1
                onset, end = (float(beats(place.t) - beats(starts[number])) for place in (note.start, note.end))
                ticks = _nearest(onset * TICKS_PER_BEAT), _nearest((end - onset) * TICKS_PER_BEAT)
                found[number, note.midi_pitch, *ticks] += 1
    return found


def _partitura_parts(score: bytes, folder: Path) -> list[Any]:
    """The parts of a score as partitura has them, which reads files and not bytes."""
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        import partitura  # noqa: PLC0415 -- it warns while it is imported

        plain = folder / "plain.musicxml"
        plain.write_bytes(score)
        return list(partitura.load_musicxml(plain).parts)


def unmatched(one: Heard, other: Heard) -> int:
    """How many notes of either are not in the other, within a step of the grid, by which peers round otherwise."""
    return sum(map(sum, (_unmatched(_of_pitch(one, pitch), _of_pitch(other, pitch)) for pitch in range(128))))


def _of_pitch(heard: Heard, pitch: int) -> list[tuple[int, int]]:
    """Onsets and ends of the notes of a pitch, by onset."""
    return sorted((onset, onset + duration) for one, onset, duration in heard if one == pitch)


def _unmatched(ones: list[tuple[int, int]], others: list[tuple[int, int]]) -> tuple[int, int]:
    """How many of each have no partner in the other."""
    at = matched = 0
    for onset, end in ones:
        while at < len(others) and others[at][0] < onset - 1:
            at += 1
        if at < len(others) and abs(others[at][0] - onset) <= 1 and abs(others[at][1] - end) <= 1:
            matched, at = matched + 1, at + 1
    return len(ones) - matched, len(others) - matched


def plain_score(path: Path, *, as_written: bool) -> bytes:
    """A score in UTF-8 without what peers do otherwise on purpose.

    Args:
        path: Its file.
        as_written: Whether transposing instruments are taken for such that are not, as partitura has them.
    """
    root = read_xml(unpacked(path.read_bytes()), "MusicXML")
    for measure in root.iter("measure"):
        _remove(measure, [note for note in measure.findall("note") if note.find("grace") is not None])
        for notations in measure.iterfind("note/notations"):
            _remove(notations, notations.findall("ornaments"))  # verovio plays tremolos
        for attributes in measure.iterfind("attributes"):
            _remove(attributes, attributes.findall("transpose") if as_written else [])
    return ET.tostring(root)


def _remove(parent: ET.Element, children: Iterable[ET.Element]) -> None:
    for child in children:
        parent.remove(child)


def _heard(notes: Iterable[tuple[int, float, float]]) -> Heard:
    """Notes in ticks of the grid."""
    listed = list(notes)
    start = min((onset for _, onset, _ in listed), default=0)
    rounded = [(pitch, _nearest(onset - start), _nearest(end - start)) for pitch, onset, end in listed]
    alone = without_overlaps(Notes.of(Note(pitch, on, end - on) for pitch, on, end in rounded if end > on).table)
    return Counter((note.pitch, note.onset_ticks, note.duration_ticks) for note in alone)


def _nearest(ticks: float | Fraction) -> int:
    """Halves rounded up, as the timeline does it; what is a half but for the rounding of a peer is one."""
    return int(ticks + 0.5 + 1e-3)
