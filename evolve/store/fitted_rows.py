"""Rows that fit together: without whom they name and nobody knows, and with what stands in for what is missing."""

import json

from evolve.store.reading import FACTS, LATE_FACTS
from evolve.store.records import GenerationStatus
from evolve.store.rows import Row, Rows


def fitted(rows: Rows) -> tuple[Rows, tuple[str, ...]]:
    """Rows that a run can be told of from, and a line on each that is missing among those given.

    Args:
        rows: Such as make sense one by one.
    """
    notices: list[str] = []
    whole = {table: list(rows.get(table, ())) for table in ("individual", "member", "generation", "song", "ballot",
             "lost", "fact")}  # fmt: skip
    # No run has more generations than individuals: a number that is larger is a damaged one.
    most = len(whole["individual"]) + len(whole["member"])
    for table, column in (("individual", "generation"), ("member", "generation"), ("generation", "number")):
        plausible = [row for row in whole[table] if row[column] <= most]
        if len(plausible) < len(whole[table]):
            notices.append(f"some of the {table} rows are of a generation that cannot be")
        whole[table] = plausible
    known = {row["id"] for row in whole["individual"]}
    gone = {row["individual"] for row in whole["member"]} - known
    notices += [f"the individual {name} is lost" for name in sorted(gone)]
    whole["member"] = [row for row in whole["member"] if row["individual"] in known]
    whole["generation"], lost = _generations(whole)
    notices += [f"what was known of generation {number} as a whole is lost" for number in lost]
    for table in ("individual", "generation"):
        whole[table] = [_among(known, row) for row in whole[table]]
    missing = [name for name in FACTS if name not in {row["name"] for row in whole["fact"]}]
    whole["fact"] += [{"name": name, "value": json.dumps(FACTS[name]())} for name in missing]
    notices += [f"the fact {name} is lost" for name in missing if name not in LATE_FACTS]
    return whole, tuple(notices)


def _among(known: set[str], row: Row) -> Row:
    """The row with only those parents who are known."""
    return {**row, "parents": json.dumps([name for name in json.loads(row["parents"]) if name in known])}


def _generations(rows: Rows) -> tuple[list[Row], list[int]]:
    """A row for every generation up to the last that anything tells of, and those of which there was none."""
    found = {row["number"]: row for row in rows["generation"]}
    numbers = {row["generation"] for table in ("individual", "member") for row in rows[table]} | set(found)
    every = range(max(numbers, default=-1) + 1)
    lost = [number for number in every if number not in found]
    known = {**found, **{number: _made_up(rows, number, is_last=number == every[-1]) for number in lost}}
    return [known[number] for number in every], lost


def _made_up(rows: Rows, number: int, *, is_last: bool) -> Row:
    """What stands in for the row of a generation."""
    status = _guessed(rows, number) if is_last else GenerationStatus.BRED
    return {"number": number, "status": status, "parents": "[]", "born_at": ""}


def _guessed(rows: Rows, number: int) -> GenerationStatus:
    """Where the last generation stands, from its members."""
    is_ranked = any(row["generation"] == number and row["rank"] is not None for row in rows["member"])
    return GenerationStatus.RANKED if is_ranked else GenerationStatus.BORN
