"""A run folder that somebody has sent cannot make evolve read or write anywhere else."""

import json
import os
import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evolve.errors import RunError
from evolve.search.listening import open_session
from evolve.store.examination import examine
from evolve.store.files import KeptFile, inside, is_whole, read_inside, write_inside
from evolve.store.paths import RunPaths
from evolve.store.run_store import RunStore
from tests.store.damage import alter, killed_in_the_midst_of_writing
from tests.store.runs import new_run, result_of

LEADING_OUT = ("../secret", "/etc/passwd", "individuals/../../secret", "", ".", "a\\..\\b", "a\0b", "a\nb", "\ud800")


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """An evaluated run with a secret beside it."""
    (tmp_path / "secret").write_bytes(b"secret")
    (tmp_path / "elsewhere").mkdir()
    new_run(tmp_path / "run", evaluated=True).__exit__()
    return tmp_path / "run"


@pytest.mark.parametrize("relative", LEADING_OUT)
def test_a_path_that_leads_out_is_refused(run: Path, relative: str) -> None:
    """Absolute, with dots, or no path at all; in one line."""
    with RunStore(run) as store, pytest.raises(RunError, match="which is no file of the run folder") as told:
        store.read_file(relative)
    assert "\n" not in str(told.value)


@given(st.text(max_size=30))
def test_a_path_is_refused_or_stays_inside(relative: str) -> None:
    """Whatever it is."""
    paths = RunPaths(Path("/runs/a"))
    try:
        path = inside(paths, relative)
    except RunError:
        return
    assert Path(os.path.normpath(path)).is_relative_to("/runs/a")
    assert Path(os.path.normpath(path)) != Path("/runs/a")


@pytest.mark.parametrize("relative", ["individuals/g0-1/song-1.mid", "material.bin"])
def test_a_link_that_leads_out_is_not_read(run: Path, relative: str) -> None:
    """Whether the file itself is one or its folder."""
    path = run / relative
    path.unlink(missing_ok=True)
    path.symlink_to(run.parent / "secret")
    with RunStore(run) as store, pytest.raises(RunError, match="leads out of the run folder; remove the symbolic link"):
        store.read_file(relative)
    path.unlink()
    (run.parent / "elsewhere" / path.name).write_bytes(b"secret")
    if path.parent != run:
        path.parent.rename(run / "individuals" / "aside")
        path.parent.symlink_to(run.parent / "elsewhere")
        with RunStore(run) as store, pytest.raises(RunError, match="leads out"):
            store.read_file(relative)


def test_a_link_within_the_folder_and_a_link_to_the_folder_are_followed(run: Path, tmp_path: Path) -> None:
    """Whoever keeps large runs elsewhere links to them."""
    (tmp_path / "link").symlink_to(run)
    (run / "individuals" / "again").symlink_to("g0-1")
    with RunStore(tmp_path / "link") as store:
        assert store.read_file("individuals/again/song-1.mid") == b"g0-1 1 .mid"
        store.record_lost("g0-1", "its worker was killed")


def test_links_in_a_circle_are_told(run: Path) -> None:
    """Nobody follows them for ever."""
    (run / "material.bin").symlink_to("material.bin")
    with RunStore(run) as store, pytest.raises(RunError, match=r"material\.bin in .* is no file; remove"):
        store.read_material()


def test_a_pipe_is_not_waited_for(run: Path) -> None:
    """Reading it would never end."""
    os.mkfifo(run / "material.bin")
    with RunStore(run) as store, pytest.raises(RunError, match=r"material\.bin in .* is no file"):
        store.read_material()


@pytest.mark.parametrize("place", ["listening", "listening/generation-0", "listening/generation-0/ann"])
def test_nothing_is_staged_elsewhere(run: Path, place: str) -> None:
    """A folder of the listener's that leads out is refused before anything is written."""
    (run / place).parent.mkdir(parents=True, exist_ok=True)
    (run / place).symlink_to(run.parent / "elsewhere")
    with RunStore(run) as store, pytest.raises(RunError, match="leads out of the run folder"):
        open_session(store, 0, "ann")
    assert not list((run.parent / "elsewhere").iterdir())


def test_a_staged_song_that_leads_out_is_not_played(run: Path) -> None:
    """Though its name is there already."""
    with RunStore(run) as store:
        session = open_session(store, 0, "ann")
        song = session.candidates[0].samples[0].files["midi"]
        song.unlink()
        song.symlink_to(run.parent / "secret")
        with pytest.raises(RunError, match="leads out of the run folder"):
            open_session(store, 0, "ann")


def test_songs_that_the_store_puts_elsewhere_are_refused(run: Path) -> None:
    """As a tampered row does it: by their paths, or by what would become of their names."""
    alter(run, "UPDATE sample SET files = ? WHERE individual = 'g0-1'", json.dumps({"midi": "../secret"}))
    with RunStore(run) as store, pytest.raises(RunError, match=r"names '\.\./secret', which is no file"):
        open_session(store, 0, "ann")
    alter(run, "UPDATE sample SET files = ? WHERE individual = 'g0-1'", json.dumps({"midi": "song.mid \n;rm"}))
    with RunStore(run) as store, pytest.raises(RunError, match="cannot be a name"):
        open_session(store, 0, "ann")


