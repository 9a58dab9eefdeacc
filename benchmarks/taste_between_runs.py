"""Claim: where a run begins with an earlier one's ballots, less than half the gap to the best genome is left.

A simulated listener judges an earlier run of three generations, and then a new one of two with another seed. The gap is
how much less than the best genome of the space the best of the heard is liked, in standard deviations of random
genomes. Beside it: a run that begins with nothing, and one that begins with the taste of somebody else.

    python -m benchmarks.taste_between_runs                  # two minutes on one core
    python -m benchmarks.taste_between_runs --space quick.yaml
"""

import argparse
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from statistics import mean
from typing import Any

from benchmarks.pairing import table
from evolve.genetics.breeding import BreedingPlan
from evolve.genetics.selection import Fitness
from evolve.genetics.space import SearchSpace
from evolve.genetics.variation import mutate
from evolve.guidance.breeding import breed_by_taste
from evolve.guidance.founding import found_by_taste
from evolve.guidance.heard import Heard
from evolve.judging.simulated.listeners import SimulatedListener
from evolve.randomness import derive_rng
from evolve.records.ballot import Ballot
from evolve.records.genome import Genome
from evolve.search.simulated_listeners import gene_traits
from evolve.spaces import load_space

SPACE = {
    "genes": {
        **{name: {"type": "float", "min_value": 0.0, "max_value": 1.0} for name in ("length", "height", "pace")},
        **{name: {"type": "choice", "values": ["a", "b", "c", "d"]} for name in ("colour", "shape", "order")},
    }
}
"""Three numbers and three choices of four."""

KINDS = ("additive", "interacting", "peaks")
PLAN = BreedingPlan(population=8, parents=3, elites=1, newcomers=1)
EARLIER_GENERATIONS, GENERATIONS = 3, 2
CANDIDATES = (8, 15)
"""New ones that are heard in one generation and in two: an elite is heard twice."""

_SAMPLED, _CLIMBED = 4000, 4000


@dataclass(frozen=True, slots=True)
class Gaps:
    """Of one listener the gap after each generation: without an earlier run, with it, and with somebody else's."""

    kind: str
    without: tuple[float, ...]
    own: tuple[float, ...]
    other: tuple[float, ...]


def main() -> None:
    """Print a row for each kind of listener, and all together."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--listeners", type=int, default=30, help="a third of each kind (default: 30)")
    parser.add_argument("--noise", type=float, default=0.3, help="of each hearing (default: 0.3)")
    parser.add_argument("--space", default=SPACE, help="a shipped space (default: three numbers and three choices)")
    parser.add_argument("--processes", type=int, default=1)
    chosen = parser.parse_args()
    judges = [(KINDS[number % len(KINDS)], number) for number in range(chosen.listeners)]
    with ProcessPoolExecutor(chosen.processes) as pool:
        told = [*pool.map(partial(gaps, given=chosen.space, noise=chosen.noise), judges)]
    heads = [f"{way}, {count} heard" for count in CANDIDATES for way in ("none", "own", "another's")]
    rows = [[kind, *_cells([one for one in told if kind in (one.kind, "all")])] for kind in (*KINDS, "all")]
    print(table(["listeners", *heads], rows))
    for way in ("own", "other"):
        shares = [_share(told, way, generation) for generation in range(GENERATIONS)]
        print(f"{way}: {' and '.join(f'{share:.2f}' for share in shares)} of the gap without")


def _share(told: Sequence[Gaps], way: str, generation: int) -> float:
    """How large the mean gap is, in shares of that without an earlier run."""
    gap, without = (mean([getattr(one, name)[generation] for one in told]) for name in (way, "without"))
    return float(gap / without)


def _cells(told: Sequence[Gaps]) -> list[str]:
    return [
        f"{mean(way[generation] for way in ways):.2f}"
        for generation in range(GENERATIONS)
        for ways in ([one.without for one in told], [one.own for one in told], [one.other for one in told])
    ]


def gaps(judge: tuple[str, int], *, given: str | dict[str, Any], noise: float) -> Gaps:
    """The gaps of one listener."""
    kind, seed = judge
    space = load_space(given).with_groups(("jig", "reel", "hornpipe", "waltz"))
    listener, other = (
        SimulatedListener.drawn(kind, gene_traits(space), seed=number, noise=noise) for number in (seed, 10_000 + seed)
    )
    best = _best(listener, space, seed)
    before, others_before = (heard_in(space, one, EARLIER_GENERATIONS, seed=2 * seed)[0] for one in (listener, other))
    ways = [
        heard_in(space, listener, GENERATIONS, seed=2 * seed + 1, earlier=one)[1]
        for one in (None, before, others_before)
    ]
    return Gaps(kind, *(tuple(best - one for one in way) for way in ways))


def heard_in(
    space: SearchSpace, listener: SimulatedListener, generations: int, *, seed: int, earlier: Heard | None = None
) -> tuple[Heard, list[float]]:
    """What a listener has said in a run, and after each generation how much they like the best of whom they heard."""
    born, _ = found_by_taste(Heard({}, (), earlier=earlier), space, PLAN, seed=seed)
    genomes: dict[str, Genome] = {}
    ballots: list[Mapping[str, Ballot]] = []
    members: list[str] = []
    liked = []
    for generation in range(generations):
        genomes |= {one.id: one.genome for one in born}
        members = [*members, *(one.id for one in born)]
        tiers, _ = listener.order({name: genomes[name].as_dict() for name in members}, 100 * seed + generation)
        ballots.append({"you": Ballot(tuple(map(tuple, tiers)))})
        liked.append(max(listener.utility(genome.as_dict()) for genome in genomes.values()))
        ranks = ballots[-1]["you"].ranks
        heard = Heard(dict(genomes), tuple(ballots), earlier=earlier)
        if generation + 1 < generations:
            offspring, _ = breed_by_taste(
                heard, {name: Fitness(ranks[name]) for name in members}, space, PLAN,
                generation=generation + 1, seed=seed,
            )  # fmt: skip
            members, born = [*offspring.elites], offspring.born
    return heard.as_earlier, liked


def _best(listener: SimulatedListener, space: SearchSpace, seed: int) -> float:
    """How much the best genome is liked, as far as sampling and climbing find it."""
    rng = derive_rng(seed, "best")
    best = max((space.sample(rng) for _ in range(_SAMPLED)), key=lambda one: listener.utility(one.as_dict()))
    for step in range(_CLIMBED):
        other = mutate(best, space, rng, rate=0.15, eta=2.0 + step / 40)
        best = max(best, other, key=lambda one: listener.utility(one.as_dict()))
    return listener.utility(best.as_dict())


if __name__ == "__main__":
    main()
