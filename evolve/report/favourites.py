"""The songs that listeners of a run love."""

from dataclasses import dataclass

from evolve.judging.ballot import Favourite
from evolve.store.records import GenerationRecord, RunRecord


@dataclass(frozen=True, slots=True)
class FavouriteSong:
    """A song with a heart on some ballot of the run.

    Attributes:
        individual: The id of the one whose song it is.
        number: Which of its songs, from 1.
        midi: The path of its MIDI file in the run folder; None where that is lost.
        listeners: Who loves it, in the order in which they said so.
    """

    individual: str
    number: int
    midi: str | None
    listeners: tuple[str, ...]

    @property
    def name(self) -> str:
        """How a command is told it, such as ``g0-3+2``."""
        return f"{self.individual}+{self.number}"


def favourites_of(run: RunRecord) -> tuple[FavouriteSong, ...]:
    """The songs that anybody loves, in order of birth, then by number; of individuals that are lost there are none."""
    listeners = _listeners(run)
    place = {name: index for index, name in enumerate(run.individuals)}
    known = sorted((place[name], number, name) for name, number in listeners if name in place)
    return tuple(
        FavouriteSong(name, number, _midi(run, name, number), listeners[name, number]) for _, number, name in known
    )


def loved_songs(generation: GenerationRecord, individual: str) -> tuple[int, ...]:
    """The numbers of the songs of a member that have a heart on a ballot of this generation."""
    loved = {favourite for record in generation.ballots for favourite in record.ballot.favourites}
    return tuple(sorted(number for name, number in loved if name == individual))


def _listeners(run: RunRecord) -> dict[Favourite, tuple[str, ...]]:
    """Who loves each favourite."""
    listeners: dict[Favourite, dict[str, None]] = {}
    ballots = [record for generation in run.generations for record in generation.ballots]
    for record in sorted(ballots, key=lambda ballot: ballot.made_at):
        for favourite in record.ballot.favourites:
            listeners.setdefault(favourite, {})[record.listener] = None
    return {favourite: tuple(names) for favourite, names in listeners.items()}


def _midi(run: RunRecord, individual: str, number: int) -> str | None:
    songs = {song.index: song for song in run.individuals[individual].songs}
    return songs[number].files.get("midi") if number in songs else None
