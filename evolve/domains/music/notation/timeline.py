"""Written scores as songs: parts laid out together bar by bar, ties joined, and told which bars do not add up.

What is written is read once: repeats, endings, D.C. and D.S. are not played (docs/decisions/reading-what-is-given.md).
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import accumulate, chain, pairwise, zip_longest
from typing import Final

from evolve.domains.music.bars import needed_bar_lines
from evolve.domains.music.errors import CorpusError
from evolve.domains.music.notation.written import WrittenBar, WrittenPart, WrittenScore
from evolve.domains.music.plain import is_tempo, plain_metre, plain_name, plain_program, within_reach
from evolve.domains.music.reshaping import without_overlaps
from evolve.domains.music.song import COMMON_TIME, PITCHES, TICKS_PER_BEAT, BarLine, Metre, Note, Notes, Song, Track
from evolve.words import counted, worded

BEATS_A_MINUTE: Final = 100.0
"""How fast notation without a tempo is meant. A beat is a half note in 2/2 and a dotted quarter in 6/8: reels and jigs
that are written in longer notes are as lively as those in shorter ones."""

_TOLD_BARS: Final = 8
"""Bars that are named where many do not add up."""

_MOST_BEATS: Final = 10**12
"""Of a song; with more, no column of numbers could hold its notes."""

_EIGHTH: Final = Fraction(1, 2)
_ROUNDED: Final = Fraction(1, 16)
"""How much less than that, in quarter notes, a bar may be off by the rounding of its tuplets."""


def song_of(score: WrittenScore, title: str) -> tuple[Song, tuple[str, ...]]:
    """The song of a written score, one track for each part that has notes, and the doubts about it.

    Bar k starts in all parts where the longest bar k-1 of any part ends. A first bar that is not full, an upbeat,
    begins with the silence that it lacks, so that a bar line lies on tick 0; so does one that is full, but shorter than
    those that follow. Bars that are parted are one. Where parts run by themselves, bar lines are those of the part with
    most. Onsets and ends are rounded to the grid each by itself. Notes out of MIDI's range are left out.

    Returns:
        The song, with one empty track when nothing sounds, and the reader's doubts with the timeline's own.

    Raises:
        CorpusError: Its text is the reason alone: it never ends.
    """
    in_step = not _run_by_themselves(score.parts)
    tracks: list[Track] = []
    left_out = 0
    common = _bar_starts(score.parts)
    for part in score.parts:
        starts = common[: len(part.bars) + 1] if in_step else _bar_starts((part,))
        if starts[-1] > _MOST_BEATS:
            raise CorpusError(f"lasts for more than {_MOST_BEATS:,} beats, which no song does")
        notes, strange = _notes(part, starts)
        left_out += strange
        if notes:
            table = without_overlaps(Notes.of(notes).table)
            tracks.append(Track(table, name=plain_name(part.name), program=plain_program(part.program)))
    song = Song(tuple(tracks) or (Track(Notes.of(())),), _tempo(score), title, _main_metre(score.parts))
    barred = score.parts if in_step else (max(score.parts, key=lambda part: len(part.bars)),)
    song = replace(song, bar_lines=_bar_lines(_together(barred), song))
    return song, (*score.doubts, *_doubts(score.parts, in_step=in_step, left_out=left_out))


def _main_metre(parts: Sequence[WrittenPart]) -> Metre:
    """The time signature that most of the first part is in."""
    lengths: dict[Metre, Fraction] = {}
    for bar in parts[0].bars if parts else ():
        if bar.metre is not None:
            lengths[bar.metre] = lengths.get(bar.metre, Fraction(0)) + bar.length_beats
    return max(lengths, key=lambda metre: lengths[metre], default=COMMON_TIME)


def _bar_starts(parts: Sequence[WrittenPart]) -> list[Fraction]:
    """Where each bar of parts starts that are in step, in quarter notes, and where the last one ends."""
    return _starts(_together(parts))


def _starts(bars: Sequence[WrittenBar]) -> list[Fraction]:
    return [*accumulate((bar.length_beats for bar in bars), initial=_silence_before(bars))]


def _together(parts: Sequence[WrittenPart]) -> list[WrittenBar]:
    """The bars of parts that are in step, each as long as in the part that has most, in the metre of the first."""
    together = [[bar for bar in bars if bar is not None] for bars in zip_longest(*(part.bars for part in parts))]
    return [
        WrittenBar(max(bar.length_beats for bar in bars), (), next((bar.metre for bar in bars if bar.metre), None))
        for bars in together
    ]


def _run_by_themselves(parts: Sequence[WrittenPart]) -> bool:
    """Whether parts are as long as each other in other numbers of bars: bar lines stand in some that others lack."""
    counts = {len(part.bars) for part in parts}
    return len(counts) > 1 and len({sum(bar.length_beats for bar in part.bars) for part in parts}) == 1


def _silence_before(bars: Sequence[WrittenBar]) -> Fraction:
    """Quarter notes that the first bar lacks at its beginning."""
    metre = _first_metre(bars)
    return Fraction(0) if metre is None else max(Fraction(0), metre.bar_beats - bars[0].length_beats)


def _first_metre(bars: Sequence[WrittenBar]) -> Metre | None:
    """That of which the first of several bars is one, or the end of one: its own, or the next bar's, the longer."""
    if len(bars) < 2 or bars[0].metre is None:  # noqa: PLR2004
        return None
    return max((bar.metre for bar in bars[:2] if bar.metre is not None), key=lambda metre: metre.bar_beats)


