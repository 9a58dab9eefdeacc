"""Live progress on stderr: a table where there is a terminal, a line for each event where there is none."""

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from evolve.cli.board import Board, Row
from evolve.cli.console import console
from evolve.cli.keyboard import keys_ignored
from evolve.errors import printable
from evolve.evaluation import RunObserver
from evolve.execution.contract import Phase, TrialProgress
from evolve.store.records import GenerationRecord, RunRecord, TrialResult
from evolve.words import counted

_REFRESHES_A_SECOND = 4
_MOST_ROWS = 18
"""Of the table, so that it and what stands beneath it fit a terminal of 24 lines."""

_STYLES = {"waiting": "dim", "done": "green", "failed": "red"}


class Watcher(RunObserver, Protocol):
    """An observer that can be told the program ends."""

    def close(self) -> None:
        """Leave the terminal as it was."""


@contextlib.contextmanager
def watching() -> Iterator[Watcher]:
    """An observer that shows a run's progress on stderr."""
    terminal = console(stderr=True)
    watcher: Watcher = LiveWatcher(terminal) if terminal.is_terminal else LineWatcher(terminal)
    try:
        yield watcher
    finally:
        watcher.close()


class LineWatcher:
    """One line for each event: for logs, and for terminals without a cursor."""

    def __init__(self, console: Console) -> None:
        """Write to this console."""
        self._console = console
        self._board = Board(0, 0.0)

    def corpus_read(self, done: int, total: int) -> None:
        """See `RunObserver`."""
        if done == total:
            self._say(f"corpus: {counted(total, 'file')} read")

    def noticed(self, notice: str) -> None:
        """See `RunObserver`."""
        self._say(f"note: {printable(notice)}")

    def evaluation_started(self, run: RunRecord, generation: GenerationRecord) -> None:
        """See `RunObserver`."""
        self._board = board_of(run, generation)
        self._say(f"generation {generation.index}: {counted(len(self._board.rows), 'network')} to train")

    def trial_started(self, individual_id: str) -> None:
        """See `TrialObserver`."""
        self._board.start(individual_id, time.monotonic())

    def trial_lost(self, individual_id: str, reason: str) -> None:
        """See `TrialObserver`."""
        self._board.wait(individual_id)
        self.noticed(_lost(individual_id, reason))

    def trial_progressed(self, progress: TrialProgress) -> None:
        """See `TrialObserver`."""
        self._board.progress(progress)

    def trial_finished(self, result: TrialResult) -> None:
        """See `TrialObserver`."""
        now = time.monotonic()
        self._board.finish(result, now)
        row = self._board.rows[result.individual_id]
        what = f"failed: {row.failure}" if row.failure else f"{_bits(row)} bits a note, {_epochs(result)}"
        left = in_words(self._board.seconds_left(now))
        self._say(
            f"{row.id}: {what}, {row.took_s or 0:.0f} s ({self._board.ended} of {len(self._board.rows)}, {left} left)"
        )

    def place_changed(self, place: str) -> None:
        """See `TrialObserver`."""
        if place and place != self._board.place:
            self._say(printable(place))
        self._board.place = place

    def songs_laid_out(self, heard: int, folder: Path) -> None:
        """See `RunObserver`."""
        if not self._board.heard:
            self._say(f"songs can be heard as they come: {folder}")
        self._board.heard, self._board.folder = heard, str(folder)

    def evaluation_ended(self) -> None:
        """See `RunObserver`."""

    def close(self) -> None:
        """Nothing to restore."""

    def _say(self, text: str) -> None:
        self._console.print(text, highlight=False, markup=False, soft_wrap=True)


