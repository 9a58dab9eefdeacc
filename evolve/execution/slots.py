"""Where trials can run side by side: what the machines of a cluster hold, with GPUs and without.

Pure: who asks Ray for the machines is `evolve.execution.ray_cluster`. `docs/decisions/sharing-gpus.md` says why.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from evolve.errors import ExecutionError
from evolve.settings import FIT, GpusPerTrial
from evolve.words import counted

MOST_ON_A_GPU = 16
"""Trials that share one GPU at most where they share it by memory."""

_FINEST = 10_000
"""Ray counts a GPU in so many parts."""

_SHARE = 0.8
"""Of a machine's memory, what its workers may hold together; the rest is the system's and the user's."""

_LEAST_MB = 2_000.0
"""Whatever the share, a worker may hold so much: TensorFlow alone takes a third of it."""


@dataclass(frozen=True, slots=True)
class Node:
    """A machine of the cluster.

    Attributes:
        id: Ray's.
        cpus: Its cores.
        gpus: Its GPUs.
        memory_mb: What its processes may hold together.
    """

    id: str
    cpus: float
    gpus: float = 0.0
    memory_mb: float = 0.0


@dataclass(frozen=True, slots=True)
class Demand:
    """What the user has a trial take.

    Attributes:
        cpus: Cores.
        gpus: GPUs, or a share of one; `FIT`: the share that the largest network needs; None: one where there are any.
    """

    cpus: float
    gpus: GpusPerTrial | None = None


@dataclass(frozen=True, slots=True)
class Layout:
    """The slots for trials that a cluster holds at a moment.

    Attributes:
        gpus: GPUs, or the share of one, of each of the main slots; 0: there are none, or none are wanted.
        slots: How many main slots there are, at least 1; Ray finds the machine.
        cpu_only: For each slot beside them on a machine without GPUs, that machine; none where no slot has a GPU.
    """

    gpus: float
    slots: int
    cpu_only: tuple[str, ...] = ()


def lay_out(nodes: Sequence[Node], demand: Demand, share: float = 1.0) -> Layout:
    """The slots that these machines hold.

    Args:
        nodes: All that are alive.
        demand: What a trial takes.
        share: Of a GPU, where the demand leaves it open.
    """
    gpus = gpus_asked(nodes, demand, share)
    holding = [node for node in nodes if node.gpus > 0 or not gpus]
    slots = max(1, sum(fitting(node, demand.cpus, gpus) for node in holding))
    others = [node for node in nodes if not node.gpus and gpus]
    cpu_only = tuple(node.id for node in others for _ in range(fitting(node, demand.cpus, 0.0)))
    return Layout(gpus, slots, cpu_only)


def gpus_asked(nodes: Sequence[Node], demand: Demand, share: float = 1.0) -> float:
    """The GPUs of a main slot: as the demand says; where it leaves that open, none where there are no GPUs."""
    if isinstance(demand.gpus, float | int):
        return float(demand.gpus)
    if not any(node.gpus > 0 for node in nodes):
        return 0.0
    return share if demand.gpus == FIT else 1.0


def fitting(node: Node, cpus: float, gpus: float) -> int:
    """How many trials with so many cores and GPUs a machine holds; a trial's share lies on one GPU."""
    by_cpus = _times(node.cpus, cpus)
    if not gpus:
        return by_cpus
    by_gpus = int(node.gpus) * _times(1.0, gpus) if gpus < 1 else _times(node.gpus, gpus)
    return min(by_cpus, by_gpus)


def share_that_fits(largest_mb: float, card_mb: float) -> float:
    """The share of a GPU that holds the largest network, so that as many as possible have one each.

    Args:
        largest_mb: What the process of the largest network takes.
        card_mb: Memory of the GPU.
    """
    count = max(1, min(MOST_ON_A_GPU, int(card_mb / largest_mb)))
    return math.floor(_FINEST / count) / _FINEST


def most_memory_mb(nodes: Sequence[Node], cpus: float, gpus: float, wanted_gb: float | None) -> float:
    """The most memory of its machine that a worker may hold.

    Args:
        nodes: The machines that it may come to.
        cpus: Cores of a trial.
        gpus: GPUs of a trial.
        wanted_gb: What the user allows; None: its share of the machine that has least, but never less than `_LEAST_MB`.
    """
    if wanted_gb is not None:
        return wanted_gb * 1000
    shares = [node.memory_mb / count for node in nodes if (count := fitting(node, cpus, gpus))]
    return max(_LEAST_MB, _SHARE * min(shares, default=0.0))


def check_that_one_fits(nodes: Sequence[Node], demand: Demand) -> None:
    """Tell a demand that no machine meets.

    Raises:
        ExecutionError: With what the largest machine has, and the setting to lower.
    """
    gpus = gpus_asked(nodes, demand)
    if any(fitting(node, demand.cpus, gpus) for node in nodes):
        return
    asked = _in_words(demand.cpus, gpus)
    most_cpus = max(nodes, key=lambda node: node.cpus, default=Node("", 0.0))
    most_gpus = max(nodes, key=lambda node: (node.gpus, node.cpus), default=Node("", 0.0))
    if most_cpus.cpus < demand.cpus:
        held, lower = f"the largest machine has {_in_words(most_cpus.cpus, 0.0)}", "cpus_per_trial"
    elif not fitting(most_gpus, 0.0, gpus):
        held, lower = f"the machine with most GPUs has {_in_words(most_gpus.cpus, most_gpus.gpus)}", "gpus_per_trial"
    else:
        held = f"the machine with most GPUs has {_in_words(most_gpus.cpus, most_gpus.gpus)}"
        lower = "cpus_per_trial, or gpus_per_trial to 0 to do without GPUs"
    raise ExecutionError(f"a trial asks for {asked}, but {held}; lower {lower}")


def _times(amount: float, each: float) -> int:
    # A little more than the quotient: five trials of 0.2 fit, which as floats they just do not.
    return math.floor(amount / each + 1e-9) if each else _FINEST


def _in_words(cpus: float, gpus: float) -> str:
    words = [counted(cpus, "CPU")]
    if gpus:
        words.append(counted(gpus, "GPU"))
    return " and ".join(words)
