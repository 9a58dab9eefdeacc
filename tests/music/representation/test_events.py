"""Songs become events, and events songs."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evolve.errors import CorpusError
from evolve.music.representation.contract import Settings
from evolve.music.representation.events import EventsRepresentation, learn_events, most_together, on_grid
from evolve.music.representation.kinds import representation_from_json
from evolve.music.representation.loudness import level_of, velocity_of
from evolve.music.song import Metre, Note, Notes, Song, Track
from tests.music.pieces import pairs_of_songs, songs

METRES = (Metre(4, 4), Metre(3, 4), Metre(6, 8))


def learned(*pieces: Song, settings: Settings | None = None) -> EventsRepresentation:
    """The symbols of some songs with as many tracks each."""
    return learn_events(pieces, settings or Settings(), METRES)


def one_track(*notes: Note) -> Song:
    """A song of these notes."""
    return Song((Track(Notes.of(notes)),))


@given(songs(), st.booleans())
def test_a_song_survives_the_round_trip(song: Song, endings: bool) -> None:  # noqa: FBT001
    """Every onset, pitch and duration of every track comes back; loudness to the middle of its level."""
    events = learned(song, settings=Settings(endings=endings, loudness=True))
    encoded = events.encode(song)
    for heard, track in zip(events.decode(encoded.streams), song.tracks, strict=True):
        assert np.array_equal(heard.table[:3], track.notes.table[:3])
        levels = [velocity_of(level_of(velocity)) for velocity in track.notes.table[3].tolist()]
        assert heard.table[3].tolist() == levels
    assert encoded.replacements == 0


@given(songs(), st.sampled_from([2, 3, 4, 6]))
def test_a_coarser_grid_moves_notes_by_half_a_step_at_most(song: Song, grid_ticks: int) -> None:
    """Every note that comes back lies on the grid, nowhere farther than half a step from one of its pitch."""
    events = learned(song, settings=Settings(grid_ticks=grid_ticks))
    for heard, track in zip(events.decode(events.encode(song).streams), song.tracks, strict=True):
        assert heard == Notes(np.array((*on_grid(track.notes, grid_ticks).table[:3], heard.table[3])))
        for pitch, onset in zip(heard.pitches.tolist(), heard.onsets_ticks.tolist(), strict=True):
            played = track.notes.onsets_ticks[track.notes.pitches == pitch]
            assert onset % grid_ticks == 0
            assert np.abs(played - onset).min() * 2 <= grid_ticks
        assert len(heard) <= len(track.notes)


@given(pairs_of_songs)
def test_encoding_what_was_decoded_changes_nothing(pair: tuple[Song, Song]) -> None:
    """What had to be replaced is replaced once, and equal music has one spelling."""
    song, known = pair
    events = learned(known, settings=Settings(loudness=True))
    once = events.encode(song).streams
    heard = events.decode(once)
    again = events.encode(Song(tuple(map(Track, heard)), metre=song.metre)).streams
    assert again["event"].tolist() == once["event"].tolist()
    assert max(again["event"]) < events.sizes["event"]


@given(songs(), st.integers(0, 100))
def test_time_passes_until_songs_go_on(song: Song, silence: int) -> None:
    """The shifts of an opening add up to where it goes on, and nothing sounds there."""
    events = learned(song)
    end = song.length_ticks + silence
    symbols = events.encode(song, goes_on_at=end).streams["event"]
    shifts = [events.shifts[s - events.first_shift] for s in symbols if events.first_shift <= s < events.first_off]
    assert sum(shifts) == end
    assert 0 not in symbols[1:]


def test_events_within_a_moment_come_in_one_order() -> None:
    """First what stops, then what starts, each by track and pitch, with a loudness before the first that has it."""
    song = Song((Track(Notes.of([Note(62, 0, 6, 100), Note(60, 6, 6, 100)])), Track(Notes.of([Note(40, 6, 6, 20)]))))
    events = learned(song, settings=Settings(endings=False, loudness=True))
    names = [
        *[f"shift {ticks}" for ticks in events.shifts],
        *[f"off {key}" for key in events.keys],
        *[f"loudness {level}" for level in events.levels],
        *[f"on {key}" for key in events.keys],
    ]
    assert [names[symbol] for symbol in events.encode(song).streams["event"]] == [
        "loudness 6", "on (0, 62)", "shift 6",
        "off (0, 62)", "on (0, 60)", "loudness 1", "on (1, 40)", "shift 6",
        "off (0, 60)", "off (1, 40)",
    ]  # fmt: skip


def test_a_piece_starts_in_its_metre_and_ends() -> None:
    """The first symbol is the metre's, or that of equal bars or of most pieces; the last is the end."""
    for metre, start in ((Metre(3, 4), 2), (Metre(6, 8), 3), (Metre(2, 2), 1), (Metre(7, 8), 1)):
        song = Song(one_track(Note(60, 0, 12)).tracks, metre=metre)
        symbols = learned(song).encode(song).streams["event"].tolist()
        assert (symbols[0], symbols[-1]) == (start, 0)
    plain = learned(song, settings=Settings(endings=False))
    assert len(plain.encode(song).streams["event"]) == len(symbols) - 2


def test_a_beginning_alone_is_a_song_without_notes() -> None:
    """From scratch a song has but its start."""
    events = learned(one_track(Note(60, 0, 12)))
    silence = Song((Track(Notes.of(())),), metre=Metre(3, 4))
    assert events.encode(silence, goes_on_at=0).streams["event"].tolist() == [2]


def test_a_pitch_nobody_learned_sounds_in_the_nearest_octave_and_is_counted() -> None:
    """Of a known name in another octave, else at the nearest pitch."""
    events = learned(one_track(Note(60, 0, 12), Note(72, 12, 12)))
    encoded = events.encode(one_track(Note(84, 0, 12), Note(50, 12, 12), Note(84, 24, 12)))
    (heard,) = events.decode(encoded.streams)
    assert heard.pitches.tolist() == [72, 62, 72]
    assert sorted(encoded.replaced) == [("C6", "C5", 2), ("D3", "D4", 1)]


def test_frequent_times_have_symbols_of_their_own() -> None:
    """A triplet that is played all the time is one symbol; any other time is a sum of doublings of the grid."""
    song = one_track(*(Note(60, 16 * place, 16) for place in range(600)), Note(60, 9600, 13))
    events = learned(song)
    assert 16 in events.shifts
    assert 13 not in events.shifts
    assert events.shifts[0] == 1
    assert events.decode(events.encode(song).streams) == (song.tracks[0].notes,)


@given(songs())
def test_symbols_survive_json(song: Song) -> None:
    """Written as JSON and read again they are the same, symbol for symbol."""
    events = learned(song, settings=Settings(loudness=True))
    assert representation_from_json(json.loads(json.dumps(events.to_json()))) == events


@pytest.mark.parametrize("data", [{}, {"shifts": 3}, {"shifts": ["x"]}])
def test_something_else_than_symbols_is_a_clear_error(data: dict[str, object]) -> None:
    """JSON that holds no symbols is the user's to mend, not a traceback."""
    with pytest.raises(CorpusError, match="not the symbols of events"):
        representation_from_json({"representation": "events", **data})


def test_notes_that_touch_do_not_sound_together() -> None:
    """How many notes sound at once: one that stops when another starts is gone."""
    assert most_together(Notes.of([Note(60, 0, 12), Note(62, 12, 12)])) == 1
    assert most_together(Notes.of([Note(60, 0, 13), Note(62, 12, 12), Note(64, 12, 1)])) == 3
    assert most_together(Notes.of(())) == 0
