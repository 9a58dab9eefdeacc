"""Whether what was ranked in an earlier run still holds."""

from dataclasses import dataclass

from evolve.judging.rank_correlation import Concordance


@dataclass(frozen=True, slots=True)
class EarlierTaste:
    """How an earlier run's rankings fare with a listener who has ranked in this one.

    Attributes:
        rankings: How many the earlier run has of theirs.
        found: The pairs that they rank in this run, and how many of these come as the earlier rankings foretell.
    """

    rankings: int
    found: Concordance

    @property
    def is_used(self) -> bool:
        """Whether the earlier rankings count beside the others, in full: they foretell more than half of the pairs."""
        return 2 * self.found.right > self.found.pairs
