"""Counts and lists as a person reads them, in everything that the program says."""

import ast
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

import evolve
from evolve.clusters.session import ClusterInspection
from evolve.doctor.examined import cluster_checks, run_checks
from evolve.domains.music.facts.words import one_line
from evolve.domains.music.presentation import PRESENTATION
from evolve.presentation import badges_of
from evolve.store.copies import StoreCopy
from evolve.store.examination import Examination
from evolve.words import counted, fraction_in_words, listed, minutes_in_words, tallied, worded

SOURCES = sorted(Path(evolve.__file__).parent.rglob("*.py"))

COUNTED_WITHOUT_LOOKING = re.compile(
    r"\{\} (?:networks?|files?|songs|epochs|hosts|cores|GPUs|CPUs|members|generations|candidates|steps|ballots|trials"
    r"|genomes|workers|minutes|hours|days|bytes)\b(?! (?:in a row|have|most))"
)
"""A number that is followed by several of something, or by one, whatever the number is."""

PLURAL_ALL_THE_SAME = (
    "trials share a GPU", "bytes for a note", "characters and {} bytes", "it has {} bytes", "for more than {} minutes",
    "lasts for {} hours, which", "no {} for {} files", "it has no {} files",
)  # fmt: skip
"""What stands for more than one wherever it is said, or for none."""


def texts_of(source: Path) -> Iterator[tuple[int, str]]:
    """Every text in a source file but docstrings, with ``{}`` for what is filled in."""
    tree = ast.parse(source.read_text())
    documented = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and node.body
        if isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documented:
            yield node.lineno, node.value
        elif isinstance(node, ast.JoinedStr):
            yield node.lineno, "".join(str(one.value) if isinstance(one, ast.Constant) else "{}" for one in node.values)


@pytest.mark.parametrize(
    ("count", "said"),
    [(0, "0 pieces"), (1, "1 piece"), (2, "2 pieces"), (1059, "1,059 pieces"), (1.0, "1 piece"), (0.5, "0.5 pieces"),
     (1000.0, "1,000 pieces"), (float("inf"), "inf pieces"), (10**17 + 1, "100,000,000,000,000,001 pieces")],
)  # fmt: skip
def test_one_is_one_and_all_others_are_several(count: float, said: str) -> None:
    """Whether they are counted or measured."""
    assert counted(count, "piece") == said


def test_words_that_take_no_s_are_given() -> None:
    """Such as a verb, or a noun with its verb."""
    assert (counted(1, "file is", "files are"), counted(3, "file is", "files are")) == ("1 file is", "3 files are")
    assert (worded(1, "joins", "join"), worded(0, "joins", "join")) == ("joins", "join")
    assert listed(["a", "b", "c"]) == "a, b and c"


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_no_text_leaves_the_plural_to_the_reader(source: Path) -> None:
    """Nothing says ``file(s)``, or ``1 files``: what is counted is said by `evolve.words`."""
    left = [
        f"{source.name}, line {line}: {text}"
        for line, text in texts_of(source)
        if re.search(r"[a-z]\((?:s|es)\)", text) or COUNTED_WITHOUT_LOOKING.search(text)
        if not re.fullmatch(r"\{\} \w+", text)  # one of two words, the other of which is for one
        if not any(known in text for known in PLURAL_ALL_THE_SAME)
    ]
    assert not left


def test_one_of_everything_is_said_in_the_singular() -> None:
    """As it stands in the report, in the list of runs, in a check of a folder and of a cluster."""
    one, two = {"ended": False}, {"ended": True}
    assert badges_of(PRESENTATION, [one]) == ["0 of 1 song ends"]
    assert badges_of(PRESENTATION, [one, two]) == ["1 of 2 songs end"]
    assert badges_of(PRESENTATION, [two, two]) == ["2 of 2 songs end"]
    assert one_line({"notes": 1, "ended": True}) == "1 note, ends by itself"
    copy = StoreCopy(datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), "", Path())
    examined = Examination(Path("runs/a"), None, 1, (copy,), (".a.0a1b2c3d",), False, False, ())  # noqa: FBT003
    assert [check.found for check in run_checks(examined)][:3] == [
        f"intact; the newest of 1 copy is of {copy.time}",
        "1 is what was written",
        "1 file is left of writes that were cut off, such as .a.0a1b2c3d",
    ]
    host = {
        "host": "gpu1",
        "cpus": 1,
        "gpus": 1,
        "memory_gb": 8,
        "address": "10.0.0.2",
        "problem": "it is hot",
        "cards": [],
    }
    found = [check.found for check in cluster_checks(ClusterInspection((host,), {}), own={})]
    assert found == ["1 host, 1 core and 1 GPU for training", "1 core, 1 GPU, 8 GB at 10.0.0.2; it is hot"]


def test_no_plural_is_made_by_hand() -> None:
    """An s that is multiplied by whether there are several is what `counted` and `worded` are for."""
    by_hand = re.compile(r"""["']s(?: \w+)*["'] (?:\* \(|if )""")
    assert not [source.name for source in SOURCES if by_hand.search(source.read_text())]


@pytest.mark.parametrize(
    ("counts", "said"),
    [({}, ""), ({"x": 1}, "x"), ({"x": 1, "y": 1059}, "y (1,059), x"), ({"x": 2, "y": 1, "z": 1}, "x (2), y, …")],
)
def test_what_is_tallied_begins_with_what_was_there_most_often(counts: dict[str, int], said: str) -> None:
    """Two are named here, and that there were more."""
    assert tallied(counts, 2) == said


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (0.0, "almost nothing"),
        (0.108, "a tenth"),
        (0.21, "a fifth"),
        (0.34, "a third"),
        (0.7, "two thirds"),
        (1.0, "almost all"),
    ],
)
def test_a_share_is_told_as_the_nearest_fraction(share: float, words: str) -> None:
    """Two decimals say more than is known."""
    assert fraction_in_words(share) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "less than a minute"), (59, "less than a minute"), (70, "about 1 minute"), (360, "about 6 minutes"),
     (7100, "about 118 minutes"), (7200, "about 2 hours"), (20_000, "about 6 hours")],
)  # fmt: skip
def test_long_times_are_told_roughly(seconds: float, words: str) -> None:
    """In minutes, from two hours on in hours."""
    assert minutes_in_words(seconds) == words
