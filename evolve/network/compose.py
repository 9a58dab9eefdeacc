"""Composing: a trained network goes on from an opening, several songs at once, one note at a time.

The opening is read once; from then on each recurrent layer keeps its state, so that a note costs one step whatever
came before it. That gives the very distributions that reading everything from the start again would give.
"""

from collections.abc import Mapping

import keras
import numpy as np

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
    player = stepping(model, songs)
    for note in range(len(opening[names[0]])):
        logits = player.predict_on_batch({name: np.full((songs, 1), opening[name][note], np.int32) for name in names})
    written = {name: np.zeros((songs, length), np.int32) for name in names}
    for note in range(length):
        for place, name in enumerate(names):
            written[name][:, note] = sampled(logits[name][:, 0], uniforms[:, note, place], temperature)
        if note + 1 < length:
            logits = player.predict_on_batch({name: written[name][:, note : note + 1] for name in names})
    return tuple({name: written[name][song] for name in names} for song in range(songs))


def stepping(model: keras.Model, songs: int) -> keras.Model:
    """The network as one that reads one note of each song at a time and remembers what it read.

    It shares every layer with the model but the recurrent ones, which are copies that keep their state.

    Returns:
        A model from attribute → int32 [songs, 1] to attribute → logits [songs, 1, size].
    """
    inputs = {name: keras.Input(batch_shape=(songs, 1), dtype="int32", name=name) for name in model.input}
    player = keras.models.clone_model(model, input_tensors=inputs, clone_function=_remembering)
    for layer in model.layers:
        if isinstance(layer, keras.layers.RNN):
            player.get_layer(layer.name).cell.set_weights(layer.cell.get_weights())
    return player


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
    scaled = logits.astype(np.float64) - logits.max(axis=1, keepdims=True)
    cumulative = np.exp(scaled / temperature).cumsum(axis=1)
    symbols: np.ndarray = (cumulative <= uniforms[:, None] * cumulative[:, -1:]).sum(axis=1)
    last_symbol = logits.shape[1] - 1
    return symbols.clip(max=last_symbol).astype(np.int32)


def _remembering(layer: keras.Layer) -> keras.Layer:
    """A recurrent layer's copy that keeps its state from one call to the next; any other layer itself."""
    if not isinstance(layer, keras.layers.RNN):
        return layer
    zeros = dict.fromkeys(("kernel_initializer", "recurrent_initializer"), "zeros")  # its weights are copied anyway
    return type(layer).from_config({**layer.get_config(), **zeros, "stateful": True, "unroll": True})


def _check(model: keras.Model, opening: Streams, length: int, uniforms: np.ndarray, temperature: float) -> None:
    if set(opening) != set(model.input):
        msg = f"the network reads {sorted(model.input)}, the opening has {sorted(opening)}"
        raise ValueError(msg)
    if min(len(stream) for stream in opening.values()) == 0:
        msg = "the opening must hold at least one note"
        raise ValueError(msg)
    if uniforms.shape[1:] != (length, len(opening)):
        msg = f"uniforms must be [songs, {length}, {len(opening)}], got {list(uniforms.shape)}"
        raise ValueError(msg)
    if not temperature >= 0:
        msg = f"temperature must be 0 or more, got {temperature}"
        raise ValueError(msg)