def _bar_lines(bars: Sequence[WrittenBar], song: Song) -> tuple[BarLine, ...]:
    """Where bars begin until a song ends, as far as its metre does not say it."""
    if len(bars) < 2:  # noqa: PLR2004 -- music without bar lines
        return ()
    parts_of_bars = set(chain.from_iterable(row[1:] for row in _parted_rows(bars)))
    lines = [BarLine(0, _first_metre(bars) or _metre_of(bars[0]) or song.metre)]
    for number, (bar, start) in enumerate(zip(bars, _starts(bars), strict=False), start=1):
        line = BarLine(_ticks(start), _metre_of(bar) or lines[-1].metre)
        if number > 1 and number not in parts_of_bars and line.tick < song.length_ticks and _is_new(line, lines[-1]):
            lines.append(line)
    return needed_bar_lines(lines, song.metre)


def _metre_of(bar: WrittenBar) -> Metre | None:
    """A bar's metre; of one without, the simplest that is as long."""
    units = (unit for unit in (4, 8, 16, 32) if (bar.length_beats * unit / 4).denominator == 1)
    return bar.metre or next((plain_metre(int(bar.length_beats * unit / 4), unit) for unit in units), None)


def _is_new(line: BarLine, before: BarLine) -> bool:
    """Whether another bar line would not have put one there, but for the rounding of tuplets."""
    off = (line.tick - before.tick) % before.metre.bar_ticks
    return line.metre != before.metre or min(off, before.metre.bar_ticks - off) > 1


def _notes(part: WrittenPart, starts: Sequence[Fraction]) -> tuple[list[Note], int]:
    """A part's notes on the grid, tied ones joined, and how many were left out since MIDI has no such pitch.

    A tie from the end of a bar that is shorter than in other parts reaches over what it lacks.
    """
    placed = sorted(
        (start + note.onset_beats, note.pitch, note.duration_beats, note.is_tied, following if is_last else None)
        for bar, (start, following) in zip(part.bars, pairwise(starts), strict=True)
        for note in bar.notes
        for is_last in (note.onset_beats + note.duration_beats == bar.length_beats,)
    )
    spans: list[tuple[int, Fraction, Fraction]] = []
    ending: dict[tuple[int, Fraction], list[int]] = defaultdict(list)
    for onset, pitch, duration, is_tied, following in placed:
        if is_tied and (before := ending[pitch, onset]):
            joined = before.pop()
            spans[joined] = (pitch, spans[joined][1], onset + duration)
        else:
            joined = len(spans)
            spans.append((pitch, onset, onset + duration))
        ending[pitch, onset + duration if following is None else following].append(joined)
    on_grid = [(pitch, _ticks(onset), _ticks(end)) for pitch, onset, end in spans if 0 <= pitch < PITCHES]
    notes = [Note(pitch, onset, end - onset) for pitch, onset, end in on_grid if end > onset]
    return notes, len(spans) - len(on_grid)


