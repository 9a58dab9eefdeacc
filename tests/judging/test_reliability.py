"""How much of what differs between measurements is due to what was measured: tables by hand, and simulated ones."""

import time
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evolve.judging.reliability import Table, median_share_interval, share_of_mean, share_of_means, variances

SHROUT_AND_FLEISS = np.array(
    [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]], dtype=float
)
"""Six targets judged by four judges: table 2 of their paper of 1979."""


def simulated(rng: np.random.Generator, rows: int, *, between: float, songs: int = 40, facts: int = 1) -> Table:
    """Numbers whose rows vary by `between`, their columns by 4 and their rest by 1: ``[facts, rows, songs]``."""
    table: Table = 60 + np.sqrt(between) * rng.normal(size=(facts, rows, 1)) + 2 * rng.normal(size=(facts, 1, songs))
    return table + rng.normal(size=(facts, rows, songs))


def share_of_chosen(table: Table, chosen: Sequence[Sequence[int]]) -> float | None:
    """What the means of some columns tell, chosen for each row."""
    numbers = [table[row, list(columns)] for row, columns in enumerate(chosen)]
    known = [row[np.isfinite(row)] for row in numbers]
    return share_of_means(table, [float(row.mean()) if len(row) else np.nan for row in known])


def analysis_of_variance(table: Table) -> tuple[float, float]:
    """Variance of rows and rest from the mean squares of a full table, as any textbook has it."""
    rows, columns = table.shape
    rest = table - table.mean(axis=1, keepdims=True) - table.mean(axis=0) + table.mean()
    mean_square = float((rest**2).sum() / ((rows - 1) * (columns - 1)))
    return (columns * float(np.var(table.mean(axis=1), ddof=1)) - mean_square) / columns, mean_square


def test_published_correlations_are_found() -> None:
    """ICC(3,1) is 0.71 and ICC(3,4) is 0.91 in Shrout and Fleiss (1979), table 4."""
    apart = variances(SHROUT_AND_FLEISS)
    assert apart is not None
    assert apart.share == pytest.approx(0.71, abs=0.005)
    assert share_of_mean(apart.share, 4) == pytest.approx(0.91, abs=0.005)


@given(st.integers(2, 9), st.integers(2, 9), st.integers(0, 2**31))
def test_a_full_table_has_the_variances_of_the_analysis_of_variance(rows: int, songs: int, seed: int) -> None:
    """Those of the textbook, where they are not negative; a negative one is 0."""
    table = simulated(np.random.default_rng(seed), rows, songs=songs, between=0.5)[0]
    between, rest = analysis_of_variance(table)
    found = variances(table)
    assert found is not None
    assert found.rows == pytest.approx(max(between, 0.0), abs=1e-8)
    assert found.rows + found.rest == pytest.approx(between + rest)


@given(st.integers(0, 2**31), st.floats(-1e4, 1e4), st.floats(0.01, 100))
def test_neither_units_nor_what_songs_have_in_common_change_a_share(seed: int, shift: float, scale: float) -> None:
    """Hertz or octaves from C; and a song that is longer in every network tells nothing of networks."""
    rng = np.random.default_rng(seed)
    table = simulated(rng, 5, between=1.0)[0]
    table[rng.random(table.shape) < 0.1] = np.nan
    found, moved = variances(table), variances(scale * (table + shift * np.arange(40)))
    assert found is not None
    assert moved is not None
    assert moved.share == pytest.approx(found.share, abs=1e-5)


@pytest.mark.parametrize("missing", [0.0, 0.3])
@pytest.mark.parametrize("rows", [4, 26])
def test_variances_are_right_on_average_also_where_numbers_are_missing(rows: int, missing: float) -> None:
    """Of many tables with rows that vary by 1 the mean is 1; so little is cut off at 0 that it does not matter."""
    rng = np.random.default_rng(3)
    tables = simulated(rng, rows, between=1.0, facts=400)
    tables[rng.random(tables.shape) < missing] = np.nan
    found = [apart for table in tables if (apart := variances(table)) is not None]
    assert np.mean([apart.rows for apart in found]) == pytest.approx(1.0, rel=0.1)
    assert np.mean([apart.rest for apart in found]) == pytest.approx(1.0, rel=0.02)


def test_rows_that_differ_by_chance_alone_have_no_share() -> None:
    """Half of the estimates are 0, and none is large."""
    shares = [apart.share for table in simulated(np.random.default_rng(4), 8, between=0.0, facts=200)
              if (apart := variances(table)) is not None]  # fmt: skip
    assert np.mean(np.array(shares) == 0) == pytest.approx(0.5, abs=0.15)
    assert max(shares) < 0.08


