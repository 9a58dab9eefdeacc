"""The files of docs/examples as a user types them: from the command line and from Python."""

import shutil
from pathlib import Path

import pytest

import evolve
from tests.end_to_end.commands import ROOT
from tests.end_to_end.commands import evolve as typed

EXAMPLES = ROOT / "docs" / "examples"


@pytest.fixture
def examples(tmp_path: Path) -> Path:
    """A copy of the examples, to work in."""
    return Path(shutil.copytree(EXAMPLES, tmp_path / "examples"))


def test_the_shortest_domain_is_a_page() -> None:
    """Sixty lines, which the README promises."""
    assert len((EXAMPLES / "invented_manuals.py").read_text().splitlines()) <= 60


@pytest.mark.slow
def test_texts_are_bred_from_the_command_line(examples: Path) -> None:
    """A generation of invented pages, ranked, and bred on from; the report knows their facts."""
    ours = ("--domain", "invented_manuals.py:evaluate")
    few = ("--population", "2", "--generations", "2", "--name", "pages", "--judge", "none")
    typed("start", "--space", "invented_manuals.yaml", *ours, *few, folder=examples)
    waiting = typed("rank", "pages", "--json", *ours, folder=examples).json["candidates"]
    assert {candidate["letter"] for candidate in waiting} == {"A", "B"}
    typed("rank", "pages", "--order", "B > A", *ours, folder=examples)
    refused = typed("resume", "pages", "--judge", "none", folder=examples, expect=1)
    assert "give --domain invented_manuals.py:evaluate" in refused.err
    typed("resume", "pages", "--judge", "none", *ours, folder=examples)
    report = typed("report", "pages", "--format", "json", folder=examples).json
    (first, second) = report["generations"]
    assert (first["status"], second["status"]) == ("bred", "evaluated")
    assert all(one["samples"][0]["facts"]["real words"] >= 0 for one in second["individuals"])


@pytest.mark.slow
def test_texts_are_bred_from_python(examples: Path) -> None:
    """The same file, in a loop; what was written can be read."""
    search = evolve.Search(
        examples / "run",
        examples / "invented_manuals.yaml",
        domain=f"{examples / 'invented_manuals.py'}:evaluate",
        population=2,
        generations=1,
        engine="here",
        on_event=lambda _: None,
    )
    with search:
        for generation in search:
            generation.rank("A > B")
        assert search.best is not None
        assert len(search.best.samples[0].files["page"].read_text()) == 400
        assert search.best.metrics["loss"] < 4
