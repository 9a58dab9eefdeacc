"""How a song of notes is written: where it may end, and when it is full."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from evolve.domains.music.tokenizers.bar_position import BarClock

DURATION: Final = "duration"
"""The stream of how long steps last."""

END = 0
"""In the first stream: the song is over. In the others: so the first must have said."""

MOST_STEPS_A_NOTE = 4
"""A song with more steps than this for each note or chord that it may have, of rests and holds, is full."""

Mask = npt.NDArray[np.bool_]


class NotesTokenMask:
    """One song of notes while it is written."""

    def __init__(
        self,
        sizes: Mapping[str, int],
        strikes: Mapping[str, Mask],
        holds: Mapping[str, int],
        clock: BarClock,
        *,
        ticks: Sequence[int],
        starts: int,
        notes: int,
    ) -> None:
        """Before the first step.

        Args:
            sizes: How many tokens each stream has.
            strikes: Of each track's stream which tokens strike a note or chord, the first track first.
            holds: The token of each track that holds what it has; none with a single track.
            clock: Where in the bar the song goes on.
            ticks: How long a step lasts with each token of `DURATION`.
            starts: How many tokens after the end stand for a start; 0 where ends are not known either.
            notes: How many steps may strike something.
        """
        self._first, *_ = strikes
        self._strikes = strikes
        self._clock, self._ticks = clock, ticks
        self._left, self._room = notes, notes * MOST_STEPS_A_NOTE
        self._knows_ends = starts > 0
        self.has_ended = False
        inside = _inside(sizes, self._first, starts)
        self._later = (
            inside if not starts else inside | {self._first: inside[self._first] | _only(END, sizes[self._first])}
        )
        self._before_a_note = inside
        self._allowed = inside | {
            name: inside.get(name, np.ones(sizes[name], dtype=bool)) & ~_only(hold, sizes[name])
            for name, hold in holds.items()
        }

    @property
    def is_done(self) -> bool:
        """Whether the song has ended or is full."""
        return self.has_ended or self._left <= 0 or self._room <= 0

    def allowed(self) -> Mapping[str, Mask]:
        """Everything but starts; nothing held in the first step, and no end before something was struck."""
        return self._allowed

    def write(self, tokens: Mapping[str, int]) -> None:
        """Take one step; an end is none."""
        if self._knows_ends and tokens[self._first] == END:
            self.has_ended = True
            return
        self._room -= 1
        if any(own[tokens[name]] for name, own in self._strikes.items()):
            self._clock.strike()
            self._left -= 1
            self._allowed = self._later
        elif self._allowed is not self._later:
            self._allowed = self._before_a_note
        self._clock.pass_ticks(self._ticks[tokens[DURATION]])

    def context(self) -> Mapping[str, int]:
        """Where in the bar the next step begins, and in which metre."""
        return self._clock.tokens


def _inside(sizes: Mapping[str, int], first: str, starts: int) -> dict[str, Mask]:
    """What each stream may have inside a song; nothing to tell where starts and ends are not known."""
    if not starts:
        return {}
    return {name: np.arange(size) > (starts if name == first else END) for name, size in sizes.items()}


def _only(token: int, size: int) -> Mask:
    """The token alone, bool [size]."""
    only: Mask = np.arange(size) == token
    return only
