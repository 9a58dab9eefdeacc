"""The silent songs of networks: forty of each, composed to be counted. Song k of every network has the same chance."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from evolve.judging.reliability import Table
from evolve.store.records import IndividualRecord

FACTS: Final[Mapping[str, str]] = {
    "notes": "notes",
    "distinct_pitches": "different pitches",
    "pitch_class_entropy_bits": "evenness of pitches",
    "scale_consistency": "keeping to a scale",
    "repeated_notes": "repeated notes",
    "repetition": "going round in loops",
    "polyphony": "notes at a time",
    "notes_per_beat": "notes a beat",
    "lowest": "lowest pitch",
    "highest": "highest pitch",
    "distance": "being unlike the corpus",
}
"""The facts by which networks are told apart, and how each is called."""

_MIDDLE = (5, 95)
"""A fact varies when the middle nine tenths of its numbers do: one odd chord makes no tune polyphonic."""


def has_silent_songs(record: IndividualRecord) -> bool:
    """Whether an individual has any; those of older runs have none."""
    return bool(_songs_of(record))


def tables_of(records: Sequence[IndividualRecord]) -> dict[str, Table]:
    """Of each of the `FACTS` that varies its number in each song, ``[individuals, songs]``, NaN where it is missing."""
    tables = {fact: _table([_songs_of(record).get(fact) for record in records]) for fact in FACTS}
    return {fact: table for fact, table in tables.items() if _varies(table)}


def _songs_of(record: IndividualRecord) -> Mapping[str, Any]:
    songs = record.metrics.get("silent_songs")
    return songs if isinstance(songs, Mapping) else {}


def _table(rows: Sequence[object]) -> Table:
    """One row for each, filled up with NaN; whatever is no number is missing."""
    numbers = [[_number(value) for value in row] if isinstance(row, list | tuple) else [] for row in rows]
    longest = max(map(len, numbers), default=0)
    return np.array([[*row, *[np.nan] * (longest - len(row))] for row in numbers]).reshape(len(rows), longest)


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) and abs(value) < 1e9 else np.nan  # noqa: PLR2004 - no fact is


def _varies(table: Table) -> bool:
    known = table[np.isfinite(table)]
    if not len(known):
        return False
    low, high = np.percentile(known, _MIDDLE)
    return bool(high > low)