def test_trials_are_not_recorded_elsewhere(run: Path) -> None:
    """Where the folder of an individual leads out: neither files nor rows."""
    alter(run, "UPDATE individual SET status = 'born'")
    (run / "individuals").rename(run / "aside")
    (run / "individuals").symlink_to(run.parent / "elsewhere")
    with RunStore(run) as store, pytest.raises(RunError, match="leads out of the run folder"):
        store.record_trial(result_of("g0-1"))
    assert not list((run.parent / "elsewhere").iterdir())


def test_an_individual_whose_id_is_a_path_has_no_files(run: Path) -> None:
    """As a tampered row has it."""
    with RunStore(run) as store, pytest.raises(RunError, match="cannot be a name"):
        store.paths.composed("../../elsewhere")


@pytest.mark.parametrize("name", ["run.sqlite", "run.lock"])
def test_neither_store_nor_lock_lie_elsewhere(run: Path, name: str) -> None:
    """SQLite and the lock would write to where a link leads."""
    (run.parent / "other").write_bytes((run / "run.sqlite").read_bytes())
    (run / name).unlink(missing_ok=True)
    (run / name).symlink_to(run.parent / "other")
    before = (run.parent / "other").read_bytes()
    with (
        pytest.raises(RunError, match=f"{name} in .* leads out of the run folder"),
        RunStore(run) as store,
        store.exclusively(),
    ):
        pass
    assert (run.parent / "other").read_bytes() == before


@pytest.mark.parametrize("read_only", [False, True])
def test_a_journal_that_would_have_sqlite_delete_a_file_is_refused(run: Path, *, read_only: bool) -> None:
    """Undoing a transaction over several databases ends with the deletion of whatever file the journal names."""
    killed_in_the_midst_of_writing(run)
    secret = os.fsencode(run.parent / "secret")
    lock_page, check = (1 << 30) // 4096 + 1, sum(secret)
    tail = struct.pack(f">I{len(secret)}sII", lock_page, secret, len(secret), check) + bytes.fromhex("d9d505f920a163d7")
    with (run / "run.sqlite-journal").open("ab") as journal:
        journal.write(tail)
    with pytest.raises(RunError, match="names a file outside the run folder, which evolve never does"):
        RunStore(run, read_only=read_only)
    assert not examine(run).is_whole
    assert (run.parent / "secret").read_bytes() == b"secret"


@pytest.mark.parametrize("kind", ["pipe", "link"])
def test_a_journal_that_is_no_file_is_neither_waited_for_nor_followed(run: Path, kind: str) -> None:
    """SQLite would open it."""
    journal = run / "run.sqlite-journal"
    if kind == "pipe":
        os.mkfifo(journal)
    else:
        journal.symlink_to(run.parent / "secret")
    with pytest.raises(RunError, match="is no journal, or names a file outside"):
        RunStore(run)
    assert not examine(run).is_whole
    assert (run.parent / "secret").read_bytes() == b"secret"


@pytest.mark.parametrize(
    "schema",
    [
        "CREATE TRIGGER endless BEFORE INSERT ON lost BEGIN DELETE FROM fact; END",
        "CREATE VIEW endless AS WITH RECURSIVE more(x) AS (SELECT 1 UNION ALL SELECT x FROM more) SELECT x FROM more",
    ],
)
def test_views_and_triggers_of_strangers_are_refused(run: Path, schema: str) -> None:
    """They could do other things than evolve means, or go on for ever."""
    alter(run, schema)
    with pytest.raises(RunError, match="it has views or triggers"):
        RunStore(run)


def test_an_endless_view_in_place_of_a_table_is_not_waited_for(run: Path) -> None:
    """Nothing is read of it."""
    alter(run, "DROP TABLE lost")
    alter(
        run,
        "CREATE VIEW lost AS WITH RECURSIVE more(x) AS (SELECT 1 UNION ALL SELECT x FROM more)"
        " SELECT x AS individual, x AS reason, x AS at FROM more",
    )
    with pytest.raises(RunError, match="it has views or triggers"):
        RunStore(run)
    assert not examine(run).is_whole


def test_a_file_is_known_by_what_was_written(tmp_path: Path) -> None:
    """By size first, then by digest; of any length."""
    paths = RunPaths(tmp_path)
    data = bytes(range(256)) * 10_000
    (kept,) = write_inside(paths, {tmp_path / "network.keras": data})
    assert kept == KeptFile.of("network.keras", data)
    assert read_inside(paths, "network.keras") == data
    assert is_whole(tmp_path / "network.keras", kept)
    (tmp_path / "network.keras").write_bytes(data[:-1] + b"x")
    assert not is_whole(tmp_path / "network.keras", kept)
    (tmp_path / "network.keras").write_bytes(data[:-1])
    assert not is_whole(tmp_path / "network.keras", kept)
