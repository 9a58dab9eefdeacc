"""What the cluster has room for, looked at again every few seconds: machines come and go, GPUs with them."""

import time

from evolve.execution.ray_cluster import cards_mb, nodes
from evolve.execution.slots import Demand, Layout, Node, lay_out, share_that_fits
from evolve.settings import FIT

LOOK_ROUND_S = 5.0
"""How often the cluster is asked what it holds now."""


class Capacity:
    """A cluster's machines, and how the slots for trials are laid out on them."""

    def __init__(self, demand: Demand) -> None:
        """Nobody was asked yet.

        Args:
            demand: What a trial takes.
        """
        self.demand = demand
        self.nodes: tuple[Node, ...] = ()
        self._looked_at = -LOOK_ROUND_S
        self._cards: dict[str, float | None] = {}
        self._largest_mb: float | None = None
        self._share = 0.0

    def layout(self) -> Layout | None:
        """The slots that there are now; None where the networks must be known first, which are to share GPUs."""
        self._look_round()
        if not self._is_to_fit:
            return lay_out(self.nodes, self.demand)
        if self._largest_mb is None:
            return None
        return lay_out(self.nodes, self.demand, self._share)

    def fit(self, largest_mb: float, trials: int) -> None:
        """Let each GPU hold as many trials as fit, if that gives more of them a slot.

        Workers are held to their share for life, so another share means other workers: one that is larger than needed
        stays as long as it keeps nobody waiting.

        Args:
            largest_mb: What the process of the largest trial takes of a GPU's memory.
            trials: How many wait.
        """
        self._look_round()
        self._largest_mb = largest_mb
        if self._is_to_fit:
            needed = self._needed_share(largest_mb)
            if needed > self._share or self._slots(self._share) < min(trials, self._slots(needed)):
                self._share = needed

    @property
    def sharing(self) -> str | None:
        """How trials share GPUs by their memory, in words; None where they do not, or nothing was run yet."""
        if not self._is_to_fit or self._largest_mb is None:
            return None
        card_mb = self._smallest_card_mb()
        if card_mb is None:
            return "a machine cannot tell the memory of its GPU: each trial has a GPU to itself (gpus_per_trial)"
        sizes = f"the largest trial takes {self._largest_mb / 1000:.1f} of {card_mb / 1000:.1f} GB"
        sharing = int(1 / self._share)
        return f"{sharing} trials share a GPU: {sizes}" if sharing > 1 else f"one trial a GPU: {sizes}"

    @property
    def _is_to_fit(self) -> bool:
        """Whether trials are to share GPUs by their memory, and there are any."""
        return self.demand.gpus == FIT and any(node.gpus > 0 for node in self.nodes)

    def _look_round(self) -> None:
        if time.monotonic() - self._looked_at < LOOK_ROUND_S:
            return
        self.nodes = nodes()
        if self.demand.gpus == FIT:
            new = [node for node in self.nodes if node.id not in self._cards]
            self._cards |= cards_mb(new)
            if self._largest_mb is not None and any(node.gpus for node in new):
                self._share = max(self._share, self._needed_share(self._largest_mb))
        self._looked_at = time.monotonic()

    def _slots(self, share: float) -> int:
        return lay_out(self.nodes, self.demand, share).slots

    def _needed_share(self, largest_mb: float) -> float:
        card_mb = self._smallest_card_mb()
        return 1.0 if card_mb is None else share_that_fits(largest_mb, card_mb)

    def _smallest_card_mb(self) -> float | None:
        """The memory of the smallest GPU; None where a machine cannot tell."""
        told = [self._cards[node.id] for node in self.nodes if node.gpus > 0]
        known = [card_mb for card_mb in told if card_mb is not None]
        return min(known) if known and len(known) == len(told) else None
