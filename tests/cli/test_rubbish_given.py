"""Ballots, exports and spaces that are none are told in one line, and change nothing."""

import json
import os
from pathlib import Path

import pytest

from evolve.cli.app import run
from evolve.domains.music.export import CARD
from evolve.search.steps import Outcome, create
from tests.domains.music.exports import example, write_example
from tests.pretended_trials import WORDS_ALONE, go, small_settings
from tests.troubles import told


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """The one line on stderr of a command that cannot do what it was asked to."""
    assert run(list(arguments)) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.isprintable()
    return line


def test_an_order_that_is_none_is_told(tunes: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And nothing is recorded: the generation still waits."""
    with create(tmp_path / "night", small_settings(tunes), "words.yaml", WORDS_ALONE) as store:
        assert go(store, judge=None) is Outcome.WAITING
    rank = ("rank", "night", "--runs", str(tmp_path), "--order")
    told("ballot-unread", said(capsys, *rank, "Z > ..."))
    told("ballot-unread", said(capsys, *rank, "A"))
    for order in ("", "A >", "A\x1b[2J > ...", "A ! A", "\udcff", "A>" * 10_000, "… > A"):
        assert said(capsys, *rank, order).startswith("evolve: ")
    assert run(["rank", "night", "--runs", str(tmp_path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["candidates"]


def test_a_song_to_go_on_from_that_is_none_is_told(
    tunes: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Which there are, and how one is named, before TensorFlow is loaded; nothing is written."""
    with create(tmp_path / "night", small_settings(tunes), "words.yaml", WORDS_ALONE) as store:
        assert go(store, judge=None) is Outcome.WAITING
    before = sorted((tmp_path / "night").rglob("*"))
    compose = ("compose", "night", "--runs", str(tmp_path), "--from")
    told("song-not-there", said(capsys, *compose, "g0-3+7"))
    assert said(capsys, *compose, "g0-3♥7") == "evolve: g0-3 has no song 7; its songs are 1 and 2"
    assert 'has no trained individual "C"; there are: g0-1, g0-2, g0-3, g0-4' in said(capsys, *compose, "C+2")
    for text in ("g0-3", "+2", "g0-3+", "g0-3+1+2", "\udcff\x1b[2J"):
        line = said(capsys, *compose, text)
        assert line.endswith("names no song; name one as g0-3+2 or g0-3♥2, which is song 2 of g0-3")
    # The pretended songs are no music.
    assert said(capsys, *compose, "g0-3+2").startswith("evolve: song 2 of g0-3 cannot be gone on from: ")
    assert said(capsys, *compose, "g0-3+2", "g9-9").startswith('evolve: night has no trained individual "g9-9"')
    assert sorted((tmp_path / "night").rglob("*")) == before
    for other in (("--from-scratch",), ("--opening", "tune.mid")):
        assert run([*compose, "g0-3+2", *other]) == 2
        assert "songs begin in one way only" in " ".join(capsys.readouterr().err.split())
    write_example(tmp_path / "kept")
    line = said(capsys, "compose", str(tmp_path / "kept"), "--from", "g0-3+2")
    assert line.endswith("kept is an exported network and holds no songs; give the file of one with --opening")


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


@pytest.mark.parametrize(
    ("text", "settings"),
    [
        ("genes: {depth: '1'}\n", {}),
        ("genes: {depth: 1}\nsettings: {repetition_guard: off, mutation_rate: null, songs: '2', corpus: x}\n",
         {"repetition_guard": "off", "mutation_rate": None, "songs": 2, "corpus": ["x"]}),
        ("genes: {depth: 1}\nsettings:\n  # songs: 2\n", {}),
        ("genes: {branches: 'yes', dropout: {type: choice, values: ['0.1', .5]}, depth: 0x1}\n", {}),
        ("genes: {depth: {type: int, min_value: '1', max_value: 4, step: null, default: ~, sampling: }}\n", {}),
    ],
)  # fmt: skip
def test_a_space_is_taken_as_it_is_meant(
    text: str, settings: dict[str, object], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Quotes around a number, words that YAML takes for booleans, and what is left empty."""
    (tmp_path / "x.yaml").write_text(text)
    assert run(["space", "check", str(tmp_path / "x.yaml"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["settings"] == settings
    assert run(["space", "check", str(tmp_path / "x.yaml")]) == 0
    assert "None" not in capsys.readouterr().out


def test_settings_of_a_space_are_printed_as_they_are_meant(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As text and as JSON: whoever checks a space sees what a run would take."""
    settings = (
        "{epochs: 1_0, seed: 0o10, seconds: 1e2, top_p: .5, endings: off, repetition_guard: OFF, mutation_rate: ~}"
    )
    (tmp_path / "x.yaml").write_text(f"genes: {{depth: 1}}\nsettings: {settings}\n")
    assert run(["space", "check", str(tmp_path / "x.yaml"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["settings"] == {
        "epochs": 10, "seed": 8, "seconds": 100.0, "top_p": 0.5, "endings": False, "repetition_guard": "off",
        "mutation_rate": None,
    }  # fmt: skip
    assert run(["space", "check", str(tmp_path / "x.yaml")]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == (
        "settings: epochs 10, seed 8, seconds 100, top_p 0.5, endings false, repetition_guard off, mutation_rate unset"
    )


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_space_of_another_program_is_read(encoding: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With a byte order mark."""
    (tmp_path / "x.yaml").write_text("description: Klänge\ngenes: {depth: 1}\n", encoding=encoding)
    assert run(["space", "check", str(tmp_path / "x.yaml")]) == 0
    assert "x.yaml: Klänge gene" in " ".join(capsys.readouterr().out.split())


def test_a_file_that_is_no_text_is_told_as_such(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """By the byte and the line, with what to do; as a space and as a profile."""
    path = tmp_path / "x.yaml"
    path.write_bytes("description: Klänge\n".encode("latin-1"))
    reason = f"evolve: {path}: is not UTF-8 text: byte 0xe4 in line 1; save it as UTF-8"
    assert said(capsys, "space", "check", str(path)) == reason
    told("space-no-text", reason)
    assert said(capsys, "start", "--space", "quick.yaml", "--cluster", str(path)) == reason
    path.write_bytes(b"")
    assert "is empty: a search space needs" in said(capsys, "space", "check", str(path))


def test_a_ballot_of_a_listener_of_any_script_is_handed_in(
    tunes: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """In a run of such a name: listed, ranked, reported, in text, JSON and CSV, however the name is typed."""
    with create(tmp_path / "Übung", small_settings(tunes), "words.yaml", WORDS_ALONE) as store:
        assert go(store, judge=None) is Outcome.WAITING
    rank = ("rank", "U\u0308bung", "--runs", str(tmp_path), "--listener")
    for listener in ("José", "Jose\u0301", "音楽家", "علی\u200cرضا"):
        assert run([*rank, listener, "--order", "A > ...", "--json"]) == 0
    handed_in = capsys.readouterr().out
    assert all(f'"listener": "{name}"' in handed_in for name in ("音楽家", "علی\u200cرضا"))
    for form in ("text", "json", "csv"):
        assert run(["report", "Übung", "--runs", str(tmp_path), "--format", form]) == 0
    out = capsys.readouterr().out
    told_of = next(line for line in out.splitlines() if "ranked by " in line)
    assert all(name in told_of for name in ("José", "音楽家", "علی\u200cرضا")), told_of
    assert run(["list", "--runs", str(tmp_path)]) == 0
    assert "Übung" in capsys.readouterr().out
    told("name-refused", said(capsys, *rank, "a/b"))
