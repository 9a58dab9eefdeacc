"""Ways to search for what a listener likes: each is asked for candidates, and told how they were ranked."""

import json
import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Protocol

from benchmarks.pairing import ONE_THREAD
from benchmarks.taste_judges import Samples, Tiers
from evolve import Breeder
from evolve.genetics.breeding import BreedingPlan, found
from evolve.genetics.gene import Gene
from evolve.genetics.scale import sample_value
from evolve.genetics.selection import Fitness
from evolve.guidance.breeding import breed_by_taste
from evolve.guidance.guide import Guide
from evolve.guidance.heard import Heard
from evolve.judging.ranking import rank
from evolve.randomness import derive_rng
from evolve.records.ballot import Ballot
from evolve.records.genome import Genome, Value
from evolve.settings import CoreSettings
from evolve.spaces import Space, plain

Candidates = Mapping[str, Mapping[str, Any]]
"""Genomes by id."""

POPULATION: Final = 8
WORST_OF: Final = 4
"""Among so many optuna-dashboard asks for the worst."""

_PEER: Final = Path(__file__).with_name("taste_peers.py")


class Search(Protocol):
    """A way to search."""

    def ask(self) -> Candidates:
        """Who is to be ranked next."""

    def tell(self, orders: Sequence[Tiers], samples: Mapping[str, Samples]) -> None:
        """How each listener ranked them, and what is measured of their samples."""

    def champions(self) -> list[str]:
        """For each listener whom the search names as the best."""

    @property
    def cpu_s(self) -> float:
        """Processor seconds that choosing has taken so far."""


class OwnBreeding:
    """Our breeding by ask and tell, with taste or without, for one listener."""

    def __init__(self, space: Space, seed: int, *, taste: bool) -> None:
        """Breed in a space."""
        self._breeder, self._taste = Breeder(space, population=POPULATION, seed=seed, taste=taste), taste
        self._heard: dict[str, Mapping[str, Any]] = {}
        self._first = ""
        self.cpu_s = 0.0

    def ask(self) -> Candidates:
        """The next generation."""
        began = time.process_time()
        members = {member.id: member.genome for member in self._breeder.ask()}
        self.cpu_s += time.process_time() - began
        self._heard |= members
        return members

    def tell(self, orders: Sequence[Tiers], samples: Mapping[str, Samples]) -> None:
        """How they were ranked."""
        self._first = orders[0][0][0]
        self._breeder.tell(orders[0], features=samples)

    def champions(self) -> list[str]:
        """With taste who is expected to be liked most, otherwise the first of the last ranking."""
        told = self._breeder.predict(self._heard.values()) if self._taste else None
        if told is None:
            return [self._first]
        return [max(zip(told, self._heard, strict=True), key=lambda one: one[0][0])[1]]


class OwnBreedingForSeveral:
    """Our breeding for several listeners, with taste or without, as a run does it."""

    def __init__(self, space: Space, seed: int, *, taste: bool) -> None:
        """Breed in a space."""
        defaults = {name: CoreSettings.model_fields[name].default for name in ("parents", "elites", "newcomers")}
        self._plan = BreedingPlan(POPULATION, **defaults)
        self._space, self._seed, self._taste = space.with_groups(), seed, taste
        self._genomes: dict[str, Genome] = {}
        self._ballots: list[dict[str, Ballot]] = []
        self._members: tuple[str, ...] = ()
        self.cpu_s = 0.0

    def ask(self) -> Candidates:
        """The next generation."""
        began = time.process_time()
        born, elites = found(self._space, population=POPULATION, seed=self._seed), tuple[str, ...]()
        if self._ballots:
            entries = rank([*self._ballots[-1].values()])
            fitness = {name: Fitness(entries[name].rank) for name in self._members}
            heard = Heard(self._genomes, self._ballots if self._taste else ())
            offspring, _ = breed_by_taste(
                heard, fitness, self._space, self._plan, generation=len(self._ballots), seed=self._seed
            )
            born, elites = offspring.born, offspring.elites
        self.cpu_s += time.process_time() - began
        self._genomes |= {one.id: one.genome for one in born}
        self._members = (*elites, *(one.id for one in born))
        return {name: plain(self._genomes[name]) for name in self._members}

    def tell(self, orders: Sequence[Tiers], samples: Mapping[str, Samples]) -> None:  # noqa: ARG002 - of genomes alone
        """How they were ranked."""
        self._ballots.append({str(place): Ballot(tuple(map(tuple, order))) for place, order in enumerate(orders)})

    def champions(self) -> list[str]:
        """With taste whom each is expected to like most, otherwise the first of each one's last ranking."""
        if not self._taste:
            return [ballot.places[0][0] for ballot in self._ballots[-1].values()]
        named = []
        for listener in self._ballots[-1]:
            own = [{listener: ballots[listener]} for ballots in self._ballots]
            told = Guide(Heard(self._genomes, own), self._space).expectations(self._genomes)
            named.append(max(told, key=lambda name: told[name].liking))
        return named


