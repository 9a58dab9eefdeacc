"""Songs become streams of notes, and streams songs."""

import json
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from evolve.domains.music.errors import CorpusError
from evolve.domains.music.reshaping import PIANO, shifted
from evolve.domains.music.song import Metre, Note, Notes, Song, Track
from evolve.domains.music.tokenizers.kinds import tokenizer_from_json
from evolve.domains.music.tokenizers.likeness import level_of, velocity_of
from evolve.domains.music.tokenizers.notes import NotesTokenizer, learn_notes
from evolve.domains.music.tokenizers.steps import DURATIONS, HELD, NoteStep, cut, fold
from evolve.domains.music.tokenizers.tokenizer import EncodedSong, TokenizerSettings
from tests.domains.music.pieces import aligned_songs, lines, pairs_of_songs, song_of, songs

EVERYTHING = 10_000
METRES = (Metre(4, 4), Metre(3, 4), Metre(6, 8))
PLAIN = TokenizerSettings(endings=False, chord_tokens=EVERYTHING)


def learned(*pieces: Song, settings: TokenizerSettings = PLAIN, metres: Sequence[Metre] = METRES) -> NotesTokenizer:
    """The tokens of some songs with as many tracks each."""
    count = len(pieces[0].tracks)
    roles = PIANO if count == 1 else [f"part {number}" for number in range(count)]
    return learn_notes(pieces, roles, settings, metres)


@given(st.lists(lines.filter(len), min_size=1, max_size=5))
def test_what_was_learned_survives_the_round_trip(pieces: list[tuple[NoteStep, ...]]) -> None:
    """A line whose every token is known comes back from its streams as its song folds."""
    pieces_of_song = [song_of(piece) for piece in pieces if any(step.pitches for step in piece)]
    if not pieces_of_song:
        return
    notes = learned(*pieces_of_song)
    for song in pieces_of_song:
        encoded = notes.encode(song)
        (heard,) = notes.decode(encoded.streams)
        assert [step.pitches for step in fold(Song((Track(heard),)))] == [step.pitches for step in fold(song)]
        assert encoded.replacements == 0


@given(aligned_songs())
def test_several_tracks_survive_note_for_note(song: Song) -> None:
    """Chords in a row on each track come back as they were, held notes and all; without endings from the first note."""
    assume(all(one.ticks in DURATIONS for one in cut(song)))  # rests in a row may add up to what no duration says
    silence = int(song.notes.onsets_ticks[0])
    for endings, whole in ((True, song), (False, shifted(song, -silence))):
        notes = learned(song, settings=TokenizerSettings(endings=endings, chord_tokens=EVERYTHING))
        encoded = notes.encode(song)
        assert notes.decode(encoded.streams) == tuple(track.notes for track in whole.tracks)
        assert encoded.replacements == 0


@given(pairs_of_songs, st.booleans())
def test_any_song_can_be_encoded(pair: tuple[Song, Song], loud: bool) -> None:  # noqa: FBT001
    """Whatever comes is put into tokens that are known, one in each stream for each step."""
    song, known = pair
    notes = learned(known, settings=TokenizerSettings(loudness=loud, chord_tokens=40))
    encoded = notes.encode(song).streams
    sizes = notes.sizes | notes.context
    assert {name: stream.dtype for name, stream in encoded.items()} == dict.fromkeys(sizes, np.int32)
    assert len({len(stream) for stream in encoded.values()}) == 1
    for name, size in sizes.items():
        assert encoded[name].min() >= 0
        assert encoded[name].max() < size
    decoded = notes.decode(encoded)
    assert len(decoded) == len(song.tracks)


@given(songs(), st.booleans(), st.booleans())
def test_tokens_survive_json(song: Song, endings: bool, loud: bool) -> None:  # noqa: FBT001
    """Written as JSON and read again they are the same, token for token."""
    notes = learned(song, settings=TokenizerSettings(endings=endings, loudness=loud))
    assert tokenizer_from_json(json.loads(json.dumps(notes.to_json()))) == notes


