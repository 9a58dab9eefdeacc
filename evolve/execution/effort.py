"""Which trials take longest, so that they begin first and none is left running alone at the end."""

from collections.abc import Sequence

from evolve.execution.material import Material
from evolve.genetics.individual import Individual
from evolve.network.size import count_weights


def longest_first(individuals: Sequence[Individual], material: Material) -> tuple[Individual, ...]:
    """The individuals by the weights of their networks, the largest first; equals keep their order.

    A pass over the corpus takes time in proportion to the weights; the budget in seconds is the same for all.
    """
    sizes = material.encoded.vocabulary.sizes
    return tuple(sorted(individuals, key=lambda one: -count_weights(one.genome.as_dict(), sizes)))
