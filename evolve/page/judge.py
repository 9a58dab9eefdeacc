"""The page as a judge: it waits until the generation is ranked, from the page or from elsewhere."""

from evolve.page.room import ListeningRoom
from evolve.records.ballot import Ballot
from evolve.search.listening import ListeningSession


class PageJudge:
    """A `SessionJudge` that has people rank on the page, and is done when the store says that they have."""

    def __init__(self, room: ListeningRoom) -> None:
        """Wait for what is cast in this room."""
        self._room = room

    def __call__(self, session: ListeningSession) -> tuple[Ballot, str] | None:
        """Wait for the generation's ranking, which is in the store then."""
        self._room.refresh()
        self._room.watch.wait_until_ranked(session.generation)
        return None
