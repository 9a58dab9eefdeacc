"""What a network is and takes, told from its genes, against Keras and a real process."""

import itertools
import json
import os
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evolve.execution.ray_variables import worker_variables
from evolve.network.cost import MARGIN, OPTIMIZER_SLOTS, OVERHEAD_MB, count_weights, process_mb, training_mb
from evolve.network.genes import CELLS, ENCODINGS, HEADS, OPTIMIZERS, Value

SIZES = {"pitch": 23, "duration": 7}
CONTEXT = {"place": 5, "metre": 3}
COMBINATIONS: list[dict[str, Value]] = [
    {"cell": cell, "encoding": encoding, "branches": branches, "depth": depth, "width": 9, "dense_width": dense}
    for cell, encoding, branches, (depth, dense) in itertools.product(
        CELLS, ENCODINGS, (False, True), ((1, 0), (3, 11))
    )
]
WITH_CONTEXT: list[dict[str, Value]] = [
    {"heads": heads, "bar_position": reads, "encoding": encoding, "branches": branches, "dense_width": dense}
    for heads, reads, encoding, (branches, dense) in itertools.product(
        HEADS, (False, True), ("embedding", "scaled"), ((False, 0), (True, 11))
    )
]


@pytest.mark.slow
@pytest.mark.parametrize("genes", COMBINATIONS, ids=lambda genes: "-".join(str(value) for value in genes.values()))
def test_the_weights_of_a_network_are_told_from_its_genes_alone(genes: dict[str, Value]) -> None:
    """As many as Keras counts in the network that is built of them."""
    from evolve.network.build import hypermodel  # noqa: PLC0415 - imports TensorFlow
    from tests.network.lines import SetGenes  # noqa: PLC0415 - imports TensorFlow

    model = hypermodel(SIZES, seed=0, window=5)(SetGenes(genes))
    assert count_weights(genes, SIZES) == model.count_params()


@pytest.mark.slow
@pytest.mark.parametrize("genes", WITH_CONTEXT, ids=lambda genes: "-".join(str(value) for value in genes.values()))
def test_the_weights_of_chained_heads_and_of_what_is_read_beside_are_told(genes: dict[str, Value]) -> None:
    """Of three attributes, of which each head is given those before it; the context counts where it is read."""
    from evolve.network.build import hypermodel  # noqa: PLC0415 - imports TensorFlow
    from tests.network.lines import SetGenes  # noqa: PLC0415 - imports TensorFlow

    sizes = {**SIZES, "loudness": 4}
    model = hypermodel(sizes, seed=0, window=5, context=CONTEXT)(SetGenes(genes))
    assert count_weights(genes, sizes, CONTEXT) == model.count_params()


def test_genes_that_are_not_given_have_their_defaults() -> None:
    """An empty genome is the default network: one LSTM of 128 units on one-hot tokens, a dense layer of 128."""
    recurrent = 4 * 128 * (30 + 128 + 1)
    assert count_weights({}, SIZES) == recurrent + 129 * 128 + 129 * 30


LARGE = {"pitch": 261, "duration": 30}
WINDOW = 50

TRACKS = {f"{name}_{track}": size for track in range(3) for name, size in LARGE.items()}
LARGE_CONTEXT = {"place": 48, "metre": 12}

MEASURED: list[tuple[dict[str, Value], dict[str, int]]] = [
    ({"depth": 2, "width": 256, "batch_size": 256}, LARGE),
    ({"cell": "gru", "depth": 2, "width": 256, "batch_size": 128}, LARGE),
    ({"width": 128, "batch_size": 512, "encoding": "embedding", "dense_width": 1024, "activation": "mish"}, LARGE),
    ({"depth": 3, "width": 512, "batch_size": 64, "optimizer": "adafactor"}, LARGE),
    ({"width": 128, "batch_size": 256, "dense_width": 1024, "heads": "chained"}, LARGE),
    ({"width": 64, "batch_size": 128, "dense_width": 512, "heads": "chained"}, TRACKS),
    ({"width": 64, "batch_size": 256, "dense_width": 0, "heads": "chained"}, TRACKS),
]
"""Networks of different parts, each so large that its training is seen beside what TensorFlow takes for itself."""

