"""The tokenizers by name: learned from songs, and read back from JSON."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from evolve.domains.music.errors import CorpusError
from evolve.domains.music.song import Metre, Song
from evolve.domains.music.tokenizers import events, notes
from evolve.domains.music.tokenizers.tokenizer import Tokenizer, TokenizerSettings
from evolve.errors import shortened

KINDS: Final = (notes.NAME, events.NAME)


def learn(
    kind: str, songs: Sequence[Song], roles: Sequence[str], settings: TokenizerSettings, metres: Sequence[Metre]
) -> Tokenizer:
    """A tokenizer with the tokens that some songs need.

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


def tokenizer_from_json(data: Mapping[str, Any]) -> Tokenizer:
    """The tokenizer that its `to_json` described; `CorpusError` when it is none."""
    kind = data.get("tokenizer") if isinstance(data, Mapping) else None
    if kind == events.NAME:
        return events.EventsTokenizer.from_json(data)
    if kind == notes.NAME:
        return notes.NotesTokenizer.from_json(data)
    raise CorpusError(
        f"the tokens are of an unknown kind, {shortened(repr(kind))}; this evolve knows {' and '.join(KINDS)}"
    )
