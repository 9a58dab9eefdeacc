"""How much of what differs between samples is their makers', told before anybody judges in vain.

All samples of an individual count, presented or not: their features, as the domain tells them. Sample k of every
individual has the same chance.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any, Final

import numpy as np

from evolve.domain_registry import presentation_for
from evolve.judging.reliability import Table, median_share_interval, share_of_mean, share_of_means, variances
from evolve.presentation import Presentation, is_heard, mean_facts
from evolve.randomness import derive_rng
from evolve.records.run import GenerationRecord, IndividualRecord, RunRecord
from evolve.search.candidates import candidates_of
from evolve.words import fraction_in_words, worded

ALIKE: Final = 0.05
"""Below this share candidates are alike: means of five samples each are then luck by four fifths and more."""

_FEWEST = 3
"""Individuals, below which nothing can be said of how they differ."""

_DRAWS = 500

_OUTSIDE = 20


@dataclass(frozen=True, slots=True)
class Reliability:
    """How much the samples of a generation's candidates tell about the candidates.

    Attributes:
        presentation: Of their domain.
        individuals: How many were compared.
        samples: Of each, presented or not.
        presented: Samples of each that its trial put before listeners, at most.
        is_chosen: Whether these were chosen to stand for all.
        shares: Of each feature that varies the share of its variance, sample by sample, that lies between individuals.
        share: Their median.
        interval: A 95 % interval for that median.
        heard: The same share for the mean of the samples that are presented, the median; None where it is not known.
    """

    presentation: Presentation = field(compare=False)
    individuals: int
    samples: int
    presented: int
    is_chosen: bool
    shares: Mapping[str, float]
    share: float
    interval: tuple[float, float]
    heard: float | None

    @property
    def is_alike(self) -> bool:
        """Whether the candidates are much alike."""
        return self.share < ALIKE

    @property
    def in_words(self) -> str:
        """A sentence or two for whoever is about to listen.

        ``A tenth of how songs differ is due to their networks, the rest is luck; taking 5 songs of each together, two
        fifths.``
        """
        word, maker = self.presentation.sample_word, self.presentation.maker_word
        due = f"{fraction_in_words(self.share)} of how {word}s differ is due to their {maker}s"
        if self.is_alike:
            are = "sound" if is_heard(self.presentation) else "are"
            return f"These {are} much alike: {due}, the rest is luck. Ties do no harm."
        return f"{due[0].upper()}{due[1:]}, the rest is luck{self._heard_in_words}."

    @property
    def _heard_in_words(self) -> str:
        if self.heard is None or (self.presented == 1 and not self.is_chosen):
            return ""
        word = self.presentation.sample_word
        several = f"{self.presented} {'chosen ' * self.is_chosen}{word}s of each together"
        taken = worded(self.presented, f"the chosen {word} of each", several)
        return f"; taking {taken}, {fraction_in_words(self.heard)}"

    def to_json(self) -> dict[str, Any]:
        """As docs/report-format.md describes it."""
        return {
            "individuals": self.individuals,
            "samples": self.samples,
            "share": round(self.share, 4),
            "interval": [round(end, 4) for end in self.interval],
            "shares": {fact: round(share, 4) for fact, share in self.shares.items()},
            "presented": self.presented,
            "chosen": self.is_chosen,
            "share_heard": None if self.heard is None else round(self.heard, 4),
            "alike": self.is_alike,
            "words": self.in_words,
        }


def reliability_of(run: RunRecord, generation: GenerationRecord) -> Reliability | None:
    """What can be said of the candidates whose samples have features; None where they are few."""
    candidates, presentation = candidates_of(run, generation), presentation_for(run)
    heard = [run.individuals[name] for name in candidates.heard] if candidates else []
    records = [record for record in heard if features_of(presentation, record)]
    tables = tables_of(presentation, records)
    shares = {name: apart.share for name, table in tables.items() if (apart := variances(table)) is not None}
    rng = derive_rng(int(run.settings.get("seed", 0)), "reliability", generation.index)
    interval = median_share_interval([*tables.values()], rng, draws=_DRAWS)
    if len(records) < _FEWEST or interval is None:
        return None
    presented = max(len(record.chosen_samples) for record in records)
    is_chosen = any(_were_chosen(presentation.presented(record.metrics)) for record in records)
    of_heard = _shares_of_chosen(presentation, records, tables) if is_chosen else _shares_of_means(shares, presented)
    return Reliability(
        presentation,
        individuals=len(records),
        samples=max(table.shape[1] for table in tables.values()),
        presented=presented,
        is_chosen=is_chosen,
        shares=shares,
        share=median(shares.values()),
        interval=interval,
        heard=median(of_heard) if of_heard else None,
    )


def features_of(presentation: Presentation, record: IndividualRecord) -> Sequence[Mapping[str, float]]:
    """The numbers of each of an individual's samples, presented or not, but those that a listener asked for."""
    return presentation.features([sample.facts for sample in record.chosen_samples], record.metrics)


def tables_of(presentation: Presentation, records: Sequence[IndividualRecord]) -> dict[str, Table]:
    """Of each feature that varies its number in each sample, ``[individuals, samples]``, NaN where it is missing."""
    rows = [features_of(presentation, record) for record in records]
    names = dict.fromkeys([*presentation.feature_words, *(name for row in rows for sample in row for name in sample)])
    longest = max(map(len, rows), default=0)
    tables = {name: np.full((len(rows), longest), np.nan) for name in names}
    for place, row in enumerate(rows):
        for index, sample in enumerate(row):
            for name, value in sample.items():
                tables[name][place, index] = value
    return {name: table for name, table in tables.items() if _varies(table)}


def _were_chosen(numbers: Sequence[int]) -> bool:
    """Whether those that are presented are others than the first of all that were made."""
    return [*numbers] != [*range(1, len(numbers) + 1)]


def _varies(table: Table) -> bool:
    """Whether numbers do without a twentieth at each end: one odd chord makes no tune polyphonic."""
    known = np.sort(table[np.isfinite(table)])
    outside = len(known) // _OUTSIDE
    return bool(len(known)) and bool(known[-1 - outside] > known[outside])


def _shares_of_means(shares: Mapping[str, float], samples: int) -> list[float]:
    """Of samples with the same chance in every individual."""
    return [share_of_mean(share, samples) for share in shares.values()] if samples else []


def _shares_of_chosen(
    presentation: Presentation, records: Sequence[IndividualRecord], tables: Mapping[str, Table]
) -> list[float]:
    """Of samples that were chosen by what they are: of each feature that is a fact of theirs, their means."""
    means = [mean_facts(presentation, [sample.facts for sample in record.chosen_samples]) for record in records]
    told = {name: [mean.get(name, np.nan) for mean in means] for name in tables}
    shares = (share_of_means(table, told[name]) for name, table in tables.items())
    return [share for share in shares if share is not None]
