"""A gene's rule: what a domain can do with a gene, whatever the space that it is in."""

from dataclasses import dataclass
from typing import Final, Literal

from evolve.inputs.scalars import Scalar
from evolve.records.shares import Shares


@dataclass(frozen=True, slots=True)
class GeneRule:
    """What a domain can do with a gene.

    Attributes:
        kind: ``int``, ``float``, ``choice`` (of words), ``boolean``, ``shares`` (of groups), or ``any`` of these.
        default: Its value in an individual whose space does not speak of it; None where it then has none.
        help: One line for a person.
        minimum: Smallest legal number, itself legal; None when the gene is no number.
        maximum: Largest legal number, itself legal; None when the gene is no number.
        allowed: Every legal word, or False and True; empty when the gene is a number.
        needs: The parent gene and the value it must have for this gene to matter; None when it always does.
        sampling: ``linear`` or ``log``: the scale on which a number is searched where no space says it.
    """

    kind: Literal["int", "float", "choice", "boolean", "shares", "any"]
    default: Scalar | None
    help: str
    minimum: float | None = None
    maximum: float | None = None
    allowed: tuple[Scalar, ...] = ()
    needs: tuple[str, Scalar] | None = None
    sampling: str = "linear"

    def allows(self, value: object) -> bool:
        """Whether the value is legal: of the gene's kind and within its limits."""
        if self.kind == "shares":
            return isinstance(value, Shares)
        if self.kind == "choice":
            return type(value) is type(self.allowed[0]) and value in self.allowed
        if isinstance(value, bool) or self.kind == "boolean":
            return isinstance(value, bool) and self.kind in ("boolean", "any")
        if isinstance(value, str):
            return self.kind == "any"
        if not isinstance(value, int if self.kind == "int" else int | float):
            return False
        return (self.minimum is None or value >= self.minimum) and (self.maximum is None or value <= self.maximum)

    @property
    def legal(self) -> str:
        """The legal values in words, such as ``a whole number from 1 to 8``."""
        if self.kind == "shares":
            return "shares of the corpus's groups, written {type: shares}"
        if self.kind == "boolean":
            return "true or false"
        if self.kind == "choice":
            return "one of " + ", ".join(map(str, self.allowed))
        number = {"int": "a whole number", "any": "a word, true, false, or a number"}.get(self.kind, "a number")
        return f"{number} from {self.minimum:g} to {self.maximum:g}"


ANY_GENE: Final = GeneRule("any", None, "whatever the space says", minimum=-1e12, maximum=1e12)
"""The rule of a gene that a user's own function reads; numbers are within those of which all digits count."""
