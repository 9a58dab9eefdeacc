"""What judging costs."""

from dataclasses import replace

from evolve.judging.costs import costs_of
from evolve.records.ballot import ListeningLog, Playback
from tests.store.runs import ballot_of


def test_the_next_generation_takes_as_long_a_candidate_as_the_median_ballot() -> None:
    """Ballots whose time nobody noted, such as the terminal's, say nothing."""
    times = (90.0, 120.0, 300.0)
    noted = [
        replace(ballot_of("ann", "a", "b c"), listening=ListeningLog(one, (Playback("a", 1, 2, 9.0),))) for one in times
    ]

    costs = costs_of([*noted, ballot_of("bob", "a b c")])

    assert costs is not None
    assert (costs.ballots, costs.active_s, costs.plays, costs.candidate_s) == (3, 510.0, 6, 40.0)
    assert costs.seconds_for(8) == 320.0
    assert costs_of([ballot_of("bob", "a b c")]) is None