@pytest.mark.parametrize("data", [{}, {"voices": 3, "durations": []}, {"voices": [[["x"]]], "durations": [1]}])
def test_something_else_than_tokens_is_a_clear_error(data: dict[str, object]) -> None:
    """JSON that holds no tokens is the user's to mend, not a traceback."""
    with pytest.raises(CorpusError, match="not the tokens of notes"):
        tokenizer_from_json({"tokenizer": "notes", **data})
    with pytest.raises(CorpusError, match="unknown kind, None; this evolve knows notes and events"):
        tokenizer_from_json(data)


def test_the_cap_keeps_rest_and_single_pitches() -> None:
    """The rest and every single pitch are always known; chords fill what the cap leaves."""
    line = [NoteStep((60, 64), 12)] * 5 + [NoteStep((60, 67), 12)] * 3 + [NoteStep((62, 65), 12)]
    singles = ((), (60,), (62,), (64,), (65,), (67,))

    def voices(limit: int) -> tuple[object, ...]:
        return learned(song_of(line), settings=TokenizerSettings(chord_tokens=limit)).voices[0]

    assert voices(1) == singles
    assert voices(7) == (*singles, (60, 64))
    assert set(voices(9)) == {*singles, (60, 64), (60, 67), (62, 65)}


def test_unknown_chords_and_durations_become_their_nearest_and_are_counted() -> None:
    """A chord becomes one that sounds like it, a duration the nearest by ratio; both are told in words."""
    notes = learned(song_of([NoteStep((60,), 12), NoteStep((60, 64), 24)]))
    encoded = notes.encode(song_of([NoteStep((60,), 16), NoteStep((60, 64, 67), 18), NoteStep((60,), 16)]))
    (heard,) = notes.decode(encoded.streams)
    assert fold(Song((Track(heard),))) == (NoteStep((60,), 12), NoteStep((60, 64), 24), NoteStep((60,), 12))
    assert encoded.replaced == (
        ("C4-E4-G4", "C4-E4", 1),
        ("0.667 beats", "0.5 beats", 2),
        ("0.75 beats", "1 beat", 1),
    )


def test_the_papers_way_has_nothing_but_the_music() -> None:
    """Without endings a piece is its steps: no start, no end, and the silence before it is dropped."""
    song = Song((Track(Notes.of([Note(60, 72, 24), Note(64, 96, 24)])),))
    notes = learned(song)
    assert notes.sizes == {"pitch": 3, "duration": 1}
    streams = notes.encode(song).streams
    assert {name: streams[name].tolist() for name in notes.sizes} == {"pitch": [1, 2], "duration": [0, 0]}


def test_a_piece_starts_in_its_metre_and_ends() -> None:
    """The first stream starts with the metre's token and ends with the end's; the others are at an edge there."""
    song = Song((Track(Notes.of([Note(60, 72, 24), Note(64, 96, 24)])),), metre=Metre(3, 4))
    notes = learned(song, settings=TokenizerSettings())
    streams = notes.encode(song).streams
    first, rest = 1 + len(METRES), 0
    assert streams["pitch"].tolist() == [1 + METRES.index(Metre(3, 4)), first + rest, first + 1, first + 2, 0]
    assert streams["duration"].tolist() == [0, 2, 1, 1, 0]
    goes_on = notes.encode(song, goes_on_at=song.length_ticks).streams
    assert goes_on["pitch"].tolist() == streams["pitch"].tolist()[:-1]


@pytest.mark.parametrize(("metre", "taken"), [(Metre(2, 2), Metre(4, 4)), (Metre(5, 4), Metre(4, 4))])
def test_a_metre_without_a_beginning_takes_that_of_equal_bars_or_the_most_frequent(metre: Metre, taken: Metre) -> None:
    """2/2 begins as 4/4 does; 5/4, whose bars nobody has, as most pieces do."""
    song = song_of([NoteStep((60,), 12)])
    notes = learned(song, settings=TokenizerSettings())
    one, other = (notes.encode(Song(song.tracks, metre=metre)).streams["pitch"][0] for metre in (metre, taken))
    assert one == other


