"""What is lost on the way from a MIDI file to symbols and back: onsets, durations, loudness, whole notes.

Each file is read as symusic alone reads it, its notes in the file's own ticks, and compared with what comes back from
its symbols: read by evolve, encoded, decoded. Where a pitch of a track comes back as often as it was struck, its notes
are paired in order. Where not, a note comes back if one at its pitch starts less than a sixteenth away; the rest is
lost (struck together with another of its pitch, or on the same place of the grid). Shifts are in beats (quarter notes):
those
of `notes` add up along a performance, whose durations become note values. ``cut`` are notes that end more than a
sixteenth too soon or too late: where a track strikes a pitch that still sounds the earlier note ends there, and `notes`
gives all notes of a chord the longest one's end.

Representations are learned from all files of a folder with every chord a symbol of its own, so that only what the
representation itself cannot say is lost.

Run it with ``python -m benchmarks.round_trips FOLDER...``, such as folders of MIDI files.
"""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import symusic

from benchmarks.pairing import table
from evolve.errors import CorpusError
from evolve.music.arrangement import PIANO
from evolve.music.reading import MIDI_SUFFIXES, read_songs
from evolve.music.representation.contract import Representation, Settings
from evolve.music.representation.kinds import learn
from evolve.music.reshaping import merged
from evolve.music.song import COMMON_TIME, TICKS_PER_BEAT, Notes, Song, Track

NEAR_BEATS = 0.25
EVERYTHING = 10**6


@dataclass(frozen=True, slots=True)
class Column:
    """One way from notes to symbols: which symbols, on which grid, with all tracks apart or on one piano."""

    kind: str
    grid: int
    is_merged: bool

    def __str__(self) -> str:
        """As the table says it."""
        tracks = "one piano" if self.is_merged else "tracks apart"
        return f"{self.kind}, {self.grid} a beat, {tracks}" if self.kind == "events" else f"{self.kind}, {tracks}"


COLUMNS = (
    Column("events", 24, is_merged=False),
    Column("events", 12, is_merged=False),
    Column("events", 4, is_merged=False),
    Column("events", 24, is_merged=True),
    Column("notes", 24, is_merged=False),
    Column("notes", 24, is_merged=True),
)


@dataclass(frozen=True, slots=True)
class Played:
    """The notes of a file as it has them.

    Attributes:
        notes: Of each track that is no drum, float [4, notes]: pitches, onsets and ends in beats, velocities.
        song: What evolve reads of it.
    """

    notes: tuple[np.ndarray, ...]
    song: Song


def main() -> None:
    """Print a table for each folder."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path, help="folders of MIDI files")
    for folder in parser.parse_args().folders:
        files = [path for path in sorted(folder.rglob("*")) if path.suffix.lower() in MIDI_SUFFIXES]
        played = list(_readable(files))
        count = sum(notes.shape[1] for one in played for notes in one.notes)
        print(f"\n{folder.name}: {len(played)} of {len(files)} files, {count:,} notes\n")
        rows = [[str(column), *figures(played, column)] for column in COLUMNS]
        print(table(["symbols", "lost", "onset, mean", "onset, most", "end, mean", "cut", "velocity, mean"], rows))


def _readable(files: Sequence[Path]) -> Iterator[Played]:
    for path in files:
        try:
            (song,) = read_songs(path)
        except CorpusError:
            continue
        score = symusic.Score(path)
        tracks = [track.notes.numpy() for track in score.tracks if len(track.notes) and not track.is_drum]
        yield Played(tuple(_in_beats(one, score.ticks_per_quarter) for one in tracks), song)


def _in_beats(columns: dict[str, np.ndarray], division: int) -> np.ndarray:
    starts = columns["time"].astype(np.float64)
    ends = starts + columns["duration"]
    return np.array((columns["pitch"], starts / division, ends / division, columns["velocity"]), np.float64)


def figures(played: Sequence[Played], column: Column) -> list[str]:
    """What one way loses of all files."""
    songs = [merged(one.song) if column.is_merged else one.song for one in played]
    losses = [
        differences(file, song, decoded, is_merged=column.is_merged)
        for file, song, decoded in zip(played, songs, there_and_back(songs, column), strict=True)
    ]
    lost, onsets, ends, velocities = (np.concatenate(values) for values in zip(*losses, strict=True))
    return [
        f"{lost.sum():,} ({lost.mean():.2%})",
        f"{onsets.mean():.4f}",
        f"{onsets.max():.3f}",
        f"{ends.mean():.4f}",
        f"{(ends > NEAR_BEATS).mean():.2%}",
        f"{velocities.mean():.1f}",
    ]


def there_and_back(songs: Sequence[Song], column: Column) -> Iterator[tuple[Notes, ...]]:
    """Each song as its symbols say it; songs of as many tracks share a representation."""
    learned: dict[int, Representation] = {}
    for song in songs:
        count = len(song.tracks)
        if count not in learned:
            alike = [other for other in songs if len(other.tracks) == count]
            settings = Settings(loudness=True, chord_symbols=EVERYTHING, grid_ticks=TICKS_PER_BEAT // column.grid)
            roles = PIANO if count == 1 else [f"track {number}" for number in range(count)]
            learned[count] = learn(column.kind, alike, roles, settings, [COMMON_TIME])
        yield learned[count].decode(learned[count].encode(song).streams)


def differences(
    file: Played, song: Song, decoded: tuple[Notes, ...], *, is_merged: bool
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Of each note of the file whether it is lost, and of the others by how much onset, end and velocity differ."""
    tracks = [Track(notes) for notes in decoded]
    given = [np.concatenate(file.notes, axis=1)] if is_merged else list(file.notes)
    # evolve counts from the bar in which the first note lies
    first = round(float(min(notes[1].min() for notes in given)) * TICKS_PER_BEAT)
    shift = (first - int(song.notes.onsets_ticks[0])) / TICKS_PER_BEAT
    parts = [_matched(own, track.notes, shift) for own, track in zip(given, tracks, strict=True)]
    return tuple(np.concatenate(values) for values in zip(*parts, strict=True))  # type: ignore[return-value]


def _matched(given: np.ndarray, back: Notes, shift: float) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Each note with the note at its pitch that starts nearest; each of those is taken once."""
    lost = np.ones(given.shape[1], bool)
    onsets, ends, velocities = [], [], []
    for pitch in np.unique(given[0]).tolist():
        places = np.flatnonzero(given[0] == pitch)
        places = places[np.argsort(given[1, places], kind="stable")]
        here = back.pitches == pitch
        starts = back.onsets_ticks[here] / TICKS_PER_BEAT + shift
        stops, loudness = back.ends_ticks[here] / TICKS_PER_BEAT + shift, back.table[3][here]
        near = np.inf if len(starts) == len(places) else NEAR_BEATS
        taken = 0
        for place in places.tolist():
            while taken < len(starts) and starts[taken] < given[1, place] - near:
                taken += 1
            if taken == len(starts) or starts[taken] > given[1, place] + near:
                continue
            lost[place] = False
            onsets.append(abs(starts[taken] - given[1, place]))
            ends.append(abs(stops[taken] - given[2, place]))
            velocities.append(abs(loudness[taken] - given[3, place]))
            taken += 1
    return lost, np.array(onsets), np.array(ends), np.array(velocities)


if __name__ == "__main__":
    main()
