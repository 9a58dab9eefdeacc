"""Training steps on JAX: one compiled loop takes up to `MOST_BATCHES` of them at a call.

Every call is filled up to so many batches, of which it takes as many as there are: one compilation serves all.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import keras
import numpy as np

from evolve.network.cost import MOST_BATCHES
from evolve.network.step_runner import StatefulNetwork, States, continued
from evolve.network.windows import Batch, stacked

Values = list[jax.Array]
Variables = tuple[Values, Values, Values]
"""Values of the trainable, the other and the optimizer's variables."""
BatchStep = Callable[[Variables, tuple[Any, Any, Any], States], tuple[Variables, States, jax.Array]]


class JaxRunner:
    """A runner; `evolve.network.step_runner.StepRunner` says what its methods do."""

    def __init__(self, model: keras.Model) -> None:
        model.optimizer.build(model.trainable_variables)
        network = StatefulNetwork(model)
        variables = (network.twin.trainable_variables, network.twin.non_trainable_variables, model.optimizer.variables)
        self._train = _JaxLoop(network, variables, _training_step(model, network))
        self._validate = _JaxLoop(network, variables, _evaluation_step(network))

    def train_steps(self, batches: Sequence[Batch]) -> np.ndarray:
        """Takes a training step with each batch."""
        return self._train(batches)

    def evaluation_steps(self, batches: Sequence[Batch]) -> np.ndarray:
        """The loss of each step."""
        return self._validate(batches)


class _JaxLoop:
    """A step taken with each of some batches; the states go on from call to call."""

    def __init__(
        self, network: StatefulNetwork, variables: Sequence[Sequence[keras.Variable]], step: BatchStep
    ) -> None:
        self._network, self._variables = network, variables
        self._many = jax.jit(_many(step))
        self._states: Values = []

    def __call__(self, batches: Sequence[Batch]) -> np.ndarray:
        rows = len(batches[0].fresh)
        if not self._states or self._states[0].shape[0] != rows:
            self._states = [jnp.zeros((rows, width)) for width in self._network.widths]
        losses = []
        for start in range(0, len(batches), MOST_BATCHES):
            some = batches[start : start + MOST_BATCHES]
            given = stacked(some, self._network.read, self._network.predicted, MOST_BATCHES)
            values = tuple([variable.value for variable in kind] for kind in self._variables)
            values, self._states, found = self._many(values, self._states, given, len(some))
            for kind, new in zip(self._variables, values, strict=True):
                for variable, value in zip(kind, new, strict=True):
                    variable.assign(value)
            losses.append(np.asarray(found)[: len(some)])
        return np.concatenate(losses)


def _training_step(model: keras.Model, network: StatefulNetwork) -> BatchStep:
    def nats(weights: Values, others: Values, batch: tuple[Any, Any, Any], states: States) -> tuple[jax.Array, Any]:
        inputs, targets, counted = batch
        (logits, others, penalties), states = _called(network, weights, others, inputs, states, training=True)
        losses = [loss(targets[name], logits[name], sample_weight=counted) for name, loss in model.loss.items()]
        return sum([*losses[1:], *penalties], losses[0]), (others, states)

    slopes = jax.value_and_grad(nats, has_aux=True)

    def step(variables: Variables, batch: tuple[Any, Any, Any], states: States) -> tuple[Variables, States, jax.Array]:
        weights, others, memory = variables
        (found, (others, states)), gradients = slopes(weights, others, batch, states)
        weights, memory = model.optimizer.stateless_apply(memory, gradients, weights)
        return (weights, others, memory), states, found

    return step


def _evaluation_step(network: StatefulNetwork) -> BatchStep:
    def step(variables: Variables, batch: tuple[Any, Any, Any], states: States) -> tuple[Variables, States, jax.Array]:
        inputs, targets, _ = batch
        (logits, *_), states = _called(network, *variables[:2], inputs, states, training=False)
        nats = [
            keras.ops.sparse_categorical_crossentropy(targets[name], logits[name], from_logits=True)
            for name in network.predicted
        ]
        return variables, states, sum(nats[1:], nats[0])

    return step


def _called(
    network: StatefulNetwork,
    weights: Values,
    others: Values,
    inputs: Mapping[str, Any],
    states: States,
    *,
    training: bool,
) -> tuple[tuple[Mapping[str, Any], Values, Values], States]:
    """Logits, the other variables' new values and penalties on weights, and the states that follow."""
    called = network.twin.stateless_call
    return network.following(states, lambda: called(weights, others, inputs, training=training, return_losses=True))


def _many(step: BatchStep) -> Callable[..., tuple[Variables, States, jax.Array]]:
    """The step taken with the first `count` of so many batches; the losses float32 [MOST_BATCHES, ...]."""

    def run(
        variables: Variables, states: States, given: tuple[Any, Any, Any, Any], count: int
    ) -> tuple[Variables, States, jax.Array]:
        *stacks, fresh = given

        def taken(place: jax.Array, variables: Variables, states: States) -> tuple[Variables, States, jax.Array]:
            batch = jax.tree.map(lambda stack: stack[place], tuple(stacks))
            return step(variables, batch, continued(states, fresh[place]))

        def body(place: jax.Array, so_far: tuple[Variables, States, jax.Array]) -> tuple[Variables, States, jax.Array]:
            variables, states, found = taken(place, *so_far[:2])
            return variables, states, so_far[2].at[place].set(found)

        shape = jax.eval_shape(lambda: taken(jnp.int32(0), variables, states))[2].shape
        losses = jnp.zeros((MOST_BATCHES, *shape), jnp.float32)
        done: tuple[Variables, States, jax.Array] = jax.lax.fori_loop(0, count, body, (variables, states, losses))
        return done

    return run
