"""What the signs of a line of ABC music do to the voice that is being written, and the reader of ABC files."""

import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Final

from evolve.domains.music.errors import CorpusError
from evolve.domains.music.notation.abc.book import MUSIC, AbcTune, tunes_in
from evolve.domains.music.notation.abc.fields import ALTERATIONS, expand
from evolve.domains.music.notation.abc.tune import (
    ACCIDENTALS,
    CHORD_SIGNS,
    SIGNS,
    TuneInReading,
    length_in,
    natural_pitch,
)
from evolve.domains.music.notation.abc.voice import AbcVoice, Tuplet, VoiceNote
from evolve.domains.music.notation.written import WrittenScore
from evolve.domains.music.song import Refused
from evolve.errors import printable
from evolve.words import tallied

_OCTAVE: Final = 12

_TUPLET_TIMES: Final = {2: 3, 3: 2, 4: 3, 6: 2, 8: 3}
"""In the time of how many notes so many are played; of others it is two, and three in compound metres."""


def read_music(tune: TuneInReading, text: str) -> None:
    """Write what lines of music say into the tune's voices."""
    for sign in SIGNS.finditer(expand(text, tune.macros) if tune.macros else text):
        _SIGNS[sign.lastgroup or "unknown"](tune, sign)


def _on_note(tune: TuneInReading, sign: re.Match[str]) -> None:
    voice = tune.writing
    written = length_in(sign["length"])
    if written is None:
        tune.unknown[sign[0]] += 1
        return
    length = voice.take(written * voice.unit)
    voice.add(_notes(tune, voice, [(sign, length)]), length)


def _on_chord(tune: TuneInReading, sign: re.Match[str]) -> None:
    voice, outer = tune.writing, length_in(sign["chord_length"])
    signs = list(CHORD_SIGNS.finditer(sign["notes"]))
    tune.unknown.update(one[0] for one in signs if one.lastgroup == "unknown")
    said = [(one, length_in(one["length"])) for one in signs if one.lastgroup == "note"]
    notes = [(one, length) for one, length in said if length is not None]
    tune.unknown.update(one[0] for one, length in said if length is None)
    if not notes or outer is None:
        tune.unknown[sign[0]] += bool(sign["notes"].strip())
        return
    factor = voice.take(outer * notes[0][1] * voice.unit) / notes[0][1]
    lengths = [(one, length * factor) for one, length in notes]
    voice.add(_notes(tune, voice, lengths), lengths[0][1])
    _tie_within(voice, signs)


def _tie_within(voice: AbcVoice, signs: list[re.Match[str]]) -> None:
    """Ties of single notes of the chord that was just added."""
    if voice.sound.is_drum:
        return
    index = -1
    for one in signs:
        index += one.lastgroup == "note" and length_in(one["length"]) is not None
        if one.lastgroup == "tie" and index >= 0:
            voice.tie(voice.last[index])


def _on_old_chord(tune: TuneInReading, sign: re.Match[str]) -> None:
    voice = tune.writing
    notes = [one for one in CHORD_SIGNS.finditer(sign["old_notes"]) if one.lastgroup == "note"]
    length = voice.take((length_in(notes[0]["length"]) or 1) * voice.unit)
    voice.add(_notes(tune, voice, [(one, length) for one in notes]), length)


def _notes(tune: TuneInReading, voice: AbcVoice, signs: list[tuple[re.Match[str], Fraction]]) -> list[VoiceNote]:
    """The notes that start now; none where they are strokes."""
    if voice.sound.is_drum:
        return []
    start, shift, notes = voice.bar.start, voice.sound.shift, []
    for sign, length in signs:
        natural = natural_pitch(sign["letter"], sign["octave"])
        pitch, is_tied = _pitch(tune, voice, natural, sign["letter"].upper(), sign["accidental"])
        notes.append(VoiceNote(natural, pitch, shift, start, voice.position, length, is_tied))
    return notes


def _pitch(tune: TuneInReading, voice: AbcVoice, natural: int, letter: str, accidental: str | None) -> tuple[int, bool]:
    """What a note sounds, before its voice is transposed, and whether a tie leads to it."""
    if accidental is not None:
        _remember(tune, voice, natural, letter, ALTERATIONS[accidental])
        pitch = natural + ALTERATIONS[accidental]
    elif (before := voice.tied_to(natural)) is not None:
        return before.pitch, True
    else:
        usual = voice.accidentals.get(letter, voice.key.alterations.get(letter, 0))
        pitch = natural + voice.accidentals.get(natural, usual)
    return pitch, voice.is_tied_to_pitch(pitch)


def _remember(tune: TuneInReading, voice: AbcVoice, natural: int, letter: str, raised: int) -> None:
    """Let an accidental hold until the bar ends: for its letter in all octaves, or in its own."""
    if tune.propagation == "octave":
        voice.accidentals[natural] = raised
    elif tune.propagation == "pitch":
        voice.accidentals = {
            place: before
            for place, before in voice.accidentals.items()
            if isinstance(place, str) or (place - natural) % _OCTAVE
        } | {letter: raised}


def _on_grace(tune: TuneInReading, sign: re.Match[str]) -> None:
    """Grace notes take no time, but as in print their accidentals hold for the bar, in their octave."""
    if tune.propagation != "not":
        for accidental, letter, octave in ACCIDENTALS.findall(sign["graces"]):
            tune.writing.accidentals[natural_pitch(letter, octave)] = ALTERATIONS[accidental]


