"""Choosing the next token of each song from what a network predicts, and a guard against loops."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

Guard = Literal["off", "gentle", "strict"]
"""What is done about a song that is stuck in a loop; see `evolve.network.sampling`."""

_LOWEST = np.finfo(np.float32).min


@dataclass(frozen=True, slots=True)
class Sampling:
    """How tokens are chosen.

    Attributes:
        temperature: Logits are divided by it, at least 0: below 1 the likely becomes likelier, 0 takes the likeliest.
        top_p: Above 0, at most 1: only the fewest tokens are chosen from whose probabilities together reach it.
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
    """The logits, -inf where a token may not come, finite where it may.

    Args:
        logits: Float [songs, size].
        allowed: Bool [songs, size], at least one token of each song.
    """
    return np.where(allowed, np.fmax(logits, _LOWEST), -np.inf)


def sampled(logits: np.ndarray, uniforms: np.ndarray, sampling: Sampling) -> np.ndarray:
    """One token a row by the inverse of the cumulative distribution.

    A token of probability 0 is never taken: it adds nothing to the cumulative sum, and the first sum above what the
    uniform number asks for is not its own.

    Args:
        logits: Float [songs, size]; -inf is never taken, and one of each row is above it.
        uniforms: Float64 [songs] in [0, 1).
        sampling: Its guard is not looked at here.

    Returns:
        Tokens, int64 [songs].
    """
    if sampling.temperature == 0:
        likeliest: np.ndarray = logits.argmax(axis=1)
        return likeliest
    odds = _odds(logits, sampling.temperature)
    if sampling.top_p < 1:
        odds *= nucleus(odds, sampling.top_p)
    cumulative = odds.cumsum(axis=1)
    # The sum of all is above any share of it: a uniform number is at most 1 - 2**-53, the product rounds down.
    tokens: np.ndarray = (cumulative > uniforms[:, None] * cumulative[:, -1:]).argmax(axis=1)
    return tokens


def nucleus(odds: np.ndarray, share: float) -> np.ndarray:
    """The fewest tokens whose odds together reach a share of all.

    Args:
        odds: At least 0, float [songs, size]; a row may add up to anything above 0.
        share: Above 0, at most 1.

    Returns:
        Bool [songs, size], one token a row at least; among equal ones the first are kept.
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


LOOP_ROUNDS = 3
"""A pattern must come this often in direct succession to be a loop: once more is a repeat, as good pieces have."""

LONGEST_PERIOD = 256
"""How many counted tokens the pattern of a loop may have."""


@dataclass(frozen=True, slots=True, eq=False)
class Pattern:
    """What a guard watches.

    Attributes:
        attributes: Their tokens of one step together are an element of the pattern. The first one's are held back.
        counts: Which tokens of the first attribute take part, bool [size]: steps of the others, such as a passing of
            time, neither go on with a pattern nor break it.
        shortest: A loop that has fewer elements in all is none yet, at least 1.
    """

    attributes: tuple[str, ...]
    counts: np.ndarray
    shortest: int = 8

    def check(self, sizes: Mapping[str, int]) -> None:
        """See that it fits a network of these sizes.

        Raises:
            ValueError: It does not.
        """
        if not self.attributes or not set(self.attributes) <= set(sizes):
            msg = f"a pattern must be of {', '.join(sizes)}, got {', '.join(self.attributes) or 'nothing'}"
            raise ValueError(msg)
        size = sizes[self.attributes[0]]
        if self.counts.shape != (size,) or self.counts.dtype != bool:
            msg = f"counts must be bool [{size}], got {self.counts.dtype} {list(self.counts.shape)}"
            raise ValueError(msg)
        if self.shortest < 1:
            msg = f"shortest must be at least 1, got {self.shortest}"
            raise ValueError(msg)


class LoopGuard:
    """What several songs have repeated so far, up to their last step.

    For each song and each period up to the longest it keeps by how many elements the next one could take a loop beyond
    a loop that is just complete, below 1 while none is. An element that equals the one a period before brings the song
    one nearer, any other puts it back to the start: a few operations on [songs, periods] a step.
    """

    def __init__(self, pattern: Pattern, sizes: Mapping[str, int], songs: int, *, is_strict: bool) -> None:
        """Before the first step.

        Args:
            pattern: What is watched.
            sizes: How many tokens each attribute has.
            songs: How many are watched side by side.
            is_strict: Whether what would keep a loop going is forbidden rather than made unlikely.
        """
        self.attribute, *others = pattern.attributes
        self._is_strict = is_strict
        self._counts = pattern.counts
        # An element is one number, the first attribute's token its highest digit.
        self._others = [(name, sizes[name]) for name in others]
        self._highest = math.prod(size for _, size in self._others)
        periods = np.arange(1, LONGEST_PERIOD + 1, dtype=np.int32)
        repeated = np.maximum((LOOP_ROUNDS - 1) * periods, pattern.shortest - periods)
        self._start = 1 - repeated
        self._beyond = np.tile(self._start, (songs, 1))
        self._recent = np.full((songs, LONGEST_PERIOD), -1, np.int64)

    def follow(self, tokens: Mapping[str, np.ndarray]) -> None:
        """See a step of each song: attribute → whole numbers [songs]."""
        counted = self._counts[tokens[self.attribute]]
        songs = np.count_nonzero(counted)
        if songs == 0:
            return
        rows = slice(None) if songs == len(counted) else counted
        elements = self._elements(tokens)[rows, None]
        recent = self._recent[rows]
        self._beyond[rows] = np.where(recent == elements, self._beyond[rows] + 1, self._start)
        self._recent[rows, 1:] = recent[:, :-1]
        self._recent[rows, :1] = elements

    def hold_back(self, logits: np.ndarray) -> np.ndarray:
        """The first attribute's logits for the next step, with less for what would keep a loop going.

        Gentle: the odds of such a token are halved for each element by which the loop would be beyond a loop that is
        just complete, so that no loop lasts, however sure the network is, but the surer it is the longer one may.
        Strict: they are 0, unless nothing else could come.

        Args:
            logits: Float [songs, size], -inf where a token may not come; not changed.

        Returns:
            The same, or others of the same shape.
        """
        if self._beyond.max() < 1:
            return logits
        songs, periods = (self._beyond > 0).nonzero()
        tokens = self._recent[songs, periods] // self._highest
        halvings = np.zeros(logits.shape)
        np.maximum.at(halvings, (songs, tokens), self._beyond[songs, periods])
        if not self._is_strict:
            return logits - math.log(2) * halvings
        left = np.where(halvings > 0, -np.inf, logits)
        return np.where(np.isneginf(left.max(axis=1, keepdims=True)), logits, left)

    def _elements(self, tokens: Mapping[str, np.ndarray]) -> np.ndarray:
        elements = tokens[self.attribute].astype(np.int64)
        for name, size in self._others:
            elements = elements * size + tokens[name]
        return elements
