"""Listeners with a hidden taste for features of songs, who hear networks of a table.

None of their kinds was there when the model of taste was tuned.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from benchmarks.song_table import SongTable
from evolve.judging.reliability import variances
from evolve.randomness import derive_rng

NOISE: Final = 0.3
"""Standard deviation of what chance adds to each hearing, where that between networks is 1."""

LEAST_SHARE: Final = 0.15
"""Of a feature's variance between networks: what differs less is nothing that a network could be liked for."""

Liking = Callable[[np.ndarray], np.ndarray]
"""How much songs are liked: standardised features, float [.., features] → float [..]."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of listeners.

    Attributes:
        features: How many of them such a listener cares for.
        draw: Draws how songs are liked, by the mean features of each network, float [networks, features].
    """

    features: int
    draw: Callable[[np.ndarray, np.random.Generator], Liking]


def _linear(means: np.ndarray, rng: np.random.Generator) -> Liking:
    """More of some features and less of others."""
    weights = rng.standard_normal(means.shape[1])
    return lambda songs: songs @ weights


def _point(means: np.ndarray, rng: np.random.Generator) -> Liking:
    """A bell around what some network's songs are like."""
    wanted = means[rng.integers(len(means))]
    return lambda songs: np.exp(-0.5 * ((songs - wanted) ** 2).sum(axis=-1))


def _interaction(means: np.ndarray, rng: np.random.Generator) -> Liking:
    """Much of one feature where there is much of another, and little where there is little; or the other way round."""
    middle, sign = means.mean(axis=0), rng.choice([-1.0, 1.0])
    return lambda songs: sign * (songs - middle).prod(axis=-1)


KINDS: Final[Mapping[str, Kind]] = {
    "linear": Kind(3, _linear),
    "point": Kind(2, _point),
    "interaction": Kind(2, _interaction),
}


@dataclass(frozen=True, slots=True)
class SongListener:
    """Somebody who likes networks by features of their songs.

    Attributes:
        features: The names of those that are liked.
        utility: How much each network of the table is liked by all its fresh songs, float [networks]: the mean is 0 and
            the standard deviation 1.
        perceived: The same by the songs that are heard.
        seed: All its chance derives from it.
    """

    features: tuple[str, ...]
    utility: np.ndarray
    perceived: np.ndarray
    seed: int

    @classmethod
    def drawn(cls, kind: str, table: SongTable, seed: int) -> "SongListener":
        """The listener that a seed decides.

        Args:
            kind: One of `KINDS`.
            table: Whom it hears.
            seed: Any.
        """
        rng = derive_rng(seed, "song listener", kind)
        places = rng.choice(liked_features(table), KINDS[kind].features, replace=False)
        fresh = table.fresh[:, :, places].astype(float)
        middle, spread = np.nanmean(fresh, axis=(0, 1)), np.nanstd(fresh, axis=(0, 1))

        def standardised(songs: np.ndarray) -> np.ndarray:
            return np.asarray(np.nan_to_num((songs - middle) / spread))  # what a song lacks is as the mean

        liking = KINDS[kind].draw(standardised(fresh).mean(axis=1), rng)
        liked = liking(standardised(fresh)).mean(axis=1)
        heard = [table.silent[row, list(one.heard)][:, places] for row, one in enumerate(table.networks)]
        perceived = liking(standardised(np.array(heard, float))).mean(axis=1)
        names = tuple(table.features[place] for place in places)
        return cls(names, (liked - liked.mean()) / liked.std(), (perceived - liked.mean()) / liked.std(), seed)

    def order(self, rows: Sequence[int], generation: int) -> list[int]:
        """How the listener ranks networks of the table in a generation, best first; chance is drawn anew in each."""
        noise = {row: NOISE * derive_rng(self.seed, "hearing", generation, row).standard_normal() for row in rows}
        return sorted(rows, key=lambda row: -(self.perceived[row] + noise[row]))


def liked_features(table: SongTable) -> list[int]:
    """The places of the features for which networks can be told apart."""
    apart = [variances(table.fresh[:, :, place].astype(float)) for place in range(len(table.features))]
    return [place for place, one in enumerate(apart) if one is not None and one.share >= LEAST_SHARE]
