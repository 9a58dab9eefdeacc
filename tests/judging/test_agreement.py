"""How far listeners agree."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import friedmanchisquare

from evolve.judging.agreement import Agreement, agreement_of
from evolve.records.ballot import Ballot


def in_order(names: str) -> Ballot:
    """A ballot of single letters without ties."""
    return Ballot(tuple((name,) for name in names))


def test_the_example_of_kendall_and_smith() -> None:
    """Three observers, six objects: S = 25.5, W = 0.16 (Kendall & Babington Smith 1939, section 4)."""
    rankings = ((1, 6, 3, 2, 5, 4), (1, 5, 6, 4, 2, 3), (6, 3, 2, 5, 4, 1))
    ballots = [in_order("".join(sorted("ABCDEF", key=lambda one: row["ABCDEF".index(one)]))) for row in rankings]

    assert agreement_of(ballots) == Agreement(pytest.approx(0.162, abs=5e-4), 3, 6, 17, 45)  # type: ignore[arg-type]


def test_listeners_who_rank_alike_agree_wholly() -> None:
    """Ties and rejected ones included."""
    ballot = Ballot((("a",), ("b", "c")), ("d", "e"))

    assert agreement_of([ballot, ballot, ballot]) == Agreement(1.0, 3, 5, 24, 24)
    assert agreement_of([in_order("abc"), in_order("cba")]) == Agreement(0.0, 2, 3, 0, 3)


@pytest.mark.parametrize(
    "ballots", [[], [in_order("abc")], [in_order("a"), in_order("a")], [in_order("abc"), Ballot((("a", "b", "c"),))]]
)
def test_of_too_little_nothing_is_said(ballots: list[Ballot]) -> None:
    """One listener, one candidate, or a ballot that ties all."""
    assert agreement_of(ballots) is None


@given(st.lists(st.permutations("abcde"), min_size=3, max_size=6))
def test_it_is_what_friedmans_test_is_made_of(orders: list[list[str]]) -> None:
    """Friedman's chi-squared is m (n - 1) W: SciPy's, of the same ranks."""
    found = agreement_of([in_order("".join(order)) for order in orders])
    by_candidate = [[order.index(name) for order in orders] for name in "abcde"]

    assert found is not None
    assert found.w * len(orders) * 4 == pytest.approx(friedmanchisquare(*by_candidate).statistic, abs=1e-4)
