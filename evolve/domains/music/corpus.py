"""A corpus: the pieces that networks learn from, all moved to one key."""

import dataclasses
import hashlib
import os
import statistics
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from evolve.domains.music.cache import Outcome
from evolve.domains.music.errors import CorpusError
from evolve.domains.music.groups import EVERYTHING, Group, Provenance, group_pieces, groups_of, kind_in_title
from evolve.domains.music.key import mode_of, semitones_to_common_key
from evolve.domains.music.licences import Licence
from evolve.domains.music.reading import Reading
from evolve.domains.music.reading_process import Progress, read_files
from evolve.domains.music.reshaping import PIANO, arrange, transposed
from evolve.domains.music.song import Refused, Song
from evolve.domains.music.sources import BUILT_IN, SourceFile, find_files, licences_of, source_names
from evolve.domains.music.tokenizers.steps import NoteStep, fold
from evolve.errors import printable
from evolve.words import counted

SHOWN_REASONS: Final = 4
"""How many different reasons an error of an unusable corpus tells."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece, moved to the common key.

    Attributes:
        name: Its file's path within its source; a piece of a collection has its number and title after it.
        song: Its tracks as they are learned, one for each role.
        steps: All its tracks as one line of notes, chords and rests.
        transposed_by: Semitones that it was moved by.
        group: The group of the corpus that it belongs to.
    """

    name: str
    song: Song
    steps: tuple[NoteStep, ...]
    transposed_by: int = 0
    group: str = EVERYTHING

    @classmethod
    def of(cls, name: str, song: Song, transposed_by: int = 0, group: str = EVERYTHING) -> "Piece":
        """The piece of a song that is in the common key already."""
        return cls(name, song, fold(song), transposed_by, group)


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file that could not be used, and why."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class ReadFile:
    """What was read of one file.

    Attributes:
        name: Its path within its source.
        pieces: How many of its pieces can be used.
        notes: How many notes they have, before anything is arranged or folded.
        doubts: What the reader could not be sure of, of a collection's piece with its number and title before it.
    """

    name: str
    pieces: int
    notes: int
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Corpus:
    """Pieces from one or several sources.

    Attributes:
        names: The sources, as they were asked for.
        pieces: At least one.
        skipped: Files that look like music and could not be used.
        tempo_bpm: Quarter notes a minute, the middle of the pieces'.
        fingerprint: A digest of all notes and bars: equal for equal music, wherever it was read from.
        files: Every file of which something can be used, in order.
        grouped_by: What the groups of its pieces come from, as `Grouping` has it.
        licences: What each source says of where it comes from, and of its terms.
    """

    names: tuple[str, ...]
    pieces: tuple[Piece, ...]
    skipped: tuple[Skipped, ...]
    tempo_bpm: float
    fingerprint: str
    files: tuple[ReadFile, ...] = ()
    grouped_by: tuple[str, ...] = ()
    licences: tuple[Licence, ...] = ()

    @property
    def groups(self) -> tuple[Group, ...]:
        """The groups of its pieces, the largest first."""
        return groups_of([piece.group for piece in self.pieces], [len(piece.steps) for piece in self.pieces])


def read_corpus(
    sources: Sequence[str],
    *,
    roles: Sequence[str] = PIANO,
    on_progress: Progress | None = None,
    to_common_key: bool = True,
) -> Corpus:
    """Read built-in corpora, folders and files into one corpus.

    Args:
        sources: ``bach-chorales``, ``fiddle-tunes``, or paths of folders and music files; at least one.
        roles: The tracks that are learned, as `arrange` knows them; a piece that does not have them is skipped.
        on_progress: Called with (files done, files in all).
        to_common_key: Whether to move every piece to C major or A minor.

    Raises:
        CorpusError: If a source is unknown, has no music files, or none of all files can be used.
    """
    files = _each_once(file for source in sources for file in find_files(source))
    outcomes = read_files([file.path for file in files], on_progress)
    names = source_names(sources)
    pieces: list[Piece] = []
    origins: list[Provenance] = []
    skipped: list[Skipped] = []
    for file, outcome in zip(files, outcomes, strict=True):
        for found in _pieces(file, outcome, roles, to_common_key=to_common_key):
            if isinstance(found, Skipped):
                skipped.append(found)
            else:
                pieces.append(found[0])
                origins.append(_origin(file, found[1], names[file.source]))
    if not pieces:
        raise CorpusError(_nothing_usable(sources, skipped, roles))
    grouping = group_pieces(origins)
    return Corpus(
        names=tuple(dict.fromkeys(map(printable, sources))),
        pieces=tuple(
            dataclasses.replace(piece, group=name) for piece, name in zip(pieces, grouping.names, strict=True)
        ),
        skipped=tuple(skipped),
        tempo_bpm=round(statistics.median(piece.song.tempo_bpm for piece in pieces), 1),
        fingerprint=_fingerprint(pieces),
        files=tuple(
            _read_file(file, outcome)
            for file, outcome in zip(files, outcomes, strict=True)
            if outcome and not isinstance(outcome, str)
        ),
        grouped_by=grouping.by,
        licences=licences_of(sources),
    )


