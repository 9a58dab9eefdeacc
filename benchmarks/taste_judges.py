"""Listeners with a hidden taste over a small space, of whom the best and the worst that can be bred is known."""

import functools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from statistics import fmean
from typing import Any, Final

import numpy as np

from evolve.genetics.gene import Gene
from evolve.genetics.scale import enumerate_values, from_unit, to_unit
from evolve.genetics.space import SearchSpace
from evolve.judging.simulated.listeners import CONTRARY, KINDS, SimulatedListener
from evolve.judging.simulated.traits import Member, Trait
from evolve.randomness import derive_rng
from evolve.records.genome import Value
from evolve.search.simulated_listeners import gene_traits
from evolve.spaces import Space, load_space

Tiers = list[list[str]]
"""Ids, best first; those of one tier are tied."""

Samples = list[dict[str, float]]
"""Numbers of each of a candidate's samples."""

VALUES: Final = ("a", "b", "c", "d")
_STARTS: Final = 8
"""Random genomes from which the best is climbed to."""

_SEPARABLE: Final = ("additive", "drifting", "lazy", CONTRARY)
"""Kinds that like each gene for itself: one start is enough."""

_REACHES: Final = (1.0, 0.1, 0.01, 0.001)
_PLACES: Final = 33
"""Numbers are tried at so many places within ever smaller reaches."""

_SAMPLES: Final = 2
_FEATURES: Final = 6
_FEATURE_NOISE: Final = 0.5
"""Standard deviation of a feature among samples of one genome; among genomes it is 1."""


def toy_space(genes: int = 6, *, whole: bool) -> Space:
    """Half of the genes are numbers, one of them on a log scale, half are choices among four.

    Args:
        genes: An even number, at least 2.
        whole: Whether the numbers are whole ones of a small range.
    """
    half = genes // 2
    kind, ends, log_ends = ("int", (1, 6), (1, 8)) if whole else ("float", (0.0, 1.0), (1e-4, 1e-1))
    numbers: dict[str, Mapping[str, Any]] = {
        f"number{place}": {"type": kind, "min_value": ends[0], "max_value": ends[1]} for place in range(half - 1)
    }
    numbers["ratio"] = {"type": kind, "min_value": log_ends[0], "max_value": log_ends[1], "sampling": "log"}
    choices = {f"choice{place}": {"type": "choice", "values": list(VALUES)} for place in range(genes - half)}
    return load_space({"genes": {**numbers, **choices}})


@dataclass(frozen=True, slots=True)
class Judge:
    """One or two simulated listeners, and what they are played.

    Attributes:
        kind: One of `KINDS`.
        space: What is bred.
        listeners: Two of the contrary kind, otherwise one.
        seed: All chance derives from it.
        features: Of what a sample is like, functions of its genome; empty where genomes are judged.
    """

    kind: str
    space: SearchSpace
    listeners: tuple[SimulatedListener, ...]
    seed: int
    features: Mapping[str, Callable[[Member], float]]

    @classmethod
    def drawn(cls, kind: str, space: SearchSpace, *, seed: int, noise: float) -> "Judge":
        """The judge that a seed decides.

        Args:
            kind: One of `KINDS`.
            space: What is bred.
            seed: Any.
            noise: In standard deviations of what is liked, over random genomes.
        """
        traits = gene_traits(space)
        features: dict[str, Callable[[Member], float]] = {}
        if KINDS[kind].is_of_samples:
            for number in range(_FEATURES):
                of_genome = SimulatedListener.drawn("interacting", traits, seed=1_000_000 * (number + 1) + seed)
                features[f"feature{number}"] = of_genome.utility
            traits = tuple(Trait(name, _standard_normal, _as_point) for name in features)
        listener = SimulatedListener.drawn(kind, traits, seed=seed, noise=noise)
        both = (listener, listener.opposite) if kind == CONTRARY else (listener,)
        return cls(kind, space, both, seed, features)

    def samples(self, name: str, genome: Member) -> Samples:
        """What is measured of the samples of a candidate."""
        rng = derive_rng(self.seed, "samples", name)
        return [
            {key: of(genome) + _FEATURE_NOISE * float(rng.standard_normal()) for key, of in self.features.items()}
            for _ in range(_SAMPLES if self.features else 0)
        ]

    def orders(self, candidates: Mapping[str, Member], generation: int) -> list[Tiers]:
        """The ranking of each listener.

        Args:
            candidates: Genomes by id.
            generation: From 0.
        """
        met = {name: self._met(name, genome) for name, genome in candidates.items()}
        return [listener.order(met, generation)[0] for listener in self.listeners]

    def liking(self, genome: Member, generation: int) -> tuple[float, ...]:
        """How much each listener really likes a genome; of samples, many of them."""
        member = {name: of(genome) for name, of in self.features.items()} if self.features else genome
        return tuple(listener.utility(member, generation) for listener in self.listeners)

    def _met(self, name: str, genome: Member) -> Member:
        samples = self.samples(name, genome)
        return {key: fmean(one[key] for one in samples) for key in self.features} if self.features else genome


