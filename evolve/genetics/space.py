"""A search space: genes on keras-tuner's `HyperParameters`, and the unit cube that operators work in.

keras-tuner gives every hyperparameter a map to the unit interval that knows its scale (`value_to_prob`,
`prob_to_value`), so that a step of the same size means a doubling on a log scale and a neighbour on a linear one.
Importing keras-tuner imports TensorFlow (seconds); it is imported when the first map is asked for, so that reading
and checking a space stays quick.
"""

import functools
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from evolve.errors import SpaceError
from evolve.genetics.gene import Gene, GeneKind
from evolve.genetics.genome import Genome, Value
from evolve.silence import stderr_silenced


@dataclass(frozen=True, slots=True)
class SearchSpace:
    """Genes in an order in which every parent gene comes before those that depend on it.

    Attributes:
        genes: At least one, with unique names.
        description: What the space is for, in a sentence; may be empty.
    """

    genes: tuple[Gene, ...]
    description: str = ""

    def gene(self, name: str) -> Gene:
        """The gene of this name; `KeyError` when there is none."""
        for gene in self.genes:
            if gene.name == name:
                return gene
        raise KeyError(name)

    def grow(self, value_of: Callable[[Gene], Value]) -> Genome:
        """The genome whose active genes have these values, asked for parents before those that depend on them."""
        genome = Genome(())
        for gene in self.genes:
            if gene.is_active_in(genome):
                genome = Genome((*genome.genes, (gene.name, value_of(gene))))
        return genome

    def sample(self, rng: np.random.Generator) -> Genome:
        """A genome drawn evenly from the space, each gene on its own scale."""
        return self.grow(lambda gene: sample_value(gene, rng))

    def genomes(self) -> tuple[Genome, ...]:
        """Every genome, in the order of the genes' values; `SpaceError` when there are infinitely many."""
        genomes = [Genome(())]
        for gene in self.genes:
            genomes = [longer for genome in genomes for longer in _extended(genome, gene)]
        return tuple(genomes)

    def __contains__(self, genome: Genome) -> bool:
        """Whether exactly the genes that must be active are, each with a value it can have."""
        active = [gene for gene in self.genes if gene.is_active_in(genome)]
        return [gene.name for gene in active] == list(genome) and all(
            is_value_of(gene, genome[gene.name]) for gene in active
        )

    @property
    def size(self) -> float:
        """How many genomes there are; `math.inf` when a gene is continuous."""
        roots = [gene for gene in self.genes if gene.parent_name is None]
        return math.prod(self._variants(gene) for gene in roots)

    @property
    def continuous_genes(self) -> tuple[str, ...]:
        """The names of the genes with infinitely many values."""
        return tuple(gene.name for gene in self.genes if count_values(gene) == math.inf)

    def hyperparameters(self, genome: Genome) -> Any:  # noqa: ANN401 - keras-tuner has no annotations
        """A `keras_tuner.HyperParameters` whose genes are this space's and whose values are the genome's.

        Any hypermodel written in keras-tuner's convention can build from it; what it asks for beyond the genome
        takes the hypermodel's own default.
        """
        hyperparameters = _keras_tuner()
        space = [{"class_name": _CLASS_NAMES[gene.kind], "config": _config(gene)} for gene in self.genes]
        return hyperparameters.HyperParameters.from_config({"space": space, "values": genome.as_dict()})

    def _variants(self, gene: Gene) -> float:
        dependents = [other for other in self.genes if other.parent_name == gene.name]
        if not dependents:
            return count_values(gene)
        inner = [(other.parent_values, self._variants(other)) for other in dependents]
        return sum(
            math.prod(variants for values, variants in inner if value in values) for value in enumerate_values(gene)
        )


def _extended(genome: Genome, gene: Gene) -> list[Genome]:
    if not gene.is_active_in(genome):
        return [genome]
    return [Genome((*genome.genes, (gene.name, value))) for value in enumerate_values(gene)]


def sample_value(gene: Gene, rng: np.random.Generator) -> Value:
    """A value drawn evenly on the gene's own scale."""
    return from_unit(gene, float(rng.random()))


def to_unit(gene: Gene, value: Value) -> float:
    """Where a value lies in the unit interval, 0 .. 1, on the gene's own scale."""
    if not _is_mapped_by_keras_tuner(gene):
        return (_place(gene, value) + 0.5) / count_values(gene)
    return float(_hyperparameter(gene).value_to_prob(value))


def from_unit(gene: Gene, position: float) -> Value:
    """The value at a position of the unit interval; positions outside are clipped into it."""
    position = min(max(position, 0.0), 1.0)
    if not _is_mapped_by_keras_tuner(gene):
        count = int(count_values(gene))
        place = min(int(position * count), count - 1)
        return _stepped_value(gene, place) if gene.is_numeric else gene.values[place]
    return _tidy(gene, float(_hyperparameter(gene).prob_to_value(position)))


