"""A network taken out of its run says what it is, and an export that cannot be read is told in one line."""

import json
from pathlib import Path

import pytest

from evolve.errors import RunError
from evolve.execution.export import CARD, is_export, read_export, write_export
from evolve.execution.in_process import InProcessExecution
from evolve.execution.material import opening_from_facts
from evolve.search import advance, create
from tests.execution.settings import SPACE_TEXT, small_config
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
    with create(tmp_path / "night", small_config(tunes), "small.yaml", SPACE_TEXT) as store:
        advance(store, InProcessExecution(), Remembering(), None, listener="listener")
        write_export(store, "g0-2", tmp_path / "kept")
        run = store.read()
        network = store.read_file(run.individuals["g0-2"].files["network"])
        with pytest.raises(RunError, match="exists and is not empty; give a new folder"):
            write_export(store, "g0-2", tmp_path / "kept")
    assert is_export(tmp_path / "kept")
    exported = read_export(tmp_path / "kept")
    assert exported.network == network
    assert exported.context.opening == opening_from_facts(run.opening)
    assert exported.card["genome"] == run.individuals["g0-2"].individual.genome.as_dict()
    assert exported.card["seed"] == 5
    assert "| width |" in (tmp_path / "kept" / "README.md").read_text()
