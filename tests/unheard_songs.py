"""Songs that nobody has heard, for runs whose trials compose nothing."""

from dataclasses import replace

from evolve.domains.music.facts.description import SongFacts
from evolve.domains.music.song import Note, Notes, Song, Track
from evolve.domains.music.unheard import unheard_file
from evolve.records.run import TrialResult


def with_unheard(result: TrialResult, count: int = 2) -> TrialResult:
    """The result of a trial that has composed so many songs beside those that are heard."""
    number = range(1, count + len(result.samples) + 1)
    silent = {"notes": [float(1 + k) for k in number], "highest": [None, *(60.0 + k for k in number[1:])]}
    metrics = {"songs_heard": [song.index for song in result.samples], "silent_songs": silent}
    others = unheard_file(map(short_song, number[len(result.samples) :]))
    return replace(result, metrics={**result.metrics, **metrics}, artifacts=(*result.artifacts, others))


def short_song(k: int) -> tuple[Song, SongFacts]:
    """The k-th song, of 1 + k notes, and its facts."""
    notes = Notes.of(Note(60 + place, 6 * place, 6) for place in range(1 + k))
    return Song((Track(notes),), 240.0), {"notes": 1 + k, "ended": True, "distance": 1.0, "opening_ticks": 6}
