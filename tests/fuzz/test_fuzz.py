"""Whatever is given, the program takes it or tells in one line why not."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fuzz.campaign import inputs_of, replayed, run_campaign, table
from tests.fuzz.kinds import Input, Kind, how_many
from tests.fuzz.sandbox import WATCHING, Sandbox
from tests.fuzz.watching.sitecustomize import FOLDERS, STRAY

INPUTS = int(os.environ.get("EVOLVE_FUZZ_INPUTS", "500"))
SEED = int(os.environ.get("EVOLVE_FUZZ_SEED", "0"))


@pytest.mark.slow
def test_no_input_does_any_harm(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """No traceback, no crash, no hang, no memory filled, nothing written elsewhere."""
    tallies = run_campaign(INPUTS, SEED, tmp_path / "sandbox", tmp_path / "kept")
    with capsys.disabled():
        print(f"\n{table(tallies, SEED)}")  # noqa: T201 -- to be read in the log of every run
    assert not [failure for tally in tallies.values() for failure in tally.failures]
    assert all(tally.inputs == count for tally, count in zip(tallies.values(), how_many(INPUTS).values(), strict=True))


def test_there_are_as_many_inputs_as_asked_for() -> None:
    """Some of each kind."""
    assert sum(how_many(500).values()) == 500
    assert all(how_many(1).values())


def test_a_seed_gives_the_same_inputs() -> None:
    """Made up or mutated, whenever they are made."""
    for kind in (Kind.MIDI, Kind.MUSICXML, Kind.ABC, Kind.KERN):
        made = [list(inputs_of(kind, 24, SEED)) for _ in range(2)]
        assert made[0] == made[1]
        assert len(made[0]) == 24


def test_a_kept_input_is_tried_again_as_what_it_was(tmp_path: Path) -> None:
    """Its file's name says what it is."""
    one = Input(Kind.SETTING, ".txt", b"epochs=many")
    path = tmp_path / f"0-3-{one.file_name}"
    path.write_bytes(one.data)
    assert replayed(path) == one


@pytest.mark.slow
def test_harm_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that ends, and one that writes where it may not, are told as failures; the next input is tried."""
    sandbox = Sandbox(tmp_path / "sandbox")
    try:
        assert sandbox.try_out(Input(Kind.SETTING, ".txt", b"epochs=many")).verdict == "refused"
        assert sandbox.try_out(Input(Kind.SETTING, ".txt", b"epochs=5")).verdict == "accepted"
        (tmp_path / "sandbox" / "stray.txt").write_text("open '/etc/passwd'\n")
        assert "went astray" in sandbox.try_out(Input(Kind.SETTING, ".txt", b"epochs=5")).text
        child = sandbox._child
        assert child is not None
        monkeypatch.setattr(sandbox, "_start", lambda: child)
        child.kill()
        child.wait()
        assert "the process ended with -9" in sandbox.try_out(Input(Kind.SETTING, ".txt", b"epochs=5")).text
    finally:
        sandbox.close()


def test_what_is_written_elsewhere_is_seen(tmp_path: Path) -> None:
    """By every Python that is started with the watching on its path."""
    (tmp_path / "own").mkdir()
    order = (
        f"open({str(tmp_path / 'other')!r}, 'w'); open('own', 'w'); import os; os.remove({str(tmp_path / 'other')!r})"
    )
    env = os.environ | {"PYTHONPATH": str(WATCHING), FOLDERS: str(tmp_path / "own")}
    subprocess.run([sys.executable, "-c", order], cwd=tmp_path / "own", env=env, check=True)
    done = (tmp_path / "own" / STRAY).read_text().splitlines()
    assert [line.split()[0] for line in done] == ["open", "os.remove"]
