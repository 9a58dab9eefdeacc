"""Founders that are chosen by what was said in an earlier run, and what becomes of that when somebody judges."""

import pytest

from evolve.genetics.breeding import BreedingPlan, found
from evolve.genetics.gene import Gene, GeneKind
from evolve.genetics.selection import Fitness
from evolve.genetics.space import SearchSpace
from evolve.guidance.breeding import breed_by_taste
from evolve.guidance.founding import found_by_taste
from evolve.guidance.guide import Guide
from evolve.guidance.heard import Heard
from evolve.records.ballot import Ballot
from evolve.records.genome import Genome
from evolve.records.individual import Origin

WIDTH = Gene("width", GeneKind.FLOAT, min_value=0.0, max_value=1.0)
CELL = Gene("cell", GeneKind.CHOICE, values=("lstm", "gru", "rnn"))
SPACE = SearchSpace((WIDTH, CELL))
OTHER_SPACE = SearchSpace((Gene("size", GeneKind.FLOAT, min_value=0.0, max_value=1.0),))
PLAN = BreedingPlan(population=8, parents=3, elites=1, newcomers=1)


def number_of(genome: Genome) -> float:
    """How wide or large it is."""
    return float(next(iter(genome.as_dict().values())))  # type: ignore[arg-type]


def dense(genome: Genome) -> list[dict[str, float]]:
    """Three samples, the denser, the wider it is."""
    return [{"density": number_of(genome) + each / 10, "other": float(each)} for each in range(3)]


def said(space: SearchSpace = SPACE, *, by: str = "ann", narrow: bool = False, seed: int = 1) -> Heard:
    """A ballot that places wide ones first, or narrow ones."""
    genomes = {one.id: one.genome for one in found(space, population=8, seed=seed)}
    order = sorted(genomes, key=lambda name: number_of(genomes[name]), reverse=not narrow)
    samples = {name: dense(genome) for name, genome in genomes.items()}
    return Heard(genomes, [{by: Ballot(tuple((name,) for name in order), (), ((order[0], 3),))}], samples)


def founded(earlier: Heard | None, seed: int = 2) -> list[Genome]:
    """The founders of a run that knows this."""
    founders, _ = found_by_taste(Heard({}, (), earlier=earlier), SPACE, PLAN, seed=seed)
    assert [one.id for one in founders] == [f"g0-{slot}" for slot in range(1, 9)]
    assert {(one.origin, one.parents) for one in founders} == {(Origin.FOUNDER, ())}
    assert len({one.genome for one in founders}) == 8
    assert all(one.genome in SPACE for one in founders)
    return [one.genome for one in founders]


def test_half_of_the_founders_are_what_was_liked_and_half_are_spread() -> None:
    """Whoever likes wide ones hears four, and four from all over the space."""
    genomes = founded(said().as_earlier)
    assert min(map(number_of, genomes[4:])) > 0.7
    assert sorted(int(4 * number_of(genome)) for genome in genomes[:4]) == [0, 1, 2, 3]
    assert founded(said().as_earlier) == genomes


def test_without_an_earlier_run_all_founders_are_spread() -> None:
    """As they are after one of another space, whose genomes say nothing."""
    spread = [one.genome for one in found(SPACE, population=8, seed=2)]
    assert founded(None) == spread
    assert founded(said(OTHER_SPACE).as_earlier) == spread


def test_a_founder_is_said_to_be_chosen_by_the_earlier_run() -> None:
    """Of everyone it is told how much they are expected to be liked, of the chosen also why."""
    _, expected = found_by_taste(Heard({}, (), earlier=said().as_earlier), SPACE, PLAN, seed=2)
    assert [bool(expected[f"g0-{slot}"].why) for slot in range(1, 9)] == [False] * 4 + [True] * 4
    whys = [expected[f"g0-{slot}"].why for slot in range(5, 9)]
    assert all(why.endswith("; chosen by the rankings of an earlier run") for why in whys)
    assert "1st" in {why.split()[1] for why in whys}


def test_features_that_were_liked_in_another_space_are_known_in_this_one() -> None:
    """What is measured of samples is the same in both; the genomes of the other are strangers."""
    now = said(seed=3)
    heard = Heard(now.genomes, (), now.samples, earlier=said(OTHER_SPACE).as_earlier)
    liking = Guide(heard, SPACE).expectations(now.genomes)
    assert max(liking, key=lambda name: liking[name].liking) == max(
        now.genomes, key=lambda n: number_of(now.genomes[n])
    )


@pytest.mark.parametrize("earlier_narrow", [False, True])
def test_an_earlier_taste_stays_as_long_as_it_foretells_the_ballots(*, earlier_narrow: bool) -> None:
    """One that foretells the opposite of what is said now is dropped: everything is as without it."""
    now = said(seed=3)
    before = said(narrow=earlier_narrow).as_earlier
    with_it = Guide(Heard(now.genomes, now.ballots, now.samples, earlier=before), SPACE)
    fitness = {name: Fitness(rank) for name, rank in now.ballots[0]["ann"].ranks.items()}
    alone = breed_by_taste(now, fitness, SPACE, PLAN, generation=1, seed=5)[0]
    both = breed_by_taste(Heard(now.genomes, now.ballots, earlier=before), fitness, SPACE, PLAN, generation=1, seed=5)[
        0
    ]
    assert with_it.listeners == ("ann",)
    without = Guide(Heard(now.genomes, now.ballots), SPACE).expectations(now.genomes)
    same = Guide(Heard(now.genomes, now.ballots, earlier=Heard(before.genomes, before.ballots)), SPACE)
    assert (same.expectations(now.genomes) == without) is earlier_narrow
    told = with_it.earlier["ann"]
    assert (told.rankings, told.is_used, told.found.pairs) == (1, not earlier_narrow, 28)
    assert (told.found.right > 14) is not earlier_narrow
    assert {*both.parents} <= now.genomes.keys()
    assert {*alone.parents} <= now.genomes.keys()


def test_only_the_listener_whose_it_is_is_helped_by_an_earlier_taste() -> None:
    """Before anybody has judged, everyone who judged then counts; afterwards those who judge now."""
    now = said(seed=3, by="bob")
    earlier = Heard(said().genomes, said().ballots).as_earlier
    assert Guide(Heard({}, (), earlier=earlier), SPACE).listeners == ("ann",)
    with_it = Guide(Heard(now.genomes, now.ballots, earlier=earlier), SPACE)
    assert with_it.listeners == ("bob",)
    assert (with_it.earlier["bob"].rankings, with_it.earlier["bob"].is_used) == (0, False)
    assert with_it.expectations(now.genomes) == Guide(Heard(now.genomes, now.ballots), SPACE).expectations(now.genomes)
