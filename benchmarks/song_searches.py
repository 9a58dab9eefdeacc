"""Searches among networks that were trained already: whom a listener hears, generation by generation.

A search breeds as a run does; in place of each genome that it has bred the listener hears the network of the table that
is nearest to it, and was not heard before. The search learns whom it was.
"""

from collections.abc import Collection, Sequence
from typing import Final

import numpy as np

from benchmarks.song_listeners import SongListener
from benchmarks.song_table import SongTable
from evolve.domains.music import DOMAIN
from evolve.genetics.breeding import BreedingPlan, found
from evolve.genetics.selection import Fitness
from evolve.guidance.breeding import breed_by_taste
from evolve.guidance.heard import Heard
from evolve.guidance.points import GenomePoints
from evolve.randomness import derive_rng
from evolve.records.ballot import Ballot
from evolve.records.genome import Genome
from evolve.records.individual import Individual
from evolve.settings import CoreSettings
from evolve.spaces import genome_from

GENERATIONS: Final = 4
PLAN: Final = BreedingPlan(
    6, **{name: CoreSettings.model_fields[name].default for name in ("parents", "elites", "newcomers", "exploration")}
)
"""As `quick.yaml` has it, where one of six is heard again."""

SEARCHES: Final = ("taste", "plain", "random")

Rankings = list[list[int]]
"""Of each generation the networks of the table, best first."""


class TrainedNetworks:
    """The networks of a table, as a search finds them."""

    def __init__(self, table: SongTable) -> None:
        """Those of a table."""
        self.space = table.search_space
        self.genomes = [genome_from(one.genome, self.space) for one in table.networks]
        self.samples = [_songs(table, row) for row in range(len(self.genomes))]
        self.presented = [
            [songs[place] for place in one.heard] for songs, one in zip(self.samples, table.networks, strict=True)
        ]
        self._points = GenomePoints(self.space)
        self._places = self._points.of(self.genomes)

    def distances(self, genome: Genome) -> np.ndarray:
        """How far each network is from a genome, float [networks]: in each gene at most 1, and Euclidean over genes."""
        return np.asarray(np.linalg.norm(self._places - self._points.of([genome]), axis=1))

    def nearest(self, genome: Genome, heard: Collection[int]) -> int:
        """The network that is nearest to a genome, of those that were not heard."""
        distances = self.distances(genome)
        distances[list(heard)] = np.inf
        return int(distances.argmin())


def _songs(table: SongTable, row: int) -> list[dict[str, float]]:
    """What the model of taste is told of a network's songs, as in a run."""
    columns = zip(table.features, table.silent[row].T.tolist(), strict=True)
    return [dict(one) for one in DOMAIN.presentation.features((), {"silent_songs": dict(columns)})]


def rankings_of(search: str, listener: SongListener, networks: TrainedNetworks, seed: int) -> Rankings:
    """What a listener says in a search.

    Args:
        search: One of `SEARCHES`.
        listener: Who ranks.
        networks: Whom there is to hear.
        seed: All chance of the search derives from it; with taste and without the founders are the same.
    """
    if search == "random":
        return _at_random(listener, networks, seed)
    return _by_breeding(listener, networks, seed, taste=search == "taste")


def _by_breeding(listener: SongListener, networks: TrainedNetworks, seed: int, *, taste: bool) -> Rankings:
    born: Sequence[Individual] = found(networks.space, population=PLAN.population, seed=seed)
    rows: dict[str, int] = {}
    elites: tuple[str, ...] = ()
    ballots: list[dict[str, Ballot]] = []
    rankings: Rankings = []
    for generation in range(GENERATIONS):
        for one in born:
            rows[one.id] = networks.nearest(one.genome, rows.values())
        members = {rows[name]: name for name in (*elites, *(one.id for one in born))}
        rankings.append(listener.order([*members], generation))
        ballots.append({"listener": Ballot(tuple((members[row],) for row in rankings[-1]))})
        heard = Heard(
            {name: networks.genomes[row] for name, row in rows.items()},
            ballots if taste else (),
            {name: networks.samples[row] for name, row in rows.items()},
            {name: networks.presented[row] for name, row in rows.items()},
        )
        fitness = {members[row]: Fitness(rank) for rank, row in enumerate(rankings[-1], start=1)}
        offspring, _ = breed_by_taste(heard, fitness, networks.space, PLAN, generation=generation + 1, seed=seed)
        elites, born = offspring.elites, offspring.born
    return rankings


def _at_random(listener: SongListener, networks: TrainedNetworks, seed: int) -> Rankings:
    """New ones by lot, and the first of the last ranking once more."""
    lots = iter(derive_rng(seed, "random search").permutation(len(networks.genomes)).tolist())
    rankings: Rankings = []
    for generation in range(GENERATIONS):
        kept = [rankings[-1][0]] if rankings else []
        fresh = [next(lots) for _ in range(PLAN.population - len(kept))]
        rankings.append(listener.order([*kept, *fresh], generation))
    return rankings
