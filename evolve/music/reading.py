"""Any music file as songs: MIDI files and notation (MusicXML, ABC, kern)."""

import contextlib
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from evolve.errors import CorpusError, printable
from evolve.music.key import estimate_sharps
from evolve.music.midi import read_sequences
from evolve.music.representation.steps import chord_starts
from evolve.music.song import Song
from evolve.music.unpacking import unpacked_size

MIDI_SUFFIXES: Final = (".mid", ".midi")
NOTATION_SUFFIXES: Final = (".xml", ".musicxml", ".mxl", ".abc", ".krn")
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
    """

    song: Song
    sharps: int


def read_file(path: Path) -> tuple[Reading, ...]:
    """The pieces of a music file: one, or several where it holds several tunes (ABC) or sequences (MIDI).

    Raises:
        CorpusError: Its text is the reason alone, such as ``no notes``; the caller knows the name.
    """
    songs = read_songs(path)
    usable = tuple(song for song in songs if _moments(song) >= FEWEST_NOTES)
    if not usable:
        longest = max((_moments(song) for song in songs), default=0)
        raise CorpusError(f"fewer than {FEWEST_NOTES} notes and chords: {longest}" if longest else "no notes")
    return tuple(Reading(song, estimate_sharps(song.notes)) for song in usable)


def read_songs(path: Path) -> tuple[Song, ...]:
    """The songs of a music file, one unless it is a collection.

    Raises:
        CorpusError: Its text is the reason alone.
    """
    data = read_content(path)
    name = printable(path.stem)
    if path.suffix.lower() in MIDI_SUFFIXES:
        songs = read_sequences(data, name)
    else:
        # Imported here because it takes a second and a half, and MIDI files and a warm cache do without.
        from evolve.music.notation.by_music21 import read_notation  # noqa: PLC0415

        songs = read_notation(data, path.suffix.lower(), name)
    for song in songs:
        _check_extent(song)
    return songs


def is_harmless(path: Path) -> bool:
    """Whether reading a file can neither hang nor explode, so that it needs no process of its own."""
    with contextlib.suppress(OSError, ValueError):
        return path.suffix.lower() in MIDI_SUFFIXES and path.stat().st_size <= HARMLESS_MIDI_BYTES
    return True  # it cannot be read at all


def import_reader(path: Path) -> None:
    """Import what reads such a file, where that takes its time."""
    if path.suffix.lower() in NOTATION_SUFFIXES:
        import evolve.music.notation.by_music21  # noqa: F401, PLC0415


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


def _check_extent(song: Song) -> None:
    """Refuse what nobody could learn from or hear to its end."""
    if song.duration_s > LONGEST_SONG_S:
        raise CorpusError(f"lasts for {song.duration_s / 3600:,.0f} hours, which no song does")
    if (notes := sum(len(track.notes) for track in song.tracks)) > MOST_NOTES:
        raise CorpusError(f"has {notes:,} notes, which no piece has")


def _moments(song: Song) -> int:
    """How many notes and chords a song has."""
    return len(chord_starts(song.notes.onsets_ticks.tolist()))
