"""What is written into a run folder comes back as it was, in whatever order things happened."""

import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evolve.errors import DamagedStoreError, RunError
from evolve.records.ballot import ListeningLog, Playback
from evolve.records.individual import Individual, Origin
from evolve.records.run import (
    Artifact,
    GenerationRecord,
    GenerationStatus,
    IndividualRecord,
    IndividualStatus,
    Sample,
    SampleRecord,
    TrialResult,
)
from evolve.store.paths import RunPaths
from evolve.store.run_store import RunStore
from tests.store.damage import alter
from tests.store.runs import (
    FACTS,
    ballot_of,
    broods,
    by_first_ballot,
    changes,
    every_text,
    founders,
    json_objects,
    new_run,
    result_of,
    results,
)

ANN = ballot_of("ann", "g0-1")


def expected(individual: Individual, result: TrialResult | None) -> IndividualRecord:
    """What a store must say of an individual after this trial."""
    if result is None:
        return IndividualRecord(individual, IndividualStatus.BORN, {}, {}, (), {}, None, None)
    status = IndividualStatus.EVALUATED if result.failure is None else IndividualStatus.FAILED
    folder = f"individuals/{individual.id}"
    songs = tuple(
        SampleRecord(song.index, {file.kind: f"{folder}/{file.name}" for file in song.files}, song.facts)
        for song in result.samples
    )
    files = {artifact.kind: f"{folder}/{artifact.name}" for artifact in result.artifacts}
    return IndividualRecord(
        individual, status, {}, result.metrics, songs, files, result.failure, None, presented=len(songs)
    )


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_everything_comes_back_as_it_was_written(data: st.DataObject) -> None:
    """Genomes, families, changes, metrics, songs, files and failures of any shape, through another opening."""
    first = data.draw(broods(0))
    second = data.draw(broods(1, [one.id for one in first]))
    made = {one.id: data.draw(st.none() | results(one.id)) for one in first}
    changed = {one.id: data.draw(changes) for one in second}
    more = data.draw(json_objects)
    with tempfile.TemporaryDirectory() as folder:
        with RunStore.create(Path(folder) / "a run", FACTS) as store:
            store.record_facts({"corpus": more})
            store.record_generation(0, first, {})
            for result in filter(None, made.values()):
                assert store.record_trial(result)
            store.record_generation(1, second, changed, elites=[first[0].id], parents=[one.id for one in first[::-1]])
        with RunStore(Path(folder) / "a run") as store:
            run = store.read()
            for result in filter(None, made.values()):
                for artifact in (*result.artifacts, *(file for song in result.samples for file in song.files)):
                    assert store.paths.artifact(result.individual_id, artifact.name).read_bytes() == artifact.data
    assert (run.name, run.fact("corpus"), run.fact("opening")) == ("a run", more, {})
    assert (run.created_at, run.settings, run.space, run.versions) == tuple(FACTS.values())
    assert list(run.individuals) == [one.id for one in (*first, *second)]
    for one in first:
        assert run.individuals[one.id] == expected(one, made[one.id])
    for one in second:
        assert run.individuals[one.id].individual == one
        assert run.individuals[one.id].changed == changed[one.id]
    failed = tuple(name for name, result in made.items() if result is not None and result.failure is not None)
    assert run.generations == (
        GenerationRecord(
            0, GenerationStatus.BRED, tuple(one.id for one in first), (), failed,
            tuple(one.id for one in first[::-1]), {}, (),
        ),
        GenerationRecord(
            1, GenerationStatus.BORN, (first[0].id, *(one.id for one in second)), (first[0].id,), (), (), {}, ()
        ),
    )  # fmt: skip


def test_a_second_result_of_the_same_individual_changes_nothing(tmp_path: Path) -> None:
    """As when a node that was given up for lost reports after all: neither rows nor files."""
    with new_run(tmp_path / "run") as store:
        assert store.record_trial(result_of("g0-1"))
        before, song = store.read(), store.paths.artifact("g0-1", "song-1.mid").read_bytes()
        other = TrialResult("g0-1", {"epochs": 9}, (), (Artifact("network", "song-1.mid", b"other"),))
        for late in (result_of("g0-1"), other, result_of("g0-1", failure="lost")):
            assert not store.record_trial(late)
        assert store.read() == before
        assert store.paths.artifact("g0-1", "song-1.mid").read_bytes() == song


