"""Shares of groups: what they are, and how they are drawn, mutated and crossed."""

import json
import statistics

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from evolve.genetics.gene import Gene, GeneKind
from evolve.genetics.simplex import ends_of_line, mutate_shares, sample_shares, shares_between
from evolve.genetics.space import SearchSpace
from evolve.genetics.variation import crossover
from evolve.randomness import derive_rng
from evolve.records.genome import Genome
from evolve.records.shares import Shares
from tests.genetics.drawing import shares, shares_genes

seeds = st.integers(0, 2**32)
etas = st.floats(0, 1e6)
pairs = st.data()

SIX = ("jig", "reel", "hornpipe", "waltz", "polka", "march")


def moved(one: Shares, other: Shares) -> float:
    """How much of the whole is with another group."""
    return 0.5 * sum(abs(a - b) for a, b in zip(one.fractions, other.fractions, strict=True))


@given(shares())
def test_shares_are_hundredths_that_sum_to_one(drawn: Shares) -> None:
    """Exactly; they are found by the name of their group, and read back from JSON as they were."""
    assert sum(round(100 * share) for share in drawn.fractions) == 100
    assert all(drawn[name] == share for name, share in drawn.parts)
    assert Shares.from_json(json.loads(json.dumps(drawn.to_json()))) == drawn
    with pytest.raises(KeyError):
        drawn["".join(drawn.names) + "no such group"]


@pytest.mark.parametrize(
    "facts",
    [
        {},
        {"jig": 0.5, "reel": 0.4},
        {"jig": 1.5, "reel": -0.5},
        {"jig": 0.505, "reel": 0.495},
        {"jig": "0.5", "reel": 0.5},
        {"jig": None, "reel": 1},
        {"jig": float("nan"), "reel": 1},
        {"jig": 10**400},
    ],
)
def test_what_is_no_shares_is_refused(facts: dict[str, object]) -> None:
    """Sums beside one, parts of a hundredth, and what is no number from 0 to 1."""
    with pytest.raises(ValueError, match="share"):
        Shares.from_json(facts)


@given(st.lists(st.floats(1e-3, 1e3), min_size=2, max_size=200))
def test_fractions_become_the_nearest_hundredths(weights: list[float]) -> None:
    """Each is less than a hundredth off, whatever the number of groups."""
    fractions = [weight / sum(weights) for weight in weights]
    nearest = Shares.nearest([str(place) for place in range(len(weights))], fractions)
    assert all(abs(one - other) < 0.01 + 1e-9 for one, other in zip(nearest.fractions, fractions, strict=True))


@pytest.mark.parametrize("groups", [2, 3, 6, 20, 100])
def test_one_group_leads_in_founders_whatever_the_number_of_groups(groups: int) -> None:
    """So that what a network has learned from can be heard; each group leads as often."""
    rng, names = derive_rng(1), [str(place) for place in range(groups)]
    drawn = [sample_shares(names, rng).fractions for _ in range(1500)]
    assert 0.55 < statistics.mean(map(max, drawn)) < 0.75
    assert np.mean(drawn, axis=0) == pytest.approx([1 / groups] * groups, abs=0.03)


@settings(deadline=None, max_examples=300)
@given(shares(), seeds, etas)
def test_a_mutant_divides_the_whole_otherwise_among_the_same_groups(parent: Shares, seed: int, eta: float) -> None:
    """Also where the steps are far smaller than a hundredth; the same stream gives the same mutant."""
    mutant = mutate_shares(parent, derive_rng(seed), eta=eta)
    assert mutant.names == parent.names
    assert mutant != parent
    assert mutant == mutate_shares(parent, derive_rng(seed), eta=eta)


@settings(deadline=None, max_examples=20)
@given(shares(SIX), st.sampled_from((2.0, 8.0, 30.0)))
def test_mutants_lie_around_their_parent(parent: Shares, eta: float) -> None:
    """Their mean is within half a step of it, and a step is as long as that of a number: 1 / (eta + 2) at most."""
    rng, step = derive_rng(2), 1 / (eta + 2)
    mutants = [mutate_shares(parent, rng, eta=eta) for _ in range(600)]
    mean = np.mean([mutant.fractions for mutant in mutants], axis=0)
    assert 0.5 * np.abs(mean - np.array(parent.fractions)).sum() < 0.5 * step + 0.02
    assert 0.3 * step < statistics.mean(moved(parent, mutant) for mutant in mutants) < 1.2 * step


