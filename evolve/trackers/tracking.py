"""Tells trackers what goes on in a run: on a thread of its own, so that one that is slow or hangs delays nothing."""

import contextlib
import queue
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from evolve.domain_registry import reference_of
from evolve.records.events import Event, EventHandler, EventKind
from evolve.records.run import RunRecord
from evolve.store.run_store import RunStore
from evolve.trackers.found import ChosenTracker
from evolve.trackers.tracker import TrackedRank, TrackedRun, Tracker, tracked_individual, tracked_ranks
from evolve.user_code import told_with_place

_MOST_WAITING: Final = 10_000
"""Events that wait for a tracker; of more, progress is left out first."""

_PATIENCE_S: Final = 15.0
"""How long is waited in the end for what trackers still have to do."""

_END: Final = Event(EventKind.NOTICE)
_TOLD_OF = frozenset({EventKind.PROGRESSED, EventKind.FINISHED, EventKind.RANKED, EventKind.BRED})


@contextlib.contextmanager
def tracked(folder: Path, chosen: Sequence[ChosenTracker], on_event: EventHandler) -> Iterator[EventHandler]:
    """A listener that tells trackers, and then another, of each event.

    Args:
        folder: The run's.
        chosen: The trackers; none: the other listener is told alone.
        on_event: The other; it is told as a notice where a tracker has failed, once.
    """
    if not chosen:
        yield on_event
        return
    with RunStore(folder) as store:
        run = store.read()  # here, before any event: whoever ends from now on is told of by theirs, and not twice
    threads = [_TrackerThread(folder, one, run) for one in chosen]

    def tell(event: Event) -> None:
        for thread in threads:
            thread.tell(event)
        on_event(event)
        for thread in threads:
            thread.say_trouble(on_event)

    try:
        yield tell
    finally:
        for thread in threads:
            thread.end()
            thread.say_trouble(on_event)


class _TrackerThread:
    """One tracker, what it is still to be told, and what went wrong."""

    def __init__(self, folder: Path, chosen: ChosenTracker, run: RunRecord) -> None:
        self._folder, self._chosen, self._begun = folder, chosen, run
        self._waiting: queue.Queue[Event] = queue.Queue(_MOST_WAITING)
        self._ranks: dict[int, dict[str, TrackedRank]] = {}
        self._trouble = ""
        self._is_told = False
        self._thread = threading.Thread(target=self._run, name=f"tracker {chosen.name}", daemon=True)
        self._thread.start()

    def tell(self, event: Event) -> None:
        """Have the tracker be told, as soon as it has time; never waits."""
        if event.kind not in _TOLD_OF or not self._thread.is_alive():
            return
        if event.kind is EventKind.PROGRESSED and self._waiting.qsize() > _MOST_WAITING // 2:
            return
        with contextlib.suppress(queue.Full):  # it hangs; what it misses is told when the run is gone on with
            self._waiting.put_nowait(event)

    def end(self) -> None:
        """Wait a while until everything is told."""
        with contextlib.suppress(queue.Full):
            self._waiting.put_nowait(_END)
        self._thread.join(_PATIENCE_S)
        if self._thread.is_alive():
            self._trouble = f"it does not answer; {self._waiting.qsize():,} events were not told"

    def say_trouble(self, on_event: EventHandler) -> None:
        """Say once what went wrong."""
        if self._trouble and not self._is_told:
            self._is_told = True
            text = (
                f"{self._chosen.name} tracks the run no more: {self._trouble}; resume with --track tells it everything"
            )
            on_event(Event(EventKind.NOTICE, text=text))

    def _run(self) -> None:
        try:
            with RunStore(self._folder) as store:
                tracker = self._chosen.make()
                self._catch_up(tracker, self._begun)
                while (event := self._waiting.get()) is not _END:
                    self._pass_on(tracker, event, store)
                self._tell_ranks(tracker, store.read())
                tracker.close()
        except BaseException as error:  # whatever a tracker does, the run goes on
            self._trouble = told_with_place(error)

    def _catch_up(self, tracker: Tracker, run: RunRecord) -> None:
        """Tell the run from its beginning."""
        tracker.begin(TrackedRun(run.name, self._folder.absolute(), dict(run.settings), reference_of(run)))
        for record in run.individuals.values():
            if record.status.is_finished:
                tracker.ended(tracked_individual(record, self._folder))
        self._tell_ranks(tracker, run)

    def _pass_on(self, tracker: Tracker, event: Event, store: RunStore) -> None:
        if event.kind is EventKind.PROGRESSED and event.progress is not None:
            tracker.progressed(event.individual_id, event.progress)
        elif event.kind is EventKind.FINISHED:
            record = store.read().individuals[event.individual_id]
            if record.status.is_finished:  # and has not only paused
                tracker.ended(tracked_individual(record, self._folder))
        elif event.kind in {EventKind.RANKED, EventKind.BRED}:  # a ballot may have come from elsewhere
            self._tell_ranks(tracker, store.read())

    def _tell_ranks(self, tracker: Tracker, run: RunRecord) -> None:
        """Tell the rankings that are new, or were changed by a further ballot."""
        for generation in run.generations:
            ranks = tracked_ranks(run, generation.index)
            if ranks == self._ranks.get(generation.index, {}):
                continue
            self._ranks[generation.index] = ranks
            for name, rank in ranks.items():
                tracker.ranked(name, rank)