def test_the_start_of_a_trial_is_kept_until_it_ends(tmp_path: Path) -> None:
    """A trial that begins again does not undo what another attempt recorded."""
    with new_run(tmp_path / "run") as store:
        store.record_start("g0-1")
        assert store.read().individuals["g0-1"].status is IndividualStatus.EVALUATING
        store.record_trial(result_of("g0-1"))
        store.record_start("g0-1")
        assert store.read().individuals["g0-1"].status is IndividualStatus.EVALUATED


@pytest.mark.parametrize("reason", ["the loss became NaN", ""])
def test_a_failure_is_a_failure_whatever_its_reason(tmp_path: Path, reason: str) -> None:
    """Also without any words."""
    with new_run(tmp_path / "run") as store:
        store.record_trial(result_of("g0-2", failure=reason))
        record = store.read().individuals["g0-2"]
    assert (record.status, record.failure, record.samples) == (IndividualStatus.FAILED, reason, ())


def test_replacements_take_the_slots_of_the_failed(tmp_path: Path) -> None:
    """Members keep the order of slots; the failed stay on record with who came for them, first failure first."""
    with new_run(tmp_path / "run") as store:
        for failed, fresh in (("g0-2", "g0-2b"), ("g0-1", "g0-1b"), ("g0-2b", "g0-2c")):
            store.record_trial(result_of(failed, failure="NaN"))
            old = store.read().individuals[failed].individual
            new = Individual(fresh, 0, old.slot, old.genome, Origin.REPLACEMENT)
            store.record_replacements({failed: new})
        run = store.read()
    assert run.generations[0].members == ("g0-1b", "g0-2c", "g0-3")
    assert run.generations[0].failed == ("g0-1", "g0-2", "g0-2b")
    replaced = {name: record.replaced_by for name, record in run.individuals.items() if record.replaced_by}
    assert replaced == {"g0-1": "g0-1b", "g0-2": "g0-2b", "g0-2b": "g0-2c"}


def test_material_comes_back_with_its_facts_and_files(tmp_path: Path) -> None:
    """The opening's files are named relative to the run folder."""
    with RunStore.create(tmp_path / "run", FACTS) as store:
        assert store.fact("opening") is None
        facts = {"corpus": {"pieces": 3}, "opening": {"source": "tune 1", "notes": 50}}
        store.write_material(b"encoded", {"opening": [Artifact("midi", "opening.mid", b"MThd")]}, facts)
        run = store.read()
        assert store.read_material() == b"encoded"
        assert run.fact("corpus") == {"pieces": 3}
        assert run.fact("opening") == {"source": "tune 1", "notes": 50, "files": {"midi": "facts/opening/opening.mid"}}
        assert store.read_file("facts/opening/opening.mid") == b"MThd"
        assert store.fact("opening") == run.fact("opening")
        assert store.fact("no such fact") is None


def test_a_run_knows_its_domain_and_who_builds_its_networks(tmp_path: Path) -> None:
    """By reference, with the digest of code of the user's own; empty where nothing was said."""
    own = {"domain": {"reference": "mine.py:evaluate", "sha256": "0a"}, "build": {"reference": "net.py:build"}}
    with RunStore.create(tmp_path / "music", FACTS) as store:
        assert (store.read().domain, store.read().build) == ({}, {})
    with RunStore.create(tmp_path / "own", {**FACTS, **own}) as store:
        run = store.read()
    assert (run.domain, run.build) == (own["domain"], own["build"])


def test_what_a_trial_presents_is_kept_with_it(tmp_path: Path) -> None:
    """Fewer than it made, if it says so; a sample that is asked for later is not among them."""
    with new_run(tmp_path / "run") as store:
        store.record_trial(result_of("g0-1"))
        store.record_trial(replace(result_of("g0-2", songs=3), presented=1))
        store.record_sample("g0-1", Sample(3, (), {}))
        chosen = {name: one.chosen_samples for name, one in store.read().individuals.items()}
    assert {name: [one.index for one in samples] for name, samples in chosen.items()} == {
        "g0-1": [1, 2], "g0-2": [1], "g0-3": []
    }  # fmt: skip


