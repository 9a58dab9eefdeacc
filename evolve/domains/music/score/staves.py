"""Which staves a track has, its clefs, how its pitches are spelled, and how loud its bars are marked."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise
from typing import Final

import numpy as np

from evolve.domains.music.score.voices import right_hand
from evolve.domains.music.song import Notes, Song, Track

STEPS_BY_FIFTHS: Final = "FCGDAEB"
FIFTHS_BELOW_TONIC: Final = 3
LOWEST_FIRST_FIFTH, HIGHEST_FIRST_FIFTH = -8, 1
"""The window of spellings starts with F flat at the lowest and G at the highest: so it has no double accidentals."""

ACCIDENTALS: Final = {-1: "flat", 0: "natural", 1: "sharp"}
"""By alteration, as in MusicXML."""


@dataclass(frozen=True, slots=True)
class Spelling:
    """A pitch as it is written.

    Attributes:
        step: A letter, C .. B.
        alter: Semitones that it is raised or lowered.
        octave: 4 begins with middle C.
    """

    step: str
    alter: int
    octave: int


def spelled(pitch: int, sharps: int) -> Spelling:
    """A MIDI pitch in a key of some sharps, negative for flats, -7 .. 7.

    Twelve neighbours on the line of fifths are in use, from three below the tonic of the major key to eight above it:
    the scale, its third and seventh lowered, its first, fourth and fifth raised; the raised fifth is the leading note
    of the relative minor key. On spelling by the line of fifths: Temperley, "The Cognition of Basic Musical Structures"
    (2001), chapter 5.
    """
    first = min(max(sharps - FIFTHS_BELOW_TONIC, LOWEST_FIRST_FIFTH), HIGHEST_FIRST_FIFTH)
    fifth = first + (7 * pitch - first) % 12
    alter = (fifth + 1) // len(STEPS_BY_FIFTHS)
    return Spelling(STEPS_BY_FIFTHS[(fifth + 1) % len(STEPS_BY_FIFTHS)], alter, (pitch - alter) // 12 - 1)


def signature(sharps: int) -> dict[str, int]:
    """By step how the key signature alters it."""
    return {step: (sharps + 6 - at) // len(STEPS_BY_FIFTHS) for at, step in enumerate(STEPS_BY_FIFTHS)}


class Accidentals:
    """Which accidentals a staff needs within one bar: each holds for its octave until the bar line."""

    def __init__(self, sharps: int) -> None:
        self._signature = signature(sharps)
        self._altered: dict[tuple[str, int], int] = {}

    def needed(self, spelling: Spelling, *, is_held: bool) -> str | None:
        """The accidental before a note that comes next, if any; none where a tie leads to it."""
        place = (spelling.step, spelling.octave)
        in_force = self._altered.get(place, self._signature[spelling.step])
        if is_held or in_force == spelling.alter:
            return None
        self._altered[place] = spelling.alter
        return ACCIDENTALS[spelling.alter]


MARKS: Final = ((20, "ppp"), (36, "pp"), (50, "p"), (64, "mp"), (80, "mf"), (96, "f"), (112, "ff"), (128, "fff"))
"""Below which MIDI velocity each mark stands: they lie around those that notation programs play, 16 apart."""

FEWEST_BARS: Final = 4
"""How long a level must stay to be marked."""


def dynamics(notes: Notes, bar_ticks: int) -> dict[int, str]:
    """The marks of a part, by the number of the bar from 0 at whose first note they stand; none where it is level.

    The loudness of a bar is the median velocity of the notes that begin in it.
    """
    bars = notes.onsets_ticks // bar_ticks
    sounding = np.unique(bars)
    velocities = notes.table[3]
    levels = _without_passing([_level(float(np.median(velocities[bars == bar]))) for bar in sounding])
    changes = {
        int(bar): level for (before, level), bar in zip(pairwise(levels), sounding[1:], strict=True) if before != level
    }
    return {int(sounding[0]): levels[0], **changes} if changes else {}


def _level(velocity: float) -> str:
    return next(mark for limit, mark in MARKS if velocity < limit)


def _without_passing(levels: Sequence[str]) -> list[str]:
    """The levels of bars, where one that does not stay is replaced by the one before it."""
    kept = [levels[0]]
    for at, level in enumerate(levels[1:], 1):
        stays = levels[at : at + FEWEST_BARS].count(level) == FEWEST_BARS
        kept.append(level if stays else kept[-1])
    return kept


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
    """Five lines."""

    notes: Notes
    clef: Clef


@dataclass(frozen=True, slots=True)
class TrackStaves:
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


def parts(song: Song) -> tuple[TrackStaves, ...]:
    """The parts of a song, one for each track with notes; a piano alone has two staves where it needs them."""
    tracks = [track for track in song.tracks if len(track.notes)]
    if len(tracks) == 1 and tracks[0].program in PIANO_PROGRAMS:
        (track,) = tracks
        return (TrackStaves(_name(track, 1), track.program, _piano_staves(track.notes), track.notes),)
    names = _different([_name(track, number) for number, track in enumerate(tracks, 1)])
    return tuple(
        TrackStaves(name, track.program, (Staff(track.notes, _clef_for(track.notes)),), track.notes)
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
