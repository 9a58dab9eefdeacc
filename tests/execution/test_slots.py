"""Where trials can run side by side, told from what machines have."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evolve.errors import ExecutionError
from evolve.execution.slots import (
    Demand,
    Layout,
    Node,
    check_that_one_fits,
    fitting,
    lay_out,
    most_memory_mb,
    share_that_fits,
)

PLAIN = (Node("a", 1.0), Node("b", 2.0, memory_mb=5.0))
MIXED = (Node("head", 0.0), Node("gpu", 8.0, 2.0), Node("plain", 3.0), Node("tiny", 1.0))


@pytest.mark.parametrize(("cpus", "count"), [(1.0, 3), (0.5, 6), (0.2, 15), (0.1, 30), (2.0, 1), (4.0, 1)])
@pytest.mark.parametrize("gpus", [None, 0.0, "fit"])
def test_without_gpus_every_machine_holds_what_its_cores_allow(cpus: float, count: int, gpus: float | None) -> None:
    """Node by node, whatever floats make of a tenth; at least one always does; and nobody waits for a GPU."""
    assert lay_out(PLAIN, Demand(cpus, gpus)) == Layout(0.0, count)


@pytest.mark.parametrize(
    ("demand", "layout"),
    [
        (Demand(1.0, None), Layout(1.0, 2, ("plain", "plain", "plain", "tiny"))),
        (Demand(1.0, 0.25), Layout(0.25, 8, ("plain", "plain", "plain", "tiny"))),
        (Demand(2.0, 0.25), Layout(0.25, 4, ("plain",))),
        (Demand(1.0, 0.4), Layout(0.4, 4, ("plain", "plain", "plain", "tiny"))),
        (Demand(1.0, 2.0), Layout(2.0, 1, ("plain", "plain", "plain", "tiny"))),
        (Demand(1.0, 0.0), Layout(0.0, 12)),
        (Demand(1.0, "fit"), Layout(0.5, 4, ("plain", "plain", "plain", "tiny"))),
        (Demand(9.0, 1.0), Layout(1.0, 1)),
    ],
)
def test_beside_gpus_there_are_spare_places_on_the_other_machines(demand: Demand, layout: Layout) -> None:
    """A share lies on one GPU, so 0.4 fits twice on each; without any wish for GPUs all cores are alike."""
    assert lay_out(MIXED, demand, share=0.5) == layout


@given(st.floats(1.0, 1e6), st.floats(1.0, 1e6))
def test_a_share_holds_the_network_it_was_made_for(largest_mb: float, card_mb: float) -> None:
    """And as many such shares as there are fit on the GPU; what is too large for it has it to itself."""
    share = share_that_fits(largest_mb, card_mb)
    count = fitting(Node("gpu", 1e6, 1.0), 1.0, share)
    assert 1 <= count <= 16
    assert share * count <= 1
    assert share == 1 or share * card_mb >= 0.998 * largest_mb
    if card_mb >= 16 * largest_mb:
        assert count == 16


@pytest.mark.parametrize(
    ("cpus", "wanted_gb", "most_mb"),
    [(1.0, None, 3200.0), (4.0, None, 12_800.0), (0.1, None, 2000.0), (1.0, 0.5, 500.0), (99.0, None, 2000.0)],
)
def test_a_trial_may_have_its_share_of_the_smallest_machine(
    cpus: float, wanted_gb: float | None, most_mb: float
) -> None:
    """Four fifths of a sixteen gigabyte machine between its four; never less than TensorFlow needs; or as one says."""
    nodes = (Node("a", 4.0, memory_mb=16e3), Node("b", 8.0, memory_mb=64e3), Node("c", 0.0, memory_mb=1e3))
    assert most_memory_mb(nodes, cpus, 0.0, wanted_gb) == pytest.approx(most_mb)


def test_places_with_gpus_share_the_memory_of_machines_that_have_some() -> None:
    """However small the machines beside them are."""
    nodes = (Node("small", 8.0, memory_mb=8e3), Node("gpu", 8.0, 1.0, memory_mb=80e3))
    assert most_memory_mb(nodes, 1.0, 0.25, None) == pytest.approx(16e3)


@pytest.mark.parametrize(
    ("nodes", "demand", "said"),
    [
        (PLAIN, Demand(3.0), "a trial asks for 3 CPUs, but the largest machine has 2 CPUs; lower cpus_per_trial"),
        (
            PLAIN,
            Demand(1.0, 0.5),
            "a trial asks for 1 CPU and 0.5 GPUs, but the machine with most GPUs has 2 CPUs; lower gpus_per_trial",
        ),
        (
            MIXED,
            Demand(1.0, 4.0),
            "a trial asks for 1 CPU and 4 GPUs, but the machine with most GPUs has 8 CPUs and 2 GPUs; "
            "lower gpus_per_trial",
        ),
        (
            (*MIXED, Node("big", 32.0)),
            Demand(16.0),
            "a trial asks for 16 CPUs and 1 GPU, but the machine with most GPUs has 8 CPUs and 2 GPUs; "
            "lower cpus_per_trial, or gpus_per_trial to 0 to do without GPUs",
        ),
        ((), Demand(1.0), "a trial asks for 1 CPU, but the largest machine has 0 CPUs; lower cpus_per_trial"),
    ],
)
def test_what_no_machine_holds_is_told_with_what_the_largest_has(
    nodes: tuple[Node, ...], demand: Demand, said: str
) -> None:
    """And the setting to lower: cores and GPUs must be on one machine."""
    with pytest.raises(ExecutionError) as raised:
        check_that_one_fits(nodes, demand)
    assert str(raised.value) == said


@pytest.mark.parametrize(
    "demand", [Demand(8.0), Demand(1.0, 0.1), Demand(3.0, 0.0), Demand(1.0, "fit"), Demand(1.0, 2.0)]
)
def test_one_machine_that_holds_a_trial_is_enough(demand: Demand) -> None:
    """Others may be smaller."""
    check_that_one_fits(MIXED, demand)