TRAININGS = """
import json, os, sys
import psutil
from evolve.network.build import hypermodel
from evolve.network.step_runner import step_runner_of
from evolve.network.validation import ROWS
from benchmarks.random_batches import Size, batches
from tests.network.lines import SetGenes

def train(genes, sizes, context, window):
    model = hypermodel(sizes, seed=0, window=window, context=context)(SetGenes(genes))
    runner, streams = step_runner_of(model), sizes | context
    runner.evaluation_steps(batches(Size(1, 8, 1), 1, streams))
    runner.train_steps(batches(Size(1, 8, 1), 1, streams))
    open("/proc/self/clear_refs", "w").write("5")
    before = psutil.Process().memory_info().rss
    for _ in range(2):
        runner.train_steps(batches(Size(1, 8, genes["batch_size"]), 1, streams))
        runner.evaluation_steps(batches(Size(1, 8, ROWS), 1, streams))
    peak = next(int(line.split()[1]) * 1024 for line in open("/proc/self/status") if line.startswith("VmHWM"))
    print((peak - before) / 1e6, model.count_params(), flush=True)

trainings, context, window = json.loads(sys.argv[1])
for genes, sizes in trainings:
    child = os.fork()
    if child == 0:
        train(genes, sizes, context, window)
        os._exit(0)
    if os.waitpid(child, 0)[1]:
        sys.exit(f"{genes}: no training")
"""
"""Each in a process of its own, forked from one that has imported TensorFlow, which begins to compute in the fork."""


@pytest.fixture(scope="module")
def measured() -> list[tuple[float, float]]:
    """By how many MB the process of each training grew, with a worker's threads, and the weights of its network."""
    given = json.dumps([MEASURED, LARGE_CONTEXT, WINDOW])
    environ = os.environ | worker_variables(1, hide_gpus=True)
    command = [sys.executable, "-c", TRAININGS, given]
    shown = subprocess.run(command, capture_output=True, text=True, check=False, env=environ)
    assert shown.returncode == 0, shown.stderr
    return [(float(grown_mb), float(weights)) for grown_mb, weights in map(str.split, shown.stdout.splitlines())]


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="Linux tells a process's peak of memory")
@pytest.mark.parametrize("number", range(len(MEASURED)))
def test_a_training_takes_no_more_than_was_told(number: int, measured: list[tuple[float, float]]) -> None:
    """Of a processor's memory, from one batch of one window to full ones; nor less than a fifth of it."""
    genes, sizes = MEASURED[number]
    grown_mb, weights = measured[number]
    # What is there before the first full batch: the weights, and the optimizer's.
    taken_mb = grown_mb + 4e-6 * weights * (1 + OPTIMIZER_SLOTS[str(genes.get("optimizer", "adam"))])
    assert taken_mb < training_mb(genes, sizes, WINDOW, LARGE_CONTEXT) < 5 * taken_mb


@pytest.mark.slow
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_an_optimizer_keeps_no_more_than_was_told(optimizer: str) -> None:
    """Of numbers for each weight, but for a few that it keeps once."""
    from tests.network.lines import small_network  # noqa: PLC0415 - imports TensorFlow

    model = small_network(optimizer=optimizer)
    model.optimizer.build(model.trainable_variables)
    kept = sum(variable.value.shape.num_elements() for variable in model.optimizer.variables)
    assert kept <= OPTIMIZER_SLOTS[optimizer] * model.count_params() + 100
    assert kept > (OPTIMIZER_SLOTS[optimizer] - 1) * model.count_params() or optimizer == "adafactor"


@given(
    st.fixed_dictionaries(
        {
            "cell": st.sampled_from(CELLS),
            "encoding": st.sampled_from(ENCODINGS),
            "optimizer": st.sampled_from(OPTIMIZERS),
            "branches": st.booleans(),
            "heads": st.sampled_from(HEADS),
            "depth": st.integers(1, 7),
            "width": st.integers(8, 2047),
            "batch_size": st.integers(64, 1023),
        }
    )
)
def test_more_of_anything_takes_more(genes: dict[str, Value]) -> None:
    """Of layers, units, windows in a batch, steps in a window, and streams that are read."""
    told = training_mb(genes, LARGE, WINDOW)
    assert told > 0
    for name in ("depth", "width", "batch_size"):
        assert training_mb(genes | {name: int(genes[name]) + 1}, LARGE, WINDOW) > told
    assert training_mb(genes, LARGE, WINDOW + 1) > told
    assert training_mb(genes, LARGE, WINDOW, LARGE_CONTEXT) > told
    assert process_mb(genes, LARGE, WINDOW) == OVERHEAD_MB + MARGIN * told


def test_the_default_network_takes_little_beside_the_library() -> None:
    """Sixteen of them would share a GPU of 80 GB by its memory, and eight one of 16 GB."""
    assert 1_900 < process_mb({}, LARGE, WINDOW) < 2_000
