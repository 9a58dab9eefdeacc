"""Facts about songs are what they claim to be."""

import pickle
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evolve.music.descriptors import CopyIndex, Facts, describe, loops, one_line, pitch_name
from evolve.music.representation.steps import Step

NOTHING = CopyIndex.build([], [])
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


def test_the_same_note_forever_is_all_repetition() -> None:
    """A model that is stuck on one pitch repeats wholly, whatever its rhythm."""
    stuck = [Step((60,), 12 + 12 * (i * i % 3 == 0)) for i in range(100)]
    assert describe(stuck, opening_length=0, training=NOTHING, tempo_bpm=100)["repetition"] == 1


def test_a_tune_played_twice_is_no_loop() -> None:
    """A repeat, as in real pieces, is not counted; a third time is."""
    tune = [(60,), (62,), (64,), (65,), (67,)]
    assert loops(tune * 2) == (0, 0, 0)
    assert loops(tune * 3) == (1, 15, 5)


def test_three_equal_notes_are_no_loop() -> None:
    """Short repetitions are rhythm."""
    assert loops([(60,)] * 7 + [(62,)]) == (0, 0, 0)


def test_the_longest_loop_is_told_from_shorter_ones() -> None:
    """Of several loops the longest is named, with the length of its pattern."""
    pattern = [(50,)] * 8 + [(60,), (62,), (64,)] * 4 + [(71,), (72,), (74,), (77,)]
    assert loops(pattern) == (20 / 24, 12, 3)


@given(st.lists(st.sampled_from([(60,), (62,), ()]), max_size=40))
def test_repetition_is_the_share_of_steps_in_loops(pattern: list[tuple[int, ...]]) -> None:
    """Every stretch that satisfies the definition, and no other, is counted."""
    inside: set[int] = set()
    for start in range(len(pattern)):
        for stop in range(start + 8, len(pattern) + 1):
            stretch = pattern[start:stop]
            if any(stretch[p:] == stretch[:-p] for p in range(1, len(stretch) // 3 + 1)):
                inside.update(range(start, stop))
    share, longest, period = loops(pattern)
    assert share == pytest.approx(len(inside) / len(pattern) if pattern else 0)
    assert longest >= 3 * period


def test_facts_speak_of_the_composed_part_alone() -> None:
    """The opening, which every song of a run shares, is left out of every fact."""
    index = CopyIndex.build(["tune"], [melody(60, 62, 64, 65)])
    song = [*melody(60, 62, 64), Step((), 48), *melody(65, 48)]
    assert describe(song, opening_length=3, training=index, tempo_bpm=120) == {
        "notes": 3,
        "seconds": 2.0,
        "range": "C3–F4",
        "distinct_pitches": 2,
        "repetition": 0,
        "longest_loop_notes": 0,
        "loop_period_notes": 0,
        "copied_notes": 1,
        "copied_from": "tune",
        "opening_ticks": 72,
    }


def test_the_range_is_told_as_it_is_heard() -> None:
    """Where the steps were moved to the corpus's key, the range is that of the song in its own."""
    song = melody(60, 67)
    facts = describe(song, opening_length=0, training=NOTHING, tempo_bpm=120, transposed_by=-2)
    assert facts["range"] == "D4–A4"


@given(lines, st.integers(0, 12))
def test_any_steps_can_be_described_in_one_line(song: list[Step], opening_length: int) -> None:
    """Silence, emptiness and chords alike have a description."""
    facts = describe(song, opening_length=opening_length, training=NOTHING, tempo_bpm=90)
    assert "\n" not in one_line(facts)


def test_the_line_reads_well() -> None:
    """What a listener sees of a song is short and clear."""
    length: Facts = {"notes": 500, "seconds": 191.6, "range": "C2–A5", "repetition": 0.12}
    copied: Facts = {"copied_notes": 9, "copied_from": "bwv66.6"}
    assert one_line(length) == "500 notes · 3:12 · C2–A5 · repeats 12 %"
    assert one_line(length | copied) == "500 notes · 3:12 · C2–A5 · repeats 12 % · copied ≤ 9 notes (bwv66.6)"


def test_middle_c_is_c4() -> None:
    """Pitches have the names musicians give them."""
    assert [pitch_name(p) for p in (0, 21, 60, 61, 127)] == ["C-1", "A0", "C4", "C♯4", "G9"]
