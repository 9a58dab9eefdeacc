"""Songs become events, and events songs."""

import json
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evolve.domains.music.errors import CorpusError
from evolve.domains.music.song import Metre, Note, Notes, Song, Track
from evolve.domains.music.tokenizers.events import EventsTokenizer, learn_events, most_together, on_grid
from evolve.domains.music.tokenizers.events_mask import LONGEST_SILENCE_TICKS, MOST_EVENTS_A_NOTE
from evolve.domains.music.tokenizers.kinds import tokenizer_from_json
from evolve.domains.music.tokenizers.likeness import level_of, velocity_of
from evolve.domains.music.tokenizers.tokenizer import TokenizerSettings
from tests.domains.music.pieces import pairs_of_songs, songs

METRES = (Metre(4, 4), Metre(3, 4), Metre(6, 8))


def learned(*pieces: Song, settings: TokenizerSettings | None = None) -> EventsTokenizer:
    """The tokens of some songs with as many tracks each."""
    return learn_events(pieces, settings or TokenizerSettings(), METRES)


def one_track(*notes: Note) -> Song:
    """A song of these notes."""
    return Song((Track(Notes.of(notes)),))


@given(songs(), st.booleans())
def test_a_song_survives_the_round_trip(song: Song, endings: bool) -> None:  # noqa: FBT001
    """Every onset, pitch and duration of every track comes back; loudness to the middle of its level."""
    events = learned(song, settings=TokenizerSettings(endings=endings, loudness=True))
    encoded = events.encode(song)
    for heard, track in zip(events.decode(encoded.streams), song.tracks, strict=True):
        assert np.array_equal(heard.table[:3], track.notes.table[:3])
        levels = [velocity_of(level_of(velocity)) for velocity in track.notes.table[3].tolist()]
        assert heard.table[3].tolist() == levels
    assert encoded.replacements == 0


@given(songs(), st.sampled_from([2, 3, 4, 6]))
def test_a_coarser_grid_moves_notes_by_half_a_step_at_most(song: Song, grid_ticks: int) -> None:
    """Every note that comes back lies on the grid, nowhere farther than half a step from one of its pitch."""
    events = learned(song, settings=TokenizerSettings(grid_ticks=grid_ticks))
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
    events = learned(known, settings=TokenizerSettings(loudness=True))
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
    tokens = events.encode(song, goes_on_at=end).streams["event"]
    shifts = [events.shifts[s - events.first_shift] for s in tokens if events.first_shift <= s < events.first_off]
    assert sum(shifts) == end
    assert 0 not in tokens[1:]


def test_events_within_a_moment_come_in_one_order() -> None:
    """First what stops, then what starts, each by track and pitch, with a loudness before the first that has it."""
    song = Song((Track(Notes.of([Note(62, 0, 6, 100), Note(60, 6, 6, 100)])), Track(Notes.of([Note(40, 6, 6, 20)]))))
    events = learned(song, settings=TokenizerSettings(endings=False, loudness=True))
    names = [
        *[f"shift {ticks}" for ticks in events.shifts],
        *[f"off {key}" for key in events.keys],
        *[f"loudness {level}" for level in events.levels],
        *[f"on {key}" for key in events.keys],
    ]
    assert [names[token] for token in events.encode(song).streams["event"]] == [
        "loudness 6", "on (0, 62)", "shift 6",
        "off (0, 62)", "on (0, 60)", "loudness 1", "on (1, 40)", "shift 6",
        "off (0, 60)", "off (1, 40)",
    ]  # fmt: skip


def test_a_piece_starts_in_its_metre_and_ends() -> None:
    """The first token is the metre's, or that of equal bars or of most pieces; the last is the end."""
    for metre, start in ((Metre(3, 4), 2), (Metre(6, 8), 3), (Metre(2, 2), 1), (Metre(7, 8), 1)):
        song = Song(one_track(Note(60, 0, 12)).tracks, metre=metre)
        tokens = learned(song).encode(song).streams["event"].tolist()
        assert (tokens[0], tokens[-1]) == (start, 0)
    plain = learned(song, settings=TokenizerSettings(endings=False))
    assert len(plain.encode(song).streams["event"]) == len(tokens) - 2


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


def test_frequent_times_have_tokens_of_their_own() -> None:
    """A triplet that is played all the time is one token; any other time is a sum of doublings of the grid."""
    song = one_track(*(Note(60, 16 * place, 16) for place in range(600)), Note(60, 9600, 13))
    events = learned(song)
    assert 16 in events.shifts
    assert 13 not in events.shifts
    assert events.shifts[0] == 1
    assert events.decode(events.encode(song).streams) == (song.tracks[0].notes,)


@given(songs())
def test_tokens_survive_json(song: Song) -> None:
    """Written as JSON and read again they are the same, token for token."""
    events = learned(song, settings=TokenizerSettings(loudness=True))
    assert tokenizer_from_json(json.loads(json.dumps(events.to_json()))) == events


@pytest.mark.parametrize("data", [{}, {"shifts": 3}, {"shifts": ["x"]}])
def test_something_else_than_tokens_is_a_clear_error(data: dict[str, object]) -> None:
    """JSON that holds no tokens is the user's to mend, not a traceback."""
    with pytest.raises(CorpusError, match="not the tokens of events"):
        tokenizer_from_json({"tokenizer": "events", **data})


