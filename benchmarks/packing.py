"""What it gives to have several trials share a GPU by its memory; a part of `benchmarks.gpu`.

Not measured anywhere yet: it was written where there is no GPU.
"""

import subprocess
from collections.abc import Sequence
from statistics import median

from benchmarks.gpu import TRAIN, Plan, rates
from benchmarks.random_batches import SIZES, WINDOW, Size
from evolve.execution.gpu_card import card_mb
from evolve.execution.places import share_that_fits
from evolve.network.gpu_share import GpuShare
from evolve.network.memory import process_mb

HEADINGS = (
    "network", "told, MB", "takes alone, MB", "takes beside others, MB", "share the card",
    "notes a second, one alone", "all together", "gain",
)  # fmt: skip

SIZES_PACKED = tuple(Size(*size) for size in ((1, 128, 64), (2, 256, 64), (2, 256, 256), (4, 1024, 64)))

NO_CARD_MB = 8_000.0
"""Of a GPU that is only pretended, so that every line runs without one."""


def measure_packing(plan: Plan, sizes: Sequence[Size] = SIZES_PACKED) -> list[tuple[str, ...]]:
    """A row for each network: one process alone, and as many as fit by what each was told to take."""
    whole_mb = card_mb() or NO_CARD_MB
    return [_row(plan, size, whole_mb) for size in sizes]


def _row(plan: Plan, size: Size, whole_mb: float) -> tuple[str, ...]:
    told_mb = process_mb(size.genes(), SIZES, WINDOW)  # type: ignore[arg-type]  # genes have no other values
    part = share_that_fits(told_mb, whole_mb)
    count = int(1 / part)
    used_mb: list[float] = [_used_mb()]

    def look() -> None:
        used_mb.append(_used_mb())

    alone = median(rates(plan, TRAIN, size, look=look))
    share = GpuShare(part, whole_mb) if part < 1 else None
    together = median(rates(plan, TRAIN, size, count, share, look))
    before, by_one, by_all = used_mb
    taken = (told_mb, by_one - before, (by_all - before) / count)
    figures = (*(f"{amount:,.0f}" for amount in taken), str(count), f"{alone:,.0f}", f"{together:,.0f}")
    return (str(size), *figures, f"{together / alone:.1f} x")


def _used_mb() -> float:
    """What all processes together take of the first GPU now; 0 without one."""
    command = ("nvidia-smi", "--query-gpu=memory.used", "--format=csv,noheader,nounits", "--id=0")
    try:
        told = subprocess.run(command, capture_output=True, text=True, check=True).stdout  # noqa: S603
    except (OSError, subprocess.SubprocessError):
        return 0.0
    return float(told) * 2**20 / 1e6
