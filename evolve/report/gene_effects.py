"""Which genes move which facts of the songs, over all networks of a run."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from evolve.genetics.genome import Value
from evolve.genetics.shares import Shares
from evolve.judging.rank_correlation import Correlation, pairs_needed, rank_correlation
from evolve.report.silent_songs import FACTS, has_silent_songs, tables_of
from evolve.store.records import RunRecord

FEWEST: Final = 10
"""Networks: of fewer, chance puts some gene and some fact into the same order too often."""

FAMILY_LEVEL: Final = 0.95
"""How often all intervals hold at once (Bonferroni): one run in twenty shows an effect that is none."""

_USUAL = 0.5
"""A correlation that one would like to see."""


@dataclass(frozen=True, slots=True)
class Effect:
    """How one fact goes with one gene.

    Attributes:
        gene: Its name.
        value: Of a gene of words the one that is held against the rest, of shares the group; empty of numbers and
            booleans.
        fact: One of `FACTS`.
        correlation: Of the gene with the mean of the fact over a network's songs.
    """

    gene: str
    value: str
    fact: str
    correlation: Correlation

    @property
    def mover(self) -> str:
        """What moves the fact, such as ``temperature`` or ``optimizer adam``."""
        return f"{self.gene} {self.value}".rstrip()

    @property
    def in_words(self) -> str:
        """Such as ``more pitches (0.81, 0.60 to 0.92)``."""
        more, less = FACTS[self.fact]
        one = self.correlation
        return f"{more if one.value > 0 else less} ({one.value:.2f}, {one.low:.2f} to {one.high:.2f})"


@dataclass(frozen=True, slots=True)
class GeneEffects:
    """What can be said of the genes of a run.

    Attributes:
        networks: Those that have silent songs.
        songs: Silent songs of each.
        level: How often the interval of one effect holds; so that all hold at once as often as `FAMILY_LEVEL` says.
        effects: Of every gene that varies on every fact that does, the strongest first.
        varying: Genes that are not the same in all, in the order of their space.
        fixed: Those that are.
    """

    networks: int
    songs: int
    level: float
    effects: tuple[Effect, ...]
    varying: tuple[str, ...]
    fixed: tuple[str, ...]

    @property
    def clear(self) -> tuple[Effect, ...]:
        """Those whose intervals leave out 0, of networks enough."""
        return tuple(one for one in self.effects if one.correlation.is_clear and one.correlation.pairs >= FEWEST)

    @property
    def unclear(self) -> tuple[str, ...]:
        """Genes that vary and have no clear effect."""
        clear = {one.gene for one in self.clear}
        return tuple(gene for gene in self.varying if gene not in clear)

    @property
    def smallest_clear(self) -> float | None:
        """The smallest correlation that so many networks tell from chance; None where there is none."""
        found = (share / 100 for share in range(1, 100) if pairs_needed(share / 100, level=self.level) <= self.networks)
        return next(found, None) if self.networks >= FEWEST else None

    @property
    def networks_for_half(self) -> int:
        """How many networks tell a correlation of 0.5 from chance."""
        return max(FEWEST, pairs_needed(_USUAL, level=self.level))

    def to_json(self) -> dict[str, Any]:
        """As docs/report-format.md describes it."""
        clear = set(self.clear)
        return {
            "networks": self.networks,
            "songs": self.songs,
            "level": round(self.level, 6),
            "family_level": FAMILY_LEVEL,
            "effects": [_effect_to_json(one, is_clear=one in clear) for one in self.effects],
            "unclear": list(self.unclear),
            "fixed": list(self.fixed),
            "smallest_clear": self.smallest_clear,
            "networks_for_half": self.networks_for_half,
        }


def gene_effects(run: RunRecord) -> GeneEffects:
    """The effects of a run's genes, over everyone who has silent songs, in whatever generation."""
    records = [record for record in run.individuals.values() if has_silent_songs(record)]
    tables = tables_of(records)
    means = {fact: _row_means(table) for fact, table in tables.items()}
    genomes = [record.individual.genome.as_dict() for record in records]
    genes = list(dict.fromkeys(gene for genome in genomes for gene in genome))
    movers = [(gene, *one) for gene in genes for one in _movers([genome.get(gene) for genome in genomes])]
    level = 1 - (1 - FAMILY_LEVEL) / max(1, len(movers) * len(means))
    found = [
        Effect(gene, value, fact, correlation)
        for gene, value, numbers in movers
        for fact, mean in means.items()
        if (correlation := rank_correlation(numbers, mean, level=level)) is not None
    ]
    return GeneEffects(
        networks=len(records),
        songs=max((table.shape[1] for table in tables.values()), default=0),
        level=level,
        effects=tuple(sorted(found, key=lambda one: -abs(one.correlation.value))),
        varying=tuple(dict.fromkeys(gene for gene, _, _ in movers)),
        fixed=tuple(gene for gene in genes if gene not in {gene for gene, _, _ in movers}),
    )


def _row_means(table: np.ndarray[Any, Any]) -> list[float]:
    return [float(row[np.isfinite(row)].mean()) if np.isfinite(row).any() else np.nan for row in table]


def _movers(values: Sequence[Value | None]) -> Iterator[tuple[str, list[float]]]:
    """What of a gene may move facts: a name within the gene, and a number for each network, NaN where it has none.

    A number and a boolean are one; a word is held against the rest, shares go by group. Of two words or groups the
    second is the first turned round. What a value does not name it has nothing of; an inactive gene has no number.
    """
    told = [_numbers_of(value) for value in values]
    names = list(dict.fromkeys(name for numbers in told for name in numbers))
    for name in names[:1] if len(names) == 2 else names:  # noqa: PLR2004 - two
        numbers = [one.get(name, 0.0) if one else np.nan for one in told]
        if len({number for number in numbers if np.isfinite(number)}) > 1:
            yield name, numbers


def _numbers_of(value: Value | None) -> Mapping[str, float]:
    """A gene's value as numbers by name: its own under none, a word 1 under its own, shares under their groups."""
    if value is None:
        return {}
    if isinstance(value, Shares):
        return value.to_json()
    return {value: 1.0} if isinstance(value, str) else {"": float(value)}


def _effect_to_json(effect: Effect, *, is_clear: bool) -> dict[str, Any]:
    one = effect.correlation
    return {
        "gene": effect.gene,
        "value": effect.value or None,
        "fact": effect.fact,
        "correlation": round(one.value, 4),
        "interval": [round(one.low, 4), round(one.high, 4)],
        "networks": one.pairs,
        "clear": is_clear,
    }
