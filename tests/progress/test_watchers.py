"""What is shown of a run's progress: lines for a log, a table for a terminal, in the words of its domain."""

from dataclasses import replace
from io import StringIO

import pytest
from rich.console import Console

from evolve.domains.music.presentation import PRESENTATION as MUSIC
from evolve.domains.pictures.domain import PRESENTATION as PICTURES
from evolve.presentation import Presentation
from evolve.progress.board import Board
from evolve.progress.watchers import LineWatcher, LiveWatcher, draw_board, in_words
from evolve.records.events import Event, EventKind, Progress
from evolve.records.run import TrialResult

EVENTS = (
    Event(EventKind.PREPARING, done=1, total=1),
    Event(EventKind.EVALUATING, members=("g0-1", "g0-2"), facts={"seconds": 30.0}),
    Event(EventKind.STARTED, "g0-1"),
    Event(EventKind.PROGRESSED, "g0-1", progress=Progress("training", 2, 9, 3.5)),
    Event(EventKind.LOST, "g0-1", text="its worker was killed"),
    Event(EventKind.STARTED, "g0-1"),
    Event(EventKind.FINISHED, "g0-1", result=TrialResult("g0-1", {"validation_loss": 3.25, "epochs": 4})),
    Event(EventKind.PRESENTABLE, done=1, text="runs/a/listening"),
    Event(EventKind.STARTED, "g0-2"),
    Event(EventKind.FINISHED, "g0-2", result=TrialResult("g0-2", {}, failure="no such \x1b[31mstar (f.py, line 9)")),
    Event(EventKind.EVALUATED),
)


def shown(watcher_type: type[LineWatcher | LiveWatcher], presentation: Presentation) -> list[str]:
    """The lines that a watcher leaves of these events."""
    out = StringIO()
    watcher = watcher_type(
        Console(file=out, width=200, force_terminal=watcher_type is LiveWatcher, color_system=None), presentation
    )
    for event in EVENTS:
        watcher(event)
    watcher.close()
    return out.getvalue().splitlines()


def test_each_event_is_a_line_in_the_words_of_music() -> None:
    """Where no terminal is; the reason of a failure cannot control one."""
    assert [line.split(", 0 s")[0] for line in shown(LineWatcher, MUSIC)] == [
        "1 file read",
        "generation 0: 2 networks, training and composing",
        "note: g0-1 was lost: its worker was killed; it is tried again",
        "g0-1: 3.25 bits a note, 4 epochs",
        "songs can be heard as they come: runs/a/listening",
        r"g0-2: failed: no such \x1b[31mstar (f.py, line 9)",
    ]


@pytest.mark.parametrize(
    ("presentation", "said"),
    [
        (PICTURES, ("generation 0: 2 networks, drawing", "pictures can be seen as they come: ")),
        (Presentation(), ("generation 0: 2 individuals, evaluating", "samples can be seen as they come: ")),
    ],
)
def test_other_domains_have_words_of_their_own(presentation: Presentation, said: tuple[str, str]) -> None:
    """Or plain ones."""
    lines = "\n".join(shown(LineWatcher, presentation))
    assert all(words in lines for words in said)
    assert "g0-1: done, 4 epochs" in lines


def test_a_generation_that_is_halved_has_a_table_before_the_rung_and_one_after() -> None:
    """Of those who are begun, and of those who go on; who has paused says so, with the loss."""
    paused = TrialResult("g0-1", {"validation_loss": 3.25, "epochs": 2}, is_paused=True)
    before = [Event(EventKind.STARTED, "g0-1"), Event(EventKind.FINISHED, "g0-1", result=paused)]
    board, out = Board.of(EVENTS[1], MUSIC, 0.0), StringIO()
    for event in before:
        board.tell(event, 1.0)
    assert (board.rows["g0-1"].state, board.rows["g0-1"].loss) == ("paused", 3.25)
    watcher = LiveWatcher(Console(file=out, width=200, force_terminal=True, color_system=None), MUSIC)
    for event in (EVENTS[1], *before, replace(EVENTS[1], members=("g0-1",)), EVENTS[-1]):
        watcher(event)
    watcher.close()
    assert out.getvalue().endswith("Generation 0: 0 of 1 network done.\n")


def test_a_table_leaves_one_line_behind() -> None:
    """How many were evaluated."""
    assert "Generation 0: 2 of 2 networks done." in "\n".join(shown(LiveWatcher, MUSIC))


@pytest.mark.parametrize(("presentation", "heading"), [(MUSIC, "epoch  bits/note  time"), (PICTURES, "step  time")])
def test_the_table_has_the_columns_of_the_domain(presentation: Presentation, heading: str) -> None:
    """A loss where it measures one, and epochs where it counts in them."""
    board = Board.of(EVENTS[1], presentation, 0.0)
    for event in EVENTS[2:4]:
        board.tell(event, 1.0)
    out = StringIO()
    Console(file=out, width=80).print(draw_board(board, presentation, 3.0))
    lines = [line.rstrip() for line in out.getvalue().splitlines()]
    assert lines[0] == f"Generation 0: {presentation.work}"
    assert lines[1].endswith(heading)
    assert "2/9" in lines[2]
    assert lines[-1] == "Ctrl-C stops; nothing that is done is lost."


@pytest.mark.parametrize(("seconds", "words"), [(45, "45 s"), (150, "2 min"), (7500, "2 h 05 min")])
def test_a_duration_is_told_as_roughly_as_it_is_known(seconds: float, words: str) -> None:
    """Seconds, minutes or hours."""
    assert in_words(seconds) == words
