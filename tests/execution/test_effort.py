"""What trials take, told from their genes and the run."""

from pathlib import Path

import pytest

from evolve.execution.effort import gpu_mb, is_modest, largest_mb, longest_first, seconds_on_cpu, weights
from evolve.execution.material import Material
from tests.execution.settings import individual, small_config, small_material


@pytest.fixture(scope="module")
def material(tunes: Path) -> Material:
    """What the trials work from."""
    return small_material(small_config(tunes, epochs=20, seconds=10.0))


def test_the_longest_trial_is_that_of_the_largest_network(material: Material) -> None:
    """Equals keep their order."""
    narrow, wide, deep = individual("g0-1"), individual("g0-2", width=64), individual("g0-3", width=64, depth=2)
    twin = individual("g0-4")
    assert longest_first([narrow, wide, twin, deep], material) == (deep, wide, narrow, twin)


def test_what_a_network_reads_of_bars_counts(material: Material) -> None:
    """It has weights for it, and needs memory."""
    told, untold = individual("g0-1"), individual("g0-2", bar_position=False)
    gates, width = 4, 8
    more = gates * width * sum(material.representation({}).context.values())
    assert weights(told, material) == weights(untold, material) + more > weights(untold, material)
    assert gpu_mb(told, material) > gpu_mb(untold, material)


def test_the_gpu_must_hold_the_network_that_takes_most(material: Material) -> None:
    """Which need not be the one with most weights: a batch of many windows takes more."""
    many, wide = individual("g0-1", batch_size=1024), individual("g0-2", width=512, batch_size=1)
    assert largest_mb([wide, many], material) == gpu_mb(many, material) > gpu_mb(wide, material)


@pytest.mark.parametrize("genes", [{"width": 64}, {"depth": 2}, {"batch_size": 1}, {"dense_width": 512}])
def test_a_processor_takes_longer_for_more(genes: dict[str, int], material: Material) -> None:
    """Weights, layers, and steps where a batch has few windows."""
    assert seconds_on_cpu(individual("g0-1", **genes), material, 1.0) > seconds_on_cpu(
        individual("g0-1"), material, 1.0
    )


def test_more_cores_are_counted_as_one_and_less_as_less(material: Material) -> None:
    """A second one hardly helps."""
    large = individual("g0-1", width=512)
    assert seconds_on_cpu(large, material, 4.0) == seconds_on_cpu(large, material, 1.0)
    assert seconds_on_cpu(large, material, 0.5) > 1.5 * seconds_on_cpu(large, material, 1.0)


def test_a_window_at_every_note_takes_as_much_longer(material: Material, tunes: Path) -> None:
    """The paper's way to learn reads every note once for each note of a window."""
    last = small_material(small_config(tunes, epochs=20, targets="last"))
    every = seconds_on_cpu(individual("g0-1"), material, 1.0)
    assert seconds_on_cpu(individual("g0-1"), last, 1.0) > 20 * every


def test_modest_is_who_has_done_all_epochs_in_half_the_time(material: Material, tunes: Path) -> None:
    """Whoever has not is better off with a GPU; a larger budget makes more networks modest."""
    small, large = individual("g0-1"), individual("g0-2", width=1024)
    assert is_modest(small, material, 1.0)
    assert not is_modest(large, material, 1.0)
    patient = small_material(small_config(tunes, epochs=20, seconds=1_000.0))
    assert is_modest(large, patient, 1.0)