@pytest.mark.parametrize(
    "table",
    [
        np.full((3, 5), 0.1),
        np.full((3, 5), np.nan),
        np.zeros((0, 0)),
        np.ones((1, 4)) * np.arange(4),
        np.arange(4.0)[:, None],
        np.array([[1, np.nan], [np.nan, 2]]),
        np.tile(np.arange(5) / 3, (3, 1)),
    ],
    ids=["all the same", "nothing known", "empty", "one network", "one song", "nothing in common", "songs alone"],
)
def test_a_table_that_cannot_tell_has_no_share(table: Table) -> None:
    """Nothing varies but by song, or there is no second row or column to compare with."""
    assert variances(table) is None
    assert share_of_chosen(table, [[0]] * len(table)) is None
    assert median_share_interval([table], np.random.default_rng(0)) is None


def test_rows_without_chance_have_all_of_the_share() -> None:
    """Each network writes the same number again and again."""
    found = variances(np.arange(4.0)[:, None] + np.zeros((4, 6)))
    assert found is not None
    assert found.share == pytest.approx(1.0)


@given(st.floats(0, 1), st.integers(1, 200))
def test_more_songs_never_tell_less(share: float, songs: int) -> None:
    """Spearman and Brown's formula rises from the share of one song towards 1."""
    assert share_of_mean(share, 1) == pytest.approx(share)
    assert share_of_mean(share, songs) <= share_of_mean(share, songs + 1) + 1e-12 <= 1 + 2e-12


def typical(row: Table, count: int, rng: np.random.Generator) -> list[int]:
    """So many columns of one row that stand for all in every fact at once: ``row`` is ``[facts, songs]``."""
    tried: list[list[int]] = [rng.choice(row.shape[1], count, replace=False).tolist() for _ in range(150)]
    return min(tried, key=lambda some: float(((row[:, some].mean(axis=1) - row.mean(axis=1)) ** 2).sum()))


@pytest.mark.parametrize("is_typical", [True, False], ids=["chosen to stand for all", "the same of all"])
def test_chosen_songs_tell_as_much_as_their_means_correlate_with_the_truth(is_typical: bool) -> None:  # noqa: FBT001
    """The squared correlation with the true means, which only the simulation knows."""
    rng = np.random.default_rng(5)
    true = rng.normal(size=(5, 300, 1)) / 2
    tables = true + rng.normal(size=(5, 1, 40)) + rng.normal(size=(5, 300, 40))
    chosen = [typical(tables[:, row], 5, rng) if is_typical else list(range(5)) for row in range(300)]
    heard = np.array([[table[row, chosen[row]].mean() for row in range(300)] for table in tables])
    correlations = [np.corrcoef(means, truth[:, 0])[0, 1] ** 2 for means, truth in zip(heard, true, strict=True)]
    estimates = [share_of_chosen(table, chosen) for table in tables]
    assert np.mean(estimates) == pytest.approx(np.mean(correlations), abs=0.03)  # type: ignore[arg-type]
    assert (np.mean(correlations) > 0.7) == is_typical


def test_songs_that_are_the_same_of_all_tell_what_the_formula_says() -> None:
    """Nothing is chosen by what it is, so Spearman and Brown's formula holds."""
    table = simulated(np.random.default_rng(6), 2000, between=0.25)[0]
    apart = variances(table)
    assert apart is not None
    assert share_of_chosen(table, [range(5)] * 2000) == pytest.approx(share_of_mean(apart.share, 5), abs=0.02)


def test_a_network_whose_chosen_songs_are_silent_is_left_out() -> None:
    """Its error is not known; that of the others is."""
    table = simulated(np.random.default_rng(7), 6, between=1.0)[0]
    table[0, :5] = np.nan
    assert share_of_chosen(table, [range(5)] * 6) is not None
    assert share_of_chosen(table, [range(5), *[[]] * 5]) is None


def test_an_interval_holds_the_share_about_as_often_as_it_says() -> None:
    """Of 26 networks, as many as are heard at most; the same seed draws the same interval."""
    tables = simulated(np.random.default_rng(8), 26, between=0.25, facts=200)
    ends = [median_share_interval([table], np.random.default_rng(9), draws=300) for table in tables]
    assert np.mean([low <= 0.2 <= high for low, high in filter(None, ends)]) == pytest.approx(0.92, abs=0.05)
    assert ends[0] == median_share_interval([tables[0]], np.random.default_rng(9), draws=300)


def test_an_interval_of_several_facts_is_that_of_their_median() -> None:
    """It draws the same networks of every fact, and passes by those that do not vary."""
    tables = [*simulated(np.random.default_rng(10), 12, between=0.25, facts=5), np.zeros((12, 40))]
    interval = median_share_interval(tables, np.random.default_rng(11))
    assert interval is not None
    shares = [apart.share for table in tables if (apart := variances(table)) is not None]
    assert interval[0] < float(np.median(shares)) < interval[1]


def test_an_interval_over_a_thousand_networks_takes_no_longer_than_a_listener_waits() -> None:
    """Also where a song of one has no number; the time grows with the networks, not with their pairs."""
    table = simulated(np.random.default_rng(0), 1000, between=1.0)[0]
    table[0, 3] = np.nan
    began = time.process_time()
    interval = median_share_interval([table], np.random.default_rng(0), draws=500)
    assert time.process_time() - began < 10
    assert interval is not None
    assert interval[0] < 0.5 < interval[1]
