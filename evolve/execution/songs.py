"""Songs of a trained network: composed, described, written, sounded and drawn."""

from collections.abc import Sequence

import keras

from evolve.execution.song_context import SongContext
from evolve.execution.song_files import song_files
from evolve.music.descriptors import CopyIndex, describe
from evolve.music.representation.steps import transpose, unfold
from evolve.music.representation.vocabulary import Streams
from evolve.network.compose import compose
from evolve.network.pen import FixedLength
from evolve.network.sampling import Sampling
from evolve.randomness import derive_rng
from evolve.store.records import SongResult


def compose_songs(
    model: keras.Model, context: SongContext, *, indices: Sequence[int], notes: int, seed: int, temperature: float
) -> tuple[SongResult, ...]:
    """Songs of a trained network, all from the context's opening.

    Song k uses the same random numbers in every network, so that two networks' songs differ by the networks alone.

    Args:
        model: A trained network.
        context: The opening, the vocabulary, and what copies are looked for in.
        indices: Which songs, from 1; each has random numbers of its own.
        notes: Notes composed in each, after the opening.
        seed: What the random numbers derive from.
        temperature: Above 0; 1 samples what the network predicts.
    """
    opening = context.vocabulary.encode(context.opening.steps).streams
    pens = [FixedLength(notes) for _ in indices]
    rngs = [derive_rng(seed, "song", index) for index in indices]
    composed = compose(model, opening, pens, rngs, Sampling(temperature))
    return tuple(_song(streams, index, context) for streams, index in zip(composed, indices, strict=True))


def _song(streams: Streams, index: int, context: SongContext) -> SongResult:
    opening = context.opening.steps
    steps = (*opening, *context.vocabulary.decode(streams))
    copies = context.copies or CopyIndex.build((), ())
    facts = describe(
        steps,
        opening_length=len(opening),
        training=copies,
        tempo_bpm=context.tempo_bpm,
        transposed_by=context.opening.transposed_by,
    )
    if context.copies is None:
        facts = {name: fact for name, fact in facts.items() if not name.startswith("copied")}
    own_key = transpose(steps, -context.opening.transposed_by)
    song = unfold(own_key, tempo_bpm=context.tempo_bpm, title=f"Song {index}")
    opening_ticks = sum(step.duration_ticks for step in opening)
    return SongResult(index, song_files(song, f"song-{index}", opening_ticks=opening_ticks), facts)
