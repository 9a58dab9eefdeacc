"""Who fills in ballots: the person at this terminal, or a function of the user's own."""

from collections.abc import Callable, Sequence

from evolve.judging.order import GivenRanking, ballot_of
from evolve.records.ballot import Ballot, Candidate, samples_of
from evolve.search.listening import ListeningSession

OwnJudge = Callable[[Sequence[Candidate]], GivenRanking]
"""A function that is given the candidates and gives an order, ``"A > B = C ! D"``, or tiers of letters or ids."""


def terminal_judge(
    session: ListeningSession, in_browser: Callable[[ListeningSession], None] | None = None
) -> tuple[Ballot, str] | None:
    """Have the person at this terminal fill in a ballot; None when they will come back, or have done it on a page.

    Args:
        session: What is judged.
        in_browser: Has them do it on a page, where they want that; None: that is not offered.
    """
    from evolve.judging.terminal.judge import judge  # noqa: PLC0415 - prompt_toolkit, which nothing else needs

    return judge(
        session.candidates,
        session.steps,
        session.presentation,
        save=session.save,
        generation=session.generation,
        listener=session.listener,
        told="" if session.reliability is None else session.reliability.in_words,
        heard={(one.id, one.sample) for one in session.heard.playbacks},
        played=session.played,
        more=session.more,
        in_browser=None if in_browser is None else lambda: in_browser(session),
    )


def judged_by(judge: OwnJudge) -> Callable[[ListeningSession], tuple[Ballot, str]]:
    """A judge that asks a function."""

    def fill_in(session: ListeningSession) -> tuple[Ballot, str]:
        letters = {candidate.letter: candidate.id for candidate in session.candidates}
        return ballot_of(judge(session.candidates), (), letters, samples_of(session.candidates)), "function"

    return fill_in
