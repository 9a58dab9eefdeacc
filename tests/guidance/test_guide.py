"""Breeding by taste: who is chosen, for whom, and what is said of it."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evolve.errors import SpaceError
from evolve.genetics.breeding import BreedingPlan, Offspring, found
from evolve.genetics.gene import Gene, GeneKind
from evolve.genetics.selection import Fitness
from evolve.genetics.space import SearchSpace
from evolve.guidance.breeding import breed_by_taste
from evolve.guidance.guide import Guide
from evolve.guidance.heard import Heard
from evolve.records.ballot import Ballot
from evolve.records.expectation import Expectation
from evolve.records.genome import Genome
from evolve.records.individual import Origin
from tests.genetics.drawing import spaces

WIDTH = Gene("width", GeneKind.FLOAT, min_value=0.0, max_value=1.0)
RATE = Gene("rate", GeneKind.FLOAT, min_value=1e-4, max_value=1e-1, sampling="log")
CELL = Gene("cell", GeneKind.CHOICE, values=("lstm", "gru", "rnn"))
SPACE = SearchSpace((WIDTH, RATE, CELL))
PLAN = BreedingPlan(population=8, parents=3, elites=1, newcomers=1)


def founders(seed: int = 1) -> dict[str, Genome]:
    """A first generation."""
    return {one.id: one.genome for one in found(SPACE, population=8, seed=seed)}


def ballot(names: Sequence[str], **more: tuple[object, ...]) -> Ballot:
    """An order without ties."""
    return Ballot(tuple((name,) for name in names), **more)  # type: ignore[arg-type]


def width_of(genome: Genome) -> float:
    """Of one that has a width."""
    width = genome.as_dict()["width"]
    assert isinstance(width, float)
    return width


def by_width(genomes: dict[str, Genome], *, reverse: bool = True) -> list[str]:
    """Whoever likes wide ones, or narrow ones."""
    return sorted(genomes, key=lambda name: width_of(genomes[name]), reverse=reverse)


def bred(heard: Heard, order: Sequence[str], *, generation: int = 1) -> tuple[Offspring, dict[str, Expectation]]:
    """The next generation, and what is expected of it."""
    fitness = {name: Fitness(rank) for rank, name in enumerate(order, start=1)}
    return breed_by_taste(heard, fitness, SPACE, PLAN, generation=generation, seed=5)


@settings(deadline=None, max_examples=15)
@given(space=spaces().filter(lambda space: space.size > 1), seed=st.integers(0, 999), data=st.data())
def test_in_any_space_children_are_new_and_the_same_again(space: SearchSpace, seed: int, data: st.DataObject) -> None:
    """Two generations by any order; with as many elites, and expectations of all members."""
    population = data.draw(st.integers(2, int(min(space.size, 8))))
    genomes = {one.id: one.genome for one in found(space, population=population, seed=seed)}
    order = data.draw(st.permutations(sorted(genomes)))
    plan = BreedingPlan(population=population, parents=2, elites=1, newcomers=0)
    fitness = {name: Fitness(order.index(name) + 1) for name in genomes}
    heard = Heard(genomes, [{"you": ballot(order)}])
    try:
        offspring, expected = breed_by_taste(heard, fitness, space, plan, generation=1, seed=seed)
    except SpaceError:
        assert space.size < 2 * population
        return
    born = [one.genome for one in offspring.born]
    assert len(set(born)) == len(born) == population - 1
    assert not set(born) & set(genomes.values())
    assert all(genome in space for genome in born)
    assert set(expected) == {*offspring.elites, *(one.id for one in offspring.born)}
    assert (offspring, expected) == breed_by_taste(heard, fitness, space, plan, generation=1, seed=seed)


def test_children_are_what_is_liked_and_say_why() -> None:
    """Most are wider than founders are; a newcomer, and every second time a child, are drawn blindly."""
    genomes = founders()
    order = by_width(genomes)
    offspring, expected = bred(Heard(genomes, [{"you": ballot(order)}]), order)
    whys = [expected[one.id].why for one in offspring.born]
    chosen = [one for one, why in zip(offspring.born, whys, strict=True) if why]
    assert len(chosen) == 5
    assert [one.origin for one in offspring.born[-1:]] == [Origin.NEWCOMER]
    assert all(f"% likely to be liked more than {order[0]}, the favourite so far" in why for why in whys if why)
    assert {why.split()[0] for why in whys if why} == {"expected"}
    assert len({why.split()[1] for why in whys if why}) == 5
    assert all(why.split(", ")[0].split(";")[0].endswith(" of 8") for why in whys if why)
    widths = [width_of(one.genome) for one in chosen]
    assert sum(widths) / len(widths) > 0.6
    assert not expected[offspring.elites[0]].why


def test_before_anybody_was_compared_nothing_is_expected() -> None:
    """Neither without a ballot nor where all are tied; children come as without taste."""
    genomes = founders()
    order = by_width(genomes)
    for ballots in ([], [{"you": Ballot((tuple(order),))}]):
        heard = Heard(genomes, ballots)
        assert not Guide(heard, SPACE).knows
        offspring, expected = bred(heard, order)
        assert expected == {}
        assert len(offspring.born) == 7


def test_two_who_want_the_opposite_both_get_children() -> None:
    """Nobody's taste is averaged away: some children are wide, some narrow, and each says for whom."""
    genomes = founders()
    wide, narrow = by_width(genomes), by_width(genomes, reverse=False)
    heard = Heard(genomes, [{"Ada": ballot(wide), "Ben": ballot(narrow)}])
    offspring, expected = bred(heard, wide, generation=2)
    chosen = {one: expected[one.id].why for one in offspring.born if expected[one.id].why}
    width = {
        name: [width_of(one.genome) for one, why in chosen.items() if f"chosen for {name}: " in why]
        for name in ("Ada", "Ben")
    }
    assert [len(one) for one in width.values()] == [3, 3]
    assert min(width["Ada"]) > max(width["Ben"])


