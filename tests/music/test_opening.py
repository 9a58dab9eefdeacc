"""Openings come from a held-out piece or from a file of the user's."""

from pathlib import Path

import pytest

from evolve.errors import CorpusError
from evolve.music.encoded import encode_corpus
from evolve.music.opening import choose_opening, read_opening
from evolve.music.representation.steps import Step, transpose
from evolve.music.representation.vocabulary import build_vocabulary
from tests.music.pieces import corpus_of, midi_of

C_MAJOR = tuple(Step((60 + k,), 12) for k in (0, 4, 7, 0, 5, 9, 7, 11, 14, 12) * 6)
"""A tune in C major of 60 steps."""

VOCABULARY = build_vocabulary([C_MAJOR])


def written(folder: Path, steps: tuple[Step, ...]) -> Path:
    """A MIDI file of these steps."""
    path = folder / "mine.mid"
    path.write_bytes(midi_of(steps))
    return path


def test_the_seed_chooses_the_beginning_of_a_held_out_piece() -> None:
    """The opening is how a held-out piece begins; the same seed takes the same one."""
    corpus = corpus_of([60] * 20)
    encoded = encode_corpus(corpus, seed=1, held_out_share=0.5)
    openings = [choose_opening(encoded, seed=seed) for seed in range(20)]
    starts = {piece.name: piece.steps[:50] for piece in corpus.pieces}
    assert all(opening.source in encoded.held_out_names for opening in openings)
    assert len({opening.source for opening in openings}) > 3
    assert choose_opening(encoded, seed=3) == openings[3]
    assert all(len(opening.steps) == 50 == len(starts[opening.source]) for opening in openings)


def test_no_piece_long_enough_is_explained() -> None:
    """Where every piece is shorter than an opening, the error says how long they are and what to do."""
    with pytest.raises(CorpusError, match=r"needs \(the longest has 30\).*--opening FILE"):
        choose_opening(encode_corpus(corpus_of([30, 30]), seed=0), seed=0)


@pytest.mark.parametrize("semitones", [-14, -3, 0, 1, 6, 19])
def test_a_file_is_moved_to_the_key_and_register_of_the_corpus(tmp_path: Path, semitones: int) -> None:
    """However a tune was transposed, it comes back in the corpus's key and octave, and says how far it moved."""
    opening = read_opening(written(tmp_path, transpose(C_MAJOR, semitones)), VOCABULARY)
    assert opening.steps == C_MAJOR[:50]
    assert opening.transposed_by == -semitones
    assert opening.notice is None
    assert opening.source == "mine.mid"


def test_what_the_corpus_never_had_is_replaced_and_said(tmp_path: Path) -> None:
    """Unknown chords and durations become the nearest known ones, with examples in the notice."""
    strange = (Step((60, 63, 66), 12), *C_MAJOR[1:30], Step((67,), 96), *C_MAJOR[31:])
    opening = read_opening(written(tmp_path, strange), VOCABULARY)
    assert opening.notice is not None
    assert "C4-D♯4-F♯4 by" in opening.notice
    assert "1 of its 50 notes and chords and 1 of its durations" in opening.notice
    assert "4 beats by 0.5 beats" in opening.notice
    assert VOCABULARY.encode(opening.steps).replaced == 0


def test_a_short_or_unreadable_opening_is_explained(tmp_path: Path) -> None:
    """A file that is too short, missing, broken or no music is one line that names it."""
    broken = tmp_path / "broken.mid"
    broken.write_bytes(b"MThd")
    for path, said in (
        (written(tmp_path, C_MAJOR[:20]), "has 20 notes, chords and rests, and 50 are needed"),
        (tmp_path / "missing.mid", "No such file"),
        (broken, "cannot be used"),
        (Path(__file__), "not a music file"),
    ):
        with pytest.raises(CorpusError, match=said) as told:
            read_opening(path, VOCABULARY)
        assert str(path) in str(told.value)
        assert "\n" not in str(told.value)


def test_an_opening_can_have_another_length(tmp_path: Path) -> None:
    """The length is the caller's."""
    path = written(tmp_path, C_MAJOR)
    assert len(read_opening(path, VOCABULARY, length=10).steps) == 10
