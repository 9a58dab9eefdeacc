"""Loops are found where a pattern comes three times in a row, and nowhere else."""

import itertools
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evolve.domains.music.facts.figures import figures_of
from evolve.domains.music.facts.loops import Loop, find_loops, longest_loop, share_in_loops
from evolve.domains.music.reading import read_songs
from evolve.domains.music.song import Metre, Note, Notes, Song, Track
from tests.domains.music.facts.songs import melody


def test_a_tune_played_twice_is_no_loop() -> None:
    """A repeat, as in real pieces, is not counted; a third time is."""
    tune = [60, 62, 64, 65, 67]
    assert find_loops(tune * 2) == ()
    assert find_loops(tune * 3) == (Loop(0, 15, 5),)


def test_a_few_equal_notes_are_no_loop() -> None:
    """Short repetitions are rhythm."""
    assert find_loops([60] * 7 + [62]) == ()


def test_rounds_are_whole_ones() -> None:
    """The last round may be cut short, and then does not count."""
    (loop,) = find_loops([60, 62, 64, 65] * 3 + [60, 62])
    assert (loop.length, loop.rounds) == (14, 3)


def test_the_longest_loop_is_told_from_shorter_ones() -> None:
    """Of several loops the longest is named, with the shortest pattern that makes it."""
    pattern = [50] * 8 + [60, 62] * 7 + [71, 72, 74, 77]
    assert longest_loop(find_loops(pattern)) == Loop(8, 22, 2)
    assert longest_loop([]) is None


@given(st.lists(st.sampled_from([60, 62, 64]), max_size=40))
def test_the_share_in_loops_is_what_the_definition_says(pattern: list[int]) -> None:
    """Every stretch that satisfies the definition, and no other, is counted."""
    inside: set[int] = set()
    for start in range(len(pattern)):
        for stop in range(start + 8, len(pattern) + 1):
            stretch = pattern[start:stop]
            if any(stretch[p:] == stretch[:-p] for p in range(1, len(stretch) // 3 + 1)):
                inside.update(range(start, stop))
    share = share_in_loops(find_loops(pattern), len(pattern))
    assert share == pytest.approx(len(inside) / len(pattern) if pattern else 0)


DATA = Path(__file__).resolve().parents[5] / "shared" / "data"
WANDERING = [int(pitch) for pitch in np.random.default_rng(1).integers(55, 80, 200)]
"""A line that never loops."""


def stuck(song: Song) -> str:
    """What a song is stuck in."""
    return figures_of(song).stuck


def test_a_note_that_never_ends_is_told() -> None:
    """The plainest way to be stuck, whatever the rhythm."""
    line = Notes.of(Note(60, 24 * k + k * k % 5, 12) for k in range(40))
    assert stuck(Song((Track(line),))) == "one note, 40 times"


def test_a_chord_is_not_called_a_note() -> None:
    """Notes that start together are struck as one."""
    chords = Notes.of(Note(pitch, 24 * k, 24) for k in range(40) for pitch in (60, 64, 67))
    assert stuck(Song((Track(chords),))) == "one chord, 40 times"


def test_a_cycle_that_takes_a_bar_is_called_one() -> None:
    """Four quarter notes are a bar in 4/4, and six are two in 3/4; what fits no bars is a cycle of notes."""
    assert stuck(melody([60, 62, 64, 65] * 9)) == "a bar, 9 times"
    assert stuck(melody([60, 62, 64, 65, 67, 64] * 6, metre=Metre(3, 4))) == "2 bars, 6 times"
    assert stuck(melody([60, 62, 64, 65, 67, 64, 69] * 6)) == "a cycle of 7 notes, 6 times"


def test_a_cycle_of_changing_rhythm_is_no_bar() -> None:
    """A bar's length must be that of every round."""
    onsets = [24 * k if k < 20 else 24 * k + 12 for k in range(36)]
    line = Notes.of(Note((60, 62, 64, 65)[k % 4], onset, 12) for k, onset in enumerate(onsets))
    assert stuck(Song((Track(line),))) == "a cycle of 4 notes, 9 times"


def test_a_verse_sung_four_times_is_a_song() -> None:
    """Real pieces are played through several times."""
    assert stuck(melody(WANDERING[:30] * 4)) == ""


def test_a_trill_is_an_ornament() -> None:
    """A stretch of two notes in turn does not make a long song stuck, as it would a short one."""
    trill = [72, 74] * 20
    assert stuck(melody(WANDERING + trill)) == ""
    assert stuck(melody(WANDERING[:40] + trill)) == "a cycle of 2 notes, 20 times"


def test_a_long_song_that_is_stuck_for_a_while_is_stuck() -> None:
    """Fifty equal notes are nobody's intention, however much else there is."""
    assert stuck(melody(WANDERING + [50] * 50 + WANDERING)) == "one note, 50 times"


def test_a_song_that_gets_stuck_over_and_over_is_stuck() -> None:
    """Several short loops that are a third of the song together count as one long one."""
    parts = [[*WANDERING[20 * k : 20 * k + 20], *[50] * 15] for k in range(6)]
    assert stuck(melody(list(itertools.chain(*parts)))) == "one note, 15 times"


def test_the_limits_themselves_are_stuck() -> None:
    """A third of a song is a third, and 24 notes are 24, whatever shares of whole numbers are as fractions."""
    lengths = range(24, 73)
    assert all(stuck(melody([50] * 24 + WANDERING[: length - 24])) for length in lengths)
    assert not stuck(melody([50] * 24 + WANDERING[:49]))


@given(st.lists(st.sampled_from([60, 62, 64, 65, 67]), max_size=23))
def test_fewer_notes_than_a_figure_takes_are_never_stuck(pitches: list[int]) -> None:
    """A song of a few notes has had no time to get stuck."""
    assert stuck(melody(pitches)) == ""


@pytest.mark.skipif(not DATA.is_dir(), reason=f"no music at {DATA}")
def test_real_music_is_hardly_ever_stuck() -> None:
    """One folk tune in sixty, which has a strain that is played six times, and no piano piece."""
    folders = {name: sorted((DATA / name).glob("*.mid")) for name in ("nottingham", "giantmidi")}
    found = {name: sum(bool(stuck(*read_songs(path))) for path in paths) for name, paths in folders.items()}
    assert len(folders["nottingham"]) == 60
    assert found == {"nottingham": 1, "giantmidi": 0}
