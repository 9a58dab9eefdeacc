"""`evolve start`, `resume`, `rank`, `report` and `list` from script to script, with pretended trials."""

import contextlib
import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from evolve.cli import clusters, running
from evolve.cli.app import run
from evolve.errors import ExecutionError, RunError
from evolve.execution import ray_execution
from evolve.execution.run_material import DomainSource
from evolve.search.run_facts import core_of
from evolve.store.run_store import RunStore
from tests import troubles
from tests.pretended_trials import WORDS_ALONE, PretendedExecution, prepare_run, small_settings


class Place:
    """Where the commands run their trials: a pretended execution that a test may change."""

    def __init__(self) -> None:
        """Nothing fails."""
        self.execution = PretendedExecution()


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """A folder with a search space, in which commands train nothing for real."""
    place = Place()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(running, "training_execution", lambda *_: contextlib.nullcontext(place.execution))
    Path("words.yaml").write_text(f"{WORDS_ALONE}\nsettings: {{population: 4, songs: 2, notes: 5}}\n")
    return place


@pytest.fixture
def start(place: Place, tunes: Path) -> list[str]:
    """The command that begins a run of two generations."""
    assert place.execution.entered == 0
    return ["start", "--space", "words.yaml", "--corpus", str(tunes), "--generations", "2", "--seed", "11"]


