"""A run's progress as it goes on: a table where there is a terminal or a notebook, else a line for each event."""

import contextlib
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, Protocol

from evolve.errors import printable
from evolve.presentation import Metric, Presentation, judged_word, number
from evolve.progress.board import Board, TrialRow
from evolve.records.events import Event, EventHandler, EventKind
from evolve.terminal.console import console, keys_ignored
from evolve.words import counted

if TYPE_CHECKING:  # rich is loaded by who draws alone
    import rich.live
    import rich.progress
    from rich.console import Console, RenderableType

_REFRESHES_A_SECOND: Final = 4
_MOST_ROWS: Final = 18
"""Of the table, so that it and what stands beneath it fit a terminal of 24 lines."""

_LONGEST_FAILURE: Final = 40
"""Characters of a reason that fit 80 columns."""

_STYLES: Final = {"waiting": "dim", "done": "green", "paused": "cyan", "stopped early": "cyan", "failed": "red"}
_SECONDS_STILL = 100
"""So many seconds are still seconds to a person who waits, and so many minutes minutes."""


class Watcher(Protocol):
    """A listener to a run's events that can be told the program ends."""

    def __call__(self, event: Event) -> None:
        """Show what has happened."""

    def close(self) -> None:
        """Leave the terminal as it was."""


@contextlib.contextmanager
def watching(presentation: Presentation | None = None) -> Iterator[Watcher]:
    """A listener that shows a run's progress on stderr, or in a notebook, in the words of its domain."""
    out = console(stderr=True)
    is_drawn = out.is_terminal or out.is_jupyter
    watcher = (LiveWatcher if is_drawn else LineWatcher)(out, presentation or Presentation())
    try:
        yield watcher
    finally:
        watcher.close()


def told_to(*handlers: EventHandler) -> EventHandler:
    """One listener for several: each is told of each event, in this order."""

    def tell(event: Event) -> None:
        for handler in handlers:
            handler(event)

    return tell


class LineWatcher:
    """One line for each event: for logs, and for terminals without a cursor."""

    def __init__(self, out: "Console", presentation: Presentation) -> None:
        """Write to this console."""
        self._out, self._presentation, self._board = out, presentation, Board()

    def __call__(self, event: Event) -> None:
        """Say what has happened, where it is worth a line."""
        now, board, presentation = time.monotonic(), self._board, self._presentation
        match event.kind:
            case EventKind.PREPARING if event.done == event.total:
                self._say(f"{counted(event.total, 'file')} read")
            case EventKind.NOTICE:
                self._say(f"note: {printable(event.text)}")
            case EventKind.EVALUATING:
                self._board = Board.of(event, presentation, now)
                makers = counted(len(event.members), presentation.maker_word)
                self._say(f"generation {event.generation}: {makers}, {presentation.work}")
            case EventKind.LOST:
                self._say(f"note: {printable(_lost(event))}")
            case EventKind.CAPACITY if event.text and event.text != board.capacity:
                self._say(printable(event.text))
            case EventKind.PRESENTABLE if not board.presentable:
                self._say(f"{presentation.sample_word}s can be {judged_word(presentation)} as they come: {event.text}")
        self._board.tell(event, now)
        if event.kind is EventKind.FINISHED:
            self._say(self._ended(event, now))

    def _ended(self, event: Event, now: float) -> str:
        board, row, metric = self._board, self._board.rows[event.individual_id], self._board.metric
        epochs = number(event.result.metrics, "epochs") if event.result else None
        loss = f"{_loss(row, metric)} {metric.unit}".strip() if metric and row.loss is not None else "done"
        done = loss if epochs is None else f"{loss}, {counted(int(epochs), 'epoch')}"
        left = in_words(board.seconds_left(now))
        what = f"failed: {printable(row.failure)}" if row.failure else done
        return f"{row.id}: {what}, {row.took_s or 0:.0f} s ({board.ended} of {len(board.rows)}, {left} left)"

    def close(self) -> None:
        """Nothing to restore."""

    def _say(self, text: str) -> None:
        self._out.print(text, highlight=False, markup=False, soft_wrap=True)


