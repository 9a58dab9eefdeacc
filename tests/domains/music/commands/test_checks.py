"""What music needs of a machine, and what is advised where something is missing."""

from pathlib import Path

import pytest

from evolve.domains.music.commands.checks import checks
from evolve.terminal.checks import Check, State


def look(name: str) -> Check:
    """One check alone."""
    return dict(checks())[name]()


def test_a_codec_that_is_missing_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before a training has been paid for whose songs cannot be written."""

    def fail(_: object) -> bytes:
        raise OSError("libsndfile.so: cannot open\nshared object file")

    assert look("sound").state is State.GOOD
    monkeypatch.setattr("evolve.domains.music.sound.audio.write_ogg", fail)
    check = look("sound")
    assert check.state is State.BAD
    assert check.found.endswith("libsndfile.so: cannot open shared object file")


def test_a_cache_that_cannot_be_written_is_a_warning_with_its_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """It costs time alone."""
    monkeypatch.setenv("EVOLVE_CACHE", str(tmp_path / "new" / "cache"))
    assert look("cache").state is State.GOOD
    assert not (tmp_path / "new").exists()
    monkeypatch.setenv("EVOLVE_CACHE", "/proc/cache")
    check = look("cache")
    assert (check.state, check.found) == (State.WARNING, "nothing can be written to /proc/cache")
