"""A network that the user's build has made, in the form in which networks are trained, saved and compose.

One of stacked LSTM, GRU or SimpleRNN layers between encodings and dense layers, all of which the step-wise decoder
knows, carries its state through whole pieces, as evolve's own does. Any other reads the window before together with
each window, and composes by reading the last two windows anew for each step.
"""

import contextlib
import random
from collections.abc import Iterator, Mapping
from typing import Any

import keras
import numpy as np

from evolve.network.build import LONGEST_GRADIENT, compiled
from evolve.network.files import network_from_bytes, network_to_bytes
from evolve.network.genes import GENES
from evolve.network.own_build import BuildError, OwnBuild, StreamSizes
from evolve.network.plan import UnknownLayerError, check_fits
from evolve.user_code import told_with_place


def own_network(build: OwnBuild, hp: Any, streams: StreamSizes, seed: int) -> keras.Model:
    """The user's network, compiled.

    The loss is the cross entropy of each stream's next token. The optimizer is the one that the user compiled the
    network with, else Adam with the gene ``learning_rate``, or that gene's default.

    Args:
        build: The user's.
        hp: `keras_tuner.HyperParameters`.
        streams: What is read and predicted.
        seed: Layers that are given no seed take theirs from it.

    Raises:
        BuildError: It does not read and predict these streams, or looks at later tokens.
    """
    with _seeded(seed):
        made = build(hp, streams)
        network = _in_form(made, build, streams)
    check_causal(network, streams, build.code.reference)
    optimizer = getattr(made, "optimizer", None)
    if optimizer is None:
        rate = float(hp.values.get("learning_rate", GENES["learning_rate"].default))
        optimizer = keras.optimizers.Adam(rate, global_clipnorm=LONGEST_GRADIENT)
    return compiled(network, optimizer)


def try_build(build: OwnBuild, hp: Any, streams: StreamSizes) -> int:
    """Build a network, save it and load it again, so that a mistake is told before a run begins.

    Returns:
        Its weights.

    Raises:
        BuildError: It cannot be used, or not be saved and loaded.
    """
    network = own_network(build, hp, streams, seed=0)
    try:
        return int(network_from_bytes(network_to_bytes(network), build.custom_objects).count_params())
    except Exception as error:  # of a layer's get_config, or of Keras
        told = told_with_place(error)
        raise BuildError(f"the network of {build.code.reference} cannot be saved and loaded again: {told}") from error


