"""Bytes of an XML file as a tree of elements, whatever its encoding and namespace; nothing is fetched for it."""

import codecs
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import zip_longest
from typing import Final
from xml.etree import ElementTree as ET
from xml.parsers import expat

from evolve.domains.music.errors import CorpusError
from evolve.domains.music.groups import kind_in_title
from evolve.domains.music.notation.musicxml_bars import Players, ReadBar, ReadPart, bar_length, read_part
from evolve.domains.music.notation.musicxml_values import program_of
from evolve.domains.music.notation.written import WrittenBar, WrittenNote, WrittenPart, WrittenScore
from evolve.errors import printable, shortened
from evolve.texts import text_of

_DECLARED: Final = re.compile(rb"\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z][A-Za-z0-9._-]{0,40})[\"']")
_UNMARKED: Final = ((b"<\0", codecs.BOM_UTF16_LE), (b"\0<", codecs.BOM_UTF16_BE))
"""How a file in UTF-16 without a byte order mark begins (XML standard, appendix F), and the mark that it lacks."""


def read_xml(data: bytes, called: str) -> ET.Element:
    """The root of an XML file, its own namespace taken off every name.

    Args:
        data: The file's bytes.
        called: What it should be, for the reason of a refusal.

    Raises:
        CorpusError: Its text is the reason alone: no XML, or one that defines entities.
    """
    text = _text(data)
    try:
        _check_entities(text)
        root = ET.fromstring(text)  # noqa: S314 -- no entities, and nothing is fetched
    except (ET.ParseError, expat.ExpatError, ValueError) as error:
        raise CorpusError(f"cannot be read as {called}: {error}") from error
    _take_off_namespace(root)
    return root


def _check_entities(text: str) -> None:
    """Refuse a text that defines entities: a few lines of them can fill any memory. In comments they are none.

    Raises:
        CorpusError: Its text is the reason alone.
        expat.ExpatError: It is no XML.
    """
    if "<!ENTITY" in text:  # as in hardly any
        parser = expat.ParserCreate()
        parser.EntityDeclHandler = _refuse_entity  # called before any is used
        parser.Parse(text, True)  # noqa: FBT003 -- it takes no names


def _refuse_entity(*_declared: object) -> None:
    raise CorpusError("defines XML entities, which no score needs")


def _text(data: bytes) -> str:
    """The file's letters; those that are not of its encoding are replaced, since only names can have them."""
    data = next((mark + data for start, mark in _UNMARKED if data.startswith(start)), data)
    declared = _DECLARED.match(data.removeprefix(codecs.BOM_UTF8))
    text = text_of(data, declared[1].decode("ascii") if declared else None, otherwise=None)
    return text.lstrip("\ufeff \t\r\n")


def _take_off_namespace(root: ET.Element) -> None:
    """Name elements of the root's namespace as if they had none; others stay strangers."""
    space, brace, _ = root.tag.rpartition("}")
    if brace:
        for element in root.iter():
            if element.tag.startswith(space + brace):
                element.tag = element.tag[len(space) + 1 :]


_DRUM_CHANNEL: Final = "10"
_LONGEST_TAG: Final = 40

Measures = list[ET.Element | None]


def read_musicxml(data: bytes) -> WrittenScore:
    """The score of a MusicXML file.

    Args:
        data: The file, unpacked.

    Raises:
        CorpusError: Its text is the reason alone.
    """
    root = read_xml(data, "MusicXML")
    if root.tag not in ("score-partwise", "score-timewise"):
        raise CorpusError(f"not a score but <{shortened(printable(root.tag), _LONGEST_TAG)}>")
    doubts: Counter[str] = Counter()
    listed = {part.get("id", ""): part for part in root.findall("part-list/score-part")}
    measures = list(_partwise(root) if root.tag == "score-partwise" else _timewise(root))
    is_concert = root.find("defaults/concert-score") is not None
    parts = [read_part(bars, _players(listed.get(name), is_concert=is_concert), doubts) for name, bars in measures]
    doubts["parts that are not listed"] += sum(name not in listed for name, _ in measures)
    written = [
        _written(listed.get(name), staff)
        for (name, _), part in zip(measures, _together(parts), strict=True)
        for staff in part
    ]
    tempo = min((part.tempo for part in parts if part.tempo is not None), key=lambda found: found[0], default=None)
    return WrittenScore(
        tuple(written), None if tempo is None else tempo[1], doubts=tuple(_told(doubts)), kind=_kind(root)
    )


