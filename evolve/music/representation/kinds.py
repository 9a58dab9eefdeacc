"""The representations by name: learned from songs, and read back from JSON."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from evolve.errors import CorpusError, shortened
from evolve.music.representation import events, notes
from evolve.music.representation.contract import Representation, Settings
from evolve.music.song import Metre, Song

KINDS: Final = (notes.NAME, events.NAME)


def learn(
    kind: str, songs: Sequence[Song], roles: Sequence[str], settings: Settings, metres: Sequence[Metre]
) -> Representation:
    """A representation with the symbols that some songs need.

    Args:
        kind: One of `KINDS`.
        songs: Each with one track a role.
        roles: What the tracks are called.
        settings: What is learned.
        metres: Which a song can start in, the most frequent first; at least one.
    """
    if kind == events.NAME:
        return events.learn_events(songs, settings, metres)
    return notes.learn_notes(songs, roles, settings, metres)


def representation_from_json(data: Mapping[str, Any]) -> Representation:
    """The representation that its `to_json` described; `CorpusError` when it is none."""
    kind = data.get("representation") if isinstance(data, Mapping) else None
    if kind == events.NAME:
        return events.EventsRepresentation.from_json(data)
    if kind == notes.NAME:
        return notes.NotesRepresentation.from_json(data)
    raise CorpusError(
        f"the symbols are of an unknown kind, {shortened(repr(kind))}; this evolve knows {' and '.join(KINDS)}"
    )
