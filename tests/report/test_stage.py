"""Where a run stands and what to do next, and the list of runs."""

import io
import json
from dataclasses import replace

import pytest
from rich.cells import cell_len
from rich.console import Console

from evolve.report.overview import overview_table, run_overview, stage_of
from tests.report.example_run import STAGES, example_run
from tests.report.long_run import long_run


@pytest.mark.parametrize(
    ("stage", "generation", "words", "waits_for", "command"),
    [
        ("created", None, "nobody is born yet", "evolve resume a", "evolve resume a"),
        ("born", 0, "none of 6 is trained yet", "evolve resume a", "evolve resume a"),
        ("heard", 0, "6 wait to be heard", "your ranking of generation 0", "evolve rank a"),
        ("ranked", 0, "ranked, next to be bred", "evolve resume a", "evolve resume a"),
        ("training", 2, "in training, 2 of 6 done", "evolve resume a", "evolve resume a"),
        ("finished", 2, "ranked, and finished", "nothing", "evolve compose a g2-3"),
    ],
)
def test_tells_each_stage_and_the_command_that_goes_on(
    stage: str, generation: int | None, words: str, waits_for: str, command: str
) -> None:
    """At every stage a run says what goes on with it, what it waits for and what to type."""
    told = stage_of(example_run(stage, name="a"))
    assert (told.generation, told.words, told.waits_for, told.command) == (generation, words, waits_for, command)


@pytest.mark.parametrize(
    ("stage", "waits_for", "command"),
    [
        ("created", "the process that works on it now", "evolve report a"),
        ("ranked", "the process that works on it now", "evolve report a"),
        ("training", "the process that works on it now", "evolve report a"),
        ("heard", "your ranking of generation 0", "evolve rank a"),
        ("finished", "nothing", "evolve compose a g2-3"),
    ],
)
def test_a_run_at_work_waits_for_its_process_unless_it_is_a_persons_turn(
    stage: str, waits_for: str, command: str
) -> None:
    """Whoever reads it is never sent to a command that would be refused; ballots can be handed in all the same."""
    told = stage_of(replace(example_run(stage, name="a"), is_worked_on=True))
    assert (told.waits_for, told.command) == (waits_for, command)


def test_commands_can_be_copied_into_a_shell() -> None:
    """Wherever the run lies, and whatever its folder is called."""
    run = replace(example_run("heard"), reference="'my runs/owl'")
    assert stage_of(run).command == "evolve rank 'my runs/owl'"


def test_an_overview_is_plain_json() -> None:
    """What `evolve list --json` needs stands under plain keys."""
    overview = run_overview(example_run("training"))
    assert json.loads(json.dumps(overview)) == overview
    assert (overview["name"], overview["generation"], overview["generations"]) == ("night-owl", 2, 3)
    assert overview["champions"] == ["g1-4"]
    assert not overview["finished"]


@pytest.mark.parametrize("width", [80, 120])
def test_the_list_fits_the_terminal(width: int) -> None:
    """Runs at every stage, and one with a very long name, stay within the width, and nothing is cut off."""
    overviews = [run_overview(example_run(stage, name=f"run-{stage}")) for stage in STAGES]
    console = Console(width=width, file=io.StringIO())
    with console.capture() as capture:
        console.print(overview_table([*overviews, run_overview(long_run(2))]))
    text = capture.get()
    assert max(map(len, text.splitlines())) <= width
    assert "…" not in text
    assert "your ranking of generation 0" in text


@pytest.mark.parametrize("name", ["音楽家" * 12, "Übung", "שירה", "night-owl"])
def test_the_columns_of_the_list_stay_in_line_whatever_a_run_is_called(name: str) -> None:
    """A wide character takes two columns of a terminal."""
    console = Console(width=100, file=io.StringIO())
    with console.capture() as capture:
        console.print(overview_table([run_overview(example_run("heard", name=name))]))
    lines = capture.get().splitlines()
    assert max(map(cell_len, lines)) <= 100
    places = {
        cell_len(line[: line.index(word)]) for line in lines for word in ("stands", "generation 0 (") if word in line
    }
    assert len(places) == 1
