"""The founders of a run, half of them by what was said in an earlier run."""

from evolve.genetics.breeding import BreedingPlan, found
from evolve.genetics.space import SearchSpace
from evolve.guidance.guide import Guide
from evolve.guidance.heard import Heard
from evolve.guidance.one_core import on_one_core
from evolve.guidance.reasons import with_place
from evolve.randomness import derive_rng
from evolve.records.expectation import Expectation
from evolve.records.individual import Individual, Origin, individual_id


def found_by_taste(
    heard: Heard, space: SearchSpace, plan: BreedingPlan, *, seed: int
) -> tuple[tuple[Individual, ...], dict[str, Expectation]]:
    """Generation 0: genomes spread evenly over the space; half of them chosen where an earlier run says what is liked.

    The others stay spread: a listener who likes something else now finds it all the same.

    Args:
        heard: Nothing but what was said in an earlier run, if anything.
        space: The run's space.
        plan: How many there are, and how often two are crossed where the chosen are bred in thought.
        seed: The run's seed.

    Returns:
        The founders, and what is expected of them by id; nothing where no earlier run says anything of genomes.

    Raises:
        SpaceError: The space holds fewer genomes than the population needs.
    """
    founders, count = found(space, population=plan.population, seed=seed), plan.population // 2
    if heard.earlier is None or not count:
        return founders, {}
    spread = found(space, population=plan.population - count, seed=seed)
    genomes = {one.id: one.genome for one in spread}
    with on_one_core():
        guide = Guide(heard, space)
        chosen = guide.founders(count, plan, genomes, derive_rng(seed, "taste", 0)) if guide.knows else {}
        if len(chosen) < count:
            return founders, {}
        reasons = {individual_id(0, slot): one for slot, one in enumerate(chosen.values(), start=len(spread) + 1)}
        genomes |= {name: bred.genome for name, bred in zip(reasons, chosen, strict=True)}
        expected = guide.expectations(genomes)
    others = [
        Individual(name, 0, slot, genomes[name], Origin.FOUNDER, (), ("sampling",))
        for slot, name in enumerate(reasons, start=len(spread) + 1)
    ]
    return (*spread, *others), expected | {name: with_place(name, expected, one) for name, one in reasons.items()}
