"""What a tokenizer is: how songs become streams of tokens that a network learns, and tokens become songs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from evolve.domains.music.song import Column, Metre, Notes, Song
from evolve.domains.music.tokenizers.bar_position import FIRST_PLACE, BarPlace, BarPositions, bar_place

Stream = npt.NDArray[np.int32]
Streams = Mapping[str, Stream]
"""Attribute name to one token a step, int32 [steps]; all streams of a piece are equally long."""


@dataclass(frozen=True, slots=True)
class EncodedSong:
    """A song as tokens, and what had to be replaced because the tokenizer does not know it.

    Attributes:
        streams: One stream an attribute, and one of each of the tokenizer's context.
        replaced: What was replaced, its stand-in, and how often, each in words for a person.
        length_ticks: The tick after the last step: more goes on there, and not where the song's last note ends, since a
            grid may have moved and lengthened that note.
        ends: Where in its bar that is.
    """

    streams: dict[str, Stream]
    replaced: tuple[tuple[str, str, int], ...] = ()
    length_ticks: int = 0
    ends: BarPlace = FIRST_PLACE

    @property
    def replacements(self) -> int:
        """How many tokens were replaced."""
        return sum(count for *_, count in self.replaced)

    def with_bars(self, bars: BarPositions | None, song: Song, ticks: Column) -> "EncodedSong":
        """The same with what is told of bars.

        Args:
            bars: What is told; None: nothing but where the song ends.
            song: Whose bar lines count.
            ticks: When the step after each begins, int64 [steps].
        """
        told = bars.streams(song, ticks) if bars else {}
        length = int(ticks[-1]) if len(ticks) else 0
        return EncodedSong(self.streams | told, self.replaced, length, bar_place(song, length))


@dataclass(frozen=True, slots=True)
class TokenizerSettings:
    """What all tokenizers of a run have in common.

    Attributes:
        endings: Whether pieces are learned with a start and an end.
        loudness: Whether loudness is learned.
        chord_tokens: In `notes`, the most tokens of a track: rest, notes and chords.
        grid_ticks: In `events`, what onsets and ends are rounded to.
        bars: Whether each step is told where in the bar it lies, and in which metre.
    """

    endings: bool = True
    loudness: bool = False
    chord_tokens: int = 256
    grid_ticks: int = 1
    bars: bool = True


@dataclass(frozen=True, slots=True)
class Watched:
    """What makes a pattern, for whoever looks out for loops while a song is written.

    Attributes:
        attributes: Streams whose tokens make it together; what goes on is held back in the first.
        counts: Which tokens of the first take part, bool [size].
        shortest: With fewer tokens than this nothing is a loop yet.
    """

    attributes: tuple[str, ...]
    counts: npt.NDArray[np.bool_]
    shortest: int


class SongTokenMask(Protocol):
    """One song while it is written."""

    @property
    def is_done(self) -> bool:
        """Whether nothing more is to be written."""

    @property
    def has_ended(self) -> bool:
        """Whether the network ended the song, rather than that there was no more room."""

    def allowed(self) -> Mapping[str, npt.NDArray[np.bool_]]:
        """Which tokens may come next, bool [size], at least one; attributes that are not there may have any."""

    def write(self, tokens: Mapping[str, int]) -> None:
        """Take one step."""

    def context(self) -> Mapping[str, int]:
        """What a network reads beside the step written last, at first the opening's: a token of each such stream."""


class Tokenizer(Protocol):
    """A way to write songs as tokens; what it knows was learned from the training pieces."""

    @property
    def name(self) -> str:
        """``notes`` or ``events``."""

    @property
    def tracks(self) -> int:
        """How many tracks a song has."""

    @property
    def metres(self) -> tuple[Metre, ...]:
        """Which a song can start in, the most frequent first; none where beginnings are not learned."""

    @property
    def sizes(self) -> dict[str, int]:
        """How many tokens each attribute has."""

    @property
    def context(self) -> dict[str, int]:
        """How many tokens each stream has that is read and never predicted; none where the corpus has no bars."""

    @property
    def levels(self) -> tuple[int, ...]:
        """Loudness levels that are told apart; none where loudness is not learned."""

    @property
    def watched(self) -> Watched:
        """What makes a pattern."""

    def encode(self, song: Song, goes_on_at: int | None = None) -> EncodedSong:
        """A song as tokens.

        Args:
            song: With as many tracks as the tokenizer has; without notes it is a beginning alone.
            goes_on_at: The tick at which more is to follow, not before the last note ends; None: the song is over.
        """

    def decode(self, streams: Streams, after: Streams | None = None) -> tuple[Notes, ...]:
        """The notes of each track, from tick 0; starts and ends are silent.

        Args:
            streams: One stream an attribute; those of the context mean nothing here, and may be left out.
            after: What came before, an opening; its loudness lasts, and ticks count from where it ends.
        """

    def token_mask(self, opening: EncodedSong, most_notes: int) -> SongTokenMask:
        """What writes a song that goes on from an opening, with so many notes and chords at most."""

    def to_json(self) -> dict[str, Any]:
        """What `json.dumps` takes; ``tokenizer`` is its name."""


def known_metre(metre: Metre, metres: Sequence[Metre]) -> Metre:
    """The metre itself where it is known, else the most frequent one whose bars are as long, else the most frequent."""
    alike = (known for known in metres if known.bar_ticks == metre.bar_ticks)
    return metre if metre in metres else next(alike, metres[0])
