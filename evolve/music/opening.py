"""The opening: the steps that every song of a run begins with."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from evolve.errors import CorpusError
from evolve.music.encoded import OPENING_STEPS, EncodedCorpus
from evolve.music.key import semitones_to_common_key
from evolve.music.pitch_names import pitch_name
from evolve.music.reading import SUFFIXES, Reading, read_file
from evolve.music.representation.likeness import Pitches
from evolve.music.representation.steps import Step, transpose
from evolve.music.representation.vocabulary import Encoded, Vocabulary
from evolve.music.song import TICKS_PER_BEAT
from evolve.randomness import derive_rng

OCTAVES_TRIED: Final = (0, -12, 12, -24, 24, -36, 36)
"""By how much an opening is moved beside its key, to lie where the corpus lies; the first of equals is taken."""

EXAMPLES: Final = 3
"""How many replacements a notice names."""


@dataclass(frozen=True, slots=True)
class Opening:
    """Steps to begin with, in symbols the vocabulary knows.

    Attributes:
        steps: As many as were asked for, in the corpus's key.
        source: The piece or file they come from.
        notice: What had to be replaced by something similar, to be said to the user; None when nothing was.
        transposed_by: Semitones it was moved by to the corpus's key; the songs can be moved back by as much.
        tempo_bpm: Quarter notes a minute of the piece or file; None when not known.
    """

    steps: tuple[Step, ...]
    source: str
    notice: str | None = None
    transposed_by: int = 0
    tempo_bpm: float | None = None


def choose_opening(encoded: EncodedCorpus, *, seed: int, length: int = OPENING_STEPS) -> Opening:
    """The beginning of a held-out piece that the seed chooses.

    The beginning, not a random middle: it is where a phrase starts, and where every network starts to listen.

    Raises:
        CorpusError: If no held-out piece is long enough.
    """
    long_enough = [i for i, piece in enumerate(encoded.held_out) if len(piece["pitch"]) >= length]
    if not long_enough:
        longest = max(len(piece["pitch"]) for piece in encoded.held_out)
        raise CorpusError(
            f"no piece that was held out has the {length} notes that an opening needs (the longest has {longest}); "
            f"add longer pieces to the corpus, or give an opening of your own with --opening FILE"
        )
    index = long_enough[int(derive_rng(seed, "opening").integers(len(long_enough)))]
    steps = encoded.vocabulary.decode(encoded.held_out[index])[:length]
    return Opening(
        steps=steps,
        source=encoded.held_out_names[index],
        transposed_by=encoded.held_out_transposed_by[index],
        tempo_bpm=encoded.held_out_tempo_bpm[index],
    )


def find_opening(path: Path, length: int) -> Reading:
    """The first piece of a music file that is long enough for an opening of so many steps.

    Raises:
        CorpusError: If the file is missing, cannot be read, or has no such piece.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise CorpusError(f"the opening {path} is not a music file; it can be {', '.join(SUFFIXES)}")
    try:
        readings = read_file(path)
    except CorpusError as error:
        raise CorpusError(f"the opening {path} cannot be used: {error}") from error
    for reading in readings:
        if len(reading.steps) >= length:
            return reading
    longest = max(len(reading.steps) for reading in readings)
    raise CorpusError(f"the opening {path} has {longest} notes, chords and rests, and {length} are needed")


def read_opening(path: Path | str, vocabulary: Vocabulary, *, length: int = OPENING_STEPS) -> Opening:
    """The beginning of a music file, moved to the corpus's key and register and into its vocabulary.

    Args:
        path: Any file that a corpus could have; of a collection, the first piece that is long enough.
        vocabulary: What the networks know.
        length: How many steps.

    Raises:
        CorpusError: If the file is missing, cannot be read, or is shorter than `length` steps.
    """
    path = Path(path).expanduser()
    reading = find_opening(path, length)
    semitones = semitones_to_common_key(reading.sharps)
    tried = [(_encode(reading.steps[:length], vocabulary, semitones + octaves), octaves) for octaves in OCTAVES_TRIED]
    encoded, octaves = min(tried, key=lambda attempt: attempt[0].replaced)
    return Opening(
        steps=vocabulary.decode(encoded.streams),
        source=path.name,
        notice=_notice(path.name, encoded, length),
        transposed_by=semitones + octaves,
        tempo_bpm=reading.tempo_bpm,
    )


def _encode(steps: Sequence[Step], vocabulary: Vocabulary, semitones: int) -> Encoded:
    return vocabulary.encode(transpose(steps, semitones))


def _notice(name: str, encoded: Encoded, length: int) -> str | None:
    """What was replaced, in one line; None when nothing was."""
    chords = [f"{_chord(old)} by {_chord(new)}" for old, new, _ in encoded.replaced_pitches]
    durations = [f"{_beats(old)} by {_beats(new)}" for old, new, _ in encoded.replaced_durations]
    if not chords and not durations:
        return None
    several = sum(n for *_, n in encoded.replaced_pitches), sum(n for *_, n in encoded.replaced_durations)
    examples = [*chords[:EXAMPLES], *durations[:EXAMPLES]]
    more = ", …" if len(examples) < len(chords) + len(durations) else ""
    return (
        f"{name}: the corpus does not have {several[0]} of its {length} notes and chords and {several[1]} of its "
        f"durations; the nearest took their place ({', '.join(examples)}{more})"
    )


def _chord(pitches: Pitches) -> str:
    return "-".join(pitch_name(pitch) for pitch in pitches) or "rest"


def _beats(ticks: int) -> str:
    return f"{ticks / TICKS_PER_BEAT:.3g} beats"
