"""What trials take: which take longest, how much of a GPU's memory, and which a processor can do just as well."""

from collections.abc import Sequence

from evolve.execution.material import Material, budget_of
from evolve.genetics.individual import Individual
from evolve.network.memory import process_mb
from evolve.network.size import count_weights, with_defaults
from evolve.network.validation import MOST_WINDOWS, ROWS

FLOPS_OF_A_CORE = 30e9
"""What a core does in a second while it trains: 28 to 35 billion operations were measured, and more of newer ones."""

OPERATIONS_A_WEIGHT = 6
"""Of a step of training, for each weight: a product and a sum on the way forth, twice as many on the way back."""

STEP_S = 200e-6
"""What a layer takes for a step of a batch beyond its sums: 20 microseconds of an LSTM were measured, 200 of others."""

MARGIN = 2.0
"""A machine may be slower than the one that was measured, and the first steps wait to be compiled."""


def longest_first(individuals: Sequence[Individual], material: Material) -> tuple[Individual, ...]:
    """The individuals by their share of the budget, then by the weights of their networks, the largest first.

    A pass over the corpus takes time in proportion to the weights; the budget in seconds ends most trainings. Equals
    keep their order.
    """
    return tuple(sorted(individuals, key=lambda one: (budget_of(one.genome), weights(one, material)), reverse=True))


def weights(individual: Individual, material: Material) -> int:
    """How many weights its network has."""
    genes = material.genes(individual.genome)
    representation = material.representation(genes)
    return count_weights(genes, representation.sizes, representation.context)


def largest_mb(individuals: Sequence[Individual], material: Material) -> float:
    """What the process of that individual takes of a GPU's memory whose training takes most."""
    return max(gpu_mb(individual, material) for individual in individuals)


def gpu_mb(individual: Individual, material: Material) -> float:
    """What the process that trains it takes of a GPU's memory."""
    genes = material.genes(individual.genome)
    representation = material.representation(genes)
    return process_mb(genes, representation.sizes, material.window(representation.name), representation.context)


def is_modest(individual: Individual, material: Material, cpus: float) -> bool:
    """Whether a machine without a GPU is no disadvantage: it can do all epochs within the budget of seconds."""
    seconds = budget_of(individual.genome) * material.config.seconds
    return MARGIN * seconds_on_cpu(individual, material, cpus) <= seconds


def seconds_on_cpu(individual: Individual, material: Material, cpus: float) -> float:
    """How long a processor takes for all epochs, if none of them is the last for want of progress.

    Args:
        individual: Whose network it is.
        material: The run's.
        cpus: Cores of a trial; more than one count as one, since a second makes a training only a quarter faster.
    """
    genes, config = with_defaults(material.genes(individual.genome)), material.config
    representation = material.representation(genes)
    window, batch = material.window(representation.name), int(genes["batch_size"])
    layers = int(genes["depth"]) + len(representation.sizes)
    again = window if config.targets == "last" else 1  # a window at every note
    pieces = material.encoded.pieces[representation.name]
    training = again * sum(len(next(iter(piece.values()))) for piece in pieces.training)
    validation = min(MOST_WINDOWS * window, sum(len(next(iter(piece.values()))) for piece in pieces.held_out))
    operations = OPERATIONS_A_WEIGHT * weights(individual, material) * (training + validation / 3)
    steps = layers * (training / batch + validation / min(ROWS, len(pieces.held_out)) / 3)
    epochs = max(1, round(budget_of(individual.genome) * config.epochs))
    return epochs * (operations / (FLOPS_OF_A_CORE * min(1.0, cpus)) + steps * STEP_S)
