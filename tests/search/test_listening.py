"""A listener before a generation: blind letters, blind files, and a ballot that is not lost half-way."""

import os
import re
import shutil
from pathlib import Path

import pytest

from evolve.errors import RunError
from evolve.records.ballot import Ballot
from evolve.records.run import Json
from evolve.search.listening import heard_generation, open_session
from evolve.search.steps import cast_ballot
from evolve.store.run_store import RunStore
from tests.store.runs import FACTS, SONG_FACTS, new_run, result_of
from tests.troubles import told

MEMBERS = 5


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    """A run whose first generation can be heard."""
    return new_run(tmp_path / "a run", population=MEMBERS, evaluated=True)


def test_every_member_sits_under_one_letter(store: RunStore) -> None:
    """In the order of the letters, which is not that of the slots."""
    session = open_session(store, 0, "ann")
    assert list(session.letters) == ["A", "B", "C", "D", "E"]
    assert sorted(session.letters.values()) == [f"g0-{slot}" for slot in range(1, MEMBERS + 1)]
    assert [(one.letter, one.id) for one in session.candidates] == list(session.letters.items())
    assert (session.generation, session.listener, session.steps) == (0, "ann", ())


def test_letters_stay_the_same_for_a_listener_and_differ_between_listeners(store: RunStore) -> None:
    """Whoever comes back finds the letters of yesterday, also in a copy of the run under another name."""
    letters = open_session(store, 0, "ann").letters
    copy = store.paths.folder.with_name("copy")
    shutil.copytree(store.paths.folder, copy)
    with RunStore(copy) as copied:
        assert open_session(copied, 0, "ann").letters == letters
    others = [open_session(store, 0, f"listener {number}").letters for number in range(5)]
    assert any(other != letters for other in others)


@pytest.mark.parametrize(("first", "again"), [("José", "Jose\u0301"), ("Ann", "ANN"), ("ΟΔΟΣ", "οδος")])
def test_a_listener_who_types_the_name_otherwise_is_the_same_one(store: RunStore, first: str, again: str) -> None:
    """Accents typed apart and capitals make no second listener: one folder, one set of letters, one ballot."""
    before = open_session(store, 0, first)
    ballot = Ballot(tuple((name,) for name in before.letters.values()))
    cast_ballot(store, before, ballot, "order")
    after = open_session(store, 0, again)
    assert (after.listener, after.letters) == (first, before.letters)
    cast_ballot(store, after, ballot, "order")
    assert [one.listener for one in store.read().generations[0].ballots] == [first]
    assert [folder.name for folder in store.paths.listening(0, first).parent.iterdir()] == [first]


@pytest.mark.parametrize("listener", ["音楽家", "שירה", "O'Brien", "Übung 2"])
def test_a_listener_of_any_script_is_heard(store: RunStore, listener: str) -> None:
    """With a folder of that name."""
    session = open_session(store, 0, listener)
    assert session.listener == listener
    assert store.paths.listening(0, listener).is_dir()


def test_a_listener_who_cannot_have_a_folder_is_refused(store: RunStore) -> None:
    """Before anything is staged."""
    with pytest.raises(RunError, match="'a/b' cannot be a name: it has \"/\"; allowed: letters"):
        open_session(store, 0, "a/b")
    assert not (store.paths.folder / "listening").exists()


def test_songs_are_whole_copies_under_names_that_tell_the_letter_alone(store: RunStore) -> None:
    """With the facts of the song; the same song of the same candidate, in every kind of file."""
    for candidate in open_session(store, 0, "ann").candidates:
        assert [song.index for song in candidate.samples] == [1, 2]
        for song in candidate.samples:
            assert song.facts == SONG_FACTS
            assert set(song.files) == {"midi", "audio", "roll"}
            for kind, path in song.files.items():
                suffix = {"midi": ".mid", "audio": ".ogg", "roll": ".svg"}[kind]
                assert path.name == f"{candidate.letter}-{song.index}{suffix}"
                assert path.is_absolute()
                original = store.paths.artifact(candidate.id, f"song-{song.index}{suffix}")
                assert path.read_bytes() == original.read_bytes()


def test_no_path_that_a_listener_meets_gives_a_name_away(store: RunStore) -> None:
    """Neither the files, nor their folder, nor what lies in it: no id, no slot order in the times of writing."""
    session = open_session(store, 0, "ann")
    met = [path for one in session.candidates for song in one.samples for path in song.files.values()]
    folder = store.paths.listening(0, "ann")
    met += folder.rglob("*")
    for path in met:
        assert not re.search(r"g\d+-\d+", str(path.relative_to(store.paths.folder.resolve())))
    staged = sorted(folder.iterdir(), key=lambda path: path.stat().st_mtime_ns)
    letters = list(dict.fromkeys(path.name[0] for path in staged))
    assert letters == sorted(letters)


