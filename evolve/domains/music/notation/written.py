"""Music as it is written: parts of bars of notes, whatever the format; what every reader of notation hands on."""

from dataclasses import dataclass
from fractions import Fraction

from evolve.domains.music.song import PIANO, Metre


@dataclass(frozen=True, slots=True)
class WrittenNote:
    """A note where it stands in its bar; grace notes, cue notes, chord symbols and strokes without a pitch are none.

    Attributes:
        pitch: MIDI note number as it sounds, transposing instruments and octave signs counted; may be out of range.
        onset_beats: Quarter notes from the beginning of its bar, at least 0.
        duration_beats: Quarter notes, more than 0.
        is_tied: Whether a tie joins it to the note of its pitch that ends where it starts.
    """

    pitch: int
    onset_beats: Fraction
    duration_beats: Fraction
    is_tied: bool = False


@dataclass(frozen=True, slots=True)
class WrittenBar:
    """What stands in a part between two bar lines.

    Attributes:
        length_beats: How long the longest of its voices is, rests included, in quarter notes.
        notes: Of all its voices, in any order.
        metre: The time signature in force, additive ones added up; None where there is none, or one that no `Metre` is.
        ends_section: Whether a repeat sign, an ending or a double bar line stands at its end: an upbeat to what
            follows, or to what is repeated, may be missing from it.
    """

    length_beats: Fraction
    notes: tuple[WrittenNote, ...]
    metre: Metre | None
    ends_section: bool = False


@dataclass(frozen=True, slots=True)
class WrittenPart:
    """What one staff plays, all its voices together; the two hands of a piano are two parts.

    Attributes:
        bars: In order; bars of the same number sound together with those of the other parts.
        name: As it is written; may be empty.
        program: The General MIDI program, 0 .. 127.
    """

    bars: tuple[WrittenBar, ...]
    name: str = ""
    program: int = PIANO


@dataclass(frozen=True, slots=True)
class WrittenScore:
    """A whole piece.

    Attributes:
        parts: From the top down; none where nothing is written.
        tempo_bpm: Quarter notes a minute, of the first tempo mark with a number; None without one.
        label: Its number and title in its collection, such as ``12 "The Bride"``; empty where it stands alone.
        doubts: What the reader could not be sure of, each a short clause: ``unknown sign left out: !foo! (2)``. What
            can be told of bars and their lengths is added by the timeline, for all formats alike.
        kind: Its kind of tune, such as ``reel``; empty where nothing says one.
    """

    parts: tuple[WrittenPart, ...]
    tempo_bpm: float | None = None
    label: str = ""
    doubts: tuple[str, ...] = ()
    kind: str = ""
