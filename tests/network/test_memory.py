"""The memory that a training takes of a GPU, told from genes."""

import json
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evolve.network.genes import CELLS, ENCODINGS, HEADS, OPTIMIZERS, Value
from evolve.network.memory import MARGIN, OPTIMIZER_SLOTS, OVERHEAD_MB, process_mb, training_mb

SIZES = {"pitch": 261, "duration": 30}
WINDOW = 50

TRACKS = {f"{name}_{track}": size for track in range(3) for name, size in SIZES.items()}
CONTEXT = {"place": 48, "metre": 12}

MEASURED: list[tuple[dict[str, Value], dict[str, int]]] = [
    ({"depth": 2, "width": 256, "batch_size": 256}, SIZES),
    ({"cell": "gru", "depth": 2, "width": 256, "batch_size": 128}, SIZES),
    ({"width": 128, "batch_size": 512, "encoding": "embedding", "dense_width": 1024, "activation": "mish"}, SIZES),
    ({"depth": 3, "width": 512, "batch_size": 64, "optimizer": "adafactor"}, SIZES),
    ({"width": 128, "batch_size": 256, "dense_width": 1024, "heads": "chained"}, SIZES),
    ({"width": 64, "batch_size": 128, "dense_width": 512, "heads": "chained"}, TRACKS),
    ({"width": 64, "batch_size": 256, "dense_width": 0, "heads": "chained"}, TRACKS),
]
"""Networks of different parts, each so large that its training is seen beside what TensorFlow takes for itself."""

TRAINING = """
import json, sys
import psutil
from evolve.network.build import hypermodel
from evolve.network.learner import learner_of
from evolve.network.validation import ROWS
from benchmarks.random_batches import Size, batches
from tests.network.lines import SetGenes

genes, sizes, context, window = json.loads(sys.argv[1])
model = hypermodel(sizes, seed=0, window=window, context=context)(SetGenes(genes))
learner, streams = learner_of(model), sizes | context
learner.validation_steps(batches(Size(1, 8, 1), 1, streams))
learner.train_steps(batches(Size(1, 8, 1), 1, streams))
open("/proc/self/clear_refs", "w").write("5")
before = psutil.Process().memory_info().rss
for _ in range(2):
    learner.train_steps(batches(Size(1, 8, genes["batch_size"]), 1, streams))
    learner.validation_steps(batches(Size(1, 8, ROWS), 1, streams))
peak = next(int(line.split()[1]) * 1024 for line in open("/proc/self/status") if line.startswith("VmHWM"))
print((peak - before) / 1e6, model.count_params())
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="Linux tells a process's peak of memory")
@pytest.mark.parametrize(("genes", "sizes"), MEASURED)
def test_a_training_takes_no_more_than_was_told(genes: dict[str, Value], sizes: dict[str, int]) -> None:
    """Of a processor's memory, from one batch of one window to full ones; nor less than a fifth of it."""
    given = json.dumps([genes, sizes, CONTEXT, WINDOW])
    shown = subprocess.run([sys.executable, "-c", TRAINING, given], capture_output=True, text=True, check=False)
    assert shown.returncode == 0, shown.stderr
    grown_mb, weights = map(float, shown.stdout.split())
    # What is there before the first full batch: the weights, and the optimizer's.
    taken_mb = grown_mb + 4e-6 * weights * (1 + OPTIMIZER_SLOTS[str(genes.get("optimizer", "adam"))])
    assert taken_mb < training_mb(genes, sizes, WINDOW, CONTEXT) < 5 * taken_mb


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
    told = training_mb(genes, SIZES, WINDOW)
    assert told > 0
    for name in ("depth", "width", "batch_size"):
        assert training_mb(genes | {name: int(genes[name]) + 1}, SIZES, WINDOW) > told
    assert training_mb(genes, SIZES, WINDOW + 1) > told
    assert training_mb(genes, SIZES, WINDOW, CONTEXT) > told
    assert process_mb(genes, SIZES, WINDOW) == OVERHEAD_MB + MARGIN * told


def test_the_default_network_takes_little_beside_the_library() -> None:
    """Sixteen of them would share a GPU of 80 GB by its memory, and eight one of 16 GB."""
    assert 1_900 < process_mb({}, SIZES, WINDOW) < 2_000
