"""A network taken out of its run says what it is, and an export that cannot be read is told in one line."""

import json
import os
from pathlib import Path

import pytest

from evolve.domains.music.export import CARD, NETWORK, VOCABULARY, is_export, read_export, write_export
from evolve.domains.music.material import opening_from_facts
from evolve.domains.music.tokenizers.kinds import KINDS
from evolve.errors import RunError
from evolve.execution.in_process import InProcessExecution
from evolve.search.steps import advance, create
from tests.domains.music.exports import example, write_example
from tests.execution.settings import SPACE_TEXT, small_settings
from tests.pretended_trials import Remembering


def test_an_export_of_another_layout_is_refused_with_what_to_do(tmp_path: Path) -> None:
    """A folder that a later evolve wrote is not guessed at."""
    (tmp_path / CARD).write_text(json.dumps({"format": 3}), encoding="utf-8")
    with pytest.raises(RunError, match="layout 3, this evolve reads layout 2; use the version of evolve that wrote it"):
        read_export(tmp_path)


@pytest.mark.parametrize("card", ["", "[]", "{}", '{"format": 2}'])
def test_a_damaged_export_is_told_by_its_folder(tmp_path: Path, card: str) -> None:
    """Whatever is wrong with the card, the line names the folder."""
    (tmp_path / CARD).write_text(card, encoding="utf-8")
    with pytest.raises(RunError, match="is no exported network, or a file of it is damaged"):
        read_export(tmp_path)


@pytest.mark.slow
def test_an_export_is_read_back_as_it_was_in_the_run(tunes: Path, tmp_path: Path) -> None:
    """Network, opening and settings; it needs nothing of the run, and never lies over something else."""
    with create(tmp_path / "night", small_settings(tunes), "small.yaml", SPACE_TEXT) as store:
        advance(store, InProcessExecution(), Remembering(), None, listener="listener")
        write_export(store, "g0-2", tmp_path / "kept")
        run = store.read()
        network = store.read_file(run.individuals["g0-2"].files["network"])
        with pytest.raises(RunError, match="exists and is not empty; give a new folder"):
            write_export(store, "g0-2", tmp_path / "kept")
    assert is_export(tmp_path / "kept")
    exported = read_export(tmp_path / "kept")
    assert exported.network == network
    assert exported.context.opening == opening_from_facts(run.fact("opening"))
    assert exported.card["genome"] == run.individuals["g0-2"].individual.genome.as_dict()
    assert exported.card["seed"] == 5
    assert "| width |" in (tmp_path / "kept" / "README.md").read_text()


@pytest.mark.parametrize("kind", KINDS)
def test_an_export_is_read_back(tmp_path: Path, kind: str) -> None:
    """With its network, its tokens and its card."""
    write_example(tmp_path, kind)
    exported = read_export(tmp_path)
    assert exported.network == b"a network"
    assert exported.context.tokenizer.name == kind
    assert exported.card["individual"] == "g0-1"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("notes", -1),
        ("notes", "many"),
        ("temperature", 1e9),
        ("tracks", 5),
        ("parts", [["Piano", 999]]),
        ("parts", []),
        ("beginnings", []),
        ("beginnings", [[[4, 0], 1.0, 100.0]]),
        ("beginnings", [[[4, 4], 1.0, "nan"]]),
        ("opening", {}),
        ("individual", None),
    ],
)
@pytest.mark.parametrize("kind", KINDS)
def test_a_card_that_nobody_could_compose_with_is_refused(tmp_path: Path, kind: str, name: str, value: object) -> None:
    """A number out of its range is told when the folder is read, not when a song is half written."""
    write_example(tmp_path, kind)
    card, _ = example(kind)
    changed = {key: one for key, one in (card | {name: value}).items() if one is not None}
    (tmp_path / CARD).write_text(json.dumps(changed), encoding="utf-8")
    with pytest.raises(RunError, match="is no exported network, or a file of it is damaged"):
        read_export(tmp_path)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("goes_on_at", 10**12),
        ("goes_on_at", -1),
        ("transposed_by", 10**40),
        ("song", {"title": "", "tempo_bpm": 90, "metre": [4, 4], "tracks": []}),
        ("song", {"title": "", "tempo_bpm": 0, "metre": [4, 4], "tracks": [["", 0, []]]}),
        (
            "song",
            {
                "title": "",
                "tempo_bpm": 90,
                "metre": [4, 4],
                "tracks": [{"name": "", "program": 0, "notes": [[200], [0], [1], [1]]}],
            },
        ),
    ],
)
def test_an_opening_that_is_no_music_is_refused(tmp_path: Path, name: str, value: object) -> None:
    """Pitches, ticks and tempos that there are not, and silence of years."""
    write_example(tmp_path)
    card, _ = example()
    card["opening"] |= {name: value}
    (tmp_path / CARD).write_text(json.dumps(card), encoding="utf-8")
    with pytest.raises(RunError, match="is no exported network, or a file of it is damaged"):
        read_export(tmp_path)


@pytest.mark.parametrize("name", [CARD, VOCABULARY, NETWORK])
def test_what_would_be_waited_for_or_fill_the_memory_is_refused(tmp_path: Path, name: str) -> None:
    """A pipe, a device, and a file of which a disk holds nothing and the memory would hold all."""
    path = tmp_path / name
    write_example(tmp_path)
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(RunError, match=r"is no exported network, or a file of it is damaged: .*not a file"):
        read_export(tmp_path)
    path.unlink()
    path.symlink_to("/dev/zero")
    with pytest.raises(RunError, match=r"is no exported network, or a file of it is damaged: .*not a file"):
        read_export(tmp_path)
    path.unlink()
    path.touch()
    os.truncate(path, 10**12)
    with pytest.raises(RunError, match=r"is no exported network, or a file of it is damaged: .*larger than"):
        read_export(tmp_path)


@pytest.mark.parametrize("text", ["[" * 100_000, "[]", '{"tokenizer": "events"}', '{"tokenizer": "notes"}'])
def test_a_vocabulary_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    """However deep, and however little of one it is."""
    write_example(tmp_path)
    (tmp_path / VOCABULARY).write_text(text, encoding="utf-8")
    with pytest.raises(RunError, match="is no exported network, or a file of it is damaged"):
        read_export(tmp_path)
