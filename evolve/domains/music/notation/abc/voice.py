"""One voice of a tune while it is read: where it stands, what it has, and what its next note is subject to."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from fractions import Fraction

from evolve.domains.music.notation.abc.fields import COMMON, NO_KEY, AbcKey, AbcMetre, AbcSound
from evolve.domains.music.notation.written import WrittenBar, WrittenNote, WrittenPart
from evolve.domains.music.song import PIANO


@dataclass(slots=True)
class VoiceNote:
    """A note of a voice while its length may still change.

    Attributes:
        natural: The MIDI note number of its letter and octave marks, without accidentals.
        pitch: MIDI note number as it is written.
        shift: By how many semitones it sounds higher.
        start: Where its bar starts, in quarter notes from the voice's beginning.
        onset: Where it starts in its bar, in quarter notes.
        duration: In quarter notes.
        is_tied: Whether it goes on from the one before.
    """

    natural: int
    pitch: int
    shift: int
    start: Fraction
    onset: Fraction
    duration: Fraction
    is_tied: bool = False

    @property
    def end(self) -> Fraction:
        """Where it ends, in quarter notes from the voice's beginning."""
        return self.start + self.onset + self.duration


@dataclass(slots=True)
class VoiceBar:
    """A bar of a voice while it is filled."""

    time: AbcMetre
    start: Fraction
    length: Fraction = Fraction(0)
    notes: list[VoiceNote] = field(default_factory=list)
    ends_section: bool = False


@dataclass(frozen=True, slots=True)
class Tuplet:
    """How many more notes take so much of their written time."""

    factor: Fraction
    left: int


