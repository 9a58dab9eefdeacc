"""Reliability: how much of what differs between measurements is due to what was measured.

A table holds one number for each object and each condition: here, of each individual (row) each of its samples
(column), where sample k of every individual had the same random numbers. Rows and columns are random effects of a
two-way layout without replication, number = mean + row + column + rest, and all is told in consistency: what a column
has in common adds nothing to the differences between rows. The share of the rows is the intraclass correlation
ICC(C,1), that of means over n columns ICC(C,n) (McGraw, K. O. & Wong, S. P. (1996), "Forming inferences about some
intraclass correlation coefficients", Psychological Methods 1(1); ICC(3,1) and ICC(3,k) of Shrout, P. E. & Fleiss, J. L.
(1979), "Intraclass correlations", Psychological Bulletin 86(2)).

Numbers may be missing, as NaN. The variances are then those whose expected sums of squares are the observed ones, as
in Henderson, C. R. (1953), "Estimation of variance and covariance components", Biometrics 9(2); in a full table that is
the analysis of variance.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Table = NDArray[np.float64]
"""One number for each row and column, NaN where it is missing: ``[individuals, samples]``."""

_LEAST = 1e-12
"""Of a largest number's square: a variance below is the rounding of numbers that are all the same."""


@dataclass(frozen=True, slots=True)
class Variances:
    """What the numbers of a table vary by, column effects aside.

    Attributes:
        rows: Variance between the rows, from 0.
        rest: Variance within a row that no column effect explains, from 0.
    """

    rows: float
    rest: float

    @property
    def share(self) -> float:
        """The rows' share of a single number's variance, 0 .. 1: ICC(C,1)."""
        return self.rows / (self.rows + self.rest)


def variances(table: Table) -> Variances | None:
    """The variance between rows and the rest; None where nothing varies, or there is too little to tell them apart.

    A negative estimate is 0, and the rest is then all of the variance.
    """
    total, share = (float(values[0]) for values in _totals_and_shares(table, np.ones((1, len(table)))))
    if not np.isfinite(share):
        return None
    share = min(max(share, 0.0), 1.0)
    return Variances(share * total, (1 - share) * total)


def share_of_mean(share: float, columns: float) -> float:
    """The rows' share of the variance of means over so many columns, ICC(C,n): Spearman and Brown's formula."""
    return columns * share / (1 + (columns - 1) * share)


def share_of_means(table: Table, means: Sequence[float]) -> float | None:
    """How well one number for each row tells rows apart: the squared correlation with the rows' long-run means.

    That number is the mean of some columns, such as those that were chosen to stand for their row. As they are chosen
    by what they are, Spearman and Brown's formula does not hold, so the error is measured: it is the variance of the
    number's distance from the mean of the row, of which what all rows share is no error, and that mean's own error.

    Args:
        table: At least two rows.
        means: One for each row, NaN where it is missing.

    Returns:
        0 .. 1; None where `variances` gives none, or fewer than two rows have a mean.
    """
    apart = variances(table)
    known = np.isfinite(means) & np.isfinite(table).any(axis=1)
    if apart is None or known.sum() < 2:  # noqa: PLR2004 - one distance has no variance
        return None
    distances = np.asarray(means)[known] - np.nanmean(table[known], axis=1)
    of_row_means = float(np.mean(apart.rest / np.isfinite(table[known]).sum(axis=1)))
    error = float(np.var(distances, ddof=1)) + of_row_means
    return apart.rows / (apart.rows + error) if apart.rows else 0.0


