"""The rows of a damaged store that make sense, and what is left of those that make some."""

from collections.abc import Callable, Mapping, Sequence

from evolve.store.fields import (
    RowError,
    array,
    changes_of,
    favourites_of,
    files_of,
    object_of,
    one_of,
    text,
    text_or_none,
    texts_of,
    whole,
)
from evolve.store.reading import ballot_of, fact_of, individual_of, song_of, standing_of
from evolve.store.records import GenerationStatus
from evolve.store.rows import Row, Rows


def sound_rows(rows: Rows) -> tuple[Rows, tuple[str, ...]]:
    """The rows that an evolve can have written, and a line on each that none has.

    What a row can do without, such as a song's facts, is emptied where it cannot be read; a row that says nothing then
    is left out.
    """
    judged = {table: _sound(table, content) for table, content in rows.items()}
    sound = {table: kept for table, (kept, _) in judged.items()}
    return sound, tuple(notice for _, notices in judged.values() for notice in notices)


def _sound(table: str, rows: Sequence[Row]) -> tuple[list[Row], list[str]]:
    """Of one table."""
    sound: list[Row] = []
    notices: list[str] = []
    seen = set()
    for place, row in enumerate(rows):
        kept, emptied = _emptied(table, row)
        notices += emptied
        key = tuple(kept[column] for column in _KEYS[table]) if table in _KEYS else (place,)
        if not (all(map(_is_legible, kept.values())) and _works(_CHECKS[table], kept)):
            notices.append(f"{_WHAT[table](row)} cannot be read")
        elif key in seen:
            notices.append(f"{_WHAT[table](row)} is there twice")
        else:
            seen.add(key)
            sound.append(kept)
    return sound, notices


def _emptied(table: str, row: Row) -> tuple[Row, list[str]]:
    """The row without what makes no sense in it and it can do without, and a line on each such column."""
    senseless = {
        column: empty
        for column, (makes_sense, empty) in _DISPENSABLE.get(table, {}).items()
        if not (_is_legible(row[column]) and _works(makes_sense, row[column]))
    }
    return {**row, **senseless}, [f"{_WHAT[table](row)}: {column} cannot be read" for column in senseless]


def _works(check: Callable[..., object], value: object) -> bool:
    try:
        check(value)
    except RowError:
        return False
    return True


def _is_legible(value: object) -> bool:
    """Whether a value is no text, or one that is made of letters alone."""
    return not isinstance(value, str) or not any("\ud800" <= letter <= "\udfff" for letter in value)


def _check_generation(row: Row) -> None:
    whole(row["number"])
    text(row["born_at"])
    one_of(GenerationStatus, row["status"])
    texts_of(row["parents"])


def _check_individual(row: Row) -> None:
    whole(row["position"])
    individual_of(row, {}, {})


def _check_member(row: Row) -> None:
    for column in ("generation", "slot", "elite"):
        whole(row[column])
    text(row["individual"])
    if row["rank"] is not None:
        standing_of(row)


def _check_song(row: Row) -> None:
    text(row["individual"])
    song_of(row)


def _check_ballot(row: Row) -> None:
    whole(row["generation"])
    ballot_of(row)


def _check_draft(row: Row) -> None:
    whole(row["generation"])
    text(row["listener"])
    array(row["steps"])


def _check_file(row: Row) -> None:
    text(row["path"])
    text(row["sha256"])
    whole(row["bytes"])


def _check_lost(row: Row) -> None:
    for column in ("individual", "reason", "at"):
        text(row[column])


_CHECKS: Mapping[str, Callable[[Row], object]] = {
    "fact": fact_of,
    "generation": _check_generation,
    "individual": _check_individual,
    "member": _check_member,
    "song": _check_song,
    "ballot": _check_ballot,
    "draft": _check_draft,
    "file": _check_file,
    "lost": _check_lost,
}
"""What raises when no evolve has written the row."""

_NULLABLE_TEXT = (text_or_none, None)
_OBJECT = (object_of, "{}")
_FILES = (files_of, "{}")
_LIST = (texts_of, "[]")

_DISPENSABLE: Mapping[str, Mapping[str, tuple[Callable[..., object], object]]] = {
    "generation": {"parents": _LIST, "born_at": (text, "")},
    "individual": {
        "operators": _LIST, "changed": (changes_of, "{}"), "metrics": _OBJECT, "files": _FILES,
        "failure": _NULLABLE_TEXT, "replaced_by": _NULLABLE_TEXT,
    },
    "song": {"files": _FILES, "facts": _OBJECT},
    "ballot": {
        "letters": _OBJECT, "made_at": (text, ""), "method": (text, "list"), "favourites": (favourites_of, "[]"),
    },
}  # fmt: skip
"""What a row can do without: when it makes sense, and what stands there when it does not."""

_KEYS: Mapping[str, tuple[str, ...]] = {
    "fact": ("name",), "generation": ("number",), "individual": ("id",), "member": ("generation", "slot"),
    "song": ("individual", "number"), "ballot": ("generation", "listener"), "draft": ("generation", "listener"),
    "file": ("path",),
}  # fmt: skip

_WHAT: Mapping[str, Callable[[Row], str]] = {
    "fact": lambda row: f"the fact {row['name']!r:.40}",
    "generation": lambda row: f"generation {row['number']}",
    "individual": lambda row: f"the individual {row['id']!r:.40}",
    "member": lambda row: f"place {row['slot']} of generation {row['generation']}",
    "song": lambda row: f"song {row['number']} of {row['individual']!r:.40}",
    "ballot": lambda row: f"the ballot of {row['listener']!r:.40} in generation {row['generation']}",
    "draft": lambda row: f"the half-made ballot of {row['listener']!r:.40} in generation {row['generation']}",
    "file": lambda row: f"what is known of the file {row['path']!r:.80}",
    "lost": lambda row: f"a lost attempt of {row['individual']!r:.40}",
}
