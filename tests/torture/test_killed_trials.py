"""Trials on Ray Tune that are killed at random instants; ``make torture`` kills twenty of them."""

from pathlib import Path

import pytest

from evolve.randomness import derive_rng
from tests.torture.killed_trials import Killer, disturbed, family, undisturbed

pytestmark = pytest.mark.slow


def test_a_family_is_the_same_whichever_trials_on_ray_tune_are_killed(tmp_path: Path) -> None:
    """Same lineage, genomes, ballots and pictures as where nobody disturbs; the store tells what was lost."""
    expected = family(undisturbed(tmp_path / "calm", generations=2), tmp_path / "calm")
    killer = Killer(3, derive_rng(1, "killed trials"))
    run = disturbed(tmp_path / "wild", 2, killer)
    assert family(run, tmp_path / "wild") == expected
    assert killer.losses
    assert sorted(killer.losses) == sorted(name for name, one in run.individuals.items() for _ in one.lost)
