"""What searches came to, as tables and as curves."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from scipy import stats

from benchmarks.pairing import table
from benchmarks.taste_runs import NEAR, Moment, Outcome
from benchmarks.taste_searches import POPULATION

_AFTER: Final = (24, 48)
"""New candidates heard."""

_NEAR: Final = (5.0, NEAR)

_FEWEST: Final = 6
"""Judges, below which a test says nothing."""

_COLOURS: Final = {"taste": "#c1272d", "plain": "#0000a7", "random": "#777777"}


def gap_tables(outcomes: Sequence[Outcome], *, of_whole_range: bool) -> str:
    """The gaps of the best heard, and of the champion.

    Args:
        outcomes: Of all searches and kinds.
        of_whole_range: Whether the worst genome is 100 %, not the mean random one.
    """

    def scaled(gap: Callable[[Moment], float]) -> Callable[[Moment], float]:
        return lambda one: gap(one) * (one.spread if of_whole_range else 1.0)

    compared = [*outcomes, *map(_by_hearings, [one for one in outcomes if one.case.search == "truncation"])]
    kinds = [*dict.fromkeys(one.case.kind for one in outcomes)]
    compared.sort(key=lambda one: kinds.index(one.case.kind))
    whom = {"The best heard so far": lambda one: one.best, "The champion": lambda one: one.champion}
    scale = "percent of the range from the worst genome" if of_whole_range else "percent of what random genomes miss"
    return "\n\n".join(
        f"{title}: what is missing to the best, {scale}\n\n{_gap_table(compared, scaled(gap))}"
        for title, gap in whom.items()
    )


def found_table(outcomes: Sequence[Outcome], most: int) -> str:
    """How many are heard until one is near the best, of at most so many."""
    heads = ["judge", "search", "judges"]
    heads += [
        f"{what} within {percent:g} %" for percent in _NEAR for what in ("median until", "share of judges with one")
    ]
    rows = []
    for kind, search, own in _grouped(outcomes):
        row = [kind, search, str(len(own))]
        for percent in _NEAR:
            after = np.array([one.found_after(percent) for one in own])
            row += [f"{np.median(after):.0f}".replace("inf", f"> {most}"), f"{np.mean(after <= most):.0%}"]
        rows.append(row)
    return table(heads, rows)


def draw(outcomes: Sequence[Outcome], path: Path) -> None:
    """Draw how the gap of the best heard closes, a panel for each kind of judge."""
    import matplotlib.pyplot as plt  # noqa: PLC0415 - takes a second

    kinds = list(dict.fromkeys(one.case.kind for one in outcomes))
    figure, panels = plt.subplots(
        -(-len(kinds) // 4), min(len(kinds), 4), figsize=(11, 2.8 * -(-len(kinds) // 4)), sharey=True, squeeze=False
    )
    heard = range(8, 49)
    for panel, kind in zip(panels.flat, kinds, strict=False):
        for _, search, own in _grouped([one for one in outcomes if one.case.kind == kind]):
            gaps = np.mean([[one.after(new, lambda moment: moment.best) for new in heard] for one in own], axis=0)
            panel.plot(heard, gaps, label=search, color=_COLOURS.get(search), lw=2 if search == "taste" else 1)
        panel.set(title=kind, xlabel="candidates heard", xlim=(8, 48), ylim=(0, 70))
    panels[0][0].set_ylabel("gap to the best, %")
    panels[0][0].legend(frameon=False, fontsize=8)
    figure.tight_layout()
    figure.savefig(path, dpi=90)


def _by_hearings(outcome: Outcome) -> Outcome:
    """The outcome of who hears candidates often, at the cost of those who hear one of each eight again."""
    moments = [replace(one, new=round(one.heard * (POPULATION - 1) / POPULATION) + 1) for one in outcome.moments]
    return replace(outcome, case=replace(outcome.case, search="truncation, equal hearings"), moments=tuple(moments))


def _gap_table(outcomes: Sequence[Outcome], gap: Callable[[Moment], float]) -> str:
    heads = ["judge", "search", "judges"]
    heads += [f"{what} {new}" for new in _AFTER for what in ("mean after", "median after", "more than taste after")]
    reference = {
        (own[0].case.kind, new): _by_seed(own, new, gap)
        for _, search, own in _grouped(outcomes)
        for new in _AFTER
        if search == "taste"
    }
    rows = []
    for kind, search, own in _grouped(outcomes):
        row = [kind, search, str(len(own))]
        for new in _AFTER:
            gaps = _by_seed(own, new, gap)
            row += [mean_in_words(list(gaps.values())), f"{np.median(list(gaps.values())):.1f}"]
            row.append("" if search == "taste" else difference_in_words(gaps, reference.get((kind, new), {})))
        rows.append(row)
    return table(heads, rows)


def _grouped(outcomes: Sequence[Outcome]) -> list[tuple[str, str, list[Outcome]]]:
    """Kind, search and outcomes, in order of the first."""
    groups: dict[tuple[str, str], list[Outcome]] = {}
    for one in outcomes:
        groups.setdefault((one.case.kind, one.case.search), []).append(one)
    return [(kind, search, own) for (kind, search), own in groups.items()]


def _by_seed(outcomes: Sequence[Outcome], new: int, gap: Callable[[Moment], float]) -> dict[int, float]:
    return {one.case.seed: one.after(new, gap) for one in outcomes}


def mean_in_words(gaps: Sequence[float]) -> str:
    """The mean, with the interval that resampling gives."""
    if len(gaps) < _FEWEST:
        return f"{np.mean(gaps):.1f}"
    ends = stats.bootstrap((gaps,), np.mean, method="percentile", rng=np.random.default_rng(0)).confidence_interval
    return f"{np.mean(gaps):.1f} ({ends.low:.1f}–{ends.high:.1f})"


def difference_in_words(gaps: Mapping[Any, float], reference: Mapping[Any, float]) -> str:
    """How much more is missing than with taste, judge by judge."""
    more = np.array([gaps[seed] - reference[seed] for seed in gaps if seed in reference])
    if not len(more):
        return ""
    if len(more) < _FEWEST or not more.any():
        return f"{more.mean():+.1f}"
    return f"{more.mean():+.1f} (p = {stats.wilcoxon(more).pvalue:.2g})"
