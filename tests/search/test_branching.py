"""Going back: a run from ancestors of another, whole or not there at all, and the other run untouched."""

import hashlib
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import evolve
from evolve.errors import RunError, SettingsError
from evolve.execution.in_process import InProcessExecution
from evolve.records.events import Event, EventKind
from evolve.records.individual import Origin
from evolve.records.run import GenerationStatus, IndividualRecord, RunRecord
from evolve.report.document import report_document
from evolve.report.text import render_text
from evolve.search.branching import branch, branch_folder
from evolve.search.judges import judged_by
from evolve.search.listening import EarlyHearing
from evolve.search.steps import Outcome, advance
from evolve.settings import Given
from evolve.store.examination import examine
from evolve.store.folders import find_run, run_folders
from evolve.store.run_store import RunStore
from tests.pretended_trials import PretendedExecution, go, prepare_run, small_settings
from tests.store.test_kills import copied

SMALL: dict[str, Any] = {"population": 4, "parents": 2, "generations": 2, "seed": 7, "pictures": 2, "size": 32}


def quiet(_: Event) -> None:
    """Nobody looks on."""


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run of small pictures that was ranked to its end."""
    folder = tmp_path_factory.mktemp("old") / "old"
    with evolve.Search(folder, "pictures.yaml", engine="here", on_event=quiet, **SMALL) as search:
        for generation in search:
            generation.rank("B > A > C ! D")
    return folder


def branched(old: Path, folder: Path, *ancestors: str, **settings: object) -> RunStore:
    """A new run from ancestors of the old one."""
    given = [Given(name, value, f"--{name}") for name, value in settings.items()]
    with RunStore(old, read_only=True) as store:
        return branch(store, ancestors, folder, given)


def contents(folder: Path) -> dict[str, str]:
    """A digest of each file in a folder."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def made_of(folder: Path, record: IndividualRecord) -> object:
    """What an individual is and has, but its name and its birth."""
    samples = [
        ([(kind, (folder / path).read_bytes()) for kind, path in one.files.items()], one.index, one.facts)
        for one in record.samples
    ]
    files = [(kind, (folder / path).read_bytes()) for kind, path in record.files.items()]
    return record.individual.genome, record.status, record.metrics, record.presented, samples, files


def finish(store: RunStore) -> list[str]:
    """Take a run of pictures to its end; gives the ids of those who were tried."""
    tried: list[str] = []

    def listen(event: Event) -> None:
        if event.kind is EventKind.STARTED:
            tried.append(event.individual_id)

    judge = judged_by(lambda candidates: " > ".join(one.letter for one in candidates))
    assert advance(store, InProcessExecution(), listen, judge, listener="ann") is Outcome.COMPLETE
    return tried


def test_a_branch_begins_with_its_ancestors_as_they_were(old: Path, tmp_path: Path) -> None:
    """Genome, metrics, samples and files are the same under new ids; the old run has not changed by a byte."""
    before = contents(old)
    with RunStore(old, read_only=True) as store, branched(old, tmp_path / "new", "g1-3", "g0-2") as made:
        there, run = store.read(), made.read()
    assert contents(old) == before
    for name, was in {"g0-1": "g1-3", "g0-2": "g0-2"}.items():
        assert made_of(tmp_path / "new", run.individuals[name]) == made_of(old, there.individuals[was])
        assert run.individuals[name].individual.origin is Origin.FOUNDER
    (generation,) = run.generations
    assert (generation.status, generation.members) == (GenerationStatus.BORN, ("g0-1", "g0-2", "g0-3", "g0-4"))
    for name in generation.members[2:]:
        child = run.individuals[name]
        assert {*child.individual.parents} <= {"g0-1", "g0-2"}
        assert child.individual.origin is Origin.CHILD
        assert child.changed
    assert (run.space, run.settings, run.groups) == (there.space, there.settings, there.groups)
    assert examine(tmp_path / "new").is_whole
    assert contents(tmp_path / "new").keys() >= {"space.yaml", "settings.yaml", "run.sqlite"}


def test_a_branch_goes_on_without_making_anything_again(old: Path, tmp_path: Path) -> None:
    """Only who is new is tried; the ancestors are judged beside them, and may win."""
    with branched(old, tmp_path / "new", "g1-3", "g0-2") as made:
        tried = finish(made)
        run = made.read()
    assert len(tried) == len(set(tried)) == 2 + 3
    assert not {"g0-1", "g0-2"} & {*tried}
    assert run.generations[0].ranking.keys() == {"g0-1", "g0-2", "g0-3", "g0-4"}
    assert run.generations[1].status is GenerationStatus.RANKED


