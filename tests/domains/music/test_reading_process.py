"""Files are read in processes of their own, which a bad file cannot take along."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest

from evolve.domains.music import reading_process
from evolve.domains.music.cache import FOLDER_VARIABLE
from evolve.domains.music.corpus import read_corpus
from evolve.domains.music.errors import CorpusError
from evolve.domains.music.reading import Reading, is_harmless
from evolve.domains.music.reading_process import ReadingLimits, ReadingProcess
from evolve.domains.music.tokenizers.steps import fold
from tests.domains.music.pieces import ABC, midi_of, tune
from tests.troubles import told

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty cache of this test's own."""
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "cache"))


@pytest.fixture
def endless(tmp_path: Path) -> Path:
    """A file of so many notes that reading it takes many seconds and hundreds of megabytes."""
    path = tmp_path / "endless.abc"
    path.write_text("X:1\nL:1/4\nK:C\n" + "C^DEFGA_Bc" * 400_000)
    return path


@pytest.fixture
def paths(tmp_path: Path) -> list[Path]:
    """Some music files, and one that is none."""
    made = [tmp_path / f"tune {k}.mid" for k in range(6)]
    for k, path in enumerate(made):
        path.write_bytes(midi_of(tune(20, 40 + k)) if k != 2 else b"not music")
    return made


def test_side_by_side_or_one_after_the_other_is_the_same(paths: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """Two processes find what one does, in the order of the files, and count every file as it is done."""
    monkeypatch.setattr(reading_process, "MIDI_COST", reading_process.PROCESS_COST)
    monkeypatch.setattr(reading_process, "_cores", lambda: 2)
    seen: list[tuple[int, int]] = []
    side_by_side = reading_process.read_files(paths, lambda done, total: seen.append((done, total)))
    assert seen == [(done, len(paths)) for done in range(len(paths) + 1)]
    assert isinstance(side_by_side[2], str)
    readings = [piece for outcome in side_by_side if not isinstance(outcome, str) for piece in outcome]
    read = [fold(reading.song) for reading in readings if isinstance(reading, Reading)]
    assert read == [tune(20, 40 + k) for k in (0, 1, 3, 4, 5)]
    assert reading_process.read_files(paths) == side_by_side


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


def test_a_file_that_takes_for_ever_is_given_up(endless: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When its time is over the process ends itself, and the next file is read by a new one."""
    with contextlib.closing(ReadingProcess(ReadingLimits(1.5, 800))) as reader:
        assert reader.read(endless) == "takes longer than 1.5 s to read"
        (endless.parent / "tune.mid").write_bytes(midi_of(tune(20)))
        assert not isinstance(reader.read(endless.parent / "tune.mid"), str)
    monkeypatch.setattr(reading_process, "ReadingProcess", lambda: ReadingProcess(ReadingLimits(1.5, 800)))
    with pytest.raises(CorpusError) as caught:
        read_corpus([str(endless)])
    told("reader-hangs", f"evolve: {caught.value}")


def test_a_file_that_fills_the_memory_is_given_up(endless: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that needs more than it may take is told with how much that was."""
    with contextlib.closing(ReadingProcess(ReadingLimits(60, 150))) as reader:
        assert reader.read(endless) == "needs more than 150 MB of memory to read"
        (endless.parent / "tune.mid").write_bytes(midi_of(tune(20)))
        assert not isinstance(reader.read(endless.parent / "tune.mid"), str)
    monkeypatch.setattr(reading_process, "ReadingProcess", lambda: ReadingProcess(ReadingLimits(60, 150)))
    with pytest.raises(CorpusError) as caught:
        read_corpus([str(endless)])
    told("reader-memory", f"evolve: {caught.value}")


def test_a_single_notation_file_is_read_by_a_process_too(tmp_path: Path) -> None:
    """Notation is read in no caller's own process; a small MIDI file is."""
    (tmp_path / "a.abc").write_text(ABC)
    (tmp_path / "a.mid").write_bytes(midi_of(tune(20)))
    assert (is_harmless(tmp_path / "a.abc"), is_harmless(tmp_path / "a.mid")) == (False, True)


def test_a_reader_ends_in_the_midst_of_a_file_when_its_caller_is_killed(endless: Path) -> None:
    """The alarm is its own: nobody is needed to stop it."""
    order = (
        "import os, signal, sys; from pathlib import Path;"
        "from evolve.domains.music import reading_process as p;"
        "from evolve.domains.music.reading_process import ReadingLimits;"
        "r = p.ReadingProcess(ReadingLimits(6.0, 800)); r._child = c = p._start(); print(c.pid, flush=True);"
        f"r.read(Path({str(endless)!r}))"
    )
    with subprocess.Popen([sys.executable, "-c", order], stdout=subprocess.PIPE, text=True) as caller:
        assert caller.stdout is not None
        reader = psutil.Process(int(caller.stdout.readline()))
        with contextlib.suppress(psutil.NoSuchProcess):  # on a busy machine its time may be over already
            while reader.cpu_times().user < 2.0:  # then it is done with its imports
                time.sleep(0.05)
        caller.kill()
    _, alive = psutil.wait_procs([reader], timeout=60)
    assert not [one for one in alive if one.status() != psutil.STATUS_ZOMBIE]


def test_a_reader_ends_with_its_caller() -> None:
    """A reader whose caller is gone sees the end of its input and goes too."""
    order = "from evolve.domains.music.reading_process import answer_on_stdin; answer_on_stdin()"
    child = subprocess.Popen([sys.executable, "-c", order], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    alarm = threading.Timer(60, child.kill)
    alarm.start()
    with child:
        assert child.communicate()[0] == b""
    alarm.cancel()
    assert child.returncode == 0
