"""What judging costs, in minutes and plays, and what the next generation will take."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from evolve.records.run import BallotRecord


@dataclass(frozen=True, slots=True)
class JudgingCosts:
    """What ballots have cost so far, of those whose time was noted.

    Attributes:
        ballots: How many.
        active_s: Seconds, all together.
        plays: How often any sample was played.
        candidate_s: Seconds that one candidate takes one listener, the median ballot's.
    """

    ballots: int
    active_s: float
    plays: int
    candidate_s: float

    def seconds_for(self, candidates: int) -> float:
        """What one listener will need for so many candidates."""
        return candidates * self.candidate_s


def costs_of(ballots: Sequence[BallotRecord]) -> JudgingCosts | None:
    """What ballots have cost; None where no time of any was noted."""
    noted = [one for one in ballots if one.listening.active_s > 0 and one.ballot.ids]
    if not noted:
        return None
    return JudgingCosts(
        ballots=len(noted),
        active_s=sum(one.listening.active_s for one in noted),
        plays=sum(one.listening.plays for one in noted),
        candidate_s=median(one.listening.active_s / len(one.ballot.ids) for one in noted),
    )
