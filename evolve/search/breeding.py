"""The generation that follows a ranked one: whom its ranking lets breed, also where listeners want the opposite."""

from collections.abc import Mapping

from evolve.errors import DamagedStoreError
from evolve.genetics.breeding import Offspring
from evolve.genetics.selection import Fitness
from evolve.genetics.space import SearchSpace
from evolve.guidance.breeding import breed_by_taste
from evolve.guidance.guide import Guide
from evolve.records.expectation import Expectation
from evolve.records.run import BallotRecord, GenerationRecord, RunRecord
from evolve.search.candidates import candidates_of
from evolve.search.halving import plan_with_rung
from evolve.search.run_facts import core_of
from evolve.search.taste import heard_of
from evolve.words import listed


def bred_after(
    run: RunRecord, generation: GenerationRecord, space: SearchSpace, guide: Guide | None = None
) -> tuple[Offspring, Mapping[str, Expectation]]:
    """The next generation, and what is expected of its members by id; nothing where ballots compare nobody.

    Args:
        run: Nobody is born yet in the next generation.
        generation: Its newest, which is ranked.
        space: The run's.
        guide: What is known of the listeners by all ballots so far; None: it is found.

    Raises:
        SpaceError: Every genome of the space was born already.
    """
    core = core_of(run)
    return breed_by_taste(
        heard_of(run, with_ballots=core.taste),
        _fitness(run, generation),
        space,
        plan_with_rung(core, kept=min(core.elites, core.population - 1)),
        generation=generation.index + 1,
        seed=core.seed,
        favourites=generation.loved,
        guide=guide,
    )


def undecided_in_words(run: RunRecord, generation: GenerationRecord) -> str:
    """That several listeners leave open who breeds, and what can be done about it; empty where they do not.

    Their ballots leave it open where members who share a rank are on both sides of who comes back, or becomes a parent.
    Nothing is told where the store is damaged so that the run cannot go on.
    """
    ballots = generation.ballots
    try:
        core = core_of(run)
    except DamagedStoreError:
        return ""
    ranks = sorted(entry.rank for entry in generation.ranking.values() if not entry.rejected)
    open_ranks = [ranks[count] for count in (core.elites, core.parents) if 0 < count < len(ranks)
                  and ranks[count - 1] == ranks[count]]  # fmt: skip
    if len(ballots) < 2 or not open_ranks:  # noqa: PLR2004
        return ""
    even = ranks.count(open_ranks[0])
    firsts = [(one.listener, one.ballot.places[0][0]) for one in ballots if one.ballot.tiers]
    branches = [f"evolve branch {run.reference} --from {name} (first for {listener})" for listener, name in firsts]
    return (
        f"{listed([listener for listener, _ in firsts])} leave {even} of {len(generation.ranking)} even, so the first "
        f"of each are taken in turn. A branch follows one of them alone: {' or '.join(branches)}; a run that is begun "
        f"with --elites {len(firsts)} brings back the first of each"
    )


def _fitness(run: RunRecord, generation: GenerationRecord) -> dict[str, Fitness]:
    """Everyone's fitness, in the order that decides between those who share a rank: each listener's first in turn.

    Whom no listener heard comes after all who were, by the rule of screening. They come before the rejected all the
    same, who are none for breeding: nobody has said a word against them.
    """
    last = len(generation.members) + 1
    candidates = candidates_of(run, generation)
    unheard = candidates.unheard if candidates else ()
    ranks = {name: last + place for place, name in enumerate(unheard, start=1)}
    ranking = generation.ranking
    return {
        name: Fitness(ranking[name].rank, ranking[name].rejected) if name in ranking else Fitness(ranks.get(name, last))
        for name in _in_turn(generation)
    }


def _in_turn(generation: GenerationRecord) -> list[str]:
    """The members as listeners like them, each listener's first in turn; another listener begins in each generation.

    The listeners' names decide their turns, whoever hands in first. Slots decide where one listener ties members.
    """
    ballots = sorted(generation.ballots, key=lambda one: one.listener)
    begins = generation.index % len(ballots) if ballots else 0
    turns = [*ballots[begins:], *ballots[:begins]]
    return sorted(generation.members, key=lambda name: _first_turn(name, turns))


def _first_turn(name: str, ballots: list[BallotRecord]) -> tuple[float, int]:
    """The best rank that any ballot gives somebody, and the turn of that ballot."""
    ranks = [(float(one.ballot.ranks.get(name, len(one.ballot.ids) + 1)), turn) for turn, one in enumerate(ballots)]
    return min(ranks, default=(0.0, 0))
