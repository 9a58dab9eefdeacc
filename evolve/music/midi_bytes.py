"""The bytes of a MIDI file, checked event by event and cleaned before the fast reader sees them.

The fast reader trusts its input: a track that runs past its end, or one that lost its place, can end the whole
process. So every event is walked here first (Standard MIDI File 1.0, MIDI Manufacturers Association, 1996), and what
goes on is a plain file: one header, whole tracks, a status byte on every event, and only events that evolve reads.
Most events of most files are like that already; a pattern takes them run by run, since a step of Python for each is
what reading a file would spend most of its time on.
"""

import re
from dataclasses import dataclass

from evolve.errors import CorpusError
from evolve.words import counted

LARGEST_FILE_BYTES = 10_000_000
LARGEST_TICK = 2**31 - 1
HEADER_BYTES = 14
TEMPO_BYTES, TIME_SIGNATURE_BYTES = 3, 4
SHORTEST_UNIT = 6
"""The lower number of a time signature is a power of two; this one is 64."""

HIGH_BIT = 0x80

NOTE_OFF, NOTE_ON, PROGRAM_CHANGE, CHANNEL_PRESSURE = 0x80, 0x90, 0xC0, 0xD0
SYSEX, SYSEX_GOES_ON, META = 0xF0, 0xF7, 0xFF
TRACK_NAME, END_OF_TRACK, TEMPO, TIME_SIGNATURE = 0x03, 0x2F, 0x51, 0x58

_WAIT, _DATA = rb"[\x80-\xff]?[\x00-\x7f]", rb"[\x00-\x7f]"
_PLAIN_RUN = re.compile(
    rb"(?:(?:%b[\x80-\xbf\xe0-\xef]%b%b)++(?:%b[\xc0-\xdf]%b)*+)++" % (_WAIT, _DATA, _DATA, _WAIT, _DATA)
)
"""Channel messages that are whole and in range, each with its own status and a waiting time of one or two bytes: notes
and their like, of two bytes of data, and now and then some of one. (With a choice at each of them it takes longer.)"""

_LONGEST_PLAIN_WAIT = 0x3FFF
_SHORTEST_LONG_WAIT_BYTES = 4
"""Of an event with a waiting time of two bytes."""

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


def clean_midi(data: bytes) -> bytes:
    """The same music as a file that any reader takes: format 1, whole tracks, no running status.

    Kept are notes, controllers, program changes, tempos, time signatures and track names. A controller out of range
    is dropped with its event; a note out of range is an error.

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
    tracks = [_clean_track(body, *span, number) for number, span in enumerate(_track_spans(body, start), 1)]
    header = (6).to_bytes(4, "big") + (1).to_bytes(2, "big") + len(tracks).to_bytes(2, "big")
    chunks = [b"MTrk" + len(track).to_bytes(4, "big") + track for track in tracks]
    return b"".join([b"MThd", header, division.to_bytes(2, "big"), *chunks])


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


def _clean_track(data: bytes, start: int, stop: int, number: int) -> bytes:
    """The events of a track that go on."""
    kept, most_ticks = _walk(data, start, stop, number, by_runs=True)
    if most_ticks > LARGEST_TICK:
        kept, ticks = _walk(data, start, stop, number, by_runs=False)
        if ticks > LARGEST_TICK:
            raise CorpusError(f"damaged: track {number} lasts for {ticks:,} ticks")
    return kept + bytes([0, META, END_OF_TRACK, 0])


def _walk(data: bytes, start: int, stop: int, number: int, *, by_runs: bool) -> tuple[bytes, int]:
    """The events of a track that go on, and its length in ticks; by runs, a length that it cannot exceed."""
    cursor, kept, tick = _Cursor(data, start, stop), bytearray(), 0
    kept_tick, status = 0, 0
    try:
        while cursor.at < stop:
            run = _PLAIN_RUN.match(data, cursor.at, stop) if by_runs and tick == kept_tick else None
            if run:
                plain = run[0]
                kept += plain
                cursor.at, status = run.end(), plain[-2] if plain[-2] >= HIGH_BIT else plain[-3]
                tick = kept_tick = tick + len(plain) * _LONGEST_PLAIN_WAIT // _SHORTEST_LONG_WAIT_BYTES
                continue
            tick += cursor.quantity()
            status, event, goes_on = _next_event(cursor, status)
            if not goes_on:
                break
            if event:
                kept += _as_quantity(tick - kept_tick) + event
                kept_tick = tick
    except _LostPlaceError:
        raise CorpusError(f"damaged: track {number} stops making sense at byte {min(cursor.at, stop):,}") from None
    return bytes(kept), tick


def _next_event(cursor: _Cursor, running: int) -> tuple[int, bytes, bool]:
    """The status that runs on, the event's bytes (none when it is not kept), and whether the track goes on."""
    status = cursor.data[cursor.at] if cursor.at < cursor.stop else 0
    if status >= HIGH_BIT:
        cursor.at += 1
    else:
        status = running
    if status == META:
        kind, body = cursor.take(1)[0], cursor.take(cursor.quantity())
        return running, _clean_meta(kind, body), kind != END_OF_TRACK
    if status in (SYSEX, SYSEX_GOES_ON):
        cursor.take(cursor.quantity())
        return running, b"", True
    if not NOTE_OFF <= status < SYSEX:
        raise _LostPlaceError
    return status, _clean_message(status, cursor.take(_data_bytes(status))), True


def _data_bytes(status: int) -> int:
    return 1 if status & 0xF0 in (PROGRAM_CHANGE, CHANNEL_PRESSURE) else 2


def _clean_message(status: int, values: bytes) -> bytes:
    if max(values) < HIGH_BIT:
        return bytes([status]) + values
    if status & 0xF0 in (NOTE_OFF, NOTE_ON, PROGRAM_CHANGE):
        raise CorpusError(f"data bytes out of range: a note or program of {max(values)}, where 127 is the most")
    return b""


def _clean_meta(kind: int, body: bytes) -> bytes:
    is_tempo = kind == TEMPO and len(body) == TEMPO_BYTES and any(body)
    if not is_tempo and not _is_time_signature(kind, body) and kind != TRACK_NAME:
        return b""
    return bytes([META, kind]) + _as_quantity(len(body)) + body


def _is_time_signature(kind: int, body: bytes) -> bool:
    return kind == TIME_SIGNATURE and len(body) == TIME_SIGNATURE_BYTES and body[0] > 0 and body[1] <= SHORTEST_UNIT


def _as_quantity(value: int) -> bytes:
    parts = [value & 0x7F]
    while value := value >> 7:
        parts.append(value & 0x7F | HIGH_BIT)
    return bytes(reversed(parts))
