"""A damaged run: what can be read is told, everything else is refused in one line, and never a traceback."""

import contextlib
import io
import json
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evolve.cli.app import run
from evolve.errors import RunError
from evolve.genetics.individual import Individual
from evolve.search import Outcome, create
from evolve.store.examination import examine
from evolve.store.mending import mend
from evolve.store.run_store import RunStore
from evolve.store.salvage import salvage
from evolve.store.schema import SCHEMA_VERSION
from tests.pretended_trials import WORDS_ALONE, PretendedExecution, go, small_config
from tests.store.damage import PAGE, alter, break_page_of, overwrite
from tests.store.first_layout import layout_of_file, put_into_first_layout
from tests.troubles import told


def unlucky(individual: Individual) -> str | None:
    """One founder and one child fail."""
    return "the loss became NaN" if individual.id in {"g0-2", "g1-3"} else None


@pytest.fixture(scope="module")
def made(tunes: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two runs of everything that a store can hold, `night` and `day`."""
    folder = tmp_path_factory.mktemp("made")
    with create(folder / "runs" / "night", small_config(tunes), "words.yaml", WORDS_ALONE) as store:
        assert go(store, PretendedExecution(unlucky)) is Outcome.COMPLETE
        store.record_lost("g0-1", "its worker was killed")
        store.record_draft(2, "bob", [{"do": "up", "id": "g2-2"}])
    shutil.copytree(folder / "runs" / "night", folder / "runs" / "day")
    return folder


@pytest.fixture
def night(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the runs, in which commands are typed; the folder of `night`."""
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return Path("runs/night")


def typed(*arguments: str, expect: int = 0) -> tuple[str, str]:
    """Stdout and stderr of a command that ends with this code."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        assert run(list(arguments)) == expect, err.getvalue()
    return out.getvalue(), err.getvalue()


def test_a_damaged_run_tells_its_story_as_far_as_it_is_left(night: Path) -> None:
    """In every format, with one line on stderr and a list of what is missing."""
    break_page_of(night, "song")
    out, err = typed("report", "night")
    told("damaged-store", err)
    assert len(err.splitlines()) == 1
    assert "The store is damaged" in out
    assert "some of the songs cannot be read" in out
    assert "evolve doctor night" in out
    assert "evolve resume" not in out
    assert "Family tree" in out
    out, err = typed("report", "night", "--format", "json")
    document = json.loads(out)
    assert "some of the songs cannot be read" in document["damage"]
    assert document["stands"]["command"] == "evolve doctor night"
    assert [len(one["members"]) for one in document["generations"]] == [4, 4, 4]
    told("damaged-store", err)
    out, err = typed("report", "night", "--format", "csv")
    assert len(out.splitlines()) == 1 + 12 + 2
    told("damaged-store", err)


def test_of_a_store_that_cannot_be_read_at_all_the_songs_and_networks_are_told(night: Path) -> None:
    """They lie in the folder, and need no store."""
    overwrite(night, 0, bytes(PAGE))
    out, err = typed("report", "night", "--format", "json")
    told("damaged-store", err)
    lines = json.loads(out)["damage"]
    assert any(line.startswith("still in individuals/g2-4, for any player and for Keras: network.k") for line in lines)
    assert "still in individuals/g0-1" in typed("report", "night")[0]


def test_the_other_runs_are_listed_and_the_damaged_one_is_a_line(night: Path) -> None:
    """Whatever is wrong with it."""
    break_page_of(night, "individual")
    out, err = typed("list", "--json")
    assert [one["name"] for one in json.loads(out)] == ["day"]
    told("damaged-store", err)
    assert len(err.splitlines()) == 1


@pytest.mark.parametrize(
    "command",
    [
        ("resume", "night", "--judge", "none"),
        ("rank", "night", "--order", "A > ..."),
        ("rank", "night", "--json"),
        ("compose", "night"),
        ("export", "night", "g0-1", "out"),
    ],
    ids=lambda command: command[0],
)
def test_whatever_would_build_on_a_damaged_store_is_refused(night: Path, command: tuple[str, ...]) -> None:
    """In one line, before anything is done; also when only an index is damaged."""
    break_page_of(night, "sqlite_autoindex_member_1")
    before = (night / "run.sqlite").read_bytes()
    _, err = typed(*command, expect=1)
    told("damaged-store", err)
    assert len(err.splitlines()) == 1
    assert (night / "run.sqlite").read_bytes() == before


@pytest.mark.parametrize(
    "harm",
    [
        "UPDATE fact SET value = '[]' WHERE name = 'settings'",
        """UPDATE fact SET value = '{"population": 0, "seed": 3}' WHERE name = 'settings'""",
        "UPDATE individual SET genome = 'x'",
        "UPDATE member SET individual = 'g9-9'",
        "UPDATE generation SET status = 'unheard of'",
        "DELETE FROM fact",
    ],
)
def test_what_no_evolve_has_written_is_damage(night: Path, harm: str) -> None:
    """Sound for SQLite, and yet not ours: told like any other damage."""
    alter(night, harm)
    _, err = typed("resume", "night", "--judge", "none", expect=1)
    told("damaged-store", err)
    typed("report", "night")


def test_a_run_that_has_lost_its_store_is_told_from_one_that_never_was(night: Path) -> None:
    """Its songs are still there."""
    (night / "run.sqlite").unlink()
    told("store-lost", typed("report", "night", expect=1)[1])
    assert "there is no run" in typed("report", "nobody", expect=1)[1]


def test_a_store_of_a_newer_evolve_is_refused_by_everyone(night: Path) -> None:
    """In one line that says which evolve to take."""
    alter(night, f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    for command in (("report", "night"), ("resume", "night"), ("rank", "night", "--json")):
        told("newer-store", typed(*command, expect=1)[1])
    out, err = typed("list", "--json")
    assert [one["name"] for one in json.loads(out)] == ["day"]
    told("newer-store", err)


def test_whoever_looks_leaves_an_older_store_and_whoever_ranks_is_told(night: Path) -> None:
    """That an older evolve can no longer open it."""
    put_into_first_layout(night)
    report = typed("report", "night")
    assert report[1] == ""
    typed("list")
    assert layout_of_file(night) == 1
    _, err = typed("rank", "night", "--json")
    told("older-store", err)
    assert layout_of_file(night) == SCHEMA_VERSION
    assert typed("rank", "night", "--json")[1] == ""
    assert typed("report", "night") == report


# --- any harm at all -------------------------------------------------------------------------------------------------

_places = st.floats(0, 1, exclude_max=True)
_harms = st.one_of(
    st.tuples(st.just("flip"), st.lists(st.tuples(_places, st.integers(0, 7)), min_size=1, max_size=20)),
    st.tuples(st.just("cut"), _places),
    st.tuples(st.just("overwrite"), _places, st.binary(min_size=1, max_size=300)),
    st.tuples(st.just("page"), _places, st.sampled_from([0x00, 0xFF, 0x55, 0x0D])),
    st.tuples(st.just("swap"), _places, _places),
    st.tuples(st.just("retype"), st.lists(st.tuples(_places, st.sampled_from(b'0129-."e[]{}ntf ,:')), max_size=5)),
)


def harmed(content: bytes, harm: tuple[object, ...]) -> bytes:
    """The content of a store after some harm."""
    data, size = bytearray(content), len(content)
    match harm:
        case ("flip", list(bits)):
            for place, bit in bits:
                data[int(place * size)] ^= 1 << bit
        case ("cut", float(place)):
            del data[int(place * size) :]
        case ("overwrite", float(place), bytes(other)):
            data[int(place * size) :][: len(other)] = other
            data[int(place * size) : int(place * size) + len(other)] = other
        case ("page", float(place), int(byte)):
            start = int(place * size) // PAGE * PAGE
            data[start : start + PAGE] = bytes([byte]) * PAGE
        case ("swap", float(one), float(other)):
            a, b = int(one * size) // PAGE * PAGE, int(other * size) // PAGE * PAGE
            data[a : a + PAGE], data[b : b + PAGE] = content[b : b + PAGE], content[a : a + PAGE]
        case ("retype", list(keys)):
            digits = [place for place, byte in enumerate(content) if byte in b"0123456789"]
            for place, key in keys:
                data[digits[int(place * len(digits))]] = key
    return bytes(data)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(_harms)
def test_no_harm_to_a_store_makes_a_traceback(made: Path, harm: tuple[object, ...]) -> None:
    """Bits flip, files are cut off: report and list answer, nothing hangs, what is mended is whole."""
    content = (made / "runs" / "night" / "run.sqlite").read_bytes()
    with tempfile.TemporaryDirectory() as folder:
        night = Path(folder) / "runs" / "night"
        shutil.copytree(made / "runs" / "night", night)
        (night / "run.sqlite").write_bytes(harmed(content, harm))
        findings = examine(night).findings
        salvaged = salvage(night).run
        for kind in ("text", "json", "csv"):
            out, err = io.StringIO(), io.StringIO()
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                assert run(["report", str(night), "--format", kind]) in (0, 1)
            assert len(err.getvalue().splitlines()) <= 1
        typed("list", "--runs", str(night.parent))
        try:
            with RunStore(night) as store:
                store.read()
        except RunError:
            assert findings
        try:
            mend(night)
        except RunError:
            return
        assert salvaged.damage
        with RunStore(night) as store:
            assert len(store.read().generations) == 3
