"""Who is asked to rank while a run goes on: at this terminal, on its page, or a simulated listener."""

from typing import TYPE_CHECKING

from evolve.cli.listening import PageChoice, RunningPage
from evolve.cli.sources import PAGE, ChosenJudge, chosen_judge, open_domain

if TYPE_CHECKING:
    from evolve.records.ballot import Ballot
    from evolve.search.listening import ListeningSession
    from evolve.search.run_facts import Sources
    from evolve.search.steps import SessionJudge
    from evolve.store.run_store import RunStore


def checked_judge(judge: str | None, listener: str, page: PageChoice) -> ChosenJudge:
    """Who ranks; a mistake in an option is told before anything heavy is imported, but by a function of the user's."""
    from evolve.store.names import checked_name

    page.check(judge)
    checked_name(listener)
    return chosen_judge(judge)


def asked(judge: ChosenJudge, store: "RunStore", sources: "Sources", page: RunningPage) -> "SessionJudge | None":
    """Who is asked in this run; None where nobody is."""
    from evolve.cli.ranking import terminal_judge

    if judge.simulated is not None:
        from evolve.search.simulated_listeners import SimulatedJudge

        return SimulatedJudge(judge.simulated, store, open_domain(store.read(), sources))
    if judge.as_typed == PAGE:
        page.open()
        return _at_terminal_or_page(page)
    return _at_terminal_or_page(page) if judge.ask is terminal_judge else judge.ask


def _at_terminal_or_page(page: RunningPage) -> "SessionJudge":
    """Prompts in this terminal, until the page is open: who has chosen it once stays there."""
    from evolve.cli.ranking import terminal_judge

    def judge(session: "ListeningSession") -> "tuple[Ballot, str] | None":
        if page.is_open:
            page.judge(session)
            return None
        return terminal_judge(session, page.judge)

    return judge
