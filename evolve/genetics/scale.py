"""The scale of a gene: its values, and where they lie in the unit interval that operators work in.

A step of the same size in the unit interval means a ratio on a log scale and a distance on a linear one. The maps are
those of keras-tuner's hyperparameters (`value_to_prob`, `prob_to_value`), without keras-tuner, whose import takes
seconds. Two things differ: a linear float with a step goes by the index of its value, where keras-tuner floor-divides
and takes 0.3 with step 0.1 back as 0.2; and a value never leaves its range, where the log scale of keras-tuner
oversteps the last whole number by one.
"""

import math

import numpy as np

from evolve.errors import SpaceError
from evolve.genetics.gene import Gene, GeneKind
from evolve.genetics.simplex import sample_shares
from evolve.records.genome import Value
from evolve.records.shares import Shares

_DIGITS = 4
"""Of a continuous value."""


def sample_value(gene: Gene, rng: np.random.Generator) -> Value:
    """A value drawn evenly on the gene's own scale; of shares, one in which a group is heard to lead."""
    if gene.kind is GeneKind.SHARES:
        return sample_shares([str(name) for name in gene.values], rng)
    return from_unit(gene, float(rng.random()))


def to_unit(gene: Gene, value: Value) -> float:
    """Where a value lies in the unit interval, 0 .. 1, on the gene's own scale."""
    if _has_even_places(gene):
        return (_place(gene, value) + 0.5) / count_values(gene)
    low, end = _smooth_range(gene)
    number = _number(value) + 0.5 if gene.kind is GeneKind.INT else _number(value)  # a whole number fills a stretch
    if gene.sampling == "log":
        return math.log(number / low) / math.log(end / low)
    return (number - low) / (end - low)


def from_unit(gene: Gene, position: float) -> Value:
    """The value at a position of the unit interval; positions outside are clipped into it."""
    position = min(max(position, 0.0), 1.0)
    if _has_even_places(gene):
        count = int(count_values(gene))
        # Not position * count: where one place ends and the next begins, rounding is to fall as in keras-tuner.
        place = min(int(position / (1 / count)), count - 1)
        return _value_at(gene, place, count)
    low, end = _smooth_range(gene)
    value = low * math.pow(end / low, position) if gene.sampling == "log" else low + position * (end - low)
    return _tidy(gene, math.floor(value) if gene.kind is GeneKind.INT else value)


def count_values(gene: Gene) -> float:
    """How many values a gene can have; `math.inf` for a float without a step and for shares."""
    if gene.kind is GeneKind.SHARES:
        return math.inf
    if not gene.is_numeric:
        return len(gene.values)
    if gene.is_point:
        return 1
    if gene.step is None:
        whole = gene.kind is GeneKind.INT
        return _high(gene) - _low(gene) + 1 if whole else math.inf
    if gene.sampling == "log":
        return math.floor(math.log(_high(gene) / _low(gene), gene.step) + 1e-8) + 1
    return math.floor((_high(gene) - _low(gene)) / gene.step + 1e-8) + 1


def enumerate_values(gene: Gene) -> tuple[Value, ...]:
    """Every value of a gene, in order; `SpaceError` when there are infinitely many."""
    count = count_values(gene)
    if count == math.inf:
        raise SpaceError(f'gene "{gene.name}" is continuous: its values cannot be listed; give it a step')
    return tuple(_value_at(gene, place, count) for place in range(int(count)))


def is_value_of(gene: Gene, value: Value) -> bool:
    """Whether a gene can have this value."""
    if gene.kind is GeneKind.SHARES:
        return isinstance(value, Shares) and value.names == gene.values
    if not gene.is_numeric:
        return any(value == own and isinstance(value, bool) == isinstance(own, bool) for own in gene.values)
    if not isinstance(value, int | float) or isinstance(value, bool) or not _low(gene) <= value <= _high(gene):
        return False
    count = count_values(gene)
    return count == math.inf or math.isclose(value, _number(_value_at(gene, _place(gene, value), count)), rel_tol=1e-9)


def neighbours(gene: Gene, value: Value) -> tuple[Value, ...]:
    """The values before and behind a value on the scale of a gene whose values can be listed: one or two."""
    count, place = count_values(gene), _place(gene, value)
    return tuple(_value_at(gene, near, count) for near in (place - 1, place + 1) if 0 <= near < count)


def _has_even_places(gene: Gene) -> bool:
    """Whether all values take equal shares of the unit interval: not so whole numbers of a log scale, nor floats."""
    is_whole_and_linear = gene.kind is GeneKind.INT and gene.sampling == "linear"
    return not gene.is_numeric or gene.is_point or gene.step is not None or is_whole_and_linear


def _place(gene: Gene, value: Value) -> int:
    """The index of a value among all, in order."""
    if not gene.is_numeric:
        return gene.values.index(value)
    if gene.sampling == "log" and gene.step is not None:
        return round(math.log(_number(value) / _low(gene), gene.step))
    return round((_number(value) - _low(gene)) / float(gene.step or 1))


def _smooth_range(gene: Gene) -> tuple[float, float]:
    """Where a scale without places starts and ends; the largest whole number has its stretch too."""
    return _low(gene), _high(gene) + 1 if gene.kind is GeneKind.INT else _high(gene)


def _value_at(gene: Gene, place: int, count: float) -> Value:
    """The value at a place, or at the nearest that there is."""
    place = int(min(max(place, 0), count - 1))
    if not gene.is_numeric:
        return gene.values[place]
    if gene.sampling == "log" and gene.step is not None:
        return _tidy(gene, _low(gene) * float(gene.step) ** place)
    return _tidy(gene, _low(gene) + place * float(gene.step or 1))


def _tidy(gene: Gene, value: float) -> Value:
    # Steps leave 0.30000000000000004 behind; four digits of a continuous value are more than training can tell apart,
    # and can be read aloud.
    is_continuous = count_values(gene) == math.inf
    value = float(f"{value:.{_DIGITS + _shared_digits(gene) if is_continuous else 12}g}")
    value = min(max(value, _low(gene)), _high(gene))
    return round(value) if gene.kind is GeneKind.INT else value


def _shared_digits(gene: Gene) -> int:
    """How many leading digits all values of a narrow range have in common, so that they say nothing."""
    size = max(abs(_low(gene)), abs(_high(gene)))
    return max(0, math.floor(math.log10(size / (_high(gene) - _low(gene)))))


def _number(value: Value) -> float:
    if not isinstance(value, int | float):
        raise TypeError(f"{value!r} is no number")
    return float(value)


def _low(gene: Gene) -> float:
    return gene.min_value if gene.min_value is not None else 0.0


def _high(gene: Gene) -> float:
    return gene.max_value if gene.max_value is not None else 0.0
