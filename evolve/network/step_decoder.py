"""A network that reads one note of each song at a time and remembers what it read, in numpy alone.

Nothing is compiled, and the networks of every backend are read alike. A step is mostly products of a few rows (the
songs) with megabytes of weights; the rest is kept small by memory that is made once and lies in the order it is used.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

import keras
import numpy as np

from evolve.network.activations import NUMPY_ACTIVATIONS
from evolve.network.plan import Level, Plan, read_plan
from evolve.network.step_runner import steps_at_once

Tokens = Mapping[str, np.ndarray]

BLOCK = 64
"""Columns that are multiplied in one go.

A BLAS first copies a big matrix to a layout of its own, which pays when there are many songs; small matrices it
multiplies where they lie. Five songs times 512 x 1024 weights take 60 µs in blocks and 240 µs as a whole (OpenBLAS
0.3.31, one core with AVX-512).
"""
SMALL_PRODUCT = 1_000_000
"""What OpenBLAS takes for small: at most so many multiplications."""


class Decoder(Protocol):
    """A network in the middle of songs."""

    def read(self, tokens: Tokens) -> None:
        """Read a step of each song: of each stream that the network reads whole numbers [songs]."""

    def logits(self, attribute: str, chosen: Tokens) -> np.ndarray:
        """What an attribute of the next step may be, to be asked once a step.

        Args:
            attribute: Which.
            chosen: What the attributes before it will be, where heads are chained: whole numbers [songs] of each.

        Returns:
            Logits, float32 [songs, size]; asking after the next step writes over them.
        """


def decoder_of(model: keras.Model, songs: int) -> Decoder:
    """The decoder of a network before the first step of so many songs."""
    steps = steps_at_once(model)
    return StepDecoder(read_plan(model), songs) if steps is None else SlidingDecoder(model, songs, steps)


ROWS = 8
"""Songs that a network of the user's own reads at once, always: with more or fewer rows, it might round otherwise."""


