"""The bytes of a MIDI file, checked event by event and brought into one plain form, which is read column by column.

Every event is walked here (Standard MIDI File 1.0, MIDI Manufacturers Association, 1996): a track that runs past its
end, or one that lost its place, is refused. What goes on has whole events of one shape, which `midi_events` takes apart
without a loop. Events mostly come in runs, each with its own status or all with the one before; patterns take them run
by run, since a step of Python for each is what reading a file would spend most of its time on.
"""

import re
from dataclasses import dataclass

from evolve.domains.music.errors import CorpusError
from evolve.words import counted

LARGEST_FILE_BYTES = 10_000_000
HEADER_BYTES = 14
TEMPO_BYTES, TIME_SIGNATURE_BYTES = 3, 4
SHORTEST_UNIT = 6
"""The lower number of a time signature is a power of two; this one is 64."""

HIGH_BIT = 0x80
TWO = 2

NOTE_OFF, NOTE_ON, CONTROL_CHANGE, PROGRAM_CHANGE, CHANNEL_PRESSURE = 0x80, 0x90, 0xB0, 0xC0, 0xD0
SYSEX, SYSEX_GOES_ON, META = 0xF0, 0xF7, 0xFF
TRACK_NAME, PORT, END_OF_TRACK, TEMPO, TIME_SIGNATURE = 0x03, 0x21, 0x2F, 0x51, 0x58
SEQUENCES = 2
"""The format of a file whose tracks are independent sequences."""

_WAIT, _STATUS, _DATA = rb"[\x80-\xff]?[\x00-\x7f]", rb"[\x80-\xbf\xe0-\xef]", rb"[\x00-\x7f]"
_PLAIN_RUN = re.compile(rb"(?:%b%b%b%b)++" % (_WAIT, _STATUS, _DATA, _DATA))
"""Channel messages of two bytes of data that are whole and in range, notes and their like, with waiting times of one or
two bytes, each with its own status."""

_RUNNING = re.compile(rb"(?:%b(%b)?%b%b)++" % (_WAIT, _STATUS, _DATA, _DATA))
"""The same where a status is running, with or without their own; the group holds the last. (It takes twice as long.)"""

_SIGNATURES = (
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"%PDF", "a PDF document"),
    (b"OggS", "an OGG sound file"),
    (b"fLaC", "a FLAC sound file"),
    (b"ID3", "an MP3 sound file"),
    (b"RIFF", "a WAV sound file"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"<", "XML or HTML text"),
)


@dataclass(frozen=True, slots=True)
class EventBytes:
    """The events of all tracks, of the kinds that evolve reads.

    Attributes:
        division: Ticks to a quarter note.
        are_sequences: Whether each track is a piece by itself (format 2).
        events: One after the other, each with its waiting time, its status and two bytes: its data, a 0 in the place of
            what a program change does not have; or the kind of a meta event, and a 0. A status may be left out where
            it is that of the channel message before. An end-of-track event closes each track.
        bodies: What meta events say, in their order; of every end of a track nothing.
    """

    division: int
    are_sequences: bool
    events: bytes
    bodies: tuple[bytes, ...]


def event_bytes(data: bytes) -> EventBytes:
    """The events of a MIDI file in one plain form, with two bytes behind the status of each.

    Kept are notes, controllers, program changes, tempos, time signatures, ports and track names. A controller out of
    range is dropped with its event; a note out of range is an error.

    Raises:
        CorpusError: With a short reason, when the bytes are not a MIDI file of whole tracks.
    """
    if not data:
        raise CorpusError("the file is empty")
    if len(data) > LARGEST_FILE_BYTES:
        raise CorpusError(f"larger than {LARGEST_FILE_BYTES // 1_000_000} MB, which no MIDI song is")
    body = _without_riff(data)
    if body[:4] != b"MThd":
        raise CorpusError(f"not MIDI but {_what_it_is(data)}")
    division, start = _read_header(body)
    kept, bodies = bytearray(), list[bytes]()
    for number, span in enumerate(_track_spans(body, start), 1):
        _walk(_Cursor(body, *span), kept, bodies, number)
    return EventBytes(division, body[8:10] == SEQUENCES.to_bytes(2, "big"), bytes(kept), tuple(bodies))


def _without_riff(data: bytes) -> bytes:
    """What a RIFF wrapper (an .rmi file) holds, or the data as it is."""
    return data[20:] if data[:4] == b"RIFF" and data[8:16] == b"RMIDdata" else data


def _what_it_is(data: bytes) -> str:
    for signature, words in _SIGNATURES:
        if data.startswith(signature):
            return words
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return "something else"
    return "text" if all(c.isprintable() or c.isspace() for c in text) else "something else"


def _read_header(data: bytes) -> tuple[int, int]:
    """Ticks per quarter note, and where the first track starts."""
    if len(data) < HEADER_BYTES:
        raise CorpusError("truncated: it ends within its header")
    division = int.from_bytes(data[12:14], "big")
    if division == 0:
        raise CorpusError("zero ticks per quarter note, so its notes have no lengths")
    if division & 0x8000:
        raise CorpusError("counts time in film frames (SMPTE), not in beats")
    return division, 8 + max(6, int.from_bytes(data[4:8], "big"))