def test_report_and_lineage_say_where_founders_come_from(old: Path, tmp_path: Path) -> None:
    """By the old run's name and their ids there."""
    with branched(old, tmp_path / "new", "g1-3", "g0-2") as made:
        finish(made)
        run = made.read()
    assert run.ancestors == {"g0-1": "g1-3", "g0-2": "g0-2"}
    text = render_text(run, width=120)
    assert "off old, begun" in text
    assert "g0-1 was g1-3 there · g0-2 was g0-2 there" in text
    assert "  g0-1 was g1-3" in text.partition("Family tree")[2]
    document = report_document(run)
    assert document["branched"]["run"] == "old"
    assert document["branched"]["founders"] == [{"id": "g0-1", "was": "g1-3"}, {"id": "g0-2", "was": "g0-2"}]
    assert "branched" not in document["facts"]
    with RunStore(old) as store:
        assert report_document(store.read())["branched"] is None


def test_a_branch_of_a_branch_tells_of_the_run_before_it(old: Path, tmp_path: Path) -> None:
    """And its samples are still made as those of the first run, whatever seeds there were between."""
    with branched(old, tmp_path / "one", "g1-3", seed=8) as one:
        finish(one)
    with branched(tmp_path / "one", tmp_path / "two", "g1-2", "g0-1", seed=9) as two:
        finish(two)
        run = two.read()
    assert run.branched["run"] == "one"
    assert run.ancestors == {"g0-1": "g1-2", "g0-2": "g0-1"}
    assert (run.settings["seed"], run.material_seed) == (9, 7)
    recipes = {name: (tmp_path / "two" / one.files["network"]).read_text() for name, one in run.individuals.items()}
    assert all('"seed": 7, "pictures"' in recipe for recipe in recipes.values())


def test_the_same_seed_has_the_same_children_and_another_has_others(old: Path, tmp_path: Path) -> None:
    """A branch is as repeatable as a run."""
    born = {}
    for name, seed in {"a": 7, "b": 7, "c": 8}.items():
        with branched(old, tmp_path / name, "g1-3", "g0-2", seed=seed) as made:
            born[name] = [one.individual for one in made.read().individuals.values()]
    assert born["a"] == born["b"]
    assert born["a"][:2] == born["c"][:2]
    assert born["a"][2].genome != born["c"][2].genome


def test_settings_may_be_others_but_not_those_by_which_samples_were_made(old: Path, tmp_path: Path) -> None:
    """The refusal names what may be had anew; the same value again is no other."""
    with branched(old, tmp_path / "new", "g0-2", exploration=0.9, population="6", generations=5, pictures=2) as made:
        run = made.read()
    assert (run.settings["exploration"], run.settings["population"], run.settings["generations"]) == (0.9, 6, 5)
    assert len(run.generations[0].members) == 6
    with pytest.raises(
        SettingsError, match=r"--pictures: a branch keeps pictures=2 of old, which .* anew: seed, popul"
    ):
        branched(old, tmp_path / "other", "g0-2", pictures=3)
    with pytest.raises(SettingsError, match='there is no setting "elite"'):
        branched(old, tmp_path / "other", "g0-2", elite=3)
    assert [path.name for path in tmp_path.iterdir()] == ["new"]


def test_without_names_it_begins_with_the_newest_champion(old: Path, tmp_path: Path) -> None:
    """Who came first in the last ranking."""
    with RunStore(old, read_only=True) as store:
        ranking = store.read().generations[-1].ranking
    with branched(old, tmp_path / "new") as made:
        assert list(made.read().ancestors.values()) == [name for name, one in ranking.items() if one.rank == 1]


def test_a_branch_of_ancestors_alone_waits_to_be_ranked(old: Path, tmp_path: Path) -> None:
    """Nothing is to be tried, so no place for trials is started."""
    with branched(old, tmp_path / "new", "g1-3", "g0-2", "g0-2", "g0-1", "g0-4") as made:
        assert made.read().generations[0].status is GenerationStatus.EVALUATED
        assert list(made.read().ancestors.values()) == ["g1-3", "g0-2", "g0-1", "g0-4"]