def test_the_rejected_have_no_children_and_the_loved_have_one() -> None:
    """Whatever the model expects."""
    genomes = founders()
    order = by_width(genomes)
    told = ballot(order[1:], rejected=(order[0],), favourites=((order[-1], 1),))
    fitness = {name: Fitness(told.ranks[name], name == order[0]) for name in order}
    heard = Heard(genomes, [{"you": told}])
    offspring, _ = breed_by_taste(heard, fitness, SPACE, PLAN, generation=1, seed=5, favourites=[order[-1]])
    parents = {name for one in offspring.born for name in one.parents}
    assert order[0] not in parents
    assert order[-1] in parents
    assert parents <= {*offspring.parents}


def test_what_is_liked_in_samples_tells_of_whoever_has_some() -> None:
    """Two of one genome's kind are told apart by what they sound like; hearts count within one individual."""
    genomes = founders()
    names = sorted(genomes)
    density = {name: [{"density": 0.1 * place}, {"density": 0.1 * place + 0.05}] for place, name in enumerate(names)}
    order = sorted(names, key=lambda name: -density[name][0]["density"])
    guide = Guide(Heard(genomes, [{"you": ballot(order)}], density), SPACE)
    told = guide.expectations(genomes)
    assert told[names[-1]].liking > told[names[0]].liking
    loved = Ballot((tuple(names),), favourites=tuple((name, 2) for name in names))
    of_hearts = Guide(Heard(genomes, [{"you": loved}], density), SPACE).expectations(genomes)
    assert of_hearts[names[-1]].liking > of_hearts[names[0]].liking


def test_an_exhausted_space_is_told_as_ever() -> None:
    """Where no genome is left to be born."""
    space = SearchSpace((CELL,))
    genomes = {one.id: one.genome for one in found(space, population=3, seed=1)}
    order = sorted(genomes)
    fitness = {name: Fitness(rank) for rank, name in enumerate(order, start=1)}
    plan = BreedingPlan(population=3, parents=2, elites=1, newcomers=0)
    with pytest.raises(SpaceError, match="exhausted"):
        breed_by_taste(Heard(genomes, [{"you": ballot(order)}]), fitness, space, plan, generation=1, seed=1)
