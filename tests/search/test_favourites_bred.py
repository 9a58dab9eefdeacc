"""Favourites are kept from extinction: whoever made a sample that somebody loves breeds, wherever it came."""

from pathlib import Path

import pytest

from evolve.records.ballot import Ballot
from evolve.records.run import RunRecord
from evolve.report.document import report_document
from evolve.report.text import render_text
from evolve.search.listening import ListeningSession, open_session
from evolve.search.steps import Outcome, cast_ballot
from evolve.store.run_store import RunStore
from tests.pretended_trials import go, prepare_run, small_settings

LOVED = 3
"""The place of the candidate that is loved, and comes last but one."""


def loving(*, rejects: bool = False) -> object:
    """A judge that ranks by id, and loves a sample of the last but one in generation 0."""

    def judge(session: ListeningSession) -> tuple[Ballot, str]:
        ids = sorted(session.letters.values())
        favourites = ((ids[LOVED], 1),) if session.generation == 0 else ()
        if rejects:
            return Ballot(tuple((name,) for name in ids if name != ids[LOVED]), (ids[LOVED],), favourites), "order"
        return Ballot(tuple((name,) for name in ids), (), favourites), "order"

    return judge


def bred(tunes: Path, folder: Path, judge: object) -> RunRecord:
    """A run of five, of whom two are selected, judged to its end."""
    settings = small_settings(tunes, population=5, parents=2, generations=2, newcomers=1)
    with RunStore(prepare_run(folder, settings)) as store:
        assert go(store, judge=judge) is Outcome.COMPLETE  # type: ignore[arg-type]
        return store.read()


def test_a_favourite_breeds_beside_the_selected(tunes: Path, tmp_path: Path) -> None:
    """It is the last of the parents, has a child, and the report says why; the size of the generation is the same."""
    run = bred(tunes, tmp_path / "run", loving())
    first, second = run.generations
    assert first.parents == ("g0-1", "g0-2", "g0-4")
    assert [name for name in second.members if "g0-4" in run.individuals[name].individual.parents] == ["g1-4"]
    assert len(second.members) == 5
    assert "parents of the next: g0-1 and g0-2; for a favourite too: g0-4" in " ".join(render_text(run).split())
    told = report_document(run)["generations"][0]
    assert (told["parents"], told["parents_for_favourites"]) == (["g0-1", "g0-2", "g0-4"], ["g0-4"])


def test_a_favourite_of_the_rejected_does_not_breed(tunes: Path, tmp_path: Path) -> None:
    """The song is loved, the network stays rejected."""
    run = bred(tunes, tmp_path / "run", loving(rejects=True))
    assert run.generations[0].parents == ("g0-1", "g0-2")
    assert report_document(run)["generations"][0]["parents_for_favourites"] == []


@pytest.mark.parametrize("order", [("ann", "bob"), ("bob", "ann")])
def test_whoever_of_several_listeners_loves_it(tunes: Path, tmp_path: Path, order: tuple[str, str]) -> None:
    """One heart is enough, whoever hands in a ballot first."""
    with RunStore(prepare_run(tmp_path / "run", small_settings(tunes, population=5, generations=2))) as store:
        go(store, judge=None)
        for listener in order:
            session = open_session(store, 0, listener)
            ids = sorted(session.letters.values())
            hearts = ((ids[LOVED], 1),) if listener == "bob" else ()
            cast_ballot(store, session, Ballot(tuple((name,) for name in ids), (), hearts), "order")
        go(store, judge=None)
        run = store.read()
    assert run.generations[0].parents == ("g0-1", "g0-2", "g0-4")
