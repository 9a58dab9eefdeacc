"""Where tracks play the same pitch at the same time, so that a picture can show each of them."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from evolve.music.song import Note, Song


@dataclass(frozen=True, slots=True)
class Placed:
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


def placed_notes(song: Song) -> Iterator[Placed]:
    """All notes of a song, those that sound in unison with another track's side by side in their row."""
    rows: dict[int, list[tuple[Note, int]]] = defaultdict(list)
    for number, track in enumerate(song.tracks):
        for note in track.notes:
            rows[note.pitch].append((note, number))
    for row in rows.values():
        for together in _runs(sorted(row, key=lambda pair: pair[0].onset_ticks)):
            tracks = sorted({number for _, number in together})
            for note, number in together:
                yield Placed(note, number, tracks.index(number), len(tracks))


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