class LiveWatcher:
    """A table that is redrawn in place."""

    def __init__(self, console: Console) -> None:
        """Draw on this console."""
        self._console = console
        self._reading: Progress | None = None
        self._live: Live | None = None
        self._ignoring = contextlib.ExitStack()
        self._board = Board(0, 0.0)

    def corpus_read(self, done: int, total: int) -> None:
        """See `RunObserver`."""
        if self._reading is None:
            columns = (TextColumn("Reading the corpus"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
            self._reading = Progress(*columns, console=self._console, transient=True)
            self._reading.add_task("corpus", total=total)
            self._reading.start()
        self._reading.update(self._reading.task_ids[0], completed=done, total=total)
        if done == total:
            self._stop_reading()

    def noticed(self, notice: str) -> None:
        """See `RunObserver`."""
        self._console.print(Text(f"note: {printable(notice)}", style="yellow"))

    def evaluation_started(self, run: RunRecord, generation: GenerationRecord) -> None:
        """See `RunObserver`."""
        self._stop_reading()
        self._board = board_of(run, generation)
        self._board.began_at = time.monotonic()
        self._live = Live(
            get_renderable=self._draw, console=self._console, refresh_per_second=_REFRESHES_A_SECOND, transient=True
        )
        self._live.start()
        self._ignoring.enter_context(keys_ignored())

    def trial_started(self, individual_id: str) -> None:
        """See `TrialObserver`."""
        self._board.start(individual_id, time.monotonic())

    def trial_lost(self, individual_id: str, reason: str) -> None:
        """See `TrialObserver`."""
        self._board.wait(individual_id)
        self.noticed(_lost(individual_id, reason))

    def trial_progressed(self, progress: TrialProgress) -> None:
        """See `TrialObserver`."""
        self._board.progress(progress)

    def trial_finished(self, result: TrialResult) -> None:
        """See `TrialObserver`."""
        self._board.finish(result, time.monotonic())

    def place_changed(self, place: str) -> None:
        """See `TrialObserver`."""
        self._board.place = printable(place)

    def songs_laid_out(self, heard: int, folder: Path) -> None:
        """See `RunObserver`."""
        self._board.heard, self._board.folder = heard, str(folder)

    def evaluation_ended(self) -> None:
        """See `RunObserver`."""
        self._ignoring.close()
        if self._live:
            self._live.stop()
            self._live = None
            board, networks = self._board, counted(len(self._board.rows), "network")
            self._console.print(f"Generation {board.generation}: {board.ended} of {networks} trained.")

    def close(self) -> None:
        """Leave the terminal as it was."""
        self._stop_reading()
        self._ignoring.close()
        if self._live:
            self._live.stop()

    def _stop_reading(self) -> None:
        if self._reading:
            self._reading.stop()
            self._reading = None

    def _draw(self) -> RenderableType:
        return draw_board(self._board, time.monotonic())


def board_of(run: RunRecord, generation: GenerationRecord) -> Board:
    """A board with the generation's missing trials."""
    board = Board(generation.index, float(run.settings["seconds"]))
    board.expect(name for name in generation.members if not run.individuals[name].status.is_finished)
    return board


def draw_board(board: Board, now: float) -> RenderableType:
    """The board as a table with a bar and the time left beneath."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title, justify in (("network", "left"), ("state", "left"), ("epoch", "right"), ("bits/note", "right")):
        table.add_column(title, justify=justify, no_wrap=True)  # type: ignore[arg-type]  # literals of rich's own
    table.add_column("time", justify="right", no_wrap=True)
    shown = board.shown(_MOST_ROWS)
    for row in shown:
        table.add_row(row.id, row.state, _epoch(row), _bits(row), _time(row, now), style=_STYLES.get(row.state, ""))
    ended, total = board.ended, len(board.rows)
    if len(shown) < total:
        table.add_row("…", f"{total - len(shown)} more", style="dim")
    foot = Table.grid(padding=(0, 1))
    starting = not board.running and not ended
    left = (
        f"{'' if board.place else 'starting Ray, '}{in_words(now - board.began_at)}"
        if starting
        else f"about {in_words(board.seconds_left(now))} left"
    )
    foot.add_row(ProgressBar(total=max(total, 1), completed=ended, width=30), f"{ended} of {total}", left)
    heading = Text(f"Generation {board.generation}: training and composing", style="bold")
    early = [Text(f"{board.heard} can be heard already: {board.folder}", style="dim")] if board.heard else []
    place = [Text(board.place, style="dim")] if board.place else []
    return Group(heading, *place, table, foot, *early, Text("Ctrl-C stops; nothing that is done is lost.", style="dim"))


def in_words(seconds: float) -> str:
    """A duration such as ``45 s``, ``3 min`` or ``2 h 05 min``."""
    if seconds < 100:  # noqa: PLR2004 - a hundred seconds are still seconds to a person who waits
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 100 else f"{minutes // 60} h {minutes % 60:02d} min"  # noqa: PLR2004


def _lost(individual_id: str, reason: str) -> str:
    return f"{individual_id} was lost: {reason}; it is tried again"


def _epoch(row: Row) -> str:
    if row.progress is None or row.progress.phase is Phase.BUILDING:
        return ""
    return f"{row.progress.epoch}/{row.progress.epochs}"


def _epochs(result: TrialResult) -> str:
    return counted(int(result.metrics.get("epochs", 0)), "epoch")


def _bits(row: Row) -> str:
    return "" if row.bits is None else f"{row.bits:.2f}"


def _time(row: Row, now: float) -> str:
    if row.failure:
        return row.failure if len(row.failure) <= 40 else f"{row.failure[:39]}…"  # noqa: PLR2004 - fits 80 columns
    if row.took_s is not None:
        return in_words(row.took_s)
    if row.progress is not None and row.progress.seconds_left is not None:
        return f"{in_words(row.progress.seconds_left)} left"
    return "" if row.state == "waiting" else in_words(now - row.started_at)
