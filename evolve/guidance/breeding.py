"""The generation that follows a ranked one, by what is known of its listeners' taste."""

from collections.abc import Collection, Mapping

from evolve.genetics.breeding import BreedingPlan, Offspring, breed
from evolve.genetics.mating import Bred
from evolve.genetics.selection import Fitness
from evolve.genetics.space import SearchSpace
from evolve.guidance.guide import Guide
from evolve.guidance.heard import Heard
from evolve.guidance.one_core import on_one_core
from evolve.guidance.reasons import with_place
from evolve.randomness import derive_rng
from evolve.records.expectation import Expectation
from evolve.records.genome import Genome


def breed_by_taste(
    heard: Heard,
    fitness: Mapping[str, Fitness],
    space: SearchSpace,
    plan: BreedingPlan,
    *,
    generation: int,
    seed: int,
    favourites: Collection[str] = (),
    guide: Guide | None = None,
) -> tuple[Offspring, dict[str, Expectation]]:
    """The generation that follows a ranked one, most of its children chosen by what is known of the listeners.

    Newcomers stay drawn blindly, and in every second generation so is one child: a model that is wrong is found out.

    Args:
        heard: All ballots so far, and everyone who was born.
        fitness: The ranking of the members of the ranked generation; of those who share a rank the first go before.
        space: The run's space.
        plan: How many of what.
        generation: The index of the new generation.
        seed: The run's seed.
        favourites: Ids of the members of whom a listener loves a sample.
        guide: What is known of the listeners by all those ballots; None: it is found.

    Returns:
        The next generation, and what is expected of its members by id; nothing where ballots compare nobody.

    Raises:
        SpaceError: Every genome of the space was born already.
    """
    taken, chosen = {*heard.genomes.values()}, dict[Bred, Expectation]()
    with on_one_core():
        guide = guide or Guide(heard, space)
        if guide.knows:
            chosen = children_by_taste(guide, plan, taken, generation=generation, seed=seed)
        offspring = breed(
            fitness, heard.genomes, space, plan,
            generation=generation, seed=seed, taken=taken, favourites=favourites, chosen=[*chosen],
        )  # fmt: skip
        if not guide.knows:
            return offspring, {}
        born = {one.id: one.genome for one in offspring.born}
        expected = guide.expectations({**{name: heard.genomes[name] for name in offspring.elites}, **born})
    known = {bred.genome: one for bred, one in chosen.items()}
    reasons = {name: known[genome] for name, genome in born.items() if genome in known}
    return offspring, {
        name: with_place(name, expected, reasons[name]) if name in reasons else one for name, one in expected.items()
    }


def children_by_taste(
    guide: Guide, plan: BreedingPlan, taken: Collection[Genome], *, generation: int, seed: int
) -> dict[Bred, Expectation]:
    """The children of a generation that the model chooses, the most worth hearing first.

    Args:
        guide: What is known of the listeners.
        plan: How many of what.
        taken: Genomes that are not born again.
        generation: The index of the generation that they are born into.
        seed: The run's seed.
    """
    count = plan.population - min(plan.elites, plan.population - 1) - plan.newcomers - generation % 2
    return guide.children(count, plan, taken, derive_rng(seed, "taste", generation)) if count > 0 else {}
