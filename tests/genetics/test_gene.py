"""What a gene knows of itself."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evolve.genetics.gene import Gene, GeneKind
from evolve.genetics.scale import count_values
from evolve.records.genome import Genome
from tests.genetics.drawing import genes

CELL = Gene("cell", GeneKind.CHOICE, values=("lstm", "gru"))
EMBEDDING = Gene("embedding", GeneKind.INT, 4, 64, parent_name="encoding", parent_values=("embedding", "both"))


@settings(deadline=None)
@given(genes())
def test_a_gene_is_fixed_exactly_when_it_has_one_value_by_its_kind(gene: Gene) -> None:
    """Fixed genes, points and choices of one; a range whose step leads nowhere is not told apart from others."""
    if gene.is_fixed:
        assert count_values(gene) == 1
    elif not gene.is_numeric:
        assert count_values(gene) > 1


@pytest.mark.parametrize(
    ("gene", "expected"),
    [
        (Gene("depth", GeneKind.INT, 1, 4), True),
        (Gene("dropout", GeneKind.FLOAT, 0.0, 0.5), True),
        (Gene("size", GeneKind.CHOICE, values=("s", "m", "l"), ordered=True), True),
        (CELL, False),
        (Gene("branches", GeneKind.BOOLEAN, values=(False, True)), False),
        (Gene("cell", GeneKind.FIXED, values=("lstm",)), False),
    ],
)
def test_numbers_and_ordered_choices_have_neighbours(gene: Gene, *, expected: bool) -> None:
    """Mutation may take a small step only where there is an order."""
    assert gene.has_neighbours is expected


def test_a_gene_without_a_parent_gene_is_always_active() -> None:
    """Even in an empty genome, where sampling begins."""
    assert CELL.is_active_in(Genome(()))


@pytest.mark.parametrize(
    ("encoding", "expected"), [("embedding", True), ("both", True), ("onehot", False), (None, False)]
)
def test_a_gene_is_active_with_the_named_values_of_its_parent_gene_alone(
    encoding: str | None, *, expected: bool
) -> None:
    """And not while its parent gene is switched off itself."""
    genome = Genome.from_dict({} if encoding is None else {"encoding": encoding})
    assert EMBEDDING.is_active_in(genome) is expected


@given(st.sampled_from(GeneKind))
def test_kinds_are_written_as_in_keras_tuner(kind: GeneKind) -> None:
    """The words of a space file, in lower case; only ints and floats are numeric."""
    assert kind == kind.value == kind.value.lower()
    assert Gene("x", kind).is_numeric is (kind in {GeneKind.INT, GeneKind.FLOAT})
