"""What trackers are told, and that one that fails or hangs harms no run."""

import json
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

import evolve
from evolve.errors import SettingsError
from evolve.trackers import tracking
from evolve.trackers.found import chosen_tracker

OWN = """
import json, threading
from pathlib import Path

class Diary:
    def __init__(self, target):
        self.path = Path(__file__).with_name("diary.jsonl")
    def write(self, *words):
        with self.path.open("a") as file:
            file.write(json.dumps(words) + "\\n")
    def begin(self, run):
        self.write("begin", run.name, run.settings["population"])
    def progressed(self, name, progress):
        self.write("progressed", name)
    def ended(self, one):
        self.write("ended", one.id, one.status, sorted(one.genome), len(one.files), one.origin, list(one.parents))
    def ranked(self, name, rank):
        self.write("ranked", name, rank.generation, rank.rank, rank.of, rank.rejected)
    def close(self):
        self.write("close")

class Fails(Diary):
    def ended(self, one):
        raise OSError("no route to the server")

class Hangs(Diary):
    def ended(self, one):
        threading.Event().wait()

class Slow(Diary):
    def __init__(self, target):
        super().__init__(target)
        threading.Event().wait(1.0)

NOTHING = 3
"""


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A file with trackers of the user's own."""
    path = tmp_path / "mine.py"
    path.write_text(OWN)
    return path


def in_order(candidates: Sequence[Any]) -> str:
    """The last one is rejected."""
    letters = [one.letter for one in candidates]
    return f"{' > '.join(letters[:-1])} ! {letters[-1]}"


def bred(folder: Path, told: list[evolve.Event], track: str, generations: int = 2) -> dict[str, Any]:
    """The report of a run of pictures that is tracked."""
    settings: dict[str, Any] = {"population": 3, "seed": 7} if not folder.exists() else {}
    with evolve.Search(
        folder, "pictures.yaml", engine="here", judge=in_order, on_event=told.append, track=track,
        generations=generations, **settings,
    ) as search:  # fmt: skip
        search.run()
        return search.report()


def diary(own: Path) -> Iterator[list[Any]]:
    """What a tracker was told."""
    return map(json.loads, own.with_name("diary.jsonl").read_text().splitlines())


def test_a_tracker_is_told_who_was_born_and_where_each_came(own: Path, tmp_path: Path) -> None:
    """Also by a process that goes on with the run: it tells the whole of it once more."""
    report = bred(tmp_path / "run", [], f"{own}:Diary")
    told = list(diary(own))
    assert told[0] == ["begin", "run", 3]
    assert told[-1] == ["close"]
    ended = [one for one in told if one[0] == "ended"]
    individuals = {one["id"]: one for generation in report["generations"] for one in generation["individuals"]}
    assert sorted(one[1] for one in ended) == sorted(individuals)
    for _, name, status, genes, _, origin, parents in ended:
        one = individuals[name]
        assert (status, origin, parents) == ("evaluated", one["origin"], one["parents"])
        assert genes == sorted(one["genome"])
    ranks = {(one[1], one[2]): one[3:] for one in told if one[0] == "ranked"}
    for generation in report["generations"]:
        for one in generation["individuals"]:
            assert ranks[one["id"], generation["index"]] == [one["rank"], 3, one["rejected"]]
    own.with_name("diary.jsonl").unlink()
    bred(tmp_path / "run", [], f"{own}:Diary", generations=2)
    again = list(diary(own))
    assert [one[1] for one in again if one[0] == "ended"] == [*individuals]
    assert len([one for one in again if one[0] == "ranked"]) == len(ranks)


def test_one_that_is_slow_to_begin_is_told_of_each_once(own: Path, tmp_path: Path) -> None:
    """Also of those who have ended before it was there."""
    report = bred(tmp_path / "run", [], f"{own}:Slow")
    everyone = sorted({one["id"] for generation in report["generations"] for one in generation["individuals"]})
    assert sorted(one[1] for one in diary(own) if one[0] == "ended") == everyone


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Fails", "tracks the run no more: OSError: no route to the server (mine.py, line "),
        ("Hangs", "tracks the run no more: it does not answer; "),
    ],
)
def test_one_that_fails_or_hangs_is_told_once_and_harms_nothing(
    name: str, said: str, own: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run is the same as without."""
    monkeypatch.setattr(tracking, "_PATIENCE_S", 0.5)
    threads = threading.active_count()
    told: list[evolve.Event] = []
    report = bred(tmp_path / "run", told, f"{own}:{name}")
    alone = bred(tmp_path / "alone", [], f"{own}:Diary")
    notices = [event.text for event in told if "tracks the run no more" in event.text]
    assert len(notices) == 1
    assert said in notices[0]
    families = [
        [
            (one["id"], one["genome"], one["rank"])
            for generation in told["generations"]
            for one in generation["individuals"]
        ]
        for told in (report, alone)
    ]
    assert families[0] == families[1]
    assert threading.active_count() <= threads + 1


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (
            "mlflw",
            'there is no tracker "mlflw"; did you mean "mlflow"?; there are mlflow, tensorboard',
        ),
        ("{own}:NOTHING", "mine.py:NOTHING is no tracker: a class, or a function that gives one"),
        ("{own}:Dairy", "has nothing called Dairy"),
        ("nowhere.py:Diary", "there is no file nowhere.py"),
    ],
)
def test_what_is_no_tracker_is_told_before_anything_is_begun(given: str, said: str, own: Path, tmp_path: Path) -> None:
    """In one line."""
    with pytest.raises(SettingsError) as raised:
        bred(tmp_path / "run", [], given.format(own=own))
    assert said in str(raised.value)
    assert not (tmp_path / "run").exists()


def test_one_whose_package_is_missing_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is imported for that."""
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(
        SettingsError, match="mlflow needs the package mlflow-skinny; install it: pip install mlflow-skinny"
    ):
        chosen_tracker("mlflow:http://127.0.0.1:5000")
