"""Each step is told where in the bar the next one begins, as far as the corpus has bars."""

import dataclasses
import itertools

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from evolve.domains.music.bars import bar_lines_of, places_in_bars
from evolve.domains.music.errors import CorpusError
from evolve.domains.music.reshaping import shifted, until
from evolve.domains.music.song import BarLine, Metre, Note, Notes, Song, Track
from evolve.domains.music.tokenizers.bar_position import MOST_METRES, BarPlace, BarPositions, learn_bars
from evolve.domains.music.tokenizers.events import learn_events
from evolve.domains.music.tokenizers.kinds import KINDS, learn, tokenizer_from_json
from evolve.domains.music.tokenizers.steps import cut, nearest_duration
from evolve.domains.music.tokenizers.tokenizer import EncodedSong, Tokenizer, TokenizerSettings
from tests.domains.music.pieces import METRES, aligned_songs, lines, song_of, songs

FOUR, THREE, SIX = Metre(4, 4), Metre(3, 4), Metre(6, 8)
kinds = st.sampled_from(KINDS)
metres = st.builds(Metre, st.integers(1, 40), st.sampled_from([1, 2, 4, 8, 16, 32]))


def learned(kind: str, song: Song, options: TokenizerSettings | None = None) -> Tokenizer:
    """The tokenizer that one song needs."""
    roles = [f"part {number}" for number in range(len(song.tracks))]
    return learn(kind, [song], roles, options or TokenizerSettings(), METRES)


def with_upbeat(song: Song, ticks: int, metre: Metre) -> Song:
    """The song in some metre, beginning with so much silence."""
    first = int(song.notes.onsets_ticks[0])
    return dataclasses.replace(shifted(song, ticks - first), metre=metre, bar_lines=())


def is_exact(song: Song) -> bool:
    """Whether each of its notes, chords and rests lasts as long as the token for it."""
    return all(nearest_duration(one.ticks) == one.ticks for one in cut(song))


def told(tokenizer: Tokenizer, begun: EncodedSong, streams: dict[str, np.ndarray]) -> dict[str, list[int]]:
    """What a mask tells after what was begun, and while the tokens that follow it are written one by one."""
    mask = tokenizer.token_mask(begun, 10**6)
    contexts = [mask.context()]
    for step in range(_length(begun.streams), _length(streams)):
        mask.write({name: int(streams[name][step]) for name in tokenizer.sizes})
        contexts.append(mask.context())
    return {name: [context[name] for context in contexts] for name in tokenizer.context}


def _length(streams: dict[str, np.ndarray]) -> int:
    return len(next(iter(streams.values())))


def quarters(count: int, *bar_lines: BarLine) -> Song:
    """Quarter notes in a row."""
    notes = Notes.of(Note(60 + k % 5, 24 * k, 24) for k in range(count))
    return Song((Track(notes),), metre=bar_lines[0].metre if bar_lines else FOUR, bar_lines=bar_lines)


struck = lines.map(lambda line: [step for step in line if step.pitches]).filter(bool).map(song_of)


@settings(deadline=None, max_examples=120)
@given(kinds, st.one_of(struck, aligned_songs()), st.integers(0, 8), metres)
def test_composed_tokens_are_told_what_the_same_tokens_of_a_piece_are(
    kind: str, song: Song, sixteenths: int, metre: Metre
) -> None:
    """From a start on, with one track and with several, after an upbeat and in any metre."""
    upbeat = with_upbeat(song, 6 * sixteenths, metre)
    assume(is_exact(upbeat))
    tokenizer = learned(kind, upbeat)
    streams = tokenizer.encode(upbeat).streams
    silence = Song(tuple(Track(Notes.of(())) for _ in upbeat.tracks), metre=metre)
    begun = tokenizer.encode(silence, goes_on_at=0)
    assert told(tokenizer, begun, streams) == {name: streams[name].tolist() for name in tokenizer.context}


