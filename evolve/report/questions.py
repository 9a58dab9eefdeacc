"""What every part of a report asks of a run: who was judged, where each came, which genes vary, what is loved."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from evolve.domain_registry import presentation_for
from evolve.genetics.gene import Gene
from evolve.presentation import kept_file
from evolve.records.ballot import Favourite
from evolve.records.genome import Value
from evolve.records.individual import Individual
from evolve.records.run import BallotRecord, GenerationRecord, RunRecord
from evolve.search.candidates import candidates_of
from evolve.search.run_facts import space_known


def family_of(run: RunRecord) -> dict[str, Individual]:
    """All individuals of a run by id, in order of birth, failed ones included."""
    return {id_: record.individual for id_, record in run.individuals.items()}


def members_with_samples(run: RunRecord) -> tuple[tuple[str, ...], ...]:
    """Per generation the members that have samples, elites included, in slot order."""
    return tuple(
        tuple(id_ for id_ in generation.members if run.individuals[id_].status.is_heard)
        for generation in run.generations
    )


def letters_of(generation: GenerationRecord) -> dict[str, str]:
    """The blind letter of each member in the generation's first ballot; empty before there is one."""
    if not generation.ballots:
        return {}
    first = min(generation.ballots, key=lambda ballot: ballot.made_at)
    return {id_: letter for letter, id_ in first.letters.items()}


def listeners_of(generation: GenerationRecord) -> tuple[str, ...]:
    """Who handed in a ballot, in the order in which they did, each once, and who of them is simulated."""
    ballots = sorted(generation.ballots, key=lambda ballot: ballot.made_at)
    return tuple(dict.fromkeys(map(listener_in_words, ballots)))


def listener_in_words(record: BallotRecord) -> str:
    """Whose ballot it is, such as ``ann``, or ``simulated-peaks (simulated)``."""
    return f"{record.listener} (simulated)" if record.is_simulated else record.listener


def champions_of(generation: GenerationRecord) -> tuple[str, ...]:
    """The members that came first and were not rejected, in slot order: several in a tie, none before a ranking."""
    return generation.champions


def kept_for_favourites(run: RunRecord, generation: GenerationRecord) -> tuple[str, ...]:
    """The parents of the next generation that were not selected, and breed because a listener loves a sample."""
    return tuple(name for name in _unselected(run, generation) if name in generation.loved)


def kept_for_taste(run: RunRecord, generation: GenerationRecord) -> tuple[str, ...]:
    """The parents of the next generation that were not selected, and breed because a child of theirs is hoped for."""
    return tuple(name for name in _unselected(run, generation) if name not in generation.loved)


def _unselected(run: RunRecord, generation: GenerationRecord) -> tuple[str, ...]:
    return generation.parents[int(run.settings.get("parents") or len(generation.parents)) :]


def name_and_past(run: RunRecord, individual_id: str) -> str:
    """An id, and that of another run which its owner comes from: ``g0-1 (was g2-3)``."""
    before = run.ancestors.get(individual_id)
    return f"{individual_id} (was {before})" if before else individual_id


def latest_champions(run: RunRecord) -> tuple[int, tuple[str, ...]] | None:
    """The last generation that has champions, and who they are; None before the first ranking."""
    for generation in reversed(run.generations):
        if champions := champions_of(generation):
            return generation.index, champions
    return None


def ranked_generations(run: RunRecord) -> list[GenerationRecord]:
    """The generations of which a ranking is known: until then, what was written on a ballot is nobody else's."""
    return [generation for generation in run.generations if generation.status.is_ranked]


def is_tied(generation: GenerationRecord, individual_id: str) -> bool:
    """Whether a ranked member shares its rank with another."""
    ranks = [entry.rank for entry in generation.ranking.values()]
    return ranks.count(generation.ranking[individual_id].rank) > 1


def genes_of(run: RunRecord) -> Mapping[str, Gene]:
    """The genes of the run's space by name; empty where it cannot be read."""
    space = space_known(run)
    return {gene.name: gene for gene in space.genes} if space else {}


