"""Windows cut from pieces: what a network reads at once, what it carries along, and which of its answers count.

A window reads `window` notes; its answer at each step is the note after it. Windows lie in lanes: each goes on where
the one before it in its lane ended, and the network's state is carried along, as when it composes (truncated
backpropagation through time; Williams and Peng, "An Efficient Gradient-Based Algorithm for On-Line Training of
Recurrent Network Trajectories", 1990). A fresh window begins with a state of zero.

The paper's way, `last`, takes a fresh window at every note, and of each the last answer alone.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import compress, pairwise
from typing import Literal

import numpy as np

from evolve.randomness import derive_rng

LearnFrom = Literal["every", "last"]
Streams = Mapping[str, np.ndarray]
"""The tokens of one piece: attribute name → int32 [n]."""

Draw = Callable[[np.random.Generator], np.ndarray]
"""Draws pieces, int64: their places in `Pieces`, in the order in which they are read."""

SPARED = 8
"""A piece that would begin in the last eighth of a window begins in the next window instead, with a state of zero. So
one piece in eight begins as songs do; it costs one step in 250 at most (tunes of 120 notes in windows of 50)."""


@dataclass(frozen=True, slots=True)
class Pieces:
    """Pieces laid end to end, without those too short to have a next note.

    Attributes:
        streams: Attribute → int32 [all notes].
        first: Where each piece starts, int64 [pieces].
        targets: How many notes of each have a note before them, int64 [pieces], each at least 1.
        groups: The group of each, from 0, int64 [pieces].
    """

    streams: dict[str, np.ndarray]
    first: np.ndarray
    targets: np.ndarray
    groups: np.ndarray

    @classmethod
    def laid_end_to_end(cls, pieces: Sequence[Streams], groups: Sequence[int] = ()) -> "Pieces":
        """The pieces joined attribute by attribute; no pieces at all give empty arrays.

        Args:
            pieces: Streams of each.
            groups: The group of each; none: all are of group 0.
        """
        is_usable = [len(next(iter(piece.values()))) > 1 for piece in pieces]
        usable = list(compress(pieces, is_usable))
        own = np.array(list(compress(groups or [0] * len(pieces), is_usable)), dtype=np.int64)
        lengths = np.array([len(next(iter(piece.values()))) for piece in usable], dtype=np.int64)
        names = list(usable[0]) if usable else []
        joined = {name: np.concatenate([piece[name] for piece in usable]).astype(np.int32) for name in names}
        return cls(joined, np.cumsum(lengths) - lengths, lengths - 1, own)

    def piece_of(self, places: np.ndarray) -> np.ndarray:
        """Which piece each note belongs to, int64 of the same shape."""
        pieces: np.ndarray = np.searchsorted(self.first, places, side="right") - 1
        return pieces


@dataclass(frozen=True, slots=True)
class Batch:
    """What one training or validation step takes: a window in each row.

    Attributes:
        inputs: Attribute → int32 [batch, window].
        targets: Attribute → int32 [batch, window], the notes that follow.
        weights: 1 where the answer counts, else 0; float32 [batch, window].
        fresh: Whether a row begins with a state of zero, not with the one in which it ended the batch before; bool
            [batch].
    """

    inputs: dict[str, np.ndarray]
    targets: dict[str, np.ndarray]
    weights: np.ndarray
    fresh: np.ndarray


@dataclass(frozen=True, slots=True)
class Lanes:
    """Windows side by side and one after another; all of a row are read in their order, the state carried along.

    Attributes:
        places: The note that each step reads, in `Pieces`, int64 [windows, rows, window].
        counted: Whether the step's answer counts, bool [windows, rows, window].
        fresh: Whether a window begins with a state of zero, bool [windows, rows].
    """

    places: np.ndarray
    counted: np.ndarray
    fresh: np.ndarray

    def batches(self, pieces: Pieces) -> Iterator[Batch]:
        """A batch for each window, in order."""
        for places, counted, fresh in zip(self.places, self.counted, self.fresh, strict=True):
            yield _batch(pieces, places, counted, fresh)


def training_batches(
    pieces: Pieces,
    window: int,
    learn_from: LearnFrom,
    size: int,
    *,
    seed: int,
    epoch: int,
    crosses: bool,
    draw: Draw | None = None,
) -> Iterator[Batch]:
    """The batches of one training epoch, which derive from the seed and the epoch alone.

    Learning from every step reads each piece from beginning to end, all in random order, so that each note is a target
    once. Learning from the last step takes a window at every note, as the paper does.

    Args:
        pieces: At least one.
        window: Steps.
        learn_from: Which answers count.
        size: Rows of a batch; fewer where there is not so much to read.
        seed: Of the training.
        epoch: From 1.
        crosses: Whether a window may go on into the next piece: networks can tell from the tokens that one begins.
        draw: Which pieces are learned from in this epoch, and in which order; None: each once.
    """
    rng = derive_rng(seed, "lesson", epoch)
    if learn_from == "last":
        order = np.arange(len(pieces.first)) if draw is None else draw(rng)
        return _at_every_note(pieces, order, window, size, rng)
    order = rng.permutation(len(pieces.first)) if draw is None else draw(rng)
    return training_lanes(pieces, order, window, size, crosses=crosses).batches(pieces)


def training_lanes(pieces: Pieces, order: np.ndarray, window: int, rows: int, *, crosses: bool) -> Lanes:
    """Pieces in this order, cut into rows of as many windows, or one fewer; one may begin and end inside a piece.

    Cut into windows rather than notes, rows are as long whatever each piece leaves of its last window.
    """
    spare = window // SPARED if crosses else window
    steps, fresh = _lane(pieces.first[order].tolist(), pieces.targets[order].tolist(), window, spare)
    windows = -(-len(steps) // window)
    bounds = np.linspace(0, windows, min(rows, windows) + 1).round().astype(np.int64).tolist()
    return _side_by_side(
        [
            (steps[begin * window : end * window], {0, *(place - begin for place in fresh if begin <= place < end)})
            for begin, end in pairwise(bounds)
        ],
        window,
    )


def validation_lanes(pieces: Pieces, window: int, rows: int, most_steps: int) -> Lanes:
    """Whole pieces, each from its first note to its last from a state of zero, so that every target counts once.

    Args:
        pieces: At least one.
        window: Steps read at once; it changes nothing but the effort.
        rows: At most so many lanes; no more than keep each about as long as the longest piece.
        most_steps: Where pieces have more in all, as many of them, evenly spread, as have no more together; one at
            least, and of that one no more.
    """
    chosen = _within(pieces.targets, most_steps)
    longest_first = chosen[np.argsort(-pieces.targets[chosen], kind="stable")]
    read = np.minimum(pieces.targets, most_steps)
    windows = -(-read // window)
    needed = -(-int(windows[chosen].sum()) // int(windows[chosen].max()))
    lanes: list[list[int]] = [[] for _ in range(min(rows, needed))]
    filled = [0] * len(lanes)
    for piece in longest_first.tolist():
        lane = filled.index(min(filled))
        lanes[lane].append(piece)
        filled[lane] += int(windows[piece])
    return _side_by_side(
        [_lane(pieces.first[lane].tolist(), read[lane].tolist(), window, window) for lane in lanes], window
    )


def steps_in_piece(pieces: Pieces, lanes: Lanes) -> np.ndarray:
    """How many notes of its piece lie before each that a step reads, int64 [windows, rows, window]."""
    steps: np.ndarray = lanes.places - pieces.first[pieces.piece_of(lanes.places)]
    return steps


def stacked(
    batches: Sequence[Batch], read: Mapping[str, str], predicted: Sequence[str], places: int = 0
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray], np.ndarray, np.ndarray]:
    """What a network reads and predicts in the batches on top of each other, [batches, batch, window], and the rest.

    Args:
        batches: All of one shape, at least one.
        read: Inputs by name, each with the attribute whose next token it is given, or empty for its own token.
        predicted: Attributes.
        places: Fill up to so many batches, with zeros.

    Returns:
        Inputs, targets, weights, and which rows are fresh, bool [batches, batch].
    """
    missing = max(places - len(batches), 0)

    def stack(arrays: Sequence[np.ndarray]) -> np.ndarray:
        return np.pad(np.stack(arrays), ((0, missing), *[(0, 0)] * arrays[0].ndim))

    return (
        {
            name: stack([batch.targets[given] if given else batch.inputs[name] for batch in batches])
            for name, given in read.items()
        },
        {name: stack([batch.targets[name] for batch in batches]) for name in predicted},
        stack([batch.weights for batch in batches]),
        stack([batch.fresh for batch in batches]),
    )


def _lane(first: Sequence[int], steps: Sequence[int], window: int, spare: int) -> tuple[np.ndarray, set[int]]:
    """Stretches one after the other: the note read at each step, -1 where none is, and which windows are fresh."""
    parts: list[np.ndarray] = []
    used, fresh = 0, {0}
    for start, count in zip(first, steps, strict=True):
        left = -used % window
        if left <= spare:
            parts.append(np.full(left, -1))
            used += left
            fresh.add(used // window)
        parts.append(np.arange(start, start + count))
        used += count
    return np.concatenate(parts), fresh


def _side_by_side(lanes: Sequence[tuple[np.ndarray, set[int]]], window: int) -> Lanes:
    """The lanes as rows, all filled up to the longest with steps that do not count."""
    windows = max(-(-len(steps) // window) for steps, _ in lanes)
    places = np.full((len(lanes), windows * window), -1)
    fresh = np.zeros((windows, len(lanes)), bool)
    for row, (steps, begun) in enumerate(lanes):
        places[row, : len(steps)] = steps
        fresh[[window for window in begun if window < windows], row] = True
    cut = places.reshape(len(lanes), windows, window).swapaxes(0, 1)
    return Lanes(np.maximum(cut, 0), cut >= 0, fresh)


def _within(targets: np.ndarray, most: int) -> np.ndarray:
    """Pieces, evenly spread over all, that have no more targets than this together; at least one."""
    count = len(targets)
    while True:
        chosen = np.linspace(0, len(targets) - 1, count).round().astype(np.int64)
        if count == 1 or targets[chosen].sum() <= most:
            return chosen
        count = max(1, min(count - 1, int(count * most / targets[chosen].sum())))


def _at_every_note(
    pieces: Pieces, drawn: np.ndarray, window: int, size: int, rng: np.random.Generator
) -> Iterator[Batch]:
    """A window wherever a full one fits, and one for each shorter piece, whose end is filled up; in random order."""
    targets = pieces.targets[drawn]
    counts = np.maximum(targets - window, 0) + 1
    inside = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    steps = np.minimum(np.repeat(targets, counts), window)
    order = rng.permutation(len(inside))
    first = (np.repeat(pieces.first[drawn], counts) + inside)[order]
    steps = steps[order]
    size, step = min(size, len(order)), np.arange(window)
    for start in range(0, len(order), size):
        chosen = np.arange(start, start + size) % len(order)
        places = first[chosen, None] + np.minimum(step, steps[chosen, None] - 1)
        yield _batch(pieces, places, step == steps[chosen, None] - 1, np.ones(size, bool))


def _batch(pieces: Pieces, places: np.ndarray, counted: np.ndarray, fresh: np.ndarray) -> Batch:
    return Batch(
        {name: stream[places] for name, stream in pieces.streams.items()},
        {name: stream[places + 1] for name, stream in pieces.streams.items()},
        counted.astype(np.float32),
        fresh,
    )
