"""ABC files as written scores, a tune each."""

from typing import Final

from evolve.errors import CorpusError, printable
from evolve.music.notation.abc.book import MUSIC, Tune, tunes_in
from evolve.music.notation.abc.music import read_music
from evolve.music.notation.abc.tune import TuneInReading
from evolve.music.notation.written import WrittenScore
from evolve.music.read_song import Refused
from evolve.words import tallied

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


def _read(tune: Tune) -> WrittenScore | Refused:
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
