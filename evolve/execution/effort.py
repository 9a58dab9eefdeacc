"""What trials take: which take longest, how much of a GPU's memory, and which a processor can do just as well."""

from collections.abc import Sequence

from evolve.execution.material import Material, representation_of
from evolve.genetics.individual import Individual
from evolve.network.genes import GENES
from evolve.network.memory import EXAM_BATCH, EXAM_WINDOWS, process_mb
from evolve.network.size import count_weights

FLOPS_OF_A_CORE = 30e9
"""What a core does in a second while it trains: 28 to 35 billion operations were measured, and more of newer ones."""

OPERATIONS_A_WEIGHT = 6
"""Of a step of training, for each weight: a product and a sum on the way forth, twice as many on the way back."""

STEP_S = 200e-6
"""What a layer takes for a step of a batch beyond its sums: 20 microseconds of an LSTM were measured, 200 of others."""

MARGIN = 2.0
"""A machine may be slower than the one that was measured, and the first steps wait to be compiled."""


def longest_first(individuals: Sequence[Individual], material: Material) -> tuple[Individual, ...]:
    """The individuals by the weights of their networks, the largest first; equals keep their order.

    A pass over the corpus takes time in proportion to the weights; the budget in seconds is the same for all.
    """
    return tuple(sorted(individuals, key=lambda individual: weights(individual, material), reverse=True))


def weights(individual: Individual, material: Material) -> int:
    """How many weights its network has."""
    genes = individual.genome.as_dict()
    return count_weights(genes, material.sizes(genes))


def largest_mb(individuals: Sequence[Individual], material: Material) -> float:
    """What the process of that individual takes of a GPU's memory whose training takes most."""
    return max(gpu_mb(individual, material) for individual in individuals)


def gpu_mb(individual: Individual, material: Material) -> float:
    """What the process that trains it takes of a GPU's memory."""
    genes = individual.genome.as_dict()
    return process_mb(genes, material.sizes(genes), material.window(representation_of(genes)))


def is_modest(individual: Individual, material: Material, cpus: float) -> bool:
    """Whether a machine without a GPU is no disadvantage: it can do all epochs within the budget of seconds."""
    return MARGIN * seconds_on_cpu(individual, material, cpus) <= material.config.seconds


def seconds_on_cpu(individual: Individual, material: Material, cpus: float) -> float:
    """How long a processor takes for all epochs, if none of them is the last for want of progress.

    Args:
        individual: Whose network it is.
        material: The run's.
        cpus: Cores of a trial; more than one count as one, since a second makes a training only a quarter faster.
    """
    genes, config = individual.genome.as_dict(), material.config
    kind = representation_of(genes)
    window, batch = material.window(kind), int(genes.get("batch_size", GENES["batch_size"].default))
    layers = int(genes.get("depth", GENES["depth"].default)) + len(material.sizes(genes))
    again = window if config.targets == "last" else 1  # a window at every note
    pieces = material.encoded.pieces[kind]
    lesson = again * sum(len(next(iter(piece.values()))) for piece in pieces.training)
    exam = min(EXAM_WINDOWS * window, again * sum(len(next(iter(piece.values()))) for piece in pieces.held_out))
    operations = OPERATIONS_A_WEIGHT * weights(individual, material) * (lesson + exam / 3)
    steps = layers * (lesson / batch + exam / EXAM_BATCH / 3)
    return config.epochs * (operations / (FLOPS_OF_A_CORE * min(1.0, cpus)) + steps * STEP_S)
