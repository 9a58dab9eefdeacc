"""The silent songs of networks: forty of each, composed to be counted. Song k of every network has the same chance."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from evolve.judging.reliability import Table
from evolve.store.records import IndividualRecord

FACTS: Final[Mapping[str, tuple[str, str]]] = {
    "notes": ("longer songs", "shorter songs"),
    "distinct_pitches": ("more pitches", "fewer pitches"),
    "pitch_class_entropy_bits": ("pitches used more evenly", "pitches used less evenly"),
    "scale_consistency": ("keeps more to a scale", "keeps less to a scale"),
    "repeated_notes": ("more repeated notes", "fewer repeated notes"),
    "repetition": ("more loops", "fewer loops"),
    "polyphony": ("more notes at a time", "fewer notes at a time"),
    "notes_per_beat": ("more notes a beat", "fewer notes a beat"),
    "lowest": ("reaches less far down", "reaches further down"),
    "highest": ("reaches further up", "reaches less far up"),
    "distance": ("less like the corpus", "more like the corpus"),
}
"""The facts by which networks are told apart, and how songs with more and with less of each are described."""

_OUTSIDE = 20
"""A fact varies when its numbers do without a twentieth at each end: one odd chord makes no tune polyphonic."""


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
    known = np.sort(table[np.isfinite(table)])
    outside = len(known) // _OUTSIDE
    return bool(len(known)) and bool(known[-1 - outside] > known[outside])
