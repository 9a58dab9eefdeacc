"""A process that is killed at any statement leaves the store as it was before or as it would be after."""

import itertools
import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from evolve.records.individual import Individual, Origin
from evolve.records.run import RunRecord
from evolve.store.examination import examine
from evolve.store.run_store import RunStore
from tests.store.runs import ballot_of, by_first_ballot, files, founders, new_run, result_of


def child(slot: int) -> Individual:
    """An individual of the next generation."""
    return Individual(f"g1-{slot}", 1, slot, founders(1)[0].genome, Origin.CHILD, ("g0-1",))


def give_birth(store: RunStore) -> None:
    """The next generation is born."""
    store.record_generation(1, [child(2), child(3)], {}, elites=["g0-1"], parents=["g0-1"])


def replace(store: RunStore) -> None:
    """Two individuals are replaced."""
    fresh = [Individual(f"g0-{slot}b", 0, slot, founders(1)[0].genome, Origin.REPLACEMENT) for slot in (1, 2)]
    store.record_replacements({"g0-1": fresh[0], "g0-2": fresh[1]})


def prepare(store: RunStore) -> None:
    """The corpus is encoded."""
    store.write_material(
        b"x", {"opening": files("opening", b"MThd")}, {"corpus": {"pieces": 3}, "opening": {"notes": 5}}
    )


CHANGES: dict[str, Callable[[RunStore], object]] = {
    "birth": give_birth,
    "replacement": replace,
    "material": prepare,
    "start": lambda store: store.record_start("g0-1"),
    "trial": lambda store: store.record_trial(result_of("g0-1")),
    "failure": lambda store: store.record_trial(result_of("g0-1", failure="NaN")),
    "lost attempt": lambda store: store.record_lost("g0-1", "its worker was killed"),
    "evaluated": lambda store: store.record_evaluated(0),
    "facts": lambda store: store.record_facts({"settings": {"seed": 4}, "more": 1}),
}

BALLOTS: dict[str, Callable[[RunStore], object]] = {
    "ballot": lambda store: store.record_ballot(0, ballot_of("ann", "g0-1", "g0-2 g0-3"), by_first_ballot),
    "draft": lambda store: store.record_draft(0, "ann", [{"do": "up"}]),
}


def dying_at(statement: int) -> Callable[[str], None]:
    """What kills its process when it is told of the n-th statement."""
    counted = itertools.count(1)

    def die(_: str) -> None:
        if next(counted) == statement:
            os.kill(os.getpid(), signal.SIGKILL)

    return die


def killed_at(statement: int, folder: Path, change: Callable[[RunStore], object]) -> bool:
    """Have a process make a change and die at its n-th statement; tells whether it came to that."""
    process = os.fork()
    if not process:
        with RunStore(folder) as store:
            store._database._connection.set_trace_callback(dying_at(statement))
            change(store)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) == -signal.SIGKILL


def read(folder: Path) -> tuple[RunRecord, object]:
    """All that a store says."""
    with RunStore(folder) as store:
        return store.read(), store.draft_steps(0, "ann")


def copied(folder: Path, to: Path) -> Path:
    """A copy of a run under its own name."""
    return Path(shutil.copytree(folder, to / folder.name))


@pytest.mark.parametrize("name", [*CHANGES, *BALLOTS])
def test_a_change_is_made_in_full_or_not_at_all_wherever_its_process_is_killed(tmp_path: Path, name: str) -> None:
    """At each statement in turn; made again, it takes place, and no file that a row names is missing."""
    change = (CHANGES | BALLOTS)[name]
    with new_run(tmp_path / "run", evaluated=name in BALLOTS) as store:
        store.record_draft(0, "ann", [{"do": "down"}])
    before, made = read(tmp_path / "run"), copied(tmp_path / "run", tmp_path / "made")
    with RunStore(made) as store:
        change(store)
    after = read(made)
    outcomes: list[bool] = []
    while killed_at(len(outcomes) + 1, folder := copied(tmp_path / "run", tmp_path / str(len(outcomes))), change):
        assert examine(folder).is_whole
        found = read(folder)
        assert found in (before, after), f"killed at statement {len(outcomes) + 1}"
        outcomes.append(found == after)
        if found == before:
            with RunStore(folder) as store:
                change(store)
        assert read(folder) == after
    assert len(outcomes) >= 3
    assert outcomes == sorted(outcomes)  # whatever was killed while it copied the store had made its change
    assert not any(outcomes[:3])
