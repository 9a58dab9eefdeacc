"""A corpus: the pieces that networks learn from."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from evolve.music.representation.steps import Step


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece as steps, moved to the common key.

    Attributes:
        name: File name within its source, or the built-in corpus's.
        steps: Notes, chords and rests in order.
        transposed_by: Semitones that it was moved by.
    """

    name: str
    steps: tuple[Step, ...]
    transposed_by: int = 0


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file that could not be used, and why."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Corpus:
    """Pieces from one or several sources.

    Attributes:
        names: The sources, as they were asked for.
        pieces: At least one.
        skipped: Files that look like music and could not be used.
        tempo_bpm: Quarter notes a minute, the middle of the pieces'.
        fingerprint: A digest of all steps: equal for equal music, wherever it was read from.
    """

    names: tuple[str, ...]
    pieces: tuple[Piece, ...]
    skipped: tuple[Skipped, ...]
    tempo_bpm: float
    fingerprint: str


def read_corpus(sources: Sequence[str], *, on_progress: Callable[[int, int], None] | None = None) -> Corpus:
    """Read built-in corpora, folders and files into one corpus.

    Args:
        sources: ``bach-chorales``, ``fiddle-tunes``, or paths of folders and music files.
        on_progress: Called with (files done, files in all).

    Raises:
        CorpusError: If a source is unknown or nothing usable was found.
    """
    raise NotImplementedError
