"""A run that breeds by taste: what was expected is kept, and an interruption changes nothing of it."""

from pathlib import Path

from evolve.records.ballot import Ballot
from evolve.records.run import RunRecord
from evolve.search.listening import ListeningSession
from evolve.search.steps import Outcome
from evolve.store.run_store import RunStore
from tests.pretended_trials import by_ear, go, prepare_run, small_settings


class Leaving:
    """A listener who goes away once before each ranking."""

    def __init__(self) -> None:
        """Has heard nothing yet."""
        self.left: set[int] = set()

    def __call__(self, session: ListeningSession) -> tuple[Ballot, str] | None:
        """Nothing at first; then an order."""
        if session.generation not in self.left:
            self.left.add(session.generation)
            return None
        return by_ear(session)


def bred(tunes: Path, folder: Path, *, is_interrupted: bool) -> RunRecord:
    """A run of four generations, judged to its end."""
    settings = small_settings(tunes, taste=True, population=6, generations=4)
    with RunStore(prepare_run(folder, settings)) as store:
        judge = Leaving() if is_interrupted else by_ear
        while go(store, judge=judge) is not Outcome.COMPLETE:
            pass
        return store.read()


def test_children_and_reasons_are_those_of_an_undisturbed_run(tunes: Path, tmp_path: Path) -> None:
    """Whoever is expected to be liked, how sure that is, and why each was bred; parents are all who have children."""
    run = bred(tunes, tmp_path / "whole", is_interrupted=False)
    again = bred(tunes, tmp_path / "parts", is_interrupted=True)
    assert run.generations[0].expected == {}
    for before, one in zip(run.generations, run.generations[1:], strict=False):
        assert set(one.expected) == set(one.members)
        assert sum(bool(told.why) for told in one.expected.values()) >= 3
        assert not any(one.expected[name].why for name in one.elites)
        born = [run.individuals[name].individual for name in one.members if name not in one.elites]
        assert {parent for child in born for parent in child.parents} <= {*before.parents}
    assert [one.expected for one in again.generations] == [one.expected for one in run.generations]
    assert [one.individual for one in again.individuals.values()] == [
        one.individual for one in run.individuals.values()
    ]
