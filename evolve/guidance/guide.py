"""What is expected of anybody, and which of many that could be bred are worth hearing."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from statistics import fmean
from typing import Final

import numpy as np
from scipy.special import ndtr

from evolve.genetics.breeding import BreedingPlan
from evolve.genetics.mating import Bred
from evolve.genetics.space import SearchSpace
from evolve.guidance.earlier import EarlierTaste
from evolve.guidance.heard import Heard, Samples
from evolve.guidance.liking import SampleLiking
from evolve.guidance.points import GenomePoints
from evolve.guidance.pool import FAMILY, bred_in_thought
from evolve.guidance.reasons import BY_EARLIER_RUN, hope_in_words, news_in_words
from evolve.judging.rank_correlation import NO_PAIRS, Concordance, concordance, kendall_tau
from evolve.records.ballot import Ballot
from evolve.records.expectation import Expectation
from evolve.records.genome import Genome
from evolve.taste.choosing import hoped_gain, most_worth_hearing
from evolve.taste.features import FeatureBasis, FeatureForecast
from evolve.taste.model import Items, TasteModel

Array = np.ndarray

_MOST_KNOWN: Final = 500
"""Individuals from whom the samples of others are forecast: the newest."""


@dataclass(frozen=True, slots=True)
class Hope:
    """What a listener may hope of some who are not heard yet.

    Attributes:
        best: The id of whom the listener is expected to like most so far.
        chance: How likely the listener likes one of them more, from 0 to 1.
        gain: By how much more on average, none counting as 0, in standard deviations of the listener's utility.
    """

    best: str
    chance: float
    gain: float


class Guide:
    """What is known of a run's listeners, and whom to breed for them."""

    def __init__(self, heard: Heard, space: SearchSpace) -> None:
        """What ballots say."""
        self._earlier = heard.earlier or Heard({}, ())
        self.space, self._heard, self._points = space, heard.with_earlier, GenomePoints(space)
        others = (name for name, genome in self._earlier.genomes.items() if genome not in space)
        self._strangers = {name: number for number, name in enumerate(others, start=1)}
        self._basis = FeatureBasis.of(sample for samples in self._heard.samples.values() for sample in samples)
        self._forecast = self._fit_forecast()
        self.earlier: dict[str, EarlierTaste] = {}
        """Of each listener who has ranked, where the run was begun with an earlier one's taste."""
        models = {listener: self._model_of(listener) for listener in heard.listeners or self._earlier.listeners}
        self._models = {listener: model for listener, model in models.items() if model is not None}

    @property
    def knows(self) -> bool:
        """Whether any ballot compares anybody."""
        return bool(self._models)

    @property
    def listeners(self) -> tuple[str, ...]:
        """Whose ballots compare somebody."""
        return tuple(self._models)

    def _model_of(self, listener: str) -> TasteModel | None:
        """One listener's taste, from this run's ballots, and from those of the earlier run unless these mislead."""
        own, before = self._heard.told_by(listener), self._earlier.told_by(listener)
        if own and self._earlier.ballots:
            self.earlier[listener] = EarlierTaste(len(before), self._foretold(before, own))
            before = before if self.earlier[listener].is_used else ()
        return self._fit([*before, *own])

    def _foretold(self, before: Sequence[Ballot], own: Sequence[Ballot]) -> Concordance:
        """How many pairs of some ballots come as earlier ballots foretell."""
        model = self._fit(before)
        if model is None:
            return NO_PAIRS
        found = NO_PAIRS
        for ballot in own:
            liking = model.expected(self._known(ballot.ids)).tolist()
            found += concordance(liking, [-ballot.ranks[name] for name in ballot.ids])
        return found

    def _fit(self, ballots: Sequence[Ballot]) -> TasteModel | None:
        """One listener's taste: who was placed before whom, and whose samples were loved more than their others."""
        ranked = list(dict.fromkeys(name for ballot in ballots for name in ballot.ids))
        place = {name: index for index, name in enumerate(ranked)}
        names, features = list(ranked), [self._basis.mean(self._heard.of(name)) for name in ranked]
        rankings = []
        for ballot in ballots:
            rankings.append([[place[name] for name in tier] for tier in (*ballot.places, ballot.rejected)])
            for name in sorted(ballot.loved):
                loved = {number for other, number in ballot.favourites if other == name}
                samples = list(enumerate(self._heard.of(name), start=1))
                tiers: list[list[int]] = [[], []]
                for number, sample in samples:
                    tiers[number not in loved].append(len(names))
                    names.append(name)
                    features.append(self._basis.mean([sample]))
                rankings.append(tiers)
        points = self._points_of(names)
        items = Items(points, np.array(features, float).reshape(len(names), len(self._basis)))
        return TasteModel.fit(items, self._points.blocks, rankings)

    def expectations(self, genomes: Mapping[str, Genome]) -> dict[str, Expectation]:
        """Of anybody, the mean over listeners; what is measured of those who have samples is made use of."""
        known = [name for name in genomes if self._heard.samples.get(name)]
        others = [name for name in genomes if name not in known]
        told: dict[str, Expectation] = {}
        for names, items in ((known, self._known(known)), (others, self._unborn([genomes[name] for name in others]))):
            liking = {listener: model.expected(items) for listener, model in self._models.items()}
            deviation = np.mean([model.deviation(items) for model in self._models.values()], axis=0)
            for place, name in enumerate(names):
                each = {listener: float(utilities[place]) for listener, utilities in liking.items()}
                told[name] = Expectation(fmean(each.values()), float(deviation[place]), of_listeners=each)
        return {name: told[name] for name in genomes}

    def liking_of(self, name: str, samples: Samples, listeners: Collection[str]) -> SampleLiking:
        """How much each of some samples of one individual is expected to be liked, whether or not anybody heard it.

        Args:
            name: The individual's id.
            samples: The features of each sample, at least one.
            listeners: Who counts, each as much: some of `listeners`, at least one.
        """
        numbers = np.stack([self._basis.mean([sample]) for sample in samples])
        points = self._points.of([self._heard.genomes[name]] * len(samples))
        models = [self._models[listener] for listener in listeners]
        expected = np.mean([model.expected(Items(points, numbers)) for model in models], axis=0)
        parts = numbers * np.mean([model.weights for model in models], axis=0)
        features = len(self._basis.names)  # each has two numbers, of which the first is its standardized value
        return SampleLiking(
            self._basis.names, expected, numbers[:, :features], parts[:, :features] + parts[:, features:]
        )

    def children(
        self, count: int, plan: BreedingPlan, taken: Collection[Genome], rng: np.random.Generator
    ) -> dict[Bred, Expectation]:
        """Those of many bred who are most worth hearing, the most first; several listeners choose in turn.

        Args:
            count: How many are wanted.
            plan: How often two are crossed.
            taken: Genomes that are not born again.
            rng: The only source of chance.
        """

        def candidates(model: TasteModel, taken: Collection[Genome]) -> tuple[str, list[Bred], Items]:
            family = self._family(model)
            parents = [Bred(self._heard.genomes[name], (name,), ()) for name in family]
            pool = self._pool(model, parents, plan, taken, rng)
            return family[0], pool, self._together(family[0], [one.genome for one in pool])

        return self._in_turn(count, taken, candidates, rng)

    def founders(
        self, count: int, plan: BreedingPlan, others: Mapping[str, Genome], rng: np.random.Generator
    ) -> dict[Bred, Expectation]:
        """Genomes that are most worth hearing by what was said in the earlier run, the most first.

        Those whom it heard breed in thought alone; what comes of them has no parents. None where all were of another
        space.

        Args:
            count: How many are wanted.
            plan: How often two are crossed.
            others: Who is heard besides, at least one, by id; they are not chosen again.
            rng: The only source of chance.
        """
        names = [name for name in self._earlier.ranked if name not in {*self._strangers, *self._earlier.rejected}]
        if not names:
            return {}

        def candidates(model: TasteModel, taken: Collection[Genome]) -> tuple[str, list[Bred], Items]:
            best = np.argsort(-model.expected(self._known(names)), kind="stable")[:FAMILY]
            parents = [Bred(self._heard.genomes[names[place]], (), ()) for place in best]
            pool = self._pool(model, parents, plan, taken, rng)
            first = [*others][int(model.expected(self._unborn([*others.values()])).argmax())]
            return first, pool, self._unborn([others[first], *(one.genome for one in pool)])

        return self._in_turn(count, {*others.values()}, candidates, rng)

    def _in_turn(
        self,
        count: int,
        taken: Collection[Genome],
        candidates: Callable[[TasteModel, Collection[Genome]], tuple[str, list[Bred], Items]],
        rng: np.random.Generator,
    ) -> dict[Bred, Expectation]:
        """So many, of whom each listener chooses one after the other.

        Args:
            count: How many are wanted.
            taken: Genomes that are not born again.
            candidates: By a listener's model and what is taken by then: who is heard in any case, whoever may be
                chosen, and both as items in this order.
            rng: The only source of chance.
        """
        chosen: dict[Bred, Expectation] = {}
        for turn, (listener, model) in enumerate(self._models.items()):
            share = len(range(turn, count, len(self._models)))
            best, pool, items = candidates(model, {*taken, *(one.genome for one in chosen)})
            if not pool or not share:
                continue
            favourite = best if self._heard.ranked else ""
            found = self._most_worth_hearing(listener, items, pool, share, favourite, rng)
            chosen |= {bred: replace(one, chosen_for=listener) for bred, one in found.items()}
        return chosen

    @property
    def noise(self) -> dict[str, float]:
        """Of each listener the standard deviation of what is perceived, where that of their utility is 1."""
        return {listener: model.relative_noise for listener, model in self._models.items()}

    @property
    def noise_ranges(self) -> dict[str, tuple[float, float]]:
        """Of each listener the least and the most of that which their rankings allow."""
        return {listener: model.noise_range() for listener, model in self._models.items()}

    def agreement(self) -> dict[tuple[str, str], float]:
        """How far each two listeners like the same: Kendall's tau-b of their expected utilities of all who were heard.

        From -1, the opposite, to 1, the same; a pair of whom one is expected to like all alike is left out.
        """
        items = self._known(self._heard.ranked)
        liking = {listener: model.expected(items).tolist() for listener, model in self._models.items()}
        taus = {pair: kendall_tau(liking[pair[0]], liking[pair[1]]) for pair in combinations(liking, 2)}
        return {pair: tau for pair, tau in taus.items() if tau is not None}

    def hopes(self, genomes: Sequence[Genome], rng: np.random.Generator) -> dict[str, Hope]:
        """What each listener may hope of some genomes together, by all that is known of them before they are tried."""
        hopes = {}
        for listener, model in self._models.items():
            best = self._family(model)[0]
            items = self._together(best, genomes)
            chance, gain = hoped_gain(model.expected(items), model.covariance(items), rng)
            hopes[listener] = Hope(best, chance, gain / model.spread)
        return hopes

    def _most_worth_hearing(  # noqa: PLR0917
        self,
        listener: str,
        items: Items,
        pool: Sequence[Bred],
        count: int,
        favourite: str,
        rng: np.random.Generator,
    ) -> dict[Bred, Expectation]:
        """Those whom a listener most needs to hear beside a favourite, whose id is empty before anybody was heard."""
        model = self._models[listener]
        expected, covariance = model.expected(items), model.covariance(items)
        chosen = {}
        for place in most_worth_hearing(expected, covariance, count, rng):
            chance = _chance_of_more(expected, covariance, 1 + place)
            why = self._why(listener, chance, favourite, pool[place].genome) if favourite else BY_EARLIER_RUN
            deviation = float(np.sqrt(max(covariance[1 + place, 1 + place], 0.0)))
            chosen[pool[place]] = Expectation(float(expected[1 + place]), deviation, why)
        return chosen

    def _why(self, listener: str, chance: float, favourite: str, genome: Genome) -> str:
        heard = [self._heard.genomes[name].as_dict() for name in self._heard.ranked]
        named = listener if len(self._models) > 1 else ""
        return hope_in_words(chance, favourite, named, news_in_words(genome, heard, self.space))

    def _family(self, model: TasteModel) -> list[str]:
        """Those who breed, who is expected to be liked most first."""
        ranked = [name for name in self._heard.ranked if name not in self._heard.rejected] or [*self._heard.ranked]
        liking = model.expected(self._known(ranked))
        return [ranked[place] for place in (-liking).argsort(kind="stable")[:FAMILY]]

    def _pool(
        self,
        model: TasteModel,
        parents: Sequence[Bred],
        plan: BreedingPlan,
        taken: Collection[Genome],
        rng: np.random.Generator,
    ) -> list[Bred]:
        """Whoever may be chosen."""

        def hope(genomes: Sequence[Genome]) -> Array:
            items = self._unborn(genomes)
            return np.asarray(model.expected(items) + model.deviation(items))

        return bred_in_thought(parents, self._points.space, plan, taken, hope, rng)

    def _known(self, names: Sequence[str]) -> Items:
        """Those who have been born, with what is measured of all their samples."""
        features = [self._basis.mean(self._heard.samples.get(name, ())) for name in names]
        points = self._points_of(names)
        return Items(points, np.array(features, float).reshape(len(names), len(self._basis)))

    def _points_of(self, names: Sequence[str]) -> Array:
        """Those who have been born as points, float [names, columns]."""
        points = np.empty((len(names), self._points.blocks[-1].stop))
        for row, name in enumerate(names):
            number = self._strangers.get(name)
            points[row] = (
                self._points.of([self._heard.genomes[name]])[0] if number is None else self._points.stranger(number)
            )
        return points

    def _unborn(self, genomes: Sequence[Genome]) -> Items:
        """Genomes, with a forecast of what is measured of their samples."""
        points = self._points.of(genomes)
        if self._forecast is None:
            return Items(points, np.zeros((len(genomes), len(self._basis))))
        return Items(points, self._forecast.numbers(points), self._forecast.covariance(points), self._forecast.scale)

    def _together(self, name: str, genomes: Sequence[Genome]) -> Items:
        """Somebody who has been born, and then genomes."""
        known, unborn = self._known([name]), self._unborn(genomes)
        points = np.concatenate([known.points, unborn.points])
        features = np.concatenate([known.features, unborn.features])
        spread = None if unborn.spread is None else np.pad(unborn.spread, (1, 0))
        return Items(points, features, spread, unborn.scale)

    def _fit_forecast(self) -> FeatureForecast | None:
        known = [name for name in self._heard.genomes if name not in self._strangers and self._heard.samples.get(name)]
        names = known[-_MOST_KNOWN:]
        if not names or not len(self._basis):
            return None
        items = self._known(names)
        return FeatureForecast.fit(items.points, items.features, self._points.blocks)


def _chance_of_more(expected: Array, covariance: Array, place: int) -> float:
    """How likely one is liked more than the first of all."""
    variance = covariance[place, place] + covariance[0, 0] - 2 * covariance[0, place]
    return float(ndtr((expected[place] - expected[0]) / np.sqrt(max(variance, 1e-9))))
