"""Hypothesis strategies: random orderings of candidates."""

from collections.abc import Sequence
from itertools import groupby

from hypothesis import strategies as st

from evolve.records.ballot import Ballot

SONG_NUMBERS = (1, 2, 3)
"""Of the songs that may be favourites."""


def names(count: int) -> tuple[str, ...]:
    """Ids such as a store would give."""
    return tuple(f"g0-{slot}" for slot in range(1, count + 1))


@st.composite
def ballots(draw: st.DrawFn, ids: Sequence[str], *, rejections: bool = True) -> Ballot:
    """Any ordering of these ids, ties, rejections and favourites included."""
    worst = len(ids) if rejections else max(0, len(ids) - 1)
    scores = draw(st.lists(st.integers(0, worst), min_size=len(ids), max_size=len(ids)))
    ranked = sorted((score, id_) for score, id_ in zip(scores, ids, strict=True) if score < len(ids))
    tiers = tuple(tuple(id_ for _, id_ in tier) for _, tier in groupby(ranked, key=lambda pair: pair[0]))
    rejected = tuple(id_ for score, id_ in zip(scores, ids, strict=True) if score == len(ids))
    favourites = st.lists(st.tuples(st.sampled_from(ids), st.sampled_from(SONG_NUMBERS)), unique=True, max_size=4)
    return Ballot(tiers, rejected, tuple(draw(favourites)) if ids else ())
