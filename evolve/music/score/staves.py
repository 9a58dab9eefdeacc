"""Which staves a song is written on: their notes, clefs and names."""

from collections import Counter
from dataclasses import dataclass
from enum import Enum
from typing import Final

import numpy as np

from evolve.music.score.hands import right_hand
from evolve.music.song import Notes, Song, Track

PIANO_PROGRAMS: Final = range(8)
"""The General MIDI programs of keyboards with two hands."""

LOWEST_ON_TREBLE, HIGHEST_ON_BASS = 55, 64
"""What a single staff can show of a pianist's part, with up to three ledger lines."""

LONGEST_NAME: Final = 28


class Clef(Enum):
    """A clef: its sign, the line it stands on, the octaves it is moved by, and the pitch of the middle line."""

    TREBLE = ("G", 2, 0, 71)
    BASS = ("F", 4, 0, 50)
    TENOR_VOICE = ("G", 2, -1, 59)

    @property
    def sign(self) -> str:
        """A letter, as in MusicXML."""
        return str(self.value[0])

    @property
    def line(self) -> int:
        """Counted from below."""
        return int(self.value[1])

    @property
    def octaves(self) -> int:
        """By how many the notes sound higher than they would with the plain clef."""
        return int(self.value[2])

    @property
    def middle(self) -> int:
        """The MIDI pitch on the middle line."""
        return int(self.value[3])

    @property
    def strangeness(self) -> int:
        """How many semitones nearer the staff notes must lie for it to be chosen."""
        return 3 if self.octaves else 0


@dataclass(frozen=True, slots=True)
class Staff:
    """Five lines.

    Attributes:
        notes: May be none.
        clef: One that suits them.
    """

    notes: Notes
    clef: Clef


@dataclass(frozen=True, slots=True)
class Part:
    """What one player reads.

    Attributes:
        name: As it stands before the first system; no two of a score are the same.
        program: General MIDI, 0 .. 127.
        staves: One, or two for a pianist: the right hand's, then the left hand's.
        notes: Of all staves.
    """

    name: str
    program: int
    staves: tuple[Staff, ...]
    notes: Notes


def parts(song: Song) -> tuple[Part, ...]:
    """The parts of a song, one for each track with notes; a piano alone has two staves where it needs them."""
    tracks = [track for track in song.tracks if len(track.notes)]
    if len(tracks) == 1 and tracks[0].program in PIANO_PROGRAMS:
        (track,) = tracks
        return (Part(_name(track, 1), track.program, _piano_staves(track.notes), track.notes),)
    names = _different([_name(track, number) for number, track in enumerate(tracks, 1)])
    return tuple(
        Part(name, track.program, (Staff(track.notes, _clef_for(track.notes)),), track.notes)
        for name, track in zip(names, tracks, strict=True)
    )


def _name(track: Track, number: int) -> str:
    """The name of a track, or its number where it has none; a short one, since it stands beside the staff."""
    name = " ".join("".join(c if c.isprintable() else " " for c in track.name).split())
    return name if 0 < len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…" if name else f"Track {number}"


def _different(names: list[str]) -> list[str]:
    """The names, those that occur several times with numbers."""
    count = Counter(names)
    seen: Counter[str] = Counter()
    numbered = []
    for name in names:
        seen[name] += 1
        numbered.append(f"{name} {seen[name]}" if count[name] > 1 else name)
    return numbered


def _piano_staves(notes: Notes) -> tuple[Staff, ...]:
    """Two staves, or one where the other would stay empty."""
    if notes.pitches.min() >= LOWEST_ON_TREBLE:
        return (Staff(notes, Clef.TREBLE),)
    if notes.pitches.max() <= HIGHEST_ON_BASS:
        return (Staff(notes, Clef.BASS),)
    is_right = right_hand(notes)
    return Staff(Notes(notes.table[:, is_right]), Clef.TREBLE), Staff(Notes(notes.table[:, ~is_right]), Clef.BASS)


def _clef_for(notes: Notes) -> Clef:
    """The clef with the fewest ledger lines; that of tenors only for a single line."""
    is_line = all(a <= b for a, b in zip(notes.ends_ticks[:-1].tolist(), notes.onsets_ticks[1:].tolist(), strict=True))
    clefs = list(Clef) if is_line else [Clef.TREBLE, Clef.BASS]
    return min(clefs, key=lambda clef: float(np.abs(notes.pitches - clef.middle).mean()) + clef.strangeness)
