"""A corpus: the pieces that networks learn from, all moved to one key."""

import hashlib
import statistics
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from evolve.errors import CorpusError
from evolve.music.batch import Progress, read_files
from evolve.music.builtin import BUILT_IN
from evolve.music.key import semitones_to_common_key
from evolve.music.reading import Reading
from evolve.music.representation.steps import Step, transpose
from evolve.music.sources import SourceFile, find_files

SHOWN_REASONS: Final = 4
"""How many different reasons an error of an unusable corpus tells."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece as steps, moved to the common key.

    Attributes:
        name: Its file's path within its source; a piece of a collection has a number after it.
        steps: Notes, chords and rests in order.
        transposed_by: Semitones that it was moved by.
        tempo_bpm: Quarter notes a minute.
    """

    name: str
    steps: tuple[Step, ...]
    transposed_by: int = 0
    tempo_bpm: float = 100.0


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


def read_corpus(sources: Sequence[str], *, on_progress: Progress | None = None, to_common_key: bool = True) -> Corpus:
    """Read built-in corpora, folders and files into one corpus.

    Args:
        sources: ``bach-chorales``, ``fiddle-tunes``, or paths of folders and music files; at least one.
        on_progress: Called with (files done, files in all).
        to_common_key: Whether to move every piece to C major or A minor.

    Raises:
        CorpusError: If a source is unknown, has no music files, or none of all files can be used.
    """
    files = _each_once(file for source in sources for file in find_files(source))
    outcomes = read_files([file.path for file in files], on_progress)
    read = list(zip(files, outcomes, strict=True))
    skipped = tuple(Skipped(file.name, outcome) for file, outcome in read if isinstance(outcome, str))
    pieces = tuple(
        piece
        for file, outcome in read
        if not isinstance(outcome, str)
        for piece in _pieces(file, outcome, to_common_key=to_common_key)
    )
    if not pieces:
        raise CorpusError(_nothing_usable(sources, skipped))
    return Corpus(
        names=tuple(dict.fromkeys(sources)),
        pieces=pieces,
        skipped=skipped,
        tempo_bpm=round(statistics.median(piece.tempo_bpm for piece in pieces), 1),
        fingerprint=_fingerprint(pieces),
    )


def _each_once(files: Iterable[SourceFile]) -> tuple[SourceFile, ...]:
    """The files without those that another source, or a link, has named before."""
    return tuple({file.path.resolve(): file for file in reversed(tuple(files))}.values())[::-1]


def _pieces(file: SourceFile, readings: Sequence[Reading], *, to_common_key: bool) -> Iterator[Piece]:
    for number, reading in enumerate(readings, start=1):
        semitones = semitones_to_common_key(reading.sharps) if to_common_key else 0
        yield Piece(
            name=file.name if len(readings) == 1 else f"{file.name} {number}",
            steps=transpose(reading.steps, semitones) if semitones else reading.steps,
            transposed_by=semitones,
            tempo_bpm=file.tempo_bpm or reading.tempo_bpm,
        )


def _nothing_usable(sources: Sequence[str], skipped: Sequence[Skipped]) -> str:
    """One line that says what was wrong with the files and what would do."""
    reasons = Counter(skip.reason for skip in skipped).most_common(SHOWN_REASONS)
    told = "; ".join(f"{reason} ({count})" if count > 1 else reason for reason, count in reasons)
    more = "; …" if len(skipped) > sum(count for _, count in reasons) else ""
    return (
        f"nothing usable in {', '.join(sources)}: {len(skipped)} music files, all skipped ({told}{more}); "
        f"give a folder with other files, or one of {', '.join(BUILT_IN)}"
    )


def _fingerprint(pieces: Iterable[Piece]) -> str:
    digest = hashlib.sha256()
    for piece in pieces:
        digest.update(repr([(step.pitches, step.duration_ticks) for step in piece.steps]).encode())
    return digest.hexdigest()[:16]
