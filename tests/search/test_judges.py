"""How long somebody was at it is noted, in a terminal too."""

import io
from dataclasses import replace
from pathlib import Path

import pytest

import evolve
from evolve.errors import StorageError
from evolve.search.judges import Stopwatch, terminal_judge
from evolve.search.listening import open_session
from evolve.store.run_store import RunStore


def test_the_time_between_what_somebody_does_counts() -> None:
    """Of a longer absence two minutes, of what comes after the end nothing; a call that is noticed is made as it is."""
    now = [0.0]
    watch = Stopwatch(lambda: now[0])
    double = watch.noticing(lambda number: 2 * number)
    now[0] = 30.0
    assert double(3) == 6
    now[0] = 4000.0
    watch.act()
    now[0] = 4010.0
    assert watch.stop() == 30 + 120 + 10
    now[0] = 5000.0
    assert watch.stop() == 0


def test_a_time_that_cannot_be_noted_costs_no_ballot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Such as on a full disk."""

    def fails(_: float) -> None:
        raise StorageError("the disk is full")

    begun = evolve.Search(
        tmp_path / "run",
        "pictures",
        engine="here",
        on_event=lambda _: None,
        population=2,
        parents=1,
        size=32,
        pictures=1,
    )
    with begun, RunStore(begun.folder) as store:
        index = next(iter(begun)).index
        session = replace(open_session(store, index, "ann"), took=fails)
        monkeypatch.setattr("sys.stdin", io.StringIO("B > A\ny\n"))
        made = terminal_judge(session)
    assert made is not None
    assert made[0].ids == (session.letters["B"], session.letters["A"])
