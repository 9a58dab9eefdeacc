"""Networks as bytes."""

import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from evolve.errors import EvolveError
from evolve.network.build import given_name
from evolve.network.files import NetworkFileError, network_from_bytes, network_to_bytes
from evolve.network.genes import ACTIVATIONS, CELLS, ENCODINGS
from tests.network.lines import CONTEXT, line, line_in_bars, same_weights, small_network, stirred

pytestmark = pytest.mark.slow

TOKENS = {name: stream[None] for name, stream in line(9, seed=0).items()}


@pytest.mark.parametrize(("cell", "encoding"), list(zip((*CELLS, "lstm"), ENCODINGS, strict=True)))
def test_a_network_comes_back_from_its_bytes(cell: str, encoding: str) -> None:
    """Weights and answers are the same to the last bit."""
    model = small_network(cell=cell, encoding=encoding, branches=True, dense_width=6, activation="swish")
    loaded = network_from_bytes(network_to_bytes(model))
    assert same_weights(model, loaded)
    for name, logits in model(TOKENS).items():
        assert np.array_equal(np.asarray(logits), np.asarray(loaded(TOKENS)[name]))


@pytest.mark.parametrize("dense_width", [0, 6])
def test_chained_heads_and_what_is_read_beside_come_back(dense_width: int) -> None:
    """The network of a file takes the same inputs and gives the same answers, to the last bit."""
    model = stirred(small_network(context=CONTEXT, heads="chained", dense_width=dense_width))
    loaded = network_from_bytes(network_to_bytes(model))
    assert same_weights(model, loaded)
    assert set(loaded.input) == {"pitch", "duration", *CONTEXT, given_name("pitch")}
    assert list(loaded.output) == list(model.output) == ["pitch", "duration"]
    song = line_in_bars(9, seed=0)
    tokens = {name: stream[None] for name, stream in (song | {given_name("pitch"): song["pitch"]}).items()}
    for name, logits in model(tokens).items():
        assert np.array_equal(np.asarray(logits), np.asarray(loaded(tokens)[name]))


def test_saving_leaves_the_network_able_to_learn_on() -> None:
    """The file holds no optimizer, the network keeps its own."""
    model = small_network()
    data = network_to_bytes(model)
    assert model.optimizer is not None
    assert getattr(network_from_bytes(data), "optimizer", None) is None


def test_damaged_bytes_are_the_users_to_mend() -> None:
    """Cut short, rubbish, empty or damaged in the middle: one clear line."""
    data = network_to_bytes(small_network())
    middle = len(data) // 2
    for damaged in (b"", b"rubbish", data[:middle], data[:middle] + b"\xff" * 400 + data[middle + 400 :]):
        with pytest.raises(NetworkFileError, match="not a network that can be read") as caught:
            network_from_bytes(damaged)
        assert isinstance(caught.value, EvolveError)
        assert "\n" not in str(caught.value)
        assert "/tmp" not in str(caught.value)  # noqa: S108 -- a path that must not be shown


def altered(data: bytes, part: str, change: Callable[[bytes], bytes]) -> bytes:
    """A network's file with one part changed."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as before, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            content = before.read(name)
            after.writestr(name, change(content) if name == part else content)
    return file.getvalue()


@pytest.mark.parametrize(
    ("named", "instead"),
    [
        (b'"module": "keras.layers", "class_name": "Dense"', b'"module": "keras.layers", "class_name": "Lambda"'),
        (b'"module": "keras.layers", "class_name": "Dense"', b'"module": "os", "class_name": "system"'),
        (b'"module": "keras.initializers", "class_name": "Zeros"', b'"module": "builtins", "class_name": "eval"'),
    ],
)
def test_a_network_that_names_what_none_of_ours_has_is_not_loaded(named: bytes, instead: bytes) -> None:
    """Whatever Keras would make of it: its file is refused before Keras sees it."""
    data = network_to_bytes(small_network())
    name = json.loads(b"{" + instead + b"}")["class_name"]
    with pytest.raises(NetworkFileError, match=f"it has a {name} of .*, which no network of evolve has"):
        network_from_bytes(altered(data, "config.json", lambda config: config.replace(named, instead)))


def test_a_network_that_would_fill_the_memory_is_not_unpacked() -> None:
    """A file of a few kilobytes that unpacks to many megabytes is none of ours."""
    data = altered(network_to_bytes(small_network()), "metadata.json", lambda _: bytes(60_000_000))
    with pytest.raises(NetworkFileError, match="it unpacks to far more than a network"):
        network_from_bytes(data)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_every_network_of_ours_is_made_of_what_is_known(activation: str) -> None:
    """With any activation, and each cell and encoding, a network that was saved can be loaded."""
    for cell, encoding in zip((*CELLS, "lstm"), ENCODINGS, strict=True):
        genes: dict[str, Any] = {"cell": cell, "encoding": encoding, "activation": activation, "dense_width": 4}
        model = small_network(context=CONTEXT, dropout=0.1, depth=2, heads="chained", **genes)
        assert same_weights(model, network_from_bytes(network_to_bytes(model)))
