"""Code of the user's own in commands: a domain, a judge, a build, named when it is to be run."""

import contextlib
import json
from pathlib import Path

import pytest

from evolve.cli import running
from evolve.cli.app import run
from evolve.execution.in_process import InProcessExecution

CODE = """
def evaluate(hp, trial):
    sides = hp.Int("sides", 3, 40)
    if sides % 3 == 0:
        raise ValueError("no such star")
    trial.sample({"star": f"<svg xmlns='http://www.w3.org/2000/svg'><title>{sides}</title></svg>"}, {"sides": sides})
    trial.measure(loss=1 / sides)


def judge(candidates):
    return [one.letter for one in sorted(candidates, key=lambda one: -one.samples[0].facts["sides"])]


def hasty(candidates):
    return candidates[99].letter


def build(hp):
    import keras

    dropout = hp.Float("dropout", 0.0, 0.5) if hp.Choice("cell", ["lstm", "gru"]) == "gru" else 0
    return keras.Sequential([keras.layers.Dropout(dropout), keras.layers.Dense(hp.Int("width", 16, 64, step=16))])


NOTHING = 1
"""

SPACE = """
genes: {sides: {type: int, min_value: 3, max_value: 40}}
settings: {population: 4, generations: 2}
"""


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a space and code, in which commands evaluate in this process."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(running, "training_execution", lambda *_: contextlib.nullcontext(InProcessExecution()))
    Path("stars").mkdir()
    Path("stars/mine.py").write_text(CODE)
    Path("stars/space.yaml").write_text(SPACE)
    Path("stars/named.yaml").write_text(f"domain: mine.py:evaluate\n{SPACE}")
    return tmp_path


