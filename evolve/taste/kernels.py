"""How alike two genomes are expected to be liked: the prior of the taste model.

A genome is a point: each gene has a block of columns, scaled so that the distance within a block is at most about 1.
Half of what is expected is a sum of what each gene does alone, half is what all genes do together (Duvenaud, Nickisch
and Rasmussen, "Additive Gaussian processes", NeurIPS 2011); the data say how much of each. Every gene has a length
scale of its own, so that one that does not matter fades out.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

Array = np.ndarray

_GENES_TOGETHER = 3.0
"""Genes whose distances add up in the joint part; of more, their mean counts: or all genomes would be strangers."""


def squared_distances(points: Array, others: Array, blocks: Sequence[slice]) -> Array:
    """Of each gene the squared distance between points, float [genes, points, others]."""
    return np.stack([((points[:, None, block] - others[None, :, block]) ** 2).sum(axis=2) for block in blocks])


@dataclass(frozen=True, slots=True)
class GenomeKernel:
    """A covariance of genomes with a variance of 1.

    Attributes:
        length_scales: Of each gene, in its own unit interval, float [genes].
        additive: The share of the variance that genes have one by one, 0 .. 1.
    """

    length_scales: Array
    additive: float

    def covariance(self, distances: Array) -> Array:
        """Between genomes.

        Args:
            distances: Squared, of each gene, float [genes, genomes, others].
        """
        alone, together, _ = self._parts(distances)
        return np.asarray(self.additive * alone.mean(axis=0) + (1 - self.additive) * together)

    def gradients(self, distances: Array, sensitivity: Array) -> Array:
        """How a number changes with the log of each length scale and with the logit of the additive share.

        Args:
            distances: Squared, of each gene, float [genes, genomes, genomes].
            sensitivity: How the number changes with each entry of the covariance, float [genomes, genomes].

        Returns:
            Float [genes + 1].
        """
        alone, together, scaled = self._parts(distances)
        share = self.additive
        by_entry = scaled * (share / len(alone) * alone + (1 - share) * self._joint * together)
        by_scale = np.einsum("gij,ij->g", by_entry, sensitivity)
        by_share = share * (1 - share) * ((alone.mean(axis=0) - together) * sensitivity).sum()
        return np.append(by_scale, by_share)

    @property
    def _joint(self) -> float:
        return 1.0 / max(1.0, len(self.length_scales) / _GENES_TOGETHER)

    def _parts(self, distances: Array) -> tuple[Array, Array, Array]:
        scaled = distances / self.length_scales[:, None, None] ** 2
        return np.exp(-0.5 * scaled), np.exp(-0.5 * self._joint * scaled.sum(axis=0)), scaled
