"""What a run and its cluster tell each other, as bytes that any channel can carry: both ways, in order, each whole.

A message is a word for its kind, facts as JSON, and data: nothing of it is ever unpickled. On its way it is a frame: a
head of fixed size that gives the lengths and a check sum, then the JSON, then the data.
"""

import json
import struct
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from evolve.errors import ExecutionError
from evolve.records.run import Json

PREAMBLE = b"\nevolve-channel-1\n"
"""Stands before the first frame of a stream: what comes before it is the greeting of a host's shell."""

_MAGIC = b"EVF1"
_HEAD = struct.Struct(">4sIQI")
"""The magic, the length of the JSON, that of the data, and the CRC-32 of both."""

_LONGEST_JSON = 64_000_000
_LONGEST_DATA = 8_000_000_000


@dataclass(frozen=True, slots=True)
class Message:
    """One message.

    Attributes:
        kind: What it is about, such as ``job`` or ``finished``.
        facts: What `json.dumps` takes.
        data: Bytes that belong to it, such as the files of a trial.
    """

    kind: str
    facts: Mapping[str, Json] = field(default_factory=dict)
    data: bytes = b""


class GarbledError(ExecutionError):
    """What came is no frame, or was damaged on its way."""


class ChannelClosedError(Exception):
    """The other side has gone; there will be no more messages."""


def to_frame(message: Message) -> bytes:
    """A message as it travels."""
    text = json.dumps([message.kind, dict(message.facts)], separators=(",", ":")).encode()
    check = zlib.crc32(message.data, zlib.crc32(text))
    return b"".join((_HEAD.pack(_MAGIC, len(text), len(message.data), check), text, message.data))


def read_frames(data: bytes | bytearray, start: int = 0) -> Iterator[tuple[Message, int]]:
    """The messages that are complete in these bytes, each with the place where it ends.

    Raises:
        GarbledError: What stands there is none; nothing that comes after can be understood.
    """
    while len(data) - start >= _HEAD.size:
        magic, text_length, data_length, check = _HEAD.unpack_from(data, start)
        if magic != _MAGIC or text_length > _LONGEST_JSON or data_length > _LONGEST_DATA:
            raise GarbledError("what the cluster says is not understood: something else was written between")
        begin, end = start + _HEAD.size, start + _HEAD.size + text_length + data_length
        if len(data) < end:
            return
        yield _message(bytes(data[begin:end]), text_length, check), end
        start = end


def _message(body: bytes, text_length: int, check: int) -> Message:
    if zlib.crc32(body) != check:
        raise GarbledError("what the cluster says was damaged on its way")
    try:
        kind, facts = json.loads(body[:text_length])
    except ValueError as error:
        raise GarbledError("what the cluster says is not understood") from error
    return Message(str(kind), facts, body[text_length:])
