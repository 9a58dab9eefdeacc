"""Choosing the next symbol of each song from what a network predicts.

What may not come is barred first; the rest is softened or sharpened by a temperature and cut to its nucleus (Holtzman,
Buys, Du, Forbes, Choi: "The Curious Case of Neural Text Degeneration", ICLR 2020); a uniform number then picks one.
"""

import math
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

Guard = Literal["off", "gentle", "strict"]
"""What is done about a song that is stuck in a loop; see `evolve.network.loop_guard`."""

_LOWEST = np.finfo(np.float32).min


@dataclass(frozen=True, slots=True)
class Sampling:
    """How symbols are chosen.

    Attributes:
        temperature: Logits are divided by it, at least 0: below 1 the likely becomes likelier, 0 takes the likeliest.
        top_p: Above 0, at most 1: only the fewest symbols are chosen from whose probabilities together reach it.
        guard: Whether loops are held back, and how.

    Raises:
        ValueError: One of them is something else.
    """

    temperature: float = 1.0
    top_p: float = 1.0
    guard: Guard = "off"

    def __post_init__(self) -> None:
        if not 0 <= self.temperature < math.inf:
            msg = f"temperature must be 0 or more, got {self.temperature}"
            raise ValueError(msg)
        if not 0 < self.top_p <= 1:
            msg = f"top_p must be above 0 and at most 1, got {self.top_p}"
            raise ValueError(msg)
        if self.guard not in get_args(Guard):
            msg = f"guard must be one of {', '.join(get_args(Guard))}, got {self.guard!r}"
            raise ValueError(msg)


def barred(logits: np.ndarray, allowed: np.ndarray) -> np.ndarray:
    """The logits, -inf where a symbol may not come, finite where it may.

    Args:
        logits: Float [songs, size].
        allowed: Bool [songs, size], at least one symbol of each song.
    """
    return np.where(allowed, np.fmax(logits, _LOWEST), -np.inf)


def sampled(logits: np.ndarray, uniforms: np.ndarray, sampling: Sampling) -> np.ndarray:
    """One symbol a row by the inverse of the cumulative distribution.

    A symbol of probability 0 is never taken: it adds nothing to the cumulative sum, and the first sum above what the
    uniform number asks for is not its own.

    Args:
        logits: Float [songs, size]; -inf is never taken, and one of each row is above it.
        uniforms: Float64 [songs] in [0, 1).
        sampling: Its guard is not looked at here.

    Returns:
        Symbols, int64 [songs].
    """
    if sampling.temperature == 0:
        likeliest: np.ndarray = logits.argmax(axis=1)
        return likeliest
    odds = _odds(logits, sampling.temperature)
    if sampling.top_p < 1:
        odds *= nucleus(odds, sampling.top_p)
    cumulative = odds.cumsum(axis=1)
    # The sum of all is above any share of it: a uniform number is at most 1 - 2**-53, the product rounds down.
    symbols: np.ndarray = (cumulative > uniforms[:, None] * cumulative[:, -1:]).argmax(axis=1)
    return symbols


def nucleus(odds: np.ndarray, share: float) -> np.ndarray:
    """The fewest symbols whose odds together reach a share of all.

    Args:
        odds: At least 0, float [songs, size]; a row may add up to anything above 0.
        share: Above 0, at most 1.

    Returns:
        Bool [songs, size], one symbol a row at least; among equal ones the first are kept.
    """
    songs, size = odds.shape
    ascending = np.sort(odds, axis=1)
    together = ascending[:, ::-1].cumsum(axis=1)
    fewest = (together >= share * together[:, -1:]).argmax(axis=1) + 1
    row = np.arange(songs)
    least = ascending[row, size - fewest][:, None]
    kept: np.ndarray = odds >= least
    if (ascending[row, size - fewest - 1][:, None] == least).any():  # more than one has the least odds that are kept
        equal = odds == least
        surplus = kept.sum(axis=1) - fewest
        kept &= ~equal | (equal.cumsum(axis=1) <= (equal.sum(axis=1) - surplus)[:, None])
    return kept


def _odds(logits: np.ndarray, temperature: float) -> np.ndarray:
    """Softmax, but for a factor: the likeliest has 1; float64 [songs, size]."""
    scaled = np.subtract(logits, logits.max(axis=1, keepdims=True), dtype=np.float64)
    if temperature != 1:
        with np.errstate(over="ignore"):  # near 0 all but the likeliest fall below every number
            scaled /= temperature
    odds: np.ndarray = np.exp(scaled, out=scaled)
    return odds
