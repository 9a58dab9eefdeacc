"""A diet: what share of the notes that a network learns from comes from each group of pieces."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from evolve.network.windows import Pieces


@dataclass(frozen=True, slots=True)
class Diet:
    """The shares of the groups, and which group each piece belongs to.

    Attributes:
        shares: Of each group, at least 0, together 1.
        training: The group of each training piece, its place in `shares`.
        held_out: The group of each held-out piece.
    """

    shares: tuple[float, ...]
    training: tuple[int, ...]
    held_out: tuple[int, ...]

    @classmethod
    def of(cls, shares: Sequence[tuple[str, float]], training: Sequence[str], held_out: Sequence[str]) -> Self:
        """The diet of shares by the name of a group; a group without a share is not learned from.

        Args:
            shares: Names and shares.
            training: The name of the group of each training piece.
            held_out: The same of each held-out piece.
        """
        names = list(dict.fromkeys((*(name for name, _ in shares), *training, *held_out)))
        given = dict(shares)
        place = {name: index for index, name in enumerate(names)}
        return cls(
            tuple(given.get(name, 0.0) for name in names),
            tuple(place[name] for name in training),
            tuple(place[name] for name in held_out),
        )


def drawn(pieces: Pieces, shares: Sequence[float], rng: np.random.Generator) -> np.ndarray:
    """The pieces of one epoch in random order, int64: as many target notes as there are, divided by the shares.

    Each group gives its pieces in random order, and again in another, until it has given its share. The last of them is
    taken by the chance that makes the share true on average.

    Args:
        pieces: At least one of a group that has a share.
        shares: Of each group; those of groups without pieces fall to the others.
        rng: The only source of chance.
    """
    wanted = present(shares, pieces.groups) * pieces.targets.sum()
    parts = [
        _filled(np.flatnonzero(pieces.groups == group), pieces.targets, notes, rng)
        for group, notes in enumerate(wanted.tolist())
        if notes
    ]
    together = np.concatenate(parts)
    if not len(together):  # every group has pieces so much longer than its share that chance took none
        together = np.flatnonzero(wanted[pieces.groups] > 0)[:1]
    return rng.permutation(together)


def present(shares: Sequence[float], groups: np.ndarray) -> np.ndarray:
    """The shares of the groups that have pieces, together 1, those of others 0; all alike where none has a share.

    Args:
        shares: Of each group.
        groups: Of each piece its group.
    """
    has_pieces = np.bincount(groups, minlength=len(shares)) > 0
    own = np.asarray(shares, float) * has_pieces
    if not own.sum():
        own = has_pieces.astype(float)
    found: np.ndarray = own / own.sum()
    return found


def _filled(group: np.ndarray, targets: np.ndarray, notes: float, rng: np.random.Generator) -> np.ndarray:
    """Pieces of a group that have so many target notes, on average."""
    rounds = int(notes // targets[group].sum())
    order = rng.permutation(group)
    ends = np.cumsum(targets[order])
    left = notes - rounds * int(ends[-1])
    whole = int(np.searchsorted(ends, left, side="right"))
    before = int(ends[whole - 1]) if whole else 0
    is_taken = rng.random() * targets[order[whole]] < left - before
    return np.concatenate([*(rng.permutation(group) for _ in range(rounds)), order[: whole + int(is_taken)]])