@dataclass(slots=True)
class AbcVoice:
    """A voice while it is read.

    Attributes:
        name: As it is to be called.
        key, time, unit, sound, program: In force; the unit of lengths in quarter notes.
        bars: All so far, the last one being filled.
        at: The number of the bar that is written to; before the last one within an overlay.
        position: Where in that bar the next note starts, in quarter notes.
        accidentals: Semitones, in force until the bar ends, by letter, or by natural pitch before that.
        last: The notes of the note or chord before, which a broken rhythm changes or a tie starts from.
        last_length: How long that was; None where a bar line, or nothing, is before.
        ties: Notes that the next of their pitch goes on from, by their ends.
        newly_tied: Those among `last`, whose lengths may still change.
        broken: A broken rhythm between the note before and the next: by what either is changed.
        has_lone_broken: Whether one stood that did not lie between two notes of equal length.
        tuplet: In force.
        overlay_from: The number of the bar where an overlay of several bars begins; None outside one.
    """

    name: str = ""
    key: AbcKey = NO_KEY
    time: AbcMetre = COMMON
    unit: Fraction = Fraction(1, 2)
    sound: AbcSound = AbcSound()  # noqa: RUF009 -- frozen
    program: int = PIANO
    bars: list[VoiceBar] = field(default_factory=list)
    at: int = 0
    position: Fraction = Fraction(0)
    accidentals: dict[int | str, int] = field(default_factory=dict)
    last: list[VoiceNote] = field(default_factory=list)
    last_length: Fraction | None = None
    ties: dict[Fraction, list[VoiceNote]] = field(default_factory=dict)
    newly_tied: list[VoiceNote] = field(default_factory=list)
    broken: tuple[Fraction, Fraction] | None = None
    has_lone_broken: bool = False
    tuplet: Tuplet | None = None
    overlay_from: int | None = None

    @property
    def bar(self) -> VoiceBar:
        """The bar that is written to."""
        if not self.bars:
            self.bars.append(VoiceBar(self.time, Fraction(0)))
        return self.bars[self.at]

    def take(self, written: Fraction) -> Fraction:
        """How long the next note or rest is that is written so long, in its tuplet and after a broken rhythm.

        A broken rhythm between notes of unequal length, which ABC 2.1 leaves undefined, changes neither.
        """
        length = written
        if self.tuplet is not None:
            length *= self.tuplet.factor
            self.tuplet = replace(self.tuplet, left=self.tuplet.left - 1) if self.tuplet.left > 1 else None
        if self.broken is not None:
            first, second = self.broken
            if length * first == self.last_length:
                self.broken = None
                return length * second
            self.unbreak_rhythm()
        return length

    def add(self, notes: list[VoiceNote], length: Fraction) -> None:
        """A note, a chord or, without notes, a rest."""
        self.bar.notes.extend(notes)
        self.last, self.last_length = notes, length
        self._move(length)

    def break_rhythm(self, first: Fraction, second: Fraction) -> None:
        """Make the note before longer or shorter, and the next the other way."""
        self.unbreak_rhythm()
        if self._stretch_last(first):
            self.broken = (first, second)
        else:
            self.has_lone_broken = True

    def unbreak_rhythm(self) -> None:
        """Take back a broken rhythm that no next note of equal length has answered."""
        if self.broken is not None:
            self._stretch_last(1 / self.broken[0])
            self.broken, self.has_lone_broken = None, True

    def _stretch_last(self, factor: Fraction) -> bool:
        if self.last_length is None:
            return False
        for note in self.last:
            note.duration *= factor
        if self.position == self.bar.length:
            self.bar.length -= self.last_length
        self.position -= self.last_length
        self.last_length *= factor
        self._move(self.last_length)
        return True

    def tie(self, note: VoiceNote) -> None:
        """Let the next note of its pitch go on from a note of the note or chord before."""
        if not self.newly_tied or self.newly_tied[-1] is not note:
            self.newly_tied.append(note)

    def tied_to(self, natural: int) -> VoiceNote | None:
        """The note in the same place of the staff that goes on in one which starts now."""
        return next((note for note in self._tied_now() if note.natural == natural), None)

    def is_tied_to_pitch(self, pitch: int) -> bool:
        """Whether a note of some pitch goes on in one which starts now."""
        return any(note.pitch == pitch for note in self._tied_now())

    def _tied_now(self) -> list[VoiceNote]:
        """Those that end now; by now the lengths of all notes before are what they stay."""
        for note in self.newly_tied:
            self.ties.setdefault(note.end, []).append(note)
        self.newly_tied.clear()
        return self.ties.get(self.bar.start + self.position, []) if self.ties else []

    def end_bar(self, *, ends_section: bool) -> None:
        """Go on to the next bar, if anything stands in this one."""
        self.unbreak_rhythm()
        bar = self.bar
        self.accidentals.clear()
        self.last, self.last_length = [], None
        if not bar.length and not self.position:
            if ends_section and self.at:
                self.bars[self.at - 1].ends_section = True
            return
        bar.ends_section |= ends_section
        self.at, self.position = self.at + 1, Fraction(0)
        if self.at == len(self.bars):
            self.bars.append(VoiceBar(self.time, bar.start + bar.length))

    def go_back(self, bar: int) -> None:
        """Write to the beginning of a bar that is there already, beside what it has."""
        self.at, self.position = max(0, min(bar, self.at)), Fraction(0)
        self.accidentals.clear()
        self.last, self.last_length = [], None

    def set_time(self, time: AbcMetre) -> None:
        """Another metre, from this bar on if nothing stands in it yet."""
        self.time = time
        if self.bars and not self.bar.length:
            self.bar.time = time

    def part(self) -> WrittenPart:
        """What has been read."""
        bars = [bar for bar in self.bars if bar.length or bar is not self.bars[-1]]
        return WrittenPart(tuple(map(_written, bars)), self.name, self.program)

    def _move(self, length: Fraction) -> None:
        self.position += length
        self.bar.length = max(self.bar.length, self.position)


def _written(bar: VoiceBar) -> WrittenBar:
    return WrittenBar(bar.length, tuple(_written_notes(bar.notes)), bar.time.metre, bar.ends_section)


def _written_notes(notes: Iterable[VoiceNote]) -> Iterable[WrittenNote]:
    return (
        WrittenNote(note.pitch + note.shift, note.onset, note.duration, note.is_tied) for note in notes if note.duration
    )
