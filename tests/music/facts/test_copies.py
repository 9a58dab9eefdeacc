"""Copied passages are found wherever they are."""

import pickle
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from evolve.music.facts.copies import CopyIndex
from evolve.music.representation.steps import Step

few_steps = st.builds(Step, st.sampled_from([(), (60,), (60, 64)]), st.sampled_from([12, 24]))
lines = st.lists(few_steps, max_size=12)


def melody(*pitches: int, duration_ticks: int = 24) -> list[Step]:
    """One note after the other, all of one length."""
    return [Step((pitch,), duration_ticks) for pitch in pitches]


def has_run(piece: Sequence[Step], run: Sequence[Step]) -> bool:
    """Whether the piece has the run somewhere."""
    return any(list(piece[i : i + len(run)]) == list(run) for i in range(len(piece) - len(run) + 1))


@given(lines, st.lists(lines, max_size=4))
def test_the_longest_copy_is_what_a_full_search_finds(song: list[Step], pieces: list[list[Step]]) -> None:
    """The index agrees with trying every run of the song in every piece, and names a piece that has it."""
    names = [f"piece {i}" for i in range(len(pieces))]
    length, name = CopyIndex.build(names, pieces).longest_copy(song)
    runs = [song[i:j] for i in range(len(song)) for j in range(i + 1, len(song) + 1)]
    copied = [run for run in runs if any(has_run(piece, run) for piece in pieces)]
    assert length == max(map(len, copied), default=0)
    assert bool(name) == bool(length)
    if name:
        assert any(has_run(pieces[names.index(name)], run) for run in copied if len(run) == length)


def test_a_copy_does_not_run_from_one_piece_into_the_next() -> None:
    """The end of one piece and the beginning of the next are no passage."""
    index = CopyIndex.build(["a", "b"], [melody(60, 62), melody(64, 65, 67)])
    assert index.longest_copy(melody(60, 62, 64, 65, 67)) == (3, "b")


def test_another_key_or_rhythm_is_no_copy() -> None:
    """Only the same pitches for the same time count."""
    index = CopyIndex.build(["a"], [melody(60, 62, 64)])
    assert index.longest_copy(melody(61, 63, 65)) == (0, "")
    assert index.longest_copy(melody(60, 62, 64, duration_ticks=12)) == (0, "")


def test_an_index_travels() -> None:
    """A pickled index finds the same copies."""
    index = CopyIndex.build(["a"], [melody(60, 62, 64)])
    assert pickle.loads(pickle.dumps(index)).longest_copy(melody(62, 64)) == (2, "a")  # noqa: S301 - our own bytes