def _track_spans(data: bytes, start: int) -> list[tuple[int, int]]:
    """Where the events of each track start and stop; chunks of other kinds are passed over."""
    spans: list[tuple[int, int]] = []
    while start + 8 <= len(data):
        kind, size = data[start : start + 4], int.from_bytes(data[start + 4 : start + 8], "big")
        start, stop = start + 8, start + 8 + size
        if kind == b"MTrk":
            if stop > len(data):
                missing = counted(stop - len(data), "byte")
                raise CorpusError(f"truncated: track {len(spans) + 1} ends {missing} too early")
            spans.append((start, stop))
        elif not kind.isalnum():
            break
        start = stop
    if not spans:
        raise CorpusError("a header alone, without a track")
    return spans


@dataclass(slots=True)
class _Cursor:
    """A place in the bytes of one track, which never leaves it."""

    data: bytes
    at: int
    stop: int

    def take(self, count: int) -> bytes:
        taken = self.data[self.at : self.at + count]
        self.at += count
        if self.at > self.stop:
            raise _LostPlaceError
        return taken

    def quantity(self) -> int:
        """A variable-length quantity: seven bits a byte, at most four bytes."""
        if self.at < self.stop and (byte := self.data[self.at]) < HIGH_BIT:  # as nearly all are
            self.at += 1
            return byte
        value = 0
        for byte in self.data[self.at : min(self.at + 4, self.stop)]:
            self.at += 1
            value = value << 7 | byte & 0x7F
            if byte < HIGH_BIT:
                return value
        raise _LostPlaceError


class _LostPlaceError(Exception):
    """The bytes no longer read as events."""


def _walk(cursor: _Cursor, kept: bytearray, bodies: list[bytes], number: int) -> None:
    status = kept_status = waited = 0
    try:
        while cursor.at < cursor.stop:
            running = status if status == kept_status else 0
            if not waited and (ran := _take_run(cursor, running, kept)):
                status = kept_status = ran
                continue
            waited += cursor.quantity()
            status, event = _next_event(cursor, status, bodies)
            if event == _END:
                break
            if event:
                kept += _as_quantity(waited) + event
                kept_status, waited = _runs_on(event[0], kept_status), 0
    except _LostPlaceError:
        place = min(cursor.at, cursor.stop)
        raise CorpusError(f"damaged: track {number} stops making sense at byte {place:,}") from None
    kept += _as_quantity(waited) + _END
    bodies.append(b"")


def _take_run(cursor: _Cursor, running: int, kept: bytearray) -> int:
    """Add the plain events that come next; the status of the last, or 0 where the next event has to be looked at.

    Args:
        cursor: Where they come.
        running: The status of those without one; 0 where they must have one.
        kept: What they are added to.
    """
    run = _PLAIN_RUN.match(cursor.data, cursor.at, cursor.stop)
    if run:
        running = cursor.data[run.end() - 3]
    elif running and (run := _RUNNING.match(cursor.data, cursor.at, cursor.stop)):
        running = run[1][0] if run[1] else running
    else:
        return 0
    kept += run[0]
    cursor.at = run.end()
    return running


def _runs_on(status: int, before: int) -> int:
    """The status that events without one have after a kept one, as `events_of` reads them; 0 where they need theirs."""
    if status == META:
        return before
    return status if _data_bytes(status) == TWO else 0


_END = bytes([META, END_OF_TRACK, 0])


def _next_event(cursor: _Cursor, running: int, bodies: list[bytes]) -> tuple[int, bytes]:
    """The status that runs on, and the event's three bytes; none when it is not kept."""
    status = cursor.data[cursor.at] if cursor.at < cursor.stop else 0
    if status >= HIGH_BIT:
        cursor.at += 1
    else:
        status = running
    if status == META:
        kind, body = cursor.take(1)[0], cursor.take(cursor.quantity())
        return running, _kept_meta(kind, body, bodies)
    if status in (SYSEX, SYSEX_GOES_ON):
        cursor.take(cursor.quantity())
        return running, b""
    if not NOTE_OFF <= status < SYSEX:
        raise _LostPlaceError
    return status, _kept_message(status, cursor.take(_data_bytes(status)))


def _data_bytes(status: int) -> int:
    return 1 if status & 0xF0 in (PROGRAM_CHANGE, CHANNEL_PRESSURE) else TWO


def _kept_message(status: int, values: bytes) -> bytes:
    if status & 0xF0 == CHANNEL_PRESSURE:
        return b""
    if max(values) < HIGH_BIT:
        return (bytes([status]) + values).ljust(3, b"\0")
    if status & 0xF0 in (NOTE_OFF, NOTE_ON, PROGRAM_CHANGE):
        raise CorpusError(f"data bytes out of range: a note or program of {max(values)}, where 127 is the most")
    return b""


def _kept_meta(kind: int, body: bytes, bodies: list[bytes]) -> bytes:
    if kind == END_OF_TRACK:
        return _END
    is_tempo = kind == TEMPO and len(body) == TEMPO_BYTES and any(body)
    is_port = kind == PORT and len(body) == 1
    if not (is_tempo or is_port or kind == TRACK_NAME or _is_time_signature(kind, body)):
        return b""
    bodies.append(body)
    return bytes([META, kind, 0])


def _is_time_signature(kind: int, body: bytes) -> bool:
    return kind == TIME_SIGNATURE and len(body) == TIME_SIGNATURE_BYTES and body[0] > 0 and body[1] <= SHORTEST_UNIT


def _as_quantity(value: int) -> bytes:
    parts = [value & 0x7F]
    while value := value >> 7:
        parts.append(value & 0x7F | HIGH_BIT)
    return bytes(reversed(parts))
