"""Which of many songs `evolve compose --pick` keeps: those that the listeners of a run are expected to like most."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import typer

from evolve.errors import RunError, shortened
from evolve.words import listed, ordinal

if TYPE_CHECKING:
    from evolve.domains.music.songs import ComposedSong
    from evolve.guidance.guide import Guide

_FOR_EACH: Final = 40
"""Songs that are composed for each that is picked, unless the user says otherwise."""

_USUALLY_AT_MOST: Final = 200


@dataclass(frozen=True, slots=True)
class PickOptions:
    """What the options of `evolve compose` ask for.

    Attributes:
        pick: How many songs are kept.
        of: Of how many that are composed.
        listener: Who is to like them; None: all who have ranked, each as much.
    """

    pick: int
    of: int
    listener: str | None


def checked_options(pick: int | None, of: int | None, listener: str | None, songs: int | None) -> PickOptions | None:
    """What is to be picked; None where nothing is.

    Raises:
        typer.BadParameter: The options do not go together.
    """
    if pick is None:
        for option, given in (("--of", of), ("--listener", listener)):
            if given is not None:
                raise typer.BadParameter("it goes with --pick; give that too", param_hint=option)
        return None
    if songs is not None:
        raise typer.BadParameter("--pick says how many songs are kept; leave --songs out", param_hint="--songs")
    of = min(_FOR_EACH * pick, _USUALLY_AT_MOST) if of is None else of
    if of < pick:
        raise typer.BadParameter(f"{pick} cannot be picked of {of}; compose at least as many", param_hint="--of")
    return PickOptions(pick, of, listener)


@dataclass(frozen=True, slots=True)
class PickedSong:
    """A song that is kept.

    Attributes:
        song: As it was composed.
        place: Its place among all that were composed, from 1 for the one that is expected to be liked most.
        of: How many were composed.
        liking: Its expected utility; only differences mean something.
        reasons: What speaks for it, such as ``longer songs``; may be empty.
    """

    song: "ComposedSong"
    place: int
    of: int
    liking: float
    reasons: tuple[str, ...]

    @property
    def in_words(self) -> str:
        """``1st of 200 expected; longer songs, fewer loops``."""
        return "; ".join(filter(None, (f"{ordinal(self.place)} of {self.of} expected", ", ".join(self.reasons))))

    def to_json(self) -> dict[str, Any]:
        """What `--json` tells of it."""
        return {"place": self.place, "of": self.of, "liking": round(self.liking, 4), "reasons": [*self.reasons]}


class SongPicker:
    """Picks songs of one individual by what is known of the listeners of its run."""

    def __init__(self, guide: "Guide", individual: str, listeners: Sequence[str]) -> None:
        """Pick for these listeners."""
        self._guide, self._individual, self._listeners = guide, individual, listeners

    def picked(self, songs: Sequence["ComposedSong"], count: int) -> Iterator[PickedSong]:
        """The songs to keep, the one that is expected to be liked most first; fewer where fewer differ."""
        from evolve.domains.music.presentation import PRESENTATION
        from evolve.guidance.one_core import on_one_core
        from evolve.presentation import feature_in_words
        from evolve.taste.picking import best_and_different

        told = [{name: value for name, value in one.features.items() if value is not None} for one in songs]
        with on_one_core():
            liking = self._guide.liking_of(self._individual, told, self._listeners)
            places = best_and_different(liking.expected, liking.features, count)
        for place in places:
            reasons = (feature_in_words(PRESENTATION, name, more=more) for name, more in liking.reasons(place))
            yield PickedSong(
                songs[place], int(liking.places[place]), len(songs), float(liking.expected[place]), tuple(reasons)
            )


def song_picker(folder: Path, individual: str, listener: str | None) -> SongPicker:
    """What picks songs of an individual of a run.

    Args:
        folder: The run's.
        individual: Whose network composes.
        listener: Who is to like the songs; None: all who have ranked.

    Raises:
        RunError: No ballot of theirs compares anybody yet.
    """
    from evolve.domain_registry import named_domain
    from evolve.guidance.guide import Guide
    from evolve.guidance.one_core import on_one_core
    from evolve.search.run_facts import space_of
    from evolve.search.taste import heard_of
    from evolve.store.run_store import RunStore

    with RunStore(folder, read_only=True) as store:
        run = store.read()
    with on_one_core():
        guide = Guide(heard_of(run), space_of(run, named_domain("music")))
    if not guide.knows:
        raise RunError(
            f"no ballot of {run.name} says yet what is liked, so no songs can be picked by that; rank a generation "
            f"first: evolve rank {run.reference}"
        )
    if listener not in (None, *guide.listeners):
        known = listed(guide.listeners)
        raise RunError(
            f"--listener {shortened(str(listener))}: no ballot of theirs says what is liked; there is {known}"
        )
    return SongPicker(guide, individual, guide.listeners if listener is None else (listener,))
