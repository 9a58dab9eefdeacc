"""A candidate that is presented twice: under two letters that nobody can tell apart, counted once, told of later."""

from pathlib import Path

import pytest

from evolve.errors import SettingsError
from evolve.judging.presenting import original_of
from evolve.records.ballot import Ballot, Candidate
from evolve.report.document import report_document
from evolve.report.text import render_text
from evolve.search.listening import ListeningSession, open_session
from evolve.search.steps import Outcome
from evolve.settings import CoreSettings, Given, settle_core
from evolve.store.examination import examine
from evolve.store.run_store import RunStore
from tests.pretended_trials import PretendedExecution, Remembering, copy_of, go, prepare_run, small_settings


@pytest.fixture
def store(tunes: Path, tmp_path: Path) -> RunStore:
    """A run that presents one candidate twice, whose founders are born."""
    return RunStore(prepare_run(tmp_path / "run", small_settings(tunes, repeats=1)))


def twice(session: ListeningSession) -> tuple[Candidate, Candidate]:
    """The two appearances of the one who is presented twice."""
    (again,) = (one for one in session.candidates if original_of(one.id) != one.id)
    (once,) = (one for one in session.candidates if one.id == original_of(again.id))
    return once, again


def by_letter(session: ListeningSession) -> tuple[Ballot, str]:
    """A > B > C …, and the first sample of A is loved."""
    return Ballot(tuple((name,) for name in session.letters.values()), (), ((session.letters["A"], 1),)), "list"


def test_the_two_have_letters_ids_and_files_of_their_own_with_the_same_content(store: RunStore) -> None:
    """One letter more than there are members, nothing else tells them apart; the next listener has another pair."""
    go(store, judge=None)
    session = open_session(store, 0, "ann")
    once, again = twice(session)
    assert list(session.letters) == ["A", "B", "C", "D", "E"]
    assert len(set(session.letters.values())) == 5
    assert [one.facts for one in once.samples] == [one.facts for one in again.samples]
    for first, second in zip(once.samples, again.samples, strict=True):
        assert first.files.keys() == second.files.keys()
        for kind, path in first.files.items():
            assert path.read_bytes() == second.files[kind].read_bytes()
            assert path.name == second.files[kind].name.replace(again.letter, once.letter, 1)
    assert open_session(store, 0, "ann").letters == session.letters
    assert len({original_of(twice(open_session(store, 0, f"l{n}"))[1].id) for n in range(12)}) > 1


def test_everyone_counts_once_and_the_two_places_are_kept(store: RunStore) -> None:
    """On the ballot, in the ranking and in what is bred; the report tells how far apart they came."""
    assert go(store, judge=by_letter) is Outcome.COMPLETE
    run = store.read()
    for generation in run.generations:
        (record,) = generation.ballots
        assert sorted(record.ballot.ids) == sorted(generation.members) == sorted(generation.ranking)
        assert sorted(record.letters.values()) == sorted(generation.members)
        assert record.ballot.favourites[0][0] in generation.members
        assert record.repeat is not None
        assert record.repeat.id in set(generation.members) - set(generation.elites)
        assert record.repeat.of == 5
        told = report_document(run)["generations"][generation.index]["ballots"][0]["repeat"]
        assert told == {"id": record.repeat.id, "places": list(record.repeat.places), "of": 5}
        first, second = record.repeat.places
        line = f"listener had {record.repeat.id} twice, at place {first} and {second} of 5"
        assert line in render_text(run)
    assert examine(store.paths.folder).is_whole


def test_who_comes_back_has_neither_of_its_letters(store: RunStore) -> None:
    """Or it would be known again."""
    go(store, judge=by_letter)
    run = store.read()
    for before, after in zip(run.generations, run.generations[1:], strict=False):
        had, has = (open_session(store, one.index, "listener").letters for one in (before, after))
        for elite in after.elites:
            assert not {a for a, b in had.items() if original_of(b) == elite} & {
                a for a, b in has.items() if b == elite
            }


def test_the_second_letter_comes_when_all_trials_have_ended(store: RunStore) -> None:
    """Two sets of files that came at the same moment would be known for one."""
    observer = Remembering()
    go(store, PretendedExecution(), None, observer)
    staged = {name[0] for _, names in observer.hearable for name in names}
    session = open_session(store, 0, "listener")
    assert staged == {*session.letters} - {twice(session)[1].letter}


def test_a_draft_goes_on_and_one_more_sample_comes_for_either_letter(tunes: Path, tmp_path: Path) -> None:
    """Half-made ballots know both; the sample that is asked for is the individual's, under the letter that asked."""
    with RunStore(prepare_run(tmp_path / "run", small_settings(tunes, repeats=1))) as store:
        go(store, PretendedExecution(unheard=2), None)
        session = open_session(store, 0, "listener")
        once, again = twice(session)
        session.save([{"do": "top", "id": again.id}])
        assert open_session(store, 0, "listener").steps == ({"do": "top", "id": again.id},)
        more = session.more(again.id)
        assert more is not None
        assert (more.id, more.letter, len(more.samples)) == (again.id, again.letter, len(again.samples) + 1)
        others = {one.id: len(one.samples) for one in open_session(store, 0, "listener").candidates}
        assert others[again.id] == others[once.id] + 1


def test_nobody_is_presented_twice_unless_it_is_asked_for(tunes: Path, tmp_path: Path) -> None:
    """The setting is 0, and 1 at most."""
    assert CoreSettings().repeats == 0
    with pytest.raises(SettingsError, match="--set repeats"):
        settle_core([Given("repeats", 2, "--set repeats=2")])
    with RunStore(prepare_run(tmp_path / "run", small_settings(tunes))) as store:
        go(store, judge=None)
        session = open_session(store, 0, "ann")
        assert len(session.candidates) == len(store.read().generations[0].members)
        with copy_of(store.paths.folder, tmp_path / "copy") as copied:
            go(copied, judge=by_letter)
            assert copied.read().generations[0].ballots[0].repeat is None
