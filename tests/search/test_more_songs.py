"""One more song of a candidate: composed in its trial, sounded when a listener asks, and kept from then on."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Barrier

import pytest

from evolve.cli.ranking import candidates_document
from evolve.errors import RunError
from evolve.records.ballot import Ballot, Candidate
from evolve.records.run import Artifact, Sample
from evolve.report.document import report_document
from evolve.report.tables import table_rows
from evolve.search.listening import ListeningSession, open_session
from evolve.search.steps import cast_ballot
from evolve.store.examination import examine
from evolve.store.run_store import RunStore
from tests.disks import fill, make_room, read_only, small_disk
from tests.pretended_trials import PretendedExecution, by_ear, go, prepare_run, small_settings
from tests.store.runs import files, founders, new_run, result_of
from tests.troubles import told
from tests.unheard_songs import short_song, with_unheard

MEMBERS = 3


def run_with_unheard(folder: Path) -> RunStore:
    """A run whose first generation can be heard, two songs of each, and has two more of each."""
    store = new_run(folder, population=MEMBERS)
    for one in founders(MEMBERS):
        store.record_trial(with_unheard(result_of(one.id)))
    store.record_evaluated(0)
    return store


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    """Such a run."""
    return run_with_unheard(tmp_path / "run")


def asked(session: ListeningSession, name: str) -> Candidate:
    """The candidate with one more song, which it has."""
    candidate = session.more(name)
    assert candidate is not None
    return candidate


def numbers(session: ListeningSession) -> dict[str, list[int]]:
    """The songs of each candidate, by its id."""
    return {one.id: [song.index for song in one.samples] for one in session.candidates}


def test_one_more_song_is_kept_and_staged_under_the_letter(store: RunStore) -> None:
    """With its files and facts, until there are no more; the run is whole, and the others have what they had."""
    session = open_session(store, 0, "ann")
    letter = {name: letter for letter, name in session.letters.items()}["g0-2"]
    before = examine(store.paths.folder).files
    third = asked(session, "g0-2").samples[-1]
    assert (third.index, third.facts) == (3, short_song(3)[1])
    assert {path.stem for path in third.files.values()} == {f"{letter}-3"}
    kept = store.samples_of("g0-2")[-1]
    assert kept.files["midi"] == "individuals/g0-2/song-3.mid"
    for kind, path in third.files.items():
        assert path.read_bytes() == store.read_file(kept.files[kind])
    assert [song.index for song in asked(session, "g0-2").samples] == [1, 2, 3, 4]
    assert session.more("g0-2") is None
    examination = examine(store.paths.folder)
    assert (examination.findings, examination.files) == ((), before + 6)
    assert numbers(open_session(store, 0, "ann")) == {"g0-1": [1, 2], "g0-2": [1, 2, 3, 4], "g0-3": [1, 2]}


def test_another_listener_hears_the_song_that_one_has_asked_for(store: RunStore) -> None:
    """When it is asked for, the same one: whoever has more to hear than others would be known by that."""
    ann, bob = open_session(store, 0, "ann"), open_session(store, 0, "bob")
    asked(ann, "g0-1")
    asked(ann, "g0-1")
    assert numbers(open_session(store, 0, "ann"))["g0-1"] == [1, 2, 3, 4]
    assert numbers(open_session(store, 0, "cid"))["g0-1"] == [1, 2]
    assert [song.index for song in asked(bob, "g0-1").samples] == [1, 2, 3]
    assert [song.index for song in asked(bob, "g0-1").samples] == [1, 2, 3, 4]
    assert bob.more("g0-1") is None
    waiting = json.loads(candidates_document(open_session(store, 0, "bob"), store.paths.folder))["candidates"]
    assert sorted(len(one["samples"]) for one in waiting) == [2, 2, 4]


def test_two_who_ask_at_once_hear_the_same_song(store: RunStore) -> None:
    """One of them makes it; its files are what the store says of them."""
    together = Barrier(2)

    def ask(listener: str) -> bytes:
        with RunStore(store.paths.folder) as own:
            session = open_session(own, 0, listener)
            together.wait()
            return asked(session, "g0-1").samples[-1].files["audio"].read_bytes()

    with ThreadPoolExecutor(2) as both:
        one, other = both.map(ask, ("ann", "bob"))
    assert one == other
    assert len(store.samples_of("g0-1")) == 3
    assert examine(store.paths.folder).is_whole


def test_a_song_that_is_kept_is_not_written_over(store: RunStore) -> None:
    """As from another session that was slower: the files stay those of the first."""
    assert store.record_sample("g0-1", Sample(3, files("song-3", b"first"), {"notes": 1}))
    assert not store.record_sample("g0-1", Sample(3, files("song-3", b"second"), {"notes": 2}))
    assert store.samples_of("g0-1")[-1].facts == {"notes": 1}
    assert store.read_file("individuals/g0-1/song-3.mid") == b"first.mid"


def test_a_lost_or_damaged_file_of_songs_is_told_and_nothing_else_is_lost(store: RunStore) -> None:
    """The session goes on: the others' songs can be had, and the ballot is cast."""
    session = open_session(store, 0, "ann")
    store.paths.artifact("g0-1", "unheard.json.z").unlink()
    store.paths.artifact("g0-2", "unheard.json.z").write_bytes(b"other")
    for name, row in (("g0-1", "file-lost"), ("g0-2", "file-damaged")):
        with pytest.raises(RunError) as refused:
            session.more(name)
        told(row, f"evolve: {refused.value}")
    asked(session, "g0-3")
    cast_ballot(store, session, Ballot((("g0-1",), ("g0-2", "g0-3"))), "list")
    assert numbers(open_session(store, 0, "ann")) == {"g0-1": [1, 2], "g0-2": [1, 2], "g0-3": [1, 2, 3]}


