"""Which genes move which features of the samples, over all individuals of a run."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from evolve.domain_registry import presentation_for
from evolve.judging.rank_correlation import Correlation, pairs_needed, rank_correlation
from evolve.presentation import feature_in_words
from evolve.records.genome import Value
from evolve.records.run import RunRecord
from evolve.records.shares import Shares
from evolve.search.reliability import features_of, tables_of

FEWEST: Final = 10
"""Individuals: of fewer, chance puts some gene and some feature into the same order too often."""

FAMILY_LEVEL: Final = 0.95
"""How often all intervals hold at once (Bonferroni): one run in twenty shows an effect that is none."""

_USUAL = 0.5
"""A correlation that one would like to see."""


@dataclass(frozen=True, slots=True)
class Effect:
    """How one gene goes with the mean of one feature over an individual's samples.

    Attributes:
        value: Of a gene of words the one that is held against the rest, of shares the group; else empty.
        description: How samples are described that have more of the feature, or less where the correlation is
            negative: ``more pitches``.
    """

    gene: str
    value: str
    feature: str
    description: str
    correlation: Correlation

    @property
    def mover(self) -> str:
        """What moves the feature, such as ``temperature`` or ``optimizer adam``."""
        return f"{self.gene} {self.value}".rstrip()

    @property
    def in_words(self) -> str:
        """Such as ``more pitches (0.81, 0.60 to 0.92)``."""
        one = self.correlation
        return f"{self.description} ({one.value:.2f}, {one.low:.2f} to {one.high:.2f})"


@dataclass(frozen=True, slots=True)
class GeneEffects:
    """What can be said of the genes of a run: the effect of each that varies on each feature, the strongest first.

    `level` is how often the interval of one effect holds, so that all hold at once as often as `FAMILY_LEVEL` says.
    """

    individuals: int
    samples: int
    level: float
    effects: tuple[Effect, ...]
    varying: tuple[str, ...]
    fixed: tuple[str, ...]

    @property
    def clear(self) -> tuple[Effect, ...]:
        """Those whose intervals leave out 0, of individuals enough."""
        return tuple(one for one in self.effects if one.correlation.is_clear and one.correlation.pairs >= FEWEST)

    @property
    def unclear(self) -> tuple[str, ...]:
        """Genes that vary and have no clear effect."""
        clear = {one.gene for one in self.clear}
        return tuple(gene for gene in self.varying if gene not in clear)

    @property
    def smallest_clear(self) -> float | None:
        """The smallest correlation that so many individuals tell from chance; None where there is none."""
        shares = (share / 100 for share in range(1, 100))
        found = (share for share in shares if pairs_needed(share, level=self.level) <= self.individuals)
        return next(found, None) if self.individuals >= FEWEST else None

    @property
    def individuals_for_half(self) -> int:
        """How many individuals tell a correlation of 0.5 from chance."""
        return max(FEWEST, pairs_needed(_USUAL, level=self.level))

    def to_json(self) -> dict[str, Any]:
        """As docs/report-format.md describes it."""
        clear = set(self.clear)
        return {
            "individuals": self.individuals,
            "samples": self.samples,
            "level": round(self.level, 6),
            "family_level": FAMILY_LEVEL,
            "effects": [_effect_to_json(one, is_clear=one in clear) for one in self.effects],
            "unclear": list(self.unclear),
            "fixed": list(self.fixed),
            "smallest_clear": self.smallest_clear,
            "individuals_for_half": self.individuals_for_half,
        }


def gene_effects(run: RunRecord) -> GeneEffects:
    """The effects of a run's genes, over everyone whose samples have features, in whatever generation."""
    presentation = presentation_for(run)
    records = [record for record in run.individuals.values() if features_of(presentation, record)]
    tables = tables_of(presentation, records)
    means = {name: _row_means(table) for name, table in tables.items()}
    genomes = [record.individual.genome.as_dict() for record in records]
    genes = list(dict.fromkeys(gene for genome in genomes for gene in genome))
    movers = [(gene, *one) for gene in genes for one in _movers([genome.get(gene) for genome in genomes])]
    level = 1 - (1 - FAMILY_LEVEL) / max(1, len(movers) * len(means))
    found = [
        Effect(gene, value, name, feature_in_words(presentation, name, more=correlation.value > 0), correlation)
        for gene, value, numbers in movers
        for name, mean in means.items()
        if (correlation := rank_correlation(numbers, mean, level=level)) is not None
    ]
    return GeneEffects(
        individuals=len(records),
        samples=max((table.shape[1] for table in tables.values()), default=0),
        level=level,
        effects=tuple(sorted(found, key=lambda one: -abs(one.correlation.value))),
        varying=tuple(dict.fromkeys(gene for gene, _, _ in movers)),
        fixed=tuple(gene for gene in genes if gene not in {gene for gene, _, _ in movers}),
    )


def _row_means(table: np.ndarray[Any, Any]) -> list[float]:
    return [float(row[np.isfinite(row)].mean()) if np.isfinite(row).any() else np.nan for row in table]


def _movers(values: Sequence[Value | None]) -> Iterator[tuple[str, list[float]]]:
    """What of a gene may move features: a name within it, and a number for each individual, NaN where it has none.

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
        "feature": effect.feature,
        "correlation": round(one.value, 4),
        "interval": [round(one.low, 4), round(one.high, 4)],
        "individuals": one.pairs,
        "clear": is_clear,
    }