class Proposer(Protocol):
    """Who proposes candidates, and is told in which order they were ranked."""

    def propose(self, count: int) -> list[Mapping[str, Any]]:
        """So many genomes."""

    def told(self, orders: Sequence[Sequence[int]]) -> None:
        """The order of each listener, best first, as places among all proposed so far."""

    @property
    def cpu_s(self) -> float:
        """Processor seconds so far."""


class WithTheBest:
    """Each generation what a proposer proposes, and the first of the last ranking once more."""

    def __init__(self, proposer: Proposer) -> None:
        """Ask this proposer."""
        self._proposer = proposer
        self._names: list[str] = []
        self._asked: dict[str, Mapping[str, Any]] = {}
        self._orders: Sequence[Tiers] = ()

    def ask(self) -> Candidates:
        """The next generation."""
        kept = {order[0][0]: self._asked[order[0][0]] for order in self._orders}
        fresh = self._proposer.propose(POPULATION - len(kept))
        names = [f"c{len(self._names) + place}" for place in range(len(fresh))]
        self._names += names
        self._asked = {**kept, **dict(zip(names, fresh, strict=True))}
        return self._asked

    def tell(self, orders: Sequence[Tiers], samples: Mapping[str, Samples]) -> None:  # noqa: ARG002 - of genomes alone
        """How they were ranked."""
        self._orders = orders
        self._proposer.told([[self._names.index(name) for tier in order for name in tier] for order in orders])

    def champions(self) -> list[str]:
        """The first of each one's last ranking."""
        return [order[0][0] for order in self._orders]

    @property
    def cpu_s(self) -> float:
        """The proposer's."""
        return self._proposer.cpu_s


class WorstOfFew:
    """As optuna-dashboard asks: the worst of those that are shown goes, and one that is new comes in its place."""

    def __init__(self, proposer: Proposer) -> None:
        """Ask this proposer."""
        self._proposer = proposer
        self._names: list[str] = []
        self._shown: dict[str, Mapping[str, Any]] = {}
        self._first = ""

    def ask(self) -> Candidates:
        """Those that are shown."""
        fresh = self._proposer.propose(WORST_OF - len(self._shown))
        names = [f"c{len(self._names) + place}" for place in range(len(fresh))]
        self._names += names
        self._shown |= dict(zip(names, fresh, strict=True))
        return dict(self._shown)

    def tell(self, orders: Sequence[Tiers], samples: Mapping[str, Samples]) -> None:  # noqa: ARG002 - of genomes alone
        """The last of the ranking goes; no more of it is told."""
        names = [name for tier in orders[0] for name in tier]
        self._first = names[0]
        places = [self._names.index(name) for name in names]
        self._proposer.told([[place, places[-1]] for place in places[:-1]])
        del self._shown[names[-1]]

    def champions(self) -> list[str]:
        """Whom the listener would name among those that are shown."""
        return [self._first]

    @property
    def cpu_s(self) -> float:
        """The proposer's."""
        return self._proposer.cpu_s


class Blind:
    """Proposes random genomes."""

    def __init__(self, space: Space, seed: int) -> None:
        """Draw from a space."""
        self._space, self._rng = space.with_groups(), derive_rng(seed, "random search")
        self.cpu_s = 0.0

    def propose(self, count: int) -> list[Mapping[str, Any]]:
        """So many genomes."""
        return [plain(self._space.sample(self._rng)) for _ in range(count)]

    def told(self, orders: Sequence[Sequence[int]]) -> None:
        """Makes no use of it."""


