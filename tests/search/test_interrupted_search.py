"""Runs that are stopped, shuffled and unlucky: nothing of it changes who descends from whom."""

import contextlib
import itertools
import sqlite3
import tempfile
from datetime import datetime, tzinfo
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evolve.randomness import derive_rng
from evolve.records.ballot import Ballot
from evolve.records.individual import Individual
from evolve.records.run import RunRecord
from evolve.search.listening import open_session
from evolve.search.steps import Outcome, cast_ballot
from evolve.store import writing as clock
from evolve.store.database import Database
from evolve.store.run_store import RunStore
from tests.pretended_trials import PretendedExecution, completed, copy_of, go, lineage

TRIALS = 10
"""Of the undisturbed run: four founders, then three born in each of two generations."""


@pytest.mark.parametrize("after", range(TRIALS))
def test_a_run_stopped_at_any_trial_goes_on_as_if_it_had_not_been(
    store: RunStore, undisturbed: RunRecord, after: int
) -> None:
    """Between two or in one: the same lineage, and no trial that had ended is run again."""
    stopped = PretendedExecution(stop_after=after, stop_in_the_middle=after % 2 == 1)
    with pytest.raises(KeyboardInterrupt):
        go(store, stopped)
    with RunStore(store.paths.folder) as again:
        execution = PretendedExecution()
        assert go(again, execution) is Outcome.COMPLETE
        assert lineage(again.read()) == lineage(undisturbed)
    assert sorted(stopped.ran + execution.ran) == sorted(undisturbed.individuals)


@pytest.mark.parametrize("allowed", [2, 3, 5])
def test_a_run_stopped_between_any_two_writes_goes_on_as_if_it_had_not_been(
    store: RunStore, undisturbed: RunRecord, monkeypatch: pytest.MonkeyPatch, allowed: int
) -> None:
    """Each time only so many transactions are let through (two: a trial that begins has to end in the same go)."""
    left, transaction = 0, Database.transaction

    def stop_or_begin(database: Database, **how: bool) -> contextlib.AbstractContextManager[sqlite3.Cursor]:
        nonlocal left
        left -= 1
        if left < 0:
            raise KeyboardInterrupt
        return transaction(database, **how)

    monkeypatch.setattr(Database, "transaction", stop_or_begin)
    ran: list[str] = []
    outcome = None
    for _ in range(60):
        left, execution = allowed, PretendedExecution()
        with contextlib.suppress(KeyboardInterrupt):
            outcome = go(store, execution)
        ran += execution.ran
    assert outcome is Outcome.COMPLETE
    assert lineage(store.read()) == lineage(undisturbed)
    assert set(ran) == set(undisturbed.individuals)


def unlucky(individual: Individual) -> str | None:
    """Fails two founders, one of them twice, and a child."""
    return "the loss became NaN" if individual.id in {"g0-2", "g0-4", "g0-4b", "g1-3"} else None


def complete(store: RunStore, stops: list[int], orders: list[int]) -> RunRecord:
    """Take the unlucky run to its end, stopping it after so many trials each time, in such orders."""
    return completed(
        store,
        stops,
        orders,
        lambda stop, is_in_the_middle, order: PretendedExecution(unlucky, stop, is_in_the_middle, order),
    )


@pytest.fixture(scope="module")
def unlucky_run(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> RunRecord:
    """The run with failures, in one go and in the order of slots."""
    with copy_of(prepared, tmp_path_factory.mktemp("unlucky")) as store:
        return complete(store, [], [0])


@settings(deadline=None, max_examples=12, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.integers(0, 3), max_size=8), st.lists(st.integers(0, 99), min_size=1, max_size=3))
def test_neither_interruptions_nor_the_order_of_trials_nor_failures_change_a_lineage(
    prepared: Path, unlucky_run: RunRecord, stops: list[int], orders: list[int]
) -> None:
    """However often it is stopped, and whoever ends first or fails first."""
    with tempfile.TemporaryDirectory() as folder, copy_of(prepared, Path(folder)) as store:
        assert lineage(complete(store, stops, orders)) == lineage(unlucky_run)


class JumpingClock:
    """A clock that somebody sets back and forth all the time."""

    def __init__(self, seed: int) -> None:
        self._rng = derive_rng(seed, "clock")

    def now(self, zone: tzinfo) -> datetime:
        """Some moment of this century."""
        return datetime.fromtimestamp(int(self._rng.integers(10**9, 4 * 10**9)), zone)


@pytest.mark.parametrize("seed", range(4))
def test_no_clock_has_a_say_in_a_lineage(
    store: RunStore, undisturbed: RunRecord, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """However it jumps between any two steps of a run that is stopped now and then."""
    monkeypatch.setattr(clock, "datetime", JumpingClock(seed))
    for stop in (3, 2, 1, None):
        with contextlib.suppress(KeyboardInterrupt), RunStore(store.paths.folder) as again:
            go(again, PretendedExecution(stop_after=stop))
    assert lineage(store.read()) == lineage(undisturbed)


@pytest.mark.parametrize("seed", range(4))
def test_no_clock_has_a_say_in_a_ranking(
    store: RunStore, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, seed: int
) -> None:
    """Ballots of three listeners say the same together, whatever times they bear and whoever comes first."""
    monkeypatch.setattr(clock, "datetime", JumpingClock(seed))
    go(store, judge=None)
    listeners = ("ann", "bob", "cleo")
    ranking = []
    for place, order in enumerate(itertools.permutations(listeners)):
        copied = copy_of(store.paths.folder, tmp_path / str(place))
        for listener in order:
            session = open_session(copied, 0, listener)
            ids = sorted(session.letters.values())
            first = listeners.index(listener)
            cast_ballot(copied, session, Ballot(tuple((name,) for name in ids[first:] + ids[:first])), "order")
        ranking.append(copied.read().generations[0].ranking)
    assert all(others == ranking[0] for others in ranking)