def told(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> tuple[str, str]:
    """Stdout and stderr of a command that ends with this code."""
    ended = run(list(arguments))
    out, err = capsys.readouterr()
    assert ended == code, err
    return out, err


def test_a_run_of_ones_own_domain_and_judge_goes_to_its_end(capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever fails is told with file and line and replaced; the judge is asked after each generation."""
    own = ("--domain", "stars/mine.py:evaluate", "--judge", "stars/mine.py:judge")
    _, err = told(capsys, "start", "--space", "stars/space.yaml", "--name", "night", "--seed", "1", *own)
    assert "generation 0: 4 individuals, evaluating" in err
    assert "samples can be seen as they come: runs/night" in err
    assert "failed: ValueError: no such star (mine.py, line 5)" in err
    report = json.loads(told(capsys, "report", "night", "--format", "json")[0])
    for generation in report["generations"]:
        ranked = sorted((one for one in generation["individuals"] if one["rank"]), key=lambda one: one["rank"])
        sides = [one["genome"]["sides"] for one in ranked]
        assert sides == sorted(sides, reverse=True)
        assert [ballot["method"] for ballot in generation["ballots"]] == ["mine.py:judge"]


def test_the_commands_that_are_told_name_the_code(capsys: pytest.CaptureFixture[str]) -> None:
    """As code of a space file's folder too; without it nothing is run but what is installed."""
    _, err = told(capsys, "start", "--space", "stars/named.yaml", "--judge", "none")
    assert "generation 0 can be seen. Rank it: evolve rank named-1 --domain stars/mine.py:evaluate" in err
    for command in (("resume", "named-1"), ("rank", "named-1", "--json")):
        _, err = told(capsys, *command, code=1)
        assert "is run only when you name it: give --domain mine.py:evaluate" in err
        assert len(err.splitlines()) == 1
    named = ("--domain", "stars/mine.py:evaluate")
    out, err = told(capsys, "rank", "named-1", *named)
    assert "sample 1: sides " in out
    _, err = told(capsys, "rank", "named-1", "--order", "A > ...", *named)
    assert "go on: evolve resume named-1 --domain stars/mine.py:evaluate" in err
    Path("stars/mine.py").write_text(f"{CODE}\n\n")
    _, err = told(capsys, "resume", "named-1", *named, "--judge", "stars/mine.py:judge")
    assert "note: mine.py has changed since named-1 was begun; it goes on with the file as it is now" in err
    assert "sides" in told(capsys, "report", "named-1")[0]
    assert "sides" in told(capsys, "report", "named-1", *named)[0]


def test_a_judge_that_fails_loses_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """It is told with file and line, and another one goes on."""
    own = ("--domain", "stars/mine.py:evaluate")
    start = ("start", "--space", "stars/space.yaml", "--name", "night", "--generations", "1", *own)
    _, err = told(capsys, *start, "--judge", "stars/mine.py:hasty", code=1)
    line = "evolve: --judge mine.py:hasty: IndexError: tuple index out of range (mine.py, line 15); mend it and go on"
    assert err.splitlines()[-1] == line
    told(capsys, "resume", "night", *own, "--judge", "stars/mine.py:judge")


@pytest.mark.parametrize(
    ("options", "code", "line"),
    [
        (("--domain", "other.py:evaluate"), 1, "--domain other.py:evaluate: there is no file other.py"),
        (("--domain", "stars/mine.py:evalute"), 1, "mine.py has nothing called evalute; it has evaluate, judge"),
        (("--domain", "stars/mine.py:NOTHING"), 1, "is neither a domain, nor a function evaluate(hp, trial)"),
        (("--domain", "musik"), 1, 'there is no domain "musik"; there are music, pictures'),
        (("--judge", "me"), 2, "must be terminal, page, none, simulated:KIND or FILE.py:NAME, not me"),
        (("--judge", "stars/mine.py:NOTHING"), 1, "--judge mine.py:NOTHING is no function judge(candidates)"),
        (("--build", "stars/mine.py:build"), 1, "has no networks of one's own"),
        (("--songs", "3"), 2, "it is an option of runs of music; this one is of mine.py:evaluate"),
        (("--set", "songs=3"), 1, '--set songs=3: there is no setting "songs"'),
    ],
)  # fmt: skip
def test_what_cannot_be_is_told_before_anything_is_begun(
    capsys: pytest.CaptureFixture[str], options: tuple[str, ...], code: int, line: str
) -> None:
    """In one line, with what is allowed; there is no run folder."""
    domain = () if "--domain" in options else ("--domain", "stars/mine.py:evaluate")
    _, err = told(capsys, "start", "--space", "stars/space.yaml", *domain, *options, code=code)
    assert line in " ".join(err.split())
    assert not Path("runs").exists()


def test_a_run_goes_on_with_the_code_it_was_begun_with_alone(capsys: pytest.CaptureFixture[str]) -> None:
    """Another function of the same file is another domain."""
    told(capsys, "start", "--space", "stars/named.yaml", "--judge", "none")
    _, err = told(capsys, "resume", "named-1", "--domain", "stars/mine.py:judge", code=1)
    assert err == "evolve: --domain mine.py:judge: named-1 was begun with mine.py:evaluate\n"
    _, err = told(capsys, "resume", "named-1", "--domain", "music", code=1)
    assert err == "evolve: --domain music: named-1 is of the domain mine.py:evaluate\n"


def test_a_space_of_ones_own_domain_is_checked(capsys: pytest.CaptureFixture[str]) -> None:
    """By the domain that it names; without one a space of other genes says what to give."""
    assert "sides  int   3 … 40" in told(capsys, "space", "check", "stars/named.yaml")[0]
    _, err = told(capsys, "space", "check", "stars/space.yaml", code=1)
    assert "unknown gene" in err
    assert "of another domain? give --domain" in err


@pytest.mark.slow
def test_the_space_that_a_build_asks_for_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    """As YAML that can be checked, with what is asked for in one case alone."""
    out, _ = told(capsys, "space", "from", "stars/mine.py:build")
    assert "dropout" in out
    told(capsys, "space", "from", "stars/mine.py:build", "-o", "asked.yaml")
    assert Path("asked.yaml").read_text() == out
    assert "dropout" in told(capsys, "space", "check", "asked.yaml", "--domain", "stars/mine.py:evaluate")[0]
    _, err = told(capsys, "space", "from", "stars/mine.py:evaluate", code=1)
    assert err == "evolve: mine.py:evaluate must take (hp) or (hp, streams), not (hp, trial)\n"
