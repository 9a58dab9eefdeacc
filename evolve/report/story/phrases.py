"""Phrases on a line: a list that folds between its items, never within one."""

from collections.abc import Iterator, Sequence

from rich.console import Console, ConsoleOptions, RenderResult
from rich.measure import Measurement
from rich.text import Text


class Phrases:
    """Short texts side by side, as many on a line as fit; a phrase longer than a line folds between its words.

    Args:
        parts: What to show, in order.
        joint: What stands between two parts of a line. A comma stays at the end of a line, a dot does not.
        hang: By how many columns every line but the first is indented.
    """

    def __init__(self, parts: Sequence[Text | str], *, joint: str = " · ", hang: int = 0) -> None:
        self._parts = [Text(part) if isinstance(part, str) else part for part in parts]
        self._joint = Text(joint, style="dim")
        self._tail = Text(joint.rstrip() if joint.startswith(",") else "", style="dim")
        self._hang = hang

    def lines(self, width: int) -> Iterator[Text]:
        """The lines, each at most this wide unless a single phrase is wider."""
        line = Text()
        for index, part in enumerate(self._parts):
            tail = self._tail.cell_len if index < len(self._parts) - 1 else 0
            if not index:
                line.append_text(part)
            elif line.cell_len + self._joint.cell_len + part.cell_len + tail <= width:
                line.append_text(self._joint).append_text(part)
            else:
                yield line.append_text(self._tail)
                line = Text(" " * self._hang).append_text(part)
        yield line

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """The lines for the width at hand."""
        return self.lines(options.max_width)

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        """At least the longest phrase, at most all on one line."""
        widths = [part.cell_len for part in self._parts] or [0]
        whole = sum(widths) + self._joint.cell_len * (len(widths) - 1)
        return Measurement(max(widths), whole).clamp(max_width=options.max_width)
