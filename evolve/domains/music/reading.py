"""Any music file as songs: MIDI files and notation (MusicXML, ABC, kern)."""

import contextlib
import stat
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from evolve.domains.music.errors import CorpusError
from evolve.domains.music.key import estimate_sharps
from evolve.domains.music.midi import read_sequences
from evolve.domains.music.notation.reader import read_notation, unpacked_size
from evolve.domains.music.song import ReadSong, Refused, Song
from evolve.domains.music.tokenizers.steps import chord_starts
from evolve.errors import printable

MIDI_SUFFIXES: Final = (".mid", ".midi")
MUSICXML_SUFFIXES: Final = (".xml", ".musicxml", ".mxl")
NOTATION_SUFFIXES: Final = (*MUSICXML_SUFFIXES, ".abc", ".krn")
SUFFIXES: Final = MIDI_SUFFIXES + NOTATION_SUFFIXES
"""What a music file's name ends with, in small letters."""

FEWEST_NOTES: Final = 8
"""A file with fewer notes and chords than this is no piece."""

LARGEST_FILE_BYTES: Final = 20_000_000

LONGEST_SONG_S: Final = 6 * 3600
MOST_NOTES: Final = 250_000
"""A symphony has a tenth of it; files with more are made to be looked at, or to bring programs down."""

HARMLESS_MIDI_BYTES: Final = 1_000_000
"""A MIDI file of so many bytes cannot have enough events to take more than a second or 200 MB, whatever they are."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read of one piece, as it was written or played.

    Attributes:
        song: All its tracks, with at least `FEWEST_NOTES` notes and chords, in its own key.
        sharps: The signature of the key it sounds like; negative: flats.
        label: Its number and title in its collection, such as ``12 "The Bride"``; empty where it stands alone.
        doubts: What the reader could not be sure of, each a short clause.
        kind: Its kind of tune, such as ``reel``, as its notation or its title says; empty where neither does.
    """

    song: Song
    sharps: int
    label: str = ""
    doubts: tuple[str, ...] = ()
    kind: str = ""


def read_file(path: Path) -> tuple[Reading | Refused, ...]:
    """The pieces of a music file: one, or several tunes (ABC) or sequences (MIDI), some of which may be refused.

    Raises:
        CorpusError: Its text is the reason alone, such as ``no notes``, when no piece of it can be used; the caller
            knows the name.
    """
    pieces = [_usable(piece) for piece in _pieces(path)]
    if all(isinstance(piece, Refused) for piece in pieces):
        reasons = Counter(piece.reason for piece in pieces if isinstance(piece, Refused))
        raise CorpusError(reasons.most_common(1)[0][0] if reasons else "no notes")
    return tuple(pieces)


def read_songs(path: Path) -> tuple[Song, ...]:
    """The songs of a music file, one unless it is a collection, however short they are.

    Raises:
        CorpusError: Its text is the reason alone, when there is none that can be read.
    """
    pieces = _pieces(path)
    songs = tuple(piece.song for piece in pieces if isinstance(piece, ReadSong))
    if pieces and not songs:
        raise CorpusError(next(piece.reason for piece in pieces if isinstance(piece, Refused)))
    return songs


def _pieces(path: Path) -> tuple[ReadSong | Refused, ...]:
    """What a file holds, none of it too long to be a piece."""
    data = read_content(path)
    name, suffix = printable(path.stem), path.suffix.lower()
    if suffix in MIDI_SUFFIXES:
        return tuple(_within_extent(piece) for piece in read_sequences(data, name))
    return tuple(_within_extent(piece) for piece in read_notation(data, suffix, name))


def _within_extent(piece: ReadSong | Refused) -> ReadSong | Refused:
    """The piece, refused where nobody could learn from it or hear it to its end."""
    if isinstance(piece, Refused):
        return piece
    song = piece.song
    if song.duration_s > LONGEST_SONG_S:
        return Refused(piece.label, f"lasts for {song.duration_s / 3600:,.0f} hours, which no song does")
    if (notes := sum(len(track.notes) for track in song.tracks)) > MOST_NOTES:
        return Refused(piece.label, f"has {notes:,} notes, which no piece has")
    return piece


def _usable(piece: ReadSong | Refused) -> Reading | Refused:
    """The piece with its key, refused where it is too short to learn from."""
    if isinstance(piece, Refused):
        return piece
    moments = _moments(piece.song)
    if moments < FEWEST_NOTES:
        return Refused(piece.label, f"fewer than {FEWEST_NOTES} notes and chords: {moments}" if moments else "no notes")
    return Reading(piece.song, estimate_sharps(piece.song.notes), piece.label, piece.doubts, piece.kind)


def is_harmless(path: Path) -> bool:
    """Whether reading a file can neither hang nor explode, so that it needs no process of its own."""
    with contextlib.suppress(OSError, ValueError):
        return path.suffix.lower() in MIDI_SUFFIXES and path.stat().st_size <= HARMLESS_MIDI_BYTES
    return True  # it cannot be read at all


def size_to_read(path: Path) -> int:
    """How many bytes there are to read in a file, unpacked; 0 when it cannot be opened."""
    try:
        return unpacked_size(read_content(path))
    except CorpusError:
        return 0


def read_content(path: Path) -> bytes:
    """The bytes of a file.

    Raises:
        CorpusError: Its text is the reason alone: missing, forbidden, no file, empty or far too large.
    """
    try:
        about = path.stat()
        if not stat.S_ISREG(about.st_mode):  # a pipe would keep us waiting
            raise CorpusError("not a file")
        if about.st_size > LARGEST_FILE_BYTES:
            raise CorpusError(f"larger than {LARGEST_FILE_BYTES // 1_000_000} MB, which no piece is")
        with path.open("rb", buffering=0) as file:  # read at once, so a buffer would only cost time
            data = file.read(LARGEST_FILE_BYTES)  # not more, even if it is growing
    except OSError as error:
        raise CorpusError(f"cannot be opened: {error.strerror or error}") from error
    except ValueError as error:  # no name of a file on any system
        raise CorpusError(f"cannot be opened: {error}") from error
    if not data.strip():
        raise CorpusError("empty file")
    return data


def _moments(song: Song) -> int:
    """How many notes and chords a song has."""
    return len(chord_starts(song.notes.onsets_ticks.tolist()))
