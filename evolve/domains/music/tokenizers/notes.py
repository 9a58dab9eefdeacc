"""The paper's tokenizer: streams of notes, chords and rests with durations, one token a step in each stream.

One track has the streams ``pitch`` and ``duration``. Several tracks have one stream each, named by their roles, whose
tokens are what a track strikes, a rest, or that it holds what it has; ``duration`` is how long until any of them
changes. ``loudness`` can be a stream of its own.
"""

import itertools
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

import numpy as np

from evolve.domains.music.errors import CorpusError
from evolve.domains.music.instruments import pitch_name
from evolve.domains.music.plain import LOUDEST, metre_from_json, whole
from evolve.domains.music.song import PITCHES, TICKS_PER_BEAT, USUAL_VELOCITY, Column, Metre, Notes, Song
from evolve.domains.music.tokenizers.bar_position import BarClock, BarPositions, bars_from_json, learn_bars
from evolve.domains.music.tokenizers.likeness import Pitches, level_of, most_alike, representatives, velocity_of
from evolve.domains.music.tokenizers.notes_mask import DURATION, NotesTokenMask
from evolve.domains.music.tokenizers.steps import HELD, Slice, SliceVoice, cut, first_tick, nearest_duration, sound
from evolve.domains.music.tokenizers.tokenizer import (
    EncodedSong,
    Stream,
    Streams,
    TokenizerSettings,
    Watched,
    known_metre,
)
from evolve.words import counted

NAME: Final = "notes"
LOUDNESS: Final = "loudness"
ONLY_TRACK: Final = "pitch"
"""The stream of a single track."""

EDGE: Final = 0
"""What the other streams have where the first says that a song starts or ends; in the first it is the end."""

SHORTEST_LOOP_NOTES: Final = 8


