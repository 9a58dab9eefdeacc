"""The melody is the upper edge of a song."""

import json
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evolve.domains.music.facts.set_figures import Return, SetFigures, longest_return, melody_of
from evolve.domains.music.song import COMMON_TIME, Metre, Note, Notes, Song, Track
from tests.domains.music.facts.songs import melody, songs


def test_a_melody_alone_is_itself() -> None:
    """Nothing of one voice is left out."""
    notes = melody([60, 72, 55, 60]).notes
    assert melody_of(notes) == notes


def test_voices_that_move_below_a_held_note_are_no_melody() -> None:
    """They are again once it has ended."""
    held = Note(72, 0, 48)
    below = [Note(60, 0, 24), Note(64, 24, 24), Note(65, 48, 24)]
    assert melody_of(Notes.of([held, *below])) == Notes.of([held, below[-1]])


def test_a_note_that_laps_over_by_a_tick_hides_nothing() -> None:
    """As where somebody has played it."""
    notes = Notes.of([Note(72, 0, 25), Note(60, 24, 24)])
    assert melody_of(notes) == notes


@given(songs)
def test_no_note_of_a_melody_has_a_higher_one_that_starts_with_it(song: Song) -> None:
    """And of a song that sounds there always is one."""
    line = melody_of(song.notes)
    assert (len(line) > 0) == (len(song.notes) > 0)
    for note in line:
        assert all(other.pitch <= note.pitch for other in song.notes if other.onset_ticks == note.onset_ticks)


def longest_by_trying(pattern: Sequence[int], again_from: int) -> int:
    """The length of the longest passage that stands in a pattern twice, by trying all of them."""
    return max(
        (
            length
            for start in range(len(pattern))
            for length in range(1, len(pattern) - start + 1)
            for again in range(max(start + length, again_from), len(pattern) - length + 1)
            if pattern[start : start + length] == pattern[again : again + length]
        ),
        default=0,
    )


@given(st.lists(st.integers(0, 3), max_size=30), st.integers(0, 35))
def test_no_passage_that_comes_back_is_longer(pattern: list[int], again_from: int) -> None:
    """It is as long as the longest that is found by trying all."""
    found = longest_return(pattern, again_from=again_from)
    assert (found.length if found else 0) == longest_by_trying(pattern, again_from)


@given(st.lists(st.integers(0, 1), max_size=60), st.integers(0, 60))
def test_what_is_found_stands_twice(pattern: list[int], again_from: int) -> None:
    """The two are equal, do not overlap, and the second begins where it may."""
    if found := longest_return(pattern, again_from=again_from):
        first, second = (pattern[place : place + found.length] for place in (found.start, found.again))
        assert first == second
        assert len(first) == found.length
        assert found.again >= max(found.start + found.length, again_from)


@given(st.lists(st.integers(0, 5), min_size=1, max_size=25), st.lists(st.integers(6, 9), max_size=10))
def test_a_part_that_is_repeated_comes_back(part: list[int], middle: list[int]) -> None:
    """A part, something else, and the part again."""
    found = longest_return(part + middle + part)
    assert found is not None
    assert found.length >= len(part)


def test_a_passage_does_not_overlap_itself() -> None:
    """Seven equal notes are three and three again, not six and six."""
    assert longest_return("aaaaaaa") == Return(0, 4, 3)


def test_the_first_of_two_as_long_is_told() -> None:
    """With the place where it stands last."""
    assert longest_return("cdab.ab-cd+cd") == Return(0, 11, 2)


def test_nothing_comes_back_where_everything_differs() -> None:
    """Nor in one element, nor in none."""
    assert longest_return("abcdef") is longest_return("a") is longest_return("") is None


def test_what_was_given_does_not_count_as_coming_back() -> None:
    """An opening that repeats itself says nothing of what was composed after it."""
    assert longest_return("abcdabcdxyab", again_from=8) == Return(0, 10, 2)


REEL = melody([60, 62, 64, 65, 67, 65, 64, 62] * 2, 12)
"""Two equal bars of eighths in 4/4."""


def of_notes(*notes: Note, metre: Metre = COMMON_TIME) -> Song:
    """A song of these notes."""
    return Song((Track(Notes.of(notes)),), metre=metre)


@given(st.lists(songs, min_size=1, max_size=4), st.integers(0, 500))
def test_any_songs_have_figures_within_their_limits(some: list[Song], opening_ticks: int) -> None:
    """Silence, and an opening after which nothing comes, included."""
    figures = SetFigures.of(some, opening_ticks=opening_ticks, ended=[True] * len(some))
    assert figures.songs == len(some)
    assert figures.ended == 1
    assert 0 <= figures.notes_lower_quartile <= figures.notes_median <= figures.notes_upper_quartile
    for share in (figures.on_beat, figures.bars_begun, figures.across_bars):
        assert share is None or 0 <= share <= 1
    assert figures.returning_notes <= figures.notes_upper_quartile
    assert figures.returning_bars >= 0
    json.dumps(figures.to_json(), allow_nan=False)


