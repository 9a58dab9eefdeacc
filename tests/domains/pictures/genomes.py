"""Genomes of pictures, as a strategy and as the shipped space has them."""

from hypothesis import strategies as st

from evolve.domains.pictures.genes import GENES
from evolve.records.gene_rule import GeneRule
from evolve.records.genome import Genome, Value


def _values(rule: GeneRule) -> st.SearchStrategy[Value]:
    if rule.allowed:
        return st.sampled_from(rule.allowed)
    assert rule.minimum is not None
    assert rule.maximum is not None
    if rule.kind == "int":
        return st.integers(int(rule.minimum), int(rule.maximum))
    return st.floats(rule.minimum, rule.maximum)


genomes = st.fixed_dictionaries({name: _values(rule) for name, rule in GENES.items()}).map(Genome.from_dict)
"""Every legal value of every gene."""