def log_genes(run: RunRecord) -> frozenset[str]:
    """The names of the genes whose scale is logarithmic."""
    return frozenset(name for name, gene in genes_of(run).items() if gene.sampling == "log")


def shared_genes(run: RunRecord) -> dict[str, Value]:
    """The genes that have one and the same value in every individual of the run."""
    genomes = [individual.genome.as_dict() for individual in family_of(run).values()]
    if not genomes:
        return {}
    first = genomes[0].items()
    return {gene: value for gene, value in first if all(genome.get(gene) == value for genome in genomes)}


_MOST = 40
"""Members of a generation that are named, at most: about a screenful."""

_MOST_STOPPED = 20
"""Those stopped early in a generation who are named, at most."""


def everyone_in(run: RunRecord) -> frozenset[str]:
    """The ids of all individuals."""
    return frozenset(run.individuals)


def told_in(run: RunRecord) -> frozenset[str]:
    """The ids of those whom a story of the run names: everyone, but in a large generation the first of those heard.

    That is, those who are put before listeners, best first; while that is not decided yet, who came back and who
    has the first slots. Of those who were stopped early in any, the first.
    """
    large = [generation for generation in run.generations if len(generation.members) > _MOST]
    unnamed = frozenset(name for generation in run.generations for name in generation.stopped[_MOST_STOPPED:])
    if not large:
        return everyone_in(run) - unnamed
    indices = {generation.index for generation in large}
    few = {name for name, record in run.individuals.items() if record.individual.generation not in indices}
    first = (name for one in large for name in (*_first(run, one)[:_MOST], *one.stopped))
    return frozenset(few.union(first)) - unnamed


def _first(run: RunRecord, generation: GenerationRecord) -> Sequence[str]:
    candidates = candidates_of(run, generation)
    if candidates is None:
        return (*generation.elites, *(name for name in generation.members if name not in generation.elites))
    last = len(generation.members) + 1
    ranks = {name: entry.rank for name, entry in generation.ranking.items()}
    return sorted(candidates.heard, key=lambda name: ranks.get(name, last))


@dataclass(frozen=True, slots=True)
class FavouriteSample:
    """A sample with a heart on some ballot of the run.

    Attributes:
        individual: The id of the one whose sample it is.
        number: Which of its samples, from 1.
        file: The path in the run folder of the file to keep of it; None where that is lost.
        listeners: Who loves it, in the order in which they said so.
    """

    individual: str
    number: int
    file: str | None
    listeners: tuple[str, ...]

    @property
    def name(self) -> str:
        """How a command is told it, such as ``g0-3+2``."""
        return f"{self.individual}+{self.number}"


def favourites_of(run: RunRecord) -> tuple[FavouriteSample, ...]:
    """The samples that are loved on ballots of ranked generations, in order of birth, then by number.

    Those of individuals that are lost are left out.
    """
    listeners = _lovers(run)
    place = {name: index for index, name in enumerate(run.individuals)}
    known = sorted((place[name], number, name) for name, number in listeners if name in place)
    return tuple(
        FavouriteSample(name, number, _file(run, name, number), listeners[name, number]) for _, number, name in known
    )


def _lovers(run: RunRecord) -> dict[Favourite, tuple[str, ...]]:
    """Who loves each favourite."""
    listeners: dict[Favourite, dict[str, None]] = {}
    ballots = [record for generation in ranked_generations(run) for record in generation.ballots]
    for record in sorted(ballots, key=lambda ballot: ballot.made_at):
        for favourite in record.ballot.favourites:
            listeners.setdefault(favourite, {})[record.listener] = None
    return {favourite: tuple(names) for favourite, names in listeners.items()}


def _file(run: RunRecord, individual: str, number: int) -> str | None:
    files = {sample.index: sample.files for sample in run.individuals[individual].samples}
    return kept_file(presentation_for(run), files.get(number, {}))