def _ticks(beats: Fraction) -> int:
    """The nearest place of the grid, halves rounded up."""
    numerator, denominator = beats.numerator, beats.denominator
    return (2 * TICKS_PER_BEAT * numerator + denominator) // (2 * denominator)


def _tempo(score: WrittenScore) -> float:
    """Quarter notes a minute: as written, else `BEATS_A_MINUTE` of the first time signature's own beats."""
    if score.tempo_bpm is not None and is_tempo(score.tempo_bpm):
        return within_reach(float(score.tempo_bpm))
    metre = next((bar.metre for part in score.parts for bar in part.bars if bar.metre is not None), COMMON_TIME)
    return within_reach(BEATS_A_MINUTE * float(_felt_beat(metre)))


def _felt_beat(metre: Metre) -> Fraction:
    """What a conductor would beat, in quarter notes.

    Threes of units where they go up in threes, as in 6/8 and 3/8; quarters in fives and sevens of eighths, which no
    equal beat fits; else the unit.
    """
    unit = Fraction(4, metre.unit)
    if metre.beats % 3 == 0 and (unit <= _EIGHTH or metre.beats > 3):  # noqa: PLR2004 -- 3/4 is felt in quarters
        return 3 * unit
    return Fraction(1) if unit < 1 and metre.beats % 2 else unit


def _doubts(parts: Sequence[WrittenPart], *, in_step: bool, left_out: int) -> Iterator[str]:
    """What the lengths and pitches of a score say against its reading, or its writing."""
    wrong = sorted({number for part in parts for number in _wrong_bars(part.bars)})
    if wrong:
        named = ", ".join(map(str, wrong[:_TOLD_BARS])) + (", …" if len(wrong) > _TOLD_BARS else "")
        yield f"{counted(len(wrong), 'bar')} {worded(len(wrong), 'does', 'do')} not add up to the metre: {named}"
    if not in_step:
        yield "parts have different numbers of bars: each is read by itself"
    elif _unequal(parts):
        yield "parts have bars of different lengths: each bar is as long as its longest"
    if left_out:
        yield f"{counted(left_out, 'note')} left out that MIDI has no pitch for"


def _wrong_bars(bars: Sequence[WrittenBar]) -> Iterator[int]:
    """Numbers, from 1, of bars that neither are full nor become so with those after or before them.

    Bars are parted at the end of a phrase or where a repeat begins, so short ones that together make a full one are
    as they should be. So are an upbeat, also to what has another metre, and what is short for one at an end. A single
    bar is music without bar lines.
    """
    if len(bars) == 1:
        return
    parted = set(chain.from_iterable(_parted_rows(bars)))
    for number, bar in enumerate(bars, start=1):
        if (
            bar.metre is None
            or _alike(bar.length_beats, bar.metre.bar_beats)
            or not bar.length_beats
            or number in parted
        ):
            continue
        is_short = bar.length_beats < bar.metre.bar_beats
        before = bars[number - 2] if number > 1 else None
        is_upbeat = before is None or before.ends_section or before.metre != bar.metre
        if is_short and (is_upbeat or bar.ends_section or number == len(bars)):
            continue
        yield number


def _parted_rows(bars: Sequence[WrittenBar]) -> Iterator[list[int]]:
    """Numbers, from 1, of short bars in a row that together are as long as the metre of the first says."""
    row: list[int] = []
    total = Fraction(0)
    for number, bar in enumerate(bars, start=1):
        metre = bars[row[0] - 1].metre if row else bar.metre
        full = None if bar.metre is None or metre is None else metre.bar_beats
        if full is None or bar.length_beats >= full or total + bar.length_beats > full:
            row, total = [], Fraction(0)
        if full is not None and bar.length_beats < full:
            row.append(number)
            total += bar.length_beats
        if total == full:
            yield row
            row, total = [], Fraction(0)


def _unequal(parts: Sequence[WrittenPart]) -> bool:
    """Whether some bar has another length in one part than in another; bars in which nothing stands do not count."""
    return any(
        not _alike(min(lengths), max(lengths))
        for together in zip_longest(*(part.bars for part in parts))
        if (lengths := [bar.length_beats for bar in together if bar is not None and bar.length_beats])
    )


def _alike(one: Fraction, other: Fraction) -> bool:
    """Whether two lengths are the same, but for the rounding of tuplets."""
    return abs(one - other) < _ROUNDED
