"""Claim: evolution finds networks whose songs a listener likes, though the listener hears a few songs of each.

A simulated listener likes three features of songs, each near a value of its own, and has no noise. It ranks a
generation by the songs that a person would hear. After some generations its champion, the best of the last ranking, is
put among random genomes of the space: printed is the share of them whose songs it likes less, by the mean of two
hundred songs that nobody has heard.

    python -m benchmarks.simulated_listener                                    # an hour and a half on one core
    python -m benchmarks.simulated_listener --listeners 4 --seconds 10
    python -m benchmarks.simulated_listener --taste --keep kept                # most children chosen by what was ranked
    python -m benchmarks.simulated_listener --set songs_heard=same_noise --drop temperature --drop diet
"""

import argparse
import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median

import numpy as np

from benchmarks.bred import Composed, Songs, Studio
from benchmarks.pairing import table
from evolve.genetics.breeding import BreedingPlan, found
from evolve.genetics.selection import Fitness
from evolve.guidance.breeding import breed_by_taste
from evolve.guidance.heard import Heard
from evolve.randomness import derive_rng
from evolve.records.ballot import Ballot
from evolve.records.genome import Genome
from evolve.records.individual import Individual

FRESH_SONGS = 200
TASTES = 3
"""Features that a listener cares for."""


@dataclasses.dataclass(frozen=True, slots=True)
class Taste:
    """What a listener likes in a song: features near some values.

    Attributes:
        wanted: Of each feature the value that is liked most.
        scale: Of each feature how far apart random networks' songs are.
    """

    wanted: Mapping[str, float]
    scale: Mapping[str, float]

    @classmethod
    def drawn(cls, songs: Mapping[str, np.ndarray], rng: np.random.Generator) -> "Taste":
        """A taste for what some song of random networks has.

        Args:
            songs: Of each feature that differs the numbers of many songs.
            rng: The only source of chance.
        """
        names = rng.choice(sorted(songs), TASTES, replace=False).tolist()
        wanted = {name: float(np.quantile(songs[name], rng.random())) for name in names}
        return cls(wanted, {name: float(songs[name].std()) for name in names})

    def of(self, songs: Songs, places: Sequence[int] | None = None) -> float:
        """How much some songs are liked, the mean; at most 0."""
        distances = [
            np.abs(np.array(songs[name], float) - value) / self.scale[name] for name, value in self.wanted.items()
        ]
        liked = -np.nansum(distances, axis=0)
        return float(liked[list(places)].mean() if places is not None else liked.mean())


def main() -> None:
    """Print a row for each listener, and the medians."""
    chosen = _parser().parse_args()
    settings = {"seed": 1} | dict(one.split("=", 1) for one in chosen.set)
    settings |= {"seconds": chosen.seconds} if chosen.seconds else {}
    studio = Studio(chosen.space, settings=settings, fresh=FRESH_SONGS, keep=chosen.keep, without=chosen.drop)
    others = [one for one in map(studio.composed, found(studio.space, population=chosen.among, seed=1)) if one]
    print(f"{len(others)} random genomes of {chosen.space}, {studio.settings.seconds:g} s each at most", flush=True)
    songs = {
        name: own[np.isfinite(own)]
        for name in others[0].fresh
        if (own := np.array([one.fresh[name] for one in others], float)).std() > 0
    }
    rows = []
    for seed in range(chosen.first, chosen.first + chosen.listeners):
        taste = Taste.drawn(songs, derive_rng(seed, "taste"))
        best, first = champions_of_run(studio, taste, seed, chosen.generations, by_taste=chosen.taste)
        rows.append(
            [str(seed), ", ".join(taste.wanted), *(f"{percentile(taste, one, others):.0f}" for one in (first, best))]
        )
        print(" · ".join(rows[-1]), flush=True)
    medians = [f"{median(float(row[column]) for row in rows):.0f}" for column in (2, 3)]
    print(table(("listener", "likes", "first champion", "last champion"), [*rows, ["median", "", *medians]]))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--space", default="quick.yaml", help="a shipped space")
    parser.add_argument("--listeners", type=int, default=8, help="each with a taste and a run of its own (default: 8)")
    parser.add_argument("--first", type=int, default=0, help="the first listener's seed")
    parser.add_argument("--generations", type=int, default=5)
    parser.add_argument("--among", type=int, default=100, help="random genomes (default: 100)")
    parser.add_argument("--seconds", type=float, help="in place of the space's own, seconds of processor time")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="another setting")
    parser.add_argument("--drop", action="append", default=[], metavar="GENE", help="a gene that the space has not")
    parser.add_argument("--taste", action="store_true", help="children are chosen by what the listener has ranked")
    parser.add_argument("--keep", type=Path, help="a folder that remembers what was found")
    return parser


def champions_of_run(
    studio: Studio, taste: Taste, seed: int, generations: int, *, by_taste: bool
) -> tuple[Composed, Composed]:
    """The champions of the last and of the first ranking of a run."""
    core = studio.core
    plan = BreedingPlan(core.population, core.parents, core.elites, core.newcomers, core.exploration)
    born: Sequence[Individual] = found(studio.space, population=core.population, seed=1000 + seed)
    genomes: dict[str, Genome] = {}
    elites: list[Composed] = []
    champions: list[Composed] = []
    samples: dict[str, list[dict[str, float]]] = {}
    presented: dict[str, list[dict[str, float]]] = {}
    ballots: list[dict[str, Ballot]] = []
    for number in range(1, generations + 1):
        genomes |= {one.id: one.genome for one in born}
        members = [*elites, *(one for one in map(studio.composed, born) if one)]
        members.sort(key=lambda one: -taste.of(one.silent, one.heard))
        champions.append(members[0])
        fitness = {one.individual.id: Fitness(rank) for rank, one in enumerate(members, start=1)}
        for one in members:
            songs = songs_of(one.silent)
            samples[one.individual.id] = songs
            presented[one.individual.id] = [songs[place] for place in one.heard]
        ballots += [{"listener": Ballot(tuple((name,) for name in fitness))}] if by_taste else []
        heard = Heard(genomes, ballots, samples, presented)
        offspring, _ = breed_by_taste(heard, fitness, studio.space, plan, generation=number, seed=1000 + seed)
        elites, born = [one for one in members if one.individual.id in offspring.elites], offspring.born
    return champions[-1], champions[0]


def songs_of(table: Songs) -> list[dict[str, float]]:
    """The features that each song has."""
    count = len(next(iter(table.values())))
    return [
        {name: float(value) for name, column in table.items() if (value := column[place]) is not None}
        for place in range(count)
    ]


def percentile(taste: Taste, one: Composed, others: Sequence[Composed]) -> float:
    """How many of a hundred others are liked less, by songs that nobody has heard."""
    liked = taste.of(one.fresh)
    return 100 * float(np.mean([taste.of(other.fresh) < liked for other in others]))


if __name__ == "__main__":
    main()
