"""Why the model of taste chose somebody, in words."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from evolve.genetics.space import SearchSpace
from evolve.guidance.points import is_new
from evolve.records.expectation import Expectation
from evolve.records.genome import Genome, Value
from evolve.spaces import value_in_words
from evolve.words import listed, ordinal

_MOST_NEWS: Final = 2

BY_EARLIER_RUN: Final = "chosen by the rankings of an earlier run"
"""Of founders, before anybody was heard."""


def hope_in_words(chance: float, favourite: str, listener: str, news: str) -> str:
    """Such as ``15% likely to be liked more than g2-3, the favourite so far; tries arms 4, which nobody has judged``.

    Args:
        chance: How likely it is liked more than the favourite, from 0 to 1.
        favourite: The id of whom the model expects to be liked most of all heard so far.
        listener: For whom it was chosen, where there are several; else empty.
        news: What nobody has judged yet, as `news_in_words` says it.
    """
    pleases = (
        f"chosen for {listener}: {chance:.0%} likely to please" if listener else f"{chance:.0%} likely to be liked"
    )
    return f"{pleases} more than {favourite}, the favourite so far{f'; {news}' if news else ''}"


def with_place(name: str, expected: Mapping[str, Expectation], chosen: Expectation) -> Expectation:
    """What is expected of somebody who was chosen, with its place in its generation before the other reasons.

    Args:
        name: The id of whom was chosen.
        expected: Of all members of its generation, by id.
        chosen: Why it was chosen, and for whom.
    """
    likings = [one.of_listeners[chosen.chosen_for] for one in expected.values()]
    own, deviations = expected[name].of_listeners[chosen.chosen_for], [one.deviation for one in expected.values()]
    place = f"expected {ordinal(1 + sum(one > own for one in likings))} of {len(expected)}"
    less_sure = sum(one > expected[name].deviation for one in deviations)
    surer = sum(one < expected[name].deviation for one in deviations)
    two_thirds = 2 * len(expected) / 3
    sure = ", a safe guess" if less_sure >= two_thirds else ", a gamble" if surer >= two_thirds else ""
    return replace(expected[name], why=f"{place}{sure}; {chosen.why}", chosen_for=chosen.chosen_for)


def news_in_words(genome: Genome, heard: Sequence[Mapping[str, Value]], space: SearchSpace) -> str:
    """Such as ``tries arms 4, which nobody has judged``; empty where nothing of a genome is new.

    Args:
        genome: Of somebody who was not heard.
        heard: The genes of everyone who was.
        space: Whose genes they are.
    """
    values = genome.as_dict()
    new = [
        f"{gene.name.replace('_', ' ')} {value_in_words(values[gene.name])}"
        for gene in space.genes
        if gene.name in values
        and is_new(gene, values[gene.name], [one[gene.name] for one in heard if gene.name in one])
    ]
    return f"tries {listed(new[:_MOST_NEWS])}, which nobody has judged" if new else ""
