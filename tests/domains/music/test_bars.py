"""Where bars begin, and whether a song has any."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evolve.domains.music.bars import (
    bar_lines_of,
    bar_numbers,
    changes_metre,
    has_bars,
    needed_bar_lines,
    place_in_bar,
    places_in_bars,
    share_with_bars,
)
from evolve.domains.music.reshaping import joined, shifted, until
from evolve.domains.music.song import BarLine, Metre, Note, Notes, Song, Track
from tests.domains.music.pieces import METRES, bar_lines, songs

FOUR, THREE = Metre(4, 4), Metre(3, 4)

any_ticks = st.lists(st.integers(-500, 5_000), max_size=20).map(lambda ticks: np.array(ticks, np.int64))

any_lines = st.lists(st.tuples(st.integers(-500, 1_500), st.sampled_from([*METRES, Metre(5, 16)])), max_size=8).map(
    lambda rows: [BarLine(tick, metre) for tick, metre in sorted(rows, key=lambda row: row[0])]
)


def onsets(*ticks: int) -> Song:
    """A song with a note at each of these ticks."""
    return Song((Track(Notes.of(Note(60, tick, 1) for tick in ticks)),))


@given(songs(), any_ticks)
def test_places_are_within_the_bars_of_their_metre(song: Song, ticks: np.ndarray) -> None:
    """From 0 to less than a bar has; one tick later in the same bar, the place is one more, and else 0."""
    lines = bar_lines_of(song)
    places, which = places_in_bars(lines, ticks)
    lengths = np.array([line.metre.bar_ticks for line in lines])
    assert ((places >= 0) & (places < lengths[which])).all()
    later, _ = places_in_bars(lines, ticks + 1)
    assert ((later == places + 1) | (later == 0)).all()


@given(songs(), any_ticks)
def test_the_number_of_the_bar_goes_up_by_one_where_a_bar_begins(song: Song, ticks: np.ndarray) -> None:
    """Also after short and long bars, and before tick 0; that of tick 0 is 0."""
    lines = bar_lines_of(song)
    begins = places_in_bars(lines, ticks + 1)[0] == 0
    assert np.array_equal(bar_numbers(lines, ticks + 1) - bar_numbers(lines, ticks), begins)
    assert bar_numbers(lines, np.array([0])).tolist() == [0]


@given(songs())
def test_a_bar_begins_on_every_bar_line(song: Song) -> None:
    """In the metre that it says."""
    lines = bar_lines_of(song)
    places, which = places_in_bars(lines, np.array([line.tick for line in lines]))
    assert places.tolist() == [0] * len(lines)
    assert which.tolist() == list(range(len(lines)))


@given(st.sampled_from(METRES), any_ticks)
def test_without_entries_bars_follow_one_another_from_tick_0(metre: Metre, ticks: np.ndarray) -> None:
    """As they do in most songs."""
    places, _ = places_in_bars(bar_lines_of(replace(onsets(0), metre=metre)), ticks)
    assert np.array_equal(places, ticks % metre.bar_ticks)


def test_short_and_long_bars_move_those_that_follow() -> None:
    """A short bar ends early; a long one counts as a full one with another after it."""
    short, long = (BarLine(0, FOUR), BarLine(72, FOUR)), (BarLine(0, FOUR), BarLine(120, FOUR))
    ticks = np.array([-24, 48, 71, 72, 96, 119, 120, 215])
    assert places_in_bars(short, ticks)[0].tolist() == [72, 48, 71, 0, 24, 47, 48, 47]
    assert places_in_bars(long, ticks)[0].tolist() == [72, 48, 71, 72, 0, 23, 0, 95]


@given(any_lines, st.sampled_from(METRES))
def test_only_bar_lines_that_say_something_are_kept(lines: list[BarLine], metre: Metre) -> None:
    """They ascend from tick 0 on, each off the bars of the one before or in another metre, and nothing more goes."""
    kept = needed_bar_lines(lines, metre)
    assert needed_bar_lines(kept, metre) == kept
    for before, line in pairwise(kept):
        assert 0 <= before.tick < line.tick
        assert line.metre != before.metre or (line.tick - before.tick) % line.metre.bar_ticks


def test_a_bar_that_is_parted_by_other_metres_is_whole() -> None:
    """One of 3/4 and one of 1/4 are a bar of 4/4 among such; one of 2/4 too much is not."""
    lines = [BarLine(0, FOUR), BarLine(96, THREE), BarLine(168, Metre(1, 4)), BarLine(192, FOUR)]
    assert needed_bar_lines(lines, FOUR) == ()
    lines[-1] = BarLine(216, FOUR)
    assert needed_bar_lines(lines, FOUR) == tuple(lines)


@given(songs(), st.integers(-300, 300), any_ticks)
def test_bars_move_with_the_notes(song: Song, by: int, ticks: np.ndarray) -> None:
    """From tick 0 on every tick lies where it lay in its bar, unless just the end of its bar is left."""
    moved = bar_lines_of(shifted(song, by))
    first = next((line.tick + by for line in bar_lines_of(song) if line.tick + by > 0), 0)
    after = ticks[ticks >= max(0, by, first)]
    places, which = places_in_bars(moved, after)
    before, in_force = places_in_bars(bar_lines_of(song), after - by)
    assert np.array_equal(places, before)
    metres = [moved[k].metre for k in which], [bar_lines_of(song)[k].metre for k in in_force]
    assert metres[0] == metres[1]
    assert shifted(onsets(0), by).bar_lines == ((BarLine(by % 96, FOUR),) if by % 96 else ())


def test_an_opening_goes_on_in_its_last_bars() -> None:
    """What comes after it in its piece says nothing of what is composed."""
    lines = (BarLine(0, FOUR), BarLine(96, THREE), BarLine(240, FOUR))
    opening = until(replace(onsets(0, 96, 240), bar_lines=lines), 200)
    assert opening.bar_lines == lines[:2]
    song = joined(opening, (Notes.of([Note(60, 0, 24), Note(60, 100, 24)]),), 200)
    assert [place_in_bar(song, tick) for tick in (200, 240, 300)] == [32, 0, 60]
    assert [line.metre for line in until(song, 0).bar_lines] == [FOUR]


@given(bar_lines(FOUR))
def test_a_song_changes_metre_with_its_bar_lines(lines: tuple[BarLine, ...]) -> None:
    """Not where a bar is short or long."""
    assert changes_metre(replace(onsets(0), bar_lines=lines)) == any(line.metre != FOUR for line in lines)


@pytest.mark.parametrize("song", [onsets(0, 12, 24, 36, 48), onsets(24, 36, 42, 48, 60), onsets(*range(0, 99, 4))])
def test_what_is_written_has_bars(song: Song) -> None:
    """Notes start on eighths, and between them."""
    assert has_bars(song)


def test_what_is_played_freely_has_none() -> None:
    """Notes that start anywhere, and written ones that lie beside their bar lines; silence."""
    rng = np.random.default_rng(0)
    free = onsets(*rng.integers(0, 9_600, 500).tolist())
    tune = onsets(*range(0, 960, 12))
    assert [has_bars(song) for song in (free, shifted(tune, 5), tune)] == [False, True, True]
    assert not has_bars(replace(shifted(tune, 5), bar_lines=()))
    assert not has_bars(onsets())
    assert share_with_bars([free, tune, free, tune]) == 0.5
