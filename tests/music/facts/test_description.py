"""A song's facts are flat, complete, and as it is heard."""

import json

from hypothesis import given
from hypothesis import strategies as st

from evolve.music.facts.copies import CopyIndex
from evolve.music.facts.corpus_figures import CorpusFigures
from evolve.music.facts.description import describe
from evolve.music.facts.words import one_line
from evolve.music.representation.steps import fold
from evolve.music.song import Song
from tests.music.facts.songs import melody, songs

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
