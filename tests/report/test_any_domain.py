"""A run of a domain that is not at hand, or that is no music, is told of all the same."""

import re
from dataclasses import replace

import pytest

from evolve.domain_registry import remembered
from evolve.function_domain import FunctionDomain
from evolve.presentation import Badge, Metric, Presentation
from evolve.records.run import RunRecord, SampleRecord
from evolve.report.document import report_document
from evolve.report.overview import run_overview
from evolve.report.tables import table_rows
from evolve.report.text import render_text
from tests.report.example_run import example_run

MUSICAL = ("song", "corpus", "opening", "note", "bits", "compose", "hear more")


def pictures_run(reference: str, stage: str = "finished") -> RunRecord:
    """The example run, as if its individuals had drawn pictures."""
    run = example_run(stage)
    samples = tuple(
        SampleRecord(index, {"image": f"individuals/x/image-{index}.png"}, {"colours": 10 + index, "kind": "tree"})
        for index in (1, 2)
    )
    drawn = {
        name: replace(one, samples=samples, metrics={"loss": 0.5 + place / 100, "strokes": 9})
        for place, (name, one) in enumerate(run.individuals.items())
        if one.samples
    }
    settings = {name: value for name, value in run.settings.items() if name not in ("songs", "notes")}
    return replace(
        run,
        individuals={**run.individuals, **drawn},
        settings={**settings, "heard": 4, "screening": "colours"},
        facts={"domain": {"reference": reference, "sha256": "0"}},
    )


def test_a_domain_that_nobody_has_opened_is_told_by_the_names_of_its_facts() -> None:
    """No code of the user's is run for a report."""
    run = pictures_run("nowhere.py:draw")
    text = render_text(run, width=120)
    assert re.search(r"g0-2 +0.51 +9 ", text)
    assert "samples     individuals/x/image-1.png  and 1 more" in text
    assert "by colours" in text
    assert not [word for word in MUSICAL if word in text.replace("Favourite", "")]
    assert table_rows(run)[0]["sample.colours"] == 11.5
    assert report_document(run)["domain"]["reference"] == "nowhere.py:draw"
    assert run_overview(run)["command"] == "evolve report night-owl"


@pytest.mark.parametrize(("lower", "best"), [(True, "0.50"), (False, "0.56")])
def test_a_domain_that_was_opened_tells_in_its_own_words(*, lower: bool, best: str) -> None:
    """Its metric is a column and has a best of each generation, its badges stand below the genes."""
    domain = FunctionDomain(lambda _, __: None, f"own-{lower}.py:draw")
    domain.presentation = Presentation(
        "picture",
        metrics=(Metric("loss", "loss", brief="off", lower_is_better=lower, help="how far off"),),
        badges=(Badge(lambda samples: f"{len(samples)} drawn", "drawn: as many as there are"),),
    )
    remembered(domain.name, domain)
    text = render_text(pictures_run(domain.name), width=120)
    assert "2 drawn" in text
    assert "off: how far off · drawn: as many as there are" in text
    assert re.search(rf"best off +{best} ", text)
    assert "Favourite pictures" in text
