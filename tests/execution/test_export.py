"""A network taken out of its run says what it is, and an export that cannot be read is told in one line."""

import json
from pathlib import Path

import pytest

from evolve.errors import RunError
from evolve.execution.export import CARD, read_export


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
