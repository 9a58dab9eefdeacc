"""Songs of a trained network: composed, described, written, sounded and drawn."""

import dataclasses
import math
from collections.abc import Callable, Iterator, Sequence

import keras
import numpy as np

from evolve.execution.song_context import SongContext
from evolve.execution.song_files import score_files, song_files
from evolve.music.facts.description import describe
from evolve.music.facts.set_figures import SetFigures
from evolve.music.representation.contract import Representation, Streams
from evolve.music.reshaping import equally_loud, joined, transposed, until
from evolve.music.song import Song
from evolve.network.compose import compose
from evolve.network.loop_guard import Pattern
from evolve.network.sampling import Sampling
from evolve.randomness import derive_rng
from evolve.store.records import SongResult


def compose_songs(
    model: keras.Model,
    context: SongContext,
    *,
    indices: Sequence[int],
    notes: int,
    seed: int,
    sampling: Sampling,
    with_scores: bool = False,
    on_song: Callable[[], None] = lambda: None,
) -> tuple[SongResult, ...]:
    """Songs of a trained network, all from the context's opening, or from scratch where it has none.

    Song k uses the same random numbers in every network, so that two networks' songs differ by the networks alone.

    Args:
        model: A trained network.
        context: The opening, what symbols mean, and what copies are looked for in.
        indices: Which songs, from 1; each has random numbers of its own.
        notes: Notes and chords composed in each at most, after the opening; a song may end before.
        seed: What the random numbers derive from.
        sampling: How symbols are chosen.
        with_scores: Whether each song is also printed as a score.
        on_song: Called as each is done.
    """
    songs: dict[int, SongResult] = {}
    for beginning, together in _by_beginning(context, indices, seed):
        composed = _composed(model, beginning, _rngs(seed, together), notes, sampling)
        for index, (streams, has_ended) in zip(together, composed, strict=True):
            songs[index] = _song(streams, index, beginning, has_ended=has_ended, with_score=with_scores)
            on_song()
    return tuple(songs[index] for index in indices)


def set_figures(
    model: keras.Model, context: SongContext, *, songs: int, notes: int, seed: int, sampling: Sampling
) -> SetFigures:
    """The figures of songs that nobody hears: as many as a quartile takes, the first of them those that are heard.

    Args:
        model: A trained network.
        context: The opening, and what symbols mean.
        songs: How many.
        notes: As in `compose_songs`.
        seed: As in `compose_songs`: song k has the random numbers of the song k that is heard.
        sampling: How symbols are chosen.
    """
    composed = [
        (whole_song(beginning, streams), has_ended)
        for beginning, together in _by_beginning(context, range(1, songs + 1), seed)
        for streams, has_ended in _composed(model, beginning, _rngs(seed, together), notes, sampling)
    ]
    return SetFigures.of(
        [song for song, _ in composed],
        opening_ticks=context.representation.seam(context.opening.goes_on_at),
        ended=[has_ended for _, has_ended in composed],
    )


def _rngs(seed: int, indices: Sequence[int]) -> list[np.random.Generator]:
    """The random numbers of some songs."""
    return [derive_rng(seed, "song", index) for index in indices]


def _by_beginning(
    context: SongContext, indices: Sequence[int], seed: int
) -> Iterator[tuple[SongContext, tuple[int, ...]]]:
    """The songs that begin alike: all of them, but for songs from scratch, whose metres differ."""
    contexts = {index: context.beginning_of(derive_rng(seed, "beginning", index)) for index in indices}
    for metre in dict.fromkeys(one.opening.song.metre for one in contexts.values()):
        together = tuple(index for index, one in contexts.items() if one.opening.song.metre == metre)
        yield contexts[together[0]], together


def _composed(
    model: keras.Model, context: SongContext, rngs: Sequence[np.random.Generator], notes: int, sampling: Sampling
) -> Iterator[tuple[Streams, bool]]:
    """What each song composed after its beginning, and whether it ended by itself."""
    representation, opening = context.representation, context.opening
    begun = representation.encode(opening.song, opening.goes_on_at)
    pens = [representation.pen(begun, notes) for _ in rngs]
    composed = compose(model, begun.streams, pens, rngs, sampling, pattern=pattern_of(representation, sampling))
    return zip(composed, [pen.has_ended for pen in pens], strict=True)


def pattern_of(representation: Representation, sampling: Sampling) -> Pattern:
    """What the guard looks out for.

    A strict guard takes half as many notes for a loop: else a network that leaves one for a note and comes back at once
    is stuck for all that.
    """
    watched = representation.watched
    shortest = math.ceil(watched.shortest / 2) if sampling.guard == "strict" else watched.shortest
    return Pattern(watched.attributes, watched.counts, shortest)


def whole_song(context: SongContext, streams: Streams) -> Song:
    """The opening and what was composed after it, in the corpus's key.

    Where loudness is not learned, what is composed is as loud as the opening.
    """
    representation, opening = context.representation, context.opening
    seam = representation.seam(opening.goes_on_at)
    composed = representation.decode(streams, after=representation.encode(opening.song, opening.goes_on_at).streams)
    if len(opening.song.notes) and not representation.levels:
        velocity = int(np.median(opening.song.notes.table[3]))
        composed = tuple(equally_loud(notes, velocity) for notes in composed)
    return joined(until(opening.song, seam), composed, seam)


def _song(streams: Streams, index: int, context: SongContext, *, has_ended: bool, with_score: bool) -> SongResult:
    opening = context.opening
    song = dataclasses.replace(transposed(whole_song(context, streams), -opening.transposed_by), title=f"Song {index}")
    seam = context.representation.seam(opening.goes_on_at)
    facts = describe(
        song,
        opening_ticks=seam,
        copies=context.copies,
        corpus=context.figures,
        transposed_by=opening.transposed_by,
        ended=has_ended,
    )
    files = song_files(song, f"song-{index}", opening_ticks=seam)
    scores = score_files(song, f"song-{index}") if with_score else ()
    return SongResult(index, (*files, *scores), facts)
