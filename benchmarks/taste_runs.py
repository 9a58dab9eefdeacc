"""Searches before simulated listeners, and how near to the best they come with what was heard."""

import contextlib
import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import fmean
from typing import Final

import numpy as np

from benchmarks.taste_judges import Judge, Range, Ranges, judge_of, toy_space
from benchmarks.taste_searches import (
    POPULATION,
    Blind,
    Candidates,
    OwnBreeding,
    OwnBreedingForSeveral,
    Peer,
    Search,
    Truncation,
    WithTheBest,
    WorstOfFew,
)
from evolve.judging.simulated.listeners import CONTRARY
from evolve.spaces import Space

NOISE: Final = 0.3
"""Standard deviation of what chance adds to a liking, where that of random genomes is 1."""

OURS: Final = ("taste", "plain")
LIBRARIES: Final = {"optuna": "optuna", "optuna, all pairs": "optuna", "botorch": "botorch"}
"""Searches of other libraries."""

NEAR: Final = 1.0
"""Percent of what random genomes miss, within which the best counts as found."""


@dataclass(frozen=True, slots=True)
class Moment:
    """How near a search is, once a ranking is in; gaps are percents of the range from random genomes to the best.

    Attributes:
        new: Candidates heard so far, each once.
        heard: The same, with those who were heard again.
        best: The gap of the best candidate heard so far.
        champion: The gap of whom the search names as the best.
        spread: The range from random genomes to the best as a share of that from the worst to the best.
        cpu_s: What choosing has taken so far.
    """

    new: int
    heard: int
    best: float
    champion: float
    spread: float
    cpu_s: float


@dataclass(frozen=True, slots=True)
class Case:
    """One search before one judge.

    Attributes:
        search: Its name.
        kind: Of the judge.
        whole: Whether numbers are whole.
        seed: Of the judge, and of the search.
        most: New candidates that are heard.
    """

    search: str
    kind: str
    whole: bool
    seed: int
    most: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it."""

    case: Case
    moments: tuple[Moment, ...]

    def after(self, new: float, gap: Callable[[Moment], float]) -> float:
        """A gap once so many candidates were heard, between two rankings in proportion."""
        return float(np.interp(new, [one.new for one in self.moments], list(map(gap, self.moments))))

    def found_after(self, percent: float) -> float:
        """How many candidates were heard until the best was so near; infinite where none was."""
        return next((float(one.new) for one in self.moments if one.best <= percent), math.inf)


def run_judge(
    kind: str, seed: int, searches: Sequence[str], python: Path | None, *, whole: bool, least: int, most: int
) -> list[Outcome]:
    """Each search before the same judge.

    Args:
        kind: Of the judge.
        seed: Of the judge and of each search.
        searches: Names.
        python: Of the environment with the other libraries.
        whole: Whether numbers are whole.
        least: Candidates that are heard.
        most: Those that are heard where none near the best was found before.
    """
    judge = judge_of(kind, seed, whole=whole, noise=NOISE)
    ranges, space = Ranges(judge), toy_space(whole=whole)
    outcomes = []
    for name in searches:
        with opened(name, space, seed, python, is_for_two=kind == CONTRARY) as search:
            moments = moments_of(search, judge, ranges, least=least, most=most)
        outcomes.append(Outcome(Case(name, kind, whole, seed, most), tuple(moments)))
    return outcomes


@contextlib.contextmanager
def opened(name: str, space: Space, seed: int, python: Path | None, *, is_for_two: bool = False) -> Iterator[Search]:
    """The search of a name; a program that it runs ends with it."""
    if name in OURS:
        yield (OwnBreedingForSeveral if is_for_two else OwnBreeding)(space, seed, taste=name == "taste")
    elif name == "random":
        yield WithTheBest(Blind(space, seed))
    elif name == "truncation":
        yield Truncation(space, seed)
    else:
        assert python is not None
        with contextlib.closing(Peer(python, LIBRARIES[name], space, seed)) as peer:
            yield WorstOfFew(peer) if name == "optuna" else WithTheBest(peer)


def moments_of(search: Search, judge: Judge, ranges: Ranges, *, least: int, most: int) -> list[Moment]:
    """Every ranking of a search before a judge.

    A taste that drifts does so with what is heard: a step for each eight candidates.
    """
    genomes: dict[str, Mapping[str, object]] = {}
    moments: list[Moment] = []
    heard = 0
    while not moments or len(genomes) < least or (moments[-1].best > NEAR and len(genomes) < most):
        generation = heard // POPULATION
        asked = search.ask()
        genomes |= asked
        heard += len(asked)
        search.tell(judge.orders(asked, generation), {name: judge.samples(name, one) for name, one in asked.items()})
        best, champion, spread = _gaps(genomes, search.champions(), judge, ranges, generation)
        moments.append(Moment(len(genomes), heard, best, champion, spread, search.cpu_s))
    return moments


def _gaps(
    genomes: Candidates, champions: Sequence[str], judge: Judge, ranges: Ranges, generation: int
) -> tuple[float, float, float]:
    """The gaps of the best heard and of the champion, and the spread: the mean over listeners."""
    likings = {name: judge.liking(genome, generation) for name, genome in genomes.items()}
    rows = []
    for place, span in enumerate(ranges.at(generation)):
        best = max(liking[place] for liking in likings.values())
        rows.append((_gap(best, span), _gap(likings[champions[place]][place], span), _spread(span)))
    best_gap, champion_gap, spread = (fmean(column) for column in zip(*rows, strict=True))
    return best_gap, champion_gap, spread


def _gap(liking: float, span: Range) -> float:
    return max(100 * (span.best - liking) / (span.best - span.middle), 0.0)


def _spread(span: Range) -> float:
    return (span.best - span.middle) / (span.best - span.worst)


def kept_in(path: Path) -> dict[Case, Outcome]:
    """Outcomes that a file remembers."""
    lines = path.read_text().splitlines() if path.exists() else []
    told = [json.loads(line) for line in lines]
    outcomes = [Outcome(Case(**one["case"]), tuple(Moment(**moment) for moment in one["moments"])) for one in told]
    return {one.case: one for one in outcomes}


def keep_in(path: Path, outcomes: Sequence[Outcome]) -> None:
    """Remember outcomes in a file, behind those that are there."""
    with path.open("a") as file:
        file.writelines(json.dumps(asdict(one)) + "\n" for one in outcomes)
