"""The songs of a network as a set, in words and beside the corpus."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evolve.domains.music.presentation import FIGURES, PRESENTATION
from evolve.presentation import Facts, Usual, figures_of
from evolve.records.run import RunRecord
from evolve.report.text import render_text
from tests.report.example_run import example_run, set_figures

TITLE = "The songs of generation 2 beside the corpus"


def with_metrics(run: RunRecord, changes: Mapping[str, Any]) -> RunRecord:
    """The run with something else in the metrics of all who have any."""
    told = {
        name: replace(one, metrics={**one.metrics, **changes} if one.metrics else {})
        for name, one in run.individuals.items()
    }
    return replace(run, individuals=told)


def told(figures: Facts, corpus: Facts) -> list[str]:
    """These figures in words, beside those of a corpus."""
    return figures_of(PRESENTATION, {"set_figures": figures}, Usual("corpus", {"set_figures": corpus}))


def section_of(run: RunRecord) -> list[list[str]]:
    """The words of each line of the table, from the corpus's on."""
    lines = render_text(run, width=100).split(TITLE)[1].split("Family tree")[0].splitlines()
    rows = [line.split() for line in lines]
    return rows[next(place for place, row in enumerate(rows) if "comes" in row and "notes" in row) + 1 :]


def test_a_set_is_told_in_words_beside_the_corpus() -> None:
    """What the corpus does not tell has nothing beside it."""
    assert told(set_figures(40, 0.244, 1.0, ended=0.975), set_figures(952, 0.298, 2.833)) == [
        "66–89 notes (corpus 66–89)",
        "98 % end by themselves",
        "24 % of notes on a beat (corpus 30 %)",
        "93 % of bars begin with a note (corpus 93 %)",
        "1 % of notes across a bar line (corpus 1 %)",
        "longest passage that comes back 1 bar (corpus 2.8 bars)",
    ]


def test_without_a_corpus_or_figures_what_is_known_is_told() -> None:
    """Older runs have neither, and a silent set has no shares."""
    assert told({}, set_figures(952, 0.298, 2.833)) == []
    assert told({"on_beat": None, "returning_bars": 0.0}, {}) == ["longest passage that comes back 0 bars"]


def test_the_newest_generation_has_a_table_from_the_corpus_to_the_last() -> None:
    """The members in the order of their ranks."""
    rows = section_of(example_run("finished"))
    assert [row[0] for row in rows if row] == ["corpus", "g2-3", "g2-2", "g1-4", "g2-5", "g2-4b", "g2-6"]
    assert rows[0] == ["corpus", "66–89", "30", "%", "93", "%", "1", "%", "2.8", "bars"]
    assert rows[1] == ["g2-3", "66–89", "98", "%", "24", "%", "93", "%", "1", "%", "1.5", "bars"]


def test_runs_without_such_figures_have_no_table() -> None:
    """Those that an older evolve made."""
    assert "beside the corpus" not in render_text(with_metrics(example_run("finished"), {"set_figures": None}))


@pytest.mark.parametrize("figures", ["words", 3, [], {"on_beat": "words", "notes_lower_quartile": float("nan")}])
def test_figures_of_another_kind_do_not_stop_a_report(figures: object) -> None:
    """A damaged store may say anything."""
    run = with_metrics(example_run("finished"), {"set_figures": figures})
    assert "Family tree" in render_text(replace(run, facts={"corpus": {**run.fact("corpus"), "set_figures": figures}}))


@given(st.dictionaries(st.sampled_from(sorted(set_figures(1, 0.5, 1.0))), st.none() | st.floats() | st.text()))
def test_any_figures_can_be_told(figures: dict[str, Any]) -> None:
    """In a few words or none."""
    assert all(isinstance(one.text({"set_figures": figures}), str) for one in FIGURES)
