"""A run of many generations with long names, as a layout meets it after a month."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from evolve.genetics.lineage import changed
from evolve.records.ballot import Ballot, RankingEntry
from evolve.records.individual import Individual, Origin, individual_id
from evolve.records.run import (
    BallotRecord,
    GenerationRecord,
    GenerationStatus,
    IndividualRecord,
    IndividualStatus,
    RunRecord,
)
from tests.report.example_run import example_run, genome


def long_run(generations: int = 14, population: int = 12) -> RunRecord:
    """A run in which each individual is a mutant of the one before it in its slot, so that lines grow very long."""
    rng = np.random.default_rng(5)
    records: dict[str, IndividualRecord] = {}
    rows = []
    for index in range(generations):
        members = tuple(individual_id(index, slot) for slot in range(1, population + 1))
        for slot, id_ in enumerate(members, start=1):
            parents = (individual_id(index - 1, slot), individual_id(index - 1, slot % population + 1))
            individual = _individual(id_, parents if index else (), rng)
            records[id_] = _record(individual, records)
        rows.append(_generation(index, members, rng))
    settings = {**example_run().settings, "generations": generations, "population": population}
    name = "the-run-with-a-name-that-goes-on-and-on-and-on-for-no-good-reason-at-all"
    return replace(example_run(), name=name, settings=settings, generations=tuple(rows), individuals=records)


def _individual(id_: str, parents: tuple[str, ...], rng: np.random.Generator) -> Individual:
    genes = genome(
        depth=int(rng.integers(1, 5)),
        width=int(rng.integers(32, 512)),
        batch_size=int(rng.integers(32, 129)),
        learning_rate=float(10 ** rng.uniform(-4, -2)),
        optimizer=str(rng.choice(["adam", "nadam", "rmsprop", "sgd", "adafactor"])),
    )
    generation, slot = (int(part) for part in id_[1:].split("-"))
    origin = Origin.CHILD if parents else Origin.FOUNDER
    return Individual(id_, generation, slot, genes, origin, parents)


def _record(individual: Individual, records: Mapping[str, IndividualRecord]) -> IndividualRecord:
    parents = [records[id_].individual for id_ in individual.parents]
    return IndividualRecord(
        individual=individual,
        status=IndividualStatus.EVALUATED,
        changed=changed(individual.genome, parents[0].genome) if parents else {},
        metrics={"validation_loss": 10.0 + individual.slot / 10, "epochs": 120, "training_s": 5000.0},
        samples=(),
        files={},
        failure=None,
        replaced_by=None,
    )


def _generation(index: int, members: tuple[str, ...], rng: np.random.Generator) -> GenerationRecord:
    order = [str(id_) for id_ in rng.permutation(members)]
    ballot = Ballot(tuple((id_,) for id_ in order))
    letters = dict(zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", members, strict=False))
    return GenerationRecord(
        index=index,
        status=GenerationStatus.BRED,
        members=members,
        elites=(),
        failed=(),
        parents=tuple(order[:3]),
        ranking={id_: RankingEntry(rank, -float(rank)) for rank, id_ in enumerate(order, start=1)},
        ballots=(BallotRecord("the whole choir", ballot, "list", letters, f"2026-04-{index + 1:02}T12:00:00+00:00"),),
    )
