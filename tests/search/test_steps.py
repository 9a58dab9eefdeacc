"""Whole runs with pretended trials: what happens in what order, and who decides it."""

import contextlib
from pathlib import Path

import pytest
import yaml

from evolve.domains.music import DOMAIN
from evolve.errors import BallotError, ExecutionError, RunError, SettingsError, SpaceError
from evolve.genetics.breeding import MAX_REPLACEMENTS
from evolve.genetics.lineage import changed
from evolve.records.ballot import Ballot
from evolve.records.events import Event, EventKind
from evolve.records.individual import Individual, Origin
from evolve.records.run import GenerationStatus, IndividualStatus, RunRecord, TrialResult
from evolve.search.listening import ListeningSession, open_session
from evolve.search.run_facts import settings_of, space_of
from evolve.search.steps import Outcome, advance, cast_ballot, close_generation, create, extend
from evolve.store.run_store import RunStore
from evolve.terminal.options import DEFAULT_LISTENER
from tests.pretended_trials import (
    WORDS_ALONE,
    PretendedExecution,
    Remembering,
    by_ear,
    copy_of,
    go,
    lineage,
    prepare_run,
    small_settings,
    worth,
)
from tests.store.runs import every_text

TRIALS = 10
"""Of the undisturbed run: four founders, then three born in each of two generations."""


# --- a run without disturbances --------------------------------------------------------------------------------------


def test_a_run_ends_with_all_generations_ranked(undisturbed: RunRecord) -> None:
    """All but the last are bred; every slot of each is filled by somebody with songs."""
    statuses = [one.status for one in undisturbed.generations]
    assert statuses == [GenerationStatus.BRED, GenerationStatus.BRED, GenerationStatus.RANKED]
    for generation in undisturbed.generations:
        assert len(generation.members) == 4
        for name in generation.members:
            assert undisturbed.individuals[name].status is IndividualStatus.EVALUATED
            assert [song.index for song in undisturbed.individuals[name].samples] == [1, 2]


def test_the_ranking_decides_who_breeds_and_who_comes_back(undisturbed: RunRecord) -> None:
    """The two best are the parents, the best of all is heard again, and children tell what changed."""
    records = undisturbed.individuals
    for before, after in zip(undisturbed.generations, undisturbed.generations[1:], strict=False):
        order = sorted(before.members, key=lambda name: -worth(records[name].individual.genome))
        assert {name: entry.rank for name, entry in before.ranking.items()} == {
            name: rank for rank, name in enumerate(order, start=1)
        }
        assert before.parents == tuple(order[:2])
        assert after.elites == (order[0],)
        assert after.members[0] == order[0]
        for name in after.members[1:]:
            one = records[name].individual
            assert set(one.parents) <= set(before.parents)
            first = [records[parent].individual.genome for parent in one.parents[:1]]
            assert records[name].changed == (changed(one.genome, first[0]) if first else {})
        assert sum(records[name].individual.origin is Origin.NEWCOMER for name in after.members) == 1
    assert len({record.individual.genome for record in records.values()}) == len(records) == TRIALS


