"""Bytes and texts a little, or very, different from real ones."""

import re
from collections.abc import Sequence
from typing import Final

import numpy as np

EXTREMES: Final = (
    b"0",
    b"-1",
    b"1e308",
    b"1e999",
    b"nan",
    b"-inf",
    b"0.0000001",
    b"127",
    b"128",
    b"65536",
    b"2147483648",
    b"99999999999",
    b"9" * 30,
    b"9" * 5000,
    b"",
    b"x",
    b"\xff",
    b"\x1b[2J",
    b"\n",
    "🎵".encode(),
)
"""What may stand in the place of a number."""

_NUMBER = re.compile(rb"\d+")


def mutated(data: bytes, others: Sequence[bytes], rng: np.random.Generator, *, is_text: bool) -> bytes:
    """The bytes after one change, or a few: flipped, deleted, doubled, inserted, spliced or cut off.

    Args:
        data: At least one byte.
        others: Where pieces are spliced in from.
        rng: All chance.
        is_text: Whether a number in it may become an extreme one, and a line another.
    """
    changes = [_flip, _delete, _double, _insert, _splice, _truncate]
    changes += [_number] * 6 + [_lines] if is_text else [_nudge] * 6
    for _ in range(int(rng.geometric(0.6))):
        change = changes[int(rng.integers(len(changes)))]
        data = change(data, others, rng) or data
    return data


def _span(data: bytes, rng: np.random.Generator) -> tuple[int, int]:
    """Where a piece begins and ends: mostly a short one."""
    start = int(rng.integers(len(data)))
    return start, min(len(data), start + int(rng.geometric(0.1 if rng.random() < 0.8 else 0.002)))


def _flip(data: bytes, _others: Sequence[bytes], rng: np.random.Generator) -> bytes:
    place = int(rng.integers(len(data)))
    changed = data[place] ^ (1 << int(rng.integers(8))) if rng.random() < 0.5 else int(rng.integers(256))
    return data[:place] + bytes([changed]) + data[place + 1 :]


def _nudge(data: bytes, _others: Sequence[bytes], rng: np.random.Generator) -> bytes:
    """With another value of seven bits, which leaves a MIDI event what it is."""
    place = int(rng.integers(len(data)))
    return data[:place] + bytes([data[place] & 0x80 | int(rng.integers(128))]) + data[place + 1 :]


def _delete(data: bytes, _others: Sequence[bytes], rng: np.random.Generator) -> bytes:
    start, stop = _span(data, rng)
    return data[:start] + data[stop:]


def _double(data: bytes, _others: Sequence[bytes], rng: np.random.Generator) -> bytes:
    start, stop = _span(data, rng)
    return data[:stop] + data[start:stop] * int(rng.integers(1, 20)) + data[stop:]


def _insert(data: bytes, _others: Sequence[bytes], rng: np.random.Generator) -> bytes:
    place = int(rng.integers(len(data)))
    return data[:place] + rng.bytes(int(rng.geometric(0.2))) + data[place:]


def _splice(data: bytes, others: Sequence[bytes], rng: np.random.Generator) -> bytes:
    other = others[int(rng.integers(len(others)))]
    start, stop = _span(other, rng)
    place = int(rng.integers(len(data)))
    return data[:place] + other[start:stop] + data[place:]


def _truncate(data: bytes, _others: Sequence[bytes], rng: np.random.Generator) -> bytes:
    return data[: int(rng.integers(1, len(data) + 1))]


def _number(data: bytes, _others: Sequence[bytes], rng: np.random.Generator) -> bytes:
    """With another number in the place of one."""
    places = [match.span() for match in _NUMBER.finditer(data)]
    if not places:
        return data
    start, stop = places[int(rng.integers(len(places)))]
    return data[:start] + EXTREMES[int(rng.integers(len(EXTREMES)))] + data[stop:]


def _lines(data: bytes, _others: Sequence[bytes], rng: np.random.Generator) -> bytes:
    """With a line moved, or standing again where it does not belong."""
    lines = data.split(b"\n")
    lines.insert(int(rng.integers(len(lines))), lines[int(rng.integers(len(lines)))])
    return b"\n".join(lines)
