"""What goes on in a run right now: its events as the page tells them, and who waits for news."""

import asyncio
import contextlib
import threading
import time
from typing import Any, Final

from evolve.presentation import Presentation
from evolve.progress.board import Board, TrialRow
from evolve.records.events import Event, EventKind

_MOST_ROWS: Final = 60
_MOST_NOTICES: Final = 5


class LiveProgress:
    """The events of a run, summed up; told by the thread that runs the search, asked by the page's."""

    def __init__(self, presentation: Presentation) -> None:
        """Nothing has happened yet."""
        self._presentation = presentation
        self._lock = threading.RLock()
        self._board: Board | None = None
        self._read = (0, 0)
        self._notices: list[str] = []

    def __call__(self, event: Event) -> None:
        """Take in what has happened."""
        now = time.monotonic()
        with self._lock:
            match event.kind:
                case EventKind.PREPARING:
                    self._read = (event.done, event.total)
                case EventKind.NOTICE:
                    self.say(event.text)
                case EventKind.EVALUATING:
                    self._board, self._notices = Board.of(event, self._presentation, now), []
                case EventKind.EVALUATED:
                    self._board = None
                case _:
                    if self._board is not None:
                        self._board.tell(event, now)

    def say(self, text: str) -> None:
        """Let the page say something for a while."""
        with self._lock:
            self._notices = [*self._notices, text][-_MOST_NOTICES:]

    @property
    def notices(self) -> list[str]:
        """The last that should be known."""
        with self._lock:
            status = self._board.status if self._board else ""
            return [*self._notices, *([status] if status else [])]

    def document(self) -> dict[str, Any] | None:
        """How far the trials are, or the reading; None where no events tell it."""
        with self._lock:
            board, now = self._board, time.monotonic()
            if board is None:
                done, total = self._read
                return None if not total else {"done": done, "total": total, "members": [], "seconds_left": None}
            known = board.running or board.ended
            return {
                "done": board.ended,
                "total": len(board.rows),
                "members": [_member(place, row) for place, row in self._rows(board)],
                "seconds_left": round(board.seconds_left(now)) if known else None,
            }

    def _rows(self, board: Board) -> list[tuple[int, TrialRow]]:
        shown = {row.id for row in board.shown(_MOST_ROWS)}
        return [(place, row) for place, row in enumerate(board.rows.values(), start=1) if row.id in shown]


_STATES: Final = {
    "waiting": "waiting", "done": "evaluated", "paused": "waiting", "stopped early": "evaluated", "failed": "failed"
}  # fmt: skip


def _member(place: int, row: TrialRow) -> dict[str, Any]:
    """How far a trial is; not how well: the first one to end is the only one who can be heard by then."""
    progress = row.progress
    left = progress.seconds_left if progress else None
    return {
        "place": place,
        "status": _STATES.get(row.state, "evaluating"),
        "phase": row.state if row.state not in _STATES else None,
        "epoch": progress.epoch if progress else None,
        "epochs": progress.epochs if progress else None,
        "seconds_left": None if left is None else round(left),
    }


class News:
    """Wakes those who wait for news, at most so often; may be told from any thread."""

    def __init__(self, interval_s: float = 0.25) -> None:
        """Nothing is new yet."""
        self._interval_s = interval_s
        self._number = 0
        self._loop: asyncio.AbstractEventLoop | None = None
        self._changed: asyncio.Event | None = None
        self._is_due = False
        self.has_ended = False
        """Whether the page is closed, and there will be no more news."""

    def attach(self) -> None:
        """From now on wake those who wait in this event loop."""
        self._loop, self._changed = asyncio.get_running_loop(), asyncio.Event()

    def tell(self) -> None:
        """Something has changed."""
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):  # the loop has ended
                self._loop.call_soon_threadsafe(self._later)

    def end(self) -> None:
        """Let everyone go who waits: the page is closed."""
        self.has_ended = True
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._wake)

    async def after(self, number: int, timeout_s: float) -> int:
        """Wait until there is news after this number; gives the newest number, the same one when none came."""
        if self._number == number and self._changed is not None and not self.has_ended:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), timeout_s)
        return self._number

    def _later(self) -> None:
        if not self._is_due and self._loop is not None:
            self._is_due = True
            self._loop.call_later(self._interval_s, self._wake)

    def _wake(self) -> None:
        self._is_due = False
        self._number += 1
        if self._changed is not None:
            self._changed.set()
            self._changed = asyncio.Event()
