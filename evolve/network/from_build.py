"""The genes that a build function in keras-tuner's convention asks for, recorded by keras-tuner itself."""

from collections.abc import Callable
from typing import Any

from evolve.errors import SpaceError
from evolve.inputs.keras_tuner_space import genes_of
from evolve.silence import stderr_silenced

_MOST_BUILDS = 200
"""A space of a person's has some ten choices of a few values each."""


def genes_from_build(build: Callable[[Any], Any]) -> dict[str, dict[str, Any]]:
    """The genes by name, each as a space file has it.

    What is asked for may depend on what was answered. So the function is called with the defaults, then with each
    other value of each choice and boolean, and with the largest of each whole number, one at a time.

    Args:
        build: Called with a `keras_tuner.HyperParameters`; or a hypermodel with such a method.

    Raises:
        SpaceError: It asks for nothing, or for what no space can say.
    """
    with stderr_silenced():
        import keras_tuner  # noqa: PLC0415 - imports TensorFlow

    function = getattr(build, "build", build)
    recorded, tried = keras_tuner.HyperParameters(), set()
    waiting: list[dict[str, Any]] = [{}]
    for values in waiting:  # grows while it is gone through
        asked = keras_tuner.HyperParameters()
        asked.values.update(values)
        function(asked)
        recorded.merge(asked.space, overwrite=False)
        for one in asked.space:
            for value in _revealing_values(one):
                if (one.name, value) not in tried and len(waiting) < _MOST_BUILDS:
                    tried.add((one.name, value))
                    waiting.append({**_switches(one), one.name: value})
    if not recorded.space:
        raise SpaceError("the build function asks for no hyperparameter; a search space needs at least one")
    return genes_of({"class_name": type(one).__name__, "config": one.get_config()} for one in recorded.space)


def _revealing_values(asked: Any) -> tuple[Any, ...]:
    """The values with which something else may be asked for."""
    match type(asked).__name__:
        case "Choice":
            return tuple(value for value in asked.values if value != asked.default)
        case "Boolean":
            return (not asked.default,)
        case "Int":
            return (asked.max_value,)
        case _:
            return ()


def _switches(asked: Any) -> dict[str, Any]:
    """Values with which a hyperparameter is active."""
    return {condition.name: condition.values[0] for condition in asked.conditions}