def _kind(root: ET.Element) -> str:
    titles = (root.findtext(path) or "" for path in ("work/work-title", "movement-title"))
    return next(filter(None, map(kind_in_title, titles)), "")


def _partwise(root: ET.Element) -> Iterator[tuple[str, Measures]]:
    for part in root.findall("part"):
        yield part.get("id", ""), [*part.findall("measure")]


def _timewise(root: ET.Element) -> Iterator[tuple[str, Measures]]:
    """The same of a score whose bars hold parts."""
    parts: dict[str, Measures] = {}
    for bar, measure in enumerate(root.findall("measure")):
        for part in measure.findall("part"):
            own = parts.setdefault(part.get("id", ""), [])
            if len(own) <= bar:  # else it is there twice
                own += [*[None] * (bar - len(own)), part]
            if measure.get("implicit") == "yes":
                part.set("implicit", "yes")
    yield from parts.items()


def _players(score_part: ET.Element | None, *, is_concert: bool) -> Players:
    """Who plays a part; drums are what plays on MIDI's tenth channel, or stands for one key of it."""
    instruments = [] if score_part is None else score_part.findall("midi-instrument")
    drums = frozenset(
        instrument.get("id", "")
        for instrument in instruments
        if (instrument.findtext("midi-channel") or "").strip() == _DRUM_CHANNEL
        or instrument.find("midi-unpitched") is not None
    )
    return Players(drums, bool(drums) and len(drums) == len(instruments), is_concert)


def _together(parts: Sequence[ReadPart]) -> Iterator[list[tuple[WrittenBar, ...]]]:
    """The bars of each staff of each part, now that it is known how long bars are, and where sections end."""
    section_ends = {bar for part in parts for bar in part.section_ends}
    silences = [_silence([bar for bar in bars if bar is not None]) for bars in zip_longest(*(p.bars for p in parts))]
    for part in parts:
        staves = sorted({staff for bar in part.bars for staff in bar.staves}) or [""]
        lengths = [silences[number] if bar.rests else bar.length_beats for number, bar in enumerate(part.bars)]
        by_staff = [_notes_by_staff(bar) for bar in part.bars]
        yield [
            tuple(
                WrittenBar(lengths[number], tuple(notes.get(staff, ())), bar.metre, number in section_ends)
                for number, (bar, notes) in enumerate(zip(part.bars, by_staff, strict=True))
            )
            for staff in staves
        ]


def _notes_by_staff(bar: ReadBar) -> dict[str, list[WrittenNote]]:
    notes: dict[str, list[WrittenNote]] = {}
    for note, staff in zip(bar.notes, bar.staves, strict=True):
        notes.setdefault(staff, []).append(note)
    return notes


def _silence(bars: Sequence[ReadBar]) -> Fraction:
    """How long a part rests that does nothing else in a bar, in quarter notes.

    As long as others play. Where all of them rest, as long as the longest rest, but not longer than the metre says:
    some programs write rests for a whole bar twice, or as long as a bar of another metre. A bar in which nothing
    stands at all is a whole one.
    """
    playing = [bar.length_beats for bar in bars if not bar.rests]
    if playing:
        return max(playing)
    full, longest = bar_length(bars[0].metre), max(bar.length_beats for bar in bars)
    if longest and bars[0].metre is None:
        return longest
    if longest or any(bar.is_implicit for bar in bars):
        return min(longest, full)
    return full


def _written(score_part: ET.Element | None, bars: tuple[WrittenBar, ...]) -> WrittenPart:
    if score_part is None:
        return WrittenPart(bars)
    return WrittenPart(bars, (score_part.findtext("part-name") or "").strip(), program_of(score_part))


def _told(doubts: Counter[str]) -> Iterator[str]:
    """Doubts, each with how often there was cause."""
    for doubt, count in doubts.items():
        if count:
            yield f"{doubt} ({count:,})" if count > 1 else doubt