def test_a_lost_file_is_the_users_to_bring_back(tmp_path: Path) -> None:
    """As after copying a part of a run folder."""
    with RunStore.create(tmp_path / "run", FACTS) as store:
        store.write_material(b"encoded", {}, {"opening": {}})
        store.paths.material.unlink()
        with pytest.raises(RunError) as told:
            store.read_material()
    assert str(told.value) == (
        f"run has lost its file material.bin; copy a run folder with all that is in it, and see what else is missing "
        f"with: evolve doctor {tmp_path / 'run'}"
    )


# --- ballots ---------------------------------------------------------------------------------------------------------


def test_ballots_of_all_listeners_make_the_ranking(tmp_path: Path) -> None:
    """The ranking sees every ballot each time; a listener's later ballot takes the place of the earlier."""
    with new_run(tmp_path / "run", evaluated=True) as store:
        ann, bob = ballot_of("ann", "g0-2", "g0-1 g0-3"), ballot_of("bobby", "g0-1", "g0-3", rejected=["g0-2"])
        store.record_ballot(0, ann, by_first_ballot)
        standings = store.record_ballot(0, bob, by_first_ballot)
        generation = store.read().generations[0]
        assert generation.status is GenerationStatus.RANKED
        assert generation.ballots == (ann, bob)
        assert generation.ranking == standings
        assert {standing.utility for standing in standings.values()} == {2.0}
        again = ballot_of("ann", "g0-3", "g0-2", "g0-1", favourites=[("g0-1", 2), ("g0-3", 1)])
        store.record_ballot(0, again, by_first_ballot)
        generation = store.read().generations[0]
        assert generation.ballots == (again, bob)
        assert {name: standing.rank for name, standing in generation.ranking.items()} == again.ballot.ranks


def test_a_ballot_must_wait_for_the_songs_and_come_before_the_children(tmp_path: Path) -> None:
    """Both errors say what to do or why not."""
    ballot = ballot_of("ann", "g0-1 g0-2 g0-3")
    with new_run(tmp_path / "run") as store:
        with pytest.raises(RunError, match=r"generation 0 of run is not evaluated yet; go on: evolve resume /.*/run"):
            store.record_ballot(0, ballot, by_first_ballot)
        with pytest.raises(RunError, match="generation 1 of run is not evaluated yet"):
            store.record_ballot(1, ballot, by_first_ballot)
        store.record_evaluated(0)
        store.record_ballot(0, ballot, by_first_ballot)
        store.record_generation(1, (), {}, elites=["g0-1"], parents=["g0-1"])
        with pytest.raises(
            RunError, match="generation 0 of run has children already: its ranking can no longer change"
        ):
            store.record_ballot(0, ballot, by_first_ballot)


def test_children_are_born_only_from_the_ranking_that_stands(tmp_path: Path) -> None:
    """A ballot that comes in while the next generation is bred is not passed over: the children are bred anew."""
    with new_run(tmp_path / "run") as store:
        for name in ("g0-1", "g0-2", "g0-3"):
            store.record_trial(result_of(name))
        store.record_evaluated(0)
        store.record_ballot(0, ballot_of("ann", "g0-1", "g0-2 g0-3"), by_first_ballot)
        read = store.read().generations[0].ranking
        store.record_ballot(0, ballot_of("ann", "g0-3", "g0-2 g0-1"), by_first_ballot)
        assert not store.record_generation(1, [], {}, elites=["g0-1"], parents=["g0-1"], bred_from=read)
        assert [(one.index, one.status) for one in store.read().generations] == [(0, GenerationStatus.RANKED)]
        stands = store.read().generations[0].ranking
        assert store.record_generation(1, [], {}, elites=["g0-3"], parents=["g0-3"], bred_from=stands)
        assert store.read().generations[0].parents == ("g0-3",)


def test_children_are_born_only_from_the_favourites_that_stand(tmp_path: Path) -> None:
    """A ballot with the same order and other hearts is not passed over either."""
    with new_run(tmp_path / "run") as store:
        for name in ("g0-1", "g0-2", "g0-3"):
            store.record_trial(result_of(name))
        store.record_evaluated(0)
        store.record_ballot(0, ballot_of("ann", "g0-1", "g0-2", "g0-3"), by_first_ballot)
        read = store.read().generations[0]
        record = ballot_of("ann", "g0-1", "g0-2", "g0-3")
        loving = replace(record, ballot=replace(record.ballot, favourites=(("g0-3", 1),)))
        store.record_ballot(0, loving, by_first_ballot)
        stands = store.read().generations[0]
        assert read.ranking == stands.ranking
        assert (set(read.loved), set(stands.loved)) == (set(), {"g0-3"})
        assert not store.record_generation(1, [], {}, elites=["g0-1"], bred_from=stands.ranking, loved=read.loved)
        assert store.record_generation(1, [], {}, elites=["g0-1"], bred_from=stands.ranking, loved=stands.loved)