class LiveWatcher:
    """A table that is redrawn in place."""

    def __init__(self, out: "Console", presentation: Presentation) -> None:
        """Draw on this console."""
        self._out, self._presentation, self._board = out, presentation, Board()
        self._reading: rich.progress.Progress | None = None
        self._live: rich.live.Live | None = None
        self._ignoring = contextlib.ExitStack()

    def __call__(self, event: Event) -> None:
        """Draw what has happened."""
        match event.kind:
            case EventKind.PREPARING:
                self._read(event.done, event.total)
            case EventKind.NOTICE:
                self._notice(event.text)
            case EventKind.LOST:
                self._notice(_lost(event))
            case EventKind.EVALUATING:
                self._begin(event)
            case EventKind.EVALUATED:
                self._end()
        self._board.tell(event, time.monotonic())

    def close(self) -> None:
        """Leave the terminal as it was."""
        self._stop_reading()
        self._ignoring.close()
        if self._live:
            self._live.stop()
            self._live = None

    def _read(self, done: int, total: int) -> None:
        from rich import progress as bars  # noqa: PLC0415

        if self._reading is None:
            columns = (
                bars.TextColumn("Reading"), bars.BarColumn(), bars.MofNCompleteColumn(), bars.TimeRemainingColumn(),
            )  # fmt: skip
            self._reading = bars.Progress(*columns, console=self._out, transient=True)
            self._reading.add_task("reading", total=total)
            self._reading.start()
        self._reading.update(self._reading.task_ids[0], completed=done, total=total)
        if done == total:
            self._stop_reading()

    def _stop_reading(self) -> None:
        if self._reading:
            self._reading.stop()
            self._reading = None

    def _notice(self, text: str) -> None:
        self._out.print(f"note: {printable(text)}", style="yellow", markup=False, highlight=False)

    def _begin(self, event: Event) -> None:
        from rich.live import Live  # noqa: PLC0415

        self.close()  # of a generation that is halved, the trials before the rung
        self._board = Board.of(event, self._presentation, time.monotonic())

        def draw() -> "RenderableType":
            return draw_board(self._board, self._presentation, time.monotonic())

        self._live = Live(
            get_renderable=draw, console=self._out, refresh_per_second=_REFRESHES_A_SECOND, transient=True
        )
        self._live.start()
        self._ignoring.enter_context(keys_ignored())

    def _end(self) -> None:
        if self._live:
            self.close()
            board, makers = self._board, counted(len(self._board.rows), self._presentation.maker_word)
            self._out.print(f"Generation {board.generation}: {board.ended} of {makers} done.")


def draw_board(board: Board, presentation: Presentation, now: float) -> "RenderableType":
    """The board as a table with a bar and the time left beneath."""
    from rich.console import Group  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    heading = Text(f"Generation {board.generation}: {presentation.work}", style="bold")
    status = [Text(board.status, style="dim")] if board.status else []
    early = f"{board.presentable} can be {judged_word(presentation)} already: {board.folder}"
    notes = [Text(early, style="dim")] if board.presentable else []
    end = Text("Ctrl-C stops; nothing that is done is lost.", style="dim")
    return Group(heading, *status, _table(board, presentation, now), _foot(board, now), *notes, end)


def _table(board: Board, presentation: Presentation, now: float) -> "RenderableType":
    from rich.table import Table  # noqa: PLC0415

    step = "epoch" if any(metric.name == "epochs" for metric in presentation.metrics) else "step"
    metric = board.metric
    table = Table(presentation.maker_word, "state", box=None, pad_edge=False, header_style="bold")
    for title in (step, *([metric.heading or metric.label] if metric else []), "time"):
        table.add_column(title, justify="right")
    for column in table.columns:
        column.no_wrap = True
    shown = board.shown(_MOST_ROWS)
    for row in shown:
        cells = row.id, row.state, _step(row), *([_loss(row, metric)] if metric else []), _time(row, now)
        table.add_row(*cells, style=_STYLES.get(row.state, ""))
    if len(shown) < len(board.rows):
        table.add_row("…", f"{len(board.rows) - len(shown)} more", style="dim")
    return table


def _foot(board: Board, now: float) -> "RenderableType":
    from rich.progress_bar import ProgressBar  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    total, waited = len(board.rows), in_words(now - board.began_at)
    left = f"about {in_words(board.seconds_left(now))} left" if board.running or board.ended else waited
    foot = Table.grid(padding=(0, 1))
    foot.add_row(ProgressBar(total=max(total, 1), completed=board.ended, width=30), f"{board.ended} of {total}", left)
    return foot


def in_words(seconds: float) -> str:
    """A duration such as ``45 s``, ``3 min`` or ``2 h 05 min``."""
    if seconds < _SECONDS_STILL:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < _SECONDS_STILL else f"{minutes // 60} h {minutes % 60:02d} min"


def _lost(event: Event) -> str:
    return f"{event.individual_id} was lost: {event.text}; it is tried again"


def _step(row: TrialRow) -> str:
    return f"{row.progress.epoch}/{row.progress.epochs}" if row.progress and row.progress.epochs else ""


def _loss(row: TrialRow, metric: Metric | None) -> str:
    return metric.in_words(row.loss) if metric and row.loss is not None else ""


def _time(row: TrialRow, now: float) -> str:
    if row.failure:
        why = printable(row.failure)
        return why if len(why) <= _LONGEST_FAILURE else f"{why[: _LONGEST_FAILURE - 1]}…"
    if row.took_s is not None:
        return in_words(row.took_s)
    if row.progress is not None and row.progress.seconds_left is not None:
        return f"{in_words(row.progress.seconds_left)} left"
    return "" if row.state == "waiting" else in_words(now - row.started_at)
