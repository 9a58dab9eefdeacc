"""How many children could be trained before a ballot is in.

While a listener ranks, machines could train the children of the ranking that is expected. That helps only as far as
the children of the real ranking are the same: the same genome in the same place, which gives the same network. Asked
of two forecasts: the order of the expected utilities, by a model of the listener's taste that has heard all ballots
before; and the ballot itself but for its last move, two neighbours exchanged, as a half-made ballot would show it.
"""

import argparse
from collections.abc import Callable, Mapping, Sequence
from statistics import fmean

import numpy as np
from threadpoolctl import threadpool_limits

from benchmarks.pairing import table
from benchmarks.taste_judges import Judge, judge_of, toy_space
from benchmarks.taste_runs import NOISE
from benchmarks.taste_searches import POPULATION, Candidates
from evolve import Breeder
from evolve.breeder import Member

KINDS = ("additive", "interacting", "conditional", "peaks")
PARENTS = 3

Order = list[str]
Forecast = Callable[[Breeder, Sequence[Member], Order], Order]
Shares = tuple[float, float]
"""Of the children, and of the generations, those that were foreseen."""


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.foreseen_children", description=__doc__)
    parser.add_argument("--judges", type=int, default=10, help="of each kind [10]")
    parser.add_argument("--generations", type=int, default=6, help="that are ranked, after the first [6]")
    given = parser.parse_args()
    rows = []
    with threadpool_limits(1):
        for forecast in (by_expectation, but_for_a_move):
            for taste in (True, False):
                asked = [
                    shares_foreseen(judge_of(kind, seed, whole=False, noise=NOISE), forecast, given.generations, taste)
                    for kind in KINDS
                    for seed in range(given.judges)
                ]
                children, parents = (f"{fmean(column):.0%}" for column in zip(*asked, strict=True))
                rows.append([forecast.__name__.replace("_", " "), "on" if taste else "off", children, parents])
    print(table(["forecast", "taste", "children foreseen", f"the best {PARENTS} foreseen"], rows))


def by_expectation(breeder: Breeder, members: Sequence[Member], order: Order) -> Order:  # noqa: ARG001
    """The order of the expected utilities."""
    expected = breeder.predict([member.genome for member in members]) or []
    places = np.argsort([-liking for liking, _ in expected], kind="stable")
    return [members[place].id for place in places]


def but_for_a_move(breeder: Breeder, members: Sequence[Member], order: Order) -> Order:  # noqa: ARG001
    """The order itself, but that two neighbours are exchanged, another two in each generation."""
    place = breeder.generation % (len(order) - 1)
    return [*order[:place], order[place + 1], order[place], *order[place + 2 :]]


def shares_foreseen(judge: Judge, forecast: Forecast, generations: int, taste: bool) -> Shares:  # noqa: FBT001
    """How often a forecast of one judge's rankings gave the same children, and the same parents.

    Plain evolution has no model: there the forecast is asked of one that heard the same ballots.
    """
    breeder = Breeder(toy_space(whole=False), population=POPULATION, seed=judge.seed, taste=taste)
    children, parents = list[bool](), list[bool]()
    for generation in range(generations + 1):
        members = breeder.ask()
        order = _order_of(judge, members, generation)
        state = breeder.state()
        breeder.tell(order)
        if generation:
            guide = Breeder.from_state({**state, "taste": True})
            thought = forecast(guide, members, order)
            ahead = Breeder.from_state(state)
            ahead.tell(thought)
            trained = _born(ahead, members)
            children += [trained.get(name) == genome for name, genome in _born(breeder, members).items()]
            parents.append({*thought[:PARENTS]} == {*order[:PARENTS]})
    return fmean(children), fmean(parents)


def _order_of(judge: Judge, members: Sequence[Member], generation: int) -> Order:
    candidates: Candidates = {member.id: member.genome for member in members}
    tiers = judge.orders(candidates, generation)[0]
    return [name for tier in tiers for name in tier]


def _born(breeder: Breeder, before: Sequence[Member]) -> dict[str, Mapping[str, object]]:
    """The genomes of a generation that were not in the one before, by id."""
    known = {member.id for member in before}
    return {member.id: member.genome for member in breeder.ask() if member.id not in known}


if __name__ == "__main__":
    main()
