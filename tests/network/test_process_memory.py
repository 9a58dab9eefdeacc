"""A process keeps to its share of a GPU, says when memory ran out, and lets go of networks."""

import gc
import os
import subprocess
import sys
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from evolve.network.cost import OVERHEAD_MB
from evolve.network.process_memory import (
    GpuShare,
    hold_tensorflow,
    hold_to,
    is_out_of_memory,
    nothing_left_behind,
    share_held,
    too_large,
    variables,
)
from evolve.network.train import TrainingSettings, train
from tests.network.lines import line, small_network
from tests.troubles import told

QUARTER = GpuShare(0.25, 16_000.0)


@pytest.fixture(autouse=True)
def _as_before(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Each test has an environment of its own, and leaves nothing held."""
    with monkeypatch.context() as patch:
        patch.setattr(os, "environ", dict(os.environ))
        yield
        hold_to(None, None)


def test_tensors_may_take_what_cuda_leaves_of_a_share() -> None:
    """But half of it at least, where a user wants shares that are smaller than what CUDA takes."""
    assert QUARTER.tensors_mb == 4_000 - OVERHEAD_MB
    assert GpuShare(0.1, 16_000.0).tensors_mb == 800


def test_memory_is_taken_as_it_is_needed_and_within_the_share() -> None:
    """By both libraries; without a share there is no limit, and without GPUs none is seen."""
    growing = {"TF_FORCE_GPU_ALLOW_GROWTH": "true", "XLA_PYTHON_CLIENT_PREALLOCATE": "false"}
    assert variables(None, None) == variables(1.0, None) == growing
    assert variables(0.25, QUARTER) == growing | {"XLA_PYTHON_CLIENT_MEM_FRACTION": "0.1313"}
    assert variables(0.0, None) == growing | {"CUDA_VISIBLE_DEVICES": "-1"}


def test_tensorflow_is_held_to_the_share(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every GPU that it sees, in MiB; here it sees two that are made up."""
    held: list[tuple[str, list[float]]] = []
    config = SimpleNamespace(
        LogicalDeviceConfiguration=lambda memory_limit: memory_limit,
        list_physical_devices=lambda kind: [f"{kind}:0", f"{kind}:1"],
        set_logical_device_configuration=lambda gpu, limits: held.append((gpu, limits)),
    )
    monkeypatch.setitem(sys.modules, "tensorflow", SimpleNamespace(config=config))
    hold_tensorflow()
    assert held == []  # it has them to itself
    hold_to(0.25, QUARTER)
    hold_tensorflow()
    assert held == [("GPU:0", [2002]), ("GPU:1", [2002])]


@pytest.mark.slow
def test_where_there_is_no_gpu_nothing_is_held() -> None:
    """Real TensorFlow takes the settings, and computes."""
    program = (
        "from evolve.network.process_memory import *\n"
        "hold_to(0.25, GpuShare(0.25, 16000.0)); hold_tensorflow()\n"  # not imported yet
        "import tensorflow as tf\n"
        "hold_tensorflow(); print(int(tf.reduce_sum(tf.ones([3]))))"
    )
    shown = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (shown.returncode, shown.stdout) == (0, "3\n"), shown.stderr


@pytest.mark.slow
def test_importing_a_trial_leaves_tensorflow_as_it_may_still_be_held() -> None:
    """A limit is refused once TensorFlow has looked at its devices; here the processor's stand for those of a GPU."""
    program = (
        "import evolve.domains.music.trial, tensorflow as tf\n"
        "(cpu,) = tf.config.list_physical_devices('CPU')\n"
        "tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)\n"
        "print(len(tf.config.list_logical_devices('CPU')))"
    )
    shown = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (shown.returncode, shown.stdout) == (0, "2\n"), shown.stderr


class ResourceExhaustedError(Exception):
    """TensorFlow's has this name."""


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        ResourceExhaustedError("OOM when allocating tensor"),
        RuntimeError("RESOURCE_EXHAUSTED: Out of memory while trying to allocate"),
        RuntimeError("failed call to cuMemAlloc: CUDA_ERROR_OUT_OF_MEMORY: out of memory"),
        RuntimeError("CUDNN_STATUS_ALLOC_FAILED in rnn"),
    ],
    ids=lambda error: f"{type(error).__name__} {error}"[:30],
)
def test_what_is_too_large_is_told_in_every_librarys_words(error: Exception) -> None:
    """Those of Python, TensorFlow, JAX and NVIDIA."""
    assert is_out_of_memory(error)
    assert not is_out_of_memory(ValueError("a shape does not fit"))


def test_a_network_that_is_too_large_for_its_share_is_told_with_the_share() -> None:
    """And with the setting that made it so small; elsewhere memory is memory."""
    assert too_large() == "the network did not fit into memory"
    hold_to(0.25, QUARTER)
    assert share_held() == QUARTER
    assert too_large() == "the network did not fit into its share of the GPU (2.1 GB of 16.0 GB; gpus_per_trial)"
    told("gpu-share", too_large())
    assert os.environ["XLA_PYTHON_CLIENT_MEM_FRACTION"] == "0.1313"


pytestmark = pytest.mark.slow


def train_and_forget(cell: str) -> None:
    """One training whose network nobody keeps."""
    settings = TrainingSettings(window=8, epochs=1, batch_size=4)
    with nothing_left_behind():
        train(small_network(cell=cell), [line(40, 1)], [line(20, 2)], settings)


@pytest.mark.parametrize("cell", ["lstm", "gru"])
def test_trained_networks_leave_no_memory_behind(cell: str) -> None:
    """A graph of one network alone is over ten thousand objects; after the first, three more leave hardly any."""
    train_and_forget(cell)
    before = len(gc.get_objects())
    for _ in range(3):
        train_and_forget(cell)
    assert len(gc.get_objects()) - before < 5000


def test_a_network_from_before_can_learn_on() -> None:
    """Only what was traced inside is forgotten."""
    model, settings = small_network(), TrainingSettings(window=8, epochs=1, batch_size=4)
    train(model, [line(40, 1)], [line(20, 2)], settings)
    train_and_forget("lstm")
    assert train(model, [line(40, 1)], [line(20, 2)], settings).epochs
