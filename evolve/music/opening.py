"""The opening: the steps that every song of a run begins with."""

from dataclasses import dataclass
from pathlib import Path

from evolve.errors import CorpusError
from evolve.music.encoded import OPENING_STEPS, EncodedCorpus
from evolve.music.representation.steps import Step
from evolve.music.representation.vocabulary import Vocabulary
from evolve.randomness import derive_rng


@dataclass(frozen=True, slots=True)
class Opening:
    """Steps to begin with, in symbols the vocabulary knows.

    Attributes:
        steps: As many as were asked for, in the corpus's key.
        source: The piece or file they come from.
        notice: What had to be replaced by something similar, to be said to the user; None when nothing was.
        transposed_by: Semitones it was moved by to the corpus's key; the songs can be moved back by as much.
    """

    steps: tuple[Step, ...]
    source: str
    notice: str | None = None
    transposed_by: int = 0


def choose_opening(encoded: EncodedCorpus, *, seed: int, length: int = OPENING_STEPS) -> Opening:
    """The beginning of a held-out piece that the seed chooses.

    Raises:
        CorpusError: If no piece is long enough.
    """
    long_enough = [i for i, piece in enumerate(encoded.held_out) if len(piece["pitch"]) >= length]
    if not long_enough:
        raise CorpusError(f"no held-out piece has the {length} notes that an opening needs; add longer pieces")
    index = long_enough[int(derive_rng(seed, "opening").integers(len(long_enough)))]
    steps = encoded.vocabulary.decode(encoded.held_out[index])[:length]
    return Opening(steps, encoded.held_out_names[index])


def read_opening(path: Path | str, vocabulary: Vocabulary, *, length: int = OPENING_STEPS) -> Opening:
    """The beginning of a music file, moved to the corpus's key and into its vocabulary.

    Raises:
        CorpusError: If the file cannot be read or is shorter than `length` steps.
    """
    raise NotImplementedError
