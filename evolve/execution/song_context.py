"""What a network's symbols mean, and what its songs begin with."""

from dataclasses import dataclass

from evolve.music.facts.copies import CopyIndex
from evolve.music.opening import Opening
from evolve.music.representation.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class SongContext:
    """What turns a network's symbols into songs.

    Attributes:
        vocabulary: What the symbols mean.
        opening: What every song begins with.
        tempo_bpm: Quarter notes a minute.
        copies: Finds passages copied from the corpus; None where the corpus is not at hand.
    """

    vocabulary: Vocabulary
    opening: Opening
    tempo_bpm: float
    copies: CopyIndex | None
