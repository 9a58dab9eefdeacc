"""Paired runs: us and the peer by turns on the same machine, so that what disturbs one disturbs the other."""

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

ONE_THREAD = {
    "TF_NUM_INTRAOP_THREADS": "1",
    "TF_NUM_INTEROP_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "CUDA_VISIBLE_DEVICES": "",
}
"""Environment in which processor time compares: one thread each, no GPU."""


@dataclass(frozen=True, slots=True)
class Paired:
    """What we and the peer took in the same rounds.

    Attributes:
        ours: Seconds, or another quantity that is better when small, a round each.
        peer: The same of the peer.
    """

    ours: tuple[float, ...]
    peer: tuple[float, ...]

    @property
    def runs(self) -> int:
        """How many rounds there were."""
        return len(self.ours)

    @property
    def ratio(self) -> float:
        """How many times faster we are: the median of peer / ours round by round."""
        return median(peer / ours for ours, peer in zip(self.ours, self.peer, strict=True))


def use_one_thread() -> None:
    """Set `ONE_THREAD` for this process; call it before any numeric library is imported."""
    os.environ.update(ONE_THREAD)


def paired(ours: Callable[[], float], peer: Callable[[], float], runs: int = 5) -> Paired:
    """Run both by turns; each returns what it took."""
    rounds = [(ours(), peer()) for _ in range(runs)]
    return Paired(tuple(first for first, _ in rounds), tuple(second for _, second in rounds))


def cpu_s(work: Callable[[], object]) -> float:
    """Processor seconds that the work takes in this process, all threads together."""
    before = time.process_time()
    work()
    return time.process_time() - before


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Rows under heads as a Markdown table."""
    widths = [max(len(row[place]) for row in (heads, *rows)) for place in range(len(heads))]

    def line(cells: Sequence[str]) -> str:
        return "| " + " | ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)) + " |"

    return "\n".join([line(heads), line(["-" * width for width in widths]), *(line(row) for row in rows)])
