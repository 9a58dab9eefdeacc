"""How much of what differs between the songs of a generation is the networks', told before anybody listens in vain."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any, Final

import numpy as np

from evolve.candidates import candidates_of
from evolve.judging.reliability import Table, median_share_interval, share_of_mean, share_of_means, variances
from evolve.randomness import derive_rng
from evolve.report.silent_songs import has_silent_songs, tables_of
from evolve.report.songs import mean_facts
from evolve.store.records import GenerationRecord, IndividualRecord, RunRecord
from evolve.words import fraction_in_words, worded

ALIKE: Final = 0.05
"""Below this share candidates sound alike: means of five songs each are then luck by four fifths and more."""

_FEWEST = 3
"""Networks, below which nothing can be said of how networks differ."""

_DRAWS = 500


@dataclass(frozen=True, slots=True)
class Reliability:
    """How much the songs of a generation's candidates tell about the candidates.

    Attributes:
        networks: How many were compared.
        songs: Silent songs of each.
        songs_heard: Songs of each that its trial put before listeners, at most.
        is_chosen: Whether these were chosen to stand for the silent ones.
        shares: Of each fact that varies the share of its variance, song by song, that lies between networks.
        share: Their median.
        interval: A 95 % interval for that median.
        heard: The same share for the mean of the songs that are heard, the median; None where it is not known.
    """

    networks: int
    songs: int
    songs_heard: int
    is_chosen: bool
    shares: Mapping[str, float]
    share: float
    interval: tuple[float, float]
    heard: float | None

    @property
    def is_alike(self) -> bool:
        """Whether the candidates sound much alike."""
        return self.share < ALIKE

    @property
    def in_words(self) -> str:
        """A sentence or two for whoever is about to listen.

        ``A tenth of how songs differ is due to their networks, the rest is luck; taking 5 songs of each together, two
        fifths.``
        """
        due = f"{fraction_in_words(self.share)} of how songs differ is due to their networks"
        if self.is_alike:
            return f"These sound much alike: {due}, the rest is luck. Ties do no harm."
        return f"{due[0].upper()}{due[1:]}, the rest is luck{self._heard_in_words}."

    @property
    def _heard_in_words(self) -> str:
        if self.heard is None or (self.songs_heard == 1 and not self.is_chosen):
            return ""
        several = f"{self.songs_heard} {'chosen ' * self.is_chosen}songs of each together"
        taken = worded(self.songs_heard, "the chosen song of each", several)
        return f"; taking {taken}, {fraction_in_words(self.heard)}"

    def to_json(self) -> dict[str, Any]:
        """As docs/report-format.md describes it."""
        return {
            "networks": self.networks,
            "songs": self.songs,
            "share": round(self.share, 4),
            "interval": [round(end, 4) for end in self.interval],
            "shares": {fact: round(share, 4) for fact, share in self.shares.items()},
            "songs_heard": self.songs_heard,
            "chosen": self.is_chosen,
            "share_heard": None if self.heard is None else round(self.heard, 4),
            "alike": self.is_alike,
            "words": self.in_words,
        }


def reliability_of(run: RunRecord, generation: GenerationRecord) -> Reliability | None:
    """What can be said of the candidates that have silent songs; None where they are few, as in older runs."""
    candidates = candidates_of(run, generation)
    heard = [run.individuals[name] for name in candidates.heard] if candidates else []
    records = [record for record in heard if has_silent_songs(record)]
    tables = tables_of(records)
    shares = {fact: apart.share for fact, table in tables.items() if (apart := variances(table)) is not None}
    rng = derive_rng(int(run.settings.get("seed", 0)), "reliability", generation.index)
    interval = median_share_interval([*tables.values()], rng, draws=_DRAWS)
    if len(records) < _FEWEST or interval is None:
        return None
    songs_heard = max(len(record.chosen_songs) for record in records)
    is_chosen = run.settings.get("songs_heard") == "typical"
    of_heard = _shares_of_chosen(records, tables) if is_chosen else _shares_of_means(shares, songs_heard)
    return Reliability(
        networks=len(records),
        songs=max(table.shape[1] for table in tables.values()),
        songs_heard=songs_heard,
        is_chosen=is_chosen,
        shares=shares,
        share=median(shares.values()),
        interval=interval,
        heard=median(of_heard) if of_heard else None,
    )


def _shares_of_means(shares: Mapping[str, float], songs: int) -> list[float]:
    """Of songs with the same chance in every network."""
    return [share_of_mean(share, songs) for share in shares.values()] if songs else []


def _shares_of_chosen(records: Sequence[IndividualRecord], tables: Mapping[str, Table]) -> list[float]:
    """Of songs that were chosen by what they are: of each fact that heard songs have, their means as they are."""
    means = [mean_facts(record.chosen_songs) for record in records]
    told = {fact: [mean.get(fact, np.nan) for mean in means] for fact in tables}
    shares = (share_of_means(table, told[fact]) for fact, table in tables.items())
    return [share for share in shares if share is not None]