def test_loudness_is_a_stream() -> None:
    """Each step has the level of its loudest note, and sounds in the middle of it."""
    song = Song((Track(Notes.of([Note(60, 0, 24, 20), Note(64, 0, 24, 100), Note(60, 24, 24, 40)])),))
    notes = learned(song, settings=TokenizerSettings(loudness=True, endings=False))
    assert notes.levels == (level_of(40), level_of(100))
    streams = notes.encode(song).streams
    assert streams["loudness"].tolist() == [1, 0]
    (heard,) = notes.decode(streams)
    assert heard.table[3].tolist() == [velocity_of(level_of(100))] * 2 + [velocity_of(level_of(40))]


def test_a_pattern_is_of_what_is_struck() -> None:
    """With one track rests, starts and ends neither make a pattern nor break one; of several one may rest or hold."""
    one = learned(
        song_of([NoteStep((60,), 12), NoteStep((), 12), NoteStep((60, 64), 12)]), settings=TokenizerSettings()
    )
    assert one.voices[0] == ((), (60,), (64,), (60, 64))
    assert one.watched.counts.tolist() == [False] * (1 + len(METRES)) + [False, True, True, True]
    two = Song((Track(Notes.of([Note(72, 0, 24)])), Track(Notes.of([Note(48, 0, 12), Note(50, 12, 12)]))))
    notes = learned(two, settings=TokenizerSettings())
    assert notes.voices[0] == (HELD, (), (72,))
    watched = notes.watched
    assert watched.attributes == ("part 0", "part 1")
    assert watched.counts.tolist() == [False] * (1 + len(METRES)) + [True, True, True]


def test_a_pen_writes_no_start_and_no_end_before_the_first_note() -> None:
    """A song may end once something was struck; the other streams have no edge of their own to write."""
    notes = learned(song_of([NoteStep((60,), 12)]), settings=TokenizerSettings())
    opening = notes.encode(song_of([NoteStep((60,), 12)]), goes_on_at=12)
    mask = notes.token_mask(opening, most_notes=3)
    first = 1 + len(METRES)
    assert np.flatnonzero(mask.allowed()["pitch"]).tolist() == [first, first + 1]
    assert not mask.allowed()["duration"][0]
    mask.write({"pitch": first, "duration": 1})  # a rest
    assert np.flatnonzero(mask.allowed()["pitch"]).tolist() == [first, first + 1]
    mask.write({"pitch": first + 1, "duration": 1})
    assert np.flatnonzero(mask.allowed()["pitch"]).tolist() == [0, first, first + 1]
    assert mask.allowed() is mask.allowed()  # so that whoever asks need not look again
    mask.write({"pitch": 0, "duration": 1})
    assert mask.is_done
    assert mask.has_ended


def test_a_pen_stops_when_the_song_is_full() -> None:
    """After so many notes and chords a song is cut off, which is not an end; rests fill it four times as slowly."""
    notes = learned(song_of([NoteStep((60,), 12)]))
    for token, steps in ((1, 2), (0, 8)):
        mask = notes.token_mask(EncodedSong({}), most_notes=2)
        assert mask.allowed() == {}
        for step in range(1, steps + 1):
            mask.write({"pitch": token, "duration": 0})
            assert mask.is_done == (step == steps)
        assert not mask.has_ended


def test_nothing_of_the_opening_is_held() -> None:
    """Where songs go on all tracks are silent, so none can hold anything in the first step."""
    two = Song((Track(Notes.of([Note(72, 0, 24)])), Track(Notes.of([Note(48, 0, 12), Note(50, 12, 12)]))))
    for endings in (True, False):
        notes = learned(two, settings=TokenizerSettings(endings=endings))
        mask = notes.token_mask(EncodedSong({}), most_notes=5)
        holds = {name: notes.sizes[name] - len(own) for name, own in zip(notes.names, notes.voices, strict=True)}
        longest = notes.sizes["duration"] - 1
        assert not any(mask.allowed()[name][hold] for name, hold in holds.items())
        mask.write({"part 0": holds["part 0"] + 1, "part 1": holds["part 1"] + 1, "duration": longest})  # rests
        assert all(mask.allowed().get(name, np.ones(9, bool))[hold] for name, hold in holds.items())