def test_a_draft_is_kept_for_each_listener_until_the_ballot(tmp_path: Path) -> None:
    """The finished ballot takes the place of its own draft alone."""
    steps = [{"do": "up", "id": "g0-1"}, {"do": "order", "tiers": [["g0-1"]], "note": "é"}]
    with new_run(tmp_path / "run", evaluated=True) as store:
        assert store.draft_steps(0, "ann") == []
        store.record_draft(0, "ann", steps[:1])
        store.record_draft(0, "ann", steps)
        store.record_draft(0, "bob", steps[:1])
        assert store.draft_steps(0, "ann") == steps
        store.record_ballot(0, ballot_of("ann", "g0-1"), by_first_ballot)
        assert store.draft_steps(0, "ann") == []
        assert store.draft_steps(0, "bob") == steps[:1]


def test_a_ballot_that_waits_for_others_ranks_nothing_until_the_generation_is_closed(tmp_path: Path) -> None:
    """It is kept all the same, and another one of the same listener takes its place."""
    with new_run(tmp_path / "run", evaluated=True) as store:
        store.record_ballot(0, ballot_of("ann", "g0-2", "g0-1"), None)
        assert store.record_ballot(0, ballot_of("ann", "g0-1", "g0-2"), None) == {}
        store.record_ballot(0, ballot_of("bob", "g0-2", "g0-1"), None)
        open_ = store.read().generations[0]
        ranking = store.record_ranking(0, by_first_ballot)
        closed = store.read().generations[0]
    assert (open_.status, open_.ranking) == (GenerationStatus.EVALUATED, {})
    assert [one.ballot.tiers for one in open_.ballots] == [(("g0-1",), ("g0-2",)), (("g0-2",), ("g0-1",))]
    assert (closed.status, closed.ranking) == (GenerationStatus.RANKED, ranking)
    assert [entry.rank for entry in ranking.values()] == [1, 2]


def test_what_a_ballot_costs_is_added_up_and_goes_over_to_it(tmp_path: Path) -> None:
    """Of a ballot that is cast again, all that it has cost; steps and costs of a draft leave each other alone."""
    with new_run(tmp_path / "run", evaluated=True) as store:
        store.record_listening(0, "ann", ListeningLog(2.0, (Playback("g0-1", 1, 1, 1.5),)))
        store.record_draft(0, "ann", [{"do": "up"}])
        store.record_listening(0, "ann", ListeningLog(1.0, (Playback("g0-1", 1, 2, 0.5),)))
        assert store.draft_steps(0, "ann") == [{"do": "up"}]
        store.record_ballot(0, ANN, by_first_ballot)
        store.record_listening(0, "ann", ListeningLog(4.0))
        assert store.listening_log(0, "ann") == ListeningLog(7.0, (Playback("g0-1", 1, 3, 2.0),))
        store.record_ballot(0, ANN, by_first_ballot)
        (record,) = store.read().generations[0].ballots
        assert store.listening_log(0, "bob") == ListeningLog()
    assert record.listening == ListeningLog(7.0, (Playback("g0-1", 1, 3, 2.0),))


def test_a_comment_comes_back_with_its_ballot(tmp_path: Path) -> None:
    """As it was written, in any script."""
    with new_run(tmp_path / "run", evaluated=True) as store:
        store.record_ballot(0, replace(ANN, ballot=ANN.ballot.commented("g0-1", "<b>très</b> 好")), by_first_ballot)
        (record,) = store.read().generations[0].ballots
    assert record.ballot.comments == (("g0-1", "<b>très</b> 好"),)


def test_a_ranked_generation_does_not_go_back_to_waiting(tmp_path: Path) -> None:
    """When it is told once more that all songs are there."""
    with new_run(tmp_path / "run", evaluated=True) as store:
        store.record_ballot(0, ballot_of("ann", "g0-1"), by_first_ballot)
        store.record_evaluated(0)
        assert store.read().generations[0].status is GenerationStatus.RANKED


# --- the folder ------------------------------------------------------------------------------------------------------