def told(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> tuple[str, str]:
    """Stdout and stderr of a command that ends with this code."""
    ended = run(list(arguments))
    out, err = capsys.readouterr()
    assert ended == code, err
    return out, err


def read(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:  # noqa: ANN401 - JSON
    """What a command answers in JSON."""
    return json.loads(told(capsys, *arguments)[0])


def test_half_trained_networks_wait_in_the_run_folder(
    tmp_path: Path, tunes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of our own Ray; a cluster's machines need not see that folder, and a link that leads out of it is refused."""
    given: list[Path | None] = []

    class NoRay:
        is_starting = False

        def __init__(self, *_: object, checkpoints: Path | None, **__: object) -> None:
            given.append(checkpoints)

        def close(self) -> None:
            """Nothing was started."""

    monkeypatch.setattr(ray_execution, "RayExecution", NoRay)
    with RunStore(prepare_run(tmp_path / "night", small_settings(tunes))) as store:
        core, domain = core_of(store.read()), DomainSource("music")
        for address in (None, "10.0.0.1:6379"):
            with clusters.training_execution(store.paths, core, clusters.ClusterChoice(address, None), domain):
                pass
        assert given == [tmp_path / "night" / "checkpoints", None]
        (tmp_path / "night" / "checkpoints").symlink_to(tmp_path)
        leads_out = pytest.raises(RunError, match=r"checkpoints in .* leads out of the run folder")
        with leads_out, clusters.training_execution(store.paths, core, clusters.ClusterChoice(None, None), domain):
            pass


def test_of_a_large_generation_those_are_ranked_who_are_heard(
    capsys: pytest.CaptureFixture[str], start: list[str]
) -> None:
    """Each command says who they are; an order of anybody else is refused with the rule."""
    rule = "of 6 members, a sample of 2 is heard (heard=2, screening=sample)"
    large = ["--population", "6", "--elites", "0", "--set", "heard=2", "--set", "screening=sample"]
    _, err = told(capsys, *start, "--name", "night", *large)
    assert f"note: {rule}" in err
    _, err = told(capsys, "rank", "night")
    assert f"note: {rule}" in err
    assert 'evolve rank night --order "A > B"' in err
    waiting = read(capsys, "rank", "night", "--json")
    heard = {candidate["id"] for candidate in waiting["candidates"]}
    assert (len(heard), waiting["unheard"], waiting["rule"]) == (2, 4, rule)
    assert [run["status"] for run in read(capsys, "list", "--json")] == ["2 of 6 wait to be heard"]
    unheard = min({f"g0-{slot}" for slot in range(1, 7)} - heard)
    _, err = told(capsys, "rank", "night", "--order", f"A > {unheard}", code=1)
    assert err.startswith(f"evolve: {unheard} cannot be ranked, not being put before listeners: {rule}; order those")
    troubles.told("not-heard", err)
    ranking = read(capsys, "rank", "night", "--order", "B > A", "--json")
    assert set(ranking["ranking"]) == heard
    told(capsys, "resume", "night")
    parents = read(capsys, "report", "night", "--format", "json")["generations"][0]["parents"]
    assert set(parents[:2]) == heard


def test_a_whole_run_from_a_script(capsys: pytest.CaptureFixture[str], start: list[str]) -> None:
    """Each command says on stderr which to give next; the report holds every parent, change and rank."""
    out, err = told(capsys, *start, "--name", "night")
    assert out == ""
    assert "generation 0 can be heard. Rank it: evolve rank night" in err
    waiting = read(capsys, "rank", "night", "--json")
    assert waiting["generation"] == 0
    assert [one["letter"] for one in waiting["candidates"]] == ["A", "B", "C", "D"]
    for candidate in waiting["candidates"]:
        for song in candidate["samples"]:
            assert (Path("runs/night") / song["files"]["midi"]).is_file()
            assert candidate["id"] not in song["files"]["midi"]
    ranking = read(capsys, "rank", "night", "--order", "C > A = B ! D", "--json")["ranking"]
    by_letter = {one["letter"]: ranking[one["id"]] for one in waiting["candidates"]}
    assert [by_letter[letter]["rank"] for letter in "ABCD"] == [2, 2, 1, 4]
    assert by_letter["D"]["rejected"]
    _, err = told(capsys, "resume", "night")
    assert "generation 1 can be heard" in err
    _, err = told(capsys, "rank", "--order", "b > a > d > c")
    assert "generation 1 is ranked: B > A > D > C" in err
    out, err = told(capsys, "resume", "night")
    assert "night" in out
    assert "evolve compose night" in err
    report = read(capsys, "report", "night", "--format", "json")
    assert [generation["index"] for generation in report["generations"]] == [0, 1]
    members = report["generations"][1]["individuals"]
    assert all(one["rank"] for one in members)
    assert any(one["parents"] and one["changed"] for one in members)


def test_the_commands_that_are_told_can_be_typed_as_they_are(
    capsys: pytest.CaptureFixture[str], start: list[str]
) -> None:
    """From one to the next, to the end of the run; also where the runs lie elsewhere."""
    _, err = told(capsys, *start, "--name", "night", "--runs", "else/where")
    for generation in range(2):
        show, _, resume = re.findall(r"evolve ((?:rank|resume) [^\s]+)(?: |$)", err)
        _, err = told(capsys, *shlex.split(show))
        (rank,) = re.findall(r"evolve (rank .*)", err)
        assert f"Rank generation {generation}" in err
        _, err = told(capsys, *shlex.split(rank))
        assert f"evolve {resume}" in err
        _, err = told(capsys, *shlex.split(resume))
    assert "evolve compose else/where/night" in err


def test_the_same_command_under_another_name_breeds_the_same(
    capsys: pytest.CaptureFixture[str], start: list[str]
) -> None:
    """Names of runs have no part in chance; without a name one is made from the space's."""
    genomes = []
    for name in ("words-1", "words-2"):
        told(capsys, *start)
        told(capsys, "rank", name, "--order", "A > ...")
        told(capsys, "resume", name)
        report = read(capsys, "report", name, "--format", "json")
        genomes.append([one["genome"] for each in report["generations"] for one in each["individuals"]])
    assert genomes[0] == genomes[1]
    assert [one["name"] for one in read(capsys, "list", "--json")] == ["words-1", "words-2"]


def test_ctrl_c_in_training_says_how_to_go_on(
    capsys: pytest.CaptureFixture[str], start: list[str], place: Place
) -> None:
    """In one line, with exit code 130; and it is true."""
    place.execution = PretendedExecution(stop_after=2)
    _, err = told(capsys, *start, "--name", "night", code=130)
    assert err.splitlines()[-1] == "evolve: stopped; what was done is kept. Go on: evolve resume night"
    place.execution = PretendedExecution()
    _, err = told(capsys, "resume", "night")
    assert "generation 0 can be heard" in err
    assert len(place.execution.ran) == 2


def test_what_fails_is_told_as_it_happens(capsys: pytest.CaptureFixture[str], start: list[str], place: Place) -> None:
    """A line for each end of a trial, and who takes whose place."""
    place.execution = PretendedExecution(lambda one: "the loss became NaN" if one.id == "g0-2" else None)
    _, err = told(capsys, *start, "--name", "night")
    assert "g0-2: failed: the loss became NaN" in err
    assert "g0-2 failed (the loss became NaN); g0-2b takes its place" in err
    assert "g0-2b: 3.00 bits a note" in err


def test_a_machine_that_cannot_train_is_told(
    capsys: pytest.CaptureFixture[str], start: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """In one line; the founders are born, so the run stays and can be taken on."""

    class Nowhere(PretendedExecution):
        @contextlib.contextmanager
        def __call__(self) -> Iterator[PretendedExecution]:
            if not self.ran:
                raise ExecutionError("cannot join the Ray cluster at 10.0.0.1:6379")
            yield self

    with monkeypatch.context() as patch:
        patch.setattr(running, "training_execution", lambda *_: contextlib.nullcontext(Nowhere()))
        _, err = told(capsys, *start, "--name", "night", code=1)
    assert err.splitlines()[-1] == "evolve: cannot join the Ray cluster at 10.0.0.1:6379"
    told(capsys, "resume", "night")


@pytest.mark.parametrize(
    ("more", "line"),
    [
        (["--corpus", "nowhere"], 'no corpus, folder or file is called "nowhere"'),
        (["--set", "epochs"], "--set epochs: must be key=value, such as --set epochs=20"),
        (["--population", "400"], "the search space holds 384 genomes, fewer than the population of 400"),
        (["--elites", "4"], "--elites: elites is 4, but at most 3 fit"),
        (["--name", "a/b"], "'a/b' cannot be a name"),
        (["--listener", "../x"], "cannot be a name"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_start_that_cannot_be_leaves_no_run_behind(
    capsys: pytest.CaptureFixture[str], start: list[str], more: list[str], line: str
) -> None:
    """So that the mended command can be typed again under the same name."""
    _, err = told(capsys, *start, "--name", "night", *more, code=1)
    assert line in err.splitlines()[-1]
    assert not Path("runs/night").exists()


def test_founders_of_ones_own_are_bred_from(
    capsys: pytest.CaptureFixture[str], start: list[str], place: Place, tmp_path: Path
) -> None:
    """They stand in a file; one that is no genome leaves no run behind, and no trial was run."""
    genome = {"cell": "gru", "encoding": "onehot", "width": 64, "activation": "relu", "branches": False}
    Path("mine.json").write_text(json.dumps([genome | {"width": 65}]))
    _, err = told(capsys, *start, "--founders", "mine.json", "--judge", "none", code=1)
    assert err.endswith("mine.json: genome 1: no genome of the space: width is 65; allowed: 32, 64, 96, 128\n")
    assert not list(Path("runs").iterdir())
    assert not place.execution.ran
    Path("mine.json").write_text(json.dumps([genome]))
    told(capsys, *start, "--founders", "mine.json", "--judge", "none")
    with RunStore(tmp_path / "runs" / "words-1", read_only=True) as store:
        assert store.read().individuals["g0-1"].individual.genome.as_dict() == genome


def test_a_ballot_that_does_not_fit_is_told_and_changes_nothing(
    capsys: pytest.CaptureFixture[str], start: list[str]
) -> None:
    """The generation waits on."""
    told(capsys, *start, "--name", "night")
    before = read(capsys, "rank", "night", "--json")
    for order in ("A > Z", "A > A", ">", ""):
        _, err = told(capsys, "rank", "night", "--order", order, code=1)
        assert len(err.splitlines()) == 1
    assert read(capsys, "rank", "night", "--json") == before
    _, err = told(capsys, "resume", "night")
    assert "generation 0 can be heard" in err


def test_a_listener_is_named_in_the_commands_that_are_told(
    capsys: pytest.CaptureFixture[str], start: list[str]
) -> None:
    """Else the letters that Zoe sees would be read as somebody else's."""
    _, err = told(capsys, *start, "--name", "night", "--listener", "zoe")
    assert "evolve rank night --listener zoe" in err
    _, err = told(capsys, "rank", "night", "--listener", "zoe")
    (rank,) = re.findall(r"evolve (rank .*)", err)
    assert rank.startswith("rank night --listener zoe --order")
    _, err = told(capsys, *shlex.split(rank))
    assert "go on: evolve resume night --listener zoe" in err
    (ballot,) = read(capsys, "report", "night", "--format", "json")["generations"][0]["ballots"]
    assert ballot["listener"] == "zoe"
