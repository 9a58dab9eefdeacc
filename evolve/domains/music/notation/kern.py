"""Humdrum **kern as written scores: rows of tokens that sound together.

The rows are the clock. What stands in a row starts together in all spines, and bar lines go through all of them, so
that the bars of all parts are as long as each other. Each spine that begins as **kern is a part, and what it is split
into are voices of it; the two hands of a piano are two parts.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Final

from evolve.domains.music.errors import CorpusError
from evolve.domains.music.groups import kind_in_title
from evolve.domains.music.notation.kern_signs import (
    KERN,
    PATHS,
    KernToken,
    Spine,
    begun,
    check_fields,
    ends_section,
    fields_of,
    instrument_of,
    metre_of,
    moved,
    name_of,
    tempo_of,
    token_of,
)
from evolve.domains.music.notation.written import WrittenBar, WrittenNote, WrittenPart, WrittenScore
from evolve.domains.music.song import PIANO, Metre
from evolve.errors import printable, shortened
from evolve.texts import text_of
from evolve.words import counted, tallied, worded

MOST_NOTES: Final = 500_000
MOST_BARS: Final = 500_000
"""Of all parts together. No piece has a tenth of either."""

FINEST: Final = 10**9
"""Parts of a quarter note that a row may start on; reading would get slower and slower with values such as 1/4093."""

_TOLD: Final = 3
"""Places and tokens that are named where there are many."""

_LONGEST_SIGN: Final = 20
"""In characters, of an unknown one that is named."""


def read_kern(data: bytes) -> WrittenScore:
    """The score of a **kern file; spines of other kinds are passed over.

    Grace notes and groupettos are no notes; appoggiaturas, which have values of their own, small notes and invisible
    ones are. Pitches are written as they sound: transpositions and octave signs say how they are printed. Sections are
    read once, in the order in which they stand.

    Args:
        data: Text in UTF-8, in what its byte order mark says, or in Latin-1; its lines may end in any way.

    Raises:
        CorpusError: Its text is the reason alone.
    """
    reader, lines = _KernReader(), _lines(data)
    for number, line in enumerate(lines, start=1):
        if line.startswith("!") or not line.strip():
            continue
        if reader.is_ended:
            reader.doubts.rest.append(f"left out from line {number:,} on, where another piece begins")
            break
        reader.take(number, line)
    titles = (line.partition(":")[2] for line in lines if line.startswith("!!!OTL"))
    return replace(reader.score(), kind=next(filter(None, map(kind_in_title, titles)), ""))


def _lines(data: bytes) -> list[str]:
    return text_of(data).replace("\r\n", "\n").replace("\r", "\n").split("\n")


@dataclass(slots=True)
class _KernPart:
    """A part so far: bars that are finished, and the notes of the one that is not.

    Attributes:
        bars: As they will be written, but for what ends sections.
        notes: Of the bar that is being read.
        metre: Of that bar.
        next_metre: Of those after it.
        names: What it is called in the score.
        instruments: Names and programs of what it is played on.
        tied: Pitches and ends of notes with a tie to one that was not read yet.
    """

    bars: list[WrittenBar] = field(default_factory=list)
    notes: list[WrittenNote] = field(default_factory=list)
    metre: Metre | None = None
    next_metre: Metre | None = None
    names: list[str] = field(default_factory=list)
    instruments: list[tuple[str, int]] = field(default_factory=list)
    tied: Counter[tuple[int, Fraction]] = field(default_factory=Counter)

    def written(self, section_ends: Collection[int]) -> WrittenPart:
        """The part under its name, else under that of its instrument."""
        bars = tuple(replace(bar, ends_section=number in section_ends) for number, bar in enumerate(self.bars))
        instrument, program = (self.instruments or [("", PIANO)])[0]
        return WrittenPart(bars, (self.names or [instrument])[0], program)


@dataclass(slots=True)
class _KernDoubts:
    """What the rows leave doubtful so far."""

    lines: list[int] = field(default_factory=list)
    ended: list[int] = field(default_factory=list)
    rest: list[str] = field(default_factory=list)
    ties: int = 0
    tokens: Counter[str] = field(default_factory=Counter)

    def told(self) -> Iterator[str]:
        """Each doubt as a short clause."""
        yield from self.rest
        if self.ended:
            yield f"a spine ends before the others do on {_named(self.ended)}"
        if self.lines:
            yield f"spines disagree on when {_named(self.lines)} {worded(len(self.lines), 'sounds', 'sound')}"
        if self.ties:
            yield f"{counted(self.ties, 'tie')} {worded(self.ties, 'leads', 'lead')} nowhere"
        if self.tokens:
            yield f"unknown {worded(len(self.tokens), 'sign', 'signs')} left out: {tallied(self.tokens, _TOLD)}"


def _named(lines: Sequence[int]) -> str:
    """Lines by their numbers, the first of them where they are many."""
    numbers = ", ".join(f"{line:,}" for line in lines[:_TOLD])
    return f"{worded(len(lines), 'line', 'lines')} {numbers}{', …' * (len(lines) > _TOLD)}"


class _KernReader:
    """A file as far as it was read."""

    def __init__(self) -> None:
        self.is_ended = False
        self.doubts = _KernDoubts()
        self._line = 0
        self._spines: list[Spine] = []
        self._kinds: set[str] = set()
        self._parts: list[_KernPart] = []
        self._tokens: dict[str, KernToken] = {}
        self._now = Fraction(0)
        self._bar_start = Fraction(0)
        self._is_bar_empty = True
        self._lengths: list[Fraction] = []
        self._section_ends: set[int] = set()
        self._tempo: float | None = None
        self._notes = 0

    def take(self, line: int, row: str) -> None:
        """Read a row that is no comment."""
        self._line = line
        tokens = fields_of(line, row)
        if not self._spines:
            self._spines = begun(line, tokens)
        while len(tokens) > len(self._spines) and not tokens[-1]:
            tokens.pop()
        check_fields(line, tokens, self._spines)
        if tokens[0].startswith("*"):
            self._interpret(tokens)
        else:
            self._play(tokens)

    def score(self) -> WrittenScore:
        """All that was read.

        Raises:
            CorpusError: Its text is the reason alone: there is no music in it.
        """
        if not self._parts:
            others = f", only {printable(', '.join(sorted(self._kinds)))[:80]}" if self._kinds else ""
            raise CorpusError(f"cannot be read as kern: no {KERN} spine{others}")
        if not self.is_ended:
            self._end_bar()
            self.doubts.rest.append("no *- at the end: what follows may be missing")
        self.doubts.ties += sum(sum(part.tied.values()) for part in self._parts)
        parts = tuple(part.written(self._section_ends) for part in reversed(self._parts))
        return WrittenScore(parts, self._tempo, doubts=tuple(self.doubts.told()))

    def _interpret(self, tokens: Sequence[str]) -> None:
        """A row of interpretations: what they say of their spines, and then what becomes of those."""
        for spine, text in zip(self._spines, tokens, strict=True):
            if text.startswith("**"):
                self._name_kind(spine, text)
            elif spine.part is not None and text != "*":
                self._instruct(self._parts[spine.part], text)
        if not PATHS.isdisjoint(tokens):
            self._move(tokens)

    def _name_kind(self, spine: Spine, kind: str) -> None:
        self._kinds.add(kind)
        spine.kind, spine.part = kind, None
        if kind == KERN:
            spine.part, spine.ends, spine.is_idle = len(self._parts), self._now, not self._is_bar_empty
            self._check_bars(len(self._parts) + 1)
            self._parts.append(_KernPart([WrittenBar(length, (), None) for length in self._lengths]))

    def _instruct(self, part: _KernPart, text: str) -> None:
        """What an interpretation says of a part, or of the piece."""
        if (metre := metre_of(text)) is not None:
            (part.next_metre,) = metre
            part.metre = part.next_metre if self._is_bar_empty else part.metre
        elif text.startswith("*>") and "[" not in text and self._is_bar_empty:
            self._section_ends.add(len(self._lengths) - 1)
        elif (instrument := instrument_of(text)) is not None:
            part.instruments.append(instrument)
        elif name := name_of(text):
            part.names.append(name)
        elif self._tempo is None:
            self._tempo = tempo_of(text)

    def _move(self, tokens: Sequence[str]) -> None:
        """Split, join, exchange, add and end spines."""
        after = moved(self._line, tokens, self._spines)
        lost = {spine.part for spine in self._spines} - {spine.part for spine in after} - {None}
        if not after:
            self._end_bar()
            self.is_ended = True
        elif lost:
            self.doubts.ended.append(self._line)
        self._spines = after

    def _play(self, tokens: Sequence[str]) -> None:
        voices = [(spine, text) for spine, text in zip(self._spines, tokens, strict=True) if spine.part is not None]
        bar_lines = [text for _, text in voices if text.startswith("=")]
        if bar_lines and 2 * len(bar_lines) >= len(voices):
            self._draw(bar_lines)
        starting = [(spine, token) for spine, text in voices if (token := self._token(text)).duration_beats]
        if starting:
            self._start(starting)

    def _token(self, text: str) -> KernToken:
        """What a token says; most of a file's are written many times."""
        if (token := self._tokens.get(text)) is None:
            token = self._tokens[text] = KernToken() if text.startswith("=") else token_of(text)
        if token.unknown:
            self.doubts.tokens.update(shortened(printable(one), _LONGEST_SIGN) for one in token.unknown)
        return token

    def _start(self, starting: Sequence[tuple[Spine, KernToken]]) -> None:
        """What stands in a row starts to sound, together."""
        self._now = self._agreed([spine for spine, _ in starting])
        self._is_bar_empty = False
        for spine in self._spines:
            spine.is_idle = spine.is_idle or spine.ends <= self._now
        for spine, token in starting:
            spine.ends, spine.is_idle = self._now + token.duration_beats, False
            if spine.part is not None:
                self._write(self._parts[spine.part], token)

    def _agreed(self, spines: Sequence[Spine]) -> Fraction:
        """When the notes before a row are over: in most spines, and of two answers the later."""
        answers = _answers(spines)
        if not answers:
            ends = (spine.ends for spine in self._spines if spine.part is not None)
            return min((end for end in ends if end > self._now), default=self._now)
        if len(answers) > 1:
            self.doubts.lines.append(self._line)
        end = max(answers, key=lambda end: (answers[end], end))
        if end.denominator > FINEST:
            raise CorpusError(f"cannot be read as kern: note values before line {self._line:,} have no common measure")
        return end

    def _write(self, part: _KernPart, token: KernToken) -> None:
        """Add the notes of a token to a part's bar, and mind their ties."""
        self._notes += len(token.notes)
        if self._notes > MOST_NOTES:
            raise CorpusError(f"has more than {MOST_NOTES:,} notes, which no piece has")
        for note in token.notes:
            part.notes.append(WrittenNote(note.pitch, self._now - self._bar_start, note.duration_beats, note.is_tied))
            if note.is_tied and part.tied[note.pitch, self._now] > 0:
                part.tied[note.pitch, self._now] -= 1
            elif note.is_tied:
                self.doubts.ties += 1
            if note.ties_on:
                part.tied[note.pitch, self._now + note.duration_beats] += 1

    def _draw(self, bar_lines: Sequence[str]) -> None:
        """A row of bar lines; without a number and unseen it is a line break, which notes may last over."""
        is_break = all(one == "=-" for one in bar_lines)
        if is_break and len(_answers(self._spines)) > 1:
            return
        self._end_bar()
        if any(ends_section(one) for one in bar_lines):
            self._section_ends.add(len(self._lengths) - 1)

    def _end_bar(self) -> None:
        """End a bar where its notes do, unless it is empty; all spines are in step again after it."""
        if self._is_bar_empty:
            return
        end = self._agreed([spine for spine in self._spines if spine.part is not None])
        self._lengths.append(end - self._bar_start)
        self._check_bars(len(self._parts))
        for part in self._parts:
            part.bars.append(WrittenBar(self._lengths[-1], tuple(part.notes), part.metre))
            part.notes, part.metre = [], part.next_metre
        for spine in self._spines:
            spine.ends, spine.is_idle = end, False
        self._now = self._bar_start = end
        self._is_bar_empty = True

    def _check_bars(self, parts: int) -> None:
        if parts * len(self._lengths) > MOST_BARS:
            raise CorpusError(f"has more than {MOST_BARS:,} bars, which no piece has")


def _answers(spines: Sequence[Spine]) -> Counter[Fraction]:
    """When the last notes of spines are over, and how many say so; those that went without a note are not asked."""
    return Counter(spine.ends for spine in spines if spine.part is not None and not spine.is_idle)
