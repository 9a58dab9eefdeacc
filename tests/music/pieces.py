"""Pieces and corpora for the tests of this room."""

from collections.abc import Sequence

from hypothesis import strategies as st

from evolve.music.corpus import Corpus, Piece
from evolve.music.midi import write_midi
from evolve.music.representation.steps import DURATIONS, HIGHEST_PITCH, LOWEST_PITCH, Step, unfold
from evolve.music.representation.vocabulary import Vocabulary

chords = st.lists(st.integers(LOWEST_PITCH, HIGHEST_PITCH), unique=True, max_size=5).map(lambda p: tuple(sorted(p)))
"""Pitches of a rest, a note or a chord."""

steps = st.builds(Step, chords, st.sampled_from(DURATIONS))

lines = st.lists(steps, max_size=40).map(tuple)


@st.composite
def vocabularies(draw: st.DrawFn) -> Vocabulary:
    """A vocabulary with the rest and at least one note or chord."""
    pitches = draw(st.lists(chords.filter(bool), unique=True, min_size=1, max_size=20))
    durations = draw(st.lists(st.sampled_from(DURATIONS), unique=True, min_size=1))
    return Vocabulary(((), *pitches), tuple(sorted(durations)))


def tune(length: int, start: int = 60) -> tuple[Step, ...]:
    """A line of single notes, each piece of another start a different one."""
    return tuple(Step((start + k * k % 11,), (6, 12, 24)[k % 3]) for k in range(length))


def corpus_of(lengths: Sequence[int]) -> Corpus:
    """A corpus of tunes of these lengths."""
    pieces = tuple(Piece(f"tune {k}", tune(length, 50 + k)) for k, length in enumerate(lengths))
    return Corpus(("tunes",), pieces, (), tempo_bpm=100.0, fingerprint="tunes")


def midi_of(steps_of_piece: Sequence[Step]) -> bytes:
    """The bytes of a MIDI file."""
    return write_midi(unfold(steps_of_piece, tempo_bpm=90.0))


ABC = """X:1
T:Scale
M:4/4
L:1/4
K:D
"4"D E F G | A2 B2 | {c}d4- | d4 | z4 | D E F G |]
"""
"""A tune in D major with a fingering that looks like a chord symbol, a grace note, a tie and a rest."""