class SlidingDecoder:
    """A network that reads its last steps anew for each step.

    What fills up its steps comes after the step that is asked for, and so changes nothing.
    """

    def __init__(self, model: keras.Model, songs: int, steps: int) -> None:
        """Before the first step.

        Args:
            model: A network that reads so many steps at once.
            songs: How many are read side by side.
            steps: How many.
        """
        rows = -(-songs // ROWS) * ROWS
        self._model, self._songs, self._steps, self._filled = model, songs, steps, 0
        self._tokens = {name: np.zeros((rows, steps), np.int32) for name in model.input}
        self._logits: dict[str, np.ndarray] = {}

    def read(self, tokens: Tokens) -> None:
        """Read a step of each song."""
        self._logits = {}
        if self._filled == self._steps:
            for array in self._tokens.values():
                array[:, :-1] = array[:, 1:]
            self._filled -= 1
        for name, array in self._tokens.items():
            array[: self._songs, self._filled] = tokens[name]
        self._filled += 1

    def logits(self, attribute: str, chosen: Tokens) -> np.ndarray:  # noqa: ARG002 - heads are independent
        """What an attribute of the next step may be."""
        if not self._logits:
            parts = [
                self._model.predict_on_batch({name: array[row : row + ROWS] for name, array in self._tokens.items()})
                for row in range(0, len(next(iter(self._tokens.values()))), ROWS)
            ]
            self._logits = {
                name: np.concatenate([part[name][:, self._filled - 1] for part in parts])[: self._songs]
                for name in self._model.output
            }
        return self._logits[attribute]


class StepDecoder:
    """A network that remembers what it read."""

    def __init__(self, plan: Plan, songs: int) -> None:
        """Before the first note.

        Args:
            plan: The network.
            songs: How many songs are read side by side.
        """
        # A single row would be multiplied in another way, and rounded otherwise: a song alone is to be as among others.
        self._is_alone = songs == 1
        rows = 2 if self._is_alone else songs
        levels: dict[str, _LevelAtWork] = {}
        for name, level in plan.levels.items():
            levels[name] = _LevelAtWork(level, [levels[source] for source in level.reads], rows)
        self._shared = [levels[name] for name in plan.shared]
        self._own = {attribute: [levels[name] for name in names] for attribute, names in plan.own.items()}
        self._logits = {attribute: levels[head].numbers[:songs] for attribute, head in plan.heads.items()}

    def read(self, tokens: Tokens) -> None:
        """Read a step of each song."""
        read = self._for_all_rows(tokens)
        for level in self._shared:
            level.step(read, {})

    def logits(self, attribute: str, chosen: Tokens) -> np.ndarray:
        """What an attribute of the next step may be."""
        given = self._for_all_rows(chosen)
        for level in self._own[attribute]:
            level.step({}, given)
        return self._logits[attribute]

    def _for_all_rows(self, tokens: Tokens) -> Tokens:
        return {name: np.repeat(token, 2) for name, token in tokens.items()} if self._is_alone else tokens


class _LevelAtWork:
    """A level with the memory that it works in, all float32.

    Each gate's columns, and with them the numbers that the level gives, are filled up to whole blocks; what fills them
    up meets weights of zero. Sums lie block by block, [gates, blocks of a gate, songs, columns of a block], so that a
    gate is one run of memory: half the time of gates that lie side by side in each row.

    Attributes:
        numbers: What it gave for the last note, [songs, width].
        filled: The same, filled up to whole blocks.
    """

    numbers: np.ndarray
    filled: np.ndarray

    def __init__(self, level: Level, sources: Sequence["_LevelAtWork"], songs: int) -> None:
        block = _block_columns(songs * len(level.weights))
        own = [_blocks(level.width, block) * block] if level.is_recurrent else []
        places = [source.filled.shape[1] for source in sources] + own
        self._weights = _in_blocks(_with_filled_rows(level, sources, places), level.width, block)
        self._tables = {name: _in_blocks(table, level.width, block) for name, table in level.tables.items()}
        self._given_tables = {name: _in_blocks(table, level.width, block) for name, table in level.given.items()}
        self._given = np.zeros((songs, self._weights.shape[1]), np.float32)
        self._given[:, -1] = 1  # meets the bias
        parts = np.split(self._given, np.cumsum(places), axis=1)
        self._copies = [(part, source.filled) for part, source in zip(parts, sources, strict=False)]
        self._sums = np.zeros((len(self._weights), songs, block), np.float32)
        self._finish = _finisher(level.kind, self._sums)
        blocks = _blocks(level.width, block)
        self.filled = parts[-2] if level.is_recurrent else np.zeros((songs, blocks * block), np.float32)
        self.numbers = self.filled[:, : level.width]
        self._result = self.filled.reshape(songs, blocks, block).swapaxes(0, 1)

    def step(self, tokens: Tokens, chosen: Tokens) -> None:
        """Take a token of each stream in each song, [songs], those chosen for the next, and what the sources gave."""
        for part, source in self._copies:
            np.copyto(part, source)
        np.matmul(self._given, self._weights, out=self._sums)
        for attribute, table in self._tables.items():
            np.add(self._sums, table.take(tokens[attribute], axis=1), out=self._sums)
        for attribute, table in self._given_tables.items():
            np.add(self._sums, table.take(chosen[attribute], axis=1), out=self._sums)
        self._finish(self._result)


def _block_columns(rows: int) -> int:
    """How many columns are multiplied in one go with so many numbers in all rows together."""
    return int(np.clip(SMALL_PRODUCT // rows // 16 * 16, 16, BLOCK))


def _blocks(width: int, block: int) -> int:
    """How many blocks hold this many columns."""
    return -(-width // block)


def _with_filled_rows(level: Level, sources: Sequence[_LevelAtWork], places: Sequence[int]) -> np.ndarray:
    """The level's weights with rows of zeros for what fills up the numbers it reads."""
    widths = [source.numbers.shape[1] for source in sources] + [level.width] * level.is_recurrent
    if widths == list(places):
        return level.weights
    runs = np.split(level.weights, np.cumsum(widths))
    filled = [np.pad(run, ((0, place - len(run)), (0, 0))) for run, place in zip(runs, [*places, 1], strict=True)]
    return np.concatenate(filled)


def _in_blocks(columns: np.ndarray, width: int, block: int) -> np.ndarray:
    """Columns [rows, gates x width] as [gates x blocks, rows, columns of a block], each gate filled up with zeros."""
    rows = len(columns)
    gates = columns.reshape(rows, -1, width)
    missing = _blocks(width, block) * block - width
    filled = np.pad(gates, ((0, 0), (0, 0), (0, missing))) if missing else gates
    return np.ascontiguousarray(filled.reshape(rows, -1, block).swapaxes(0, 1))


def _finisher(kind: str, sums: np.ndarray) -> Callable[[np.ndarray], object]:
    """The function that makes a level's numbers from its sums and writes them over those of the note before."""
    if kind == "lstm":
        return _lstm(sums)
    if kind == "gru":
        return _gru(sums)
    if kind == "simple_rnn":
        return lambda numbers: np.tanh(sums, out=numbers)
    activation = NUMPY_ACTIVATIONS[kind]
    return lambda numbers: np.copyto(numbers, activation(sums))


def _lstm(sums: np.ndarray) -> Callable[[np.ndarray], object]:
    """Keras's LSTM; it uses up the sums of i, f, o and c, gate by gate."""
    gates = sums[: 3 * len(sums) // 4]
    i, f, o, c = np.split(sums, 4)
    memory = np.zeros_like(c)

    def finish(numbers: np.ndarray) -> None:
        np.tanh(sums, out=sums)
        _finish_sigmoids(gates)
        np.multiply(memory, f, out=memory)
        np.multiply(c, i, out=c)
        np.add(memory, c, out=memory)
        np.tanh(memory, out=c)
        np.multiply(o, c, out=numbers)

    return finish


def _gru(sums: np.ndarray) -> Callable[[np.ndarray], object]:
    """Keras's GRU with ``reset_after``; it uses up the sums of z, r and both parts of the candidate."""
    gates = sums[: len(sums) // 2]
    z, r, c, from_state = np.split(sums, 4)

    def finish(numbers: np.ndarray) -> None:
        np.tanh(gates, out=gates)
        _finish_sigmoids(gates)
        np.multiply(from_state, r, out=from_state)
        np.add(c, from_state, out=c)
        np.tanh(c, out=c)
        np.subtract(numbers, c, out=numbers)
        np.multiply(numbers, z, out=numbers)
        np.add(numbers, c, out=numbers)

    return finish


def _finish_sigmoids(halves: np.ndarray) -> None:
    """From tanh(x/2) to sigmoid(x) = 1/2 + tanh(x/2) / 2, in place."""
    np.multiply(halves, 0.5, out=halves)
    np.add(halves, 0.5, out=halves)
