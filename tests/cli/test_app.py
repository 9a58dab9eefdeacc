"""How the program ends, what it says then, and what it does not load on the way."""

import errno
import json
import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from evolve import __version__
from evolve.cli.app import run
from evolve.environment import set_aside
from evolve.errors import EvolveError
from evolve.search.steps import Outcome, create
from evolve.store import folders
from evolve.store.run_store import RunStore
from tests.end_to_end.commands import EVOLVE
from tests.pretended_trials import WORDS_ALONE, go, small_settings

HEAVY = ("tensorflow", "keras", "keras_tuner", "ray", "music21")
COMMANDS = ("start", "resume", "rank", "report", "list", "compose", "export", "import", "doctor", "space", "corpus")
MOST_CPU_S = 0.5


@pytest.fixture(scope="module")
def waiting(tunes: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of runs with one whose first generation waits for its listener."""
    runs = tmp_path_factory.mktemp("runs")
    with create(runs / "night", small_settings(tunes), "words.yaml", WORDS_ALONE) as store:
        assert go(store, judge=None) is Outcome.WAITING
    return runs


def ended(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, list[str]]:
    """Exit code, stdout and the lines on stderr of a command."""
    code = run(list(arguments))
    out, err = capsys.readouterr()
    return code, out, err.splitlines()


def raising(problem: BaseException) -> object:
    """Something that raises when it is called."""

    def fail(*_: object) -> None:
        raise problem

    return fail


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """On stdout, with exit code 0."""
    assert ended(capsys, "--version") == (0, f"evolve {__version__}\n", [])


@pytest.mark.parametrize("arguments", [("--help",), ("-h",), *((name, "--help") for name in COMMANDS)], ids=" ".join)
def test_every_command_has_a_help_text(capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]) -> None:
    """That fits a terminal of a hundred columns."""
    code, out, err = ended(capsys, *arguments)
    assert (code, err) == (0, [])
    assert "Usage: evolve" in out
    assert max(len(line) for line in out.splitlines()) <= 100
    if len(arguments) == 1:
        assert all(f"  {name} " in out for name in COMMANDS)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("stat",), "No such command 'stat'"),
        (("report", "--fromat", "json"), "No such option"),
        (("report", "--format", "pdf"), "'pdf' is not one of"),
        (("start",), "Missing option '--space'"),
        (("start", "--space", "quick.yaml", "--seed", "x"), "'--seed': Input should be a valid integer"),
        (("resume", "a", "--generations", "0"), "'--generations': Input should be greater than or equal to 1"),
        (("export", "a"), "give an individual and a folder, or --keras-tuner DIR"),
        (("import", "hyperopt:x", "-o", "a"), "must be keras-tuner:DIR"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_a_mistake_of_usage_is_exit_code_two(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], told: str
) -> None:
    """With the usage line and what is wrong, on stderr."""
    code, out, err = ended(capsys, *arguments)
    assert (code, out) == (2, "")
    assert told in " ".join(err)


def test_a_mistake_of_the_user_is_one_line_and_exit_code_one(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever line breaks the text has."""
    monkeypatch.setattr(folders, "run_folders", raising(EvolveError("first\n  second\tthird")))
    assert ended(capsys, "list") == (1, "", ["evolve: first second third"])


def test_ctrl_c_is_exit_code_130(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """In one line."""
    monkeypatch.setattr(folders, "run_folders", raising(KeyboardInterrupt()))
    assert ended(capsys, "list") == (130, "", ["evolve: stopped; what was done is kept"])


@pytest.mark.parametrize(
    ("number", "reason", "way_out"),
    [
        (errno.ENOSPC, "No space left", "what was recorded is safe; make room and give the command again"),
        (errno.EACCES, "Permission denied", "check the rights of the folder, or choose another with --runs or -o"),
        (errno.EROFS, "Read-only", "choose a folder that can be written, with --runs or -o"),
    ],
)
def test_what_the_disk_refuses_is_told(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, number: int, reason: str, way_out: str
) -> None:
    """Such problems are the user's to mend, and no bug of ours."""
    monkeypatch.setattr(folders, "run_folders", raising(OSError(number, reason, "runs/a")))
    assert ended(capsys, "list") == (1, "", [f"evolve: runs/a: {reason}; {way_out}"])


@pytest.mark.parametrize("problem", [ZeroDivisionError("ours"), OSError(errno.EBADF, "ours")], ids=repr)
def test_a_bug_of_ours_keeps_its_traceback(monkeypatch: pytest.MonkeyPatch, problem: Exception) -> None:
    """Nothing swallows it."""
    monkeypatch.setattr(folders, "run_folders", raising(problem))
    with pytest.raises(type(problem), match="ours"):
        run(["list"])


# --- in fresh processes ----------------------------------------------------------------------------------------------


def fresh(arguments: Sequence[str]) -> "subprocess.CompletedProcess[str]":
    """Run a command in a new process, which then tells on stderr what heavy libraries it has loaded."""
    program = f"""
import sys
from evolve.cli.app import run
code = run(sys.argv[1:])
print(*[name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)
sys.exit(code)
"""
    return subprocess.run([sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    "arguments",
    [
        ("--help",),
        ("start", "--help"),
        ("list",),
        ("list", "--json"),
        ("report", "night"),
        ("report", "--format", "json"),
        ("report", "--format", "csv"),
        ("rank", "--json"),
        ("rank", "night"),
        ("rank", "--order", "D > A = B ! C", "--json"),
    ],
    ids=" ".join,
)
def test_a_light_command_loads_nothing_heavy(waiting: Path, arguments: tuple[str, ...]) -> None:
    """Neither TensorFlow nor Ray nor music21: looking at a run and ranking it answer at once."""
    is_help = "--help" in arguments
    ended = fresh([*arguments, *([] if is_help else ["--runs", str(waiting)])])
    assert ended.returncode == 0, ended.stderr
    assert ended.stderr.splitlines()[-1] == ""
    assert ended.stdout
    if "--json" in arguments or "json" in arguments:
        json.loads(ended.stdout)


def test_help_answers_in_half_a_second_of_cpu_time() -> None:
    """The best of three: other programs may disturb one."""
    taken = []
    for _ in range(3):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([EVOLVE, "--help"], capture_output=True, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        taken.append(after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime)
    assert min(taken) < MOST_CPU_S


@pytest.mark.parametrize("arguments", [("report", "night"), ("report", "--format", "json"), ("list",)], ids=" ".join)
def test_a_reader_that_goes_away_is_no_problem(waiting: Path, arguments: tuple[str, ...]) -> None:
    """As in `evolve report | head -1`: no traceback, and exit code 0."""
    process = subprocess.Popen(
        [EVOLVE, *arguments, "--runs", str(waiting)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    assert process.stderr.read() == ""
    assert process.wait(30) == 0
    process.stderr.close()


def test_a_variable_that_python_finds_at_each_start_does_not_start_it_for_ever(tmp_path: Path) -> None:
    """A site's `sitecustomize.py` may set one: the program begins anew once, and then goes on without it."""
    (tmp_path / "sitecustomize.py").write_text('import os; os.environ["PYTHONFOO"] = "1"')
    typed = subprocess.run(
        [EVOLVE, "--version"], capture_output=True, text=True, timeout=60, check=False,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
    )  # fmt: skip
    assert (typed.returncode, typed.stdout, typed.stderr) == (0, f"evolve {__version__}\n", "")


def test_doctor_names_what_was_set_aside_of_python_and_of_the_libraries(waiting: Path) -> None:
    """Python's variables count as it starts: the program began anew without them, and knows their names still."""
    hostile = {"PYTHONINSPECT": "1", "PYTHONWARNINGS": "ignore", "XLA_FLAGS": "--no_such_flag"}
    own = os.environ.copy()
    for name in set_aside(own):  # by a library that another test has imported
        del own[name]
    typed = subprocess.run(
        [EVOLVE, "doctor", "night", "--runs", str(waiting)], capture_output=True, text=True, timeout=60, check=False,
        env={**own, **hostile, "COLUMNS": "1000"}, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert ": PYTHONINSPECT, PYTHONWARNINGS, XLA_FLAGS\n" in typed.stdout, typed.stdout + typed.stderr


@pytest.mark.parametrize(
    ("begun_with", "chosen", "told"),
    [
        ("jax", "", "the network of g0-1 of night: "),
        ("tensorflow", "jax", "KERAS_BACKEND must be tensorflow, with which the run was begun; it is jax"),
    ],
)
def test_songs_are_composed_with_what_the_run_was_begun_with(
    waiting: Path, tmp_path: Path, begun_with: str, chosen: str, told: str
) -> None:
    """As when it is gone on with: whoever sets nothing need know nothing, and another one is refused."""
    shutil.copytree(waiting / "night", tmp_path / "night")
    with RunStore(tmp_path / "night") as store:
        store.record_facts({"versions": {**store.read().versions, "backend": begun_with}})
    program = "import os, sys; from evolve.cli.app import run; run(sys.argv[1:]); print(os.environ['KERAS_BACKEND'])"
    command = [sys.executable, "-c", program, "compose", "night", "g0-1", "--runs", str(tmp_path)]
    environment = {**os.environ, "KERAS_BACKEND": chosen}
    typed = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, env=environment)
    assert told in typed.stderr
    assert typed.stdout == "jax\n"


def test_a_space_with_a_diet_is_checked_without_a_corpus(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The groups are the corpus's or those that the file names; samples are drawn of the other genes."""
    space = tmp_path / "s.yaml"
    space.write_text("genes: {depth: {type: int, min_value: 1, max_value: 4}, diet: {type: shares}}")
    code, out, _ = ended(capsys, "space", "check", str(space))
    assert code == 0
    assert "of the corpus's groups" in out
    assert "infinitely many genomes: diet is continuous" in out
    assert "5 samples, without diet, whose groups only a run knows:" in out
    told = json.loads(ended(capsys, "space", "check", str(space), "--json")[1])
    assert (told["genes"][1]["kind"], told["genes"][1]["values"], told["size"]) == ("shares", [], None)
    assert [list(sample) for sample in told["samples"]] == [["depth"]] * 5
    space.write_text("genes: {diet: {type: shares, values: [jig, reel]}}")
    out = ended(capsys, "space", "check", str(space))[1]
    assert "of jig, reel" in out
    assert "0 samples, without diet" in out
