"""What trials take: which take longest, how much of a GPU's memory, and which a processor can do just as well."""

from evolve.domain import Cost
from evolve.domains.music.material import Material, budget_of
from evolve.network.cost import count_weights, process_mb, with_defaults
from evolve.network.validation import MOST_WINDOWS, ROWS
from evolve.records.genome import Genome

FLOPS_OF_A_CORE = 30e9
"""What a core does in a second while it trains: 28 to 35 billion operations were measured, and more of newer ones."""

OPERATIONS_A_WEIGHT = 6
"""Of a step of training, for each weight: a product and a sum on the way forth, twice as many on the way back."""

STEP_S = 200e-6
"""What a layer takes for a step of a batch beyond its sums: 20 microseconds of an LSTM were measured, 200 of others."""

MOST_WEIGHTS = 1e12
"""More than any network has: of two trials the one with the larger budget takes longer, whatever their weights."""

MARGIN = 2.0
"""A machine may be slower than the one that was measured, and the first steps wait to be compiled."""


def cost(genome: Genome, material: Material, cpus: float) -> Cost:
    """What a trial of this genome takes.

    A pass over the corpus takes time in proportion to the weights; the budget in seconds ends most trainings. So the
    share of the budget comes first, then the weights.
    """
    if material.build is not None:  # nothing is known of it before it is built
        return Cost(budget_of(genome) * MOST_WEIGHTS, fits_on_cpu=False)
    effort = budget_of(genome) * MOST_WEIGHTS + weights(genome, material)
    return Cost(effort, gpu_mb(genome, material), fits_on_cpu(genome, material, cpus))


def weights(genome: Genome, material: Material) -> int:
    """How many weights its network has."""
    genes = material.genes(genome)
    tokenizer = material.tokenizer(genes)
    return count_weights(genes, tokenizer.sizes, tokenizer.context)


def gpu_mb(genome: Genome, material: Material) -> float:
    """What the process that trains it takes of a GPU's memory."""
    genes = material.genes(genome)
    tokenizer = material.tokenizer(genes)
    return process_mb(genes, tokenizer.sizes, material.window(tokenizer.name), tokenizer.context)


def fits_on_cpu(genome: Genome, material: Material, cpus: float) -> bool:
    """Whether a machine without a GPU is no disadvantage: it can do all epochs within the budget of seconds."""
    seconds = budget_of(genome) * material.settings.seconds
    return MARGIN * seconds_on_cpu(genome, material, cpus) <= seconds


def seconds_on_cpu(genome: Genome, material: Material, cpus: float) -> float:
    """How long a processor takes for all epochs, if none of them is the last for want of progress.

    Args:
        genome: Of the network.
        material: The run's.
        cpus: Cores of a trial; more than one count as one, since a second makes a training only a quarter faster.
    """
    genes, settings = with_defaults(material.genes(genome)), material.settings
    tokenizer = material.tokenizer(genes)
    window, batch = material.window(tokenizer.name), int(genes["batch_size"])
    layers = int(genes["depth"]) + len(tokenizer.sizes)
    again = window if settings.targets == "last" else 1  # a window at every note
    pieces = material.encoded.pieces[tokenizer.name]
    training = again * sum(len(next(iter(piece.values()))) for piece in pieces.training)
    validation = min(MOST_WINDOWS * window, sum(len(next(iter(piece.values()))) for piece in pieces.held_out))
    operations = OPERATIONS_A_WEIGHT * weights(genome, material) * (training + validation / 3)
    steps = layers * (training / batch + validation / min(ROWS, len(pieces.held_out)) / 3)
    epochs = max(1, round(budget_of(genome) * settings.epochs))
    return epochs * (operations / (FLOPS_OF_A_CORE * min(1.0, cpus)) + steps * STEP_S)
