"""Songs from ABC and kern files; the only home of music21.

Importing music21 takes a second and a half, so this module is imported where a notation file is read, and nowhere else.
"""

import contextlib
import io
import warnings
from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from music21 import converter, harmony, meter, stream, tempo

from evolve.errors import CorpusError
from evolve.music.plain import is_tempo, plain_metre, plain_name, plain_program, within_reach
from evolve.music.reshaping import without_overlaps
from evolve.music.song import COMMON_TIME, TICKS_PER_BEAT, Metre, Note, Notes, Song, Track

if TYPE_CHECKING:
    from music21.note import GeneralNote
    from music21.stream import Stream

BEATS_A_MINUTE: Final = 100.0
"""How fast notation without a tempo is meant. A beat is a half note in 2/2 and a dotted quarter in 6/8: reels and jigs
that are written in longer notes are as lively as those in shorter ones."""


def read_notation(data: bytes, suffix: str, name: str) -> tuple[Song, ...]:
    """The songs of a notation file, one unless it is a collection; one track a part.

    Tied notes are joined. Grace notes, chord symbols and repeats are not played. A first bar that is not full, an
    upbeat, begins with the silence that it lacks, so that bar lines lie where the metre has them.

    Args:
        data: The file's bytes; music21 is never given a path, in which it would replace ``$HOME``.
        suffix: The file's, in small letters; it says what the bytes are.
        name: What the file is called; becomes the title of its songs.

    Raises:
        CorpusError: Its text is the reason alone; the caller knows the name.
        MemoryError: The process may have no more.
    """
    try:
        with _quiet(), _without_beams():
            parsed = _parse(data, suffix)
            scores = list(parsed.scores) if isinstance(parsed, stream.Opus) else [parsed]
            return tuple(song for score in scores if (song := _song(score, name)).notes)
    except (CorpusError, MemoryError):
        raise
    except RecursionError as error:
        raise CorpusError(f"cannot be read as {suffix[1:]}: nested too deeply") from error
    except Exception as error:  # music21 raises whatever its parsers stumble over
        reason = str(error).strip().split("\n", 1)[0][:120] or type(error).__name__
        raise CorpusError(f"cannot be read as {suffix[1:]}: {reason}") from error


def _parse(data: bytes, suffix: str) -> "Stream":
    """What music21 makes of a file's bytes."""
    if suffix == ".abc":
        return converter.parseData(_text(data, "utf-8"), format="abc")
    return converter.parseData(_text(data, "latin-1"), format="humdrum")


def _text(data: bytes, encoding: str) -> str:
    """Text with its lines ended alike, as reading a file does it."""
    return io.TextIOWrapper(io.BytesIO(data), encoding=encoding).read()


def _song(score: "Stream", name: str) -> Song:
    """A music21 score as a song, one track a part."""
    parts = list(score.parts) or [score]
    upbeat = _silence_before(parts[0])
    tracks = tuple(_track(part, notes) for part in parts if (notes := _notes(part, upbeat)))
    return Song(tracks or (Track(Notes.of(())),), tempo_bpm=_tempo(score), title=name, metre=_metre(parts[0]))


def _track(part: "Stream", notes: list[Note]) -> Track:
    """A part's notes with its name, and its instrument where it has one that MIDI knows."""
    played_on = part.getInstrument(returnDefault=True)
    program = getattr(played_on, "midiProgram", None)
    return Track(
        without_overlaps(Notes.of(notes).table),
        name=plain_name(str(part.partName or "")),
        program=plain_program(program),
    )


def _metre(part: "Stream") -> Metre:
    """The time signature that most of a part is in."""
    signatures = list(part.recurse().getElementsByClass(meter.TimeSignature))
    starts = [float(signature.getOffsetInHierarchy(part)) for signature in signatures]
    lengths: dict[Metre, float] = {}
    for signature, (start, stop) in zip(signatures, pairwise([*starts, float(part.highestTime)]), strict=False):
        metre = plain_metre(signature.numerator, signature.denominator)
        if metre is not None:
            lengths[metre] = lengths.get(metre, 0.0) + stop - start
    return max(lengths, key=lambda metre: lengths[metre], default=COMMON_TIME)


def _silence_before(part: "Stream") -> int:
    """Ticks that the first bar of a part lacks at its beginning."""
    first = next(iter(part.getElementsByClass(stream.Measure)), None)
    return 0 if first is None else round(float(first.paddingLeft) * TICKS_PER_BEAT)


def _tempo(score: "Stream") -> float:
    """Quarter notes a minute: as written, else `BEATS_A_MINUTE` of the first time signature's own beats."""
    marks = (mark.getQuarterBPM() for mark in score.recurse().getElementsByClass(tempo.MetronomeMark))
    written = next((float(bpm) for bpm in marks if is_tempo(bpm)), None)
    signature = next(iter(score.recurse().getElementsByClass(meter.TimeSignature)), None)
    beat = 1.0 if signature is None else float(signature.beatDuration.quarterLength)
    return within_reach(written if written is not None else BEATS_A_MINUTE * beat)


def _notes(part: "Stream", upbeat_ticks: int) -> list[Note]:
    """The notes of a music21 part, tied ones joined; grace notes and chord symbols are not notes of the line.

    Args:
        part: As music21 has it.
        upbeat_ticks: How much later all of it starts.
    """
    notes: list[Note] = []
    sounding: dict[int, int] = {}
    for element in part.flatten().notes:
        if isinstance(element, harmony.Harmony) or element.duration.isGrace:
            continue
        onset = upbeat_ticks + round(float(element.offset) * TICKS_PER_BEAT)
        end = upbeat_ticks + round(float(element.offset + element.quarterLength) * TICKS_PER_BEAT)
        for pitch, goes_on in _pitches(element):
            before = sounding.get(pitch)
            if goes_on and before is not None and notes[before].end_ticks == onset:
                notes[before] = Note(pitch, notes[before].onset_ticks, end - notes[before].onset_ticks)
            elif end > onset:
                sounding[pitch] = len(notes)
                notes.append(Note(pitch, onset, end - onset))
    return notes


def _pitches(element: "GeneralNote") -> Iterator[tuple[int, bool]]:
    """Each MIDI note number of a note or chord, and whether a tie joins it to the one before."""
    for note in element.notes if element.isChord else (element,):
        if hasattr(note, "pitch"):  # a drum's stroke has none
            yield note.pitch.midi, note.tie is not None and note.tie.type in ("stop", "continue")


@contextlib.contextmanager
def _without_beams() -> Iterator[None]:
    """music21 spends two thirds of the time of an ABC file on the beams of its eighth notes, which nobody hears."""
    make_beams = stream.Stream.makeBeams
    stream.Stream.makeBeams = lambda self, *_, **__: self
    try:
        yield
    finally:
        stream.Stream.makeBeams = make_beams


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """music21 tells its doubts on stderr; ours to say is only what was skipped, and why."""
    with warnings.catch_warnings(), contextlib.redirect_stderr(io.StringIO()):
        warnings.simplefilter("ignore")
        yield
