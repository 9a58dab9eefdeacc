"""Whatever a network says, a song of events is one that can be played."""

from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from evolve.music.representation.contract import Settings
from evolve.music.representation.events import EventsRepresentation, learn_events, most_together
from evolve.music.representation.events_pen import LONGEST_SILENCE_TICKS, MOST_EVENTS_A_NOTE
from evolve.music.song import Metre, Note, Notes, Song, Track
from tests.music.pieces import songs

METRES = (Metre(4, 4), Metre(3, 4))


def walk(events: EventsRepresentation, opening: Song | None, most_notes: int, seed: int) -> tuple[list[int], bool]:
    """Symbols that a network which knows nothing writes, some kinds of them far likelier; and whether it ended."""
    rng = np.random.default_rng(seed)
    begun = opening or Song(tuple(Track(Notes.of(())) for _ in range(events.tracks)))
    pen = events.pen(events.encode(begun, begun.length_ticks), most_notes)
    taste = rng.exponential(size=events.sizes["event"]) ** rng.integers(0, 6)
    written = []
    while not pen.is_done:
        odds = taste * pen.allowed()["event"]
        assert odds.any(), "something may always come"
        written.append(int(rng.choice(len(odds), p=odds / odds.sum())))
        pen.write({"event": written[-1]})
    return written, pen.has_ended


A_RUN = st.builds(Settings, st.booleans(), st.booleans(), grid_ticks=st.sampled_from([1, 2, 6]))


@settings(max_examples=60, deadline=None)
@given(songs(), songs() | st.none(), A_RUN, st.integers(0, 10_000), st.integers(1, 30))
def test_every_walk_is_a_song(song: Song, opening: Song | None, run: Settings, seed: int, most_notes: int) -> None:
    """It ends within its room; no pitch sounds twice, no track is fuller, no note longer than those learned from."""
    if opening and len(opening.tracks) != len(song.tracks):
        return
    events = learn_events([song], run, METRES)
    written, has_ended = walk(events, opening, most_notes, seed)
    assert len(written) <= most_notes * MOST_EVENTS_A_NOTE
    assert has_ended == (run.endings and written[-1] == 0)
    assert not any(0 < symbol < events.first_shift for symbol in written)
    tracks = events.decode({"event": np.array(written, np.int32)})
    for heard, longest, most in zip(tracks, events.longest_ticks, events.most_together, strict=True):
        assert heard.durations_ticks.max(initial=1) <= longest
        assert most_together(heard) <= most
        for pitch in set(heard.pitches.tolist()):
            one = heard.table[:, heard.pitches == pitch]
            assert np.all(one[1, 1:] >= one[1, :-1] + one[2, :-1])
    onsets = np.unique(np.concatenate([heard.onsets_ticks for heard in tracks]))
    assert len(onsets) <= most_notes
    assert len(onsets) or not has_ended


@settings(max_examples=40, deadline=None)
@given(songs(), st.integers(0, 10_000))
def test_a_walk_has_one_spelling(song: Song, seed: int) -> None:
    """What was written is what its notes are encoded as, but for how time is summed up and for the last moment."""
    events = learn_events([song], Settings(loudness=True), METRES)
    written, _ = walk(events, None, 12, seed)
    heard = events.decode({"event": np.array(written, np.int32)})
    again = events.encode(Song(tuple(map(Track, heard)))).streams["event"].tolist()
    spelt, end = timed(events, written)
    assert [one for one in timed(events, again[1:])[0] if one[0] < end] == [one for one in spelt if one[0] < end]


def timed(events: EventsRepresentation, symbols: list[int]) -> tuple[list[tuple[int, int]], int]:
    """What happens when, without the end, which may come after silence; and the last moment."""
    now, told = 0, []
    for symbol in symbols:
        if events.first_shift <= symbol < events.first_off:
            now += events.shifts[symbol - events.first_shift]
        elif symbol:
            told.append((now, symbol))
    return told, now


@settings(max_examples=40, deadline=None)
@given(songs(), st.integers(0, 10_000))
def test_silence_is_bounded(song: Song, seed: int) -> None:
    """Nobody waits longer than two whole notes for the next note."""
    events = learn_events([song], Settings(endings=False), METRES)
    written, _ = walk(events, None, 20, seed)
    heard = events.decode({"event": np.array(written, np.int32)})
    spans = sorted((note.onset_ticks, note.end_ticks) for notes in heard for note in notes)
    sounded_until = 0
    for start, end in spans:
        assert start - sounded_until <= LONGEST_SILENCE_TICKS
        sounded_until = max(sounded_until, end)


def test_a_note_that_is_due_stops_before_time_passes() -> None:
    """At its longest a note leaves no other choice than to stop; what lies before it in order may stop first."""
    song = Song((Track(Notes.of([Note(60, 0, 24), Note(64, 0, 24)])),))
    events = learn_events([song], Settings(), METRES)
    pen = events.pen(events.encode(Song((Track(Notes.of(())),)), 0), 10)
    names = {key: place for place, (_, key) in enumerate(events.keys)}
    off, on = events.first_off, events.first_on
    pen.write({"event": on + names[60]})
    pen.write({"event": events.first_shift + events.shifts.index(12) if 12 in events.shifts else events.first_shift})
    while pen.allowed()["event"][events.first_shift]:
        pen.write({"event": events.first_shift})
    assert np.flatnonzero(pen.allowed()["event"]).tolist() == [0, off + names[60]]


def test_no_end_before_the_first_note_and_none_where_ends_are_unknown() -> None:
    """A song has at least one note, which has time to sound; without endings it goes on until it is full."""
    song = Song((Track(Notes.of([Note(60, 0, 24)])),))
    silence = Song((Track(Notes.of(())),))
    for endings in (True, False):
        events = learn_events([song], Settings(endings=endings), METRES)
        pen = events.pen(events.encode(silence, 0), 10)
        may_end = []
        for symbol in (events.first_on, events.first_shift, events.first_off):
            may_end.append(bool(pen.allowed()["event"][0]) and endings)
            pen.write({"event": symbol})
        assert may_end == [False, False, endings]


def test_a_full_song_stops_what_sounds() -> None:
    """When one more moment would start than there is room for, the song is over and all its notes have ended."""
    song = Song((Track(Notes.of([Note(60, 0, 96), Note(62, 24, 96), Note(64, 48, 96)])),))
    events = learn_events([song], Settings(), METRES)
    written, has_ended = next(one for seed in range(40) if not (one := walk(events, None, 3, seed))[1])
    (heard,) = events.decode({"event": np.array(written, np.int32)})
    assert not has_ended
    onsets = sorted(set(heard.onsets_ticks.tolist()))
    assert len(onsets) == 3
    assert all(before < after for before, after in pairwise(onsets))