def test_notes_that_touch_do_not_sound_together() -> None:
    """How many notes sound at once: one that stops when another starts is gone."""
    assert most_together(Notes.of([Note(60, 0, 12), Note(62, 12, 12)])) == 1
    assert most_together(Notes.of([Note(60, 0, 13), Note(62, 12, 12), Note(64, 12, 1)])) == 3
    assert most_together(Notes.of(())) == 0


def walk(events: EventsTokenizer, opening: Song | None, most_notes: int, seed: int) -> tuple[list[int], bool]:
    """Tokens that a network which knows nothing writes, some kinds of them far likelier; and whether it ended."""
    rng = np.random.default_rng(seed)
    begun = opening or Song(tuple(Track(Notes.of(())) for _ in range(events.tracks)))
    mask = events.token_mask(events.encode(begun, begun.length_ticks), most_notes)
    taste = rng.exponential(size=events.sizes["event"]) ** rng.integers(0, 6)
    written = []
    while not mask.is_done:
        odds = taste * mask.allowed()["event"]
        assert odds.any(), "something may always come"
        written.append(int(rng.choice(len(odds), p=odds / odds.sum())))
        mask.write({"event": written[-1]})
    return written, mask.has_ended


A_RUN = st.builds(TokenizerSettings, st.booleans(), st.booleans(), grid_ticks=st.sampled_from([1, 2, 6]))


@settings(max_examples=60, deadline=None)
@given(songs(), songs() | st.none(), A_RUN, st.integers(0, 10_000), st.integers(1, 30))
def test_every_walk_is_a_song(
    song: Song, opening: Song | None, run: TokenizerSettings, seed: int, most_notes: int
) -> None:
    """It ends within its room; no pitch sounds twice, no track is fuller, no note longer than those learned from."""
    if opening and len(opening.tracks) != len(song.tracks):
        return
    events = learn_events([song], run, METRES)
    written, has_ended = walk(events, opening, most_notes, seed)
    assert len(written) <= most_notes * MOST_EVENTS_A_NOTE
    assert has_ended == (run.endings and written[-1] == 0)
    assert not any(0 < token < events.first_shift for token in written)
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
    events = learn_events([song], TokenizerSettings(loudness=True), METRES)
    written, _ = walk(events, None, 12, seed)
    heard = events.decode({"event": np.array(written, np.int32)})
    again = events.encode(Song(tuple(map(Track, heard)))).streams["event"].tolist()
    spelt, end = timed(events, written)
    assert [one for one in timed(events, again[1:])[0] if one[0] < end] == [one for one in spelt if one[0] < end]


def timed(events: EventsTokenizer, tokens: list[int]) -> tuple[list[tuple[int, int]], int]:
    """What happens when, without the end, which may come after silence; and the last moment."""
    now, told = 0, []
    for token in tokens:
        if events.first_shift <= token < events.first_off:
            now += events.shifts[token - events.first_shift]
        elif token:
            told.append((now, token))
    return told, now


@settings(max_examples=40, deadline=None)
@given(songs(), st.integers(0, 10_000))
def test_silence_is_bounded(song: Song, seed: int) -> None:
    """Nobody waits longer than two whole notes for the next note."""
    events = learn_events([song], TokenizerSettings(endings=False), METRES)
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
    events = learn_events([song], TokenizerSettings(), METRES)
    mask = events.token_mask(events.encode(Song((Track(Notes.of(())),)), 0), 10)
    names = {key: place for place, (_, key) in enumerate(events.keys)}
    off, on = events.first_off, events.first_on
    mask.write({"event": on + names[60]})
    mask.write({"event": events.first_shift + events.shifts.index(12) if 12 in events.shifts else events.first_shift})
    while mask.allowed()["event"][events.first_shift]:
        mask.write({"event": events.first_shift})
    assert np.flatnonzero(mask.allowed()["event"]).tolist() == [0, off + names[60]]


def test_no_end_before_the_first_note_and_none_where_ends_are_unknown() -> None:
    """A song has at least one note, which has time to sound; without endings it goes on until it is full."""
    song = Song((Track(Notes.of([Note(60, 0, 24)])),))
    silence = Song((Track(Notes.of(())),))
    for endings in (True, False):
        events = learn_events([song], TokenizerSettings(endings=endings), METRES)
        mask = events.token_mask(events.encode(silence, 0), 10)
        may_end = []
        for token in (events.first_on, events.first_shift, events.first_off):
            may_end.append(bool(mask.allowed()["event"][0]) and endings)
            mask.write({"event": token})
        assert may_end == [False, False, endings]


def test_a_full_song_stops_what_sounds() -> None:
    """When one more moment would start than there is room for, the song is over and all its notes have ended."""
    song = Song((Track(Notes.of([Note(60, 0, 96), Note(62, 24, 96), Note(64, 48, 96)])),))
    events = learn_events([song], TokenizerSettings(), METRES)
    written, has_ended = next(one for seed in range(40) if not (one := walk(events, None, 3, seed))[1])
    (heard,) = events.decode({"event": np.array(written, np.int32)})
    assert not has_ended
    onsets = sorted(set(heard.onsets_ticks.tolist()))
    assert len(onsets) == 3
    assert all(before < after for before, after in pairwise(onsets))
