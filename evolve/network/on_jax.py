"""Training steps on JAX: one compiled loop takes up to `MOST_STEPS` of them at a call."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import keras
import numpy as np

from evolve.network.windows import Batch, stacked

MOST_STEPS = 64
"""Every call is filled up to so many batches, of which it takes as many as there are: one compilation serves all."""

Values = list[jax.Array]
State = tuple[Values, Values, Values]
"""Values of the trainable, the other and the optimizer's variables."""


class OnJax:
    """A learner; `evolve.network.learner.Learner` says what its methods do."""

    def __init__(self, model: keras.Model) -> None:
        model.optimizer.build(model.trainable_variables)
        self._variables = (model.trainable_variables, model.non_trainable_variables, model.optimizer.variables)
        self._learn = jax.jit(_many(_training_step(model)))
        self._examine = jax.jit(_many(_examining_step(model)))

    def learn(self, batches: Sequence[Batch]) -> np.ndarray:
        """Takes a training step with each batch."""
        return self._run(self._learn, batches)

    def examine(self, batches: Sequence[Batch]) -> np.ndarray:
        """The loss of each batch."""
        return self._run(self._examine, batches)

    def _run(self, many: Callable[..., tuple[State, jax.Array]], batches: Sequence[Batch]) -> np.ndarray:
        losses = []
        for start in range(0, len(batches), MOST_STEPS):
            some = batches[start : start + MOST_STEPS]
            values = tuple([variable.value for variable in kind] for kind in self._variables)
            values, found = many(values, stacked(some, MOST_STEPS), len(some))
            for kind, new in zip(self._variables, values, strict=True):
                for variable, value in zip(kind, new, strict=True):
                    variable.assign(value)
            losses.append(np.asarray(found)[: len(some)])
        return np.concatenate(losses)


def _training_step(model: keras.Model) -> Callable[..., tuple[State, jax.Array]]:
    slopes = jax.value_and_grad(_nats(model, training=True), has_aux=True)

    def step(state: State, batch: tuple[Any, Any, Any]) -> tuple[State, jax.Array]:
        weights, others, memory = state
        (nats, others), gradients = slopes(weights, others, *batch)
        weights, memory = model.optimizer.stateless_apply(memory, gradients, weights)
        return (weights, others, memory), nats

    return step


def _examining_step(model: keras.Model) -> Callable[..., tuple[State, jax.Array]]:
    nats = _nats(model, training=False)
    return lambda state, batch: (state, nats(*state[:2], *batch)[0])


def _nats(model: keras.Model, *, training: bool) -> Callable[..., tuple[jax.Array, Values]]:
    """The losses that the model was compiled with, summed over its attributes; and its other variables' new values."""

    def nats(
        weights: Values,
        others: Values,
        inputs: Mapping[str, Any],
        targets: Mapping[str, Any],
        counted: jax.Array,
    ) -> tuple[jax.Array, Values]:
        logits, others = model.stateless_call(weights, others, inputs, training=training)
        losses = [loss(targets[name], logits[name], sample_weight=counted) for name, loss in model.loss.items()]
        return sum(losses[1:], losses[0]), others

    return nats


def _many(step: Callable[..., tuple[State, jax.Array]]) -> Callable[..., tuple[State, jax.Array]]:
    """The step taken with the first `count` of [MOST_STEPS, batch, window]; the losses float32 [MOST_STEPS]."""

    def run(state: State, batches: tuple[Any, Any, Any], count: int) -> tuple[State, jax.Array]:
        def body(place: jax.Array, so_far: tuple[State, jax.Array]) -> tuple[State, jax.Array]:
            before, losses = so_far
            after, nats = step(before, jax.tree.map(lambda stack: stack[place], batches))
            return after, losses.at[place].set(nats)

        done: tuple[State, jax.Array] = jax.lax.fori_loop(0, count, body, (state, jnp.zeros(MOST_STEPS, jnp.float32)))
        return done

    return run
