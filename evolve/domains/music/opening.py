"""The opening: the music that every song of a run begins with, whatever tokens its network knows."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

from evolve.domains.music.corpus import Piece
from evolve.domains.music.errors import CorpusError
from evolve.domains.music.key import semitones_to_common_key
from evolve.domains.music.plain import FASTEST_TEMPO_BPM
from evolve.domains.music.reading import SUFFIXES, Reading
from evolve.domains.music.reading_process import read_files
from evolve.domains.music.reshaping import arrange, transposed, until
from evolve.domains.music.song import TICKS_PER_BEAT, Song
from evolve.domains.music.sources import in_own_home
from evolve.domains.music.tokenizers.steps import placed_steps
from evolve.domains.music.tokenizers.tokenizer import EncodedSong, Tokenizer
from evolve.errors import printable
from evolve.randomness import derive_rng
from evolve.words import counted, worded

OCTAVES_TRIED: Final = (0, -12, 12, -24, 24, -36, 36)
"""By how much an opening is moved beside its key, to lie where the corpus lies; the first of equals is taken."""

ROOM_TO_GO_ON: Final = 1.5
"""A piece so many times as long as the opening does not end where songs are to go on."""

LONGEST_OPENING_S: Final = 600.0
"""Of a longer one nobody would hear what a network adds: ten minutes of each song are made into sound."""

MOST_TICKS: Final = round(LONGEST_OPENING_S / 60 * FASTEST_TEMPO_BPM) * TICKS_PER_BEAT
"""How long the longest opening is at the fastest tempo."""

EXAMPLES: Final = 3
"""How many replacements a notice names."""

_STEP, _STEPS = "note, chord or rest", "notes, chords and rests"


@dataclass(frozen=True, slots=True)
class Opening:
    """Music to begin with.

    Attributes:
        song: Its notes alone, in the corpus's key, with the tempo, metre and instruments that songs go on in. Without
            notes songs begin from scratch.
        goes_on_at: The tick at which songs go on, not before its last note ends.
        notes: Its notes, chords and rests.
        source: The piece or file it comes from.
        notice: What some networks read in place of what is written, to be said to the user; None when nothing.
        transposed_by: Semitones it was moved by to the corpus's key; songs are moved back by as much.
    """

    song: Song
    goes_on_at: int
    notes: int
    source: str
    notice: str | None = None
    transposed_by: int = 0

    @property
    def lasts_s(self) -> float:
        """Seconds until songs go on."""
        return self.goes_on_at / TICKS_PER_BEAT * 60.0 / self.song.tempo_bpm


def choose_opening(held_out: Sequence[Piece], *, seed: int, notes: int) -> Opening:
    """The beginning of a held-out piece that the seed chooses, rather of one that goes on for a good while.

    The beginning, not a random middle: it is where a phrase starts, and where every network starts to listen.

    Args:
        held_out: At least one piece.
        seed: The run's.
        notes: How many notes, chords and rests.

    Raises:
        CorpusError: If no held-out piece is long enough, or the beginnings of all last for too long.
    """
    long_enough = [piece for piece in held_out if len(piece.steps) >= notes]
    if not long_enough:
        longest = max(len(piece.steps) for piece in held_out)
        raise CorpusError(
            f"no piece that was held out has the {counted(notes, 'note')} that an opening needs (the longest has "
            f"{longest}); add longer pieces to the corpus, take a shorter opening with "
            f"--set opening_notes={longest}, or give one of your own with --opening FILE"
        )
    soon_over = [piece for piece in long_enough if not _is_endless(piece.song, notes)]
    if not soon_over:
        raise CorpusError(
            f"the first {worded(notes, 'note', f'{notes} notes')} of every piece that was held out "
            f"{worded(notes, 'lasts', 'last')} for more than {LONGEST_OPENING_S / 60:.0f} minutes; "
            f"take a shorter opening with --set opening_notes=, or give one of your own with --opening FILE"
        )
    with_room = [piece for piece in soon_over if len(piece.steps) >= ROOM_TO_GO_ON * notes] or soon_over
    piece = with_room[int(derive_rng(seed, "opening").integers(len(with_room)))]
    return _beginning(piece.song, notes, piece.name, piece.transposed_by)


def find_opening(path: Path, roles: Sequence[str], notes: int) -> tuple[Song, int]:
    """The first piece of a music file with these tracks that has so many notes, chords and rests, and its sharps.

    Raises:
        CorpusError: If the file is missing, cannot be read, or has no such piece, or if these notes last too long.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise CorpusError(f"the opening {path} is not a music file; it can be {', '.join(SUFFIXES)}")
    (outcome,) = read_files((path,))
    if isinstance(outcome, str):
        raise CorpusError(f"the opening {path} cannot be used: {outcome}; give a file of music that can be read")
    songs = _arranged([piece for piece in outcome if isinstance(piece, Reading)], roles, path)
    lengths = [sum(1 for _ in placed_steps(song)) for song, _ in songs]
    long_enough = [song for song, length in zip(songs, lengths, strict=True) if length >= notes]
    if long_enough:
        return _soon_over(long_enough, path, notes)
    raise CorpusError(
        f"the opening {path} has {counted(max(lengths), _STEP, _STEPS)}, and {counted(notes, 'is', 'are')} needed; "
        f"give a longer one, or start a run with a smaller opening_notes"
    )


