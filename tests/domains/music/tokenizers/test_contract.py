"""What every tokenizer promises."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evolve.domains.music.reshaping import joined, until
from evolve.domains.music.song import Metre, Note, Notes, Song, Track
from evolve.domains.music.tokenizers.kinds import KINDS, learn
from evolve.domains.music.tokenizers.notes import NotesTokenizer
from evolve.domains.music.tokenizers.tokenizer import EncodedSong, Tokenizer, TokenizerSettings
from tests.domains.music.pieces import songs

METRES = (Metre(4, 4), Metre(3, 4))
kinds = st.sampled_from(KINDS)


def learned(kind: str, song: Song, options: TokenizerSettings) -> Tokenizer:
    """The tokenizer that one song needs."""
    return learn(kind, [song], [f"part {number}" for number in range(len(song.tracks))], options, METRES)


def walk(tokenizer: Tokenizer, opening: EncodedSong, notes: int, seed: int) -> dict[str, np.ndarray]:
    """Tokens that a network which knows nothing writes, but for the end."""
    rng = np.random.default_rng(seed)
    mask = tokenizer.token_mask(opening, notes)
    steps = []
    while not mask.is_done:
        allowed = mask.allowed()
        masks = {name: allowed.get(name, np.ones(size, bool)) for name, size in tokenizer.sizes.items()}
        steps.append({name: int(rng.choice(np.flatnonzero(mask))) for name, mask in masks.items()})
        mask.write(steps[-1])
    kept = steps[: len(steps) - mask.has_ended]
    return {name: np.array([step[name] for step in kept], np.int32) for name in tokenizer.sizes}


options_of = st.builds(
    TokenizerSettings, endings=st.booleans(), loudness=st.booleans(), grid_ticks=st.sampled_from([1, 4, 6])
)


@settings(deadline=None, max_examples=60)
@given(kinds, songs(), options_of, st.integers(0, 10_000))
def test_what_is_composed_sounds_as_after_the_opening(
    kind: str, song: Song, options: TokenizerSettings, seed: int
) -> None:
    """Read in one go, opening and continuation are what they are when the one is joined to the other at the seam."""
    tokenizer = learned(kind, song, options)
    begun = tokenizer.encode(song, song.length_ticks)
    opening, written = begun.streams, walk(tokenizer, begun, 6, seed)
    whole = tokenizer.decode({name: np.concatenate([opening[name], written[name]]) for name in written})
    alone = tokenizer.decode(opening)
    seam = begun.length_ticks
    if isinstance(tokenizer, NotesTokenizer):  # its own clock: what durations became adds up
        edges = tokenizer.sizes["duration"] - len(tokenizer.durations)
        seam = sum(tokenizer.durations[token - edges] for token in opening["duration"] if token >= edges)
    together = joined(Song(tuple(map(Track, alone))), tokenizer.decode(written, after=opening), seam)
    assert whole == tuple(track.notes for track in together.tracks)


@settings(deadline=None, max_examples=60)
@given(kinds, songs(), st.integers(0, 10_000), st.integers(1, 20))
def test_a_song_has_as_many_notes_as_it_may_have_at_most_and_one_at_least(
    kind: str, song: Song, seed: int, notes: int
) -> None:
    """However it is written; where it ends by itself something was struck."""
    tokenizer = learned(kind, song, TokenizerSettings())
    opening = tokenizer.encode(song, song.length_ticks)
    heard = tokenizer.decode(walk(tokenizer, opening, notes, seed), after=opening.streams)
    onsets = {onset for own in heard for onset in own.onsets_ticks.tolist()}
    assert len(onsets) <= notes


@settings(deadline=None)
@given(kinds, songs(), st.integers(0, 200), st.booleans())
def test_songs_go_on_near_where_the_opening_ends(kind: str, song: Song, ticks: int, endings: bool) -> None:  # noqa: FBT001
    """There exactly, or on a grid within half a step, or after a last note that the grid has made a step long."""
    tokenizer = learned(kind, song, TokenizerSettings(endings=endings, grid_ticks=6))
    opening = until(song, ticks)
    ends = tokenizer.encode(opening, ticks if len(opening.notes) else 0).length_ticks
    later = ends - (ticks if len(opening.notes) else 0)
    assert later == 0 if kind == "notes" else ends % 6 == 0
    assert -3 <= later < 9


@pytest.mark.parametrize(("grid_ticks", "ends"), [(1, 25), (2, 26), (4, 28), (6, 30)])
def test_a_last_note_shorter_than_a_step_of_the_grid_is_not_gone_on_within(grid_ticks: int, ends: int) -> None:
    """It is encoded a step long: songs go on after that step, not in it."""
    song = Song((Track(Notes.of([Note(60, 0, 24), Note(62, 24, 1)])),))
    tokenizer = learned("events", song, TokenizerSettings(grid_ticks=grid_ticks))
    encoded = tokenizer.encode(song, goes_on_at=25)
    (heard,) = tokenizer.decode(encoded.streams)
    assert (encoded.length_ticks, int(heard.ends_ticks.max())) == (ends, ends)
