"""What songs begin with: an opening, a metre drawn for a song from scratch, or a whole song."""

import dataclasses
from collections import Counter

import numpy as np
import pytest

from evolve.domains.music.encoded import Beginning, TrackRole
from evolve.domains.music.errors import CorpusError
from evolve.domains.music.opening import Opening
from evolve.domains.music.song import Metre, Note, Notes, Song, Track
from evolve.domains.music.song_context import SongContext, copies_in
from evolve.domains.music.tokenizers.kinds import learn
from evolve.domains.music.tokenizers.steps import fold
from evolve.domains.music.tokenizers.tokenizer import TokenizerSettings
from tests.domains.music.pieces import corpus_of, encoded_of

TUNE, BASS = Notes.of([Note(60, 0, 24), Note(64, 24, 24)]), Notes.of([Note(40, 0, 48)])
PARTS = (TrackRole("Melody", 40), TrackRole("Bass", 32))
BEGUN = Song((Track(TUNE, "Melody", 40), Track(BASS, "Bass", 32)), tempo_bpm=96.0)
BEGINNINGS = (Beginning(Metre(4, 4), 0.7, 120.0), Beginning(Metre(6, 8), 0.2, 180.0))


def context_of(*, endings: bool = True) -> SongContext:
    """Two tracks that were moved up by two semitones into the corpus's key."""
    metres = [beginning.metre for beginning in BEGINNINGS]
    tokenizer = learn("notes", [BEGUN], ["melody", "bass"], TokenizerSettings(endings=endings), metres)
    opening = Opening(BEGUN, 48, 2, "a duet", transposed_by=2)
    return SongContext(tokenizer, opening, PARTS, BEGINNINGS, copies=None, figures=None)


def test_songs_from_scratch_begin_in_metres_drawn_as_often_as_pieces_have_them() -> None:
    """Each at its usual tempo, with the tracks' names and instruments and without a note."""
    context = context_of().from_scratch()
    rng = np.random.default_rng(0)
    drawn = [context.beginning_of(rng).opening.song for _ in range(900)]
    counts = Counter((song.metre, song.tempo_bpm) for song in drawn)
    assert set(counts) == {(Metre(4, 4), 120.0), (Metre(6, 8), 180.0)}
    assert abs(counts[Metre(6, 8), 180.0] - 200) < 50
    assert [(track.name, track.program, len(track.notes)) for track in drawn[0].tracks] == [
        ("Melody", 40, 0), ("Bass", 32, 0)
    ]  # fmt: skip


def test_a_song_with_an_opening_begins_with_it() -> None:
    """Nothing is drawn."""
    context = context_of()
    assert not context.begins_from_scratch
    assert context.beginning_of(np.random.default_rng(0)) is context


def test_networks_that_never_learned_beginnings_cannot_begin() -> None:
    """And say what to leave out."""
    with pytest.raises(CorpusError, match="leave --from-scratch out"):
        context_of(endings=False).from_scratch()


def test_a_whole_song_is_gone_on_from_in_the_corpuss_key() -> None:
    """Its tracks are found by name, and one that has no notes in its file is silent."""
    heard = Song((Track(Notes.of([Note(70, 0, 96)]), "Melody", 40),), tempo_bpm=96.0)
    opening = context_of().going_on_from(heard, "song 2 of g0-3").opening
    assert [track.notes.pitches.tolist() for track in opening.song.tracks] == [[72], []]
    assert (opening.goes_on_at, opening.transposed_by, opening.source) == (96, 2, "song 2 of g0-3")


@pytest.mark.parametrize("names", [("Melody", "Flute"), ("Melody", "Melody"), ("",)])
def test_a_song_of_other_tracks_is_not_gone_on_from(names: tuple[str, ...]) -> None:
    """Its own network has the tracks of the opening."""
    song = dataclasses.replace(BEGUN, tracks=tuple(Track(TUNE, name) for name in names))
    with pytest.raises(CorpusError, match="song 1 of g0-2 has other tracks than Melody, Bass"):
        context_of().going_on_from(song, "song 1 of g0-2")


@pytest.mark.parametrize("kind", ["notes", "events"])
def test_copies_are_looked_for_in_the_training_pieces_as_networks_know_them(kind: str) -> None:
    """A training piece is found whole under its own name, a held-out one is not."""
    encoded = encoded_of(corpus_of([30, 40, 50, 60]), kinds=(kind,))
    index = copies_in(encoded, kind)
    for name, (notes,) in zip(encoded.training_names, encoded.pieces[kind].training_songs, strict=True):
        piece = fold(Song((Track(notes),)))
        assert index.longest_copy(piece) == (len(piece), name)