@given(st.lists(songs, min_size=1, max_size=4))
def test_the_order_of_songs_does_not_matter(some: list[Song]) -> None:
    """A set has none."""
    assert SetFigures.of(some) == SetFigures.of(some[::-1])


def test_lengths_are_told_as_quartiles_of_whole_songs() -> None:
    """The opening included; chords count once."""
    some = [melody([60] * length) for length in (10, 20, 30, 40, 50)]
    figures = SetFigures.of(some, opening_ticks=96)
    assert (figures.notes_lower_quartile, figures.notes_median, figures.notes_upper_quartile) == (20, 30, 40)
    chord = of_notes(Note(60, 0, 24), Note(64, 0, 24), Note(67, 24, 24))
    assert SetFigures.of([chord]).notes_median == 2


def test_the_share_that_ended_is_told_where_it_is_known() -> None:
    """A corpus does not say."""
    assert SetFigures.of([REEL] * 4, ended=[True, False, True, True]).ended == 0.75
    assert SetFigures.of([REEL]).ended is None


def test_notes_on_the_beat_are_those_on_the_felt_one() -> None:
    """Eighths start on every other beat of 4/4, and on two of six in a jig."""
    assert SetFigures.of([REEL]).on_beat == 0.5
    assert SetFigures.of([melody([60] * 12, 12, metre=Metre(6, 8))]).on_beat == pytest.approx(1 / 3)


def test_shares_are_of_all_songs_together() -> None:
    """A long song weighs more than a short one."""
    quarters = melody([60] * 4)
    assert SetFigures.of([REEL, quarters]).on_beat == pytest.approx((8 + 4) / (16 + 4))


def test_a_bar_begins_with_a_note_or_does_not() -> None:
    """Of three bars after an upbeat, the second line has a note sounding across it."""
    upbeat, first = Note(60, 72, 24), Note(62, 96, 48)
    tied, third = Note(64, 144, 96), Note(65, 288, 24)
    figures = SetFigures.of([of_notes(upbeat, first, tied, third)])
    assert figures.bars_begun == pytest.approx(2 / 3)
    assert figures.across_bars == pytest.approx(1 / 4)


def test_a_note_that_ends_at_the_bar_line_does_not_cross_it() -> None:
    """Nor does the bar after it begin."""
    figures = SetFigures.of([of_notes(Note(60, 0, 96))])
    assert (figures.bars_begun, figures.across_bars) == (1, 0)


def test_what_comes_back_is_told_in_notes_and_bars() -> None:
    """The median of the songs; the same pitches in another rhythm do not come back."""
    figures = SetFigures.of([REEL])
    assert (figures.returning_notes, figures.returning_bars) == (8, 1)
    slower = of_notes(
        *(Note(pitch, place * 12, 12) for place, pitch in enumerate((60, 62, 64))),
        *(Note(pitch, 36 + place * 24, 24) for place, pitch in enumerate((60, 62, 64))),
    )
    assert SetFigures.of([slower]).returning_notes == 0
    assert SetFigures.of([REEL, slower, slower]).returning_notes == 0


def test_what_comes_back_is_the_melody() -> None:
    """Whatever the voices below it do."""
    tune = [Note(72 + pitch, place * 24, 24) for place, pitch in enumerate((0, 2, 4, 5) * 2)]
    bass = [Note(pitch, place * 12, 12) for place, pitch in enumerate(range(40, 56))]
    assert SetFigures.of([of_notes(*tune, *bass)]).returning_notes == 4


def test_of_the_opening_only_the_length_is_told() -> None:
    """It is the same in all songs and says nothing of who composed the rest."""
    off_beat = [Note(pitch, 192 + 12 + place * 24, 12) for place, pitch in enumerate((80, 82))]
    whole = Song((Track(Notes.of([*REEL.notes, *off_beat])),))
    figures = SetFigures.of([whole], opening_ticks=192)
    assert figures.notes_median == 18
    assert (figures.on_beat, figures.bars_begun, figures.returning_notes) == (0, None, 0)


def test_comes_back_from_json_as_it_was() -> None:
    """What is not known included."""
    for figures in (SetFigures.of([REEL], ended=[True]), SetFigures.of([of_notes()])):
        assert SetFigures.from_json(json.loads(json.dumps(figures.to_json()))) == figures
