"""The rows of a damaged store that make sense, and what is left of those that make some."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from evolve.store.reading import (
    NOT_AS_WRITTEN,
    ballot_of,
    changes_of,
    fact_of,
    files_of,
    individual_of,
    object_of,
    song_of,
    standing_of,
    steps_of,
    texts_of,
)
from evolve.store.records import GenerationStatus
from evolve.store.rows import Row, Rows


def sound_rows(rows: Rows) -> tuple[Rows, tuple[str, ...]]:
    """The rows that an evolve can have written, and a line on each that none has.

    What a row can do without, such as a song's facts, is emptied where it cannot be read; a row that says nothing then
    is left out.
    """
    notices: list[str] = []
    sound = {table: list(_sound(table, content, notices)) for table, content in rows.items()}
    return sound, tuple(notices)


def _sound(table: str, rows: Sequence[Row], notices: list[str]) -> Iterator[Row]:
    seen = set()
    for place, row in enumerate(rows):
        what, kept = _WHAT[table](row), dict(row)
        for column, (makes_sense, empty) in _DISPENSABLE.get(table, {}).items():
            if not (_is_legible(row[column]) and _works(makes_sense, row[column])):
                kept[column] = empty
                notices.append(f"{what}: {column} cannot be read")
        key = tuple(kept[column] for column in _KEYS[table]) if table in _KEYS else (place,)
        if not (all(map(_is_legible, kept.values())) and _works(_CHECKS[table], kept)):
            notices.append(f"{what} cannot be read")
        elif key in seen:
            notices.append(f"{what} is there twice")
        else:
            seen.add(key)
            yield kept


def _works(check: Callable[..., object], value: object) -> bool:
    try:
        check(value)
    except NOT_AS_WRITTEN:
        return False
    return True


def _is_legible(value: object) -> bool:
    """Whether a value is no text, or one that is made of letters alone."""
    return not isinstance(value, str) or not any("\ud800" <= letter <= "\udfff" for letter in value)


def _whole(*numbers: object) -> None:
    if not all(isinstance(number, int) and number >= 0 for number in numbers):
        raise TypeError(numbers)


def _texts(*texts: object) -> None:
    if not all(isinstance(text, str) for text in texts):
        raise TypeError(texts)


def _check_generation(row: Row) -> None:
    _whole(row["number"])
    _texts(row["born_at"])
    GenerationStatus(row["status"])
    texts_of(row["parents"])


def _check_individual(row: Row) -> None:
    _whole(row["position"], row["generation"], row["slot"])
    individual_of(row, {}, {})


def _check_member(row: Row) -> None:
    _whole(row["generation"], row["slot"], row["elite"])
    _texts(row["individual"])
    if row["rank"] is not None:
        _whole(row["rank"])
        standing_of(row)


def _check_song(row: Row) -> None:
    _texts(row["individual"])
    _whole(row["number"])
    song_of(row)


def _check_ballot(row: Row) -> None:
    _whole(row["generation"])
    ballot_of(row)


def _check_draft(row: Row) -> None:
    _whole(row["generation"])
    _texts(row["listener"])
    steps_of(row["steps"])


def _check_file(row: Row) -> None:
    _texts(row["path"], row["sha256"])
    _whole(row["bytes"])


_CHECKS: Mapping[str, Callable[[Row], object]] = {
    "fact": fact_of,
    "generation": _check_generation,
    "individual": _check_individual,
    "member": _check_member,
    "song": _check_song,
    "ballot": _check_ballot,
    "draft": _check_draft,
    "file": _check_file,
    "lost": lambda row: _texts(row["individual"], row["reason"], row["at"]),
}
"""What raises when no evolve has written the row."""

_NULLABLE_TEXT = (lambda value: None if value is None else _texts(value), None)
_OBJECT = (object_of, "{}")
_FILES = (files_of, "{}")
_LIST = (texts_of, "[]")

_DISPENSABLE: Mapping[str, Mapping[str, tuple[Callable[..., object], object]]] = {
    "generation": {"parents": _LIST, "born_at": (_texts, "")},
    "individual": {
        "operators": _LIST, "changed": (changes_of, "{}"), "metrics": _OBJECT, "files": _FILES,
        "failure": _NULLABLE_TEXT, "replaced_by": _NULLABLE_TEXT,
    },
    "song": {"files": _FILES, "facts": _OBJECT},
    "ballot": {"letters": _OBJECT, "made_at": (_texts, ""), "method": (_texts, "list")},
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
