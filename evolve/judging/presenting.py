"""Who of a generation is put before a listener, and under which blind letter: no name tells where one comes from.

A person cannot order a thousand candidates. As in interactive evolution at large (Takagi, H. (2001), "Interactive
evolutionary computation", Proceedings of the IEEE 89(9), on the fatigue of users), those who are presented are chosen
by what can be computed.
"""

import math
from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType

from evolve.randomness import derive_rng

_SECOND = "'"
"""Behind the id of somebody who is presented twice, for the second appearance: nobody is born with such an id."""

_NOBODY: Mapping[str, str] = MappingProxyType({})
_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def second_of(name: str) -> str:
    """The id under which somebody is presented a second time."""
    return f"{name}{_SECOND}"


def original_of(name: str) -> str:
    """Whose second appearance an id is; of all others, the id itself."""
    return name.removesuffix(_SECOND)


def blind_letters(
    ids: Sequence[str], *, seed: int, generation: int, listener: str, before: Mapping[str, str] = _NOBODY
) -> dict[str, str]:
    """Who hides behind each letter, shuffled anew for each listener and generation.

    Somebody who is heard again has another letter than in the generation before, or the letter would give them away.

    Args:
        ids: The candidates of one generation, in any order.
        seed: The run's seed.
        generation: From 0.
        listener: The listener's name; each has letters of their own.
        before: Letter to id in the generation before, for this listener.

    Returns:
        Letter to id, in the order of the letters: A … Z, AA, AB, …; the same for the same arguments, whatever the
        order of the ids.
    """
    rng = derive_rng(seed, "letters", generation, listener)
    while True:
        shuffled = rng.permutation(sorted(ids)).tolist()
        letters = {letter_name(place): str(candidate) for place, candidate in enumerate(shuffled)}
        if len(letters) == 1 or not _owners(letters) & _owners(before):
            return letters


def _owners(letters: Mapping[str, str]) -> set[tuple[str, str]]:
    """Each letter with whoever has it, in a first or a second appearance."""
    return {(letter, original_of(name)) for letter, name in letters.items()}


def letter_name(place: int) -> str:
    """The letter at a place from 0: A … Z, AA, AB, … as spreadsheets name their columns."""
    name = ""
    place += 1
    while place:
        place, last = divmod(place - 1, len(_ALPHABET))
        name = _ALPHABET[last] + name
    return name


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
