"""Who descends from whom, which gene came from where, and how the genes of a population drift.

A family may be a whole run or a part of it: a parent that it does not hold is passed over.
"""

import math
import statistics
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from evolve.records.genome import Genome, Value
from evolve.records.individual import Individual
from evolve.records.shares import Shares

Family = Mapping[str, Individual]
"""Individuals by id."""

Change = tuple[Value | None, Value | None]
"""From what to what; None where the gene is inactive on that side."""


def changed(child: Genome, parent: Genome) -> dict[str, Change]:
    """The genes in which a child differs from a parent, as ``{gene: (parent's value, child's value)}``.

    Genes come in the child's order, then those that only the parent has. ``True`` and ``1`` differ, ``1`` and
    ``1.0`` do not.
    """
    names = dict.fromkeys((*child, *parent))
    pairs = {name: (parent.get(name), child.get(name)) for name in names}
    return {name: pair for name, pair in pairs.items() if not _same(*pair)}


def ancestors(family: Family, individual_id: str) -> tuple[str, ...]:
    """The ids of all it descends from, nearest first (parents before grandparents), each once; not itself."""
    return _reach(individual_id, lambda id_: _known_parents(family, id_))


def descendants(family: Family, individual_id: str) -> tuple[str, ...]:
    """The ids of all that descend from it, nearest first, each once; not itself."""
    offspring = children_by_parent(family)
    return _reach(individual_id, lambda id_: offspring.get(id_, ()))


def children_by_parent(family: Family) -> dict[str, tuple[str, ...]]:
    """The ids of the children of each individual that has any, in the family's order."""
    children: dict[str, list[str]] = {}
    for individual in family.values():
        for parent in dict.fromkeys(individual.parents):
            children.setdefault(parent, []).append(individual.id)
    return {parent: tuple(ids) for parent, ids in children.items()}


def line_to_founder(family: Family, individual_id: str) -> tuple[str, ...]:
    """The line of first parents, from a founder (or newcomer) down to the individual, which comes last."""
    line = [individual_id]
    while parents := _known_parents(family, line[-1]):
        line.append(parents[0])
    return tuple(reversed(line))


def founders_of(family: Family, individual_id: str) -> tuple[str, ...]:
    """The parentless ids at the ends of all its lines, in the family's order; itself when it has no parents."""
    reached = {individual_id, *ancestors(family, individual_id)}
    return tuple(id_ for id_ in family if id_ in reached and not _known_parents(family, id_))


def gene_sources(family: Family, individual_id: str) -> dict[str, str]:
    """Where each gene value of an individual arose: ``{gene: id of the one who had it first on its line}``.

    A value that the first parent has came from the first parent; else from the second, if that has it; else it is
    new in the individual itself. Following this rule upwards ends in a founder, a newcomer, or at a mutation.
    """
    sources = {}
    for gene in family[individual_id].genome:
        sources[gene] = individual_id
        while (parent := inherited_from(family, sources[gene], gene)) is not None:
            sources[gene] = parent
    return sources


def inherited_from(family: Family, individual_id: str, gene: str) -> str | None:
    """The parent that a gene value (or its absence) came from; None when the individual was the first to have it."""
    value = family[individual_id].genome.get(gene)
    parents = _known_parents(family, individual_id)
    return next((parent for parent in parents if _same(family[parent].genome.get(gene), value)), None)


def surviving_shares(family: Family, living: Iterable[str], *, ignored_genes: Collection[str] = ()) -> dict[str, float]:
    """Whose genes live on: for each individual, the share of the living's genes that arose in it.

    Args:
        family: All individuals.
        living: Ids, such as the members of the last generation. Each weighs the same, however many genes it has.
        ignored_genes: Genes that say nothing of kinship, such as those that never differ.

    Returns:
        Shares in 0 .. 1 that sum to 1, largest first; empty when nobody lives.
    """
    sources = [gene_sources(family, id_) for id_ in dict.fromkeys(living) if id_ in family]
    told = [[source for gene, source in member.items() if gene not in ignored_genes] for member in sources]
    told = [member for member in told if member]
    shares: defaultdict[str, Fraction] = defaultdict(Fraction)
    for member in told:
        for source in member:
            shares[source] += Fraction(1, len(member) * len(told))
    return {id_: float(share) for id_, share in sorted(shares.items(), key=lambda pair: -pair[1])}


