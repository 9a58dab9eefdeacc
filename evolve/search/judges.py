"""Who fills in ballots: the person at this terminal, or a function of the user's own."""

import contextlib
import time
from collections.abc import Callable, Sequence
from typing import ParamSpec, TypeVar

from evolve.arguments import refused_argument
from evolve.errors import RunError, SettingsError
from evolve.judging.order import GivenRanking, ballot_of
from evolve.judging.simulated.description import is_simulated, parse_listener
from evolve.records.ballot import Ballot, Candidate, samples_of
from evolve.search.listening import ListeningSession

_IDLE_AFTER_S = 120.0
"""Of a longer time in which a listener does nothing, only so much counts: they have gone away."""

_P = ParamSpec("_P")
_R = TypeVar("_R")

OwnJudge = Callable[[Sequence[Candidate]], GivenRanking]
"""A function that is given the candidates and gives an order, ``"A > B = C ! D"``, or tiers of letters or ids."""


class Stopwatch:
    """Counts the seconds in which somebody is at it, by the times at which they do something."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Begin now."""
        self._clock, self._seconds = clock, 0.0
        self._acted: float | None = clock()

    def act(self) -> None:
        """Somebody has done something."""
        now = self._clock()
        if self._acted is not None:
            self._seconds += min(now - self._acted, _IDLE_AFTER_S)
        self._acted = now

    def stop(self) -> float:
        """The seconds so far, which are counted anew when somebody does something again."""
        self.act()
        seconds, self._seconds, self._acted = self._seconds, 0.0, None
        return seconds

    def noticing(self, call: Callable[_P, _R]) -> Callable[_P, _R]:
        """The same call, at each of which somebody does something."""

        def noticed(*arguments: _P.args, **options: _P.kwargs) -> _R:
            self.act()
            return call(*arguments, **options)

        return noticed


def terminal_judge(
    session: ListeningSession, in_browser: Callable[[ListeningSession], None] | None = None
) -> tuple[Ballot, str] | None:
    """Have the person at this terminal fill in a ballot; None when they will come back, or have done it on a page.

    Args:
        session: What is judged.
        in_browser: Has them do it on a page, where they want that; None: that is not offered.
    """
    from evolve.judging.terminal.judge import judge  # noqa: PLC0415 - prompt_toolkit, which nothing else needs

    watch = Stopwatch()

    def note_time() -> None:
        with contextlib.suppress(RunError):  # a ballot counts for more than how long it took
            session.took(watch.stop())

    def on_the_page() -> None:
        note_time()  # from here on the page notes the time
        if in_browser is not None:
            in_browser(session)

    try:
        return judge(
            session.candidates,
            session.steps,
            session.presentation,
            save=watch.noticing(session.save),
            generation=session.generation,
            listener=session.listener,
            told="" if session.reliability is None else session.reliability.in_words,
            heard={(one.id, one.sample) for one in session.heard.playbacks},
            played=watch.noticing(session.played),
            more=watch.noticing(session.more),
            in_browser=None if in_browser is None else on_the_page,
        )
    finally:
        note_time()


def judged_by(judge: OwnJudge) -> Callable[[ListeningSession], tuple[Ballot, str]]:
    """A judge that asks a function."""

    def fill_in(session: ListeningSession) -> tuple[Ballot, str]:
        letters = {candidate.letter: candidate.id for candidate in session.candidates}
        return ballot_of(judge(session.candidates), (), letters, samples_of(session.candidates)), "function"

    return fill_in


def check_judge(judge: object) -> None:
    """See that an argument names who judges, or is somebody who can.

    Raises:
        SettingsError: It does not; says what is allowed.
    """
    if is_simulated(judge):
        try:
            parse_listener(str(judge))
        except SettingsError as error:
            raise SettingsError(f"judge={error}") from error
    elif judge not in (None, "terminal", "page") and not callable(judge):
        raise refused_argument("judge", judge, '"terminal", "page", "simulated:KIND", or a function that ranks')
