"""Events as in a MIDI file: a note starts, a note stops, time passes; one stream of tokens.

The tokens are those of Oore et al., "This Time with Feeling: Learning Expressive Musical Performance" (2018), with a
start and stop for each pitch of each track. Within one moment they come in one order alone: what stops, then what
starts, each by track and pitch; a loudness stands before the first note that has it. So a song has one spelling, and
time must pass before the same can come again.
"""

import dataclasses
import itertools
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, Self

import numpy as np

from evolve.domains.music.errors import CorpusError
from evolve.domains.music.instruments import pitch_name
from evolve.domains.music.plain import LOUDEST, metre_from_json, whole
from evolve.domains.music.reshaping import without_overlaps
from evolve.domains.music.song import PITCHES, USUAL_VELOCITY, Metre, Note, Notes, Song, Track
from evolve.domains.music.tokenizers.bar_position import BarClock, BarPositions, bars_from_json, learn_bars
from evolve.domains.music.tokenizers.events_mask import EventsTokenMask
from evolve.domains.music.tokenizers.likeness import level_of, velocity_of
from evolve.domains.music.tokenizers.tokenizer import EncodedSong, Streams, TokenizerSettings, Watched, known_metre

NAME: Final = "events"
EVENT: Final = "event"
"""The one stream."""

FREQUENT_SHARE: Final = 0.002
"""A time between two moments that is at least so large a share of all has a token of its own; others are sums."""

LONGEST_SHIFT_TICKS: Final = 192
"""Two whole notes; longer times are sums too."""

SHORTEST_LOOP_MOMENTS: Final = 8
_OCTAVE: Final = 12

TrackPitch = tuple[int, int]
"""A track and a pitch of it."""