def test_a_run_folder_can_be_moved_and_renamed(tmp_path: Path) -> None:
    """Its records stay the same but for the name, every file is found, and work goes on there."""
    with new_run(tmp_path / "old", evaluated=True) as store:
        before = store.read()
    moved = (tmp_path / "elsewhere").resolve()
    moved.mkdir()
    (tmp_path / "old").rename(moved / "new")
    with RunStore(moved / "new") as store:
        after = store.read()
        assert after.name == "new"
        assert (after.individuals, after.generations) == (before.individuals, before.generations)
        for record in after.individuals.values():
            for path in (*record.files.values(), *(path for song in record.samples for path in song.files.values())):
                assert store.read_file(path)
        store.record_ballot(0, ballot_of("ann", "g0-1"), by_first_ballot)


def test_no_text_of_the_store_knows_where_the_run_lies(tmp_path: Path) -> None:
    """Every column of every table was looked at."""
    with new_run(tmp_path / "run", evaluated=True) as store:
        store.write_material(b"", {"opening": [Artifact("midi", "opening.mid", b"")]}, {"opening": {}})
        store.record_draft(0, "bob", [{"do": "up"}])
        store.record_ballot(0, ballot_of("ann", "g0-1"), by_first_ballot)
        texts = every_text(store.paths.database)
    assert len(texts) > 50
    assert not [text for text in texts if str(tmp_path) in text or text.startswith("/") or '"/' in text]


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    """The user is told the two ways on; hidden files, as a file manager leaves them, do not count."""
    (tmp_path / ".DS_Store").touch()
    RunStore.create(tmp_path, FACTS).__exit__()
    with pytest.raises(RunError) as told:
        RunStore.create(tmp_path, FACTS)
    assert str(told.value) == (f"{tmp_path} exists already; choose another --name, or go on: evolve resume {tmp_path}")


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    """With the reason of the operating system."""
    (tmp_path / "file").touch()
    with pytest.raises(
        RunError, match=r"cannot create the run folder .*/file/run: Not a directory; choose another folder"
    ):
        RunStore.create(tmp_path / "file" / "run", FACTS)


def test_a_discarded_run_leaves_nothing_but_what_was_there_before(tmp_path: Path) -> None:
    """Hidden files and folders stay with all that is in them, and so does what a link leads to."""
    run, kept = tmp_path / "run", tmp_path / "kept"
    for folder in (kept, run / ".git"):
        folder.mkdir(parents=True)
        (folder / "HEAD").touch()
    (run / ".DS_Store").touch()
    store = new_run(run, evaluated=True)
    store.write_file(store.paths.space, b"genes: {}")
    store.paths.checkpoints.mkdir()
    (run / "composed").symlink_to(kept)
    store.discard()
    assert sorted(path.relative_to(run).as_posix() for path in run.rglob("*")) == [".DS_Store", ".git", ".git/HEAD"]
    assert (kept / "HEAD").exists()
    new_run(tmp_path / "other").discard()
    assert not (tmp_path / "other").exists()


def test_what_somebody_puts_beside_a_run_is_not_discarded_with_it(tmp_path: Path) -> None:
    """Notes that were taken while it was founded are theirs."""
    store = new_run(tmp_path / "run", evaluated=True)
    (tmp_path / "run" / "notes.txt").write_text("the second one")
    store.discard()
    assert [path.name for path in (tmp_path / "run").iterdir()] == ["notes.txt"]