def check_causal(network: keras.Model, streams: StreamSizes, reference: str) -> None:
    """See that what a network answers at a step depends on the tokens up to there alone, and on them each time alike.

    It is computed: tokens from some step on are changed in one of two rows, and all answers before it, and those of the
    other row, must stay. The weights are shaken first, for some that begin at zero would hide what they let through.

    Raises:
        BuildError: An answer depends on something else.
    """
    rng = np.random.default_rng(0)
    tokens = {name: rng.integers(0, streams.read[name], (2, streams.steps)) for name in network.input}
    kept = network.get_weights()
    for variable in network.trainable_variables:
        variable.assign_add(rng.normal(0, 0.05, variable.shape))
    try:
        before = _answers(network, tokens)
        if not _alike(before, _answers(network, tokens)):
            raise BuildError(
                f"the network of {reference} answers the same tokens differently the second time: no layer may be "
                f"stateful, or random outside training"
            )
        for step in sorted({1, 2, streams.steps // 2, streams.steps - 1}):
            after = _answers(network, {name: _changed(tokens[name], step, streams.read[name]) for name in tokens})
            if not _alike(before, after, rows=slice(1), steps=slice(step)):
                raise BuildError(
                    f"the network of {reference} sees what is still to come: answers before step {step} change with "
                    f"the tokens from there on; look for Bidirectional, padding other than causal, attention without "
                    f"use_causal_mask, and whatever else mixes all steps"
                )
            if not _alike(before, after, rows=slice(1, None)):
                raise BuildError(f"the network of {reference} mixes the pieces of a batch: each must be read by itself")
    finally:
        network.set_weights(kept)


def _answers(network: keras.Model, tokens: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {name: keras.ops.convert_to_numpy(answer) for name, answer in network(tokens, training=False).items()}


def _changed(tokens: np.ndarray, step: int, size: int) -> np.ndarray:
    """The tokens [2, steps] with others from the step on in the first row."""
    changed = tokens.copy()
    changed[0, step:] = (changed[0, step:] + 1) % size
    return changed


def _alike(
    one: Mapping[str, np.ndarray],
    other: Mapping[str, np.ndarray],
    rows: slice = slice(None),
    steps: slice = slice(None),
) -> bool:
    return all(
        np.allclose(answer[rows, steps], other[name][rows, steps], atol=1e-4 * max(1.0, float(np.abs(answer).max())))
        for name, answer in one.items()
    )


@contextlib.contextmanager
def _seeded(seed: int) -> Iterator[None]:
    """Meanwhile Keras's seeds for layers that are given none, which it draws of Python's global, derive from this."""
    kept, kept_numpy = random.getstate(), np.random.get_state()  # noqa: NPY002 - users may draw of it
    random.seed(seed)
    np.random.seed(seed % 2**32)  # noqa: NPY002
    try:
        yield
    finally:
        random.setstate(kept)
        np.random.set_state(kept_numpy)  # noqa: NPY002


@keras.saving.register_keras_serializable(package="evolve")
class LogProbabilities(keras.layers.Layer):  # type: ignore[misc]  # Keras has no types
    """The logarithms of probabilities, which are logits."""

    def call(self, probabilities: Any) -> Any:
        """Their logarithms."""
        return keras.ops.log(keras.ops.maximum(probabilities, 1e-7))


def _in_form(made: keras.Model, build: OwnBuild, streams: StreamSizes) -> keras.Model:
    """The network with inputs and outputs by stream; one that carries no state reads so many steps at once."""
    try:
        inputs, answers = _symbolic(made, streams)
    except Exception as error:  # whatever its layers raise
        told = told_with_place(error)
        raise BuildError(f"the network of {build.code.reference} cannot read the streams: {told}") from error
    strange = sorted(set(inputs) - set(streams.read))
    if strange:
        known = ", ".join(streams.read)
        given = ", ".join(strange)
        raise BuildError(f"the network of {build.code.reference} has the input {given}; streams are {known}")
    network = keras.Model(inputs, _by_stream(answers, build.code.reference, streams), name="network")
    if _carries_state(network, streams):
        return network
    fixed = {name: keras.Input((streams.steps,), dtype="int32", name=name) for name in inputs}
    outputs = network(fixed)
    network = keras.Model(fixed, outputs, name="network")
    if not _gives_probabilities(network, streams):
        return network
    logits = {name: LogProbabilities(name=f"logits_{place}")(one) for place, (name, one) in enumerate(outputs.items())}
    return keras.Model(fixed, logits, name="network")


def _symbolic(made: keras.Model, streams: StreamSizes) -> tuple[dict[str, keras.KerasTensor], Any]:
    """Its inputs by stream, and its answers to them."""
    if not getattr(made, "inputs", None):  # of layers that are not yet joined to inputs, such as a subclassed model
        names = streams.predicted if isinstance(made, keras.Sequential) else streams.read
        inputs = {name: keras.Input((streams.steps,), dtype="int32", name=name) for name in names}
        return inputs, made(next(iter(inputs.values())) if isinstance(made, keras.Sequential) else inputs)
    if isinstance(made.input, Mapping):
        return dict(made.input), made.output
    return {tensor.name: tensor for tensor in made.inputs}, made.output


def _by_stream(answers: Any, reference: str, streams: StreamSizes) -> dict[str, keras.KerasTensor]:
    """The answers by the name of the stream that each predicts: of a mapping, a list in the streams' order, or one."""
    tensors = []
    if not isinstance(answers, Mapping):
        tensors = list(answers) if isinstance(answers, list | tuple) else [answers]
        answers = dict(zip(streams.predicted, tensors, strict=False)) if len(tensors) == len(streams.predicted) else {}
    shapes = {name: tuple(answers[name].shape) for name in answers}
    if {name: (len(shape), shape[-1]) for name, shape in shapes.items()} != {
        name: (3, size) for name, size in streams.predicted.items()
    }:
        wanted = ", ".join(f"{name} [batch, steps, {size}]" for name, size in streams.predicted.items())
        given = ", ".join(f"{name} {list(shape)}" for name, shape in shapes.items()) or f"{len(tensors)} tensors"
        raise BuildError(f"the network of {reference} must give logits of {wanted}; it gives {given}")
    return {name: answers[name] for name in streams.predicted}


def _carries_state(network: keras.Model, streams: StreamSizes) -> bool:
    """Whether it is of layers whose state can be carried from step to step, and takes any number of steps."""
    if any(tensor.shape[1] is not None for tensor in network.input.values()):
        return False
    try:
        check_fits(network, streams.predicted, streams.context)
    except UnknownLayerError:
        return False
    return True


def _gives_probabilities(network: keras.Model, streams: StreamSizes) -> bool:
    """Whether answers to any tokens are positive and sum to one."""
    rng = np.random.default_rng(0)
    tokens = {name: rng.integers(0, streams.read[name], (1, streams.steps)) for name in network.input}
    answers = _answers(network, tokens).values()
    return all((one >= 0).all() and np.allclose(one.sum(axis=-1), 1, atol=1e-3) for one in answers)
