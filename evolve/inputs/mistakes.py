"""What pydantic has against values, in plain words: what is wrong, what came, what is allowed and what to do."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, get_args

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from evolve.errors import nearest_spelling, shortened
from evolve.inputs.scalars import number_hint, shown

_PLAIN_WORDS: Final = {
    "bool_parsing": "must be true or false",
    "bool_type": "must be true or false",
    "float_parsing": "must be a number",
    "float_type": "must be a number",
    "int_from_float": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_parsing_size": "must be a whole number that is far smaller",
    "int_type": "must be a whole number",
    "model_type": "must be a mapping (key: value)",
    "string_type": "must be text",
    "string_unicode": "must be text (UTF-8)",
    "too_short": "needs at least one",
    "tuple_type": "must be a list such as [a, b]",
}
"""What is wrong with a value, by pydantic's name for it, where its own words are a program's."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong with one of the given values.

    Attributes:
        place: Keys and indices down to it.
        problem: What is wrong with it, what came, what is allowed and what to do.
    """

    place: tuple[str | int, ...]
    problem: str


def first_mistake(error: ValidationError, model: type[BaseModel], given: Mapping[str, Any]) -> Mistake:
    """The first mistake that pydantic found; a key that is unknown comes before one that lacks, as it may be that one.

    Args:
        error: What pydantic raised.
        model: What the values were to be.
        given: The values, as somebody wrote them.
    """
    first = min(error.errors(), key=lambda one: one["type"] != "extra_forbidden")
    if first["type"] == "missing":
        return Mistake(first["loc"], "is missing")
    place, came = list(_path(given, first["loc"]))[-1]
    fields = _model_at(model, place[:-1]).model_fields
    if first["type"] == "extra_forbidden":
        return Mistake(place, f"unknown key; allowed: {', '.join(fields)}{nearest_spelling(str(place[-1]), fields)}")
    if first["input"] is None:
        return Mistake(place, f"has no value; give one{_otherwise(fields.get(str(place[-1])))}")
    problem = _PLAIN_WORDS.get(first["type"], first["msg"].replace("Input should be", "must be"))
    if not place:
        return Mistake(place, problem)
    return Mistake(place, f"{problem}; it is {shortened(repr(came))}{_hint(first, came)}")


def _path(given: Any, loc: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], Any]]:  # noqa: ANN401
    """All values on the way to a place, each with its own place; a type that pydantic names last is none of them."""
    yield (), given
    for depth, key in enumerate(loc, start=1):
        if isinstance(given, str):
            return
        try:
            given = given[key]
        except (TypeError, KeyError, IndexError):
            return
        yield loc[:depth], given


def _model_at(model: type[BaseModel], place: tuple[str | int, ...]) -> type[BaseModel]:
    """The model of the values at a place."""
    for key in place:
        if isinstance(key, str):
            model = next(_models_in(model.model_fields[key].annotation))
    return model


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:  # noqa: ANN401 - any type
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models_in(inner)


def _otherwise(field: FieldInfo | None) -> str:
    """What a setting is where nobody gives it a value."""
    if field is None or field.is_required():
        return ""
    usual = ", ".join(field.default) if isinstance(field.default, tuple) else shown(field.default).strip('"')
    return f", or leave it out: it is {usual} then"


def _hint(error: ErrorDetails, came: object) -> str:
    """What to write instead of a number with a unit, or of a word that is nearly one of those allowed."""
    if not isinstance(came, str):
        return ""
    expected = str(error.get("ctx", {}).get("expected", ""))
    words = re.findall(r"'([^']*)'", expected)
    is_whole = error["type"].startswith("int") or (bool(expected) and not words)
    if is_whole or error["type"].startswith(("float", "number")):
        return number_hint(came, is_whole=is_whole)
    return nearest_spelling(came, words)
