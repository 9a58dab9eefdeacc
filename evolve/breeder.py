"""Breeding by ask and tell: generations of genomes from rankings, without a store, files or Ray."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from types import NoneType
from typing import Any, Self

from pydantic import TypeAdapter

from evolve.arguments import check_kind, texts_of
from evolve.breeder_state import (
    AskedGeneration,
    BreederState,
    Features,
    check_known,
    check_whole,
    checked_features,
    read_state,
)
from evolve.errors import EvolveError
from evolve.genetics.breeding import BreedingPlan, check_population_fits, found, replace_failed
from evolve.genetics.lineage import changed
from evolve.genetics.selection import Fitness, select_best
from evolve.guidance.breeding import breed_by_taste
from evolve.guidance.guide import Guide
from evolve.guidance.heard import Heard
from evolve.guidance.one_core import on_one_core
from evolve.judging.order import GivenRanking, ballot_of
from evolve.python_words import in_python_words
from evolve.records.ballot import Ballot
from evolve.records.genome import Genome
from evolve.records.individual import Individual, Origin, first_in_slot
from evolve.settings import CoreSettings, Given, settle_core
from evolve.spaces import PlainValue, Space, genome_from, load_space, plain, read_space, value_in_words
from evolve.words import listed

_LISTENER = "you"

_SAMPLE_NUMBERS = range(1, 10_000)
"""Of the samples that an order can love, as in ``g0-3♥2 > g0-1``."""


@dataclass(frozen=True, slots=True, repr=False)
class Member:
    """One individual of a generation, as `Breeder.ask` gives it.

    Attributes:
        id: Such as ``g2-3``: born in generation 2 in slot 3; its first replacement is ``g2-3b``.
        genome: The values of its active genes by name, as JSON has them.
        parents: The ids of its parents: one or two of a child, none of others.
        origin: ``founder``, ``child``, ``newcomer`` or ``replacement``.
        why: Why it is in this generation, in words.
    """

    id: str
    genome: dict[str, PlainValue]
    parents: tuple[str, ...]
    origin: Origin
    why: str

    def __repr__(self) -> str:
        genes = ", ".join(f"{name} {value_in_words(value)}" for name, value in self.genome.items())
        return f"Member({self.id}, {self.origin}: {genes})"


class Breeder:
    """Breeds genomes from rankings: `ask` for a generation, judge it however you like, `tell` who came where.

    The same space, seed, settings and rankings give the genomes that a run of ``evolve start`` has, however often the
    loop is interrupted. Most children are chosen among many by a model of the taste that the rankings tell of.

    Example:
        >>> import evolve
        >>> genes = {"width": {"type": "int", "min_value": 8, "max_value": 512, "sampling": "log"},
        ...          "cell": {"type": "choice", "values": ["lstm", "gru"]}}
        >>> breeder = evolve.Breeder({"genes": genes}, seed=7, population=6)
        >>> for _ in range(5):
        ...     members = breeder.ask()
        ...     by_width = sorted(members, key=lambda member: member.genome["width"])
        ...     breeder.tell([member.id for member in by_width])
        >>> breeder.ask()[0].genome["width"]
        8
    """

    @in_python_words()
    def __init__(
        self,
        space: Space | str | Mapping[str, Any],
        *,
        seed: int = 0,
        population: int = 8,
        parents: int = 3,
        elites: int = 1,
        newcomers: int = 1,
        exploration: float = 0.5,
        crossover_rate: float = 0.5,
        mutation_rate: float | None = None,
        taste: bool = True,
        groups: Iterable[str] | None = None,
    ) -> None:
        """A breeder that has bred nothing yet.

        Args:
            space: A `Space`, or whatever `evolve.load_space` takes. Its settings are a run's, and not used here.
            seed: All chance derives from it.
            population: Members of a generation.
            parents: How many of the best may become parents. The defaults of this and the next two fit any population.
            elites: How many of the best come back unchanged.
            newcomers: Fresh genomes in each generation.
            exploration: From 0, refine what was liked, to 1, explore.
            crossover_rate: Share of children that have two parents.
            mutation_rate: Chance of each gene to change in a child; None takes it from `exploration`.
            taste: Whether most children are those of many that the model expects to be worth judging.
            groups: What genes of shares, such as ``diet``, divide a whole among. Without, such a gene has the groups
                that the space names, and is left out where it names none.

        Raises:
            EvolveError: The space cannot be read or has too few genomes, or a setting is out of range.
        """
        self._given = load_space(space)
        self._groups = None if groups is None else texts_of("groups", groups, 'names, such as ["jig", "reel"]')
        check_kind("taste", taste, bool, "True or False")
        self._space = self._given.with_groups(self._groups)
        numbers = {
            "population": population, "parents": parents, "elites": elites, "newcomers": newcomers,
            "exploration": exploration, "crossover_rate": crossover_rate, "mutation_rate": mutation_rate,
        }  # fmt: skip
        settings = _settled({"seed": seed, **numbers})
        self._plan = BreedingPlan(**{name: getattr(settings, name) for name in numbers})
        self._seed, self._taste = settings.seed, taste
        check_population_fits(self._space, self._plan.population)
        self._individuals: dict[str, Individual] = {}
        self._taken: set[Genome] = set()
        self._generations: list[AskedGeneration] = []

    def __repr__(self) -> str:
        return f"Breeder({self._given.name}, generation {self.generation})"

    @property
    def generation(self) -> int:
        """The index of the generation that `ask` gives, from 0."""
        return sum(one.ballot is not None for one in self._generations)

    @in_python_words()
    def ask(self) -> tuple[Member, ...]:
        """The whole generation that is to be judged, elites among them; the same one until `tell` or `fail`.

        Raises:
            EvolveError: Every genome of the space was born already.
        """
        if not self._generations:
            founders = found(self._space, population=self._plan.population, seed=self._seed)
            self._generations = [AskedGeneration(self._kept(founders))]
        elif self._generations[-1].ballot is not None:
            self._breed(self._generations[-1].ballot)
        elif self._generations[-1].vacant:
            self._replace_failed()
        return tuple(self._member(name) for name in self._generations[-1].members)

    def fail(self, ids: Iterable[str]) -> None:
        """Say whose evaluation failed: the next `ask` gives the generation with fresh genomes in their slots.

        As in a run, whoever failed between two calls of `ask` is replaced together: ``g0-2`` by ``g0-2b``, which may
        fail in turn.

        Args:
            ids: Members of the generation that are no elites: those were evaluated before.

        Raises:
            EvolveError: An id is none of these, or failed already; then none of them counts.
        """
        generation = self._open("fail")
        failed = [ids] if isinstance(ids, str) else texts_of("ids", ids, 'ids, such as ["g0-2"]')
        settled = {*generation.elites, *generation.failed}
        check_known(failed, [name for name in generation.members if name not in settled], "fail")
        self._generations[-1] = replace(generation, failed=(*generation.failed, *dict.fromkeys(failed)))

    def tell(
        self,
        ranking: GivenRanking,
        rejected: Iterable[str] = (),
        features: Features | None = None,
    ) -> None:
        """Say how the generation was judged; the next `ask` gives its children.

        Args:
            ranking: Ids, best first; tied ids share a tier: ``["g0-3", ["g0-1", "g0-2"]]``. Or an order as text, which
                names the rejected itself: ``"g0-3 > g0-1 = g0-2 ! g0-4"``.
            rejected: Ids that must not become parents; they rank below all others.
            features: Numbers of each of an individual's samples by its id, such as
                ``{"g0-3": [{"density": 0.4}, {"density": 0.5}]}``, of any members: what is liked in them is learned.

        Raises:
            EvolveError: Nothing was asked, or this generation was told already; or not every member is there exactly
                once. Then nothing is told.
        """
        generation = self._open("tell")
        if generation.vacant:
            raise EvolveError(f"tell: {listed(generation.vacant)} failed; ask for replacements first")
        names = {name: name for name in generation.members}
        ballot = ballot_of(ranking, rejected, names, dict.fromkeys(names, _SAMPLE_NUMBERS))
        check_kind(
            "features", features, (Mapping, NoneType), 'numbers of each sample, such as {"g0-3": [{"density": 0.4}]}'
        )
        told = checked_features(features or {}, generation.members)
        self._generations[-1] = replace(generation, ballot=ballot, features=told)

    def predict(self, genomes: Iterable[Mapping[str, PlainValue]]) -> list[tuple[float, float]] | None:
        """How much each genome is expected to be liked, and the standard deviation of that; None before any ranking.

        Of whoever was born, the features that were told count; of others, a forecast of them. Only differences mean
        something: a unit is what genomes drawn from the space differ by, roughly.

        Raises:
            EvolveError: A genome is none of the space.
        """
        check_kind("genomes", genomes, Iterable, "a list of genomes, each a dictionary of genes")
        asked = []
        for genome in genomes:
            check_kind("genome", genome, Mapping, "a dictionary of genes")
            asked.append(genome_from(genome, self._space))
        born = {one.genome: one.id for one in self._individuals.values()}
        names = [born.get(genome, f"unborn {number}") for number, genome in enumerate(asked)]
        with on_one_core():
            guide = Guide(self._heard(), self._space)
            if not guide.knows:
                return None
            told = guide.expectations(dict(zip(names, asked, strict=True)))
        return [(told[name].liking, told[name].deviation) for name in names]

    def state(self) -> dict[str, Any]:
        """All that the breeder knows, as JSON has it: `from_state` goes on from there."""
        state = BreederState(
            self._given.name, self._given.text, self._groups, self._seed, self._taste, self._plan,
            tuple(self._individuals.values()), tuple(self._generations),
        )  # fmt: skip
        return dict(TypeAdapter(BreederState).dump_python(state, mode="json"))

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> Self:
        """The breeder that gave this state; also after a journey through JSON.

        Raises:
            EvolveError: No breeder gave it.
        """
        stored = read_state(state)
        space = read_space(stored.space_name, stored.space_text)
        breeder = cls(space, seed=stored.seed, taste=stored.taste, groups=stored.groups, **asdict(stored.plan))
        breeder._kept(stored.individuals)
        breeder._generations = list(stored.generations)
        check_whole(stored, breeder._space)
        return breeder

    def _open(self, call: str) -> AskedGeneration:
        """The generation that was asked for and not told yet."""
        if not self._generations:
            raise EvolveError(f"{call}: no generation was asked for yet; call ask first")
        newest = self._generations[-1]
        if newest.ballot is not None:
            raise EvolveError(f"{call}: generation {self.generation - 1} was told already; ask for the next first")
        return newest

    def _kept(self, born: Iterable[Individual]) -> tuple[str, ...]:
        """The ids of individuals that are known from now on."""
        fresh = {one.id: one for one in born}
        self._individuals |= fresh
        self._taken |= {one.genome for one in fresh.values()}
        return tuple(fresh)

    def _breed(self, ballot: Ballot) -> None:
        members = self._generations[-1].members
        offspring, expected = breed_by_taste(
            self._heard(),
            _fitness(ballot, members),
            self._space, self._plan, generation=len(self._generations), seed=self._seed, favourites=ballot.loved,
        )  # fmt: skip
        bred = (*offspring.elites, *self._kept(offspring.born))
        self._generations.append(AskedGeneration(bred, offspring.elites, expected=expected))

    def _heard(self) -> Heard:
        """All that was told so far, as far as it is to be learned from."""
        genomes = {name: one.genome for name, one in self._individuals.items()}
        if not self._taste:
            return Heard(genomes, ())
        ballots = [{_LISTENER: one.ballot} for one in self._generations if one.ballot is not None]
        return Heard(genomes, ballots, {name: told for one in self._generations for name, told in one.features.items()})

    def _replace_failed(self) -> None:
        generation = self._generations[-1]
        vacant = [self._individuals[name] for name in generation.vacant]
        failures = Counter(self._individuals[name].slot for name in generation.failed)
        numbers = {one.id: failures[one.slot] for one in vacant}
        fresh = self._kept(replace_failed(vacant, numbers, self._taken, self._space, self._seed))
        replacement = dict(zip(generation.vacant, fresh, strict=True))
        members = tuple(replacement.get(name, name) for name in generation.members)
        self._generations[-1] = replace(generation, members=members)

    def _member(self, name: str) -> Member:
        one = self._individuals[name]
        return Member(name, plain(one.genome), one.parents, one.origin, self._why(one))

    def _why(self, one: Individual) -> str:
        """Why an individual is in the newest generation."""
        if one.id in self._generations[-1].elites:
            ballot = self._generations[-2].ballot
            rank = ballot.ranks[one.id] if ballot else 1
            return f"comes back unchanged: rank {rank} in generation {len(self._generations) - 2}"
        if one.parents:
            bred = f"{' and '.join(one.operators)} of {' and '.join(one.parents)}{self._hearts(one)}"
            return f"{bred}: {self._changes(one)}{self._expected(one)}"
        in_place = f" in place of {first_in_slot(one.id)}, which failed" * (one.origin is Origin.REPLACEMENT)
        return f"sampled from the space{in_place}{self._expected(one)}"

    def _expected(self, one: Individual) -> str:
        """Why it was chosen among many, where it was."""
        told = self._generations[-1].expected.get(one.id)
        return f"; {told.why}" if told and told.why else ""

    def _hearts(self, child: Individual) -> str:
        """That the first parent breeds for a favourite of its alone, where it does."""
        before = self._generations[-2]
        best = () if before.ballot is None else select_best(_fitness(before.ballot, before.members), self._plan.parents)
        return "" if child.parents[0] in best else f" ({child.parents[0]} has a favourite)"

    def _changes(self, child: Individual) -> str:
        """What differs from the first parent, as in ``width 64 → 96, cell lstm → gru``."""
        changes = changed(child.genome, self._individuals[child.parents[0]].genome)
        told = {name: [value_in_words("–" if one is None else one) for one in pair] for name, pair in changes.items()}
        return ", ".join(f"{name} {before} → {after}" for name, (before, after) in told.items())


def _fitness(ballot: Ballot, members: Iterable[str]) -> dict[str, Fitness]:
    ranks = ballot.ranks
    return {name: Fitness(ranks[name], rejected=name in ballot.rejected) for name in members}


def _settled(values: Mapping[str, object]) -> CoreSettings:
    """The settings, checked as those of a run are; values that are the defaults give way to a small population."""
    defaults = {name: CoreSettings.model_fields[name].default for name in values}
    given = [Given(name, value, "Breeder", is_firm=value != defaults[name]) for name, value in values.items()]
    return settle_core([*given, Given("heard", values["population"], "Breeder", is_firm=False)])
