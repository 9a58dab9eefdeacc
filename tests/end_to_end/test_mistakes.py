"""Mistakes are told in one line, cost nothing, and end with the right exit code."""

import shutil
from pathlib import Path

import pytest

from tests.conftest import SHARED_MUSIC
from tests.end_to_end.commands import evolve, one_line

pytestmark = pytest.mark.slow

RUBBISH = {
    "empty.mid": b"",
    "header only.mid": b"MThd\0\0\0\x06\0\x01\0\0\x01\xe0",
    "picture.mid": b"\x89PNG\r\n\x1a\n" + bytes(64),
    "text.mid": b"this is no music",
    "broken.musicxml": b"<score-partwise><part",
}


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["start", "--space", "quik.yaml"], 'did you mean "quick.yaml"?'),
        (["start", "--space", "quick.yaml", "--corpus", "fiddle-tune"], "fiddle-tunes"),
        (["start", "--space", "quick.yaml", "--set", "epochs=many"], "epochs must be a whole number"),
        (["start", "--space", "quick.yaml", "--name", "../up"], "cannot be a name"),
        (["resume", "nobody"], 'there is no run "nobody"'),
        (["report"], "there is no run in runs/ yet"),
        (["export", "nobody", "g0-1", "out"], 'there is no run "nobody"'),
        (["space", "check", "nowhere.yaml"], "there is no such file"),
        (["corpus", "check", "nowhere"], "nowhere"),
    ],
)
def test_a_mistake_is_one_line_and_leaves_nothing_behind(arguments: list[str], told: str, tmp_path: Path) -> None:
    """The line says what is wrong and what would be right; no half-made run stays."""
    line = one_line(evolve(*arguments, folder=tmp_path, expect=1))
    assert line.startswith("evolve: ")
    assert told in line
    assert not any((tmp_path / "runs").glob("*"))


def test_usage_is_exit_code_two(tmp_path: Path) -> None:
    """An unknown option or a missing one is a matter of usage."""
    evolve("start", folder=tmp_path, expect=2)
    evolve("report", "--fromat", "json", folder=tmp_path, expect=2)


def test_the_good_is_read_and_the_bad_is_listed(tunes: Path, tmp_path: Path) -> None:
    """Broken files among good ones are each told with their reason; the good ones are used."""
    mixed = tmp_path / "mixed music"
    shutil.copytree(tunes, mixed)
    for name, data in RUBBISH.items():
        (mixed / name).write_bytes(data)
    checked = evolve("corpus", "check", str(mixed), "--json", folder=tmp_path).json
    assert checked["pieces"] == len(list(tunes.iterdir()))
    assert {skipped["name"] for skipped in checked["skipped"]} == set(RUBBISH)
    assert all(skipped["reason"] for skipped in checked["skipped"])


def test_rubbish_alone_is_one_line(tmp_path: Path) -> None:
    """A folder in which nothing can be used is a mistake, with a reason."""
    for name, data in RUBBISH.items():
        (tmp_path / name).write_bytes(data)
    told = evolve("start", "--space", "quick.yaml", "--corpus", ".", folder=tmp_path, expect=1)
    assert told.err.splitlines()[-1].startswith(f"evolve: nothing usable in .: {len(RUBBISH)} music files")
    assert not any((tmp_path / "runs").glob("*"))


@pytest.mark.skipif(not SHARED_MUSIC.is_dir(), reason="the folder of test music is not here")
def test_a_folder_of_rubbish_ends_with_its_reasons(tmp_path: Path) -> None:
    """Broken files are each told with their reason; a good one among them is still used."""
    checked = evolve("corpus", "check", str(SHARED_MUSIC.resolve()), "--json", folder=tmp_path).json
    assert checked["pieces"] >= 80
    assert all(skipped["reason"] for skipped in checked["skipped"])
    assert len(checked["skipped"]) >= 5
