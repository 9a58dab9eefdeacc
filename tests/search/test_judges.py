"""How long somebody was at it is noted, in a terminal too."""

from evolve.search.judges import Stopwatch


def test_the_time_between_what_somebody_does_counts() -> None:
    """Of a longer absence two minutes, of what comes after the end nothing; a call that is noticed is made as it is."""
    now = [0.0]
    watch = Stopwatch(lambda: now[0])
    double = watch.noticing(lambda number: 2 * number)
    now[0] = 30.0
    assert double(3) == 6
    now[0] = 4000.0
    watch.act()
    now[0] = 4010.0
    assert watch.stop() == 30 + 120 + 10
    now[0] = 5000.0
    assert watch.stop() == 0
