"""A run that is killed at random instants ends as if it had not been; ``make torture`` does it many more times."""

import os
import sys
from pathlib import Path

import pytest

from evolve.network.genes import PLAYING
from tests.torture.torture import disturbed, table, undisturbed

pytestmark = pytest.mark.slow

KILLS = int(os.environ.get("EVOLVE_TORTURE_KILLS", "8"))
SEED = int(os.environ.get("EVOLVE_TORTURE_SEED", "1"))


def test_a_run_that_is_killed_again_and_again_ends_like_an_undisturbed_one(
    grouped_tunes: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Same lineage, genomes, diets, ballots and songs; after each kill the store is whole and no process is left."""
    model = undisturbed(tmp_path / "undisturbed", grouped_tunes, generations=2)
    assert model.run is not None
    genomes = [record.individual.genome for record in model.run.individuals.values()]
    assert all(set(genome) >= {"diet", "budget", *PLAYING} for genome in genomes)
    kills = disturbed(tmp_path / "disturbed", model, kills=KILLS, seed=SEED, on_kill=lambda _: None)
    assert len(kills) == KILLS
    assert {kill.step for kill in kills} == {"founding", "training", "recording", "ranking", "breeding"}
    with capsys.disabled():
        sys.stdout.write(f"\n{KILLS} kills, seed {SEED}\n{table(kills)}\n")
