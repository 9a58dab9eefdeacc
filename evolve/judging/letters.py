"""Blind letters: what a listener calls the candidates, so that no name tells where one comes from."""

from collections.abc import Sequence

from evolve.randomness import derive_rng

_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def blind_letters(ids: Sequence[str], *, seed: int, generation: int, listener: str) -> dict[str, str]:
    """Who hides behind each letter, shuffled anew for each listener and generation.

    Args:
        ids: The candidates of one generation, in any order.
        seed: The run's seed.
        generation: From 0.
        listener: The listener's name; each has letters of their own.

    Returns:
        Letter to id, in the order of the letters: A … Z, AA, AB, …; the same for the same arguments, whatever the
        order of the ids.
    """
    rng = derive_rng(seed, "letters", generation, listener)
    shuffled = rng.permutation(sorted(ids)).tolist()
    return {letter_name(place): str(candidate) for place, candidate in enumerate(shuffled)}


def letter_name(place: int) -> str:
    """The letter at a place from 0: A … Z, AA, AB, … as spreadsheets name their columns."""
    name = ""
    place += 1
    while place:
        place, last = divmod(place - 1, len(_ALPHABET))
        name = _ALPHABET[last] + name
    return name