@dataclass(frozen=True, slots=True)
class Range:
    """What a listener likes most and least, and random genomes on average, in one generation."""

    best: float
    worst: float
    middle: float


@functools.cache
def judge_of(kind: str, seed: int, *, whole: bool, noise: float, genes: int = 6) -> Judge:
    """A judge of the toy space."""
    return Judge.drawn(kind, toy_space(genes, whole=whole).with_groups(), seed=seed, noise=noise)


class Ranges:
    """The range of each listener of a judge, by generation."""

    def __init__(self, judge: Judge) -> None:
        self._judge, self._found = judge, dict[int, tuple[Range, ...]]()

    def at(self, generation: int) -> tuple[Range, ...]:
        """The ranges; only a taste that drifts has others in another generation."""
        place = generation if self._judge.kind == "drifting" else 0
        if place not in self._found:
            listeners = range(len(self._judge.listeners))
            self._found[place] = tuple(self._range(listener, place) for listener in listeners)
        return self._found[place]

    def _range(self, listener: int, generation: int) -> Range:
        def liking(genome: Member) -> float:
            return self._judge.liking(genome, generation)[listener]

        starts = 1 if self._judge.kind in _SEPARABLE else _STARTS
        space, rng = self._judge.space, np.random.default_rng(self._judge.seed)
        genomes = [space.sample(rng).as_dict() for _ in range(1000)]
        likings = [liking(genome) for genome in genomes]
        ranked = [genomes[place] for place in np.argsort(likings)]
        best = max(_climbed(genome, space, liking) for genome in ranked[-starts:])
        worst = -max(_climbed(genome, space, lambda one: -liking(one)) for genome in ranked[:starts])
        return Range(best, worst, fmean(likings))


def _climbed(start: Mapping[str, Value], space: SearchSpace, liking: Callable[[Member], float]) -> float:
    """The best that changes of one gene after the other lead to, in ever finer steps of numbers."""
    genome, reached = dict(start), liking(start)
    for reach in _REACHES:
        before = -np.inf
        while reached > before + 1e-9:
            before = reached
            for gene in space.genes:
                tried = [{**genome, gene.name: value} for value in _values_near(gene, genome[gene.name], reach)]
                likings = [liking(one) for one in tried]
                if max(likings) > reached:
                    reached, genome = max(likings), tried[int(np.argmax(likings))]
    return reached


def _values_near(gene: Gene, value: Value, reach: float) -> Iterator[Value]:
    """Values of a gene: of a number those within a reach, in its unit interval."""
    if not gene.is_numeric or gene.kind == "int":
        return iter(enumerate_values(gene))
    middle = to_unit(gene, value)
    return map(partial(from_unit, gene), np.linspace(middle - reach, middle + reach, _PLACES).tolist())


def _standard_normal(rng: np.random.Generator) -> float:
    return float(rng.standard_normal())


def _as_point(value: Value) -> tuple[float]:
    assert isinstance(value, float)
    return (value,)
