"""Ballots, exports and spaces that are none are told in one line, and change nothing."""

import json
import os
from pathlib import Path

import pytest

from evolve.cli.app import run
from evolve.execution.export import CARD
from evolve.search import Outcome, create
from tests.execution.exports import example, write_example
from tests.pretended_trials import WORDS_ALONE, go, small_config
from tests.troubles import told


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """The one line on stderr of a command that cannot do what it was asked to."""
    assert run(list(arguments)) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.isprintable()
    return line


def test_an_order_that_is_none_is_told(tunes: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And nothing is recorded: the generation still waits."""
    with create(tmp_path / "night", small_config(tunes), "words.yaml", WORDS_ALONE) as store:
        assert go(store, judge=None) is Outcome.WAITING
    rank = ("rank", "night", "--runs", str(tmp_path), "--order")
    told("ballot-unread", said(capsys, *rank, "Z > ..."))
    told("ballot-unread", said(capsys, *rank, "A"))
    for order in ("", "A >", "A\x1b[2J > ...", "A ! A", "\udcff", "A>" * 10_000, "… > A"):
        assert said(capsys, *rank, order).startswith("evolve: ")
    assert run(["rank", "night", "--runs", str(tmp_path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["candidates"]


def test_a_damaged_export_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Before TensorFlow is loaded and the first song is begun."""
    write_example(tmp_path)
    card, _ = example()
    for changed in (
        "no card",
        json.dumps(card | {"opening": None}),
        json.dumps(card | {"notes": 10**30}),
        "[" * 10_000,
    ):
        (tmp_path / CARD).write_text(changed, encoding="utf-8")
        told("export-damaged", said(capsys, "compose", str(tmp_path)))


def test_what_a_space_says_of_itself_does_not_control_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its name, its description and its settings are shown as what can be seen of them."""
    path = tmp_path / os.fsdecode(b"\xff\x1b[2J.yaml")
    path.write_text('description: "\\e[31mred\\n\\uD800"\ngenes: {depth: 1}\nsettings: {opening: "\\e[2J.mid"}\n')
    assert run(["space", "check", str(path)]) == 0
    out = capsys.readouterr().out
    assert all(line.isprintable() for line in out.splitlines())
    assert r"\x1b[31mred" in out
