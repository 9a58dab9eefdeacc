"""A store is whole after whatever stopped the program, and several processes do not lose each other's work."""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from evolve.errors import RunError
from evolve.records.ballot import Ballot, RankingEntry
from evolve.records.individual import Individual, Origin
from evolve.records.run import Artifact, GenerationStatus, IndividualStatus
from evolve.store import files as module
from evolve.store.paths import place_whole
from evolve.store.run_store import RunStore
from tests.store.runs import FACTS, ballot_of, by_first_ballot, founders, new_run, result_of

FILES_OF_A_RESULT = 7
"""The network, and three files of each of two songs."""


class FullDisk:
    """Writes so many files, and then no more."""

    def __init__(self, room: int) -> None:
        """There is room for so many files."""
        self._room = room

    def write(self, path: Path, data: bytes) -> None:
        """Write, or fail as a full disk does."""
        if self._room == 0:
            raise OSError(28, "No space left on device", str(path))
        self._room -= 1
        place_whole(path, data)


@pytest.mark.parametrize("room", range(FILES_OF_A_RESULT))
def test_no_row_names_a_file_that_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, room: int) -> None:
    """Whichever file could not be written, the trial counts as not ended; with room made it is recorded in full."""
    with new_run(tmp_path / "run") as store:
        before = store.read()
        with monkeypatch.context() as patch:
            patch.setattr(module, "place_whole", FullDisk(room).write)
            with pytest.raises(RunError, match="is full"):
                store.record_trial(result_of("g0-1"))
        assert store.read() == before
        assert store.record_trial(result_of("g0-1"))
        record = store.read().individuals["g0-1"]
        paths = [*record.files.values(), *(path for song in record.samples for path in song.files.values())]
        assert len(paths) == FILES_OF_A_RESULT
        assert all(store.read_file(path) for path in paths)


@pytest.mark.parametrize("room", range(2))
def test_material_is_there_in_full_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, room: int) -> None:
    """A run that was stopped while the corpus was written reads it again."""
    with RunStore.create(tmp_path / "run", FACTS) as store:
        with monkeypatch.context() as patch:
            patch.setattr(module, "place_whole", FullDisk(room).write)
            with pytest.raises(RunError, match="is full"):
                store.write_material(b"x", {"opening": [Artifact("midi", "opening.mid", b"x")]}, {"opening": {}})
        assert store.fact("opening") is None
        assert store.read().fact("opening") == {}


def test_a_generation_is_born_whole_or_not_at_all(tmp_path: Path) -> None:
    """A member that does not exist undoes the births, and the parents' generation is not bred."""
    with new_run(tmp_path / "run", evaluated=True) as store:
        before = store.read()
        child = Individual("g1-2", 1, 2, founders(1)[0].genome, Origin.CHILD, ("g0-1",))
        with pytest.raises(RunError, match="FOREIGN KEY"):
            store.record_generation(1, (child,), {}, elites=["g0-9"], parents=["g0-1"])
        assert store.read() == before


def test_replacements_take_place_all_or_none(tmp_path: Path) -> None:
    """The second cannot be born, so the first is not either."""
    with new_run(tmp_path / "run") as store:
        before = store.read()
        fresh = Individual("g0-1b", 0, 1, founders(1)[0].genome, Origin.REPLACEMENT)
        with pytest.raises(RunError, match="UNIQUE"):
            store.record_replacements({"g0-1": fresh, "g0-2": fresh})
        assert store.read() == before


def test_a_ranking_that_fails_keeps_the_ballot_out_and_the_draft_in(tmp_path: Path) -> None:
    """Neither half of what belongs together."""

    def fail(ballots: Sequence[Ballot]) -> dict[str, RankingEntry]:
        raise ZeroDivisionError(len(ballots))

    with new_run(tmp_path / "run", evaluated=True) as store:
        store.record_draft(0, "ann", [{"do": "up"}])
        with pytest.raises(ZeroDivisionError):
            store.record_ballot(0, ballot_of("ann", "g0-1"), fail)
        generation = store.read().generations[0]
        assert (generation.status, generation.ballots, generation.ranking) == (GenerationStatus.EVALUATED, (), {})
        assert store.draft_steps(0, "ann") == [{"do": "up"}]


# --- several processes -----------------------------------------------------------------------------------------------