def test_songs_that_nobody_can_read_are_told_in_a_line(tmp_path: Path) -> None:
    """Where the file is what was written, and no songs; of a run that is older than such files there are none."""
    with new_run(tmp_path / "run") as store:
        strange = Artifact("unheard", "unheard.json.z", b"strange")
        store.record_trial(replace(result_of("g0-1"), artifacts=(strange,)))
        for name in ("g0-2", "g0-3"):
            store.record_trial(result_of(name))
        store.record_evaluated(0)
        session = open_session(store, 0, "ann")
        with pytest.raises(RunError, match="songs that were not heard is damaged; evolve compose makes others"):
            session.more("g0-1")
        assert session.more("g0-2") is None


def test_a_disk_without_room_is_told_and_the_song_can_be_had_later(tmp_path: Path) -> None:
    """Full or read-only: one line, nothing is recorded, and with room made the song is there."""
    with small_disk(tmp_path / "disk", 8) as disk:
        with run_with_unheard(disk / "run") as store:
            session, before = open_session(store, 0, "ann"), store.read()
            fill(disk)
            with pytest.raises(RunError) as refused:
                session.more("g0-1")
            told("disk-full-ranking", f"evolve: {refused.value}")
            make_room(disk)
        with read_only(disk), RunStore(disk / "run") as store:
            with pytest.raises(RunError) as refused:
                open_session(store, 0, "ann").more("g0-1")
            told("read-only", f"evolve: {refused.value}")
        with RunStore(disk / "run") as store:
            assert store.read() == before
            asked(open_session(store, 0, "ann"), "g0-1")
        assert examine(disk / "run").is_whole


def test_a_report_lists_songs_that_were_asked_for(store: RunStore) -> None:
    """Behind those that were chosen, which the metrics number."""
    asked(open_session(store, 0, "ann"), "g0-2")
    run = store.look()
    told_of = {one["id"]: one for one in report_document(run)["generations"][0]["individuals"]}
    assert [song["index"] for song in told_of["g0-2"]["samples"]] == [1, 2, 3]
    assert told_of["g0-2"]["samples"][2]["files"]["midi"] == "individuals/g0-2/song-3.mid"
    assert told_of["g0-2"]["metrics"]["songs_heard"] == [1, 2]
    assert told_of["g0-2"]["files"]["unheard"] == "individuals/g0-2/unheard.json.z"
    assert [row["samples"] for row in table_rows(run)] == [2, 3, 2]
    assert [len(one.chosen_samples) for one in run.individuals.values()] == [2, 2, 2]


def test_a_favourite_who_comes_back_is_not_known_by_its_songs(tunes: Path, tmp_path: Path) -> None:
    """It has as many as the others, until one is asked for: that which was heard before, then another."""
    met: list[Candidate] = []

    def judge(session: ListeningSession) -> tuple[Ballot, str] | None:
        if session.generation == 0:
            for one in session.candidates:
                asked(session, one.id)
            return by_ear(session)
        met.extend(session.candidates)
        met.extend(asked(session, one.id) for one in session.candidates)
        return None

    with RunStore(prepare_run(tmp_path / "run", small_settings(tunes))) as store:
        go(store, PretendedExecution(unheard=2), judge)
        (elite,) = store.read().generations[1].elites
        assert examine(store.paths.folder).is_whole
        assert [song.index for song in store.samples_of(elite)] == [1, 2, 3]
    assert {len(one.samples) for one in met[: len(met) // 2]} == {2}
    assert {len(one.samples) for one in met[len(met) // 2 :]} == {3}
    assert elite in {one.id for one in met}
