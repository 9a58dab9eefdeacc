"""Claim: what a listener hears in a few songs belongs to the network, and networks hand it on to their children.

Founders of a space are trained as in a run and compose forty songs each, of which the run's setting says which are
heard. Printed are for each feature of songs:

- the share of the variance that lies between networks, and its interval (percentile bootstrap over networks);
- how reliable the mean of the heard songs is: its squared correlation with what the network is truly like, the mean of
  a hundred other songs; and the same of as many songs with the same random numbers in every network;
- over generations of random selection, the correlation of children's means with those of their first parents.

The median is over the features that differ within the corpus by more than the least that counts, or have no such limit.

    python -m benchmarks.heritability --space quick.yaml                    # a quarter of an hour
    python -m benchmarks.heritability --space events.yaml --seconds 300 --founders 12
    python -m benchmarks.heritability --space quick.yaml --drop temperature --drop diet
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.bred import Composed, Studio, table_of
from benchmarks.pairing import table
from evolve.domains.music.facts.figures import SMALLEST_SPREADS
from evolve.genetics.breeding import BreedingPlan, breed, found
from evolve.genetics.selection import Fitness
from evolve.judging.reliability import median_share_interval, share_of_mean, variances
from evolve.randomness import derive_rng
from evolve.records.genome import Genome
from evolve.records.individual import Individual, Origin

FRESH_SONGS = 100
HEADS = ("feature", "share", "95 %", "heard", "same noise", "children")


def main() -> None:
    """Print the table."""
    chosen = _parser().parse_args()
    settings = {"seed": chosen.seed} | ({"seconds": chosen.seconds} if chosen.seconds else {})
    studio = Studio(chosen.space, settings=settings, fresh=FRESH_SONGS, keep=chosen.keep, without=chosen.drop)
    generations = _generations(studio, chosen)
    founders = [one for one in generations[0].values() if one]
    print(f"{chosen.space}: {len(founders)} of {chosen.founders} founders, {studio.settings.seconds:g} s each at most")
    print(table(HEADS, rows(studio, founders, generations)))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--space", default="quick.yaml", help="a shipped space")
    parser.add_argument("--founders", type=int, default=24, help="networks of a generation (default: 24)")
    parser.add_argument("--generations", type=int, default=3, help="founders and their descendants (default: 3)")
    parser.add_argument("--seconds", type=float, help="in place of the space's own, seconds of processor time")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--drop", action="append", default=[], metavar="GENE", help="a gene that the space has not")
    parser.add_argument("--keep", type=Path, help="a folder that remembers what was found")
    return parser


Generation = dict[str, Composed | None]


def _generations(studio: Studio, chosen: argparse.Namespace) -> list[Generation]:
    """Everybody's songs, by id; parents are drawn by lot."""
    born: Sequence[Individual] = found(studio.space, population=chosen.founders, seed=chosen.seed)
    genomes: dict[str, Genome] = {}
    generations: list[Generation] = []
    for number in range(chosen.generations):
        if number:
            rng = derive_rng(chosen.seed, "lot", number)
            able = [name for name, one in generations[-1].items() if one]
            fitness = {name: Fitness(int(place)) for name, place in zip(able, rng.permutation(len(able)), strict=True)}
            plan = BreedingPlan(chosen.founders, chosen.founders, elites=0, newcomers=0)
            born = breed(fitness, genomes, studio.space, plan, generation=number, seed=chosen.seed).born
        genomes |= {one.id: one.genome for one in born}
        generations.append({one.id: studio.composed(one) for one in born})
    return generations


def rows(studio: Studio, founders: Sequence[Composed], generations: Sequence[Generation]) -> list[list[str]]:
    """A line for each feature, and the medians."""
    features = [name for name in founders[0].silent if _differs(studio, name)]
    tables = [table_of(founders, name) for name in features]
    columns = [
        [apart.share if (apart := variances(own)) else np.nan for own in tables],
        [heard_reliability(founders, name) for name in features],
        [heard_reliability(founders, name, places=range(studio.settings.songs)) for name in features],
        [handed_on(generations, name) for name in features],
    ]
    lines = []
    for place, name in enumerate(features):
        low, high = _interval([tables[place]])
        share, heard, same, children = (column[place] for column in columns)
        lines.append(
            [name, f"{share:.2f}", f"{low:.2f}–{high:.2f}", *(f"{one:.2f}" for one in (heard, same, children))]
        )
    low, high = _interval(tables)
    medians = [float(np.nanmedian(column)) for column in columns]
    lines.append(["median", f"{medians[0]:.2f}", f"{low:.2f}–{high:.2f}", *(f"{one:.2f}" for one in medians[1:])])
    expected = share_of_mean(medians[0], studio.settings.songs)
    minutes = [_minutes(founders, places) for places in (None, range(studio.settings.songs))]
    lines.append([f"Spearman-Brown {expected:.2f}", "", "minutes", *(f"{one:.2f}" for one in minutes), ""])
    return lines


def _differs(studio: Studio, name: str) -> bool:
    """Whether pieces of the corpus differ in it by more than the least that counts."""
    spread = studio.corpus_figures["spreads"].get(name)
    return spread is None or spread > SMALLEST_SPREADS[name]


def heard_reliability(composed: Sequence[Composed], name: str, places: Sequence[int] | None = None) -> float:
    """The squared correlation of the mean of some songs with the mean of fresh ones, corrected for the latter's error.

    Args:
        composed: Networks.
        name: The feature.
        places: Of the songs; None: of those that are heard.
    """
    silent, fresh = table_of(composed, name), table_of(composed, name, fresh=True)
    heard = [np.nanmean(own[list(places or one.heard)]) for own, one in zip(silent, composed, strict=True)]
    apart = variances(fresh)
    if apart is None or not apart.share or np.std(heard) == 0:
        return 0.0
    correlation = float(np.corrcoef(heard, np.nanmean(fresh, axis=1))[0, 1])
    return min(1.0, max(0.0, correlation) ** 2 / share_of_mean(apart.share, fresh.shape[1]))


def handed_on(generations: Sequence[Generation], name: str) -> float:
    """The correlation of children's means with those of their first parents, over all generations; NaN without any."""
    everyone = {id_: one for generation in generations for id_, one in generation.items() if one}

    def mean(one: Composed) -> float:
        return float(np.nanmean(np.array([*one.silent[name], *one.fresh[name]], float)))

    pairs = [
        (mean(everyone[one.individual.parents[0]]), mean(one))
        for one in everyone.values()
        if one.individual.origin is Origin.CHILD
    ]
    return float(np.corrcoef(np.array(pairs).T)[0, 1]) if pairs else np.nan


def _minutes(composed: Sequence[Composed], places: Sequence[int] | None) -> float:
    """How long the songs of a network take, the mean."""
    seconds = [np.sum(np.array(one.silent["seconds"], float)[list(places or one.heard)]) for one in composed]
    return float(np.mean(seconds)) / 60


def _interval(tables: Sequence[np.ndarray]) -> tuple[float, float]:
    found = median_share_interval(tables, np.random.default_rng(0))
    return found or (np.nan, np.nan)


if __name__ == "__main__":
    main()
