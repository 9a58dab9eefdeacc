"""What the validation loss after a part of the budget tells of that after the whole of it."""

from typing import Final

import numpy as np
from scipy.stats import kendalltau

from benchmarks.pairing import table as as_table
from benchmarks.song_table import Network, SongTable

PARTS: Final = (9, 3)
BUDGET_S: Final = 30.0
"""Of ``quick.yaml``, in processor seconds."""

_BOOTSTRAPS: Final = 2_000


def loss_table(table: SongTable) -> str:
    """Kendall's tau-b of early losses with the last: its median over resampled networks, and their 95 % interval."""
    whole = np.array([one.validation_loss for one in table.networks])
    rows = []
    for part in PARTS:
        early = np.array([loss_after(one, part) for one in table.networks])
        spent = np.array([_end_after(one, part) / one.epochs[-1][0] for one in table.networks])
        tau = float(kendalltau(early, whole).statistic)
        low, median, high = _resampled(early, whole)
        rows.append(
            [
                f"1/{part}",
                str(len(whole)),
                f"{tau:.2f}",
                f"{median:.2f}",
                f"{low:.2f}–{high:.2f}",
                f"{spent.mean():.2f}",
            ]
        )
    return as_table(("part", "networks", "tau", "median", "95 %", "of the training"), rows)


def loss_after(network: Network, part: int) -> float:
    """The lowest validation loss at the first end of an epoch at or after one of so many parts of the budget."""
    end = _end_after(network, part)
    return min(loss for ended_s, loss in network.epochs if ended_s <= end)


def _end_after(network: Network, part: int) -> float:
    """The end of that epoch, in seconds; of the last one where the training was over before."""
    whole_s = BUDGET_S - (1.0 - network.genome["budget"]) * max(0.0, BUDGET_S - network.first_step_s)
    due_s = network.first_step_s + (whole_s - network.first_step_s) / part
    return next((ended_s for ended_s, _ in network.epochs if ended_s >= due_s), network.epochs[-1][0])


def _resampled(early: np.ndarray, whole: np.ndarray) -> tuple[float, float, float]:
    rng = np.random.default_rng(0)
    draws = rng.integers(len(early), size=(_BOOTSTRAPS, len(early)))
    taus = [kendalltau(early[draw], whole[draw]).statistic for draw in draws]
    low, median, high = np.nanpercentile(taus, [2.5, 50, 97.5]).tolist()
    return low, median, high