@dataclass(frozen=True, slots=True)
class NumericSpread:
    """A numeric gene in one generation: its range and its middle.

    Attributes:
        count: In how many members the gene is active, at least 1.
        minimum: Smallest value.
        median: Middle value; of an even count the arithmetic mean of the two in the middle, of a log gene the
            geometric one.
        maximum: Largest value.
    """

    count: int
    minimum: float
    median: float
    maximum: float


@dataclass(frozen=True, slots=True)
class CategoricalSpread:
    """A categorical gene in one generation: how many members have each value, the commonest first."""

    counts: tuple[tuple[Value, int], ...]

    @property
    def count(self) -> int:
        """In how many members the gene is active."""
        return sum(count for _, count in self.counts)

    @property
    def shares(self) -> dict[Value, float]:
        """The share of each value among the members in which the gene is active, 0 .. 1."""
        return {value: count / self.count for value, count in self.counts}


@dataclass(frozen=True, slots=True)
class SharesSpread:
    """A gene of shares in one generation: range and middle of each group's share, in the order of the groups."""

    groups: tuple[tuple[str, NumericSpread], ...]

    @property
    def count(self) -> int:
        """In how many members the gene is active."""
        return self.groups[0][1].count


Spread = NumericSpread | CategoricalSpread | SharesSpread


def gene_drift(
    family: Family, generations: Sequence[Collection[str]], *, log_genes: Collection[str] = ()
) -> dict[str, tuple[Spread | None, ...]]:
    """How each gene moved from generation to generation.

    Args:
        family: All individuals.
        generations: The ids to look at in each generation, such as the members that were heard.
        log_genes: Names of the genes whose scale is logarithmic: their median is a geometric one.

    Returns:
        For each gene, in the order of first appearance, one spread per generation; None where no member has it.
        A gene is categorical as soon as one value of it is a word or a boolean; one of shares has a spread a group.
    """
    genomes = [[family[id_].genome for id_ in ids if id_ in family] for ids in generations]
    names = dict.fromkeys(gene for members in genomes for genome in members for gene in genome)
    columns = {name: [[genome[name] for genome in members if name in genome] for members in genomes] for name in names}
    return {name: _spreads(column, log=name in log_genes) for name, column in columns.items()}


def _spreads(columns: list[list[Value]], *, log: bool) -> tuple[Spread | None, ...]:
    """One spread of a gene's values per generation."""
    values = [value for column in columns for value in column]
    if all(isinstance(value, Shares) for value in values):
        return tuple(_spread_of_shares(column) if column else None for column in columns)
    if any(isinstance(value, bool | str | Shares) for value in values):
        return tuple(_counts(column) if column else None for column in columns)
    return tuple(_spread(column, log=log) if column else None for column in columns)


def _spread_of_shares(values: list[Value]) -> SharesSpread:
    columns: defaultdict[str, list[Value]] = defaultdict(list)
    for shares in values:
        for name, fraction in shares.parts if isinstance(shares, Shares) else ():
            columns[name].append(fraction)
    return SharesSpread(tuple((name, _spread(column, log=False)) for name, column in columns.items()))


def _counts(values: list[Value]) -> CategoricalSpread:
    # Values that are equally common stand in the order of their names, so that a report never flickers.
    return CategoricalSpread(tuple(sorted(Counter(values).items(), key=lambda pair: (-pair[1], str(pair[0])))))


def _spread(values: list[Value], *, log: bool) -> NumericSpread:
    numbers = sorted(value for value in values if isinstance(value, int | float))
    return NumericSpread(len(numbers), numbers[0], _median(numbers, log=log), numbers[-1])


def _median(numbers: list[float], *, log: bool) -> float:
    if not log or numbers[0] <= 0:
        return statistics.median(numbers)
    low, high = statistics.median_low(numbers), statistics.median_high(numbers)
    return low if low == high else math.sqrt(low) * math.sqrt(high)


def _reach(start: str, neighbours: Callable[[str], Iterable[str]]) -> tuple[str, ...]:
    seen = {start: None}
    queue = deque([start])
    while queue:
        for id_ in neighbours(queue.popleft()):
            if id_ not in seen:
                seen[id_] = None
                queue.append(id_)
    return tuple(seen)[1:]


def _known_parents(family: Family, individual_id: str) -> tuple[str, ...]:
    return tuple(id_ for id_ in family[individual_id].parents if id_ in family)


def _same(one: Value | None, other: Value | None) -> bool:
    return one == other and isinstance(one, bool) == isinstance(other, bool)
