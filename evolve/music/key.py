"""Keys: which signature a piece sounds like, and how far it is from the common key, C major or A minor."""

from collections.abc import Iterable
from typing import Final

import numpy as np
import numpy.typing as npt

from evolve.music.song import Note

_MAJOR: Final = (0.748, 0.060, 0.488, 0.082, 0.670, 0.460, 0.096, 0.715, 0.104, 0.366, 0.057, 0.400)
_MINOR: Final = (0.712, 0.084, 0.474, 0.618, 0.049, 0.460, 0.105, 0.747, 0.404, 0.067, 0.133, 0.330)
"""How often each pitch class is heard in a stretch of music in a key on C: Temperley, "Music and Probability" (2007),
chapter 6, from the Kostka-Payne corpus."""

_FIFTH: Final = 7
_MINOR_THIRD: Final = 3


def estimate_sharps(notes: Iterable[Note]) -> int:
    """The signature of the key that some notes sound like, -5 .. 6: sharps, or flats as a negative number.

    Krumhansl's algorithm with Temperley's profiles: the correlation of the sounding time of each pitch class with the
    profile of each of the 24 keys (Krumhansl, "Cognitive Foundations of Musical Pitch", 1990, chapter 4). 0 when
    there is nothing to tell from.
    """
    weights = np.zeros(12)
    for note in notes:
        weights[note.pitch % 12] += note.duration_ticks
    if np.ptp(weights) == 0:
        return 0
    # A minor is put where C major is: relative keys share a signature, and move by the same interval.
    relative_minor = np.roll(_correlations(weights, _MINOR), _MINOR_THIRD)
    fits = np.maximum(_correlations(weights, _MAJOR), relative_minor)
    return _within_half_circle(_FIFTH * int(np.argmax(fits)))


def semitones_to_common_key(sharps: int) -> int:
    """How far up, -5 .. 6 semitones, a piece of this signature moves to have none: to C major, A minor or a mode."""
    return _within_half_circle(-_FIFTH * sharps)


def _correlations(weights: npt.NDArray[np.float64], profile: tuple[float, ...]) -> npt.NDArray[np.float64]:
    """Pearson's correlation of the weights with the profile on each of the 12 tonics, float [12]."""
    profiles = [np.roll(profile, tonic) for tonic in range(12)]
    return np.asarray(np.corrcoef([weights, *profiles])[0, 1:], dtype=np.float64)


def _within_half_circle(steps: int) -> int:
    """The equivalent of some steps around a circle of twelve that is nearest to none, -5 .. 6."""
    return (steps + 5) % 12 - 5
