"""An ABC file as tunes: its text, its header, and the fields and lines of music of each tune."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Final

from evolve.domains.music.errors import CorpusError
from evolve.domains.music.groups import kind_in_title, kind_said
from evolve.texts import text_of

_FIELD: Final = re.compile(r"([A-Za-z+]):(?![|:])\s*(.*)")
"""A line that is a field; ``A:|`` is a note before a repeat sign."""

_CHARSET: Final = re.compile(rb"^(?:%%|I:)\s*abc-charset[ \t:=]+([\w.:-]+)", re.MULTILINE)
_MAIL: Final = re.compile(r"=3D|=20$|=\n", re.MULTILINE)
"""What mail made of equals signs, of spaces at the end of lines, and of long lines (RFC 2045, section 6.7). No natural
sign can stand before a 3 or at the end of a line; other signs in hexadecimal could be naturals before notes."""

_QUOTED: Final = re.compile(r'"[^"\n]*"|![^!\s]*!')
_WORD: Final = re.compile(r"[A-Za-z]{3,}")
_LETTERS_OF_MUSIC: Final = frozenset("ABCDEFGabcdefgxzZuvHLMOPST")
_BLOCK: Final = re.compile(r"%%\s*begin(\w+)")
_COMMENT: Final = re.compile(r'((?:[^%"\\]|\\.?|"[^"]*"|")*+)%.*')
"""A percent sign begins one, but not within a text in quotes, or after a backslash."""

_LINE_END: Final = re.compile(r"\r\n?|\n")
_LONGEST_TITLE: Final = 60

DIRECTIVE: Final = "%"
"""The name under which a ``%%`` line is kept among fields; an ``I:`` field says the same things."""

MUSIC: Final = ""
"""The name under which a line of music is kept among fields."""


@dataclass(frozen=True, slots=True)
class AbcLine:
    """A line of a tune.

    Attributes:
        name: The letter of a field, `DIRECTIVE`, or `MUSIC`.
        text: What it says, without its comment; several lines of music that follow each other are one text.
    """

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class AbcTune:
    """A tune as lines.

    Attributes:
        label: Its number and title, such as ``12 "The Bride"``.
        header: The fields of the file's header and then its own, to the first K: or to the first line of music.
        body: All that follows.
        kind: Its kind of tune, as its R: or else one of its titles says, or an R: for the whole file; may be empty.
        goes_on_unread: Whether music follows after the empty line that ends it.
    """

    label: str
    header: tuple[AbcLine, ...]
    body: tuple[AbcLine, ...]
    kind: str = ""
    goes_on_unread: bool = False


def tunes_in(data: bytes) -> tuple[AbcTune, ...]:
    """The tunes of an ABC file, from each X: to the next empty line, or to the next X:; free text is passed over.

    What has a K: and music but no X: is a tune as well. Fields before the first tune hold for all of them.

    Raises:
        CorpusError: Its text is the reason alone, when there is no tune.
    """
    shared: list[AbcLine] = []
    tunes: list[AbcTune] = []
    for number, block in enumerate(_blocks(_text(data))):
        if any(line.name == "X" for line in block):
            tunes.extend(_tune(own, shared) for own in _from_each_number(block))
        elif _is_tune(block):
            tunes.append(_tune(block, shared))
        elif number == 0:
            shared = [line for line in block if line.name not in (MUSIC, "T")]
        elif tunes and _looks_like_music(block):
            tunes[-1] = replace(tunes[-1], goes_on_unread=True)
    if not tunes:
        raise CorpusError("not ABC: no tune begins, with X: and its number")
    return tuple(tunes)


def _is_tune(block: list[AbcLine]) -> bool:
    """Whether there is music after a key."""
    names = [line.name for line in block]
    return "K" in names and MUSIC in names[names.index("K") :]


def _looks_like_music(block: list[AbcLine]) -> bool:
    """Whether its lines that say no field have bar lines and notes, and hardly a word."""
    text = _QUOTED.sub("", "\n".join(line.text for line in block if line.name == MUSIC))
    words = _WORD.findall(text)
    spoken = sum(not _LETTERS_OF_MUSIC.issuperset(word) for word in words)
    return "|" in text and bool(_LETTERS_OF_MUSIC.intersection(text)) and 2 * spoken <= len(words)


def _text(data: bytes) -> str:
    """The text of a file: as its byte order mark or its charset says, else in UTF-8, else in Latin-1."""
    declared = _CHARSET.search(data)
    return text_of(data, declared[1].decode("ascii", "replace") if declared else None)


def _blocks(text: str) -> Iterator[list[AbcLine]]:
    """The lines of a file, parted at empty ones; what is only to be printed is left out."""
    block: list[AbcLine] = []
    for row in _without_printed(_LINE_END.split(text)):
        if row.strip():
            block.extend(_line(row, block))
        elif block:
            yield block
            block = []
    if block:
        yield block


def _without_printed(rows: list[str]) -> Iterator[str]:
    """The rows without text that is only to be printed; where nothing ends it, it ends before the next tune."""
    goes_on_at = 0
    for number, row in enumerate(rows):
        if number < goes_on_at:
            continue
        begins = _BLOCK.match(row)
        if begins is None:
            yield row
        else:
            goes_on_at = _end_of_printed(rows, number + 1, f"%%end{begins[1]}")


def _end_of_printed(rows: list[str], start: int, ending: str) -> int:
    """The number of the first row that is to be read again."""
    for number in range(start, len(rows)):
        if rows[number].replace(" ", "").startswith(ending):
            return number + 1
        if rows[number].startswith("X:"):
            return number
    return len(rows)


def _line(row: str, block: list[AbcLine]) -> Iterator[AbcLine]:
    """What a row of text is; none where it is a comment, or goes on with a field that says no music."""
    if row.startswith("%%"):
        yield AbcLine(DIRECTIVE, row[2:].strip())
        return
    comment = _COMMENT.match(row)
    said = (comment[1] if comment else row).rstrip()
    field = _FIELD.match(said)
    if field is None:
        if said.strip():
            yield AbcLine(MUSIC, said)
    elif field[1] == "+":
        if block and block[-1].name not in (MUSIC, DIRECTIVE):
            block[-1] = AbcLine(block[-1].name, f"{block[-1].text} {field[2]}")
    elif field[1] == "I":
        yield AbcLine(DIRECTIVE, field[2])
    else:
        yield AbcLine(field[1], field[2].strip())


def _from_each_number(block: list[AbcLine]) -> Iterator[list[AbcLine]]:
    """The tunes of a block, each from its X:; what stands before the first is free text."""
    starts = [index for index, line in enumerate(block) if line.name == "X"]
    for start, stop in zip(starts, [*starts[1:], len(block)], strict=True):
        yield block[start:stop]


def _tune(lines: list[AbcLine], shared: Iterable[AbcLine]) -> AbcTune:
    """A tune of lines: its header ends with the first K:, else before the first line of music."""
    music = next((index for index, line in enumerate(lines) if line.name == MUSIC), len(lines))
    end = next((index + 1 for index, line in enumerate(lines) if line.name == "K"), music)
    return AbcTune(_label(lines), (*shared, *lines[:end]), tuple(_joined(lines[end:])), _kind(lines, shared))


def _joined(lines: list[AbcLine]) -> Iterator[AbcLine]:
    """Lines of music that follow each other as one: mail and editors break lines within chords."""
    for is_music, group in groupby(lines, key=lambda line: line.name == MUSIC):
        if is_music:
            text = "\n".join(line.text for line in group)
            yield AbcLine(MUSIC, _MAIL.sub(lambda found: "=" if found[0] == "=3D" else "", text))
        else:
            yield from group


def _kind(lines: list[AbcLine], shared: Iterable[AbcLine]) -> str:
    """The kind of a tune: what is said of it alone goes before what is said of all."""
    said = [kind_said(line.text) for line in lines if line.name == "R"]
    titles = [kind_in_title(line.text) for line in lines if line.name == "T"]
    of_all = [kind_said(line.text) for line in shared if line.name == "R"]
    return next(filter(None, (*said, *titles, *of_all)), "")


def _label(lines: list[AbcLine]) -> str:
    said = {line.name: line.text for line in reversed(lines) if line.name in ("X", "T")}
    number, title = said.get("X", ""), said.get("T", "")
    title = title if len(title) <= _LONGEST_TITLE else title[: _LONGEST_TITLE - 1] + "…"
    return " ".join(filter(None, (number[:20], f'"{title}"' if title else "")))
