"""Hypothesis strategies for genes, search spaces and genomes of every kind."""

import itertools
import math
from collections.abc import Callable, Iterator

from hypothesis import strategies as st

from evolve.genetics.gene import Gene, GeneKind
from evolve.genetics.scale import count_values, enumerate_values
from evolve.genetics.space import SearchSpace
from evolve.records.genome import Genome, Value
from evolve.records.shares import Shares

WORDS = ("lstm", "gru", "relu", "tanh", "adam", "sgd", "a b", "ß")
MOST_VALUES = 40
"""A numeric gene of a drawn enumerable space has at most so many values."""

names = st.sampled_from(("cell", "depth", "width", "dropout", "batch_size", "learning_rate", "activation"))

_steps = st.sampled_from((0.05, 0.1, 0.25, 0.3, 1.0, 2.5))
_lows = st.sampled_from((0.0, 0.1, 0.7, 1.0, 3.0, 20.0))


@st.composite
def stepped_genes(draw: st.DrawFn, name: str = "gene") -> Gene:
    """An int or float with finitely many values, on a linear or a log scale; sometimes a single point."""
    kind = draw(st.sampled_from((GeneKind.INT, GeneKind.FLOAT)))
    if draw(st.booleans()):
        low, ratio = draw(st.integers(1, 64)), draw(st.integers(2, 10))
        high = low * ratio ** draw(st.integers(0, 5)) + draw(st.integers(0, 1))
        scale = 1 if kind is GeneKind.INT else draw(st.sampled_from((1, 1e-3, 0.1)))
        return Gene(name, kind, low * scale, high * scale, ratio, "log")
    if kind is GeneKind.INT:
        step = draw(st.integers(1, 64))
        low = draw(st.integers(0, 500))
        return Gene(name, kind, low, low + draw(st.integers(0, MOST_VALUES * step - 1)), step)
    step_size, lowest = draw(_steps), draw(_lows)
    highest = lowest + step_size * draw(st.integers(0, MOST_VALUES - 1)) + draw(st.sampled_from((0.0, 0.01)))
    return Gene(name, kind, lowest, highest, step_size)


@st.composite
def whole_genes(draw: st.DrawFn, name: str = "gene", most_values: int = 3_000) -> Gene:
    """An int that may have every value of its range, on a linear or a log scale."""
    low = draw(st.integers(1, 5000))
    sampling = draw(st.sampled_from(("linear", "log")))
    return Gene(name, GeneKind.INT, low, low + draw(st.integers(0, most_values - 1)), None, sampling)


@st.composite
def continuous_genes(draw: st.DrawFn, name: str = "gene") -> Gene:
    """A float without a step, on a linear or a log scale; its range may be very narrow, but is no point."""
    sampling = draw(st.sampled_from(("linear", "log")))
    low = draw(st.floats(1e-6, 0.9)) if sampling == "log" else draw(st.floats(0.0, 0.9))
    high = draw(st.one_of(st.floats(low + 1e-6, 1.0), st.floats(low + 1e-6, 1000.0)))
    return Gene(name, GeneKind.FLOAT, low, high, None, sampling)


@st.composite
def wordy_genes(draw: st.DrawFn, name: str = "gene") -> Gene:
    """A choice (of words, numbers or booleans; ordered or not), a boolean or a fixed value."""
    kind = draw(st.sampled_from((GeneKind.CHOICE, GeneKind.BOOLEAN, GeneKind.FIXED)))
    if kind is GeneKind.BOOLEAN:
        return Gene(name, kind, values=(False, True), default=draw(st.sampled_from((None, False, True))))
    one_type: tuple[st.SearchStrategy[Value], ...] = (
        st.sampled_from(WORDS),
        st.integers(0, 512),
        st.sampled_from((0.0, 0.1, 0.25, 0.5)),
        st.booleans(),
    )
    values = tuple(draw(st.lists(draw(st.sampled_from(one_type)), min_size=1, max_size=5, unique=True)))
    if kind is GeneKind.FIXED:
        return Gene(name, kind, values=values[:1])
    default = draw(st.sampled_from((None, *values)))
    return Gene(name, kind, values=values, ordered=draw(st.booleans()), default=default)


