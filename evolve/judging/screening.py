"""Screening: who of a large generation is put before a listener.

A person cannot order a thousand candidates. As in interactive evolution at large (Takagi, H. (2001), "Interactive
evolutionary computation", Proceedings of the IEEE 89(9), on the fatigue of users), those who are heard are chosen by
what can be computed.
"""

import math
from collections.abc import Collection, Mapping, Sequence

from evolve.randomness import derive_rng


def screened(
    ids: Sequence[str], scores: Mapping[str, float | None], *, elites: Collection[str], seed: int, generation: int
) -> tuple[str, ...]:
    """Everyone, in the order in which they are put before a listener; so many of the first are as can be heard.

    Those who came back to be heard again stand first, then whoever has the lower score; whoever has none, or one that
    is no number, stands last. Chance decides between equals: so without any score the first are a sample.

    Args:
        ids: The members of one generation, in any order.
        scores: By id.
        elites: Who came back to be heard again.
        seed: The run's seed.
        generation: From 0.

    Returns:
        The ids; the same for the same arguments, whatever their order.
    """
    rng = derive_rng(seed, "screening", generation)
    lots = {str(one): place for place, one in enumerate(rng.permutation(sorted(ids)).tolist())}

    def place(one: str) -> tuple[bool, bool, float, int]:
        score = scores.get(one)
        known = 0.0 if score is None or math.isnan(score) else score
        return one not in elites, known != score, known, lots[one]

    return tuple(sorted(ids, key=place))
