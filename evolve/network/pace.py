"""How many training steps go into one call of compiled code."""

from dataclasses import dataclass

from evolve.network.cost import MOST_BATCHES

CALL_S = 0.25
"""What one call of several training steps should take: long beside Python's part of it, short beside the budget."""


@dataclass(slots=True)
class Pace:
    """How many batches the next call may hold; the steps are the same however they are grouped."""

    batches: int = 1

    def suit(self, batches: int, elapsed_s: float) -> None:
        """Suits the next call to how long one with so many batches took; it grows fourfold at most."""
        fitting = batches * CALL_S / max(elapsed_s, 1e-6)
        self.batches = int(min(max(fitting, 1), 4 * self.batches, MOST_BATCHES))
