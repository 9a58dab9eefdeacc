"""The peer: the pipeline of the article that the paper builds on, written anew from its public description.

Sigurður Skúli, "How to Generate Music using a LSTM Neural Network in Keras" (2017): every run of `window` notes
becomes an array of floats whose target is the note after it; stock LSTM layers, dropout, a dense layer and a softmax
learn them with ``model.fit``; a song is written by a ``model.predict`` of the last `window` notes for each note, one
song after the other. As in the paper, notes are one-hot and each attribute has an input and a softmax head of its own.
Genes, optimizer and corpus are ours, so that the pipelines differ and nothing else.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import keras
import numpy as np

Streams = Mapping[str, np.ndarray]
"""The symbols of one piece: attribute → int32 [notes]."""


@dataclass(frozen=True, slots=True)
class ArticleNetwork:
    """The genes of a network, with the defaults that both pipelines are compared at.

    The article's own were three layers of 512, dropout 0.3, a dense layer of 256, and rmsprop at 0.001.
    """

    depth: int = 2
    width: int = 256
    dropout: float = 0.2
    dense_width: int = 128
    activation: str = "relu"
    batch_size: int = 64
    learning_rate: float = 0.001
    optimizer: str = "adam"

    def build(self, sizes: Mapping[str, int], window: int) -> keras.Model:
        """The compiled network: attribute → one-hot floats [batch, window, size] to probabilities [batch, size]."""
        inputs = {name: keras.Input((window, size), name=name) for name, size in sizes.items()}
        state = keras.layers.Concatenate()(list(inputs.values()))
        for level in range(1, self.depth + 1):
            state = keras.layers.LSTM(self.width, return_sequences=level < self.depth)(state)
            state = keras.layers.Dropout(self.dropout)(state)
        state = keras.layers.Dense(self.dense_width, activation=self.activation)(state)
        state = keras.layers.Dropout(self.dropout)(state)
        heads = {
            name: keras.layers.Dense(size, activation="softmax", name=f"next_{name}")(state)
            for name, size in sizes.items()
        }
        model = keras.Model(inputs, heads)
        optimizer = keras.optimizers.get(
            {"class_name": self.optimizer, "config": {"learning_rate": self.learning_rate}}
        )
        model.compile(optimizer, loss=dict.fromkeys(sizes, "categorical_crossentropy"))
        return model

    def genes(self) -> dict[str, object]:
        """The same network in the words of `evolve.network.genes`."""
        same = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return {"cell": "lstm", "encoding": "onehot", "branches": False, **same}


def window_starts(pieces: Sequence[Streams], window: int) -> np.ndarray:
    """Every run of `window` notes with a note after it: (piece, first note), int [windows, 2]."""
    lengths = [len(next(iter(piece.values()))) for piece in pieces]
    return np.array([(piece, first) for piece, length in enumerate(lengths) for first in range(length - window)])


def one_hot_windows(
    pieces: Sequence[Streams], starts: np.ndarray, sizes: Mapping[str, int], window: int
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """The runs of notes and the note after each, one-hot.

    Returns:
        Two mappings of attribute → float32: [windows, window, size] and [windows, size].
    """
    inputs, targets = {}, {}
    for name, size in sizes.items():
        code = np.eye(size, dtype=np.float32)
        inputs[name] = np.empty((len(starts), window, size), np.float32)
        targets[name] = np.empty((len(starts), size), np.float32)
        for row, (piece, first) in enumerate(starts):
            inputs[name][row] = code[pieces[piece][name][first : first + window]]
            targets[name][row] = code[pieces[piece][name][first + window]]
    return inputs, targets


class _StopAt(keras.callbacks.Callback):  # type: ignore[misc]  # Keras has no types
    """Ends a training at a time of the processor's clock."""

    def __init__(self, ends_s: float) -> None:
        super().__init__()
        self.ends_s = ends_s

    def on_train_batch_end(self, batch: int, logs: object = None) -> None:  # noqa: ARG002 -- Keras's signature
        self.model.stop_training = time.process_time() >= self.ends_s


def train_for(
    network: ArticleNetwork,
    pieces: Sequence[Streams],
    sizes: Mapping[str, int],
    *,
    window: int,
    seconds: float,
    seed: int,
) -> tuple[keras.Model, float]:
    """The network after so many processor seconds, and how many they were when its last batch had ended.

    Building windows and tracing count.
    """
    began = time.process_time()
    keras.utils.set_random_seed(seed)
    inputs, targets = one_hot_windows(pieces, window_starts(pieces, window), sizes, window)
    model = network.build(sizes, window)
    clock = _StopAt(began + seconds)
    model.fit(inputs, targets, batch_size=network.batch_size, epochs=10_000, verbose=0, callbacks=[clock])
    return model, time.process_time() - began


def compose(model: keras.Model, opening: Streams, sizes: Mapping[str, int], *, notes: int) -> list[dict[str, int]]:
    """The notes after an opening of `window` notes: the likeliest of each, by a predict of the window before it."""
    codes = {name: np.eye(size, dtype=np.float32) for name, size in sizes.items()}
    window = {name: codes[name][opening[name]][None] for name in sizes}
    song = []
    for _ in range(notes):
        probabilities = model.predict(window, verbose=0)
        note = {name: int(np.argmax(probabilities[name])) for name in sizes}
        song.append(note)
        window = {name: np.concatenate([window[name][:, 1:], codes[name][[[note[name]]]]], axis=1) for name in sizes}
    return song
