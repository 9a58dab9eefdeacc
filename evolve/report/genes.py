"""What a run's search space says of its genes, as far as a report needs it."""

import functools
from collections.abc import Mapping

from evolve.errors import SpaceError
from evolve.genetics.gene import Gene
from evolve.genetics.genome import Value
from evolve.genetics.space_file import parse_space
from evolve.network.genes import GENES
from evolve.report.rankings import family_of
from evolve.store.records import RunRecord


def genes_of(run: RunRecord) -> Mapping[str, Gene]:
    """The genes of the run's space by name; empty when this version of evolve cannot read that space any more."""
    return _parse(run.space.get("text", ""), run.space.get("name", ""), run.groups)


def log_genes(run: RunRecord) -> frozenset[str]:
    """The names of the genes whose scale is logarithmic."""
    return frozenset(name for name, gene in genes_of(run).items() if gene.sampling == "log")


def shared_genes(run: RunRecord) -> dict[str, Value]:
    """The genes that have one and the same value in every individual of the run."""
    genomes = [individual.genome.as_dict() for individual in family_of(run).values()]
    if not genomes:
        return {}
    first = genomes[0].items()
    return {gene: value for gene, value in first if all(genome.get(gene) == value for genome in genomes)}


@functools.lru_cache(maxsize=8)
def _parse(text: str, name: str, groups: tuple[str, ...]) -> Mapping[str, Gene]:
    try:
        return {gene.name: gene for gene in parse_space(text, name, GENES).space.with_groups(groups).genes}
    except SpaceError:
        # A report of an old run must not fail because the legal genes have changed since.
        return {}