def test_listeners_and_generations_have_folders_of_their_own(store: RunStore) -> None:
    """One's A is not overwritten by another's."""
    ann, bob = ({one.letter: one for one in open_session(store, 0, name).candidates} for name in ("ann", "bob"))
    for letter in ann:
        for here, there in zip(ann[letter].samples, bob[letter].samples, strict=True):
            mine, theirs = here.files["midi"], there.files["midi"]
            assert mine != theirs
            assert (mine.read_bytes() == theirs.read_bytes()) == (ann[letter].id == bob[letter].id)


def test_a_song_that_could_not_be_staged_whole_is_staged_again(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk leaves no half song behind that a later session would play."""

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fail)
        with pytest.raises(RunError, match="is full"):
            open_session(store, 0, "ann")
    for candidate in open_session(store, 0, "ann").candidates:
        original = store.paths.artifact(candidate.id, "song-1.mid").read_bytes()
        assert candidate.samples[0].files["midi"].read_bytes() == original


def test_the_steps_of_a_ballot_survive_until_it_is_cast(store: RunStore) -> None:
    """Each is kept as it is made; the next session of the same listener begins with them."""
    steps: list[Json] = [{"do": "up", "id": "g0-2"}, {"do": "reject", "id": "g0-1"}]
    session = open_session(store, 0, "ann")
    session.save(steps[:1])
    session.save(steps)
    with RunStore(store.paths.folder) as again:
        assert open_session(again, 0, "ann").steps == tuple(steps)
        assert open_session(again, 0, "bob").steps == ()
    cast_ballot(store, session, Ballot((tuple(session.letters.values()),)), "list")
    assert open_session(store, 0, "ann").steps == ()


def test_two_sittings_of_one_listener_do_not_write_over_each_other(store: RunStore) -> None:
    """The second to say something is told; what the first has said is kept, and can be gone on with."""
    first, second = open_session(store, 0, "ann"), open_session(store, 0, "ann")
    first.save([{"do": "up", "id": "g0-2"}])
    with pytest.raises(RunError) as refused:
        second.save([{"do": "reject", "id": "g0-1"}])
    told("two-terminals", f"evolve: {refused.value}")
    first.save([{"do": "up", "id": "g0-2"}, {"do": "up", "id": "g0-3"}])
    assert open_session(store, 0, "ann").steps == ({"do": "up", "id": "g0-2"}, {"do": "up", "id": "g0-3"})


def test_a_ballot_handed_in_elsewhere_ends_the_half_made_one_and_is_told(store: RunStore) -> None:
    """Another listener's ballot does not."""
    ann, bob = open_session(store, 0, "ann"), open_session(store, 0, "bob")
    ann.save([{"do": "up", "id": "g0-2"}])
    bob.save([{"do": "up", "id": "g0-1"}])
    cast_ballot(store, open_session(store, 0, "ann"), Ballot((tuple(ann.letters.values()),)), "order")
    with pytest.raises(RunError, match="the ballot of ann for generation 0 of"):
        ann.save([{"do": "up", "id": "g0-2"}, {"do": "up", "id": "g0-3"}])
    bob.save([{"do": "up", "id": "g0-1"}, {"do": "up", "id": "g0-2"}])
    assert [ballot.listener for ballot in store.read().generations[0].ballots] == ["ann"]


def test_a_ranked_generation_can_be_heard_again(store: RunStore) -> None:
    """A ballot may be given again until the children are born."""
    session = open_session(store, 0, "ann")
    cast_ballot(store, session, Ballot((tuple(session.letters.values()),)), "list")
    assert heard_generation(store.read()).index == 0
    assert open_session(store, 0, "ann").letters == session.letters


def test_before_the_songs_are_there_nobody_sits(tmp_path: Path) -> None:
    """The error says what to do, also when nobody is born yet."""
    with new_run(tmp_path / "night") as store:
        store.record_trial(result_of("g0-1"))
        with pytest.raises(RunError) as refused:
            open_session(store, 0, "ann")
        assert str(refused.value) == (
            "generation 0 of night has no full set of songs yet (1 of 3 can be judged so far); "
            f"go on: evolve resume {tmp_path}/night"
        )
    with RunStore.create(tmp_path / "new", FACTS) as new:
        with pytest.raises(RunError) as refused:
            heard_generation(new.read())
        assert str(refused.value) == f"nothing in new can be heard yet; go on: evolve resume {tmp_path}/new"


@pytest.mark.parametrize("listener", ["../ann", "a/b", "", ".ann", "ann\n"])
def test_a_listener_whose_name_cannot_be_a_folder_is_told(store: RunStore, listener: str) -> None:
    """Nothing is staged anywhere."""
    with pytest.raises(RunError, match="cannot be a name"):
        open_session(store, 0, listener)
    assert not (store.paths.folder / "listening").exists()


def test_a_lost_song_is_told(store: RunStore) -> None:
    """With the file's place in the run folder."""
    store.paths.artifact("g0-1", "song-2.ogg").unlink()
    with pytest.raises(RunError, match=r"a run has lost its file individuals/g0-1/song-2\.ogg"):
        open_session(store, 0, "ann")