def _soon_over(songs: Sequence[tuple[Song, int]], path: Path, notes: int) -> tuple[Song, int]:
    """The first piece whose beginning lets a song be heard after it."""
    for song, sharps in songs:
        if not _is_endless(song, notes):
            return song, sharps
    minutes = _beginning(songs[0][0], notes, path.name, 0).lasts_s / 60
    raise CorpusError(
        f"the first {worded(notes, _STEP, f'{notes} {_STEPS}')} of the opening {path} "
        f"{worded(notes, 'lasts', 'last')} for {counted(round(minutes), 'minute')}, and "
        f"{LONGEST_OPENING_S / 60:.0f} are the most; give another file, or start a run with a smaller opening_notes"
    )


def _arranged(readings: Sequence[Reading], roles: Sequence[str], path: Path) -> list[tuple[Song, int]]:
    """The pieces that have the tracks, each with its sharps; at least one."""
    songs, reasons = [], []
    for reading in readings:
        try:
            songs.append((arrange(reading.song, roles), reading.sharps))
        except CorpusError as error:
            reasons.append(str(error))
    if not songs:
        raise CorpusError(f"the opening {path} does not have the tracks {'+'.join(roles)}: {reasons[0]}")
    return songs


def read_opening(path: Path | str, tokenizer: Tokenizer, roles: Sequence[str], *, notes: int) -> Opening:
    """The beginning of a music file, with the corpus's tracks, moved to its key and register.

    Args:
        path: Any file that a corpus could have; of a collection, the first piece that is long enough.
        tokenizer: What networks know; the octave is the one of which they know most.
        roles: The tracks, as `arrange` knows them.
        notes: How many notes, chords and rests.

    Raises:
        CorpusError: If the file is missing, cannot be read, is shorter, or does not have the tracks.
    """
    path = in_own_home(path)
    song, sharps = find_opening(path, roles, notes)
    semitones = semitones_to_common_key(sharps)
    places = [semitones + octaves for octaves in OCTAVES_TRIED]
    openings = [_beginning(transposed(song, place), notes, path.name, place) for place in places]
    return min(openings, key=lambda one: tokenizer.encode(one.song, one.goes_on_at).replacements)


def whole_opening(song: Song, source: str, *, transposed_by: int) -> Opening:
    """A whole song as an opening: what goes on from it does so where its last note ends, whether it had ended or not.

    Args:
        song: In the corpus's key.
        source: What it is called, such as ``song 2 of g0-3``.
        transposed_by: Semitones it was moved by to the corpus's key.

    Raises:
        CorpusError: If it has no notes, or lasts so long that nobody would hear what follows.
    """
    if not len(song.notes):
        raise CorpusError(f"{source} has no notes: there is nothing to go on from")
    goes_on_at = song.length_ticks
    notes = sum(1 for _ in placed_steps(song))
    opening = Opening(until(song, goes_on_at), goes_on_at, notes, source, transposed_by=transposed_by)
    if opening.lasts_s > LONGEST_OPENING_S:
        raise CorpusError(
            f"{source} lasts for {counted(round(opening.lasts_s / 60), 'minute')}, and "
            f"{LONGEST_OPENING_S / 60:.0f} are the most to go on from; go on from a shorter one"
        )
    return opening


def replacements_notice(opening: Opening, encoded: EncodedSong) -> str | None:
    """What a network reads in place of what the opening has, in one line; None when nothing."""
    if not encoded.replaced:
        return None
    examples = [f"{old} by {new}" for old, new, _ in encoded.replaced[:EXAMPLES]]
    more = ", …" if len(encoded.replaced) > EXAMPLES else ""
    return (
        f"{opening.source}: the corpus does not have {encoded.replacements} of the opening's notes, chords and "
        f"durations; networks read the nearest in their place ({', '.join(examples)}{more})"
    )


def _is_endless(song: Song, notes: int) -> bool:
    """Whether nobody would wait for the end of its first notes."""
    return song.duration_s > LONGEST_OPENING_S < _beginning(song, notes, "", 0).lasts_s


def _beginning(song: Song, notes: int, source: str, transposed_by: int) -> Opening:
    """The first so many notes, chords and rests; those that would sound on end where songs go on."""
    steps = list(islice(placed_steps(song), notes))
    goes_on_at = steps[-1].start_ticks + steps[-1].ticks
    return Opening(until(song, goes_on_at), goes_on_at, len(steps), printable(source), transposed_by=transposed_by)