GROUPS = ("jig", "reel", "hornpipe", "6/8", "1850", "valses d'été")


def shares_genes(name: str = "gene") -> st.SearchStrategy[Gene]:
    """A gene of shares of two groups or more."""
    groups = st.lists(st.sampled_from(GROUPS), min_size=2, unique=True)
    return groups.map(lambda chosen: Gene(name, GeneKind.SHARES, values=tuple(chosen)))


def number(value: Value | None) -> float:
    """The value of a gene that is a number."""
    assert isinstance(value, int | float)
    return value


@st.composite
def shares(draw: st.DrawFn, groups: tuple[str, ...] | None = None) -> Shares:
    """Any shares of two groups or more, or of these groups."""
    names = groups or tuple(draw(st.lists(st.text(), min_size=2, max_size=8, unique=True)))
    cuts = sorted(draw(st.lists(st.integers(0, 100), min_size=len(names) - 1, max_size=len(names) - 1)))
    counts = [end - begin for begin, end in itertools.pairwise((0, *cuts, 100))]
    return Shares(tuple((name, count / 100) for name, count in zip(names, counts, strict=True)))


def listable_genes(name: str = "gene") -> st.SearchStrategy[Gene]:
    """A gene whose values can all be listed in a moment."""
    return st.one_of(wordy_genes(name), stepped_genes(name), whole_genes(name, MOST_VALUES))


def genes(name: str = "gene") -> st.SearchStrategy[Gene]:
    """A gene of any kind, without a condition."""
    numbers = (stepped_genes(name), whole_genes(name), continuous_genes(name))
    return st.one_of(wordy_genes(name), shares_genes(name), *numbers)


@st.composite
def spaces(draw: st.DrawFn, *, wordy: bool = False, listable: bool = False, most: int = 5) -> SearchSpace:
    """A space of up to so many genes; some depend on an earlier gene, which may depend on another.

    Args:
        draw: Hypothesis's own.
        wordy: Whether no gene shall be a number on a scale, but a word, a boolean or one of a few numbers.
        listable: Whether every gene shall have values that can be listed.
        most: Genes at most.
    """
    kind: Callable[[str], st.SearchStrategy[Gene]] = wordy_genes if wordy else listable_genes if listable else genes
    chosen: list[Gene] = []
    given_names: list[str] = draw(st.lists(names, min_size=1, max_size=most, unique=True))
    for name in given_names:
        gene = draw(kind(name))
        parents = [earlier for earlier in chosen if count_values(earlier) <= MOST_VALUES]
        depends: bool = draw(st.booleans())
        if parents and depends:
            parent = draw(st.sampled_from(parents))
            some = st.lists(st.sampled_from(enumerate_values(parent)), min_size=1, max_size=3, unique=True)
            gene = conditional(gene, parent, *draw(some))
        chosen.append(gene)
    return SearchSpace(tuple(chosen))


def conditional(gene: Gene, parent: Gene, *values: Value) -> Gene:
    """The gene, active only while its parent gene has one of these values."""
    return Gene(
        gene.name, gene.kind, gene.min_value, gene.max_value, gene.step, gene.sampling, gene.values, gene.ordered,
        gene.default, parent.name, values,
    )  # fmt: skip


def every_genome(space: SearchSpace) -> Iterator[Genome]:
    """Every genome of a small listable space, by brute force: all combinations, cut down to their active genes."""
    seen = set()
    for values in itertools.product(*(enumerate_values(gene) for gene in space.genes)):
        genome = Genome(())
        for gene, value in zip(space.genes, values, strict=True):
            if gene.is_active_in(genome):
                genome = Genome((*genome.genes, (gene.name, value)))
        if genome not in seen:
            seen.add(genome)
            yield genome


def combinations_of(space: SearchSpace) -> float:
    """How many combinations `every_genome` would go through."""
    return math.prod(count_values(gene) for gene in space.genes)
