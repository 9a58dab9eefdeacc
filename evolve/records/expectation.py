"""What the taste model expected of an individual before anybody judged it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Expectation:
    """What is expected of an individual before it is judged.

    Attributes:
        liking: Its expected utility, the mean over listeners; only differences within a generation mean something.
        deviation: The standard deviation of that.
        why: Why it was chosen among many that were bred, in words; empty where it was not.
        chosen_for: The listener whose model chose it; empty where none did.
        of_listeners: Its expected utility for each listener, by name.
    """

    liking: float
    deviation: float
    why: str = ""
    chosen_for: str = ""
    of_listeners: Mapping[str, float] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """As `from_json` takes it."""
        return {
            "liking": self.liking,
            "deviation": self.deviation,
            "why": self.why,
            "chosen_for": self.chosen_for,
            "of_listeners": dict(self.of_listeners),
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """What `to_json` gave; `ValueError` when that cannot have been."""
        try:
            words = str(value.get("why", "")), str(value.get("chosen_for", ""))
            each = {str(name): float(liking) for name, liking in value.get("of_listeners", {}).items()}
            return cls(float(value["liking"]), float(value["deviation"]), *words, each)
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
            raise ValueError("an expectation has a liking and its deviation, both numbers") from error
