"""A damaged run: it is told from its newest copy, all else is refused in one line, and never a traceback."""

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
from evolve.records.individual import Individual
from evolve.search.steps import Outcome, create
from evolve.store.examination import examine, restore
from evolve.store.run_store import RunStore
from evolve.store.schema import SCHEMA_VERSION
from tests.pretended_trials import WORDS_ALONE, PretendedExecution, go, small_settings
from tests.store.damage import PAGE, alter, break_page_of, overwrite
from tests.troubles import told


def unlucky(individual: Individual) -> str | None:
    """One founder and one child fail."""
    return "the loss became NaN" if individual.id in {"g0-2", "g1-3"} else None


@pytest.fixture(scope="module")
def made(tunes: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two runs of everything that a store can hold, `night` and `day`."""
    folder = tmp_path_factory.mktemp("made")
    with create(folder / "runs" / "night", small_settings(tunes), "words.yaml", WORDS_ALONE) as store:
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


def test_a_damaged_run_is_told_from_its_newest_copy(night: Path) -> None:
    """In every format, with one line on stderr that says so and how to put the copy back."""
    whole = json.loads(typed("report", "night", "--format", "json")[0])
    break_page_of(night, "sample")
    out, err = typed("report", "night")
    told("damaged-store", err)
    assert len(err.splitlines()) == 1
    assert "The store is damaged" in out
    assert "evolve doctor night" in out
    assert "evolve resume" not in out
    assert "Family tree" in out
    out, err = typed("report", "night", "--format", "json")
    document = json.loads(out)
    assert document["damage"][1].startswith("this is told from the copy of ")
    assert document["stands"]["command"] == "evolve doctor night"
    changed = ("damage", "stands")
    assert {key: part for key, part in document.items() if key not in changed} == {
        key: part for key, part in whole.items() if key not in changed
    }
    assert len(typed("report", "night", "--format", "csv")[0].splitlines()) == 1 + 12 + 2


def test_without_a_copy_one_line_says_that_nothing_can_be_told(night: Path) -> None:
    """And what lies in the folder all the same."""
    shutil.rmtree(night / "copies")
    overwrite(night, 0, bytes(PAGE))
    told("damaged-store", typed("report", "night", expect=1)[1])
    out, _ = typed("doctor", "night", expect=1)
    assert "what lies in individuals/ can be used without it" in " ".join(out.split())
    assert "has no whole copy of its store" in typed("doctor", "night", "--restore", expect=1)[1]


def test_a_damaged_run_is_restored_and_gone_on_with(night: Path) -> None:
    """Doctor says which copies there are; a whole store is left alone, with a word on what else is wrong."""
    whole = typed("report", "night")[0]
    break_page_of(night, "sqlite_autoindex_member_1")
    out, _ = typed("doctor", "night", expect=1)
    assert "put back its copy of" in " ".join(out.split())
    _, err = typed("doctor", "night", "--restore")
    assert "the damaged store is kept as runs/night/run.sqlite.damaged-1. Go on: evolve resume night" in err
    assert typed("report", "night") == (whole, "")
    assert "is whole: there is nothing to restore" in typed("doctor", "night", "--restore", expect=1)[1]
    (night / "material.bin").unlink()
    assert "but material.bin is lost: bring it back" in typed("doctor", "night", "--restore", expect=1)[1]


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


@pytest.mark.parametrize("by", [-1, 1], ids=["older", "newer"])
def test_a_store_of_another_layout_is_refused_by_everyone(night: Path, by: int) -> None:
    """In one line that says which evolve to take."""
    alter(night, f"PRAGMA user_version = {SCHEMA_VERSION + by}")
    for command in (("report", "night"), ("resume", "night"), ("rank", "night", "--json")):
        told("other-layout", typed(*command, expect=1)[1])
    out, err = typed("list", "--json")
    assert [one["name"] for one in json.loads(out)] == ["day"]
    told("other-layout", err)


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
    """Bits flip, files are cut off: report and list answer, nothing hangs, what is restored is whole."""
    content = (made / "runs" / "night" / "run.sqlite").read_bytes()
    with tempfile.TemporaryDirectory() as folder:
        night = Path(folder) / "runs" / "night"
        shutil.copytree(made / "runs" / "night", night)
        (night / "run.sqlite").write_bytes(harmed(content, harm))
        examination = examine(night)
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
            assert examination.findings
        if examination.is_damaged:
            restore(night)
            with RunStore(night) as store:
                assert len(store.read().generations) == 3