@pytest.mark.parametrize(
    ("harm", "asked"),
    [
        ("UPDATE fact SET value = '[]' WHERE name = 'settings'", lambda store: store.fact("settings")),
        ("UPDATE fact SET value = '{\"seed\": 1.5}' WHERE name = 'settings'", lambda store: store.read()),
        ("UPDATE sample SET files = '[]'", lambda store: store.samples_of("g0-1")),
        ("UPDATE sample SET files = '{\"midi\": 1}'", lambda store: store.samples_of("g0-1")),
        ("UPDATE draft SET steps = '{}'", lambda store: store.draft_steps(0, "ann")),
        ("UPDATE generation SET status = 'lost'", lambda store: store.record_ballot(0, ANN, by_first_ballot)),
        ("UPDATE ballot SET tiers = '[[[]]]'", lambda store: store.record_ballot(0, ANN, by_first_ballot)),
        ("UPDATE draft SET steps = 'none'", lambda store: store.record_draft(0, "ann", [], before=[])),
        ("UPDATE individual SET status = 'lost'", lambda store: store.record_trial(result_of("g0-1"))),
        ("UPDATE individual SET genome = '[[\"width\", [1]]]'", lambda store: store.read()),
        ("UPDATE individual SET parents = '{}'", lambda store: store.read()),
        ("DELETE FROM individual WHERE id = 'g0-2'", lambda store: store.read()),
    ],
)
def test_what_no_evolve_has_written_is_told_as_damage(
    tmp_path: Path, harm: str, asked: Callable[[RunStore], object]
) -> None:
    """Whatever of it is asked for; the rest can be read."""
    with new_run(tmp_path / "run", evaluated=True) as store:
        store.record_draft(0, "ann", [{"do": "up"}])
        store.record_ballot(0, ballot_of("bob", "g0-1"), by_first_ballot)
        alter(tmp_path / "run", harm)
        with pytest.raises(DamagedStoreError, match=r"the store of .* is damaged \(.*evolve doctor"):
            asked(store)
        assert store.read_file("individuals/g0-1/song-1.mid")


@pytest.mark.parametrize("problem", [TypeError, KeyError, AttributeError, ZeroDivisionError])
def test_a_mistake_of_ours_is_not_told_as_damage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, problem: type[Exception]
) -> None:
    """The user would look for a copy of a store that is whole."""

    def mistaken(*_: object) -> None:
        raise problem

    with new_run(tmp_path / "run", evaluated=True) as store:
        monkeypatch.setattr("evolve.store.run_store.read_run", mistaken)
        with pytest.raises(problem):
            store.read()


def test_a_folder_without_a_store_is_told(tmp_path: Path) -> None:
    """It has not the one file that matters."""
    with pytest.raises(RunError, match=r"is no run folder: it has no run\.sqlite"):
        RunStore(tmp_path)


@pytest.mark.parametrize("name", ["../../evil.mid", "/evil.mid", "..", ".mid", "a/b.mid"])
def test_a_file_that_would_leave_the_run_folder_is_refused(tmp_path: Path, name: str) -> None:
    """Whatever a worker sends: nothing is written, and no row says otherwise."""
    with new_run(tmp_path / "run") as store:
        with pytest.raises(RunError, match="cannot be a name"):
            store.record_trial(TrialResult("g0-1", artifacts=(Artifact("midi", name, b"x"),)))
        assert store.read().individuals["g0-1"].status is IndividualStatus.BORN
    assert not list(tmp_path.rglob("*.mid"))


def test_paths_of_a_run_are_those_of_its_folder(tmp_path: Path) -> None:
    """Opened by a path with detours or without."""
    new_run(tmp_path / "run").__exit__()
    with RunStore(tmp_path / "run" / ".." / "run") as store:
        assert store.name == "run"
        assert store.paths.database.samefile(RunPaths(tmp_path / "run").database)


def test_what_one_individual_costs_does_not_grow_with_the_others(tmp_path: Path) -> None:
    """Recording its trial and finding its songs take SQLite as many steps among 400 as among 40."""
    steps = []
    with new_run(tmp_path / "run", population=400) as store:

        def record(one: Individual) -> int:
            taken = 0

            def count() -> int:
                nonlocal taken
                taken += 1
                return 0

            store._database._connection.set_progress_handler(count, 10)
            store.record_start(one.id)
            store.record_trial(TrialResult(one.id, {}, tuple(Sample(index, (), {}) for index in (1, 2, 3))))
            assert len(store.samples_of(one.id)) == 3
            return taken

        steps = [record(one) for one in founders(400)]
    assert max(steps[-20:]) < 1.3 * max(steps[20:40])


def test_the_names_of_a_trial_s_files_are_made_sure_of_together(tmp_path: Path, flushed: list[Path]) -> None:
    """Each file is flushed, its folder once for all of them, before the row that names them commits."""
    with new_run(tmp_path / "run") as store:
        flushed.clear()
        store.record_trial(result_of("g0-1"))
    folder = store.paths.artifact("g0-1", "song-1.mid").parent
    assert sum(path.parent == folder for path in flushed) == 7
    assert flushed.count(folder) == 1
    before = [path for path in flushed if path != store.paths.copies and store.paths.copies not in path.parents]
    assert before[-1] == folder
