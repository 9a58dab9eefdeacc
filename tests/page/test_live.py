"""What goes on in a run, told by the thread that searches and asked by the page's."""

import threading

from evolve.page.live import LiveProgress
from evolve.presentation import Presentation
from evolve.progress.board import Board
from evolve.records.events import Event, EventKind


class EndingBoard(Board):
    """A board whose generation ends, by the word of another thread, just while somebody looks at it."""

    live: LiveProgress

    def __bool__(self) -> bool:
        ending = threading.Thread(target=self.live, args=(Event(EventKind.EVALUATED),))
        ending.start()
        ending.join(0.2)
        return True


def test_notices_are_read_while_the_generation_ends() -> None:
    """What the page's thread has begun to read stays until it has."""
    live = LiveProgress(Presentation())
    board = EndingBoard(capacity="one machine is busy")
    board.live = live
    live._board = board
    live.say("a file was left out")
    assert live.notices == ["a file was left out", "one machine is busy"]


def test_what_is_said_from_two_threads_is_all_told() -> None:
    """Whoever holds the notices is waited for."""
    live = LiveProgress(Presentation())
    with live._lock:
        other = threading.Thread(target=live.say, args=("ranked from elsewhere",))
        other.start()
        other.join(0.2)
        assert other.is_alive()
    other.join()
    assert live.notices == ["ranked from elsewhere"]


def test_the_page_says_that_workers_start_until_one_has() -> None:
    """Ray takes its time; what a cluster says of itself takes the place of that line."""
    live = LiveProgress(Presentation())
    live(Event(EventKind.EVALUATING, members=("g0-1", "g0-2")))
    assert live.notices == ["starting the workers …"]
    live(Event(EventKind.CAPACITY, text="job 4711 is pending"))
    assert live.notices == ["job 4711 is pending"]
    live(Event(EventKind.CAPACITY))
    live(Event(EventKind.STARTED, "g0-1"))
    assert live.notices == []
    live(Event(EventKind.FINISHED, "g0-1"))
    assert live.notices == []