BALLOTS = """
import sys
from pathlib import Path
from evolve.store.run_store import RunStore
from tests.store.runs import ballot_of, by_first_ballot
with RunStore(Path(sys.argv[1])) as store:
    sys.stdin.readline()
    for number in range(8):
        store.record_ballot(0, ballot_of(f"{sys.argv[2]}-{number}", "g0-1", "g0-2 g0-3"), by_first_ballot)
        store.record_draft(0, f"{sys.argv[2]}-{number}", [number])
"""

HOLDING = """
import sys
from pathlib import Path
from evolve.store.run_store import RunStore
with RunStore(Path(sys.argv[1])) as store, store.exclusively():
    print("held", flush=True)
    sys.stdin.readline()
"""

DYING = """
import os, signal, sys
from pathlib import Path
from evolve.store import files
from evolve.store.run_store import RunStore
from tests.store.runs import result_of
written, wanted = 0, int(sys.argv[2])
place_whole = files.place_whole
def write_and_die(path, data):
    global written
    if "copies" in path.parts:
        return place_whole(path, data)
    if written == wanted:
        os.kill(os.getpid(), signal.SIGKILL)
    place_whole(path, data)
    written += 1
files.place_whole = write_and_die
with RunStore(Path(sys.argv[1])) as store, store.exclusively():
    store.record_start("g0-1")
    store.record_trial(result_of("g0-1"))
    if wanted == 7:
        with store._database.transaction() as cursor:
            cursor.execute("UPDATE individual SET status = 'failed'")
            os.kill(os.getpid(), signal.SIGKILL)
"""


def begin(program: str, *arguments: object) -> "subprocess.Popen[str]":
    """Start a program in a process of its own."""
    command = [sys.executable, "-c", program, *map(str, arguments)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def test_ballots_of_several_processes_are_all_kept(tmp_path: Path) -> None:
    """Listeners may rank at the same time, on several machines; the last ranking saw every ballot."""
    new_run(tmp_path / "run", evaluated=True).__exit__()
    listeners = [begin(BALLOTS, tmp_path / "run", f"listener-{number}") for number in range(3)]
    for listener in listeners:
        assert listener.stdin is not None
        listener.stdin.write("go\n")
        listener.stdin.flush()
    for listener in listeners:
        assert listener.communicate(timeout=60)[0] == ""
        assert listener.returncode == 0
    with RunStore(tmp_path / "run") as store:
        generation = store.read().generations[0]
        assert len(generation.ballots) == 24
        assert {standing.utility for standing in generation.ranking.values()} == {24.0}
        drafts = [store.draft_steps(0, f"listener-{who}-{number}") for who in range(3) for number in range(8)]
        assert drafts == [[number] for number in range(8)] * 3


def test_two_processes_do_not_advance_one_run_and_a_killed_one_lets_it_go(tmp_path: Path) -> None:
    """The second is told; reading and ranking go on beside it; after a SIGKILL the run is free."""
    new_run(tmp_path / "run", evaluated=True).__exit__()
    holder = begin(HOLDING, tmp_path / "run")
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    with RunStore(tmp_path / "run") as store:
        with pytest.raises(RunError) as told, store.exclusively():
            pass
        assert str(told.value) == "another process is working on the run run; wait for it, or stop it first"
        store.record_ballot(0, ballot_of("ann", "g0-1"), by_first_ballot)
        assert store.read().generations[0].status is GenerationStatus.RANKED
        os.kill(holder.pid, signal.SIGKILL)
        holder.communicate(timeout=20)
        with store.exclusively():
            pass
        with store.exclusively():
            pass


@pytest.mark.parametrize("files_written", [0, 3, FILES_OF_A_RESULT])
def test_a_process_killed_while_recording_leaves_a_store_that_goes_on(tmp_path: Path, files_written: int) -> None:
    """Between two files, or in the middle of a transaction: the trial is recorded in full or not at all."""
    new_run(tmp_path / "run").__exit__()
    process = begin(DYING, tmp_path / "run", files_written)
    process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL
    with RunStore(tmp_path / "run") as store, store.exclusively():
        ended = files_written == FILES_OF_A_RESULT
        status = store.read().individuals["g0-1"].status
        assert status is (IndividualStatus.EVALUATED if ended else IndividualStatus.EVALUATING)
        assert store.record_trial(result_of("g0-1")) is not ended
        assert store.read().individuals["g0-1"].status is IndividualStatus.EVALUATED
        assert store.read().individuals["g0-2"].status is IndividualStatus.BORN
