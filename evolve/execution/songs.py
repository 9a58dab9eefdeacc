"""Songs of a trained network: composed, described, written, sounded and drawn."""

from collections.abc import Sequence

import keras
import numpy as np

from evolve.execution.song_context import SongContext
from evolve.execution.song_files import song_files
from evolve.music.facts.description import describe
from evolve.music.representation.steps import transpose, unfold
from evolve.music.representation.vocabulary import ATTRIBUTES, Streams
from evolve.network.compose import compose
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
    shape = (notes, len(ATTRIBUTES))
    uniforms = np.stack([derive_rng(seed, "song", index).random(shape) for index in indices])
    composed = compose(model, opening, length=notes, uniforms=uniforms, temperature=temperature)
    return tuple(_song(streams, index, context) for streams, index in zip(composed, indices, strict=True))


def _song(streams: Streams, index: int, context: SongContext) -> SongResult:
    opening = context.opening.steps
    steps = (*opening, *context.vocabulary.decode(streams))
    own_key = transpose(steps, -context.opening.transposed_by)
    song = unfold(own_key, tempo_bpm=context.tempo_bpm, title=f"Song {index}")
    opening_ticks = sum(step.duration_ticks for step in opening)
    facts = describe(
        song,
        opening_ticks=opening_ticks,
        copies=context.copies,
        corpus=None,
        transposed_by=context.opening.transposed_by,
    )
    return SongResult(index, song_files(song, f"song-{index}", opening_ticks=opening_ticks), facts)
