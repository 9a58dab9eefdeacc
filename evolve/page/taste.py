"""What the page tells of taste, between rankings: found in a thread of its own, since models take a second to fit."""

import threading
from collections.abc import Callable

from evolve.judging.agreement import agreement_of
from evolve.records.run import RunRecord
from evolve.search.outlook import told_after_ranking
from evolve.search.taste import asks_taste, knowledge_in_words


class TasteLines:
    """What is known of taste, a line each, by the ballots on ranked generations."""

    def __init__(self, tell: Callable[[], None]) -> None:
        """Nothing is known yet.

        Args:
            tell: Called when there are new lines, from another thread.
        """
        self._tell = tell
        self._run: RunRecord | None = None
        self._seen: object = None
        self._lines: tuple[str, ...] = ()

    def of(self, run: RunRecord) -> tuple[str, ...]:
        """The lines for a run as it stands; none until they are found, which is begun then."""
        if run is not self._run:
            self._run = run
            self._look(run)
        return self._lines

    def _look(self, run: RunRecord) -> None:
        """Find the lines anew where generations or rankings have come since."""
        seen = [(one.index, one.ranking) for one in run.generations]
        if seen != self._seen:
            self._seen, self._lines = seen, ()
            threading.Thread(target=self._find, args=(seen, run), name="page-taste", daemon=True).start()

    def _find(self, seen: object, run: RunRecord) -> None:
        lines = tuple(_lines(run))
        if seen is self._seen:
            self._lines = lines
            self._tell()


def _lines(run: RunRecord) -> list[str]:
    if not run.generations:
        return []
    newest, ranked = run.generations[-1], [one for one in run.generations if one.status.is_ranked]
    agreement = agreement_of([one.ballot for one in ranked[-1].ballots]) if ranked else None
    return [
        *([knowledge_in_words(run, newest)] if not newest.status.is_ranked and asks_taste(run) else []),
        *([f"{agreement.in_words}."] if agreement else []),
        *told_after_ranking(run),
    ]
