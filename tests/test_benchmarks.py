"""Every benchmark explains itself, without measuring and without what it compares with."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from benchmarks.song_table import Network, SongTable
from evolve.spaces import load_space, plain

ROOT = Path(__file__).parents[1]
SCRIPTS = sorted(path.stem for path in (ROOT / "benchmarks").glob("*.py") if "def main(" in path.read_text())
ON_HOSTS = ("cluster_scaling", "cluster_faults")
IN_A_BROWSER = ("listening_page", "ranking_moves")
PEERS = ("botorch", "deap", "music21", "optuna", "playwright", "pretty_midi", "torch")


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """A fresh Python in the repository's root."""
    return subprocess.run([sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_benchmark_says_what_it_measures(name: str) -> None:
    """--help tells its claim and its options, measures nothing, and does without what it compares with."""
    program = (
        f"import atexit, sys, benchmarks.{name} as benchmark\n"
        f"atexit.register(lambda: print('PEERS', *(peer for peer in {PEERS!r} if peer in sys.modules)))\n"
        "sys.argv[1:] = ['--help']\nbenchmark.main()"
    )
    shown = run("-c", program)
    assert (shown.returncode, shown.stderr) == (0, "")
    *told, peers = shown.stdout.splitlines()
    assert (len(told) > 5, peers) == (True, "PEERS")


def test_the_readme_tells_of_every_benchmark() -> None:
    """And `make bench` names none that is not there."""
    readme = (ROOT / "benchmarks" / "README.md").read_text()
    assert [name for name in SCRIPTS if f"`{name}`" not in readme] == []
    makefile = (ROOT / "Makefile").read_text()
    named = next(line for line in makefile.splitlines() if line.startswith("BENCHMARKS")).split("=")[1].split()
    assert set(named) <= set(SCRIPTS)


@pytest.mark.parametrize("name", ON_HOSTS + IN_A_BROWSER)
def test_hosts_and_browsers_that_are_not_to_be_had_are_told_in_a_line(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where the programs are missing, or the user is not root; that is no failure."""
    monkeypatch.setenv("PATH", "")
    shown = run("-m", f"benchmarks.{name}")
    assert (shown.returncode, shown.stdout.count("\n")) == (0, 1), shown.stderr
    assert shown.stdout.startswith("not measured: ")


@pytest.mark.slow
def test_readers_of_midi_find_the_same_notes() -> None:
    """The comparison runs from end to end on music that it makes itself, and holds that all do the same work."""
    pytest.importorskip("pretty_midi", reason="pretty_midi is of the dependency group bench")
    shown = run("-m", "benchmarks.reading_midi", "--count", "3", "--rounds", "1")
    assert shown.returncode == 0, shown.stderr
    assert "| music21 " in shown.stdout


@pytest.mark.slow
def test_a_warm_start_is_told_from_a_cold_one(tunes: Path) -> None:
    """On a small folder; exit code 0 says that the warm one did without music21."""
    shown = run("-m", "benchmarks.corpus_start", "--corpus", str(tunes), "--rounds", "1")
    assert shown.returncode == 0, shown.stderr
    assert "warm" in shown.stdout


@pytest.mark.slow
def test_training_is_compared_with_pytorch_on_the_same_work() -> None:
    """A tiny network runs through; it would fail where losses of both differed."""
    pytest.importorskip("torch", reason="torch is of the dependency group bench")
    shown = run("-m", "benchmarks.training_throughput", "--sizes", "2x8x4", "--rounds", "1", "--steps", "1")
    assert shown.returncode == 0, shown.stderr
    assert "| 2 x 8, batch 4 " in shown.stdout


@pytest.mark.slow
def test_searches_meet_the_same_judges(tmp_path: Path) -> None:
    """The tables have a row for each search, and what was measured once is remembered."""
    asked = ("--kinds", "additive", "--judges", "1", "--searches", "plain", "truncation", "--jobs", "1")
    kept = tmp_path / "kept.jsonl"
    shown = [run("-m", "benchmarks.taste", *asked, "--keep", str(kept)) for _ in range(2)]
    assert [one.returncode for one in shown] == [0, 0], shown[0].stderr
    assert shown[0].stdout == shown[1].stdout
    assert shown[0].stdout.count("| truncation, equal hearings |") == 2
    assert len(kept.read_text().splitlines()) == 2


@pytest.mark.slow
def test_searches_meet_the_same_listeners_among_trained_networks(tmp_path: Path) -> None:
    """With taste and without they begin with the same networks, of a table that went through its file whole."""
    table = table_of_networks(24)
    table.save(tmp_path / "songs.npz")
    kept = SongTable.loaded(tmp_path / "songs.npz")
    assert (kept.features, kept.networks) == (table.features, table.networks)
    np.testing.assert_array_equal(kept.fresh, table.fresh)
    shown = run("-m", "benchmarks.taste_on_songs", str(tmp_path / "songs.npz"), "--listeners", "1")
    assert shown.returncode == 0, shown.stderr
    rows = [line.split("|") for line in shown.stdout.splitlines() if line.startswith("| linear ")]
    assert [row[2].strip() for row in rows[:3]] == ["taste", "plain", "random"]
    assert rows[0][4] == rows[1][4]


def table_of_networks(count: int) -> SongTable:
    """Networks that were never trained, whose songs have what their genomes decide, and chance."""
    space, rng = load_space("quick.yaml").with_groups(["jig", "reel"]), np.random.default_rng(0)
    genomes = [plain(space.sample(rng)) for _ in range(count)]
    means = np.array([[one[name] for name in ("temperature", "top_p", "budget")] for one in genomes])[:, None]
    silent, fresh = ((means + 0.1 * rng.standard_normal((count, songs, 3))).astype(np.float32) for songs in (40, 200))
    networks = tuple(
        Network(f"g0-{slot}", genome, (0, 1, 2), 3.0 + rng.random()) for slot, genome in enumerate(genomes, start=1)
    )
    return SongTable(("notes", "distance", "repetition"), networks, silent, fresh)
