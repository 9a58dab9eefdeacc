"""Genes, their values and how they change, as a person reads them."""

from collections.abc import Collection, Mapping, Sequence

from evolve.presentation import Presentation
from evolve.records.genome import Genome, Value
from evolve.records.shares import Shares
from evolve.words import fraction_in_words, listed, one_line

_SOME, _NEARLY_ALL = 8, 92
"""Hundredths: less than the first is some, more than the other nearly all."""

_MOST_GROUPS = 4
"""Groups whose shares are told one by one."""

_LITTLE, _MUCH, _WORTH_TELLING = 8, 30, 3
"""Hundredths that change their group: less than the first is a little, the second is much; and those of one group."""


def value_in_words(value: Value | None, *, digits: int = 3) -> str:
    """A gene's value, short: 3 significant digits, ``yes`` and ``no``, ``off`` where the gene is inactive.

    Shares are told as ``two thirds jig, a quarter reel, some hornpipe``, the largest first.
    """
    if value is None:
        return "off"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Shares):
        return _shares(value)
    if isinstance(value, float):
        return _number(value, digits)
    return one_line(value)


def change_in_words(before: Value | None, after: Value | None) -> str:
    """A change such as ``64 → 96``, with as many digits as it takes to see the difference; ``more jig, less reel``."""
    if isinstance(before, Shares) and isinstance(after, Shares) and before.names == after.names and before != after:
        return _shift(before, after)
    for digits in (3, 4, 6, 17):
        told = value_in_words(before, digits=digits), value_in_words(after, digits=digits)
        if told[0] != told[1]:
            break
    return f"{told[0]} → {told[1]}"


def genome_in_words(
    genome: Genome, presentation: Presentation, *, leaving_out: Collection[str] = ()
) -> list[tuple[str, tuple[str, ...]]]:
    """A genome in a few short phrases, such as ``lstm 2×96``, ``batch 64``, ``nadam``, each with the genes it tells.

    Args:
        genome: What to tell.
        presentation: How its domain calls genes.
        leaving_out: Genes that need not be told, such as those that are the same in all.
    """
    told = {gene: value for gene, value in genome.genes if gene not in leaving_out}
    phrases = []
    for genes, template in presentation.gene_phrases:
        if all(gene in genome for gene in genes) and any(gene in told for gene in genes[-2:]):
            phrases.append((template.format(**{gene: value_in_words(genome[gene]) for gene in genes}), genes))
            told = {gene: value for gene, value in told.items() if gene not in genes}
    told = {gene: value for gene, value in told.items() if value is not False}
    return [*phrases, *((_gene_in_words(gene, value, presentation), (gene,)) for gene, value in told.items())]


def changes_in_words(changed: Mapping[str, Sequence[Value | None]], presentation: Presentation) -> list[str]:
    """What changed from a parent: ``batch 64 → 96``, by the names that a domain has for genes."""
    names = {gene: presentation.gene_names.get(gene) or one_line(gene) for gene in changed}
    return [f"{names[gene]} {change_in_words(before, after)}" for gene, (before, after) in changed.items()]


def _gene_in_words(gene: str, value: Value, presentation: Presentation) -> str:
    name = presentation.gene_names.get(gene)
    if value is True:
        return one_line(gene)
    if isinstance(value, Shares) or (isinstance(value, str) and name is None):
        return value_in_words(value)
    return f"{name or one_line(gene)} {value_in_words(value)}"


def _number(value: float, digits: int) -> str:
    if value != 0 and abs(value) < 1e-3:  # noqa: PLR2004 - more zeros than a glance can count
        mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
        mantissa = mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa
        return f"{mantissa}e{int(exponent)}"
    return f"{value:,.0f}" if abs(value) >= 10**digits else f"{value:.{digits}g}"


def _shares(shares: Shares) -> str:
    """The large shares one by one, the others together."""
    counts = [(one_line(name), round(100 * share)) for name, share in shares.parts if share]
    counts.sort(key=lambda pair: -pair[1])
    named = [pair for pair in counts[:_MOST_GROUPS] if pair[1] >= _SOME] or counts[:1]
    rest = counts[len(named) :]
    told = [f"{_fraction(count)} {name}" for name, count in named]
    if rest:
        names = listed([name for name, _ in rest]) if len(rest) <= 2 else f"of {len(rest)} others"  # noqa: PLR2004
        told.append(f"{_fraction(sum(count for _, count in rest))} {names}")
    return ", ".join(told)


def _fraction(hundredths: int) -> str:
    """``some``, ``two thirds``, ``nearly all``, ``all``."""
    if hundredths < _SOME:
        return "some"
    if hundredths > _NEARLY_ALL:
        return "all" if hundredths == 100 else "nearly all"  # noqa: PLR2004 - the whole
    return fraction_in_words(hundredths / 100)


def _shift(before: Shares, after: Shares) -> str:
    """``more jig, less reel``: what matters most of what changed."""
    changes = {name: round(100 * (after[name] - share)) for name, share in before.parts}
    more = sorted((name for name in changes if changes[name] > 0), key=lambda name: -changes[name])
    less = sorted((name for name in changes if changes[name] < 0), key=lambda name: changes[name])
    moved = sum(changes[name] for name in more)
    degree = "a little " if moved < _LITTLE else "much " if moved >= _MUCH else ""
    return f"{degree}more {_groups(more, changes)}, less {_groups(less, changes)}"


def _groups(names: Sequence[str], changes: Mapping[str, int]) -> str:
    """The first of the groups that changed most, and the second where that is worth telling."""
    second = [name for name in names[1:2] if abs(changes[name]) >= _WORTH_TELLING]
    return listed([one_line(name) for name in (names[0], *second)])
