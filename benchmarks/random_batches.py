"""Networks of a given size, and batches of random notes to train them on: what the notes are changes no time."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from evolve.network.windows import Batch
from evolve.randomness import derive_rng

SIZES = {"pitch": 261, "duration": 30}
"""Symbols of each attribute; the built-in chorales have about as many."""

WINDOW = 50


@dataclass(frozen=True, slots=True)
class Size:
    """A network and its batch: 2x256x64 are two layers of 256 units that learn 64 windows at a time."""

    depth: int
    width: int
    batch: int

    @classmethod
    def parse(cls, text: str) -> "Size":
        """The size that was asked for."""
        return cls(*map(int, text.split("x")))

    def __str__(self) -> str:
        """As a row of a table says it."""
        return f"{self.depth} x {self.width}, batch {self.batch}"

    @property
    def notes(self) -> int:
        """Target notes of one training step."""
        return self.batch * WINDOW

    def genes(self) -> dict[str, object]:
        """In the words of `evolve.network.genes`: one-hot, a dense layer of 128, Adam, no dropout."""
        network = {"cell": "lstm", "encoding": "onehot", "branches": False, "dense_width": 128, "activation": "relu"}
        learning = {"dropout": 0.0, "optimizer": "adam", "learning_rate": 0.001, "batch_size": self.batch}
        return {"depth": self.depth, "width": self.width, **network, **learning}


def network(size: Size) -> Any:  # noqa: ANN401 - Keras has no types
    """Our compiled network of this size; always from the same weights."""
    import keras_tuner  # noqa: PLC0415 - seconds, which --help can do without

    from evolve.network.build import hypermodel  # noqa: PLC0415

    hp = keras_tuner.HyperParameters()
    for name, value in size.genes().items():
        hp.Fixed(name, value)
    return hypermodel(SIZES, seed=0, window=WINDOW)(hp)


def batches(size: Size, count: int, sizes: Mapping[str, int] = SIZES) -> list[Batch]:
    """Batches of which every step counts, of streams with so many symbols."""
    return [_batch(size, place, sizes) for place in range(count)]


def _batch(size: Size, place: int, sizes: Mapping[str, int]) -> Batch:
    rng = derive_rng(0, "batch", place)
    runs = {name: rng.integers(0, symbols, (size.batch, WINDOW + 1)) for name, symbols in sizes.items()}
    inputs = {name: run[:, :-1].astype(np.int32) for name, run in runs.items()}
    targets = {name: run[:, 1:].astype(np.int32) for name, run in runs.items()}
    return Batch(inputs, targets, np.ones((size.batch, WINDOW), np.float32), np.ones(size.batch, bool))
