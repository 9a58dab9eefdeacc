"""What trials take, told from their genes and the run."""

from pathlib import Path

import pytest

from evolve.domains.music.effort import cost, fits_on_cpu, gpu_mb, seconds_on_cpu, weights
from evolve.domains.music.material import Material, prepare
from evolve.records.genome import Genome, Value
from tests.execution.settings import individual, small_settings, small_space


def material_of(tunes: Path, **changes: object) -> Material:
    """What the trials of such a run work from."""
    settings, space = small_settings(tunes, epochs=20, **changes), small_space()
    preparation = prepare(settings.own, space, settings.core.seed)
    return Material.load(preparation.data, preparation.facts, space, settings.own, settings.core.seed)


@pytest.fixture(scope="module")
def material(tunes: Path) -> Material:
    """What the trials work from."""
    return material_of(tunes, seconds=10.0)


def genome(**genes: Value) -> Genome:
    """A healthy network with these genes."""
    return individual("g0-1", **genes).genome


def test_the_longest_trial_is_that_of_the_largest_network(material: Material) -> None:
    """By its weights where budgets are equal; a larger share of the budget comes before any weights."""
    networks = (genome(), genome(width=64), genome(width=64, depth=2), genome(budget=0.5, width=512))
    narrow, wide, deep, brief = (cost(one, material, 1.0).effort for one in networks)
    assert brief < narrow < wide < deep


def test_what_a_network_reads_of_bars_counts(material: Material) -> None:
    """It has weights for it, and needs memory."""
    told, untold = genome(), genome(bar_position=False)
    gates, width = 4, 8
    more = gates * width * sum(material.tokenizer({}).context.values())
    assert weights(told, material) == weights(untold, material) + more > weights(untold, material)
    assert gpu_mb(told, material) > gpu_mb(untold, material)


def test_a_batch_of_many_windows_takes_more_memory_than_a_wide_network(material: Material) -> None:
    """The network with most weights need not be the one that takes most."""
    many, wide = genome(batch_size=1024), genome(width=512, batch_size=1)
    assert gpu_mb(many, material) > gpu_mb(wide, material)


@pytest.mark.parametrize("genes", [{"width": 64}, {"depth": 2}, {"batch_size": 1}, {"dense_width": 512}])
def test_a_processor_takes_longer_for_more(genes: dict[str, int], material: Material) -> None:
    """Weights, layers, and steps where a batch has few windows."""
    assert seconds_on_cpu(genome(**genes), material, 1.0) > seconds_on_cpu(genome(), material, 1.0)


def test_more_cores_are_counted_as_one_and_less_as_less(material: Material) -> None:
    """A second one hardly helps."""
    large = genome(width=512)
    assert seconds_on_cpu(large, material, 4.0) == seconds_on_cpu(large, material, 1.0)
    assert seconds_on_cpu(large, material, 0.5) > 1.5 * seconds_on_cpu(large, material, 1.0)


def test_a_window_at_every_note_takes_as_much_longer(material: Material, tunes: Path) -> None:
    """The paper's way to learn reads every note once for each note of a window."""
    every = seconds_on_cpu(genome(), material, 1.0)
    assert seconds_on_cpu(genome(), material_of(tunes, targets="last"), 1.0) > 20 * every


def test_twice_the_time_that_a_processor_takes_is_enough_and_a_little_less_is_not(
    material: Material, tunes: Path
) -> None:
    """A machine may be slower than the one that was measured; whoever has less is better off with a GPU."""
    one = genome(width=64)
    takes_s = seconds_on_cpu(one, material, 1.0)
    enough, short = (material_of(tunes, seconds=share * takes_s) for share in (2.01, 1.99))
    assert fits_on_cpu(one, enough, 1.0)
    assert not fits_on_cpu(one, short, 1.0)
