"""A function of the user's own as a domain: what it gives is kept, and whatever it does wrong is its trial's alone."""

import time
from pathlib import Path

import pytest

from evolve.api import Search
from evolve.domain_registry import as_domain
from evolve.execution.run_material import DomainSource
from evolve.records.events import Event, EventKind
from evolve.records.run import Json, TrialResult
from evolve.store.run_store import RunStore
from evolve.user_code import UserCode
from tests.own_domains import HATS, hats_material, one_with, results_of
from tests.troubles import told

HAT = one_with(height=12, colour="red")


def tried(text: str, **settings: Json) -> TrialResult:
    """What the trial of a function gives whose body this is."""
    lines = "\n".join(f"    {line}" for line in text.splitlines())
    code = UserCode("mine.py:evaluate", f"import time\ndef evaluate(hp, trial):\n{lines}\n".encode())
    return results_of(hats_material(DomainSource(code.reference, code), **settings), HAT)["g0-1"]


def test_a_function_that_draws_is_a_domain() -> None:
    """Its picture is a sample with a name, a suffix and facts, and is judged."""
    code = UserCode("hats.py:evaluate", HATS.encode())
    result = results_of(hats_material(DomainSource(code.reference, code)), HAT)["g0-1"]
    assert result.failure is None
    (sample,) = result.samples
    (file,) = sample.files
    assert (sample.index, sample.facts, file.kind, file.name) == (1, {"height": 12}, "drawing", "drawing-1.svg")
    assert b'height="12" fill="red"' in file.data


def test_all_that_a_function_gives_is_kept(tmp_path: Path) -> None:
    """Samples of bytes, text and files, numbered from 1; metrics; and how far it is."""
    (tmp_path / "hat.html").write_text("<p>hat")
    result = tried(
        "trial.report(epoch=1, of=2, loss=0.5)\n"
        "trial.sample({'note.txt': 'a', 'picture': bytes.fromhex('89504e470d0a1a0a')})\n"
        f"import pathlib; trial.sample({{'page': pathlib.Path({str(tmp_path / 'hat.html')!r})}}, facts={{'n': 1}})\n"
        "trial.measure(loss=0.25, seed=trial.seed, who=trial.individual_id)"
    )
    assert [[(file.kind, file.name) for file in sample.files] for sample in result.samples] == [
        [("note", "note-1.txt"), ("picture", "picture-1.png")],
        [("page", "page-2.html")],
    ]
    assert (result.metrics["loss"], result.metrics["who"]) == (0.25, "g0-1")
    assert 0 <= result.metrics["trial_s"] < 60
    assert result.metrics["seed"] == tried("trial.sample({'a': 'b'}); trial.measure(s=trial.seed)").metrics["s"]


@pytest.mark.parametrize(
    ("text", "failure"),
    [
        ("raise ValueError('no\\nmore')", "ValueError: no (mine.py, line 3)"),
        ("import json\njson.loads('')", "JSONDecodeError: Expecting value: line 1 column 1 (char 0) (mine.py, line 4)"),
        ("hp.Integer('n')", "AttributeError: 'HyperParameters' object has no attribute 'Integer' (mine.py, line 3)"),
        ("pass", "mine.py:evaluate gave no sample; it must call trial.sample(…) at least once (mine.py, line 2)"),
        (
            "trial.sample({'weights': b'\\xff\\xfe'})",
            'the sample\'s file "weights" is no picture, sound, film or text that a browser shows; give it a name with '
            'a suffix, such as "weights.png" (mine.py, line 3)',
        ),
    ],
)  # fmt: skip
def test_what_a_function_does_wrong_is_the_failure_of_its_trial(text: str, failure: str) -> None:
    """In one line, with the line of the user's file where there is one."""
    result = tried(text)
    assert (result.failure, result.samples) == (failure, ())


def test_a_trial_is_told_when_its_time_is_over() -> None:
    """What it has made by then is what is judged."""
    began = time.monotonic()
    result = tried("while not trial.should_stop: time.sleep(0.01)\ntrial.sample({'text': 'hat'})", seconds=0.2)
    assert result.failure is None
    assert 0.2 <= time.monotonic() - began < 60


def test_a_live_function_is_a_domain_too() -> None:
    """Any callable."""
    domain = as_domain(lambda hp, trial: trial.sample({"text": str(hp.get("height"))}), "a script's")
    result = results_of(hats_material(DomainSource("a script's", live=domain)), HAT)["g0-1"]
    assert result.samples[0].files[0].data == b"12"


TROUBLE = """
import threading, time
kept = []

def evaluate(hp, trial):
    does = hp.get("does")
    if does == "hang":
        threading.Event().wait()
    while does == "hoard":
        kept.append(b"x" * 20_000_000)
        time.sleep(0.05)
        trial.heartbeat()
    trial.sample({"text": f"{does} {hp.get('number')}"}, facts={"number": hp.get("number")})
"""

TROUBLED = {
    "genes": {
        "does": {"type": "choice", "values": ["draw", "paint", "sketch", "hang", "hoard"]},
        "number": {"type": "int", "min_value": 1, "max_value": 9},
    }
}


@pytest.mark.slow
def test_one_that_hangs_and_one_that_takes_all_memory_are_replaced_and_the_run_goes_on(tmp_path: Path) -> None:
    """On Ray's workers; each is recorded with its reason, the others are as if nothing had been."""
    (tmp_path / "trouble.py").write_text(TROUBLE)
    lost: list[tuple[str, str]] = []

    def listen(event: Event) -> None:
        if event.kind is EventKind.LOST:
            lost.append((event.individual_id, event.text))

    with Search(
        tmp_path / "run", TROUBLED, domain=f"{tmp_path / 'trouble.py'}:evaluate", on_event=listen,
        population=4, parents=2, generations=2, seed=40, taste=False, hang_limit=10, memory_per_trial=0.6,
    ) as search:  # fmt: skip
        members = []
        for generation in search:
            members.append(sorted(one.id for one in generation.candidates))
            generation.rank([[name] for name in members[-1]])
    assert members == [["g0-1", "g0-2b", "g0-3b", "g0-4"], ["g0-1", "g1-2", "g1-3", "g1-4"]]
    with RunStore(tmp_path / "run") as store:
        failures = {name: one.failure or "" for name, one in store.read().individuals.items() if one.failure}
    assert set(failures) == {"g0-2", "g0-3"}
    told("worker-hung", failures["g0-2"])
    told("worker-memory", failures["g0-3"])
    assert lost == [("g0-2", "its process gave no heartbeat for 10 s")]