def median_share_interval(
    tables: Sequence[Table], rng: np.random.Generator, *, level: float = 0.95, draws: int = 1000
) -> tuple[float, float] | None:
    """A percentile interval for the median share of the tables: rows are drawn anew, with replacement, the same of all.

    Args:
        tables: Of the same rows.
        rng: Draws the rows.
        level: How often the interval holds what it should; with few rows it does so less often.
        draws: How often rows are drawn.

    Returns:
        Its ends, 0 .. 1; None where there is no share, or hardly a row that all tables know.
    """
    tables = [table for table in tables if variances(table) is not None]
    if not tables:
        return None
    rows = len(tables[0])
    weights = rng.multinomial(rows, np.full(rows, 1 / rows), size=draws).astype(np.float64)
    shares = np.array([np.clip(_totals_and_shares(table, weights)[1], 0, 1) for table in tables])
    known = shares[:, np.isfinite(shares).all(axis=0)]
    if not known.size:
        return None
    # NumPy's own quantiles load all of numpy.ma, which would take longer than all else here.
    by_size = np.sort(known, axis=0)
    medians = np.sort((by_size[(len(tables) - 1) // 2] + by_size[len(tables) // 2]) / 2)
    outside = round((1 - level) / 2 * (len(medians) - 1))
    return float(medians[outside]), float(medians[-1 - outside])


def _totals_and_shares(table: Table, weights: Table) -> tuple[Table, Table]:
    """The variance of a number and the rows' share of it, unclipped, for tables that hold each row so many times.

    Q₀ is the sum of squares about the column means, Q₁ that of each row's mean of what is left, times the numbers of
    the row. With σ² between rows and τ² of the rest, E[Q₀] = (N - K)(σ² + τ²) and E[Q₁] = t₂ σ² + t₁ τ².

    Args:
        table: ``[rows, columns]``.
        weights: ``[draws, rows]``, how often each row is there.

    Returns:
        Both ``[draws]``; the share is NaN where it is not known.
    """
    there = np.isfinite(table)
    mask = there.astype(np.float64)
    # From about the middle of each column, so that the squares of large numbers do not swallow their differences.
    middles = np.where(there, table, 0).sum(axis=0) / np.maximum(mask.sum(axis=0), 1)
    numbers = np.where(there, table - middles, 0)
    in_column = weights @ mask
    per_column = np.divide(1, in_column, out=np.zeros_like(in_column), where=in_column > 0)
    sums = weights @ numbers
    left = numbers.sum(axis=1) - (sums * per_column) @ mask.T
    q0 = (weights @ numbers**2).sum(axis=1) - (sums**2 * per_column).sum(axis=1)
    q1 = (weights * left**2 / np.maximum(mask.sum(axis=1), 1)).sum(axis=1)
    t1, t2 = _traces(mask, weights, per_column)
    largest = np.abs(table[there]).max(initial=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        total = q0 / (in_column.sum(axis=1) - (in_column > 0).sum(axis=1))
        share = (q1 / total - t1) / (t2 - t1)
    return total, np.where((total > _LEAST * largest**2) & (t2 - t1 > _LEAST * t2), share, np.nan)


def _traces(mask: Table, weights: Table, per_column: Table) -> tuple[Table, Table]:
    """t₁ = tr(D⁻¹A) and t₂ = tr(D⁻¹A²), where A = D - M C⁻¹ M'.

    M is the mask, D counts the numbers of each row, C those of each column, and a row that is there twice counts twice.
    """
    rows, columns = mask.shape
    if mask.all():  # the general case, in closed form
        return np.full(len(weights), rows - 1.0), np.full(len(weights), columns * (rows - 1.0))
    in_row = mask.sum(axis=1)
    weighed = weights / np.maximum(in_row, 1)
    with_itself = per_column @ mask.T
    # By pairs of columns rather than of rows, of which there may be a thousand.
    pairs = (mask[:, :, None] * mask[:, None, :]).reshape(rows, columns**2)
    met = (weights @ pairs) * (per_column[:, :, None] * per_column[:, None, :]).reshape(-1, columns**2)
    squares = in_row**2 - 2 * in_row * with_itself + met @ pairs.T
    return (weighed * (in_row - with_itself)).sum(axis=1), (weighed * squares).sum(axis=1)
