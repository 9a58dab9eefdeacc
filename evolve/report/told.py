"""Who is told of by name: of a generation of hundreds, those who matter to whoever reads it."""

from collections.abc import Sequence

from evolve.candidates import candidates_of
from evolve.store.records import GenerationRecord, RunRecord

_MOST = 40
"""Members of a generation that are named, at most: about a screenful."""


def everyone_in(run: RunRecord) -> frozenset[str]:
    """The ids of all individuals."""
    return frozenset(run.individuals)


def told_in(run: RunRecord) -> frozenset[str]:
    """The ids of those whom a story of the run names: everyone, but in a large generation the first of those heard.

    That is, those who are put before listeners, best first; while that is not decided yet, who came back and who
    sits in the first slots.
    """
    large = [generation for generation in run.generations if len(generation.members) > _MOST]
    if not large:
        return everyone_in(run)
    indices = {generation.index for generation in large}
    few = {name for name, record in run.individuals.items() if record.individual.generation not in indices}
    return frozenset(few.union(*(_first(run, generation)[:_MOST] for generation in large)))


def _first(run: RunRecord, generation: GenerationRecord) -> Sequence[str]:
    candidates = candidates_of(run, generation)
    if candidates is None:
        return (*generation.elites, *(name for name in generation.members if name not in generation.elites))
    last = len(generation.members) + 1
    ranks = {name: standing.rank for name, standing in generation.standings.items()}
    return sorted(candidates.heard, key=lambda name: ranks.get(name, last))