@dataclass(frozen=True)
class EventsTokenizer:
    """The tokens in order: the end, starts, shifts, stops, loudness levels, and what starts a note.

    Attributes:
        grid_ticks: What onsets and ends are rounded to.
        shifts: Ticks that can pass at once, ascending, multiples of the grid; the grid itself is the first.
        keys: Which track and pitch can sound, ascending.
        longest_ticks: Of each track, how long a note may last.
        most_together: Of each track, how many notes may sound at once.
        notes_at_once: How many notes start together, on average.
        levels: Loudness levels that are told apart, ascending; none where loudness is not learned.
        metres: Which a song can start in; none where starts and ends are not learned.
        bars: What each event is told of the bar; None where the corpus has none.
    """

    grid_ticks: int
    shifts: tuple[int, ...]
    keys: tuple[TrackPitch, ...]
    longest_ticks: tuple[int, ...]
    most_together: tuple[int, ...]
    notes_at_once: float = 1.0
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
        return len(self.longest_ticks)

    @property
    def sizes(self) -> dict[str, int]:
        """How many tokens the stream has."""
        return {EVENT: self.first_on + len(self.keys)}

    @property
    def context(self) -> dict[str, int]:
        """How many tokens each stream has that tells of bars."""
        return self.bars.sizes if self.bars else {}

    @property
    def first_shift(self) -> int:
        """The token of the shortest shift; before it are the end and the starts."""
        return 1 + len(self.metres) if self.metres else 0

    @property
    def first_off(self) -> int:
        """The token that stops the first key."""
        return self.first_shift + len(self.shifts)

    @property
    def first_level(self) -> int:
        """The token of the softest level."""
        return self.first_off + len(self.keys)

    @property
    def first_on(self) -> int:
        """The token that starts the first key."""
        return self.first_level + len(self.levels)

    @property
    def watched(self) -> Watched:
        """Patterns are those of the notes that start, whatever their rhythm."""
        counts = np.arange(self.sizes[EVENT]) >= self.first_on
        return Watched((EVENT,), counts, round(SHORTEST_LOOP_MOMENTS * self.notes_at_once))

    @cached_property
    def _places(self) -> Mapping[TrackPitch, int]:
        return {key: place for place, key in enumerate(self.keys)}

    def encode(self, song: Song, goes_on_at: int | None = None) -> EncodedSong:
        """A song as one stream; a pitch that is not known sounds in the nearest octave that is."""
        known, replaced = self._with_known_pitches(song)
        first = [1 + self.metres.index(known_metre(song.metre, self.metres))] if self.metres else []
        last = [0] if self.metres and goes_on_at is None else []
        tokens = np.array([*first, *self._events(known, goes_on_at), *last], dtype=np.int32)
        passed = np.zeros(self.sizes[EVENT], np.int64)
        passed[self.first_shift : self.first_off] = self.shifts
        heard = dataclasses.replace(song, tracks=tuple(map(Track, known)))  # bars are counted from its first note
        return EncodedSong({EVENT: tokens}, replaced).with_bars(self.bars, heard, passed[tokens].cumsum())

    def decode(self, streams: Streams, after: Streams | None = None) -> tuple[Notes, ...]:
        """The notes of each track, from tick 0; what still sounds at the end stops there."""
        struck: list[list[Note]] = [[] for _ in range(self.tracks)]
        sounding: dict[int, tuple[int, int]] = {}
        now, velocity = 0, self._velocity_after(after)

        def stop(key: int) -> None:
            start, loudness = sounding.pop(key)
            track, pitch = self.keys[key]
            if now > start:
                struck[track].append(Note(pitch, start, now - start, loudness))

        for token in streams[EVENT].tolist():
            if token >= self.first_on:
                key = token - self.first_on
                if key in sounding:
                    stop(key)
                sounding[key] = (now, velocity)
            elif token >= self.first_level:
                velocity = velocity_of(self.levels[token - self.first_level])
            elif token >= self.first_off:
                if token - self.first_off in sounding:
                    stop(token - self.first_off)
            elif token >= self.first_shift:
                now += self.shifts[token - self.first_shift]
        for key in tuple(sounding):
            stop(key)
        return tuple(Notes.of(notes) for notes in struck)

    def token_mask(self, opening: EncodedSong, most_notes: int) -> EventsTokenMask:
        """What writes a song; in the middle of whatever the opening left."""
        mask = EventsTokenMask(self, most_notes, BarClock(self.bars, opening.ends))
        mask.read(opening.streams[EVENT].tolist())
        return mask

    def to_json(self) -> dict[str, Any]:
        """What `json.dumps` takes, documented: the tokens are numbered in the order of the fields."""
        return {
            "version": 1,
            "tokenizer": NAME,
            "metres": [[metre.beats, metre.unit] for metre in self.metres],
            "bars": self.bars.to_json() if self.bars else None,
            "shifts": list(self.shifts),
            "keys": [list(key) for key in self.keys],
            "levels": list(self.levels),
            "grid_ticks": self.grid_ticks,
            "longest_ticks": list(self.longest_ticks),
            "most_together": list(self.most_together),
            "notes_at_once": self.notes_at_once,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The tokenizer that `to_json` described; `CorpusError` when it is not one."""
        try:
            read = cls(
                grid_ticks=whole(data["grid_ticks"], 1, LONGEST_SHIFT_TICKS),
                shifts=tuple(whole(ticks, 1) for ticks in data["shifts"]),
                keys=tuple(
                    (whole(track, most=LOUDEST), whole(pitch, most=PITCHES - 1)) for track, pitch in data["keys"]
                ),
                longest_ticks=tuple(whole(ticks, 1) for ticks in data["longest_ticks"]),
                most_together=tuple(whole(count, 1) for count in data["most_together"]),
                notes_at_once=float(data["notes_at_once"]),
                levels=tuple(whole(level, most=LOUDEST) for level in data["levels"]),
                metres=tuple(map(metre_from_json, data["metres"])),
                bars=bars_from_json(data["bars"]),
            )
            if (
                {track for track, _ in read.keys} != set(range(read.tracks))
                or not (read.keys and read.shifts and len(read.most_together) == read.tracks)
                or not 0 < read.notes_at_once <= PITCHES
            ):
                raise ValueError("a track has no keys, or no time can pass")  # noqa: TRY301 - as what cannot be read
        except (KeyError, TypeError, ValueError) as error:
            raise CorpusError("these are not the tokens of events: shifts and keys are expected") from error
        return read

    def _velocity_after(self, opening: Streams | None) -> int:
        """How loud a note is that says nothing of it, after an opening that may have."""
        said = [] if opening is None else opening[EVENT][opening[EVENT] >= self.first_level].tolist()
        levels = [token - self.first_level for token in said if token < self.first_on]
        return velocity_of(self.levels[levels[-1]]) if levels else USUAL_VELOCITY

    def _with_known_pitches(self, song: Song) -> tuple[tuple[Notes, ...], tuple[tuple[str, str, int], ...]]:
        replaced: list[tuple[str, str, int]] = []
        tracks: list[Notes] = []
        for number, track in enumerate(song.tracks):
            table = on_grid(track.notes, self.grid_ticks).table.copy()
            known = [pitch for own, pitch in self.keys if own == number]
            swaps = {pitch: _nearest(pitch, known) for pitch in set(table[0].tolist()) - set(known)}
            for pitch, stand_in in swaps.items():
                is_it = table[0] == pitch
                replaced.append((pitch_name(pitch), pitch_name(stand_in), int(is_it.sum())))
                table[0, is_it] = stand_in
            tracks.append(without_overlaps(table))
        return tuple(tracks), tuple(replaced)

    def _events(self, tracks: Sequence[Notes], goes_on_at: int | None) -> list[int]:
        """The tokens between start and end."""
        passing: dict[int, list[int]] = {0: []}
        tokens: list[int] = []
        now, level = 0, -1
        for tick, is_on, key, velocity in self._in_order(tracks):
            if tick != now:
                tokens += passing.get(tick - now) or passing.setdefault(tick - now, self._passing(tick - now))
                now = tick
            if is_on and self.levels and (heard := self._nearest_level(velocity)) != level:
                level = heard
                tokens.append(self.first_level + level)
            tokens.append((self.first_on if is_on else self.first_off) + key)
        if goes_on_at is not None:
            tokens += self._passing(_rounded(goes_on_at, self.grid_ticks) - now)
        return tokens

    def _in_order(self, tracks: Sequence[Notes]) -> list[tuple[int, int, int, int]]:
        """When, whether it starts, which key, and how loud: all starts and stops in the order of their tokens."""
        events: list[tuple[int, int, int, int]] = []
        for number, notes in enumerate(tracks):
            keys = [self._places[number, pitch] for pitch in notes.pitches.tolist()]
            velocities = notes.table[3].tolist()
            events += zip(notes.onsets_ticks.tolist(), itertools.repeat(1), keys, velocities, strict=False)
            events += zip(notes.ends_ticks.tolist(), itertools.repeat(0), keys, velocities, strict=False)
        return sorted(events)

    def _passing(self, ticks: int) -> list[int]:
        """The shifts that make up some ticks, the longest first."""
        tokens: list[int] = []
        for place in range(len(self.shifts) - 1, -1, -1):
            count, ticks = divmod(max(ticks, 0), self.shifts[place])
            tokens += [self.first_shift + place] * count
        return tokens

    def _nearest_level(self, velocity: int) -> int:
        return min(range(len(self.levels)), key=lambda place: abs(self.levels[place] - level_of(velocity)))


def learn_events(songs: Sequence[Song], settings: TokenizerSettings, metres: Sequence[Metre]) -> EventsTokenizer:
    """The tokens of some songs: each track's pitches from its lowest to its highest, and the times that are frequent.

    Args:
        songs: Each with as many tracks as the others.
        settings: What is learned.
        metres: Which a song can start in, the most frequent first.
    """
    grid = settings.grid_ticks
    tracks = [
        [on_grid(track.notes, grid) for track in own] for own in zip(*(song.tracks for song in songs), strict=True)
    ]
    ranges = [(min(_lowest(own)), max(_highest(own))) for own in tracks]
    onsets = [np.unique(np.concatenate([notes.onsets_ticks for notes in own])) for own in zip(*tracks, strict=True)]
    levels = {level_of(velocity) for own in tracks for notes in own for velocity in notes.table[3].tolist()}
    return EventsTokenizer(
        grid_ticks=grid,
        shifts=_shifts(tracks, grid),
        keys=tuple((track, pitch) for track, (low, high) in enumerate(ranges) for pitch in range(low, high + 1)),
        longest_ticks=tuple(max(grid, *(int(notes.durations_ticks.max(initial=0)) for notes in own)) for own in tracks),
        most_together=tuple(max(1, *(most_together(notes) for notes in own)) for own in tracks),
        notes_at_once=round(sum(len(n) for own in tracks for n in own) / max(sum(map(len, onsets)), 1), 3),
        levels=tuple(sorted(levels)) if settings.loudness else (),
        metres=tuple(metres) if settings.endings else (),
        bars=learn_bars(songs) if settings.bars else None,
    )


def on_grid(notes: Notes, grid_ticks: int) -> Notes:
    """Onsets and ends at the nearest places of a grid, halves later; a note lasts for one step of it at least."""
    if grid_ticks == 1:
        return notes
    onsets, ends = (_rounded(ticks, grid_ticks) for ticks in (notes.onsets_ticks, notes.ends_ticks))
    durations = np.maximum(ends - onsets, grid_ticks)
    return without_overlaps(np.array((notes.pitches, onsets, durations, notes.table[3])))


def most_together(notes: Notes) -> int:
    """How many notes sound at once at most."""
    changes = np.concatenate([notes.onsets_ticks, notes.ends_ticks])
    signs = np.repeat([1, -1], len(notes))
    order = np.lexsort((signs, changes))
    return int(np.cumsum(signs[order]).max(initial=0))


def _rounded(ticks: Any, grid_ticks: int) -> Any:  # noqa: ANN401 -- whole numbers, or columns of them
    return (2 * ticks + grid_ticks) // (2 * grid_ticks) * grid_ticks


def _shifts(tracks: Sequence[Sequence[Notes]], grid: int) -> tuple[int, ...]:
    """The times between moments that are frequent, and a ladder of doublings of which any other is a sum."""
    gaps: Counter[int] = Counter()
    for own in zip(*tracks, strict=True):
        moments = np.unique(
            np.concatenate([column for notes in own for column in (notes.onsets_ticks, notes.ends_ticks)])
        )
        gaps.update(np.diff(moments).tolist())
    frequent = {gap for gap, count in gaps.items() if count >= FREQUENT_SHARE * gaps.total()}
    ladder = {grid << power for power in range(LONGEST_SHIFT_TICKS.bit_length())}
    return tuple(sorted(gap for gap in frequent | ladder if gap <= LONGEST_SHIFT_TICKS))


def _nearest(pitch: int, known: Sequence[int]) -> int:
    """The known pitch of the same name that is nearest, or else the nearest."""
    return min(known, key=lambda one: ((one - pitch) % _OCTAVE != 0, abs(one - pitch)))


def _lowest(notes_of_songs: Sequence[Notes]) -> list[int]:
    return [int(notes.pitches.min(initial=PITCHES - 1)) for notes in notes_of_songs]


def _highest(notes_of_songs: Sequence[Notes]) -> list[int]:
    return [int(notes.pitches.max(initial=0)) for notes in notes_of_songs]
