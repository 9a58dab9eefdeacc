"""Which trials take longest, so that they begin first and none is left running alone at the end."""

from collections.abc import Sequence

from evolve.execution.material import Material
from evolve.genetics.individual import Individual
from evolve.network.size import count_weights


def longest_first(individuals: Sequence[Individual], material: Material) -> tuple[Individual, ...]:
    """The individuals by the weights of their networks, the largest first; equals keep their order.

    A pass over the corpus takes time in proportion to the weights; the budget in seconds is the same for all.
    """

    def weights(individual: Individual) -> int:
        genes = individual.genome.as_dict()
        return count_weights(genes, material.sizes(genes))

    return tuple(sorted(individuals, key=weights, reverse=True))
