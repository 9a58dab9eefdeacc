"""Hyperparameters as keras-tuner writes them, in project folders and by ``get_config``, as genes of a space file."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from evolve.errors import SpaceError


def genes_of(space: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """The genes by name, each as a space file has it.

    Args:
        space: Each hyperparameter as ``{"class_name": "Int", "config": {"name": …, "conditions": […], …}}``.

    Raises:
        SpaceError: One is asked for in two ways.
    """
    genes: dict[str, dict[str, Any]] = {}
    for one in space:
        config = one["config"]
        gene = dict(_entries(str(one["class_name"]).lower(), config))
        if config[
            "conditions"
        ]:  # the innermost says it all: keras-tuner has it depend on a gene of the scope around it
            parent = config["conditions"][-1]["config"]
            gene |= {"parent_name": parent["name"], "parent_values": list(parent["values"])}
        if genes.setdefault(config["name"], gene) != gene:
            raise SpaceError(f'"{config["name"]}" is asked for in two ways; give each a name of its own')
    return genes


def _entries(kind: str, config: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """A hyperparameter as a space file has it, without its condition."""
    yield "type", kind
    if kind == "fixed":
        yield "value", config["value"]
        return
    first: Any = False
    if kind == "choice":
        yield from (("values", list(config["values"])), ("ordered", bool(config["ordered"])))
        first = config["values"][0]
    elif kind in ("int", "float"):
        yield from ((key, config[key]) for key in ("min_value", "max_value"))
        if config["step"] is not None and not (kind == "int" and config["step"] == 1):
            yield "step", config["step"]
        yield "sampling", config["sampling"]
        first = config["min_value"]
    yield "default", first if config["default"] is None else config["default"]