def test_the_whole_run_is_read_a_few_times_a_generation(store: RunStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a run of thousands that is what takes long: before the trials, after them, and when they are ranked."""
    reads = 0
    read = RunStore.read

    def counted(run: RunStore) -> RunRecord:
        nonlocal reads
        reads += 1
        return read(run)

    monkeypatch.setattr(RunStore, "read", counted)
    go(store, judge=None)
    assert reads == 3


def test_elites_are_heard_again_without_being_trained_again(store: RunStore) -> None:
    """Each individual is run once, however often it is heard."""
    execution = PretendedExecution()
    go(store, execution)
    assert sorted(execution.ran) == sorted(store.read().individuals)
    assert len(execution.ran) == TRIALS


def test_a_run_that_goes_on_needs_the_music_no_more(store: RunStore) -> None:
    """What was read of the corpus lies in the run folder: the files themselves may be gone."""
    observer = Remembering()
    assert go(store, observer=observer) is Outcome.COMPLETE
    assert observer.corpus == []


def test_trials_run_only_while_nobody_listens(store: RunStore) -> None:
    """The machine is given back before the listener is asked, and taken anew for the next generation."""
    execution, seen = PretendedExecution(), []

    def judge(session: ListeningSession) -> tuple[Ballot, str]:
        seen.append((session.generation, execution.is_running, execution.entered))
        return by_ear(session)

    go(store, execution, judge)
    assert seen == [(0, False, 1), (1, False, 2), (2, False, 3)]
    assert go(store, execution, judge) is Outcome.COMPLETE
    assert execution.entered == 3


def test_the_place_gets_ready_while_a_listener_still_ranks(store: RunStore) -> None:
    """For as many trials as the next generation may need; before the last ranking nothing more will come."""
    execution, seen = PretendedExecution(), []

    def judge(session: ListeningSession) -> tuple[Ballot, str]:
        seen.append(list(execution.foretold))
        return by_ear(session)

    go(store, execution, judge)
    assert seen == [[4], [4, 4], [4, 4]]


def test_songs_can_be_heard_as_each_individual_ends(store: RunStore) -> None:
    """One by one, under the letters that the whole generation will have; elites' with the first new one's.

    Alone in the folder, whoever is heard again would be known.
    """
    observer = Remembering()
    by_letter: dict[int, set[str]] = {}

    def judge(session: ListeningSession) -> tuple[Ballot, str]:
        by_letter[session.generation] = {f"{letter}-1.mid" for letter in session.letters}
        return by_ear(session)

    go(store, judge=judge, observer=observer)
    assert [heard for heard, _ in observer.hearable] == [1, 2, 3, 4, *[2, 3, 4] * 2]
    for (heard, files), generation in zip(observer.hearable, [0] * 4 + [1] * 3 + [2] * 3, strict=True):
        first_songs = {name for name in files if name.endswith("-1.mid")}
        assert len(first_songs) == heard
        assert first_songs <= by_letter[generation]


def test_a_replacement_inherits_the_letter_and_no_other_changes(store: RunStore) -> None:
    """What was staged before somebody failed still lies under the right letter when all have ended."""
    execution = PretendedExecution(fails=lambda one: "bad" if one.id in ("g0-1", "g0-3", "g0-3b") else None)
    sessions: list[ListeningSession] = []

    def judge(session: ListeningSession) -> None:
        sessions.append(session)

    observer = Remembering()
    go(store, execution, judge, observer)
    assert [heard for heard, _ in observer.hearable] == [1, 2, 3, 4]
    assert sorted(sessions[0].letters.values()) == ["g0-1b", "g0-2", "g0-3c", "g0-4"]
    for candidate in sessions[0].candidates:
        midi = store.paths.artifact(candidate.id, "song-1.mid").read_bytes()
        assert candidate.samples[0].files["midi"].read_bytes() == midi


def test_an_observer_hears_of_a_result_when_it_is_kept(store: RunStore) -> None:
    """Not before: what a person sees as done survives anything."""

    class Looking(Remembering):
        def __call__(self, event: Event) -> None:
            super().__call__(event)
            if event.kind is EventKind.FINISHED:
                assert store.read().individuals[event.individual_id].status is IndividualStatus.EVALUATED
                self.events.append("looked")

    observer = Looking()
    go(store, observer=observer)
    assert observer.events.count("looked") == TRIALS
    assert observer.events[:3] == ["generation 0", "g0-1 started", "g0-1 training"]
    assert observer.events.count("ended") == 3


def test_a_run_knows_its_settings_its_space_and_what_made_it(tunes: Path, tmp_path: Path) -> None:
    """In the store for resuming, and beside it as files to read; the corpus is read when it is taken on."""
    settings, observer = small_settings(tunes), Remembering()
    with create(tmp_path / "run", settings, "words.yaml", WORDS_ALONE) as store:
        run = store.read()
        assert settings_of(run, DOMAIN) == settings
        assert space_of(run, DOMAIN).size == 384
        assert {"evolve", "python", "tensorflow", "keras", "ray", "symusic"} <= set(run.versions)
        assert store.paths.space.read_text() == WORDS_ALONE
        assert yaml.safe_load(store.paths.settings.read_text())["population"] == 4
        assert go(store, judge=None, observer=observer) is Outcome.WAITING
        run = store.read()
        assert run.fact("corpus")["pieces"] == 8
        assert run.fact("opening")["notes"] == settings.own.opening_notes
        assert all(store.read_file(path) for path in run.fact("opening")["files"].values())
        assert observer.corpus[-1] == (8, 8)
        assert not [text for text in every_text(store.paths.database) if str(store.paths.folder) in text]
    with pytest.raises(RunError, match="exists already"):
        create(tmp_path / "run", settings, "words.yaml", WORDS_ALONE)


def test_the_name_of_a_run_changes_nothing_and_the_seed_everything(
    tunes: Path, tmp_path: Path, undisturbed: RunRecord
) -> None:
    """Two runs with the same settings breed the same genomes."""
    genomes = []
    for name, seed in (("other name", 11), ("run", 12)):
        settings = small_settings(tunes, seed=seed, generations=2)
        with create(tmp_path / name, settings, "words.yaml", WORDS_ALONE) as store:
            go(store)
            genomes.append([record.individual.genome for record in store.read().individuals.values()])
    first = [record.individual.genome for record in undisturbed.individuals.values()][: len(genomes[0])]
    assert genomes[0] == first
    assert genomes[1][:4] != first[:4]


# --- failures --------------------------------------------------------------------------------------------------------


def unlucky(individual: Individual) -> str | None:
    """Two founders fail, one of them twice."""
    return "the loss became NaN" if individual.id in {"g0-2", "g0-4", "g0-4b"} else None


def test_failures_are_replaced_until_the_set_is_full(store: RunStore) -> None:
    """In their own slots, with fresh genomes; the user is told who came for whom and why."""
    observer = Remembering()
    assert go(store, PretendedExecution(unlucky), judge=None, observer=observer) is Outcome.WAITING
    run = store.read()
    assert run.generations[0].members == ("g0-1", "g0-2b", "g0-3", "g0-4c")
    assert run.generations[0].failed == ("g0-2", "g0-4", "g0-4b")
    assert observer.notices == [
        "g0-2 failed (the loss became NaN); g0-2b takes its place",
        "g0-4 failed (the loss became NaN); g0-4b takes its place",
        "g0-4b failed (the loss became NaN); g0-4c takes its place",
    ]
    assert [len(one.samples) for one in open_session(store, 0, "ann").candidates] == [2, 2, 2, 2]
    genomes = [record.individual.genome for record in run.individuals.values()]
    assert len(set(genomes)) == len(genomes)


def test_a_slot_that_always_fails_ends_the_run_with_its_reason(store: RunStore) -> None:
    """After five replacements; the others' work is kept, and going on says the same again."""

    def fails(individual: Individual) -> str | None:
        return f"no memory for {individual.id}" if individual.slot == 3 else None

    for last in ("g0-3f", "g0-3k"):
        with pytest.raises(ExecutionError) as told:
            go(store, PretendedExecution(fails))
        assert str(told.value) == (
            f"5 replacements in a row failed, the last, {last}, with: no memory for {last}; "
            f"see all with: evolve report {store.paths.folder}; try others with: evolve resume {store.paths.folder}; "
            f"or start anew with another space"
        )
    run = store.read()
    assert len(run.generations[0].failed) == 2 * MAX_REPLACEMENTS + 1
    assert run.individuals["g0-1"].status is IndividualStatus.EVALUATED


def test_a_replacement_is_none_of_those_that_were_born(tunes: Path, tmp_path: Path) -> None:
    """In a space of five for four members only the fifth can take the place of the one that failed."""
    settings, text = (
        small_settings(tunes, generations=1),
        "genes: {cell: lstm, width: {type: choice, values: [8, 9, 10, 11, 12]}}",
    )
    with create(tmp_path / "run", settings, "five.yaml", text) as store:
        assert go(store, PretendedExecution(lambda one: "NaN" if one.id == "g0-3" else None)) is Outcome.COMPLETE
        assert {record.individual.genome["width"] for record in store.read().individuals.values()} == {8, 9, 10, 11, 12}


def test_a_space_without_genomes_left_to_replace_is_told(tunes: Path, tmp_path: Path) -> None:
    """Two genomes for two members, and one of them fails."""
    settings = small_settings(tunes, population=2, parents=1)
    with create(tmp_path / "run", settings, "two.yaml", "genes: {branches: {type: boolean}}") as store:
        with pytest.raises(SpaceError, match="exhausted: 2 of its 2"):
            go(store, PretendedExecution(unlucky))
        assert store.read().individuals["g0-1"].status is IndividualStatus.EVALUATED


# --- the listener's turn ---------------------------------------------------------------------------------------------


def test_without_a_judge_a_run_waits_for_a_ballot(store: RunStore, undisturbed: RunRecord) -> None:
    """And goes on from one that was cast meanwhile: the scripted way through a whole run."""
    for generation in range(3):
        assert go(store, judge=None) is Outcome.WAITING
        assert go(store, judge=lambda _: None) is Outcome.WAITING
        session = open_session(store, generation, DEFAULT_LISTENER)
        cast_ballot(store, session, *by_ear(session))
    assert go(store, judge=None) is Outcome.COMPLETE
    assert lineage(store.read()) == lineage(undisturbed)


def test_ballots_of_two_listeners_decide_together(store: RunStore) -> None:
    """Whom both like comes first; each has letters of their own."""
    go(store, judge=None)
    members = store.read().generations[0].members
    for listener, order in (("ann", members), ("bob", (members[0], *members[:0:-1]))):
        cast_ballot(store, open_session(store, 0, listener), Ballot(tuple((name,) for name in order)), "order")
    generation = store.read().generations[0]
    assert generation.ranking[members[0]].rank == 1
    assert [ballot.listener for ballot in generation.ballots] == ["ann", "bob"]
    assert generation.ballots[0].letters != generation.ballots[1].letters
    go(store, judge=None)
    assert store.read().generations[0].parents[0] == members[0]
    assert store.read().generations[1].elites == (members[0],)


def test_a_generation_that_waits_for_several_listeners_is_ranked_when_it_is_closed(store: RunStore) -> None:
    """Their ballots are kept until then, and the run waits; who was not waited for ranks as ever."""
    go(store, judge=None)
    store.record_facts({"listeners": ["ann", "bob"]})
    with pytest.raises(BallotError, match="there is no ballot"):
        close_generation(store, 0)
    session = open_session(store, 0, "ann")
    assert cast_ballot(store, session, *by_ear(session)) == {}
    assert go(store, judge=None) is Outcome.WAITING
    ranking = close_generation(store, 0)
    assert ranking == store.read().generations[0].ranking
    assert go(store, judge=None) is Outcome.WAITING
    assert len(store.read().generations) == 2


def test_whom_nobody_heard_comes_after_all_who_were(store: RunStore) -> None:
    """A ballot over some of the candidates makes them the first choice for parents."""
    store.record_facts({"settings": {**store.read().settings, "parents": 3}})
    go(store, judge=None)
    *_, third, fourth = store.read().generations[0].members
    cast_ballot(store, open_session(store, 0, "ann"), Ballot(((fourth,), (third,))), "order")
    go(store, judge=None)
    assert store.read().generations[0].parents[:2] == (fourth, third)
    assert store.read().generations[1].elites == (fourth,)


def test_a_large_generation_wants_more_room_on_the_disk(
    store: RunStore, tunes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is told before anything is trained; with half of it done, half of the room will do."""
    monkeypatch.setattr(RunStore, "free_bytes", lambda _: 250 * 10**6)
    assert go(store, judge=None) is Outcome.WAITING
    with create(tmp_path / "large", small_settings(tunes, population=130), "words.yaml", WORDS_ALONE) as large:
        with pytest.raises(ExecutionError, match="has 250 MB left, and a generation wants 260 MB; make room"):
            go(large)
        for name in list(large.read().individuals)[:10]:
            large.record_trial(TrialResult(name, {"validation_loss": 3.0}))
        assert go(large, judge=None) is Outcome.WAITING


# --- more members than can be heard ----------------------------------------------------------------------------------


def by_slot(individual: Individual) -> float:
    """The later the slot, the lower the validation loss."""
    return 4.0 - individual.slot / 10


def test_the_best_by_the_rule_are_heard_and_the_favourite_comes_back(tunes: Path, tmp_path: Path) -> None:
    """Whatever it is worth by the rule; nothing of the others is staged for a listener."""
    settings, observer = small_settings(tunes, population=8, heard=3), Remembering()
    met: list[tuple[str, ...]] = []

    def judge(session: ListeningSession) -> tuple[Ballot, str]:
        met.append(tuple(sorted(session.letters.values())))
        return by_ear(session)

    with create(tmp_path / "run", settings, "words.yaml", WORDS_ALONE) as store:
        assert go(store, PretendedExecution(bits=by_slot), judge, observer) is Outcome.COMPLETE
        run = store.read()
        staged = {path.name for path in store.paths.listening(0, DEFAULT_LISTENER).iterdir()}
    assert met[0] == ("g0-6", "g0-7", "g0-8")
    for before, after, candidates in zip(run.generations, run.generations[1:], met[1:], strict=False):
        assert set(before.parents) <= set(before.ranking)
        assert after.elites[0] in candidates
        assert [name for name in candidates if name not in after.elites] == list(after.members[-2:])
    assert {name[0] for name in staged} == {"A", "B", "C"}
    assert observer.hearable == []
    assert observer.notices == 3 * [
        "of 8 members, the 3 with the lowest validation loss are heard "
        "(heard=3, screening=validation_loss); the choice is made when all have ended"
    ]


def test_a_sample_can_be_heard_as_it_ends_and_is_the_same_however_trials_end(tunes: Path, tmp_path: Path) -> None:
    """In whatever order, and after a stop in the middle."""
    settings = small_settings(tunes, population=8, heard=3, screening="sample")
    prepared = prepare_run(tmp_path / "run", settings)
    lineages = []
    for place, execution in enumerate((PretendedExecution(), PretendedExecution(order=5))):
        observer = Remembering()
        with copy_of(prepared, tmp_path / str(place)) as store:
            with contextlib.suppress(KeyboardInterrupt):
                go(store, PretendedExecution(stop_after=3, order=place), observer=observer)
            go(store, execution, observer=observer)
            lineages.append(lineage(store.read()))
        assert max(heard for heard, _ in observer.hearable) == 3
    assert lineages[0] == lineages[1]


def test_when_all_who_were_heard_are_rejected_the_next_by_the_rule_are_parents(tunes: Path, tmp_path: Path) -> None:
    """Nobody has said a word against them."""
    with create(tmp_path / "run", small_settings(tunes, population=8, heard=3), "words.yaml", WORDS_ALONE) as store:
        go(store, PretendedExecution(bits=by_slot), judge=None)
        session = open_session(store, 0, "ann")
        assert sorted(session.unheard) == ["g0-1", "g0-2", "g0-3", "g0-4", "g0-5"]
        cast_ballot(store, session, Ballot((), tuple(session.letters.values())), "order")
        go(store, judge=None)
        assert store.read().generations[0].parents == ("g0-5", "g0-4")
        assert store.read().generations[1].elites == ("g0-5",)
        assert "g0-5" in open_session(store, 1, "ann").letters.values()


def test_when_all_are_rejected_the_next_generation_is_new(store: RunStore) -> None:
    """A listener who likes nothing is not forced to breed from it."""
    go(store, judge=lambda session: (Ballot((), tuple(session.letters.values())), "list"))
    run = store.read()
    assert run.generations[1].elites == ()
    origins = {run.individuals[name].individual.origin for name in run.generations[1].members}
    assert origins == {Origin.NEWCOMER}


def test_a_ballot_cannot_be_changed_once_the_children_are_born(store: RunStore) -> None:
    """Their lineage would be a lie."""
    go(store, judge=None)
    session = open_session(store, 0, DEFAULT_LISTENER)
    cast_ballot(store, session, *by_ear(session))
    cast_ballot(store, session, *by_ear(session))
    go(store, judge=None)
    with pytest.raises(RunError, match="has children already"):
        cast_ballot(store, session, *by_ear(session))


def test_a_complete_run_can_be_given_more_generations(store: RunStore) -> None:
    """It goes on from where it stood, and what was born stays."""
    extend(store, 1)
    assert go(store) is Outcome.COMPLETE
    assert len(store.read().generations) == 1
    extend(store, 2)
    assert go(store) is Outcome.COMPLETE
    assert len(store.read().generations) == 2
    extend(store, 1)
    assert go(store, PretendedExecution(stop_after=0)) is Outcome.COMPLETE
    assert len(store.read().generations) == 2


@pytest.mark.parametrize("generations", [0, 10_001])
def test_a_number_of_generations_that_cannot_be_is_refused(store: RunStore, generations: int) -> None:
    """Before it is written down: the run stays as it was, all its settings included."""
    before = {**store.read().settings, "newcomers": 3}
    store.record_facts({"settings": before})
    with pytest.raises(SettingsError, match=r"^--generations: generations must be"):
        extend(store, generations)
    assert store.read().settings == before
    extend(store, 7)
    assert store.read().settings == {**before, "generations": 7}


def test_a_listener_whose_name_no_folder_can_have_is_refused_before_anything_is_trained(store: RunStore) -> None:
    """The mistake costs no time; it would come to light when all songs are there, otherwise."""
    execution = PretendedExecution()
    with pytest.raises(RunError, match="cannot be a name"):
        advance(store, execution, Remembering(), by_ear, listener="../me")
    assert not execution.entered


def test_a_run_at_work_is_not_given_more_generations(store: RunStore) -> None:
    """Whoever works on the run has settings that stay as they are."""
    before = store.read().settings
    with RunStore(store.paths.folder) as other, other.exclusively(), pytest.raises(RunError, match="another process"):
        extend(store, 9)
    assert store.read().settings == before


def test_a_run_is_advanced_by_one_at_a_time(store: RunStore) -> None:
    """The second is told at once, and nothing of it is lost."""
    with RunStore(store.paths.folder) as other, other.exclusively(), pytest.raises(RunError, match="another process"):
        go(store)
    assert go(store) is Outcome.COMPLETE
