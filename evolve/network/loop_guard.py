"""A guard against getting stuck: it sees a song go round in a loop, and holds back what would keep it going.

Networks that read what they wrote themselves tend to repeat it, the more surely the longer they have (Holtzman et al.,
ICLR 2020). A loop is a pattern that has come `LOOP_ROUNDS` times in direct succession: up to that, repeating is music.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

LOOP_ROUNDS = 3
"""A pattern must come this often in direct succession to be a loop: once more is a repeat, as good pieces have."""

LONGEST_PERIOD = 256
"""How many counted symbols the pattern of a loop may have."""


@dataclass(frozen=True, slots=True, eq=False)
class Pattern:
    """What a guard watches.

    Attributes:
        attributes: Their symbols of one step together are an element of the pattern. The first one's are held back.
        counts: Which symbols of the first attribute take part, bool [size]: steps of the others, such as a passing of
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
            sizes: How many symbols each attribute has.
            songs: How many are watched side by side.
            is_strict: Whether what would keep a loop going is forbidden rather than made unlikely.
        """
        self.attribute, *others = pattern.attributes
        self._is_strict = is_strict
        self._counts = pattern.counts
        # An element is one number, the first attribute's symbol its highest digit.
        self._others = [(name, sizes[name]) for name in others]
        self._highest = math.prod(size for _, size in self._others)
        periods = np.arange(1, LONGEST_PERIOD + 1, dtype=np.int32)
        repeated = np.maximum((LOOP_ROUNDS - 1) * periods, pattern.shortest - periods)
        self._start = 1 - repeated
        self._beyond = np.tile(self._start, (songs, 1))
        self._recent = np.full((songs, LONGEST_PERIOD), -1, np.int64)

    def follow(self, symbols: Mapping[str, np.ndarray]) -> None:
        """See a step of each song: attribute → whole numbers [songs]."""
        counted = self._counts[symbols[self.attribute]]
        songs = np.count_nonzero(counted)
        if songs == 0:
            return
        rows = slice(None) if songs == len(counted) else counted
        elements = self._elements(symbols)[rows, None]
        recent = self._recent[rows]
        self._beyond[rows] = np.where(recent == elements, self._beyond[rows] + 1, self._start)
        self._recent[rows, 1:] = recent[:, :-1]
        self._recent[rows, :1] = elements

    def hold_back(self, logits: np.ndarray) -> np.ndarray:
        """The first attribute's logits for the next step, with less for what would keep a loop going.

        Gentle: the odds of such a symbol are halved for each element by which the loop would be beyond a loop that is
        just complete, so that no loop lasts, however sure the network is, but the surer it is the longer one may.
        Strict: they are 0, unless nothing else could come.

        Args:
            logits: Float [songs, size], -inf where a symbol may not come; not changed.

        Returns:
            The same, or others of the same shape.
        """
        if self._beyond.max() < 1:
            return logits
        songs, periods = (self._beyond > 0).nonzero()
        symbols = self._recent[songs, periods] // self._highest
        halvings = np.zeros(logits.shape)
        np.maximum.at(halvings, (songs, symbols), self._beyond[songs, periods])
        if not self._is_strict:
            return logits - math.log(2) * halvings
        left = np.where(halvings > 0, -np.inf, logits)
        return np.where(np.isneginf(left.max(axis=1, keepdims=True)), logits, left)

    def _elements(self, symbols: Mapping[str, np.ndarray]) -> np.ndarray:
        elements = symbols[self.attribute].astype(np.int64)
        for name, size in self._others:
            elements = elements * size + symbols[name]
        return elements
