"""Parts of a record that do not fit together are each found."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from evolve.records.run import RunRecord
from evolve.store.reading import contradictions
from tests.report.example_run import STAGES, example_run


@pytest.mark.parametrize("stage", STAGES)
def test_a_run_fits_together_at_every_stage(stage: str) -> None:
    """From one that has just begun to a finished one."""
    assert list(contradictions(example_run(stage))) == []


def without(run: RunRecord, name: str) -> RunRecord:
    """The run without an individual."""
    return replace(run, individuals={id_: record for id_, record in run.individuals.items() if id_ != name})


HARMS: dict[str, tuple[Callable[[RunRecord], RunRecord], str]] = {
    "a generation": (lambda run: replace(run, generations=run.generations[1:]), "generation 0 is missing"),
    "the last generation": (
        lambda run: replace(run, generations=run.generations[:2]),
        "g2-2 was born in generation 2, which is missing",
    ),
    "a parent": (lambda run: without(run, "g1-4"), "generation 1 names g1-4, who is missing"),
    "a replacement": (lambda run: without(run, "g1-5c"), "g1-5b names g1-5c, who is missing"),
    "all members": (
        lambda run: replace(run, generations=(replace(run.generations[0], members=()), *run.generations[1:])),
        "generation 0 has no members",
    ),
}


@pytest.mark.parametrize("lost", HARMS)
def test_whoever_is_named_and_missing_is_told(lost: str) -> None:
    """With who names them."""
    harm, line = HARMS[lost]
    assert line in list(contradictions(harm(example_run("training"))))
