"""What tests share: a cache of their own, and small real music."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from evolve.domains.music.midi import write_midi
from evolve.domains.music.reshaping import transposed
from evolve.domains.music.song import Note, Notes, Song, Track
from evolve.execution.blas import use_one_thread
from evolve.randomness import derive_rng

# Speed is claimed by benchmarks, never by a test: a busy machine must not fail one.
settings.register_profile("evolve", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("evolve")

# As on Ray's workers. Where several processes share the cores, threads that wait for one another take most of the time.
use_one_thread()

SHARED_MUSIC = Path(__file__).parents[1] / ".." / "shared" / "data"


@pytest.fixture
def ctrl_c() -> Iterator[None]:
    """Ctrl-C as at a terminal; whoever runs these tests may have it ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


_SCALE = (60, 62, 64, 65, 67, 69, 71, 72, 74, 76)
_DURATIONS = (6, 12, 12, 24)


@pytest.fixture(scope="session", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where encoded corpora are cached while the tests run: in one place for all of them, never in the user's own."""
    folder = Path(os.environ.get("EVOLVE_TEST_CACHE") or tmp_path_factory.getbasetemp().parent / "evolve-cache")
    os.environ["EVOLVE_CACHE"] = str(folder)
    return folder


@pytest.fixture(scope="session")
def tunes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of eight made-up tunes of 120 notes each: enough to train a tiny network on, quickly read."""
    return write_tunes(tmp_path_factory.mktemp("tunes"))


@pytest.fixture(scope="session")
def grouped_tunes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a dozen made-up tunes in each of two folders, which are the groups of the corpus."""
    return write_grouped_tunes(tmp_path_factory.mktemp("grouped"))


def write_tunes(folder: Path) -> Path:
    """Write the made-up tunes into a folder."""
    for number in range(8):
        (folder / f"tune-{number}.mid").write_bytes(write_midi(_tune(number)))
    return folder


def write_grouped_tunes(folder: Path) -> Path:
    """Write made-up tunes into a folder, low ones and high ones."""
    for name, numbers, higher in (("low", range(12), 0), ("high", range(12, 24), 12)):
        (folder / name).mkdir()
        for number in numbers:
            (folder / name / f"tune-{number}.mid").write_bytes(write_midi(transposed(_tune(number), higher)))
    return folder


def _tune(number: int) -> Song:
    """A walk up and down the scale: neighbours are likely, leaps are not, so there is something to learn."""
    rng = derive_rng(number, "tune")
    place, onset, notes = 3, 0, []
    for _ in range(120):
        place = min(max(place + int(rng.integers(-1, 2)), 0), len(_SCALE) - 1)
        duration = int(rng.choice(_DURATIONS))
        notes.append(Note(_SCALE[place], onset, duration))
        onset += duration
    return Song((Track(Notes.of(notes)),), tempo_bpm=100.0, title=f"tune {number}")
