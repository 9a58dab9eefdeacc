"""The activation gene's functions in numpy, each as Keras defines the activation of that name."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np

Activation = Callable[[np.ndarray], np.ndarray]

LEAK = 0.2
SELU_ALPHA, SELU_SCALE = 1.6732632423543772, 1.0507009873554805


def _erf(x: np.ndarray) -> np.ndarray:
    """The error function to 1.5e-7: Abramowitz & Stegun, Handbook of Mathematical Functions, 7.1.26."""
    size = np.abs(x)
    t = 1 / (1 + 0.3275911 * size)
    tail = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
    erf: np.ndarray = np.copysign(1 - tail * np.exp(-size * size), x)
    return erf


def _silu(x: np.ndarray) -> np.ndarray:
    return x * NUMPY_ACTIVATIONS["sigmoid"](x)


NUMPY_ACTIVATIONS: Mapping[str, Activation] = MappingProxyType(
    {
        "relu": lambda x: np.maximum(x, 0),
        "leaky_relu": lambda x: np.maximum(x, LEAK * x),
        "elu": lambda x: np.where(x > 0, x, np.expm1(np.minimum(x, 0))),
        "selu": lambda x: SELU_SCALE * np.where(x > 0, x, SELU_ALPHA * np.expm1(np.minimum(x, 0))),
        "gelu": lambda x: 0.5 * x * (1 + _erf(x / np.sqrt(2, dtype=x.dtype))),
        "silu": _silu,
        "swish": _silu,
        "mish": lambda x: x * np.tanh(NUMPY_ACTIVATIONS["softplus"](x)),
        "softplus": lambda x: np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x))),
        "softsign": lambda x: x / (1 + np.abs(x)),
        "tanh": np.tanh,
        "sigmoid": lambda x: 0.5 + 0.5 * np.tanh(0.5 * x),  # unlike 1 / (1 + exp(-x)), it cannot overflow
        "hard_sigmoid": lambda x: np.clip(x + 3, 0, 6) / 6,
        "linear": lambda x: x,
    }
)
"""By Keras's name: from float32 sums to float32 values of the same shape."""
