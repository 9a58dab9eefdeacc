"""Which instruments a run gets: the system's SoundFont, a file of the user's, or evolve's own; the same everywhere."""

from pathlib import Path

import pytest

from evolve.domains.music.settings import MusicSettings
from evolve.domains.music.sound import soundfonts
from evolve.domains.music.sound.soundfonts import SoundFont, choose_soundfont, find_soundfont, system_soundfonts
from evolve.errors import ExecutionError, SettingsError
from evolve.randomness import derive_rng
from evolve.settings import Given, settings_from, settle
from tests.domains.music.sound.small_soundfont import small_soundfont, write_small_soundfont
from tests.domains.music.sound.soundfont_files import TIMGM, needs_timgm, needs_tinysoundfont
from tests.troubles import told

OTHER = {0: 2}
"""A SoundFont with other instruments."""


@needs_tinysoundfont
def test_the_systems_soundfont_is_found(tmp_path: Path) -> None:
    """With its name, its digest and where it is; nothing is to be told of it."""
    path = write_small_soundfont(tmp_path / "sf2" / "small.sf2")
    font, notices = choose_soundfont("auto", [tmp_path / "none", tmp_path / "sf2"])
    assert font == SoundFont("small.sf2", soundfonts.sha256_of(path), str(path))
    assert notices == ()


def test_the_systems_own_choice_comes_first_and_each_file_once(tmp_path: Path) -> None:
    """Debian links what it prefers in each folder; links to nothing and other files are passed over."""
    first, second = (write_small_soundfont(tmp_path / "sf2" / name) for name in ("a.sf2", "z.SF3"))
    (tmp_path / "sf2" / "default-GM.sf2").symlink_to(second)
    (tmp_path / "sf2" / "gone.sf2").symlink_to(tmp_path / "gone.sf2")
    (tmp_path / "sf2" / "readme.txt").write_text("no font")
    (tmp_path / "sf3").mkdir()
    (tmp_path / "sf3" / "default-GM.sf3").symlink_to(first)
    assert system_soundfonts([tmp_path / "sf2", tmp_path / "sf3"]) == (second, first)


@pytest.mark.parametrize("setting", ["auto", "none"])
def test_without_a_soundfont_evolves_own_instruments_play(setting: str, tmp_path: Path) -> None:
    """Where the system has none, or where the user wants none."""
    folders = [tmp_path]
    if setting == "none":
        write_small_soundfont(tmp_path / "small.sf2")
    assert choose_soundfont(setting, folders) == (None, ())


@needs_tinysoundfont
def test_a_broken_soundfont_of_the_system_is_passed_over_and_told(tmp_path: Path) -> None:
    """A run that names none must not fail for it."""
    (tmp_path / "a.sf2").write_bytes(small_soundfont()[:5_000])
    whole = write_small_soundfont(tmp_path / "b.sf2")
    font, notices = choose_soundfont("auto", [tmp_path])
    assert font
    assert font.path == str(whole)
    broken = tmp_path / "a.sf2"
    assert notices == (f"the SoundFont {broken} cannot be played: it is not a whole SoundFont (SF2 or SF3)",)


@needs_tinysoundfont
@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "there is no such file"),
        (b"", "it is not a SoundFont (SF2 or SF3)"),
        (b"hello " * 100, "it is not a SoundFont (SF2 or SF3)"),
        (small_soundfont()[:200], "it is not a whole SoundFont (SF2 or SF3)"),
        (small_soundfont()[:-2_000], "it is not a whole SoundFont (SF2 or SF3)"),
        (small_soundfont(bank=128), "it has no instruments but drums"),
        (small_soundfont(sample_number=1), "none of its instruments makes a sound"),
    ],
    ids=["missing", "empty", "text", "head", "cut off", "drums", "silent"],
)
def test_what_cannot_be_played_is_refused_in_one_line(content: bytes | None, reason: str, tmp_path: Path) -> None:
    """With the file, the reason, and what to do."""
    path = tmp_path / "mine.sf2"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SettingsError) as caught:
        choose_soundfont(str(path))
    instead = "give another with --set soundfont=FILE, or --set soundfont=none for evolve's own instruments"
    assert str(caught.value) == f"the SoundFont {path} cannot be played: {reason}; {instead}"