def _each_once(files: Iterable[SourceFile]) -> tuple[SourceFile, ...]:
    """The files without those that another source, or a link, has named before."""
    # Not `Path.resolve`, for which a link to itself is an error.
    return tuple({os.path.realpath(file.path): file for file in reversed(tuple(files))}.values())[::-1]


def _pieces(
    file: SourceFile, outcome: Outcome, roles: Sequence[str], *, to_common_key: bool
) -> Iterator[tuple[Piece, Reading] | Skipped]:
    if isinstance(outcome, str):
        yield Skipped(file.name, outcome)
        return
    for name, reading in zip(_names(file, outcome), outcome, strict=True):
        if isinstance(reading, Refused):
            yield Skipped(name, reading.reason)
            continue
        semitones = semitones_to_common_key(reading.sharps) if to_common_key else 0
        song = dataclasses.replace(reading.song, tempo_bpm=file.tempo_bpm or reading.song.tempo_bpm)
        try:
            yield Piece.of(name, transposed(arrange(song, roles), semitones), semitones), reading
        except CorpusError as error:
            yield Skipped(name, str(error))


def _origin(file: SourceFile, reading: Reading, source: str) -> Provenance:
    """What can tell the group of a piece: its own kind of tune, else that of its file's name."""
    kind = reading.kind or kind_in_title(file.path.stem)
    return Provenance(source, file.folders, kind, mode_of(reading.song.notes, reading.sharps))


def _names(file: SourceFile, outcome: Sequence[Reading | Refused]) -> list[str]:
    """What the pieces of a file are called: in a collection by number and title, or, of two alike, by place."""
    if len(outcome) == 1:
        return [file.name]
    labels = Counter(piece.label for piece in outcome)
    return [
        f"{file.name} {piece.label if piece.label and labels[piece.label] == 1 else place}"
        for place, piece in enumerate(outcome, start=1)
    ]


def _read_file(file: SourceFile, outcome: Sequence[Reading | Refused]) -> ReadFile:
    readings = [piece for piece in outcome if isinstance(piece, Reading)]
    names = [name.removeprefix(file.name).strip() for name in _names(file, outcome)]
    doubts = [
        (name, doubt)
        for name, piece in zip(names, outcome, strict=True)
        if isinstance(piece, Reading)
        for doubt in piece.doubts
    ]
    return ReadFile(
        file.name,
        len(readings),
        sum(len(reading.song.notes) for reading in readings),
        tuple(f"{name}: {doubt}" if name else doubt for name, doubt in doubts),
    )


def _nothing_usable(sources: Sequence[str], skipped: Sequence[Skipped], roles: Sequence[str]) -> str:
    """One line that says what was wrong with the files and what would do."""
    reasons = Counter(skip.reason for skip in skipped).most_common(SHOWN_REASONS)
    told = "; ".join(f"{reason} ({count:,})" if count > 1 else reason for reason, count in reasons)
    more = "; …" if len(skipped) > sum(count for _, count in reasons) else ""
    others = [name for name in BUILT_IN if name not in sources]
    ways = ["give a folder with other files", *([f"one of {', '.join(others)}"] if others else [])]
    if tuple(roles) != PIANO:
        ways.append(f"other tracks than {'+'.join(roles)}")
    return (
        f"nothing usable in {', '.join(sources)}: {counted(len(skipped), 'music file')}, all skipped "
        f"({told}{more}); "
        f"{', or '.join(ways)}"
    )


def _fingerprint(pieces: Iterable[Piece]) -> str:
    digest = hashlib.sha256()
    for piece in pieces:
        digest.update(f"{piece.song.metre} {len(piece.song.tracks)}".encode())
        for line in piece.song.bar_lines:
            digest.update(f" {line.tick} {line.metre}".encode())
        for track in piece.song.tracks:
            digest.update(track.notes.table.astype("<i8").tobytes())
    return digest.hexdigest()[:16]
