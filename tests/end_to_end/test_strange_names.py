"""Names of files are whatever their maker liked; shown, they are text."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.end_to_end import pretended_commands as pretended
from tests.end_to_end.commands import evolve
from tests.troubles import told

pytestmark = pytest.mark.slow

NAMES = (
    b"\xff\xfe.mid",
    b"\x1b[2J\x1b]0;owned\x07.mid",
    b"two\nlines.mid",
    b"\"quoted\" 'twice'.mid",
    "🎵 “né” 音.mid".encode(),
    "\u202ereversed.mid".encode(),
    b"..mid",
    b"-rf.mid",
    b"$HOME `id`.mid",
)

ARGUMENTS = (b"\xff.mid", b"\x1b[31m\n.mid", b"a" * 5000, b"~nobody/x.mid")


def test_names_do_not_control_the_terminal_or_end_the_program(tunes: Path, tmp_path: Path) -> None:
    """Good files and bad ones with every kind of name, as a table, as JSON, and where nothing is usable."""
    music = tmp_path / "music"
    shutil.copytree(tunes, music)
    bad = tmp_path / "bad"
    bad.mkdir()
    for name in NAMES:
        shutil.copy(tunes / "tune-0.mid", music / os.fsdecode(name))
        (music / os.fsdecode(b"bad " + name)).write_bytes(b"no music")
        (bad / os.fsdecode(b"bad " + name)).write_bytes(b"no music")
    table = evolve("corpus", "check", "music", folder=tmp_path)
    for text in (table.out, table.err):
        assert all(one.isprintable() for one in text.splitlines())
    found = evolve("corpus", "check", "music", "--json", folder=tmp_path).json
    assert {one["name"] for one in found["skipped"]} >= {r"bad \udcff\udcfe.mid", "bad \"quoted\" 'twice'.mid"}
    assert all(one["name"].isprintable() for one in found["skipped"])
    said = evolve("start", "--space", "quick.yaml", "--corpus", "bad", folder=tmp_path, expect=1).err
    assert all(one.isprintable() for one in said.splitlines())


@pytest.mark.parametrize("name", ARGUMENTS)
def test_a_strange_name_as_an_argument_is_one_line(name: bytes, tmp_path: Path) -> None:
    """Wherever a file can be named."""
    given = os.fsdecode(name)
    for arguments in (
        ("corpus", "check", given),
        ("space", "check", given),
        ("start", "--space", given),
        ("start", "--space", "quick.yaml", "--corpus", given),
        ("start", "--space", "quick.yaml", "--opening", given),
        ("compose", given),
    ):
        lines = pretended.evolve(*arguments, folder=tmp_path, expect=1).err.splitlines()
        assert all(one.isprintable() for one in lines)
        assert lines[-1].startswith("evolve: ")
    assert not any((tmp_path / "runs").glob("*"))


def test_a_name_that_is_no_text_cannot_be_kept(tmp_path: Path, tunes: Path) -> None:
    """A run remembers its corpus and opening by name, so it is told before anything is founded."""
    shutil.copytree(tunes, tmp_path / os.fsdecode(b"caf\xe9"))
    given = os.fsdecode(b"caf\xe9")
    said = evolve("start", "--space", "quick.yaml", "--corpus", given, folder=tmp_path, expect=1).err
    told("name-no-text", said)
    assert evolve("corpus", "check", given, "--json", folder=tmp_path).json["names"] == [r"caf\udce9"]


def test_a_path_that_is_no_text_is_printed_as_its_codes() -> None:
    """Results may name folders of the user's; nothing that is printed ends the program."""
    order = "import evolve.cli.app as app; app.run = lambda _: print('songs\\udcff/a.mid') or 0; app.main()"
    env = os.environ | {"PYTHONIOENCODING": "utf-8:strict"}
    said = subprocess.run([sys.executable, "-c", order], env=env, capture_output=True, text=True, check=True)
    assert said.stdout == "songs\\udcff/a.mid\n"
