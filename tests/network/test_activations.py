"""The activation gene's functions in numpy."""

import keras
import numpy as np
import pytest

from evolve.network.activations import NUMPY_ACTIVATIONS
from evolve.network.genes import ACTIVATIONS

pytestmark = pytest.mark.slow


def test_every_activation_gene_has_its_function() -> None:
    """A gene's value that could not compose would be found out too late."""
    assert set(NUMPY_ACTIVATIONS) == set(ACTIVATIONS)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_an_activation_gives_what_keras_gives(name: str) -> None:
    """Near 0, far from it, and at 0 itself, in the type that came."""
    sums = np.concatenate([np.linspace(-8, 8, 3201), [-90, 0, 90]]).astype(np.float32)[None]
    ours = NUMPY_ACTIVATIONS[name](sums)
    assert ours.dtype == np.float32
    assert np.allclose(ours, np.asarray(keras.activations.get(name)(sums)), rtol=1e-5, atol=1e-6)
