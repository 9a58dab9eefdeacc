"""Music files that would hang, crash or fill a machine are told in one line, by the command that they were given to."""

import io
import os
import shutil
import zipfile
from pathlib import Path

import pytest

from evolve.domains.music.midi import write_midi
from evolve.domains.music.song import Note, Notes, Song, Track
from tests.conftest import SHARED_MUSIC
from tests.domains.music.pieces import midi_of, tune
from tests.domains.music.sound.small_soundfont import small_soundfont
from tests.domains.music.sound.soundfont_files import needs_tinysoundfont
from tests.end_to_end.commands import one_line
from tests.end_to_end.pretended_commands import evolve
from tests.troubles import told

pytestmark = pytest.mark.slow

ABC_HEAD = "X:1\nM:4/4\nL:1/4\nK:C\n"
HOUR = 24 * 120 * 60
"""Ticks of an hour at 120 beats a minute."""

START = ("start", "--space", "quick.yaml", "--judge", "none")


def mistaken(folder: Path, *arguments: str) -> str:
    """What a command that cannot do what it was asked to says on stderr."""
    said = evolve(*arguments, folder=folder, expect=1).err
    assert not any((folder / "runs").glob("*"))
    return said


def archive_of(size_bytes: int) -> bytes:
    """A compressed MusicXML file that unpacks to so many bytes."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("score.xml", b" " * size_bytes)
    return file.getvalue()


def song_of(notes: list[Note], tempo_bpm: float = 120.0) -> bytes:
    """A MIDI file."""
    return write_midi(Song((Track(Notes.of(notes)),), tempo_bpm=tempo_bpm))


def test_what_music_no_file_has_is_a_reason_beside_the_good(tunes: Path, tmp_path: Path) -> None:
    """Bombs, endless notes, far too many notes, huge files and what only looks like one; the good ones are used."""
    music = tmp_path / "music"
    shutil.copytree(tunes, music)
    reasons = {
        "bomb.mxl": (archive_of(30_000_000), "unpacks to more than 20 MB, which no piece has"),
        "entities.xml": (b'<!DOCTYPE a [<!ENTITY b "ha">]><a>&b;</a>', "defines XML entities, which no score needs"),
        "hours.mid": (
            song_of([Note(60, 0, 24), Note(62, 24, 24 * 120 * 60 * 7)]),
            "lasts for 7 hours, which no song does",
        ),
        "long.abc": (f"{ABC_HEAD}CDEFGABc d999999|".encode(), "lasts for 167 hours, which no song does"),
        "text.mid": (b"no music", "not MIDI but text"),
        "deep.xml": (b"<a>" * 30_000, "cannot be read as MusicXML: no element found: line 1, column 90000"),
    }
    for name, (data, _) in reasons.items():
        (music / name).write_bytes(data)
    with (music / "huge.mid").open("wb") as file:
        file.truncate(50_000_000)
    os.mkfifo(music / "pipe.mid")
    (music / "device.mid").symlink_to("/dev/zero")
    (music / "loop.mid").symlink_to("loop.mid")
    (music / "inside").symlink_to(music)
    found = evolve("corpus", "check", "music", "--json", folder=tmp_path).json
    assert found["pieces"] == len(list(tunes.iterdir()))
    assert {one["name"]: one["reason"] for one in found["skipped"]} == {
        **{name: reason for name, (_, reason) in reasons.items()},
        "huge.mid": "larger than 20 MB, which no piece is",
        "pipe.mid": "not a file",
        "device.mid": "not a file",
        "loop.mid": "cannot be opened: Too many levels of symbolic links",
    }


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_what_may_not_be_read_is_a_reason(tunes: Path, tmp_path: Path) -> None:
    """A file without rights is skipped; a folder without rights is a mistake."""
    music = tmp_path / "music"
    shutil.copytree(tunes, music)
    (music / "tune-0.mid").chmod(0)
    found = evolve("corpus", "check", "music", "--json", folder=tmp_path).json
    assert [one["reason"] for one in found["skipped"]] == ["cannot be opened: Permission denied"]
    music.chmod(0)
    try:
        assert "cannot be opened: Permission denied" in mistaken(tmp_path, "corpus", "check", "music")
    finally:
        music.chmod(0o700)


def test_ten_thousand_files_of_rubbish_are_one_line(tmp_path: Path) -> None:
    """The reasons are counted, not listed."""
    music = tmp_path / "music"
    music.mkdir()
    for number in range(10_000):
        (music / f"{number}.mid").write_bytes(b"MThd" + number.to_bytes(4, "big"))
    said = mistaken(tmp_path, "corpus", "check", "music")
    told("nothing-usable", said)
    assert "10,000 music files, all skipped (truncated: it ends within its header (10,000))" in said


def test_an_opening_that_will_not_do_is_told_before_anything_is_read(tmp_path: Path) -> None:
    """Too short, too long, no music: nothing is founded."""
    (tmp_path / "short.mid").write_bytes(midi_of(tune(8)))
    told("opening-short", mistaken(tmp_path, *START, "--opening", "short.mid"))
    (tmp_path / "long.mid").write_bytes(song_of([Note(60 + k, k * HOUR // 8, HOUR // 8) for k in range(20)]))
    told("opening-long", mistaken(tmp_path, *START, "--opening", "long.mid"))
    (tmp_path / "photo.mid").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    for name in ("photo.mid", "missing.mid"):
        told("opening-unusable", mistaken(tmp_path, *START, "--opening", name))
    assert "is not a music file" in mistaken(tmp_path, *START, "--opening", "song.ogg")


@needs_tinysoundfont
def test_a_soundfont_that_will_not_do_is_told_before_anything_is_read(tmp_path: Path) -> None:
    """No such file, music, half of one: nothing is founded."""
    (tmp_path / "song.mid").write_bytes(midi_of(tune(8)))
    (tmp_path / "half.sf2").write_bytes(small_soundfont()[:5_000])
    for name in ("missing.sf2", "song.mid", "half.sf2"):
        told("soundfont-unusable", mistaken(tmp_path, *START, "--set", f"soundfont={name}"))


@pytest.mark.skipif(not SHARED_MUSIC.is_dir(), reason="the folder of test music is not here")
def test_each_odd_file_is_read_or_told(tunes: Path, tmp_path: Path) -> None:
    """As they were met in the wild, among good ones."""
    shutil.copytree(tunes, tmp_path / "music")
    shutil.copytree(SHARED_MUSIC / "odd", tmp_path / "music" / "odd")
    found = evolve("corpus", "check", "music", "--json", folder=tmp_path).json
    assert len(found["skipped"]) + found["pieces"] == len(list((tmp_path / "music").rglob("*.mid")))
    assert all(one["reason"] and one["reason"].isprintable() for one in found["skipped"])


def test_a_mistake_in_a_space_is_told_by_its_line(tmp_path: Path) -> None:
    """Broken YAML, values that no gene has, aliases without end, and a pipe that nobody writes to."""
    (tmp_path / "broken.yaml").write_text("genes:\n  depth: {type: int, min_value: 1\n")
    told("space-broken", one_line(evolve("space", "check", "broken.yaml", folder=tmp_path, expect=1)))
    (tmp_path / "gene.yaml").write_text("genes:\n  depth: 99\n")
    told("space-value", one_line(evolve("space", "check", "gene.yaml", folder=tmp_path, expect=1)))
    bomb = f"genes: {{depth: 1}}\nsettings:\n  x: &a {list(range(5_000))}\n" + "".join(
        f"  k{n}: *a\n" for n in range(500)
    )
    (tmp_path / "bomb.yaml").write_text(bomb)
    told("space-too-much", one_line(evolve("space", "check", "bomb.yaml", folder=tmp_path, expect=1)))
    os.mkfifo(tmp_path / "pipe.yaml")
    assert "not a file" in one_line(evolve("space", "check", "pipe.yaml", folder=tmp_path, expect=1))


def test_a_setting_out_of_its_range_is_told_with_what_is_allowed(tmp_path: Path) -> None:
    """By the option or the line that it was given in."""
    told("setting-range", mistaken(tmp_path, *START, "--set", "temperature=99"))
    told("setting-number", mistaken(tmp_path, *START, "--set", "epochs=many"))
    told("setting-number", mistaken(tmp_path, *START, "--set", "epochs=" + "9" * 5000))
