"""A song: notes on tracks, on a grid fine enough for 32nd notes and triplets.

Notes are kept side by side, as columns of numbers: a corpus has hundreds of thousands of them, most of which are only
sorted, cut and counted, and an object for each would take longer to make than the file to read.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Self

import numpy as np
import numpy.typing as npt

TICKS_PER_BEAT = 24
"""Grid steps in a quarter note: 3 a 32nd, 4 a sixteenth triplet."""

PIANO = 0
"""The General MIDI program number of the acoustic grand piano."""

PITCHES = 128
"""How many there are in MIDI."""

USUAL_VELOCITY = 80
"""The loudness of a note that says none, as sequencers have it."""

LEAD_S = 0.05
"""The silence in a song's sound before its first note."""

EIGHTH = 8
"""The lower number of a time signature that counts eighth notes."""

Column = npt.NDArray[np.int64]
Table = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Note:
    """One sounding note.

    Attributes:
        pitch: MIDI note number, 0 .. 127 (60 is middle C).
        onset_ticks: When it starts, from 0, in `TICKS_PER_BEAT` to a quarter note.
        duration_ticks: How long it sounds, at least 1.
        velocity: Loudness, 1 .. 127.
    """

    pitch: int
    onset_ticks: int
    duration_ticks: int
    velocity: int = USUAL_VELOCITY

    @property
    def end_ticks(self) -> int:
        """When it stops."""
        return self.onset_ticks + self.duration_ticks


@dataclass(frozen=True, slots=True, eq=False)
class Notes:
    """Notes as columns, sorted by onset, then pitch; one after the other they are `Note`s.

    Equal are those that have the same notes. What is given may come in any order; a sorted copy of it is kept, which
    cannot be changed.

    Attributes:
        table: Pitches, onsets, durations and velocities, each as in `Note`, int64 [4, notes].
    """

    table: Table

    def __post_init__(self) -> None:
        pitches, onsets, _, _ = self.table
        # One key made of both is sorted twice as fast as two; stable, so that notes of one key stay as they came.
        order = (onsets * PITCHES + pitches).argsort(kind="stable")
        table = self.table.take(order, axis=1)
        table.setflags(write=False)
        object.__setattr__(self, "table", table)

    @classmethod
    def of(cls, notes: Iterable[Note]) -> Self:
        """The columns of some notes."""
        rows = [(note.pitch, note.onset_ticks, note.duration_ticks, note.velocity) for note in notes]
        return cls(np.array(rows, dtype=np.int64).reshape(-1, 4).T)

    @property
    def pitches(self) -> Column:
        """MIDI note numbers, int64 [notes]."""
        return self._row(0)

    @property
    def onsets_ticks(self) -> Column:
        """When each starts, ascending, int64 [notes]."""
        return self._row(1)

    @property
    def durations_ticks(self) -> Column:
        """How long each sounds, int64 [notes]."""
        return self._row(2)

    @property
    def ends_ticks(self) -> Column:
        """When each stops, int64 [notes]."""
        return self._row(1) + self._row(2)

    def __len__(self) -> int:
        return len(self._row(0))

    def __iter__(self) -> Iterator[Note]:
        return map(Note, *self.table.tolist())

    def __eq__(self, other: object) -> bool:
        return np.array_equal(self.table, other.table) if isinstance(other, Notes) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.table.tobytes())

    def __reduce__(self) -> tuple[type[Self], tuple[Table]]:
        # By way of the constructor: a pickle of an array forgets that it cannot be changed.
        return type(self), (self.table,)

    def _row(self, number: int) -> Column:
        row: Column = self.table[number]
        return row


@dataclass(frozen=True, slots=True)
class Track:
    """The notes of one instrument."""

    notes: Notes
    name: str = "Piano"
    program: int = PIANO


@dataclass(frozen=True, slots=True)
class Metre:
    """A time signature.

    Attributes:
        beats: The upper number, at least 1.
        unit: The lower number, a power of two: 4 counts quarter notes, 8 eighths.
    """

    beats: int = 4
    unit: int = 4

    @property
    def bar_beats(self) -> Fraction:
        """How long a bar is, in quarter notes."""
        return Fraction(4 * self.beats, self.unit)

    @property
    def bar_ticks(self) -> int:
        """How long a bar is, in grid steps."""
        return self.beats * 4 * TICKS_PER_BEAT // self.unit

    @property
    def beat_ticks(self) -> int:
        """How long one felt beat is: three units together in 6/8, 9/8 and 12/8, else one unit."""
        unit_ticks = 4 * TICKS_PER_BEAT // self.unit
        return 3 * unit_ticks if self.is_compound else unit_ticks

    @property
    def is_compound(self) -> bool:
        """Whether its beats have three parts, as in 6/8, 9/8, 12/8 and their like in shorter units."""
        return self.unit >= EIGHTH and self.beats in (6, 9, 12)

    def __str__(self) -> str:
        return f"{self.beats}/{self.unit}"


COMMON_TIME = Metre(4, 4)


@dataclass(frozen=True, slots=True)
class BarLine:
    """A bar line from which bars are counted anew.

    Attributes:
        tick: Where a bar begins, and after it one at every `Metre.bar_ticks`, until the next such bar line.
        metre: Of these bars.
    """

    tick: int
    metre: Metre


@dataclass(frozen=True, slots=True)
class Song:
    """Tracks that sound together.

    A bar line falls on tick 0; a song that begins with an upbeat begins with the silence before it.

    Attributes:
        tracks: At least one.
        tempo_bpm: Quarter notes a minute.
        title: Where it comes from, or what it is called.
        metre: The metre of most of it.
        bar_lines: By ascending tick, those at which the metre changes, or which do not lie where the one before puts
            them, since a bar is shorter or longer than its metre says. Before the first, bars are counted backwards
            from it. None: a single one on tick 0 in `metre`.
    """

    tracks: tuple[Track, ...]
    tempo_bpm: float = 100.0
    title: str = ""
    metre: Metre = COMMON_TIME
    bar_lines: tuple[BarLine, ...] = ()

    @property
    def notes(self) -> Notes:
        """The notes of all tracks."""
        if len(self.tracks) == 1:
            return self.tracks[0].notes
        return Notes(np.concatenate([track.notes.table for track in self.tracks], axis=1))

    @property
    def length_ticks(self) -> int:
        """When the last note stops."""
        return max(int(track.notes.ends_ticks.max(initial=0)) for track in self.tracks)

    @property
    def duration_s(self) -> float:
        """How long it takes to play, in seconds."""
        return self.length_ticks / TICKS_PER_BEAT * 60.0 / self.tempo_bpm


@dataclass(frozen=True, slots=True)
class ReadSong:
    """A song that was read, with what its reader could not be sure of.

    Attributes:
        song: What sounds.
        label: Its number and title in its collection, such as ``12 "The Bride"``; empty where it stands alone.
        doubts: Each a short clause.
        kind: Its kind of tune, such as ``reel``, as its notation or its title says; empty where neither does.
    """

    song: Song
    label: str = ""
    doubts: tuple[str, ...] = ()
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """A piece of a collection that cannot be read, or is none; the others of its file are not touched by that."""

    label: str
    reason: str
