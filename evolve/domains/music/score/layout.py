"""A song as a score: parts, staves, bars, voices and chords and rests, ready to be written in any format."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from evolve.domains.music.key import estimate_sharps
from evolve.domains.music.score.beams import beamed, chord_rests
from evolve.domains.music.score.divisions import (
    BarLines,
    ChordRest,
    NoteValue,
    ScoreVoice,
    TripletCell,
    bar_lines,
    printable,
)
from evolve.domains.music.score.grid import WrittenNotes, on_grid
from evolve.domains.music.score.staves import Clef, TrackStaves, dynamics, parts
from evolve.domains.music.score.voices import Stretch, voices
from evolve.domains.music.song import TICKS_PER_BEAT, Metre, Notes, Song
from evolve.errors import EvolveError

WHOLE_BAR: Final = NoteValue("whole", 0, 0)


@dataclass(frozen=True, slots=True)
class ScoreBar:
    """A bar of one part.

    Attributes:
        start: From where on it is written, in ticks from its bar line; more than 0 for an upbeat.
        ticks: How long it is.
        staves: The voices of each staff, one or two, the upper one first.
        dynamics: A mark at its first note, such as mf; empty for none.
    """

    start: int
    ticks: int
    staves: tuple[tuple[ScoreVoice, ...], ...]
    dynamics: str = ""


@dataclass(frozen=True, slots=True)
class ScorePart:
    """What one player reads.

    Attributes:
        name: As it stands before the staff.
        program: General MIDI, 0 .. 127.
        clefs: One for each staff, from the top.
        bars: All of the song's.
    """

    name: str
    program: int
    clefs: tuple[Clef, ...]
    bars: tuple[ScoreBar, ...]


@dataclass(frozen=True, slots=True)
class Score:
    """A song on staves.

    Attributes:
        title: May be empty.
        tempo_bpm: Quarter notes a minute.
        metre: As it is printed.
        sharps: Of the key signature, negative for flats.
        parts: One or more, with the same number of bars each.
    """

    title: str
    tempo_bpm: float
    metre: Metre
    sharps: int
    parts: tuple[ScorePart, ...]

    @property
    def has_upbeat(self) -> bool:
        """Whether the first bar is a short one."""
        return self.parts[0].bars[0].start > 0


def lay_out(song: Song) -> Score:
    """The score of a song.

    Raises:
        EvolveError: If it has no notes.
    """
    metre = printable(song.metre)
    lines = bar_lines(metre)
    players = parts(song)
    if not players:
        name = f'"{song.title}"' if song.title else "the song"
        raise EvolveError(f"{name} has no notes, so there is no score of it; choose another song")
    written = [[_written(staff.notes, lines) for staff in player.staves] for player in players]
    last = max(note.end_ticks for staves in written for staff in staves for note in staff.notes)
    upbeat = _upbeat_start([staff for staves in written for staff in staves], lines, metre)
    bars = -(-last // lines.bar)
    laid_out = tuple(
        _part(player, staves, _Page(lines, bars, upbeat)) for player, staves in zip(players, written, strict=True)
    )
    return Score(song.title, song.tempo_bpm, metre, estimate_sharps(song.notes), laid_out)


@dataclass(frozen=True, slots=True)
class _Page:
    """What all parts have in common: the parts of a bar, how many there are, and where the first one begins."""

    lines: BarLines
    bars: int
    upbeat: int

    def start(self, bar: int) -> int:
        return self.upbeat if bar == 0 else 0


def _written(notes: Notes, lines: BarLines) -> WrittenNotes:
    return on_grid(notes, lines) if len(notes) else WrittenNotes((), {})


def _upbeat_start(staves: Sequence[WrittenNotes], lines: BarLines, metre: Metre) -> int:
    """Where the first bar begins: at the first note when a beat or more of silence is before it, else at 0.

    A shorter silence is written as a rest, as in print; so is one that a triplet begins with.
    """
    onset = min(note.onset_ticks for staff in staves for note in staff.notes)
    if not min(metre.beat_ticks, TICKS_PER_BEAT) <= onset < lines.bar:
        return 0
    cells = [cell.start for staff in staves for cell in staff.triplets.get(0, ()) if cell.holds(onset)]
    return min([onset, *cells])


def _part(player: TrackStaves, staves: Sequence[WrittenNotes], page: _Page) -> ScorePart:
    marks = dynamics(player.notes, page.lines.bar)
    stretches = [_by_bar(staff, page.lines.bar) for staff in staves]
    bars = tuple(
        ScoreBar(
            start=page.start(bar),
            ticks=page.lines.bar - page.start(bar),
            staves=tuple(
                _staff_of_bar(found.get(bar, ()), staff.triplets.get(bar, ()), page.lines, page.start(bar))
                for found, staff in zip(stretches, staves, strict=True)
            ),
            dynamics=marks.get(bar, ""),
        )
        for bar in range(page.bars)
    )
    return ScorePart(player.name, player.program, tuple(staff.clef for staff in player.staves), bars)


def _by_bar(staff: WrittenNotes, bar_ticks: int) -> Mapping[int, list[Stretch]]:
    found: defaultdict[int, list[Stretch]] = defaultdict(list)
    for note in staff.notes:
        for bar in range(note.onset_ticks // bar_ticks, -(-note.end_ticks // bar_ticks)):
            start, stop = note.onset_ticks - bar * bar_ticks, note.end_ticks - bar * bar_ticks
            found[bar].append(
                Stretch(note.pitch, max(start, 0), min(stop, bar_ticks), is_held=start < 0, goes_on=stop > bar_ticks)
            )
    return found


def _staff_of_bar(
    stretches: Sequence[Stretch], cells: Sequence[TripletCell], lines: BarLines, start: int
) -> tuple[ScoreVoice, ...]:
    if not stretches and not start:
        return ((ChordRest(0, lines.bar, WHOLE_BAR, fills_bar=True),),)
    parted = voices(stretches, start, lines.bar)
    return tuple(beamed(tuple(chord_rests(voice, cells, lines)), lines) for voice in parted)
