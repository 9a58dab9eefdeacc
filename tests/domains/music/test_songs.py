"""Openings and what networks compose after them, joined to songs."""

import dataclasses

import numpy as np
import pytest

from evolve.domains.music.encoded import Beginning, TrackRole
from evolve.domains.music.opening import Opening
from evolve.domains.music.song import COMMON_TIME, USUAL_VELOCITY, Note, Notes, Song, Track
from evolve.domains.music.song_context import SongContext, from_scratch
from evolve.domains.music.tokenizers.kinds import learn
from evolve.domains.music.tokenizers.tokenizer import TokenizerSettings
from evolve.network.sampling import Sampling

pytestmark = pytest.mark.slow  # songs are composed by Keras

LEARNED = Song((Track(Notes.of([Note(60, 0, 24, 90), Note(64, 24, 24, 40), Note(67, 48, 24, 90)])),))
BEGUN = Song((Track(Notes.of([Note(60, 0, 24, 30), Note(62, 24, 24, 50), Note(64, 48, 1, 110)])),))


def context_of(kind: str, opening: Song | None = BEGUN, **settings: object) -> SongContext:
    """What networks go on from that learned a song of three notes."""
    options = dataclasses.replace(TokenizerSettings(), **settings)  # type: ignore[arg-type]
    parts, beginning = (TrackRole("piano"),), Beginning(COMMON_TIME, 1.0, 100.0)
    given = from_scratch(parts, beginning) if opening is None else Opening(opening, opening.length_ticks, 3, "a tune")
    tokenizer = learn(kind, [LEARNED], ["piano"], options, [COMMON_TIME])
    return SongContext(tokenizer, given, parts, (beginning,), copies=None, figures=None)


def gone_on_with(context: SongContext, composed: Song) -> Song:
    """The song in which a network composes what another song has."""
    from evolve.domains.music.songs import whole_song  # noqa: PLC0415 - Keras

    begun = context.tokenizer.encode(context.opening.song, context.opening.goes_on_at)
    written = context.tokenizer.encode(composed).streams
    return whole_song(context, begun, {name: written[name][1:] for name in context.tokenizer.sizes})  # but the start


@pytest.mark.parametrize("kind", ["notes", "events"])
def test_what_is_composed_is_as_loud_as_the_opening_where_loudness_is_not_learned(kind: str) -> None:
    """The opening keeps its own loudness, and what follows has the middle of it."""
    song = gone_on_with(context_of(kind), LEARNED)
    assert song.notes.table[3].tolist() == [30, 50, 110, 50, 50, 50]


@pytest.mark.parametrize("kind", ["notes", "events"])
def test_networks_that_learned_loudness_say_how_loud_they_are(kind: str) -> None:
    """Whatever the opening's loudness is: the middle of the level that was learned."""
    song = gone_on_with(context_of(kind, loudness=True), LEARNED)
    assert song.notes.table[3].tolist() == [30, 50, 110, 88, 40, 88]


def test_a_song_from_scratch_is_as_loud_as_usual() -> None:
    """There is no opening to be as loud as."""
    song = gone_on_with(context_of("notes", opening=None), LEARNED)
    assert song.notes.table[3].tolist() == [USUAL_VELOCITY] * 3


@pytest.mark.parametrize(("grid_ticks", "begins"), [(1, 49), (6, 54)])
def test_what_is_composed_begins_where_the_opening_ends_as_it_was_read(grid_ticks: int, begins: int) -> None:
    """On a coarse grid after the last step of it, which a short last note takes; the opening is heard as it was."""
    song = gone_on_with(context_of("events", grid_ticks=grid_ticks), LEARNED)
    onsets = [0, 24, 48, begins, begins + 24, begins + 48]
    assert song.notes.onsets_ticks.tolist() == onsets
    assert song.notes.durations_ticks.tolist() == [24, 24, 1, 24, 24, 24]


def test_a_strict_guard_takes_half_as_many_notes_for_a_loop() -> None:
    """And a gentle one as many as the tokenizer says."""
    from evolve.domains.music.songs import pattern_of  # noqa: PLC0415 - Keras

    tokenizer = context_of("notes").tokenizer
    gentle, strict = (pattern_of(tokenizer, Sampling(guard=guard)) for guard in ("gentle", "strict"))
    assert (gentle.shortest, strict.shortest) == (8, 4)
    assert np.array_equal(gentle.counts, tokenizer.watched.counts)
