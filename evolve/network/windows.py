"""Windows cut from pieces: what a network reads at once, and which of its answers count.

A window reads `window` notes; its answer at each step is the note after it. Windows never cross from one piece to the
next. A piece with fewer notes gives one window whose end is filled up and not counted.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from evolve.randomness import derive_rng

LearnFrom = Literal["every", "last"]
Streams = Mapping[str, np.ndarray]
"""The symbols of one piece: attribute name → int32 [n]."""


@dataclass(frozen=True, slots=True)
class Pieces:
    """Pieces laid end to end, without those too short to have a next note.

    Attributes:
        streams: Attribute → int32 [all notes].
        first: Where each piece starts, int64 [pieces].
        targets: How many notes of each have a note before them, int64 [pieces], each at least 1.
    """

    streams: dict[str, np.ndarray]
    first: np.ndarray
    targets: np.ndarray

    @classmethod
    def laid_end_to_end(cls, pieces: Sequence[Streams]) -> "Pieces":
        """The pieces joined attribute by attribute; no pieces at all give empty arrays."""
        usable = [piece for piece in pieces if len(next(iter(piece.values()))) > 1]
        lengths = np.array([len(next(iter(piece.values()))) for piece in usable], dtype=np.int64)
        names = list(usable[0]) if usable else []
        joined = {name: np.concatenate([piece[name] for piece in usable]).astype(np.int32) for name in names}
        return cls(joined, np.cumsum(lengths) - lengths, lengths - 1)


@dataclass(frozen=True, slots=True)
class Windows:
    """Where windows lie in `Pieces`.

    Attributes:
        first: Index of the first note each reads, int64 [windows].
        steps: How many of its steps have a next note in the piece, 1 .. window, int64 [windows].
    """

    first: np.ndarray
    steps: np.ndarray

    def __len__(self) -> int:
        """How many windows there are."""
        return len(self.first)

    def chosen(self, order: np.ndarray) -> "Windows":
        """The windows at these places, in this order."""
        return Windows(self.first[order], self.steps[order])


@dataclass(frozen=True, slots=True)
class Batch:
    """What one training step takes.

    Attributes:
        inputs: Attribute → int32 [batch, window].
        targets: Attribute → int32 [batch, window], the notes that follow.
        weights: 1 where the answer counts, else 0; float32 [batch, window].
    """

    inputs: dict[str, np.ndarray]
    targets: dict[str, np.ndarray]
    weights: np.ndarray


def lesson_windows(pieces: Pieces, window: int, learn_from: LearnFrom, seed: int, epoch: int) -> Windows:
    """The windows of one training epoch in random order.

    Learning from every step cuts each piece into consecutive windows from a phase that is new in every epoch, so that
    each note is a target once (up to three times where windows had to be moved to stay inside their piece).
    Learning from the last step takes a window at every note, as the paper does.
    """
    rng = derive_rng(seed, "lesson", epoch)
    if learn_from == "last":
        windows = _every_start(pieces, window)
    else:
        windows = _consecutive(pieces, window, rng.integers(0, window, len(pieces.first)))
    return windows.chosen(rng.permutation(len(windows)))


def exam_windows(pieces: Pieces, window: int, learn_from: LearnFrom, most: int) -> Windows:
    """The windows of the held-out pieces, always the same; at most `most` of them, evenly spread."""
    windows = _every_start(pieces, window) if learn_from == "last" else _tiled(pieces, window)
    if len(windows) <= most:
        return windows
    return windows.chosen(np.linspace(0, len(windows) - 1, most).round().astype(np.int64))


def batches(pieces: Pieces, windows: Windows, window: int, learn_from: LearnFrom, size: int) -> Iterator[Batch]:
    """The windows in batches of exactly `size`; the last is filled up with windows that do not count."""
    for start in range(0, len(windows), size):
        yield _batch(
            pieces, windows.chosen(np.arange(start, min(start + size, len(windows)))), window, learn_from, size
        )


def refilled(windows: Windows, size: int) -> Windows:
    """The windows, and as many of the first again as make the last batch full."""
    return windows.chosen(np.arange(-(-len(windows) // size) * size) % len(windows))


def stacked(
    batches: Sequence[Batch], places: int = 0
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray], np.ndarray]:
    """Inputs, targets and weights of the batches on top of each other, [batches, batch, window].

    Args:
        batches: All of one shape, at least one.
        places: Fill up to so many batches, with zeros.
    """
    missing = max(places - len(batches), 0)

    def stack(arrays: Sequence[np.ndarray]) -> np.ndarray:
        return np.pad(np.stack(arrays), ((0, missing), (0, 0), (0, 0)))

    return (
        {name: stack([batch.inputs[name] for batch in batches]) for name in batches[0].inputs},
        {name: stack([batch.targets[name] for batch in batches]) for name in batches[0].targets},
        stack([batch.weights for batch in batches]),
    )


def _batch(pieces: Pieces, windows: Windows, window: int, learn_from: LearnFrom, size: int) -> Batch:
    missing = (0, size - len(windows))
    first, steps = np.pad(windows.first, missing), np.pad(windows.steps, missing)
    step = np.arange(window)
    places = first[:, None] + np.minimum(step, np.maximum(steps, 1)[:, None] - 1)
    counted = step < steps[:, None] if learn_from == "every" else step == steps[:, None] - 1
    return Batch(
        {name: stream[places] for name, stream in pieces.streams.items()},
        {name: stream[places + 1] for name, stream in pieces.streams.items()},
        counted.astype(np.float32),
    )


def _consecutive(pieces: Pieces, window: int, phases: np.ndarray) -> Windows:
    """Windows end to end from each piece's phase, those at its ends moved inside it; phases int64 [pieces]."""
    spans = [
        np.unique(np.clip(np.arange(-phase, targets, window), 0, max(targets - window, 0)))
        for phase, targets in zip(phases.tolist(), pieces.targets.tolist(), strict=True)
    ]
    return _placed(pieces, window, spans)


def _tiled(pieces: Pieces, window: int) -> Windows:
    """Windows end to end from each piece's first note; the last may be short, so each target counts exactly once."""
    return _placed(pieces, window, [np.arange(0, targets, window) for targets in pieces.targets.tolist()])


def _every_start(pieces: Pieces, window: int) -> Windows:
    """A window wherever a full one fits, and one for each shorter piece."""
    return _placed(pieces, window, [np.arange(max(targets - window, 0) + 1) for targets in pieces.targets.tolist()])


def _placed(pieces: Pieces, window: int, spans: Sequence[np.ndarray]) -> Windows:
    counts = [len(span) for span in spans]
    inside = np.concatenate([np.zeros(0, np.int64), *spans])
    steps = np.minimum(np.repeat(pieces.targets, counts) - inside, window)
    return Windows(np.repeat(pieces.first, counts) + inside, steps)
