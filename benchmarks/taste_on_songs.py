"""Claim: by taste a listener finds in half the generations networks that are liked as much as by plain evolution.

Networks of ``quick.yaml`` are trained as in a run, and composed songs are measured, once and for all. Before this table
searches meet the same listeners, who like hidden features of songs and rank six networks by the three songs that a run
would put before them, with noise of 0.3 of the standard deviation between networks:

* taste, plain: our breeding with the model of taste and without. In place of each genome that is bred the listener
  hears the network of the table that is nearest to it and was not heard yet;
* random: five networks by lot, and the first of the last ranking.

The champion is the first of the last ranking, whatever the search. It is told by two hundred songs that nobody heard:
in how many of a hundred networks less is liked, and the gap to the best network of the table in percent of what the
mean network misses. Means with bootstrapped 95 % intervals, and Wilcoxon's signed-rank test against plain evolution on
the same listeners.

    python -m benchmarks.taste_on_songs --make songs.npz                # 200 networks: an hour and a half of one core
    python -m benchmarks.taste_on_songs songs.npz --listeners 30        # ten minutes
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from benchmarks.pairing import table as as_table
from benchmarks.pairing import use_one_thread

if TYPE_CHECKING:
    from benchmarks.song_listeners import SongListener
    from benchmarks.song_searches import Rankings, TrainedNetworks
    from benchmarks.song_table import SongTable

HALF: Final = 2
"""Generations, of four."""

AMONG: Final = 100
"""Networks, of which those are counted that are liked less."""

_ALL: Final = "all"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one search before one listener, after each generation.

    Attributes:
        kind: Of the listener.
        search: Its name.
        seed: Of the listener, and of the search.
        percentiles: Of a hundred networks, how many are liked less than the champion.
        gaps: What the champion misses to the best network, in percent of what the mean network misses.
        best_gaps: The same of the best network heard so far, whom the listener need not have found the best.
    """

    kind: str
    search: str
    seed: int
    percentiles: tuple[float, ...]
    gaps: tuple[float, ...]
    best_gaps: tuple[float, ...]


def main() -> None:
    """Train networks, or let searches meet listeners and print the tables."""
    options = _parser().parse_args()
    use_one_thread()
    from benchmarks.song_table import SongTable  # noqa: PLC0415 - once the threads are set

    if options.make:
        from benchmarks.song_making import make_table  # noqa: PLC0415

        make_table(options.table, options.networks)
        return
    table = SongTable.loaded(options.table)
    outcomes = measured(table, range(options.first, options.first + options.listeners))
    print(tables(outcomes))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("table", type=Path, help="the file of the networks")
    parser.add_argument("--make", action="store_true", help="train the networks that the file lacks, and do no more")
    parser.add_argument("--networks", type=int, default=200, help="how many are made (default: 200)")
    parser.add_argument("--listeners", type=int, default=30, help="of each kind (default: 30)")
    parser.add_argument("--first", type=int, default=0, help="the first listener's seed (default: 0)")
    return parser


def measured(table: "SongTable", seeds: Sequence[int]) -> list[Outcome]:
    """All searches before listeners of all kinds, and a line on the table."""
    from benchmarks.song_listeners import KINDS, SongListener, liked_features  # noqa: PLC0415
    from benchmarks.song_searches import SEARCHES, TrainedNetworks, rankings_of  # noqa: PLC0415
    from benchmarks.song_table import SPACE  # noqa: PLC0415

    networks = TrainedNetworks(table)
    liked = ", ".join(table.features[place] for place in liked_features(table))
    print(f"{len(table.networks)} networks of {SPACE}; may be liked: {liked}.\n{_how_near(networks)}", flush=True)
    outcomes = []
    for kind in KINDS:
        for seed in seeds:
            listener = SongListener.drawn(kind, table, seed)
            outcomes += [
                _outcome(kind, search, listener, rankings_of(search, listener, networks, seed)) for search in SEARCHES
            ]
    return outcomes