@pytest.mark.parametrize(
    ("ancestors", "told"),
    [
        (("g9-9",), r"g9-9 of old is not there; give one of g0-1, g0-2, .* and g1-4"),
        (("g1-3", "g0-9"), "g0-9 of old is not there"),
        (("g0-1", "g0-2", "g0-3", "g0-4", "g1-3"), r"5 ancestors and 4 places .*; name fewer, or .*population=6"),
    ],
)
def test_ancestors_that_cannot_be_are_refused(old: Path, tmp_path: Path, ancestors: tuple[str, ...], told: str) -> None:
    """In one line, and nothing is left of it."""
    with pytest.raises(evolve.EvolveError, match=told):
        branched(old, tmp_path / "new", *ancestors)
    assert list(tmp_path.iterdir()) == []


def test_members_of_a_generation_that_is_not_ranked_are_no_ancestors(tmp_path: Path) -> None:
    """Nobody has heard them; nor is there a champion."""
    folder = tmp_path / "run"
    with evolve.Search(folder, "pictures.yaml", engine="here", on_event=quiet, **SMALL) as search:
        next(iter(search))
    with pytest.raises(RunError, match=r"g0-2 of run is in no ranked generation; give one of those of a generation"):
        branched(folder, tmp_path / "new", "g0-2")
    with pytest.raises(RunError, match=r"no generation of run is ranked yet; rank one first: evolve rank"):
        branched(folder, tmp_path / "new")


def test_a_taken_folder_is_left_as_it_is(old: Path, tmp_path: Path) -> None:
    """Whatever lies in it."""
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "mine.txt").write_text("mine")
    with pytest.raises(RunError, match="exists already; choose another --name"):
        branched(old, tmp_path / "new", "g0-2")
    assert contents(tmp_path) == {"new/mine.txt": hashlib.sha256(b"mine").hexdigest()}
    assert [path.name for path in tmp_path.iterdir()] == ["new"]


def test_a_file_that_is_not_what_was_written_is_refused(old: Path, tmp_path: Path) -> None:
    """A picture is changed behind evolve's back: it is named, and there is no new run."""
    harmed = copied(old, tmp_path)
    (harmed / "individuals/g0-2/picture-1.png").write_bytes(b"\x89PNG and no more")
    with pytest.raises(RunError, match=r"the file individuals/g0-2/picture-1.png of old is damaged"):
        branched(harmed, tmp_path / "runs" / "new", "g0-2")
    assert list((tmp_path / "runs").iterdir()) == []
    branched(harmed, tmp_path / "runs" / "new", "g0-3").close()


def test_ancestors_wait_for_the_first_who_is_new(old: Path, tmp_path: Path) -> None:
    """Alone under their letters they would be known."""
    with branched(old, tmp_path / "new", "g1-3", "g0-2") as made:
        early = EarlyHearing(made, made.read(), 0, "ann")
    assert early.heard == 0
    assert not early.folder.exists()


def test_a_branch_without_a_name_has_one_after_the_run(old: Path, tmp_path: Path) -> None:
    """With the next number that is free."""
    with RunStore(old, read_only=True) as store:
        names = [branch_folder(store, tmp_path).name for _ in range(2)]
        assert [*names, branch_folder(store, tmp_path, "night").name] == ["old-branch-1", "old-branch-2", "night"]
        with pytest.raises(RunError, match="cannot be a name"):
            branch_folder(store, tmp_path, "../night")


def test_networks_that_write_music_branch_with_all_they_work_from(tunes: Path, tmp_path: Path) -> None:
    """Corpus, opening and groups stay; a budget may be another, and the listener goes on from the very songs."""
    with RunStore(prepare_run(tmp_path / "old", small_settings(tunes))) as store:
        assert go(store) is Outcome.COMPLETE
        there, material = store.read(), store.read_material()
    with branched(tmp_path / "old", tmp_path / "new", "g2-2", "g0-1", seconds=5, seed=12) as made:
        run = made.read()
        assert (run.settings["seconds"], run.settings["corpus"]) == (5.0, there.settings["corpus"])
        assert made.read_material() == material
        assert {name: run.facts[name] for name in there.facts} == there.facts
        for path in run.fact("opening")["files"].values():
            assert made.read_file(path) == (tmp_path / "old" / path).read_bytes()
        assert made_of(tmp_path / "new", run.individuals["g0-1"]) == made_of(
            tmp_path / "old", there.individuals["g2-2"]
        )
        execution = PretendedExecution()
        assert go(made, execution) is Outcome.COMPLETE
        assert not {"g0-1", "g0-2"} & {*execution.ran}
    with pytest.raises(SettingsError, match="a branch keeps songs=2 of old"):
        branched(tmp_path / "old", tmp_path / "other", "g2-2", songs=3)


