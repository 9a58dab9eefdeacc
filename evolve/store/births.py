"""What the store writes when individuals are born; inside a transaction of the caller's."""

import json
import sqlite3
from collections.abc import Mapping, Sequence

from evolve.genetics.individual import Individual
from evolve.genetics.shares import Shares
from evolve.store.clock import now
from evolve.store.records import GenerationStatus, IndividualStatus, Json

Changes = Mapping[str, tuple[Json, Json]]
"""By gene: its value in the first parent, and in the child."""


def write_generation(
    cursor: sqlite3.Cursor,
    number: int,
    born: Sequence[Individual],
    changed: Mapping[str, Changes],
    *,
    elites: Sequence[str],
    parents: Sequence[str],
) -> None:
    """A generation and its members; the one before it, if any, is bred."""
    cursor.execute(
        "UPDATE generation SET status = ?, parents = ? WHERE number = ?",
        (GenerationStatus.BRED, json.dumps(list(parents)), number - 1),
    )
    cursor.execute(
        "INSERT INTO generation (number, status, born_at) VALUES (?, ?, ?)", (number, GenerationStatus.BORN, now())
    )
    for individual in born:
        _write_individual(cursor, individual, changed.get(individual.id, {}))
    members = [*((name, True) for name in elites), *((one.id, False) for one in born)]
    for slot, (name, elite) in enumerate(members, start=1):
        cursor.execute(
            "INSERT INTO member (generation, slot, individual, elite) VALUES (?, ?, ?, ?)",
            (number, slot, name, int(elite)),
        )


def write_replacement(cursor: sqlite3.Cursor, failed: str, fresh: Individual) -> None:
    """A fresh individual in the slot of one that failed."""
    _write_individual(cursor, fresh, {})
    cursor.execute("UPDATE individual SET replaced_by = ? WHERE id = ?", (fresh.id, failed))
    cursor.execute(
        "UPDATE member SET individual = ? WHERE generation = ? AND individual = ?", (fresh.id, fresh.generation, failed)
    )


def _write_individual(cursor: sqlite3.Cursor, one: Individual, changed: Changes) -> None:
    parts = (one.genome.genes, one.parents, one.operators, dict(changed))
    texts = [json.dumps(part, default=Shares.to_json) for part in parts]
    cursor.execute(
        "INSERT INTO individual (id, generation, slot, origin, status, genome, parents, operators, changed)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (one.id, one.generation, one.slot, one.origin, IndividualStatus.BORN, *texts),
    )
