"""What the axes of a piano roll show, where its notes lie, and which tracks it names."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from evolve.domains.music.instruments import track_labels
from evolve.domains.music.song import LEAD_S, TICKS_PER_BEAT, Note, Song

FEWEST_PITCHES = 30
PITCHES_BESIDE = 2
TIME_STEPS_S = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600)
SILENT_SONG_PITCH = 60


def pitch_span(song: Song) -> tuple[int, int]:
    """The lowest and the highest pitch to show: those that sound, two beside them, and never a sliver."""
    pitches = song.notes.pitches.tolist() or [SILENT_SONG_PITCH]
    lowest, highest = min(pitches) - PITCHES_BESIDE, max(pitches) + PITCHES_BESIDE
    missing = max(0, FEWEST_PITCHES - (highest - lowest + 1))
    return lowest - missing // 2, highest + missing - missing // 2


def first_ticks(song: Song) -> int:
    """When its first note starts, and its sound with it; 0 without notes."""
    return int(song.notes.onsets_ticks[0]) if len(song.notes) else 0


def left_ticks(song: Song) -> int:
    """Where the picture of a song begins: with the beat of its first note."""
    beat = max(1, song.metre.beat_ticks)
    return first_ticks(song) // beat * beat


def first_bar_ticks(song: Song) -> int:
    """Where the bar begins that is counted as the first: the bar of an upbeat is not."""
    bar = song.metre.bar_ticks
    return bar if 0 < first_ticks(song) < bar else 0


def ticks_per_s(song: Song) -> float:
    """How many ticks a second has."""
    return song.tempo_bpm / 60 * TICKS_PER_BEAT


def sounding_s(song: Song) -> float:
    """How long it takes from its first note to its last note's end, in seconds."""
    return (song.length_ticks - first_ticks(song)) / ticks_per_s(song)


def sound_time_s(song: Song, ticks: float) -> float:
    """When a place of a song is heard, in seconds from the beginning of its sound."""
    return LEAD_S + (ticks - first_ticks(song)) / ticks_per_s(song)


def time_step_s(length_s: float, most_steps: int) -> int:
    """A round number of seconds that divides a length into at most so many steps."""
    return next((step for step in TIME_STEPS_S if length_s <= step * most_steps), TIME_STEPS_S[-1])


def clock(seconds: int) -> str:
    """Seconds as ``m:ss``."""
    return f"{seconds // 60}:{seconds % 60:02}"


@dataclass(frozen=True, slots=True)
class PlacedNote:
    """A note and its share of the row of its pitch.

    Attributes:
        note: The note.
        track: The number of its track, from 0.
        lane: Which part of the row is its own, 0 the upper one.
        lanes: Into how many parts the row is divided; 1 where no other track plays the pitch meanwhile.
    """

    note: Note
    track: int
    lane: int
    lanes: int


def placed_notes(song: Song) -> Iterator[PlacedNote]:
    """All notes of a song, those that sound in unison with another track's side by side in their row."""
    rows: dict[int, list[tuple[Note, int]]] = defaultdict(list)
    for number, track in enumerate(song.tracks):
        for note in track.notes:
            rows[note.pitch].append((note, number))
    for row in rows.values():
        for together in _runs(sorted(row, key=lambda pair: pair[0].onset_ticks)):
            tracks = sorted({number for _, number in together})
            for note, number in together:
                yield PlacedNote(note, number, tracks.index(number), len(tracks))


def _runs(row: list[tuple[Note, int]]) -> Iterator[list[tuple[Note, int]]]:
    """The notes of a pitch, by onset, parted wherever none of them sounds."""
    run: list[tuple[Note, int]] = []
    reached = 0
    for note, number in row:
        if run and note.onset_ticks >= reached:
            yield run
            run = []
        run.append((note, number))
        reached = max(reached, note.end_ticks)
    if run:
        yield run


LONGEST_LABEL = 24


def legend(song: Song) -> tuple[tuple[int, str], ...]:
    """The number, from 0, and a short label of each track that plays; none if a single one does."""
    labels = enumerate(track_labels(song.tracks))
    playing = tuple((number, _short(label)) for number, label in labels if len(song.tracks[number].notes))
    return playing if len(playing) > 1 else ()


def _short(label: str) -> str:
    return label if len(label) <= LONGEST_LABEL else f"{label[: LONGEST_LABEL - 1].rstrip()}…"
