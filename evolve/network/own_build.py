"""A network of the user's own: ``build(hp)`` from a Python file, in keras-tuner's convention.

It is a function ``build(hp)`` or ``build(hp, streams)``, or a ``keras_tuner.HyperModel``. It returns a ``keras.Model``
that reads streams of tokens, int [batch, steps] each, and gives for every step logits, or probabilities, of the next
token of each predicted stream, float [batch, steps, size]. What it gives for a step may depend on the tokens up to
there alone (`evolve.network.own_network`).
"""

import inspect
import sys
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import keras

from evolve.errors import EvolveError, SpaceError, nearest_spelling
from evolve.network.from_build import genes_from_build
from evolve.network.process_memory import is_out_of_memory
from evolve.user_code import UserCode, told_with_place


class BuildError(EvolveError):
    """A user's code says not how to build a network, or builds one that cannot be used."""


@dataclass(frozen=True, slots=True)
class StreamSizes:
    """What a network of the user's own reads and predicts.

    Attributes:
        predicted: How many tokens each stream has that is read and predicted, by name.
        context: The same of streams that are only read, such as the place in the bar; a network may ignore them.
        steps: How many tokens of each stream a network is given at once, if it carries no state: two windows.
    """

    predicted: Mapping[str, int]
    context: Mapping[str, int] = field(default_factory=dict)
    steps: int = 100

    @property
    def read(self) -> dict[str, int]:
        """How many tokens each stream has that can be read, by name."""
        return {**self.predicted, **self.context}

    def inputs(self) -> dict[str, keras.KerasTensor]:
        """A new Keras input for each stream that can be read, int32 [batch, any number of steps], by name."""
        return {name: keras.Input((None,), dtype="int32", name=name) for name in self.read}


EXAMPLE_STREAMS: Final = StreamSizes({"pitch": 40, "duration": 12}, {"place": 24, "metre": 4})
"""Streams to build with where there is no corpus."""

TRAINING_GENES: Final = ("batch_size", "learning_rate")
"""Genes that training reads, whether or not a build asks for them."""


@dataclass(frozen=True, slots=True)
class OwnBuild:
    """A user's way to build a network.

    Attributes:
        code: Where it is from.
        function: Called with hyperparameters, and with the stream sizes where it takes them.
        takes_streams: Whether it does.
        custom_objects: The classes and functions of its module by name; a saved network is loaded with them.
    """

    code: UserCode
    function: Callable[..., Any]
    takes_streams: bool
    custom_objects: Mapping[str, Any]

    def __call__(self, hp: Any, streams: StreamSizes) -> keras.Model:
        """What the function builds of hyperparameters, keras-tuner's or what reads like them.

        Raises:
            BuildError: It raises something, or gives no network.
        """
        try:
            made = self.function(hp, streams=streams) if self.takes_streams else self.function(hp)
        except Exception as error:
            if is_out_of_memory(error):
                raise
            raise BuildError(f"{self.code.reference} cannot build a network: {told_with_place(error)}") from error
        if not isinstance(made, keras.Model):
            raise BuildError(f"{self.code.reference} must return a keras.Model, not {type(made).__name__}")
        return made


def load_build(code: UserCode) -> OwnBuild:
    """The build that a user's code means.

    Raises:
        SettingsError: The code cannot be run, or has no such name.
        BuildError: The name is nothing to build with.
    """
    found: Any = code.load()
    if isinstance(found, type):
        try:
            found = found()
        except Exception as error:
            raise BuildError(f"{code.reference} cannot be made: {told_with_place(error)}") from error
    method = getattr(type(found), "build", None)
    function = found.build if callable(method) else found
    if not callable(function):
        raise BuildError(f"{code.reference} is neither a function nor a HyperModel")
    # keras-tuner wraps the method of a HyperModel's instance, which hides what it takes.
    parameters = list(inspect.signature(method or function).parameters)[1 if callable(method) else 0 :]
    if not parameters or parameters[1:] not in ([], ["streams"]):
        raise BuildError(f"{code.reference} must take (hp) or (hp, streams), not ({', '.join(parameters)})")
    module = type(found).__module__ if callable(method) else function.__module__
    own = {name: one for name, one in vars(sys.modules[module]).items() if getattr(one, "__module__", "") == module}
    return OwnBuild(code, function, "streams" in parameters, own)


def space_from_build(build: OwnBuild, streams: StreamSizes = EXAMPLE_STREAMS) -> dict[str, Any]:
    """A search space of all that the build asks for, ``{"genes": {name: …}}``, as a space file has it.

    Raises:
        EvolveError: The build cannot be run, asks for nothing, or for something that no space can say.
    """
    return {"genes": genes_from_build(lambda hp: build(hp, streams))}


def check_genes(names: Collection[str], build: OwnBuild, beside: Collection[str] = ()) -> tuple[str, ...]:
    """See that a space's genes are those that the build asks for.

    Args:
        names: The genes of the space.
        build: The user's.
        beside: Genes that others read, such as what is learned from and how is played.

    Returns:
        The names of those that the space does not have, and that stay at the build's default.

    Raises:
        SpaceError: The build never asks for one of them.
    """
    asked = set(space_from_build(build)["genes"])
    strange = [name for name in names if name not in {*asked, *beside, *TRAINING_GENES}]
    if strange:
        hint = nearest_spelling(strange[0], sorted(asked))
        told = f"{build.code.reference} never asks for {', '.join(strange)}"
        raise SpaceError(f"{told}; it asks for {', '.join(sorted(asked))}{hint}")
    return tuple(sorted(asked - set(names)))
