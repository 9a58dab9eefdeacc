"""Who descends from whom, whose genes survive, and how genes drift."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evolve.genetics.lineage import (
    CategoricalSpread,
    NumericSpread,
    SharesSpread,
    ancestors,
    changed,
    children_by_parent,
    descendants,
    founders_of,
    gene_drift,
    gene_sources,
    inherited_from,
    line_to_founder,
    surviving_shares,
)
from evolve.records.genome import Genome, Value
from evolve.records.individual import Individual, Origin
from evolve.records.shares import Shares

GENES = ("width", "rate", "optimizer", "dense")


def individual(id_: str, *parents: str, **genes: Value) -> Individual:
    """An individual with these parents and genes."""
    origin = Origin.CHILD if parents else Origin.FOUNDER
    return Individual(id_, int(id_[1]), int(id_[3]), Genome.from_dict(genes), origin, parents)


def family_of(*members: Individual) -> dict[str, Individual]:
    """A family by id."""
    return {member.id: member for member in members}


FAMILY = family_of(
    individual("g0-1", width=64, optimizer="adam"),
    individual("g0-2", width=32, optimizer="sgd"),
    individual("g0-3", width=16, optimizer="sgd"),
    individual("g1-1", "g0-1", "g0-2", width=64, optimizer="sgd"),
    individual("g1-2", "g0-1", width=96, optimizer="adam"),
    individual("g2-1", "g1-1", "g1-2", width=96, optimizer="nadam"),
)


@st.composite
def families(draw: st.DrawFn) -> dict[str, Individual]:
    """Families of up to four generations of up to four, each child with one or two parents of the one before."""
    family: dict[str, Individual] = {}
    for generation in range(draw(st.integers(1, 4))):
        before = [member for member in family.values() if member.generation == generation - 1]
        for slot in range(1, draw(st.integers(1, 4)) + 1):
            parents = draw(st.lists(st.sampled_from(before), max_size=2, unique=True)) if before else []
            genes = draw(st.dictionaries(st.sampled_from(GENES), st.integers(0, 3), min_size=1))
            member = individual(f"g{generation}-{slot}", *(parent.id for parent in parents), **genes)
            family[member.id] = member
    return family


class TestChanged:
    """What a child has that its parent had not."""

    def test_names_each_gene_that_differs_with_both_values(self) -> None:
        """A changed gene is told as from what to what; an equal one is not told."""
        child, parent = Genome.from_dict({"width": 96, "depth": 2}), Genome.from_dict({"width": 64, "depth": 2})
        assert changed(child, parent) == {"width": (64, 96)}

    def test_says_none_where_a_gene_is_inactive(self) -> None:
        """A gene that was switched on comes from None, one that was switched off goes to None."""
        with_dense, without = Genome.from_dict({"dense": True, "dense_width": 32}), Genome.from_dict({"dense": False})
        assert changed(with_dense, without) == {"dense": (False, True), "dense_width": (None, 32)}
        assert changed(without, with_dense) == {"dense": (True, False), "dense_width": (32, None)}

    def test_tells_a_boolean_from_a_number(self) -> None:
        """True is not the number 1, but 1.0 is."""
        assert changed(Genome.from_dict({"a": True}), Genome.from_dict({"a": 1})) == {"a": (1, True)}
        assert changed(Genome.from_dict({"a": 1.0}), Genome.from_dict({"a": 1})) == {}

    @given(families())
    def test_turns_the_parent_into_the_child(self, family: dict[str, Individual]) -> None:
        """Applying the changes to the parent gives the child; nothing changed means equal genomes."""
        genomes = [member.genome.as_dict() for member in family.values()]
        for child, parent in zip(genomes, reversed(genomes), strict=True):
            changes = changed(Genome.from_dict(child), Genome.from_dict(parent))
            told = parent | {gene: to for gene, (_, to) in changes.items() if to is not None}
            assert {gene: told[gene] for gene in child} == child
            assert {gene for gene, (_, to) in changes.items() if to is None} == parent.keys() - child.keys()


class TestRelations:
    """Ancestors, descendants and founders."""

    def test_ancestors_come_nearest_first_and_once(self) -> None:
        """A grandparent on both sides is named once, after the parents."""
        assert ancestors(FAMILY, "g2-1") == ("g1-1", "g1-2", "g0-1", "g0-2")
        assert ancestors(FAMILY, "g0-1") == ()

    def test_descendants_are_children_and_their_children(self) -> None:
        """All that descend from a founder, nearest first."""
        assert descendants(FAMILY, "g0-1") == ("g1-1", "g1-2", "g2-1")
        assert descendants(FAMILY, "g0-3") == ()

    def test_children_are_listed_under_both_parents(self) -> None:
        """A child of two parents is a child of each."""
        assert children_by_parent(FAMILY)["g0-2"] == ("g1-1",)
        assert children_by_parent(FAMILY)["g0-1"] == ("g1-1", "g1-2")

    def test_the_line_follows_first_parents(self) -> None:
        """The line of a champion starts with a founder and ends with the champion."""
        assert line_to_founder(FAMILY, "g2-1") == ("g0-1", "g1-1", "g2-1")
        assert line_to_founder(FAMILY, "g0-3") == ("g0-3",)

    def test_founders_are_the_ends_of_all_lines(self) -> None:
        """All parentless ancestors are founders; a founder is its own."""
        assert founders_of(FAMILY, "g2-1") == ("g0-1", "g0-2")
        assert founders_of(FAMILY, "g0-3") == ("g0-3",)

    def test_a_parent_outside_the_mapping_is_passed_over(self) -> None:
        """A part of a run can be asked about: unknown parents count as none."""
        part = {"g2-1": FAMILY["g2-1"], "g1-2": FAMILY["g1-2"]}
        assert ancestors(part, "g2-1") == ("g1-2",)
        assert founders_of(part, "g2-1") == ("g1-2",)

    @given(families())
    def test_ancestry_and_descent_are_mirror_images(self, family: dict[str, Individual]) -> None:
        """One is an ancestor of another exactly when the other is its descendant; nobody is their own."""
        pairs = {(above, below) for below in family for above in ancestors(family, below)}
        assert pairs == {(above, below) for above in family for below in descendants(family, above)}
        assert all(above != below for above, below in pairs)


class TestInheritance:
    """Which gene came from where."""

    def test_a_gene_comes_from_the_first_parent_that_has_its_value(self) -> None:
        """Of two parents the first is asked first; a value that neither has is new."""
        assert inherited_from(FAMILY, "g1-1", "width") == "g0-1"
        assert inherited_from(FAMILY, "g1-1", "optimizer") == "g0-2"
        assert inherited_from(FAMILY, "g2-1", "optimizer") is None

    def test_sources_are_followed_up_to_a_founder_or_a_mutation(self) -> None:
        """The source of a value is who had it first on the line it was inherited along."""
        assert gene_sources(FAMILY, "g2-1") == {"width": "g1-2", "optimizer": "g2-1"}
        assert gene_sources(FAMILY, "g1-1") == {"width": "g0-1", "optimizer": "g0-2"}

    def test_surviving_shares_say_whose_genes_the_living_carry(self) -> None:
        """Shares come largest first and weigh each of the living the same."""
        assert surviving_shares(FAMILY, ["g1-1", "g1-2"]) == {"g0-1": 0.5, "g0-2": 0.25, "g1-2": 0.25}
        assert surviving_shares(FAMILY, []) == {}

    def test_genes_that_tell_nothing_can_be_left_out(self) -> None:
        """Shares then speak of the other genes alone."""
        assert surviving_shares(FAMILY, ["g1-1", "g1-2"], ignored_genes=["width"]) == {"g0-2": 0.5, "g0-1": 0.5}

    @given(families())
    def test_shares_sum_to_one_and_belong_to_ancestors(self, family: dict[str, Individual]) -> None:
        """All genes of the living arose in themselves or in an ancestor."""
        last = max(member.generation for member in family.values())
        living = [id_ for id_, member in family.items() if member.generation == last]
        shares = surviving_shares(family, living)
        assert math.isclose(sum(shares.values()), 1.0)
        assert set(shares) <= {*living, *(above for id_ in living for above in ancestors(family, id_))}
        assert list(shares.values()) == sorted(shares.values(), reverse=True)


class TestDrift:
    """How genes move over the generations."""

    def test_numbers_have_a_range_and_a_median(self) -> None:
        """A numeric gene is told as smallest, middle and largest value per generation."""
        drift = gene_drift(FAMILY, [["g0-1", "g0-2", "g0-3"], ["g1-1", "g1-2"]])
        assert drift["width"] == (NumericSpread(3, 16.0, 32.0, 64.0), NumericSpread(2, 64.0, 80.0, 96.0))

    def test_a_log_gene_has_a_geometric_median(self) -> None:
        """Between 64 and 256 on a log scale lies 128."""
        family = family_of(individual("g0-1", width=64), individual("g0-2", width=256))
        (spread,) = gene_drift(family, [family], log_genes={"width"})["width"]
        assert isinstance(spread, NumericSpread)
        assert spread.median == pytest.approx(128.0)

    def test_words_are_counted_the_commonest_first(self) -> None:
        """A categorical gene is told as counts; equal counts stand in the order of their names."""
        (spread,) = gene_drift(FAMILY, [["g0-1", "g0-2", "g0-3"]])["optimizer"]
        assert spread == CategoricalSpread((("sgd", 2), ("adam", 1)))
        assert spread.shares == pytest.approx({"sgd": 2 / 3, "adam": 1 / 3})

    def test_shares_have_a_range_a_group(self) -> None:
        """A generation in which nobody has the gene has none."""
        parts = [{"jig": 0.5, "reel": 0.5}, {"jig": 0.2, "reel": 0.8}, {"jig": 0.4, "reel": 0.6}]
        family = family_of(
            *(individual(f"g0-{slot}", diet=Shares.from_json(one)) for slot, one in enumerate(parts)),
            individual("g1-1", width=1),
        )
        (spread, none) = gene_drift(family, [["g0-0", "g0-1", "g0-2"], ["g1-1"]])["diet"]
        expected = {"jig": NumericSpread(3, 0.2, 0.4, 0.5), "reel": NumericSpread(3, 0.5, 0.6, 0.8)}
        assert spread == SharesSpread(tuple(expected.items()))
        assert isinstance(spread, SharesSpread)
        assert spread.count == 3
        assert none is None

    def test_booleans_are_words_not_numbers(self) -> None:
        """True and False are counted, not averaged."""
        family = family_of(individual("g0-1", dense=True), individual("g0-2", dense=False))
        (spread,) = gene_drift(family, [family])["dense"]
        assert spread == CategoricalSpread(((False, 1), (True, 1)))

    def test_a_gene_that_nobody_has_in_a_generation_has_no_spread_there(self) -> None:
        """A conditional gene may vanish from a generation."""
        family = family_of(individual("g0-1", width=1), individual("g1-1", depth=1))
        assert gene_drift(family, [["g0-1"], ["g1-1"], []])["width"][1:] == (None, None)

    @given(families())
    def test_the_median_lies_within_the_range(self, family: dict[str, Individual]) -> None:
        """For linear and log genes alike, minimum ≤ median ≤ maximum, over every member that has the gene."""
        for spreads in gene_drift(family, [family], log_genes={"rate"}).values():
            for spread in spreads:
                assert isinstance(spread, NumericSpread)
                assert spread.minimum <= spread.median * (1 + 1e-12)
                assert spread.median <= spread.maximum * (1 + 1e-12)
