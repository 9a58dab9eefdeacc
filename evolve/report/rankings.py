"""Who has songs in a generation, under which letter, and where each came: the questions that every report asks."""

from collections.abc import Iterator

from evolve.genetics.individual import Individual
from evolve.judging.ranking import Standing
from evolve.store.records import GenerationRecord, RunRecord


def family_of(run: RunRecord) -> dict[str, Individual]:
    """All individuals of a run by id, in order of birth, failed ones included."""
    return {id_: record.individual for id_, record in run.individuals.items()}


def members_with_songs(run: RunRecord) -> tuple[tuple[str, ...], ...]:
    """Per generation the members that have songs, elites included, in slot order."""
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
    """Who handed in a ballot, in the order in which they did, each once."""
    ballots = sorted(generation.ballots, key=lambda ballot: ballot.made_at)
    return tuple(dict.fromkeys(ballot.listener for ballot in ballots))


def champions_of(generation: GenerationRecord) -> tuple[str, ...]:
    """The members that came first and were not rejected, in slot order: several in a tie, none before a ranking."""
    return tuple(id_ for id_, standing in _in_slot_order(generation) if standing.rank == 1 and not standing.rejected)


def latest_champions(run: RunRecord) -> tuple[int, tuple[str, ...]] | None:
    """The last generation that has champions, and who they are; None before the first ranking."""
    for generation in reversed(run.generations):
        if champions := champions_of(generation):
            return generation.index, champions
    return None


def is_tied(generation: GenerationRecord, individual_id: str) -> bool:
    """Whether a ranked member shares its rank with another."""
    ranks = [standing.rank for standing in generation.standings.values()]
    return ranks.count(generation.standings[individual_id].rank) > 1


def _in_slot_order(generation: GenerationRecord) -> Iterator[tuple[str, Standing]]:
    return ((id_, generation.standings[id_]) for id_ in generation.members if id_ in generation.standings)
