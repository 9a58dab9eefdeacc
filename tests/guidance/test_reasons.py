"""What is said of whom the model of taste chose."""

import pytest

from evolve.guidance.reasons import with_place
from evolve.records.expectation import Expectation


@pytest.mark.parametrize(
    ("deviations", "told"),
    [
        ((1.0, 1.0, 1.0, 1.0, 1.0, 1.0), ["", "", "", "", "", ""]),
        ((1.0, 1.0, 1.0, 1.0, 1.0, 0.5), ["", "", "", "", "", ", a safe guess"]),
        ((0.1, 0.2, 0.3, 0.4, 0.5, 0.6), [", a safe guess", ", a safe guess", "", "", ", a gamble", ", a gamble"]),
    ],
    ids=["all alike", "one surer", "all different"],
)
def test_a_gamble_is_less_sure_than_most(deviations: tuple[float, ...], told: list[str]) -> None:
    """Two thirds are surer, as two thirds are less sure than a safe guess; of all alike nobody is either."""
    expected = {
        f"g1-{place}": Expectation(-place, deviation, of_listeners={"ann": -place})
        for place, deviation in enumerate(deviations, start=1)
    }
    why = Expectation(0.0, 1.0, "tries arms 4", "ann")
    places = ("1st", "2nd", "3rd", "4th", "5th", "6th")
    assert [with_place(name, expected, why).why for name in expected] == [
        f"expected {place} of 6{sure}; tries arms 4" for place, sure in zip(places, told, strict=True)
    ]
