"""Files are read in processes of their own, which a bad file cannot take along."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from evolve.music import batch
from evolve.music.cache import FOLDER_VARIABLE
from evolve.music.reading_process import ReadingProcess
from evolve.music.representation.steps import fold
from tests.music.pieces import midi_of, tune

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty cache of this test's own."""
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "cache"))


@pytest.fixture
def paths(tmp_path: Path) -> list[Path]:
    """Some music files, and one that is none."""
    made = [tmp_path / f"tune {k}.mid" for k in range(6)]
    for k, path in enumerate(made):
        path.write_bytes(midi_of(tune(20, 40 + k)) if k != 2 else b"not music")
    return made


def test_side_by_side_or_one_after_the_other_is_the_same(paths: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """Two processes find what one does, in the order of the files, and count every file as it is done."""
    monkeypatch.setattr(batch, "MIDI_COST", batch.PROCESS_COST)
    monkeypatch.setattr(batch, "_cores", lambda: 2)
    seen: list[tuple[int, int]] = []
    side_by_side = batch.read_files(paths, lambda done, total: seen.append((done, total)))
    assert seen == [(done, len(paths)) for done in range(len(paths) + 1)]
    assert isinstance(side_by_side[2], str)
    read = [fold(outcome[0].song) for outcome in side_by_side if not isinstance(outcome, str)]
    assert read == [tune(20, 40 + k) for k in (0, 1, 3, 4, 5)]
    assert batch.read_files(paths) == side_by_side


def test_a_file_that_crashes_its_reader_is_a_reason(paths: list[Path]) -> None:
    """When the process dies over a file, that file is given up, and the next is read by a new process."""
    reader = ReadingProcess()
    try:
        assert not isinstance(reader.read(paths[0]), str)
        child = reader._child
        assert child is not None
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
        assert reader.read(paths[1]) == "crashes whoever reads it"
        assert not isinstance(reader.read(paths[1]), str)
    finally:
        reader.close()


def test_a_file_that_takes_for_ever_is_given_up(paths: list[Path]) -> None:
    """When the limit is over, the process is ended and the reason says so."""
    reader = ReadingProcess(limit_s=0.0)
    try:
        assert reader.read(paths[0]) == "takes longer than 0 s to read"
    finally:
        reader.close()


def test_a_reader_ends_with_its_caller() -> None:
    """A reader whose caller is gone sees the end of its input and goes too."""
    order = "from evolve.music.reading_process import answer_on_stdin; answer_on_stdin()"
    child = subprocess.Popen([sys.executable, "-c", order], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    alarm = threading.Timer(60, child.kill)
    alarm.start()
    with child:
        assert child.communicate()[0] == b""
    alarm.cancel()
    assert child.returncode == 0