@settings(deadline=None, max_examples=80)
@given(songs(), st.sampled_from([1, 4, 6]), st.booleans())
def test_events_are_told_the_place_to_which_their_song_has_come(song: Song, grid: int, endings: bool) -> None:  # noqa: FBT001
    """Of any song, by its own bar lines."""
    events = learn_events([song], TokenizerSettings(grid_ticks=grid, endings=endings), METRES)
    streams = events.encode(song, song.length_ticks).streams
    shifts = dict(enumerate(events.shifts, start=events.first_shift))
    ticks = np.cumsum([shifts.get(token, 0) for token in streams["event"].tolist()])
    places, which = places_in_bars(bar_lines_of(song), ticks)
    assert streams["place"].tolist() == (places % events.context["place"]).tolist()
    numbers = {metre: number for number, metre in enumerate(learn_bars([song]).metres, start=1)}
    metres = [bar_lines_of(song)[line].metre for line in which.tolist()]
    assert streams["metre"].tolist() == [
        numbers.get(metre) or next((numbers[known] for known in numbers if known.bar_ticks == metre.bar_ticks), 0)
        for metre in metres  # a grid may move the last events into a metre in which nothing was learned
    ]


@settings(deadline=None, max_examples=80)
@given(kinds, songs(), st.booleans())
def test_tokens_of_the_context_are_within_their_sizes(kind: str, song: Song, endings: bool) -> None:  # noqa: FBT001
    """All streams of a song are equally long, and a mask goes on from the last tokens."""
    tokenizer = learned(kind, song, TokenizerSettings(endings=endings))
    encoded = tokenizer.encode(song, song.length_ticks)
    assert set(encoded.streams) == set(tokenizer.sizes) | set(tokenizer.context)
    assert len({len(stream) for stream in encoded.streams.values()}) == 1
    for name, size in tokenizer.context.items():
        assert encoded.streams[name].dtype == np.int32
        assert all(0 <= token < size for token in encoded.streams[name])
    last = {name: int(encoded.streams[name][-1]) for name in tokenizer.context}
    assert tokenizer.token_mask(encoded, 5).context() == last


@pytest.mark.parametrize("kind", KINDS)
def test_a_change_of_metre_and_a_short_bar_are_told(kind: str) -> None:
    """A bar of 4/4, one of 3/4, one of 3/4 cut short after two quarters, and 4/4 again."""
    song = quarters(12, BarLine(0, FOUR), BarLine(96, THREE), BarLine(168, THREE), BarLine(216, FOUR))
    tokenizer = learned(kind, song)
    assert tokenizer.context == {"place": 96, "metre": 3, "bar": 64}
    common, waltz = [(place, 1) for place in (0, 24, 48, 72)], [(place, 2) for place in (0, 24, 48, 0, 24)]
    assert _moments(tokenizer.encode(song).streams) == [*common, *waltz, *common]


def _moments(streams: dict[str, np.ndarray]) -> list[tuple[int, int]]:
    """Place and metre of each moment: tokens of one moment are told the same."""
    pairs = zip(streams["place"].tolist(), streams["metre"].tolist(), strict=True)
    return [pair for pair, _ in itertools.groupby(pairs)]


@pytest.mark.parametrize("kind", KINDS)
def test_an_opening_goes_on_in_its_last_bar(kind: str) -> None:
    """In the metre in force there: what follows is told what it would be told as a part of the piece."""
    song = quarters(14, BarLine(0, FOUR), BarLine(96, THREE))
    tokenizer = learned(kind, song)
    begun = tokenizer.encode(until(song, 144), goes_on_at=144)
    streams = tokenizer.encode(song).streams
    expected = {name: streams[name][len(begun.streams[name]) - 1 :].tolist() for name in tokenizer.context}
    assert told(tokenizer, begun, streams) == expected
    assert (expected["place"][0], expected["metre"][0]) == (48, 1)


