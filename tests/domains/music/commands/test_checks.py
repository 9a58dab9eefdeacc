"""What music needs of a machine, and what is advised where something is missing."""

from pathlib import Path

import pytest

from evolve.domains.music.commands.checks import checks
from evolve.domains.music.sound import soundfonts
from evolve.domains.music.sound.soundfonts import SoundFont
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


FONT = SoundFont("small.sf2", "0123456789abcdef" * 4, "/fonts/small.sf2")


@pytest.mark.parametrize(
    ("found", "state", "told"),
    [
        ((FONT, ()), State.GOOD, "the SoundFont small.sf2 (SHA-256 0123456789ab): /fonts/small.sf2"),
        (
            (None, ()),
            State.GOOD,
            "evolve's own instruments; for real ones install a SoundFont, such as Debian's timgm6mb-soundfont",
        ),
        ((None, ("x.sf2 cannot be played",)), State.WARNING, "evolve's own instruments; x.sf2 cannot be played"),
    ],
    ids=["a SoundFont", "none", "a broken one"],
)
def test_it_is_told_who_would_play(
    found: tuple[SoundFont | None, tuple[str, ...]], state: State, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The SoundFont of the system with its digest, or evolve's own instruments; that one is broken is a warning."""
    monkeypatch.setattr(soundfonts, "can_play", lambda: True)
    monkeypatch.setattr(soundfonts, "choose_soundfont", lambda _: found)
    check = look("instruments")
    assert (check.name, check.state, check.found) == ("instruments", state, told)
    assert bool(check.advice) is (state is not State.GOOD)


@pytest.mark.parametrize(("fonts", "state"), [((), State.GOOD), ((Path("/fonts/a.sf2"),), State.WARNING)])
def test_it_is_told_how_to_have_a_soundfont_played(
    fonts: tuple[Path, ...], state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the line to type; a warning only where a SoundFont lies idle."""
    monkeypatch.setattr(soundfonts, "can_play", lambda: False)
    monkeypatch.setattr(soundfonts, "system_soundfonts", lambda: fonts)
    check = look("instruments")
    assert check.state is state
    assert "pip install --no-deps tinysoundfont" in check.found + check.advice
    assert ("a.sf2 is here" in check.found) is bool(fonts)
