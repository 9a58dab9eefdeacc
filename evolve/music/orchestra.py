"""Who plays a track: what a note of its program sounds like, and where and how loud it sits among the others."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial

import numpy as np

from evolve.music import piano
from evolve.music.envelopes import Release
from evolve.music.held import Held, held_tone
from evolve.music.ringing import ringing_tone
from evolve.music.song import PITCHES, Notes, Track
from evolve.music.timbres import TIMBRES, Timbre

LOWEST_UNDAMPED_PITCH = 90
"""From F♯6 upwards piano strings have no dampers."""

LONGEST_RING_S = 12.0
"""A string has all but fallen silent by then."""

LONGEST_BREATH_S = 30.0
"""Nobody holds a note for longer, but for a network that is stuck."""

UNDAMPED_S = 2.0
WIDTH = 0.32
"""How far from the middle the outermost tracks sit, as an angle whose quarter turn is the whole width."""

ACCOMPANIMENT = 0.75
"""How loud any other track is beside the first, the melody: 2.5 dB less."""


@dataclass(frozen=True, slots=True)
class Player:
    """An instrument as it is played.

    Attributes:
        tone: The sound, float32 [2, samples], of a pitch, a velocity, so many samples and a sample rate.
        release: How a note ends.
        longest_s: No note is held for longer.
        undamped_from: The lowest pitch that rings on for `UNDAMPED_S` when it is let go.
    """

    tone: Callable[[int, int, int, int], np.ndarray]
    release: Release
    longest_s: float
    undamped_from: int = PITCHES

    def hold_s(self, pitch: int, held_s: float) -> float:
        """How long a note sounds before its release, in seconds, if its key is held for so long."""
        return min(held_s + (UNDAMPED_S if pitch >= self.undamped_from else 0.0), self.longest_s)


PIANIST = Player(piano.tone, Release(0.5, 0.09), LONGEST_RING_S, LOWEST_UNDAMPED_PITCH)


def player_of(program: int) -> Player:
    """Who plays a General MIDI program, 0 .. 127; programs that sound alike have one player."""
    timbre = TIMBRES.get(program)
    return PIANIST if timbre is None else _player(timbre)


def seats(tracks: Sequence[Track]) -> np.ndarray:
    """The gain of each track, left and right, float32 [tracks, 2]; 1 for a track that plays alone.

    The first sits at the left and the last at the right, as a quartet does. A track that plays chords is no louder than
    one that plays single notes, and the first is the loudest.
    """
    if len(tracks) == 1:
        return np.ones((1, 2), dtype=np.float32)
    angles = np.pi / 4 + np.linspace(-WIDTH, WIDTH, len(tracks))
    shares = [
        (ACCOMPANIMENT if number else 1.0) / voices_at_once(one.notes) ** 0.5 for number, one in enumerate(tracks)
    ]
    sides = np.sqrt(2) * np.stack((np.cos(angles), np.sin(angles)), axis=1)
    return np.asarray(sides * np.array(shares)[:, None], dtype=np.float32)


def voices_at_once(notes: Notes) -> float:
    """How many notes sound together in the mean while any does, 1 or more; 1 for none."""
    if not len(notes):
        return 1.0
    reached = np.maximum.accumulate(notes.ends_ticks)
    silent = np.maximum(0, notes.onsets_ticks[1:] - reached[:-1]).sum()
    return float(notes.durations_ticks.sum() / (reached[-1] - notes.onsets_ticks[0] - silent))


@lru_cache
def _player(timbre: Timbre) -> Player:
    if isinstance(timbre, Held):
        return Player(partial(held_tone, timbre), timbre.release, LONGEST_BREATH_S)
    return Player(partial(ringing_tone, timbre), timbre.release, LONGEST_RING_S)