def count_values(gene: Gene) -> float:
    """How many values a gene can have; `math.inf` for a float without a step."""
    if not gene.is_numeric:
        return len(gene.values)
    if gene.is_point:
        return 1
    if gene.step is None:
        whole = gene.kind is GeneKind.INT
        return _high(gene) - _low(gene) + 1 if whole else math.inf
    if gene.sampling == "log":
        return math.floor(math.log(_high(gene) / _low(gene), gene.step) + 1e-8) + 1
    return math.floor((_high(gene) - _low(gene)) / gene.step + 1e-8) + 1


def enumerate_values(gene: Gene) -> tuple[Value, ...]:
    """Every value of a gene, in order; `SpaceError` when there are infinitely many."""
    if not gene.is_numeric:
        return gene.values
    count = count_values(gene)
    if count == math.inf:
        raise SpaceError(f'gene "{gene.name}" is continuous: its values cannot be listed; give it a step')
    return tuple(_stepped_value(gene, index) for index in range(int(count)))


def is_value_of(gene: Gene, value: Value) -> bool:
    """Whether a gene can have this value."""
    if not gene.is_numeric:
        return any(value == own and isinstance(value, bool) == isinstance(own, bool) for own in gene.values)
    if isinstance(value, bool | str) or not _low(gene) <= value <= _high(gene):
        return False
    if count_values(gene) == math.inf:
        return True
    return any(math.isclose(value, float(own), rel_tol=1e-9) for own in enumerate_values(gene))


_DIGITS = 4
"""Of a continuous value."""

_CLASS_NAMES = {
    GeneKind.INT: "Int",
    GeneKind.FLOAT: "Float",
    GeneKind.CHOICE: "Choice",
    GeneKind.BOOLEAN: "Boolean",
    GeneKind.FIXED: "Fixed",
}


@functools.lru_cache(maxsize=1024)
def _hyperparameter(gene: Gene) -> Any:  # noqa: ANN401 - keras-tuner has no annotations
    return getattr(_keras_tuner(), _CLASS_NAMES[gene.kind]).from_config(_config(gene) | {"conditions": []})


def _keras_tuner() -> Any:  # noqa: ANN401 - keras-tuner has no annotations
    with stderr_silenced():
        from keras_tuner.engine import hyperparameters  # noqa: PLC0415 - imports TensorFlow
    return hyperparameters


def _config(gene: Gene) -> dict[str, Any]:
    """The gene as keras-tuner's own `get_config` would write it."""
    config: dict[str, Any] = {"name": gene.name, "conditions": _conditions(gene)}
    if gene.kind is GeneKind.FIXED:
        return config | {"value": gene.values[0]}
    config["default"] = gene.default
    if gene.kind is GeneKind.CHOICE:
        # keras-tuner knows an order of numbers alone; mutation knows ours.
        ordered = gene.ordered and not isinstance(gene.values[0], str)
        return config | {"values": list(gene.values), "ordered": ordered}
    if gene.is_numeric:
        scale = {"step": gene.step, "sampling": gene.sampling}
        return config | {"min_value": gene.min_value, "max_value": gene.max_value} | scale
    return config | {"default": bool(gene.default)}


def _conditions(gene: Gene) -> list[dict[str, Any]]:
    if gene.parent_name is None:
        return []
    return [{"class_name": "Parent", "config": {"name": gene.parent_name, "values": list(gene.parent_values)}}]


def _is_mapped_by_keras_tuner(gene: Gene) -> bool:
    # Not so stepped linear floats, where it floor-divides: 0.3 with step 0.1 comes back as 0.2. Nor values without a
    # scale, which need no map: it would turn a choice of true and false into one of 1 and 0.
    is_stepped = gene.kind is GeneKind.FLOAT and gene.step is not None and gene.sampling == "linear"
    return gene.is_numeric and not (is_stepped and not gene.is_point)


def _place(gene: Gene, value: Value) -> int:
    return round((float(value) - _low(gene)) / float(gene.step or 1)) if gene.is_numeric else gene.values.index(value)


def _stepped_value(gene: Gene, index: int) -> Value:
    if gene.sampling == "log" and gene.step is not None:
        value = _low(gene) * float(gene.step) ** index
    else:
        value = _low(gene) + index * float(gene.step or 1)
    return _tidy(gene, value)


def _tidy(gene: Gene, value: float) -> Value:
    # keras-tuner's log scale overshoots the last int by one and leaves 0.30000000000000004 behind; four digits
    # of a continuous value are more than training can tell apart, and can be read aloud.
    is_continuous = count_values(gene) == math.inf
    value = float(f"{value:.{_DIGITS + _shared_digits(gene) if is_continuous else 12}g}")
    value = min(max(value, _low(gene)), _high(gene))
    return round(value) if gene.kind is GeneKind.INT else value


def _shared_digits(gene: Gene) -> int:
    """How many leading digits all values of a narrow range have in common, so that they say nothing."""
    size = max(abs(_low(gene)), abs(_high(gene)))
    return max(0, math.floor(math.log10(size / (_high(gene) - _low(gene)))))


def _low(gene: Gene) -> float:
    return gene.min_value if gene.min_value is not None else 0.0


def _high(gene: Gene) -> float:
    return gene.max_value if gene.max_value is not None else 0.0