def _on_rest(tune: TuneInReading, sign: re.Match[str]) -> None:
    voice, written = tune.writing, length_in(sign["rest_length"])
    if written is not None:
        voice.add([], voice.take(written * voice.unit))


def _on_bar_rest(tune: TuneInReading, sign: re.Match[str]) -> None:
    voice = tune.writing
    if voice.time.metre is None:
        tune.doubt("rests of whole bars without a metre: read as four quarter notes each")
    for number in range(tune.counted_rests(int(sign["bars"][:6] or 1))):
        if number:
            voice.end_bar(ends_section=False)
        voice.add([], voice.time.bar_beats)


def _on_bar(tune: TuneInReading, sign: re.Match[str]) -> None:
    tune.writing.end_bar(ends_section=sign[0].strip() != "|")


def _on_field(tune: TuneInReading, sign: re.Match[str]) -> None:
    tune.read_field(sign["name"], sign["said"].strip())


def _on_tuplet(tune: TuneInReading, sign: re.Match[str]) -> None:
    voice, notes = tune.writing, int(sign["p"])
    metre = voice.time.metre
    usual = _TUPLET_TIMES.get(notes, 3 if metre is not None and metre.is_compound else 2)
    time, count = int((sign["q"] or "")[:3] or usual), int((sign["r"] or "")[:3] or notes)
    if notes and time and count:
        voice.tuplet = Tuplet(Fraction(time, notes), count)
    else:
        tune.unknown[sign[0]] += 1


def _on_broken(tune: TuneInReading, sign: re.Match[str]) -> None:
    short = Fraction(1, 2 ** min(len(sign[0]), 6))
    first, second = (2 - short, short) if sign[0][0] == ">" else (short, 2 - short)
    tune.writing.break_rhythm(first, second)


def _on_tie(tune: TuneInReading, _sign: re.Match[str]) -> None:
    for note in tune.writing.last:
        tune.writing.tie(note)


def _on_overlay(tune: TuneInReading, sign: re.Match[str]) -> None:
    voice = tune.writing
    if sign[0] == "(&":
        voice.overlay_from = voice.at
    elif sign[0] == "&)":
        voice.overlay_from = None
    else:
        back = voice.at - len(sign[0]) + 1
        voice.go_back(back if voice.overlay_from is None else voice.overlay_from)


def _on_symbol(tune: TuneInReading, sign: re.Match[str]) -> None:
    """A decoration of one letter: it does not sound, but one that nobody defined is told."""
    if sign[0] not in tune.symbols:
        tune.unknown[sign[0]] += 1


def _on_unknown(tune: TuneInReading, sign: re.Match[str]) -> None:
    tune.unknown[sign[0]] += 1


def _on_silent(tune: TuneInReading, _sign: re.Match[str]) -> None:
    """Decorations, annotations, slurs and spaces change nothing that sounds."""


_SIGNS: Final[Mapping[str, Callable[[TuneInReading, re.Match[str]], None]]] = {
    "note": _on_note, "bar": _on_bar, "field": _on_field, "ending": _on_silent, "chord": _on_chord,
    "rest": _on_rest, "bar_rest": _on_bar_rest, "tuplet": _on_tuplet, "overlay": _on_overlay,
    "broken": _on_broken, "tie": _on_tie, "grace": _on_grace, "old_chord": _on_old_chord, "silent": _on_silent,
    "symbol": _on_symbol, "unknown": _on_unknown,
}  # fmt: skip


_TOLD_SIGNS: Final = 4
"""Unknown signs that are named where there are many."""


def read_abc(data: bytes) -> tuple[WrittenScore | Refused, ...]:
    """The tunes of an ABC file, each as it is written; of those that cannot be read, why.

    Decorations, grace notes, chord symbols, lyrics and annotations do not sound. Accidentals last to the end of their
    bar in all octaves, as ABC 2.1 has it, unless the file says otherwise.

    Raises:
        CorpusError: Its text is the reason alone, when the file has no tune.
    """
    return tuple(map(_read, tunes_in(data)))


def _read(tune: AbcTune) -> WrittenScore | Refused:
    reading = TuneInReading()
    try:
        reading.read_header(tune.header)
        for line in tune.body:
            if line.name == MUSIC:
                read_music(reading, line.text)
            else:
                reading.read_field(line.name, line.text)
        if tune.goes_on_unread:
            reading.doubt("the music after an empty line, which ends a tune, is not read")
        return _score(reading, printable(tune.label), tune.kind)
    except CorpusError as error:
        return Refused(printable(tune.label), str(error))


def _score(tune: TuneInReading, label: str, kind: str) -> WrittenScore:
    voices = tune.voices.values()
    notes = sum(len(bar.notes) for voice in voices for bar in voice.bars)
    if (unknown := tune.unknown.total()) > max(notes, _TOLD_SIGNS):
        raise CorpusError(f"not ABC: of its signs {unknown:,} are unknown and {notes:,} are notes")
    for voice in voices:
        voice.end_bar(ends_section=True)
        if voice.has_lone_broken:
            tune.doubt("a broken rhythm that does not lie between two notes of equal length is not applied")
    strange = tallied({printable(sign): count for sign, count in tune.unknown.items()}, _TOLD_SIGNS)
    doubts = (*tune.doubts, *([f"unknown signs left out: {strange}"] if strange else []))
    return WrittenScore(tuple(voice.part() for voice in voices), tune.tempo_bpm, label, doubts, kind)
