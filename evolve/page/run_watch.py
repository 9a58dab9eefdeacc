"""What a page knows of its run: read anew when others have changed it, and waited for."""

import threading
import time
from collections.abc import Callable
from typing import Final

from evolve.page.live import LiveProgress, News
from evolve.records.events import Event, EventKind
from evolve.records.run import BallotRecord, RunRecord
from evolve.store.run_store import RunStore
from evolve.words import listed

_LOOK_S: Final = 1.0
"""So often the store is asked whether somebody else has changed it."""

_SHARE_OF_LOOKING: Final = 0.1
"""The most of the time that may go into reading the run anew."""


class RunWatch:
    """Reads a run in the store's thread; others ask what was read, and wait for what is to come.

    Attributes:
        run: As it was last read.
        live: What the search in this process tells.
        news: Wakes whoever shows the state.
        ranked_here: The generations that were ranked on this page.
        trouble: What stands in the way of looking at the run; empty where nothing does.
    """

    def __init__(self, run: RunRecord, live: LiveProgress, news: News, see: Callable[[RunStore, bool], None]) -> None:
        """Know a run.

        Args:
            run: As it was read.
            live: What the search tells.
            news: Whom to tell of changes.
            see: Called with the store when the run was read anew, and whether generations were added.
        """
        self.run, self.live, self.news = run, live, news
        self.ranked_here: set[int] = set()
        self.trouble = ""
        self._see = see
        self._changed = threading.Event()
        self._seen: object = None
        self._next_look_s = 0.0

    def tell(self, event: Event) -> None:
        """Take in an event of the search in this process."""
        self.live(event)
        if event.kind is not EventKind.PROGRESSED:
            self._next_look_s = 0.0
        self.news.tell()

    def look(self, store: RunStore, *, is_due: bool = False) -> None:
        """Read the run anew if others have changed it; not more often than pays, unless that is due."""
        begun = time.monotonic()
        if begun < self._next_look_s and not is_due:
            return
        seen = store.version, store.is_worked_on
        if seen != self._seen or is_due:
            self._take(store, store.look())
            self._seen = seen
        now = time.monotonic()
        self._next_look_s = now + max(_LOOK_S, (now - begun) / _SHARE_OF_LOOKING)

    def say_trouble(self, text: str) -> None:
        """Say on the page what stands in the way of looking at the run; empty: nothing does any more."""
        if text != self.trouble:
            self.trouble = text
            self.news.tell()

    def wait_until_ranked(self, number: int) -> None:
        """Come back when a generation is ranked, from here or from elsewhere."""
        self._wait(lambda run: run.generations[number].status.is_ranked)

    def wait_until_cast(self, number: int, listener: str) -> BallotRecord:
        """Come back when a listener's ballot is cast, from here or from elsewhere; gives it."""
        before = self.run.generations[number].ballot_of(listener)
        self._wait(lambda run: run.generations[number].ballot_of(listener) not in (None, before))
        cast = self.run.generations[number].ballot_of(listener)
        assert cast is not None  # noqa: S101 - for mypy: it was waited for
        return cast

    def _wait(self, has_come: Callable[[RunRecord], bool]) -> None:
        while not has_come(self.run):
            self._changed.wait(_LOOK_S)
            self._changed.clear()

    def _take(self, store: RunStore, run: RunRecord) -> None:
        before, self.run = self.run, run
        for old, new in zip(before.generations, run.generations, strict=False):
            if new.status.is_ranked and not old.status.is_ranked and new.index not in self.ranked_here:
                who = listed([one.listener for one in new.ballots])
                self.live.say(f"generation {new.index} was ranked from elsewhere, by {who}")
        self._see(store, len(run.generations) != len(before.generations))
        self._changed.set()
        self.news.tell()

    def look_soon(self) -> None:
        """Have the next look read the run, also where nobody else has changed it."""
        self._seen = None