@dataclass(frozen=True, slots=True)
class NotesTokenizer:
    """The tokens of each stream; a token is its place in the tuple, after those for start and end.

    Attributes:
        names: The stream of each track.
        voices: Of each track what it may do: with several tracks `HELD` first, then the rest, single pitches, chords.
        durations: Ticks, ascending.
        levels: Loudness levels that are told apart, ascending; none where loudness is not learned.
        metres: Which a song can start in; none where starts and ends are not learned.
        bars: What each step is told of the bar; None where the corpus has none.
    """

    names: tuple[str, ...]
    voices: tuple[tuple[SliceVoice, ...], ...]
    durations: tuple[int, ...]
    levels: tuple[int, ...] = ()
    metres: tuple[Metre, ...] = ()
    bars: BarPositions | None = None

    @property
    def name(self) -> str:
        """What it is called in a search space."""
        return NAME

    @property
    def tracks(self) -> int:
        """How many tracks a song has."""
        return len(self.names)

    @property
    def sizes(self) -> dict[str, int]:
        """How many tokens each attribute has."""
        firsts = [1 + len(self.metres) if self.metres else 0, *[self._edges] * (self.tracks - 1)]
        sizes = {name: first + len(own) for name, first, own in zip(self.names, firsts, self.voices, strict=True)}
        sizes[DURATION] = self._edges + len(self.durations)
        return sizes | ({LOUDNESS: self._edges + len(self.levels)} if self.levels else {})

    @property
    def context(self) -> dict[str, int]:
        """How many tokens each stream has that tells of bars."""
        return self.bars.sizes if self.bars else {}

    @property
    def watched(self) -> Watched:
        """Patterns are of what all tracks do together, whatever the rhythm.

        With a single track rests neither make a pattern nor break one, as one hears it; of several tracks one may rest
        or hold while another goes in circles.
        """
        counts = np.zeros(self.sizes[self.names[0]], dtype=bool)
        counts[self._first :] = True if self.tracks > 1 else self._strikes(0)[self._first :]
        return Watched(self.names, counts, SHORTEST_LOOP_NOTES)

    def _strikes(self, track: int) -> np.ndarray:
        """Which tokens of a track strike something, bool [size]."""
        own = self.voices[track]
        first = self.sizes[self.names[track]] - len(own)
        return np.array([False] * first + [bool(voice) for voice in own])

    @property
    def _edges(self) -> int:
        """How many tokens come before the others in all streams but the first."""
        return 1 if self.metres else 0

    @property
    def _first(self) -> int:
        """How many tokens come before the others in the first stream: the end, and a start for each metre."""
        return 1 + len(self.metres) if self.metres else 0

    def encode(self, song: Song, goes_on_at: int | None = None) -> EncodedSong:
        """A song as streams; an unknown chord becomes the most similar known one, a duration the nearest by ratio."""
        slices = cut(song, goes_on_at, keeps_upbeat=bool(self.metres))
        columns: dict[str, list[int]] = {}
        replaced: list[tuple[str, str, int]] = []
        for track, (name, known) in enumerate(zip(self.names, self.voices, strict=True)):
            columns[name], swaps = _looked_up([one.voices[track] for one in slices], known)
            replaced += swaps
        ticks = [nearest_duration(one.ticks) for one in slices]
        columns[DURATION], others = _nearest(ticks, self.durations)
        replaced += [(_beats(old), _beats(new), count) for old, new, count in others]
        if self.levels:
            columns[LOUDNESS], _ = _nearest([level_of(one.velocity) for one in slices], self.levels)
        streams = self._with_edges(columns, song.metre, is_over=goes_on_at is None)
        ends = self._step_ends(song, slices, is_over=goes_on_at is None)
        return EncodedSong(streams, tuple(replaced)).with_bars(self.bars, song, ends)

    def decode(self, streams: Streams, after: Streams | None = None) -> tuple[Notes, ...]:
        """The notes of each track, from tick 0; where a stream has an edge and the first has none, its first token."""
        del after  # every step says how loud it is
        is_step = streams[self.names[0]] >= self._first
        firsts = [self._first, *[self._edges] * (len(self.sizes) - 1)]
        columns = [
            np.maximum(streams[name][is_step] - first, 0).tolist()
            for name, first in zip(self.sizes, firsts, strict=True)
        ]
        voices = [map(own.__getitem__, column) for own, column in zip(self.voices, columns, strict=False)]
        ticks = map(self.durations.__getitem__, columns[self.tracks])
        velocities = [velocity_of(level) for level in self.levels]
        loudness = map(velocities.__getitem__, columns[-1]) if self.levels else itertools.repeat(USUAL_VELOCITY)
        return sound(map(Slice, zip(*voices, strict=True), ticks, loudness), self.tracks)

    def token_mask(self, opening: EncodedSong, most_notes: int) -> NotesTokenMask:
        """What writes a song; it may end once something was struck, and holds nothing of what came before."""
        strikes = {name: self._strikes(track) for track, name in enumerate(self.names)}
        holds = (
            {}
            if self.tracks == 1
            else {name: self.sizes[name] - len(own) for name, own in zip(self.names, self.voices, strict=True)}
        )
        clock = BarClock(self.bars, opening.ends)
        ticks = (*[0] * self._edges, *self.durations)
        return NotesTokenMask(self.sizes, strikes, holds, clock, ticks=ticks, starts=len(self.metres), notes=most_notes)

    def to_json(self) -> dict[str, Any]:
        """What `json.dumps` takes, documented: for each track a list of pitches a token, ``null`` for what is held."""
        return {
            "version": 2,
            "tokenizer": NAME,
            "tracks": list(self.names),
            "voices": [[None if voice is HELD else list(voice) for voice in own] for own in self.voices],
            "durations": list(self.durations),
            "levels": list(self.levels),
            "metres": [[metre.beats, metre.unit] for metre in self.metres],
            "bars": self.bars.to_json() if self.bars else None,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The tokenizer that `to_json` described; `CorpusError` when it is not one."""
        try:
            read = cls(
                tuple(str(name) for name in data["tracks"]),
                tuple(tuple(map(_voice_from_json, own)) for own in data["voices"]),
                tuple(whole(ticks, 1) for ticks in data["durations"]),
                tuple(whole(level, most=LOUDEST) for level in data["levels"]),
                tuple(map(metre_from_json, data["metres"])),
                bars_from_json(data["bars"]),
            )
            if not read.names or not read.durations or list(map(bool, read.voices)) != [True] * len(set(read.names)):
                raise ValueError("a track, or all durations, have no tokens")  # noqa: TRY301 - as what cannot be read
        except (KeyError, TypeError, ValueError) as error:
            raise CorpusError("these are not the tokens of notes: tracks, voices and durations are expected") from error
        return read

    def _with_edges(self, columns: Mapping[str, Sequence[int]], metre: Metre, *, is_over: bool) -> dict[str, Stream]:
        """The columns with a start before them, and an end after them if the song is over."""
        streams: dict[str, Stream] = {}
        for place, (name, column) in enumerate(columns.items()):
            tokens = np.array(column, dtype=np.int32) + (self._edges if place else self._first)
            if self.metres:
                start = EDGE if place else 1 + self.metres.index(known_metre(metre, self.metres))
                tokens = np.concatenate([[start], tokens, [EDGE] * is_over])
            streams[name] = tokens.astype(np.int32)
        return streams

    def _step_ends(self, song: Song, slices: Sequence[Slice], *, is_over: bool) -> Column:
        """The tick at which each step is over, int64 [steps]; a start is at tick 0, and an end takes no time."""
        first = first_tick(song, keeps_upbeat=bool(self.metres))
        ends = list(itertools.accumulate((one.ticks for one in slices), initial=first))
        return np.array([0, *ends[1:], *ends[-1:] * is_over] if self.metres else ends[1:], np.int64)


def _voice_from_json(data: Any) -> SliceVoice:  # noqa: ANN401 - JSON
    return HELD if data is None else tuple(whole(pitch, most=PITCHES - 1) for pitch in data)


def learn_notes(
    songs: Sequence[Song], roles: Sequence[str], settings: TokenizerSettings, metres: Sequence[Metre]
) -> NotesTokenizer:
    """The tokens of some songs: for each track every single pitch, and the chords that best stand for all chords.

    Args:
        songs: Each with one track a role.
        roles: What the tracks are called.
        settings: What is learned.
        metres: Which a song can start in, the most frequent first.
    """
    all_slices = [cut(song, keeps_upbeat=settings.endings) for song in songs]
    slices = [one for own in all_slices for one in own]
    voices = tuple(
        _tokens(Counter(one.voices[track] for one in slices), settings.chord_tokens, can_hold=len(roles) > 1)
        for track in range(len(roles))
    )
    return NotesTokenizer(
        names=tuple(roles) if len(roles) > 1 else (ONLY_TRACK,),
        voices=voices,
        durations=tuple(sorted({nearest_duration(one.ticks) for one in slices})),
        levels=tuple(sorted({level_of(one.velocity) for one in slices})) if settings.loudness else (),
        metres=tuple(metres) if settings.endings else (),
        bars=learn_bars(songs) if settings.bars else None,
    )


def _tokens(counts: Counter[SliceVoice], limit: int, *, can_hold: bool) -> tuple[SliceVoice, ...]:
    """What a track may do, at most `limit` things unless there are more single pitches."""
    struck: dict[Pitches, int] = {voice: count for voice, count in counts.items() if voice is not HELD}
    singles: list[Pitches] = [(), *((pitch,) for pitch in sorted({pitch for chord in struck for pitch in chord}))]
    chords = representatives(struck, singles, max(0, limit - len(singles) - can_hold))
    return (*((HELD,) if can_hold else ()), *singles, *chords)


def _looked_up(
    voices: Sequence[SliceVoice], known: Sequence[SliceVoice]
) -> tuple[list[int], list[tuple[str, str, int]]]:
    """The place of each voice among the known ones, and which were replaced by the most similar one."""
    places = {voice: place for place, voice in enumerate(known)}
    unknown = Counter(voice for voice in voices if voice is not HELD and voice not in places)
    struck = [(place, voice) for place, voice in enumerate(known) if voice is not HELD]
    nearest = most_alike(tuple(unknown), tuple(voice for _, voice in struck)).tolist()
    places |= {voice: struck[index][0] for voice, index in zip(unknown, nearest, strict=True)}
    swaps = [(_chord(voice), _chord(known[places[voice]]), count) for voice, count in unknown.most_common()]
    return [places[voice] for voice in voices], swaps


def _nearest(values: Sequence[int], known: Sequence[int]) -> tuple[list[int], list[tuple[int, int, int]]]:
    """The place of each value, or of the known one nearest by ratio, and which were replaced."""
    places = {value: place for place, value in enumerate(known)}
    unknown = Counter(value for value in values if value not in places)
    for value in unknown:
        ratios = [((max(value, one) + 1) / (min(value, one) + 1), place) for place, one in enumerate(known)]
        places[value] = min(ratios)[1]
    swaps = [(value, known[places[value]], count) for value, count in unknown.most_common()]
    return [places[value] for value in values], swaps


def _chord(voice: SliceVoice) -> str:
    return "-".join(pitch_name(pitch) for pitch in voice or ()) or "rest"


def _beats(ticks: int) -> str:
    return counted(float(f"{ticks / TICKS_PER_BEAT:.3g}"), "beat")