@needs_tinysoundfont
def test_a_folder_is_no_soundfont(tmp_path: Path) -> None:
    """Nor is anything else that is no file."""
    with pytest.raises(SettingsError, match="cannot be played: it is no file"):
        choose_soundfont(str(tmp_path))


@needs_tinysoundfont
@needs_timgm
def test_a_soundfont_that_crashes_its_player_is_refused_too(tmp_path: Path) -> None:
    """It is tried in a process of its own, which its damage ends."""
    content = bytearray(TIMGM.read_bytes())
    for place in derive_rng(1, "damage").integers(content.find(b"pdta"), len(content), 400):
        content[place] ^= 0xA5
    (tmp_path / "damaged.sf2").write_bytes(content)
    with pytest.raises(SettingsError, match=r"it is damaged: it crashes whoever plays it; give another"):
        choose_soundfont(str(tmp_path / "damaged.sf2"))


def test_without_the_library_auto_is_content_and_a_file_is_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The line says how to install it without what it does not need."""
    monkeypatch.setattr(soundfonts, "can_play", lambda: False)
    path = write_small_soundfont(tmp_path / "small.sf2")
    assert choose_soundfont("auto", [tmp_path]) == (None, ())
    with pytest.raises(SettingsError, match="soundfont") as mistake:
        choose_soundfont(str(path))
    told("soundfont-library", f"evolve: {mistake.value}")
    with pytest.raises(ExecutionError, match="tinysoundfont") as failure:
        find_soundfont(SoundFont.of(path))
    told("soundfont-library", str(failure.value))


@needs_tinysoundfont
def test_a_soundfont_is_known_by_its_content_wherever_it_lies(tmp_path: Path) -> None:
    """Another machine may keep it elsewhere, under another name."""
    font = SoundFont.of(write_small_soundfont(tmp_path / "here" / "small.sf2"))
    assert find_soundfont(font, ()) == Path(font.path)
    Path(font.path).unlink()
    write_small_soundfont(tmp_path / "there" / "a.sf2", OTHER)
    other = write_small_soundfont(tmp_path / "there" / "other-name.sf2")
    assert find_soundfont(font, [tmp_path / "there"]) == other


@needs_tinysoundfont
def test_another_file_of_the_same_name_is_not_taken_for_it(tmp_path: Path) -> None:
    """Songs of one generation would be told apart by their instruments; the line says what to do."""
    path = write_small_soundfont(tmp_path / "small.sf2")
    font = SoundFont.of(path)
    write_small_soundfont(path, {0: 1, 40: 2})
    with pytest.raises(ExecutionError) as caught:
        find_soundfont(font, [tmp_path])
    assert str(caught.value) == (
        f"songs are played by the SoundFont small.sf2 (SHA-256 {font.sha256[:12]}), and this machine does not have "
        f"that file: put it to {path}, or begin a run with --set soundfont=none"
    )
    told("soundfont-missing", str(caught.value))


@pytest.mark.parametrize(
    ("said", "meant"),
    [("none", "none"), ("None", "none"), ("off", "none"), ("AUTO", "auto"), ("on", "auto"), ("My.sf2", "My.sf2")],
)
def test_the_setting_is_read_as_people_mean_it(said: str, meant: str) -> None:
    """Words in any capitals, whether they come from a command line, a file or Python."""
    assert settings_from({"soundfont": said}, MusicSettings).own.soundfont == meant
    unset = None if said.lower() == "none" else said  # as --set hands it on
    assert settle([Given("soundfont", unset, "--set")], MusicSettings, {"x": None}).own.soundfont == meant


@pytest.mark.parametrize("font", [None, SoundFont("a.sf2", "0" * 64, "/a.sf2")])
def test_what_is_kept_of_it_comes_back(font: SoundFont | None) -> None:
    """As the store has it."""
    assert soundfonts.soundfont_of({"sound": {"soundfont": font and font.to_json()}}) == font
