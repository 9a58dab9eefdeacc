"""Blind letters: what a listener calls the candidates, so that no name tells where one comes from."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from evolve.randomness import derive_rng

_NOBODY: Mapping[str, str] = MappingProxyType({})
_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


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
        if len(letters) == 1 or not letters.items() & before.items():
            return letters


def letter_name(place: int) -> str:
    """The letter at a place from 0: A … Z, AA, AB, … as spreadsheets name their columns."""
    name = ""
    place += 1
    while place:
        place, last = divmod(place - 1, len(_ALPHABET))
        name = _ALPHABET[last] + name
    return name