class Truncation:
    """As population based training does with hyperparameters (Jaderberg et al., 2017): the best displace the worst.

    Of a ranked population the last quarter gives way to perturbed copies of the first: a number is multiplied by 0.8
    or 1.2, a choice becomes the one beside it, and with a chance of a quarter a gene is drawn anew (the defaults of
    Ray Tune). Everybody is heard again.
    """

    def __init__(self, space: Space, seed: int) -> None:
        """Search a space."""
        self._space, self._rng = space.with_groups(), derive_rng(seed, "truncation")
        self._members = {f"c{place}": plain(self._space.sample(self._rng)) for place in range(POPULATION)}
        self._born = POPULATION
        self._order: list[str] = []
        self._firsts: list[str] = []
        self.cpu_s = 0.0

    def ask(self) -> Candidates:
        """The next generation."""
        quarter = POPULATION // 4
        for best, worst in zip(self._order[:quarter], self._order[-quarter:], strict=True):
            del self._members[worst]
            self._members[f"c{self._born}"] = self._perturbed(self._members[best])
            self._born += 1
        return dict(self._members)

    def tell(self, orders: Sequence[Tiers], samples: Mapping[str, Samples]) -> None:  # noqa: ARG002 - of genomes alone
        """How they were ranked."""
        ranks = rank([Ballot(tuple(map(tuple, order))) for order in orders]) if len(orders) > 1 else None
        self._order = [*ranks] if ranks else [name for tier in orders[0] for name in tier]
        self._firsts = [order[0][0] for order in orders]

    def champions(self) -> list[str]:
        """The first of each one's last ranking."""
        return self._firsts

    def _perturbed(self, genome: Mapping[str, Any]) -> dict[str, Any]:
        return {gene.name: self._perturbed_value(gene, genome[gene.name]) for gene in self._space.genes}

    def _perturbed_value(self, gene: Gene, value: Any) -> Value:  # noqa: ANN401 - of any gene
        if self._rng.random() < 0.25:  # noqa: PLR2004 - Ray Tune's resample_probability
            return sample_value(gene, self._rng)
        step = int(self._rng.integers(2))
        if not gene.is_numeric:
            place = gene.values.index(value) + (-1, 1)[step]
            return gene.values[min(max(place, 0), len(gene.values) - 1)]
        moved = value * (0.8, 1.2)[step]
        moved = min(max(moved, gene.min_value), gene.max_value)
        return round(moved) if gene.kind == "int" else float(moved)


class Peer:
    """A search of another library, which runs in an environment of its own (`taste_peers.py`)."""

    def __init__(self, python: Path, library: str, space: Space, seed: int) -> None:
        """Start it.

        Args:
            python: Of an environment that has the library.
            library: ``optuna`` or ``botorch``.
            space: What is searched.
            seed: All its chance.
        """
        genes = [_described(gene) for gene in space.with_groups().genes]
        self._process = subprocess.Popen(  # noqa: S603 - a peer, away from our packages
            [str(python), str(_PEER), library, json.dumps(genes), str(seed)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
            env=os.environ | ONE_THREAD,
        )  # fmt: skip
        self.cpu_s = 0.0

    def propose(self, count: int) -> list[Mapping[str, Any]]:
        """So many genomes."""
        answer = self._asked({"propose": count})
        self.cpu_s = answer["cpu_s"]
        return list(answer["genomes"])

    def told(self, orders: Sequence[Sequence[int]]) -> None:
        """The orders."""
        self._asked({"orders": orders})

    def close(self) -> None:
        """End it."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()

    def _asked(self, question: Mapping[str, Any]) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        return dict(json.loads(self._process.stdout.readline()))


def _described(gene: Gene) -> dict[str, Any]:
    return {
        "name": gene.name, "kind": str(gene.kind), "low": gene.min_value, "high": gene.max_value,
        "log": gene.sampling == "log", "values": gene.values,
    }  # fmt: skip
