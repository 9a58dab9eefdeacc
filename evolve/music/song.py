"""A song: notes on tracks, on a grid fine enough for 32nd notes and triplets."""

from dataclasses import dataclass

TICKS_PER_BEAT = 24
"""Grid steps in a quarter note: 3 a 32nd, 4 a sixteenth triplet."""

PIANO = 0
"""The General MIDI program number of the acoustic grand piano."""


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
    velocity: int = 80

    @property
    def end_ticks(self) -> int:
        """When it stops."""
        return self.onset_ticks + self.duration_ticks


@dataclass(frozen=True, slots=True)
class Track:
    """The notes of one instrument, sorted by onset, then pitch."""

    notes: tuple[Note, ...]
    name: str = "Piano"
    program: int = PIANO


@dataclass(frozen=True, slots=True)
class Song:
    """Tracks that sound together.

    Attributes:
        tracks: At least one.
        tempo_bpm: Quarter notes a minute.
        title: Where it comes from, or what it is called.
    """

    tracks: tuple[Track, ...]
    tempo_bpm: float = 100.0
    title: str = ""

    @property
    def notes(self) -> tuple[Note, ...]:
        """The notes of all tracks, sorted by onset, then pitch."""
        return tuple(sorted((n for t in self.tracks for n in t.notes), key=lambda n: (n.onset_ticks, n.pitch)))

    @property
    def length_ticks(self) -> int:
        """When the last note stops."""
        return max((n.onset_ticks + n.duration_ticks for t in self.tracks for n in t.notes), default=0)

    @property
    def duration_s(self) -> float:
        """How long it takes to play, in seconds."""
        return self.length_ticks / TICKS_PER_BEAT * 60.0 / self.tempo_bpm
