"""The fields of a store's rows: each function gives a value as it was meant, or raises `RowError`."""

import json
import sys
from enum import StrEnum
from typing import Any, TypeVar

from evolve.records.ballot import ListeningLog, Playback
from evolve.records.expectation import Expectation
from evolve.records.run import Json
from evolve.records.shares import Shares

_OneOf = TypeVar("_OneOf", bound=StrEnum)
_Kind = TypeVar("_Kind", bound=list[Json] | dict[str, Json])


class RowError(Exception):
    """A row holds what no evolve has written."""


def text(value: object) -> str:
    """A text."""
    if not isinstance(value, str):
        raise RowError(f"{value!r:.40} is no text")
    return value


def text_or_none(value: object) -> str | None:
    """A text, or nothing."""
    return None if value is None else text(value)


def whole(value: object) -> int:
    """A whole number from 0."""
    if not isinstance(value, int) or value < 0:
        raise RowError(f"{value!r:.40} is no whole number from 0")
    return value


def real(value: object) -> float:
    """A number."""
    if not isinstance(value, int | float):
        raise RowError(f"{value!r:.40} is no number")
    return float(value)


def one_of(kind: type[_OneOf], value: object) -> _OneOf:
    """A member of an enumeration."""
    try:
        return kind(text(value))
    except ValueError as error:
        raise RowError(f"{value!r:.40} is none of {', '.join(kind)}") from error


def array(value: object) -> list[Json]:
    """A JSON array."""
    return _of_kind(list, json_of(value))


def object_of(value: object) -> dict[str, Json]:
    """A JSON object; thousands of samples have the same keys, which are kept once."""
    return {sys.intern(key): one for key, one in _of_kind(dict, json_of(value)).items()}


def texts_of(value: object) -> tuple[str, ...]:
    """A JSON array of texts."""
    return tuple(map(text, array(value)))


def files_of(value: object) -> dict[str, str]:
    """Paths by kind."""
    return {kind: text(path) for kind, path in object_of(value).items()}


def changes_of(value: object) -> dict[str, tuple[Json, Json]]:
    """What changed from the first parent, by gene."""
    pairs = {gene: _pair(change) for gene, change in object_of(value).items()}
    return {gene: (_as_shares(before), _as_shares(after)) for gene, (before, after) in pairs.items()}


def expected_of(value: object) -> dict[str, Expectation]:
    """What was expected of each, by id."""
    try:
        return {text(name): Expectation.from_json(one) for name, one in object_of(value).items()}
    except ValueError as error:
        raise RowError(f"{value!r:.40}: {error}") from error


def genes_of(value: object) -> tuple[tuple[str, Any], ...]:
    """The genes of a genome with their values."""
    return tuple((sys.intern(text(gene)), _plain(_as_shares(one))) for gene, one in map(_pair, array(value)))


def tiers_of(value: object) -> tuple[tuple[str, ...], ...]:
    """The tiers of a ballot, best first."""
    return tuple(tuple(map(text, _of_kind(list, tier))) for tier in array(value))


def favourites_of(value: object) -> tuple[tuple[str, int], ...]:
    """The favourites of a ballot."""
    return tuple((text(candidate), whole(sample)) for candidate, sample in map(_pair, array(value)))


def comments_of(value: object) -> tuple[tuple[str, str], ...]:
    """The comments of a ballot."""
    return tuple((text(candidate), text(comment)) for candidate, comment in map(_pair, array(value)))


def listening_of(value: object) -> ListeningLog:
    """What a ballot has cost its listener."""
    log = object_of(value)
    playbacks = []
    for playback in _of_kind(list, log.get("playbacks", [])):
        match playback:
            case [candidate, sample, plays, seconds]:
                playbacks.append(Playback(text(candidate), whole(sample), whole(plays), real(seconds)))
            case _:
                raise RowError(f"{playback!r:.40} is no playback")
    return ListeningLog(real(log.get("active_s", 0.0)), tuple(playbacks))


def json_of(value: object) -> Json:
    """Whatever JSON a text holds."""
    try:
        return json.loads(text(value))
    except (ValueError, RecursionError) as error:
        raise RowError(f"{value!r:.40} is no JSON") from error


def _of_kind(kind: type[_Kind], value: object) -> _Kind:
    if not isinstance(value, kind):
        raise RowError(f"{value!r:.40} is no {'array' if kind is list else 'object'}")
    return value


def _pair(value: object) -> tuple[Json, Json]:
    match value:
        case [first, second]:
            return first, second
    raise RowError(f"{value!r:.40} is no pair")


def _as_shares(value: Json) -> Json:
    """A gene's value, which is an object where it is of shares."""
    if not isinstance(value, dict):
        return value
    try:
        return Shares.from_json(value)
    except ValueError as error:
        raise RowError(f"{value!r:.40} are no shares") from error


def _plain(value: object) -> object:
    if not isinstance(value, bool | int | float | str | Shares):
        raise RowError(f"{value!r:.40} is no value of a gene")
    return value
