"""How a song of events is written: which event may follow, so that every note that starts also ends."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from evolve.domains.music.tokenizers.bar_position import BarClock

if TYPE_CHECKING:
    from evolve.domains.music.tokenizers.events import EventsTokenizer

LONGEST_SILENCE_TICKS: Final = 192
"""Nobody waits longer than two whole notes for the next note."""

MOST_EVENTS_A_NOTE: Final = 64
"""A song with more events than this for each note or chord that it may have is full."""


class EventsTokenMask:
    """One song of events while it is written.

    A moment goes through its stops, then its starts. A note may last as long as the longest that was learned from: one
    that is due stops before time passes. The end comes after stops, not in the very moment in which a note starts.
    """

    def __init__(self, tokens: "EventsTokenizer", most_notes: int, clock: BarClock) -> None:
        """Before the first event, at some place in a bar."""
        self._tokens, self._clock = tokens, clock
        self._shifts = np.array(tokens.shifts)
        self._track = np.array([track for track, _ in tokens.keys])
        self._longest = np.array(tokens.longest_ticks)[self._track]
        self._most = np.array(tokens.most_together)
        self._codes = np.arange(len(tokens.keys))
        self._started = np.zeros(len(tokens.keys), dtype=np.int64)
        self._sounding = np.zeros(len(tokens.keys), dtype=bool)
        self._together = np.zeros(len(self._most), dtype=np.int64)
        self._now = self._silent_since = 0
        self._last_off = self._last_on = -1
        self._level, self._is_level_new = -1, False
        self._left, self._room = most_notes, most_notes * MOST_EVENTS_A_NOTE
        self._has_begun = self._is_last = False
        self.has_ended = False

    @property
    def is_done(self) -> bool:
        """Whether the song has ended or is full: then what sounds stops."""
        return self.has_ended or self._left < 0 or self._room <= 0

    def read(self, opening: Sequence[int]) -> None:
        """Take what was given; it fills no room."""
        left, room = self._left, self._room
        for token in opening:
            self._take(token)
        self._left, self._room, self.has_ended, self._has_begun = left, room, False, False

    def allowed(self) -> Mapping[str, npt.NDArray[np.bool_]]:
        """Which events may come next."""
        tokens = self._tokens
        allowed = np.zeros(tokens.first_on + len(self._codes), dtype=bool)
        due = self._sounding & (self._now - self._started + self._shifts[0] > self._longest)
        first_due = int(due.argmax()) if due.any() else len(self._codes)
        starts = self._may_start() if not due.any() else np.zeros(len(self._codes), dtype=bool)
        allowed[tokens.first_on :] = starts & (self._level >= 0 or not tokens.levels)  # the first note says how loud
        if self._is_level_new:
            return {"event": allowed}
        if tokens.metres and self._has_begun and self._last_on < 0:  # what starts has time to sound
            allowed[0] = True
        if not due.any():
            allowed[tokens.first_shift : tokens.first_off] = self._may_pass()
        if self._last_on < 0:
            is_next = (self._codes > self._last_off) & (self._codes <= first_due)
            allowed[tokens.first_off : tokens.first_level] = self._sounding & is_next
        if starts.any():
            levels = allowed[tokens.first_level : tokens.first_on]
            levels[:] = True
            if self._level >= 0:
                levels[self._level] = False
        return {"event": allowed}

    def write(self, tokens: Mapping[str, int]) -> None:
        """Take one event."""
        self._room -= 1
        before = self._now
        self._take(int(tokens["event"]))
        self._clock.pass_ticks(self._now - before)

    def context(self) -> Mapping[str, int]:
        """Where in the bar the song has come to, and in which metre."""
        return self._clock.tokens

    def _may_start(self) -> npt.NDArray[np.bool_]:
        """Which notes may start: those after the last of this moment, where their track has room for one more."""
        has_room = (self._together < self._most)[self._track]
        starts: npt.NDArray[np.bool_] = ~self._sounding & (self._codes > self._last_on) & has_room
        return starts

    def _may_pass(self) -> npt.NDArray[np.bool_]:
        """How much time may pass: until the first note is due, or silence has lasted too long."""
        if self._sounding.any():
            room = int((self._started + self._longest - self._now)[self._sounding].min())
        else:
            room = self._silent_since + LONGEST_SILENCE_TICKS - self._now
        passes: npt.NDArray[np.bool_] = self._shifts <= room
        return passes

    def _take(self, token: int) -> None:
        tokens = self._tokens
        if token >= tokens.first_on:
            self._start(token - tokens.first_on)
        elif token >= tokens.first_level:
            self._level, self._is_level_new = token - tokens.first_level, True
        elif token >= tokens.first_off:
            self._stop(token - tokens.first_off)
        elif token >= tokens.first_shift:
            self._pass(token - tokens.first_shift)
        elif token == 0:
            self.has_ended = True

    def _start(self, key: int) -> None:
        self._clock.strike()
        if self._last_on < 0:
            self._left -= 1
        self._last_on, self._is_level_new, self._has_begun = key, False, True
        if not self._sounding[key]:
            self._together[self._track[key]] += 1
        self._sounding[key], self._started[key] = True, self._now

    def _stop(self, key: int) -> None:
        self._last_off = key
        if self._sounding[key]:
            self._sounding[key] = False
            self._together[self._track[key]] -= 1
            self._silent_since = self._now

    def _pass(self, shift: int) -> None:
        self._now += int(self._shifts[shift])
        self._last_on = self._last_off = -1
