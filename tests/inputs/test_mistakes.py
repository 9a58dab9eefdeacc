"""What pydantic has against values, in plain words."""

from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from evolve.inputs.mistakes import Mistake, first_mistake


class Host(BaseModel):
    """A part of a whole."""

    model_config = ConfigDict(extra="forbid")

    name: str
    cpus: int | None = None


class Whole(BaseModel):
    """Values of many kinds."""

    model_config = ConfigDict(extra="forbid")

    hosts: Annotated[tuple[Host, ...], Field(min_length=1)]
    count: Annotated[int, Field(ge=1)] = 3
    share: float | Literal["fit"] = 0.5
    color: Literal["red", "green"] = "red"
    names: tuple[str, ...] = ("a", "b")

    @model_validator(mode="after")
    def _check(self) -> "Whole":
        if self.count == len(self.names):
            raise ValueError("are as many as names")
        return self


HOSTS = [{"name": "a"}]


@pytest.mark.parametrize(
    ("given", "place", "problem"),
    [
        ({}, ("hosts",), "is missing"),
        ({"host": HOSTS}, ("host",), "unknown key; allowed: hosts, count, share, color, names; did you mean"),
        ({"hosts": []}, ("hosts",), "needs at least one; it is []"),
        ({"hosts": "a"}, ("hosts",), "must be a list such as [a, b]; it is 'a'"),
        ({"hosts": ["a"]}, ("hosts", 0), "must be a mapping (key: value); it is 'a'"),
        ({"hosts": None}, ("hosts",), "has no value; give one"),
        ({"hosts": [*HOSTS, {"name": "b", "cpu": 1}]}, ("hosts", 1, "cpu"), "unknown key; allowed: name, cpus; did"),
        ({"hosts": [{"name": "b", "cpus": "4 x"}]}, ("hosts", 0, "cpus"), "must be a whole number; it is '4 x'; give"),
        ({"hosts": [{"cpus": 1}]}, ("hosts", 0, "name"), "is missing"),
        ({"hosts": HOSTS, "count": None}, ("count",), "has no value; give one, or leave it out: it is 3 then"),
        ({"hosts": HOSTS, "names": None}, ("names",), "has no value; give one, or leave it out: it is a, b then"),
        ({"hosts": HOSTS, "count": "1,000"}, ("count",), "must be a whole number; it is '1,000'; without the comma"),
        ({"hosts": HOSTS, "count": "0"}, ("count",), "must be greater than or equal to 1; it is '0'"),
        ({"hosts": HOSTS, "share": "1,5"}, ("share",), "must be a number; it is '1,5'; with a decimal point: 1.5"),
        ({"hosts": HOSTS, "share": [1]}, ("share",), "must be a number; it is [1]"),
        ({"hosts": HOSTS, "color": "gren"}, ("color",), "must be 'red' or 'green'; it is 'gren'; did you mean \"green"),
        ({"hosts": HOSTS, "count": 2}, (), "are as many as names"),
    ],
    ids=str,
)
def test_a_mistake_is_told_with_its_place_what_came_and_what_would_do(
    given: dict[str, Any], place: tuple[str | int, ...], problem: str
) -> None:
    """In the words of who wrote it, never in a library's."""
    with pytest.raises(ValidationError) as error:
        Whole.model_validate(given)
    mistake = first_mistake(error.value, Whole, given)
    assert isinstance(mistake, Mistake)
    assert mistake.place == place
    assert problem in mistake.problem