def _how_near(networks: "TrainedNetworks") -> str:
    """How much is lost where a bred genome gives way to a network of the table."""
    rng = np.random.default_rng(0)
    distances = np.array([networks.distances(networks.space.sample(rng)) for _ in range(AMONG)])
    nearest, middle = distances.min(axis=1).mean(), distances.mean()
    return f"A random genome lies {nearest:.2f} from the nearest network, and {middle:.2f} from the mean one."


def _outcome(kind: str, search: str, listener: "SongListener", rankings: "Rankings") -> Outcome:
    utility = listener.utility
    champions = utility[[ranking[0] for ranking in rankings]]
    best = np.maximum.accumulate([utility[ranking].max() for ranking in rankings])
    rng = np.random.default_rng(listener.seed)
    others = utility[rng.permutation(len(utility))[:AMONG]]
    percentiles = [100 * float((others < one).mean()) for one in champions]
    gaps, best_gaps = (100 * (1 - one / utility.max()) for one in (champions, best))
    return Outcome(kind, search, listener.seed, tuple(percentiles), tuple(gaps.tolist()), tuple(best_gaps.tolist()))


def tables(outcomes: Sequence[Outcome]) -> str:
    """How good champions are after each generation, and when taste has what plain evolution has at the end."""
    kinds = [*dict.fromkeys(one.kind for one in outcomes), _ALL]
    parts = [
        f"{title}\n\n{_table(outcomes, kinds, measure)}"
        for measure, title in (
            ("percentiles", "The champion: networks of a hundred that are liked less; more is better"),
            ("gaps", "The champion: what is missing to the best network, percent; less is better"),
            ("best_gaps", "The best network heard so far: what is missing, percent; less is better"),
        )
    ]
    claims = as_table(
        (
            "listener",
            "plain after 4",
            "taste after 2",
            "taste after 2 less plain after 4",
            "taste has it in generation",
        ),
        [_claim(outcomes, kind) for kind in kinds],
    )
    return "\n\n".join(
        [*parts, f"When taste has what plain evolution has at the end, by the champion's gap\n\n{claims}"]
    )


def _table(outcomes: Sequence[Outcome], kinds: Sequence[str], measure: str) -> str:
    from benchmarks.taste_tables import difference_in_words, mean_in_words  # noqa: PLC0415

    searches = [*dict.fromkeys(one.search for one in outcomes)]
    generations = range(len(outcomes[0].gaps))
    rows = []
    for kind in kinds:
        plain = [_after(outcomes, kind, "plain", measure, generation) for generation in generations]
        for search in searches:
            own = [_after(outcomes, kind, search, measure, generation) for generation in generations]
            more = ["" if search == "plain" else difference_in_words(own[n], plain[n]) for n in (HALF - 1, -1)]
            rows.append([kind, search, str(len(own[0])), *(mean_in_words([*one.values()]) for one in own), *more])
    heads = [f"after {generation + 1}" for generation in generations]
    more_heads = [f"more than plain {heads[generation]}" for generation in (HALF - 1, -1)]
    return as_table(["listener", "search", "listeners", *heads, *more_heads], rows)


def _claim(outcomes: Sequence[Outcome], kind: str) -> list[str]:
    from benchmarks.taste_tables import difference_in_words, mean_in_words  # noqa: PLC0415

    generations = range(len(outcomes[0].gaps))
    plain = _after(outcomes, kind, "plain", "gaps", generations[-1])
    own = [_after(outcomes, kind, "taste", "gaps", generation) for generation in generations]
    means = [np.mean([*one.values()]) for one in own]
    first = next((str(n + 1) for n in generations if means[n] <= np.mean([*plain.values()])), "none")
    half = own[HALF - 1]
    return [kind, *(mean_in_words([*one.values()]) for one in (plain, half)), difference_in_words(half, plain), first]


def _after(
    outcomes: Sequence[Outcome], kind: str, search: str, measure: str, generation: int
) -> dict[tuple[str, int], float]:
    """A number after a generation, by listener."""
    return {
        (one.kind, one.seed): getattr(one, measure)[generation]
        for one in outcomes
        if one.search == search and kind in (one.kind, _ALL)
    }


if __name__ == "__main__":
    main()
