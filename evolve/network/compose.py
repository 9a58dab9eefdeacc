"""Composing: a trained network goes on from an opening, several songs at once, one note at a time.

The opening is read once; from then on each recurrent layer keeps its state, so that a note costs one step whatever
came before it. That gives the very distributions that reading everything from the start again would give.
"""

from collections.abc import Mapping

import keras
import numpy as np

from evolve.network.plan import read_plan
from evolve.network.player import Player

Streams = Mapping[str, np.ndarray]


def compose(
    model: keras.Model, opening: Streams, *, length: int, uniforms: np.ndarray, temperature: float = 1.0
) -> tuple[dict[str, np.ndarray], ...]:
    """Songs that go on from the opening; the same arguments give the same songs.

    Args:
        model: A network as `evolve.network.build` makes it, or one that was loaded from a file.
        opening: Attribute → int32 [notes], at least one note.
        length: How many new notes each song gets.
        uniforms: Random numbers in [0, 1), float [songs, length, attributes]: one for each symbol, attributes in the
            order of the opening. Numbers from outside rather than a seed, so that song k has the same ones in every
            network, on every machine.
        temperature: Logits are divided by it: below 1 the likely becomes likelier, 0 always takes the likeliest.

    Returns:
        Of each song the new notes alone: attribute → int32 [length].
    """
    names = tuple(opening)
    _check(model, opening, length, uniforms, temperature)
    songs = uniforms.shape[0]
    player = Player(read_plan(model), songs)
    for note in range(len(opening[names[0]])):
        logits = player.read({name: np.full(songs, opening[name][note]) for name in names})
    written = {name: np.zeros((length, songs), np.int32) for name in names}
    for note in range(length):
        for place, name in enumerate(names):
            written[name][note] = sampled(logits[name], uniforms[:, note, place], temperature)
        if note + 1 < length:
            logits = player.read({name: written[name][note] for name in names})
    return tuple({name: written[name][:, song].copy() for name in names} for song in range(songs))


def sampled(logits: np.ndarray, uniforms: np.ndarray, temperature: float) -> np.ndarray:
    """One symbol a row by the inverse of the cumulative distribution.

    Args:
        logits: Float [songs, size].
        uniforms: Float [songs] in [0, 1).
        temperature: At least 0.

    Returns:
        Symbols, int32 [songs].
    """
    if temperature == 0:
        likeliest: np.ndarray = logits.argmax(axis=1)
        return likeliest.astype(np.int32)
    scaled = np.subtract(logits, logits.max(axis=1, keepdims=True), dtype=np.float64)
    if temperature != 1:
        scaled /= temperature
    cumulative = np.exp(scaled, out=scaled).cumsum(axis=1)
    # The last symbol takes what is left, also where rounding would leave nothing.
    symbols: np.ndarray = (cumulative[:, :-1] <= uniforms[:, None] * cumulative[:, -1:]).sum(axis=1, dtype=np.int32)
    return symbols


def _check(model: keras.Model, opening: Streams, length: int, uniforms: np.ndarray, temperature: float) -> None:
    if set(opening) != set(model.input):
        msg = f"the network reads {sorted(model.input)}, the opening has {sorted(opening)}"
        raise ValueError(msg)
    if min(len(stream) for stream in opening.values()) == 0:
        msg = "the opening must hold at least one note"
        raise ValueError(msg)
    for name, stream in opening.items():
        size = model.output[name].shape[-1]
        if np.min(stream) < 0 or np.max(stream) >= size:
            msg = f"the network knows the symbols 0 to {size - 1} of {name}, the opening has others"
            raise ValueError(msg)
    if uniforms.shape[1:] != (length, len(opening)):
        msg = f"uniforms must be [songs, {length}, {len(opening)}], got {list(uniforms.shape)}"
        raise ValueError(msg)
    if not temperature >= 0:
        msg = f"temperature must be 0 or more, got {temperature}"
        raise ValueError(msg)
