"""Shares: how a whole is divided among groups, in hundredths, which can be read aloud and compared exactly."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

_WHOLE = 100
"""Hundredths."""


@dataclass(frozen=True, slots=True)
class Shares:
    """A whole divided among groups.

    Attributes:
        parts: Each group's name and share, in the order of the groups: multiples of 0.01 from 0 that sum to 1.

    Raises:
        ValueError: The parts are no such shares.
    """

    parts: tuple[tuple[str, float], ...]

    def __post_init__(self) -> None:
        shares = self.fractions
        if any(not 0 <= share <= 1 or share != round(share, 2) for share in shares):
            raise ValueError("a share must be a multiple of 0.01 from 0 to 1")
        if sum(_hundredths(share) for share in shares) != _WHOLE:
            raise ValueError("shares must sum to 1")

    @classmethod
    def nearest(cls, names: Sequence[str], fractions: Iterable[float]) -> Self:
        """The shares nearest to fractions that sum to 1: rounded down to hundredths, the rest to whom it cost most."""
        exact = [float(fraction) * _WHOLE for fraction in fractions]
        counts = [math.floor(share) for share in exact]
        by_remainder = sorted(range(len(exact)), key=lambda place: counts[place] - exact[place])
        for place in by_remainder[: _WHOLE - sum(counts)]:
            counts[place] += 1
        return cls(tuple((name, count / _WHOLE) for name, count in zip(names, counts, strict=True)))

    @classmethod
    def from_json(cls, shares: Mapping[str, object]) -> Self:
        """What `to_json` gave; `ValueError` when that cannot have been."""
        numbers = {name: share for name, share in shares.items() if isinstance(share, int | float)}
        if len(numbers) < len(shares) or any(not 0 <= share <= 1 for share in numbers.values()):
            raise ValueError("a share must be a number from 0 to 1")
        return cls(tuple((name, float(share)) for name, share in numbers.items()))

    def to_json(self) -> dict[str, float]:
        """Share by group name, in the order of the groups."""
        return dict(self.parts)

    def __getitem__(self, name: str) -> float:
        """The share of a group; `KeyError` when it is none of these."""
        return dict(self.parts)[name]

    def __str__(self) -> str:
        """``jig 0.62, reel 0.38``."""
        return ", ".join(f"{name} {share:g}" for name, share in self.parts)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the groups."""
        return tuple(name for name, _ in self.parts)

    @property
    def fractions(self) -> tuple[float, ...]:
        """The share of each group."""
        return tuple(share for _, share in self.parts)


def _hundredths(share: float) -> int:
    return round(share * _WHOLE)
