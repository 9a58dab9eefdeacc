"""What changed from a parent to a child, the largest change first: most children differ in many genes by a hair."""

from collections.abc import Mapping, Sequence
from typing import Final

from rich.text import Text

from evolve.genetics.gene import Gene
from evolve.genetics.scale import to_unit
from evolve.records.genome import Value
from evolve.records.individual import Individual
from evolve.records.shares import Shares
from evolve.report.wording import change_phrases

MOST_CHANGES: Final = 3
"""As many are told where there is no room for all."""

Changes = Mapping[str, Sequence[Value | None]]
"""Of each gene that changed its value before and after, None where it was off."""


def largest_first(changed: Changes, genes: Mapping[str, Gene]) -> Changes:
    """The same changes, by how far each goes on its gene's scale; those that go equally far stay in their order.

    Args:
        changed: What changed.
        genes: The genes of the run's space, by name; of others every change is as large as can be.
    """
    sizes = {name: _size(genes.get(name), *values) for name, values in changed.items()}
    return {name: changed[name] for name in sorted(changed, key=lambda name: -sizes[name])}


def main_changes(
    family: Mapping[str, Individual],
    individual: Individual,
    changed: Changes,
    genes: Mapping[str, Gene],
    *,
    most: int = MOST_CHANGES,
) -> list[Text]:
    """What changed most from the first parent, as `change_phrases` has it, and how many smaller changes there are."""
    ordered = largest_first(changed, genes)
    told = dict(list(ordered.items())[:most]) if len(ordered) > most + 1 else ordered
    phrases = change_phrases(family, individual, told)
    smaller = len(ordered) - len(told)
    return [*phrases, *([Text(f"and {smaller} smaller changes", style="dim")] if smaller else [])]


def _size(gene: Gene | None, before: Value | None, after: Value | None) -> float:
    """From 0 to 1: the distance on a scale; 1 for another word, and for a gene that was switched on or off."""
    if isinstance(before, Shares) and isinstance(after, Shares) and before.names == after.names:
        return sum(abs(one - other) for one, other in zip(before.fractions, after.fractions, strict=True)) / 2
    if gene is None or not gene.is_numeric or before is None or after is None:
        return 1.0
    return abs(to_unit(gene, after) - to_unit(gene, before))
