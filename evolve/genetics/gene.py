"""A gene: what one coordinate of a search space may be."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from evolve.records.genome import Genome, Value


class GeneKind(StrEnum):
    """The hyperparameter types of keras-tuner, and shares of groups, which it does not know."""

    INT = "int"
    FLOAT = "float"
    CHOICE = "choice"
    BOOLEAN = "boolean"
    FIXED = "fixed"
    SHARES = "shares"


@dataclass(frozen=True, slots=True)
class Gene:
    """One gene with keras-tuner's argument names.

    Attributes:
        name: Unique in its space.
        kind: The keras-tuner type, or shares, which have infinitely many values.
        min_value: Smallest value of an int or float, included.
        max_value: Largest value of an int or float, included.
        step: Distance of neighbours; with log sampling their ratio. None means every value.
        sampling: ``"linear"`` or ``"log"``: the scale on which values are spread evenly.
        values: The values of a choice, the two of a boolean, the one of a fixed gene, the groups of shares: those that
            the space names, or none, until `SearchSpace.with_groups` knows the corpus's.
        ordered: Whether the values of a choice are on a scale, so that mutation prefers neighbours.
        default: The value that a build without a search would use; None lets keras-tuner choose.
        parent_name: The gene that this one depends on, if any.
        parent_values: The values of the parent gene with which this gene is active.
    """

    name: str
    kind: GeneKind
    min_value: float | None = None
    max_value: float | None = None
    step: float | None = None
    sampling: str = "linear"
    values: tuple[Value, ...] = ()
    ordered: bool = False
    default: Value | None = None
    parent_name: str | None = None
    parent_values: tuple[Value, ...] = ()

    @property
    def is_fixed(self) -> bool:
        """Whether there is only one value it can have."""
        return self.kind is GeneKind.FIXED or len(self.values) == 1 or (self.is_numeric and self.is_point)

    @property
    def is_numeric(self) -> bool:
        """Whether its values are numbers on a scale."""
        return self.kind in (GeneKind.INT, GeneKind.FLOAT)

    @property
    def is_point(self) -> bool:
        """Whether a numeric gene's range is a single value."""
        return self.min_value == self.max_value

    @property
    def has_neighbours(self) -> bool:
        """Whether mutation can take a small step: numbers, ordered choices and shares."""
        return self.is_numeric or self.ordered or self.kind is GeneKind.SHARES

    def is_active_in(self, genome: Genome | Mapping[str, Value]) -> bool:
        """Whether the parent gene, if there is one, has a value that switches this gene on."""
        if self.parent_name is None:
            return True
        return self.parent_name in genome and genome[self.parent_name] in self.parent_values
