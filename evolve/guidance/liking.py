"""How much samples of one individual are expected to be liked, and for what."""

from dataclasses import dataclass
from typing import Final

import numpy as np

_MOST_REASONS: Final = 2


@dataclass(frozen=True, slots=True)
class SampleLiking:
    """What is expected of some samples of one individual.

    Attributes:
        names: Of the features that are known of samples.
        expected: The utility of each sample, the mean over listeners; only differences mean something, float [samples].
        features: Of each sample, standardized over all that were heard of, float [samples, features].
        parts: What each feature adds to the utility of each sample, float [samples, features].
    """

    names: tuple[str, ...]
    expected: np.ndarray
    features: np.ndarray
    parts: np.ndarray

    @property
    def places(self) -> np.ndarray:
        """The place of each sample among all, from 1 for the one that is expected to be liked most, int [samples]."""
        places = np.empty(len(self.expected), int)
        places[(-self.expected).argsort(kind="stable")] = np.arange(1, len(self.expected) + 1)
        return places

    def reasons(self, sample: int) -> list[tuple[str, bool]]:
        """The features that speak most for a sample: each by its name, and whether the sample has more than the mean.

        Args:
            sample: Its place among the samples, from 0.
        """
        gains = self.parts[sample] - self.parts.mean(axis=0)
        is_more = self.features[sample] > self.features.mean(axis=0)
        best = (-gains).argsort(kind="stable")[:_MOST_REASONS]
        return [(self.names[place], bool(is_more[place])) for place in best if gains[place] > 0]