# --- cut off ---------------------------------------------------------------------------------------------------------

_DISK = ("open", "os.rename", "os.mkdir", "os.link", "os.remove", "os.rmdir", "sqlite3.connect")


def counting(folder: Path, at: int, act: Callable[[], None]) -> list[int]:
    """Have something done before the n-th use of a disk within a folder; gives how many there were so far."""
    seen = [0]

    def hear(event: str, arguments: tuple[object, ...]) -> None:
        if event in _DISK and any(str(folder) in str(one) for one in arguments):
            seen[0] += 1
            if seen[0] == at:
                act()

    sys.addaudithook(hear)
    return seen


def in_a_process(work: Callable[[], None]) -> int:
    """Have work done in a process of its own; its exit status."""
    process = os.fork()
    if not process:
        code = 1
        try:
            work()
            code = 0
        except KeyboardInterrupt:
            code = 130
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


def cut_off(old: Path, runs: Path, act: Callable[[], None]) -> Iterator[int]:
    """Branch again and again, each time cut off a little later, until it is not any more; each exit status."""
    for at in range(1, 10_000, 5):
        folder = runs / str(at)
        folder.mkdir()

        def work(folder: Path = folder, at: int = at) -> None:
            counting(folder, at, act)
            branched(old, folder / "new", "g1-3", "g0-2").close()

        code = in_a_process(work)
        yield code
        if not code:
            return


def told_of(run: RunRecord) -> object:
    """All of a run but when it was begun."""
    return run.settings, run.space, run.facts, run.generations, run.individuals


@pytest.mark.slow
@pytest.mark.parametrize(
    ("act", "code"), [(lambda: os.kill(os.getpid(), signal.SIGKILL), -9), (signal.default_int_handler, 130)]
)
def test_wherever_it_is_cut_off_there_is_no_run_or_a_whole_one(
    old: Path, tmp_path: Path, act: Callable[..., None], code: int
) -> None:
    """Killed or stopped by Ctrl-C at any use of the disk; given again, the command makes the run."""
    runs = tmp_path / "runs"
    runs.mkdir()
    codes = list(cut_off(old, runs, (lambda: act(2, None)) if code == 130 else act))
    assert codes[:-1] == [code] * (len(codes) - 1)
    assert len(codes) > 10
    folders = sorted(runs.iterdir(), key=lambda path: int(path.name))
    with RunStore(folders[-1] / "new") as made:
        whole = told_of(made.read())
    for place in folders:
        if not list(run_folders(place)):
            with pytest.raises(RunError, match="there is no run"):
                find_run("new", place)
            branched(old, place / "new", "g1-3", "g0-2").close()
        with RunStore(place / "new") as made:
            assert told_of(made.read()) == whole
        assert examine(place / "new").is_whole
        left = [path.name for path in place.iterdir() if path.name != "new"]
        assert not left or code == -9


def test_what_a_branch_left_that_was_killed_is_cleared_away_an_hour_later(old: Path, tmp_path: Path) -> None:
    """When nobody works on it; what somebody else has put there under a hidden name stays."""

    def die() -> None:
        counting(tmp_path, 60, lambda: os.kill(os.getpid(), signal.SIGKILL))
        branched(old, tmp_path / "new", "g1-3").close()

    (tmp_path / ".mine.0123abcd").mkdir()
    assert in_a_process(die) == -9
    (left,) = tmp_path.glob(".new.*")
    branched(old, tmp_path / "one", "g1-3").close()
    assert left.exists()
    for path in tmp_path.glob(".*"):
        os.utime(path, (time.time() - 4000,) * 2)
    with RunStore(left) as store, store.exclusively():
        branched(old, tmp_path / "two", "g1-3").close()
        assert left.exists()
    os.utime(left, (time.time() - 4000,) * 2)
    branched(old, tmp_path / "three", "g1-3").close()
    assert sorted(path.name for path in tmp_path.iterdir()) == [".mine.0123abcd", "new", "one", "three", "two"]
