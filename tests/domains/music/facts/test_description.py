"""Copied passages are found wherever they are."""

import json
import pickle
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from evolve.domains.music.facts.description import CopyIndex, describe
from evolve.domains.music.facts.figures import CorpusFigures
from evolve.domains.music.facts.words import one_line
from evolve.domains.music.song import Song
from evolve.domains.music.tokenizers.steps import NoteStep, fold
from tests.domains.music.facts.songs import melody, songs

few_steps = st.builds(NoteStep, st.sampled_from([(), (60,), (60, 64)]), st.sampled_from([12, 24]))
lines = st.lists(few_steps, max_size=12)


def line(*pitches: int, duration_ticks: int = 24) -> list[NoteStep]:
    """One note after the other, all of one length."""
    return [NoteStep((pitch,), duration_ticks) for pitch in pitches]


def has_run(piece: Sequence[NoteStep], run: Sequence[NoteStep]) -> bool:
    """Whether the piece has the run somewhere."""
    return any(list(piece[i : i + len(run)]) == list(run) for i in range(len(piece) - len(run) + 1))


@given(lines, st.lists(lines, max_size=4))
def test_the_longest_copy_is_what_a_full_search_finds(song: list[NoteStep], pieces: list[list[NoteStep]]) -> None:
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
    index = CopyIndex.build(["a", "b"], [line(60, 62), line(64, 65, 67)])
    assert index.longest_copy(line(60, 62, 64, 65, 67)) == (3, "b")


def test_another_key_or_rhythm_is_no_copy() -> None:
    """Only the same pitches for the same time count."""
    index = CopyIndex.build(["a"], [line(60, 62, 64)])
    assert index.longest_copy(line(61, 63, 65)) == (0, "")
    assert index.longest_copy(line(60, 62, 64, duration_ticks=12)) == (0, "")


def test_an_index_travels() -> None:
    """A pickled index finds the same copies."""
    index = CopyIndex.build(["a"], [line(60, 62, 64)])
    assert pickle.loads(pickle.dumps(index)).longest_copy(line(62, 64)) == (2, "a")  # noqa: S301 - our own bytes


TUNE = melody([60, 62, 64, 65, 67, 65, 64, 62])
COPIES = CopyIndex.build(["tune"], [fold(TUNE)])
CORPUS = CorpusFigures.of([TUNE])


@given(songs, st.integers(0, 500), st.sampled_from([True, False, None]))
def test_any_song_can_be_described(song: Song, opening_ticks: int, ended: bool | None) -> None:  # noqa: FBT001 - drawn
    """Silence, emptiness and several tracks alike have facts that JSON can hold, and a line."""
    facts = describe(song, opening_ticks=opening_ticks, copies=COPIES, corpus=CORPUS, ended=ended)
    assert json.loads(json.dumps(facts, allow_nan=False)) == facts
    assert "\n" not in one_line(facts)


def test_facts_speak_of_the_composed_part_alone() -> None:
    """The opening, which every song of a run shares, is left out of every fact."""
    song = melody([60, 62, 64, 70, 72, 70])
    facts = describe(song, opening_ticks=72, copies=COPIES, corpus=None)
    assert (facts["notes"], facts["seconds"], facts["range"]) == (3, 1.5, "A♯4–C5")
    assert (facts["copied_notes"], facts["copied_from"], facts["opening_ticks"]) == (0, "", 72)


def test_a_song_is_told_as_heard_and_compared_in_the_common_key() -> None:
    """The range is that of the song's own key; copies and distances are looked for in the corpus's."""
    heard = melody([65, 67, 69, 70, 72])
    facts = describe(heard, opening_ticks=0, copies=COPIES, corpus=CORPUS, transposed_by=-5)
    assert facts["range"] == "F4–C5"
    assert (facts["copied_notes"], facts["copied_from"]) == (5, "tune")
    assert facts["distance_lowest"] == 0


def test_what_is_not_known_is_left_out() -> None:
    """Without a corpus nothing is copied or far, and without an end nothing has ended."""
    facts = describe(TUNE, opening_ticks=0, copies=None, corpus=None)
    assert not any(name.startswith(("copied", "distance", "farthest", "ended")) for name in facts)
    assert describe(TUNE, opening_ticks=0, copies=None, corpus=None, ended=False)["ended"] is False


def test_the_figure_that_is_farthest_is_named() -> None:
    """It is one of those that have a distance, and the largest of them."""
    facts = describe(melody([30, 31, 90]), opening_ticks=0, copies=None, corpus=CORPUS)
    distances = {name: abs(float(fact)) for name, fact in facts.items() if name.startswith("distance_")}
    assert distances[f"distance_{facts['farthest']}"] == max(distances.values())


def test_an_end_right_after_the_opening_is_silence() -> None:
    """A network may end at once; that is a fact like others."""
    facts = describe(TUNE, opening_ticks=500, copies=COPIES, corpus=CORPUS, ended=True)
    assert (facts["notes"], facts["range"], facts["stuck"], facts["farthest"]) == (0, "silent", "", "")
    assert facts["distance"] == 5
    assert one_line(facts) == "0 notes, ends by itself · 0:00 · silent · repeats 0 % · nothing copied"
