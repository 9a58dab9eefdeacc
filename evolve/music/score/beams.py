"""Which notes of a voice are joined by beams."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby
from typing import Final

from evolve.music.score.bar_lines import BarLines
from evolve.music.score.symbols import Symbol, Voice
from evolve.music.song import TICKS_PER_BEAT

EIGHTH_TICKS: Final = TICKS_PER_BEAT // 2
BAR_OF_THREE_TICKS: Final = 3 * TICKS_PER_BEAT


def beamed(voice: Voice, lines: BarLines) -> Voice:
    """The voice with beams over neighbouring short notes of a beat, or of half a bar where it has eighths alone."""
    beams: list[tuple[str, ...]] = [()] * len(voice)
    groups = _groups(voice, lines)
    places = range(len(voice))
    for (_, is_short), run in groupby(places, key=lambda i: (groups[i], bool(voice[i].tones and voice[i].value.flags))):
        joined = list(run)
        if is_short and len(joined) > 1:
            for i, marks in zip(joined, _marks([voice[i].value.flags for i in joined]), strict=True):
                beams[i] = marks
    return tuple(replace(symbol, beams=marks) if marks else symbol for symbol, marks in zip(voice, beams, strict=True))


def _groups(voice: Voice, lines: BarLines) -> list[int]:
    """Where the group of each symbol starts: what has the same start may share a beam."""
    if lines.has_threes:
        return [symbol.start // lines.beat * lines.beat for symbol in voice]
    wide = BAR_OF_THREE_TICKS if lines.bar == BAR_OF_THREE_TICKS else 2 * TICKS_PER_BEAT
    eighths = Counter(symbol.start // wide for symbol in voice if _is_plain_eighth(symbol))
    return [
        symbol.start // wide * wide
        if eighths[symbol.start // wide] * EIGHTH_TICKS == wide
        else symbol.start // TICKS_PER_BEAT * TICKS_PER_BEAT
        for symbol in voice
    ]


def _is_plain_eighth(symbol: Symbol) -> bool:
    return bool(symbol.tones) and symbol.ticks == EIGHTH_TICKS and symbol.triplet is None


def _marks(flags: Sequence[int]) -> list[tuple[str, ...]]:
    """What each beam does at each note of a group, from the flags that they would have alone, 1 or more each."""
    marks: list[list[str]] = [[] for _ in flags]
    for level in range(1, max(flags) + 1):
        has_beam = [count >= level for count in flags]
        for is_joined, run in groupby(range(len(flags)), key=has_beam.__getitem__):
            joined = list(run)
            if is_joined:
                for i, mark in zip(joined, _along(len(joined), at_start=joined[0] == 0), strict=True):
                    marks[i].append(mark)
    return [tuple(parts) for parts in marks]


def _along(notes: int, *, at_start: bool) -> list[str]:
    """One beam from its first note to its last; a stub at a single note, within the group."""
    if notes == 1:
        return ["forward hook" if at_start else "backward hook"]
    return ["begin", *["continue"] * (notes - 2), "end"]