def test_the_larger_the_index_the_nearer_the_mutant() -> None:
    """From exploring to refining."""
    parent = Shares.nearest(SIX, [0.5, 0.3, 0.2, 0, 0, 0])

    def mean_step(eta: float) -> float:
        rng = derive_rng(3)
        return statistics.mean(moved(parent, mutate_shares(parent, rng, eta=eta)) for _ in range(500))

    steps = [mean_step(eta) for eta in (2, 4, 8, 15, 30)]
    assert steps == sorted(steps, reverse=True)
    assert steps[0] == pytest.approx(0.25, abs=0.04)
    assert steps[-1] == pytest.approx(0.03, abs=0.01)


def test_a_group_without_a_share_can_come_back() -> None:
    """Also when refining: nothing that a line has once lost is lost for good."""
    rng, alone = derive_rng(4), Shares.nearest(SIX, [1, 0, 0, 0, 0, 0])
    for eta in (2.0, 30.0):
        back = {name for _ in range(300) for name, share in mutate_shares(alone, rng, eta=eta).parts if share}
        assert back == set(SIX)


@settings(deadline=None, max_examples=200)
@given(pairs, seeds, st.floats(0, 100))
def test_a_child_of_two_lies_on_the_line_through_them(data: st.DataObject, seed: int, eta: float) -> None:
    """Between or beside them, and never outside the simplex; a group that neither has stays out."""
    gene = data.draw(shares_genes())
    groups = tuple(map(str, gene.values))
    first, second = data.draw(shares(groups)), data.draw(shares(groups))
    assume(first != second)
    genomes = [Genome.from_dict({"gene": one}) for one in (first, second)]
    child = crossover(genomes[0], genomes[1], SearchSpace((gene,)), derive_rng(seed), eta=eta)["gene"]
    assert isinstance(child, Shares)
    low, high = ends_of_line(first, second)
    assert low <= 0
    assert high >= 1
    assert min(moved(child, shares_between(first, second, place)) for place in np.linspace(low, high, 400)) < 0.05
    for name in groups:
        assert child[name] == 0 or first[name] or second[name]


def test_children_of_two_are_as_often_near_the_one_as_the_other() -> None:
    """Simulated binary crossover: the nearer to a parent the larger the index, and their mean in the middle."""
    gene = Gene("diet", GeneKind.SHARES, values=SIX)
    first, second = Shares.nearest(SIX, [0.6, 0.2, 0.2, 0, 0, 0]), Shares.nearest(SIX, [0.2, 0.2, 0.2, 0.4, 0, 0])
    genomes = [Genome.from_dict({"diet": one}) for one in (first, second)]

    def children(eta: float) -> list[Shares]:
        rng = derive_rng(5)
        crossed = (crossover(genomes[0], genomes[1], SearchSpace((gene,)), rng, eta=eta)["diet"] for _ in range(600))
        return [child for child in crossed if isinstance(child, Shares)]

    def distance(eta: float) -> float:
        return statistics.mean(min(moved(child, first), moved(child, second)) for child in children(eta))

    assert statistics.mean(child["march"] + child["jig"] for child in children(8)) == pytest.approx(0.4, abs=0.03)
    assert distance(30) < distance(2)


def test_equal_shares_are_one_genome() -> None:
    """Whatever the order in which a file or a store has them; others are another."""
    one, same = Shares.from_json({"jig": 0.4, "reel": 0.6}), Shares.from_json({"reel": 0.6, "jig": 0.4})
    other = Shares.from_json({"jig": 0.41, "reel": 0.59})
    prints = [Genome((("diet", diet), ("depth", 1))).fingerprint for diet in (one, same, other)]
    assert prints[0] == prints[1] != prints[2]


class TestGroups:
    """A space whose corpus has been read."""

    FREE = Gene("diet", GeneKind.SHARES)
    NAMED = Gene("diet", GeneKind.SHARES, values=("waltz", "reel", "slide"))
    DEPTH = Gene("depth", GeneKind.INT, 1, 4)

    def test_a_gene_has_the_corpuss_groups(self) -> None:
        """In the corpus's order; those that the space names and the corpus has, where it names any."""
        space = SearchSpace((self.DEPTH, self.FREE), "words")
        assert space.with_groups(SIX).gene("diet").values == SIX
        assert space.with_groups(SIX).description == "words"
        assert SearchSpace((self.NAMED,)).with_groups(SIX).gene("diet").values == ("reel", "waltz")

    @pytest.mark.parametrize("names", [(), ("jig",)])
    def test_a_gene_with_nothing_to_divide_is_left_out(self, names: tuple[str, ...]) -> None:
        """The other genes stay, so that the run can go on."""
        for gene in (self.FREE, self.NAMED):
            assert SearchSpace((gene, self.DEPTH)).with_groups(names).genes == (self.DEPTH,)

    def test_a_space_without_shares_is_as_it_was(self) -> None:
        """Whatever groups its corpus has."""
        space = SearchSpace((self.DEPTH,))
        assert space.with_groups(SIX) == space
