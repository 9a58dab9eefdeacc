"""Songs to say something about."""

from collections.abc import Sequence

from hypothesis import strategies as st

from evolve.domains.music.song import COMMON_TIME, Metre, Note, Notes, Song, Track

notes = st.builds(Note, st.integers(21, 108), st.integers(0, 400), st.integers(1, 100), st.just(80))

tracks = st.lists(notes, max_size=15).map(Notes.of).map(Track)

songs = st.builds(Song, st.lists(tracks, min_size=1, max_size=3).map(tuple), st.sampled_from([60.0, 100.0, 180.0]))
"""Songs of up to three tracks, some of them silent."""


def melody(pitches: Sequence[int], duration_ticks: int = 24, *, metre: Metre = COMMON_TIME) -> Song:
    """One note after the other, all of one length."""
    line = Notes.of(Note(pitch, place * duration_ticks, duration_ticks) for place, pitch in enumerate(pitches))
    return Song((Track(line),), tempo_bpm=120.0, metre=metre)
