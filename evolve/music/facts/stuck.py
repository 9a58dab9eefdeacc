"""Whether a song got stuck, and in what.

A network that is stuck composes the same few notes over and over. Real pieces have loops as well: trills and tremolos
are cycles of two notes, up to 22 rounds and 45 notes of them, and a dance is played through three, four, and now and
then six times. So a loop counts from `FEWEST_ROUNDS` on, and it takes many notes, as a share of the song or at a
stretch, to call the song stuck.

Measured on whole pieces, none of 364 chorales and 1,059 fiddle tunes is stuck, 1 of 60 folk tunes with chords (a
strain that is played six times), and none of 24 long piano pieces. Cut to windows of 60, 120, 250 and 500 notes, as
short as songs may be, 2.5, 1.4, 1.6 and 0 % of the piano windows are, and none of the chorales' and fiddle tunes';
docs/decisions/facts-of-songs.md has the tables.
"""

from collections.abc import Iterable

import numpy as np

from evolve.music.facts.loops import Loop, longest_loop, share_in_loops
from evolve.music.facts.struck import Struck
from evolve.music.song import Metre

FEWEST_ROUNDS = 5
"""Fewer are verses: with four, a tenth of the folk tunes would be stuck."""

FEWEST_NOTES = 24
"""Notes in loops of that many rounds; fewer are a figure, however short the song. With 16, half as many piano windows
of 60 notes again would be stuck."""

SHARE = 1 / 3
"""Of the song's notes, in such loops. With a quarter, 2.2 % of the piano windows of 120 notes would be stuck."""

NOTES_AT_A_STRETCH = 48
"""In one such loop; that is stuck however long the song. The longest trill measured has 45, and with 40 notes two of
the 24 piano pieces would be stuck."""


def stuck_in(struck: Struck, loops: Iterable[Loop], metre: Metre) -> str:
    """What a song is stuck in, empty when it is not: ``one note, 40 times``, ``a bar, 9 times``.

    A cycle is called a bar, or several, when each of its rounds takes exactly so long; else it is
    ``a cycle of 7 notes, 6 times``. Of several the longest is told. Each chord is one of the notes.

    Args:
        struck: The song's notes and chords.
        loops: All loops of its pitches.
        metre: How long a bar is.
    """
    many = [loop for loop in loops if loop.rounds >= FEWEST_ROUNDS]
    longest = longest_loop(many)
    if longest is None or not _is_stuck(longest, share_in_loops(many, len(struck)), len(struck)):
        return ""
    return f"{_name(longest, struck, metre)}, {longest.rounds} times"


def _is_stuck(longest: Loop, share: float, notes: int) -> bool:
    return longest.length >= NOTES_AT_A_STRETCH or (share >= SHARE and round(share * notes) >= FEWEST_NOTES)


def _name(loop: Loop, struck: Struck, metre: Metre) -> str:
    if loop.period == 1:
        return "one note" if len(struck.pitches[loop.start]) == 1 else "one chord"
    if bars := _bars(loop, struck, metre):
        return "a bar" if bars == 1 else f"{bars} bars"
    return f"a cycle of {loop.period} notes"


def _bars(loop: Loop, struck: Struck, metre: Metre) -> int:
    """How many bars each round takes; 0 when it is no whole number of them, or not the same in all rounds."""
    rounds_ticks = np.diff(struck.onsets_ticks[loop.start : loop.stop : loop.period])
    bars, left_ticks = divmod(int(rounds_ticks[0]), metre.bar_ticks)
    return bars if not left_ticks and (rounds_ticks == rounds_ticks[0]).all() else 0
