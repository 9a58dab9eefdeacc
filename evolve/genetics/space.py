"""A search space: genes and the conditions among them, the genomes they allow, and keras-tuner's view of one.

Importing keras-tuner imports TensorFlow (seconds), so only `SearchSpace.hyperparameters` does, in the process that
trains.
"""

import dataclasses
import math
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

import numpy as np

from evolve.genetics.gene import Gene, GeneKind
from evolve.genetics.scale import count_values, enumerate_values, is_value_of, sample_value
from evolve.records.genome import Genome, Value
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
        return {gene.name: gene for gene in self.genes}[name]

    def with_groups(self, names: Collection[str]) -> "SearchSpace":
        """The space of a corpus with these groups, in this order, which its genes of shares divide a whole among.

        A gene whose groups the space names has those of them that the corpus has. One that has fewer than two groups
        is left out: there is nothing to divide.
        """
        genes = (_with_groups(gene, names) for gene in self.genes)
        return dataclasses.replace(self, genes=tuple(gene for gene in genes if gene is not None))

    def grow(self, value_of: Callable[[Gene], Value]) -> Genome:
        """The genome whose active genes have these values, asked for parents before those that depend on them."""
        values: dict[str, Value] = {}
        for gene in self.genes:
            if gene.is_active_in(values):
                values[gene.name] = value_of(gene)
        return Genome.from_dict(values)

    def sample(self, rng: np.random.Generator) -> Genome:
        """A genome drawn evenly from the space, each gene on its own scale."""
        return self.grow(lambda gene: sample_value(gene, rng))

    def genomes(self) -> tuple[Genome, ...]:
        """Every genome, in the order of the genes' values; `SpaceError` when there are infinitely many."""
        genomes = [Genome(())]
        for gene in self.genes:
            values = enumerate_values(gene)
            genomes = [
                Genome((*genome.genes, (gene.name, value))) if gene.is_active_in(genome) else genome
                for genome in genomes
                for value in (values if gene.is_active_in(genome) else values[:1])
            ]
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

        Any hypermodel in keras-tuner's convention can build from it; what it asks for beyond the genome takes its own
        default. Genes of shares are left out: keras-tuner does not know them.
        """
        with stderr_silenced():
            from keras_tuner.engine import hyperparameters  # noqa: PLC0415 - imports TensorFlow
        genes = [gene for gene in self.genes if gene.kind is not GeneKind.SHARES]
        space = [{"class_name": _CLASS_NAMES[gene.kind], "config": _config(gene)} for gene in genes]
        values = {gene.name: genome[gene.name] for gene in genes if gene.name in genome}
        return hyperparameters.HyperParameters.from_config({"space": space, "values": values})

    def _variants(self, gene: Gene) -> float:
        dependents = [other for other in self.genes if other.parent_name == gene.name]
        if not dependents:
            return count_values(gene)
        inner = [(other.parent_values, self._variants(other)) for other in dependents]
        switching = {value for values, _ in inner for value in values}
        switched = sum(math.prod(variants for values, variants in inner if value in values) for value in switching)
        return count_values(gene) - len(switching) + switched


def _with_groups(gene: Gene, names: Collection[str]) -> Gene | None:
    """The gene with the groups of a corpus, if it is one of shares; None when there is nothing to divide."""
    if gene.kind is not GeneKind.SHARES:
        return gene
    values = tuple(name for name in names if not gene.values or name in gene.values)
    return dataclasses.replace(gene, values=values) if len(values) > 1 else None


_CLASS_NAMES = {
    GeneKind.INT: "Int",
    GeneKind.FLOAT: "Float",
    GeneKind.CHOICE: "Choice",
    GeneKind.BOOLEAN: "Boolean",
    GeneKind.FIXED: "Fixed",
}


def _config(gene: Gene) -> dict[str, Any]:
    """The gene as keras-tuner's own `get_config` would write it."""
    parent = {"name": gene.parent_name, "values": list(gene.parent_values)}
    conditions = [] if gene.parent_name is None else [{"class_name": "Parent", "config": parent}]
    config: dict[str, Any] = {"name": gene.name, "conditions": conditions}
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
