"""What changed from a parent to a child, the largest change first: most children differ in many genes by a hair."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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
    sizes = _sizes(changed, genes)
    return {name: changed[name] for name in sorted(changed, key=lambda name: -sizes[name])}


@dataclass(frozen=True, slots=True)
class SplitChanges:
    """What changed in one child, as far as there is room for it.

    Attributes:
        told: The largest changes, the largest first.
        more: The others; empty where all are told.
        are_smaller: Whether each of the others is smaller than all that are told.
    """

    told: Changes
    more: Changes
    are_smaller: bool

    @property
    def more_in_words(self) -> str:
        """Such as ``5 smaller``, or ``5 more`` where one is as large as one that is told."""
        return f"{len(self.more)} {'smaller' if self.are_smaller else 'more'}"


def split_changes(changed: Changes, genes: Mapping[str, Gene], most: int = MOST_CHANGES) -> SplitChanges:
    """The largest changes apart from the others, which are at least two: a single one is told as well.

    Args:
        changed: What changed.
        genes: The genes of the run's space, by name.
        most: How many are told where there are others.
    """
    sizes, names = _sizes(changed, genes), [*largest_first(changed, genes)]
    room = most if len(names) > most + 1 else len(names)
    told, more = names[:room], names[room:]
    are_smaller = bool(more) and sizes[more[0]] < sizes[told[-1]]
    return SplitChanges({name: changed[name] for name in told}, {name: changed[name] for name in more}, are_smaller)


def main_changes(
    family: Mapping[str, Individual], individual: Individual, changed: Changes, genes: Mapping[str, Gene]
) -> list[Text]:
    """What changed most from the first parent, as `change_phrases` has it, and how many other changes there are."""
    split = split_changes(changed, genes)
    phrases = change_phrases(family, individual, split.told)
    return [*phrases, Text(f"and {split.more_in_words} changes", style="dim")] if split.more else phrases


def _sizes(changed: Changes, genes: Mapping[str, Gene]) -> dict[str, float]:
    return {name: _size(genes.get(name), *values) for name, values in changed.items()}


def _size(gene: Gene | None, before: Value | None, after: Value | None) -> float:
    """From 0 to 1: the distance on a scale; 1 for another word, and for a gene that was switched on or off."""
    if isinstance(before, Shares) and isinstance(after, Shares) and before.names == after.names:
        return sum(abs(one - other) for one, other in zip(before.fractions, after.fractions, strict=True)) / 2
    if gene is None or not gene.is_numeric or before is None or after is None:
        return 1.0
    return abs(to_unit(gene, after) - to_unit(gene, before))