@pytest.mark.parametrize("kind", KINDS)
def test_an_unknown_metre_is_told_as_such_and_longer_bars_begin_anew(kind: str) -> None:
    """An opening in 5/4 for a corpus in 4/4: its places go on to the longest known, a quarter is the first again."""
    tokenizer = learned(kind, quarters(16))
    encoded = tokenizer.encode(quarters(5, BarLine(0, Metre(5, 4))), goes_on_at=120)
    assert _moments(encoded.streams) == [(0, 0), (24, 0), (48, 0), (72, 0), (0, 0)]
    assert encoded.ends == BarPlace(0, Metre(5, 4), 2)
    after = tokenizer.encode(quarters(4, BarLine(0, Metre(5, 4))), goes_on_at=96)
    assert after.ends == BarPlace(96, Metre(5, 4), 1)
    assert tokenizer.token_mask(after, 10).context() == {"place": 0, "metre": 0, "bar": 1}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("silence", "numbers"), [(0, [0, 1, 2, 3]), (72, [0, 1, 2, 3]), (24, [0, 1, 2])])
def test_bars_are_counted_from_the_first_full_one(kind: str, silence: int, numbers: list[int]) -> None:
    """An upbeat is bar 0, as is all before the first note; a bar that begins with a rest is the first all the same."""
    notes = Notes.of(Note(60, silence + 24 * place, 24) for place in range(9 if silence != 24 else 6))
    song = Song((Track(notes),))
    streams = learned(kind, song).encode(song).streams
    assert [number for number, _ in itertools.groupby(streams["bar"].tolist())] == numbers
    assert streams["bar"][0] == 0


def test_the_longest_bar_has_a_place_for_each_tick_within_a_limit() -> None:
    """Of a bar of five whole notes the last begins as the first does."""
    bars = BarPositions((Metre(5, 1), FOUR))
    assert bars.sizes == {"place": 384, "metre": 3, "bar": 64}
    assert bars.tokens(BarPlace(385, Metre(5, 1), 64)) == {"place": 1, "metre": 1, "bar": 63}
    assert BarPositions((THREE, SIX)).sizes["place"] == 72


def test_metres_are_known_by_how_long_they_last() -> None:
    """The most frequent first, equals by their numbers; what lies after the last note is none."""
    short, long = quarters(4, BarLine(0, SIX), BarLine(960, Metre(7, 8))), quarters(8, BarLine(24, THREE))
    waltz_too = quarters(4, BarLine(0, Metre(2, 4)))
    assert learn_bars([short, long, waltz_too]).metres == (THREE, Metre(2, 4), SIX)
    many = [quarters(4, BarLine(0, Metre(beats, 4))) for beats in range(1, 30)]
    assert learn_bars(many).metres == tuple(Metre(beats, 4) for beats in range(1, MOST_METRES + 1))


@given(kinds, songs(), st.booleans())
def test_a_tokenizer_survives_json(kind: str, song: Song, has_bars: bool) -> None:  # noqa: FBT001
    """With what it tells of bars, or nothing."""
    tokenizer = learned(kind, song, TokenizerSettings(bars=has_bars))
    data = tokenizer.to_json()
    assert tokenizer_from_json(data) == tokenizer
    assert bool(tokenizer.context) == (data["bars"] is not None) == has_bars


too_many = [[beats, 4] for beats in range(1, MOST_METRES + 2)]


@pytest.mark.parametrize("bars", [[], [[4, 4], [4, 4]], [[4, 3]], [[0, 4]], 4, "44", [[4, 4, 4]], too_many])
@pytest.mark.parametrize("kind", KINDS)
def test_bars_that_are_none_are_refused(kind: str, bars: object) -> None:
    """No metre, one twice, too many, and what is no metre."""
    data = learned(kind, quarters(8)).to_json()
    with pytest.raises(CorpusError, match=f"these are not the tokens of {kind}"):
        tokenizer_from_json(data | {"bars": bars})


def test_without_bars_nothing_is_told() -> None:
    """Streams are those that are predicted, and a mask tells nothing."""
    for kind in KINDS:
        tokenizer = learned(kind, quarters(8), TokenizerSettings(bars=False))
        encoded = tokenizer.encode(quarters(8), goes_on_at=192)
        assert tokenizer.context == {}
        assert set(encoded.streams) == set(tokenizer.sizes)
        assert tokenizer.token_mask(encoded, 5).context() == {}
