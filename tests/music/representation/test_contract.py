"""What every representation promises."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from evolve.music.representation.contract import Encoded, Representation, Settings
from evolve.music.representation.kinds import KINDS, learn
from evolve.music.representation.notes import NotesRepresentation
from evolve.music.reshaping import joined, until
from evolve.music.song import Metre, Song, Track
from tests.music.pieces import songs

METRES = (Metre(4, 4), Metre(3, 4))
kinds = st.sampled_from(KINDS)


def learned(kind: str, song: Song, options: Settings) -> Representation:
    """The representation that one song needs."""
    return learn(kind, [song], [f"part {number}" for number in range(len(song.tracks))], options, METRES)


def walk(representation: Representation, opening: Encoded, notes: int, seed: int) -> dict[str, np.ndarray]:
    """Symbols that a network which knows nothing writes, but for the end."""
    rng = np.random.default_rng(seed)
    pen = representation.pen(opening, notes)
    steps = []
    while not pen.is_done:
        allowed = pen.allowed()
        masks = {name: allowed.get(name, np.ones(size, bool)) for name, size in representation.sizes.items()}
        steps.append({name: int(rng.choice(np.flatnonzero(mask))) for name, mask in masks.items()})
        pen.write(steps[-1])
    kept = steps[: len(steps) - pen.has_ended]
    return {name: np.array([step[name] for step in kept], np.int32) for name in representation.sizes}


options_of = st.builds(Settings, endings=st.booleans(), loudness=st.booleans(), grid_ticks=st.sampled_from([1, 4, 6]))


@settings(deadline=None, max_examples=60)
@given(kinds, songs(), options_of, st.integers(0, 10_000))
def test_what_is_composed_sounds_as_after_the_opening(kind: str, song: Song, options: Settings, seed: int) -> None:
    """Read in one go, opening and continuation are what they are when the one is joined to the other at the seam."""
    representation = learned(kind, song, options)
    begun = representation.encode(song, song.length_ticks)
    opening, written = begun.streams, walk(representation, begun, 6, seed)
    whole = representation.decode({name: np.concatenate([opening[name], written[name]]) for name in written})
    alone = representation.decode(opening)
    seam = representation.seam(song.length_ticks)
    if isinstance(representation, NotesRepresentation):  # its own clock: what durations became adds up
        edges = representation.sizes["duration"] - len(representation.durations)
        seam = sum(representation.durations[symbol - edges] for symbol in opening["duration"] if symbol >= edges)
    together = joined(Song(tuple(map(Track, alone))), representation.decode(written, after=opening), seam)
    assert whole == tuple(track.notes for track in together.tracks)


@settings(deadline=None, max_examples=60)
@given(kinds, songs(), st.integers(0, 10_000), st.integers(1, 20))
def test_a_song_has_as_many_notes_as_it_may_have_at_most_and_one_at_least(
    kind: str, song: Song, seed: int, notes: int
) -> None:
    """However it is written; where it ends by itself something was struck."""
    representation = learned(kind, song, Settings())
    opening = representation.encode(song, song.length_ticks)
    heard = representation.decode(walk(representation, opening, notes, seed), after=opening.streams)
    onsets = {onset for own in heard for onset in own.onsets_ticks.tolist()}
    assert len(onsets) <= notes


@given(kinds, songs(), st.integers(0, 200))
def test_the_seam_is_near_where_the_opening_ends(kind: str, song: Song, ticks: int) -> None:
    """Within half a step of the grid, and the opening can be cut there."""
    representation = learned(kind, song, Settings(grid_ticks=6))
    seam = representation.seam(ticks)
    assert abs(seam - ticks) <= 3
    assert until(song, seam).length_ticks <= seam or not len(until(song, seam).notes)
