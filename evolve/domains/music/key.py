"""Keys: which signature a piece sounds like, in which mode, and how far it is from C major or A minor."""

from typing import Final

import numpy as np
import numpy.typing as npt

from evolve.domains.music.song import Notes

_MAJOR: Final = (0.748, 0.060, 0.488, 0.082, 0.670, 0.460, 0.096, 0.715, 0.104, 0.366, 0.057, 0.400)
_MINOR: Final = (0.712, 0.084, 0.474, 0.618, 0.049, 0.460, 0.105, 0.747, 0.404, 0.067, 0.133, 0.330)
"""How often each pitch class is heard in a stretch of music in a key on C: Temperley, "Music and Probability" (2007),
chapter 6, from the Kostka-Payne corpus."""

_DECIMALS: Final = 9
"""Keys that fit alike, as with an augmented triad, must not be told apart by errors of rounding: the first is taken."""

_FIFTH: Final = 7
_MINOR_THIRD: Final = 3

MAJOR: Final = "major"
MINOR: Final = "minor"
_MODE_OF_TONIC: Final = {0: MAJOR, 9: MINOR}
"""By pitch class, in the common key."""


def estimate_sharps(notes: Notes) -> int:
    """The signature of the key that some notes sound like, -5 .. 6: sharps, or flats as a negative number.

    Krumhansl's algorithm with Temperley's profiles: the correlation of the sounding time of each pitch class with the
    profile of each of the 24 keys (Krumhansl, "Cognitive Foundations of Musical Pitch", 1990, chapter 4). 0 when
    there is nothing to tell from.
    """
    weights = np.bincount(notes.pitches % 12, notes.durations_ticks, minlength=12)
    if np.ptp(weights) == 0:
        return 0
    centred = weights - weights.mean()
    fits = (_KEYS @ (centred / np.linalg.norm(centred))).max(axis=0).round(_DECIMALS)
    return _within_half_circle(_FIFTH * int(np.argmax(fits)))


def mode_of(notes: Notes, sharps: int) -> str:
    """``major`` or ``minor``, of some notes in a key of this signature.

    The lowest note that sounds at the last onset tells it where it is the tonic of the major or the minor key of the
    signature; else, as in other modes and in tunes that end before they begin again, that of the two whose profile is
    nearer. Of the built-in chorales 94 % have the mode that their notation says, of the fiddle tunes 90 %; by the
    profiles alone 88 % and 92 %.
    """
    if not len(notes):
        return MAJOR
    last = notes.pitches[notes.onsets_ticks + notes.durations_ticks > notes.onsets_ticks.max()]
    final = (int(last.min()) + semitones_to_common_key(sharps)) % 12
    if final in _MODE_OF_TONIC:
        return _MODE_OF_TONIC[final]
    weights = np.bincount(notes.pitches % 12, notes.durations_ticks, minlength=12)
    fits = (_KEYS[:, _FIFTH * sharps % 12] @ (weights - weights.mean())).round(_DECIMALS)
    return (MAJOR, MINOR)[int(np.argmax(fits))]


def semitones_to_common_key(sharps: int) -> int:
    """How far up, -5 .. 6 semitones, a piece of this signature moves to have none: to C major, A minor or a mode."""
    return _within_half_circle(-_FIFTH * sharps)


def _within_half_circle(steps: int) -> int:
    """The equivalent of some steps around a circle of twelve that is nearest to none, -5 .. 6."""
    return (steps + 5) % 12 - 5


def _on_all_tonics(profile: tuple[float, ...]) -> npt.NDArray[np.float64]:
    """The profile on each of the 12 tonics, with mean 0 and length 1, float [tonics, pitch classes]."""
    centred = np.array(profile) - np.mean(profile)
    return np.array([np.roll(centred / np.linalg.norm(centred), tonic) for tonic in range(12)])


# A minor is put where C major is: relative keys share a signature, and move by the same interval.
_KEYS: Final = np.array([_on_all_tonics(_MAJOR), np.roll(_on_all_tonics(_MINOR), _MINOR_THIRD, axis=0)])
"""Major and minor profiles by signature, float [modes, signatures, pitch classes]."""
