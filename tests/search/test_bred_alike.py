"""A run and a breeder that is told the run's rankings have the same families."""

from pathlib import Path

import pytest

from evolve.breeder import Breeder
from evolve.records.individual import Individual
from evolve.spaces import plain, read_space
from evolve.store.run_store import RunStore
from tests.pretended_trials import WORDS_ALONE, PretendedExecution, go, prepare_run, small_settings

FAILING = ("g0-2", "g0-4", "g1-3", "g1-3b")


def reason(individual: Individual) -> str | None:
    """Why an individual fails, if it does."""
    return "no memory" if individual.id in FAILING else None


@pytest.mark.parametrize("taste", [True, False])
def test_a_breeder_has_the_genomes_of_a_run(tunes: Path, tmp_path: Path, *, taste: bool) -> None:
    """Of the same space, seed, settings and rankings, with the same failures and replacements."""
    with RunStore(prepare_run(tmp_path / "run", small_settings(tunes, taste=taste))) as store:
        go(store, PretendedExecution(fails=reason))
        run = store.read()
    breeder = Breeder(read_space("words.yaml", WORDS_ALONE), seed=11, population=4, parents=2, taste=taste)
    for generation in run.generations:
        while failed := [member.id for member in breeder.ask() if member.id in FAILING]:
            breeder.fail(failed)
        members = breeder.ask()
        individuals = [run.individuals[name].individual for name in generation.members]
        assert [(one.id, one.genome, one.parents, one.origin) for one in members] == [
            (one.id, plain(one.genome), one.parents, one.origin) for one in individuals
        ]
        ballot = generation.ballots[0].ballot
        breeder.tell(ballot.tiers, ballot.rejected)
    assert breeder.generation == len(run.generations) == 3
