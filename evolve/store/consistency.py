"""Whether the parts of a run's record fit together."""

from collections.abc import Iterator

from evolve.store.records import GenerationRecord, RunRecord


def contradictions(run: RunRecord) -> tuple[str, ...]:
    """What the record names and does not hold, a line each; empty when every part fits the others."""
    return tuple(_contradictions(run))


def _contradictions(run: RunRecord) -> Iterator[str]:
    for place, generation in enumerate(run.generations):
        if generation.index != place:
            yield f"generation {place} is missing"
            return
        if not generation.members:
            yield f"generation {place} has no members"
        yield from _unknown(run, generation)
    for name, record in run.individuals.items():
        one = record.individual
        if not 0 <= one.generation < len(run.generations):
            yield f"{name} was born in generation {one.generation}, which is missing"
        for other in (*one.parents, *([record.replaced_by] if record.replaced_by is not None else [])):
            if other not in run.individuals:
                yield f"{name} names {other}, who is missing"


def _unknown(run: RunRecord, generation: GenerationRecord) -> Iterator[str]:
    """Who is named in a generation and missing among the individuals."""
    in_ballots = [name for ballot in generation.ballots for name in ballot.ballot.ids]
    named = dict.fromkeys((*generation.members, *generation.failed, *generation.parents, *in_ballots))
    for name in named:
        if name not in run.individuals:
            yield f"generation {generation.index} names {name}, who is missing"
