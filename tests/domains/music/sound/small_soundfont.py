"""A SoundFont of a few kilobytes, made by the tests: a tone for each program, and nothing else (SoundFont 2.04)."""

import struct
from collections.abc import Mapping
from pathlib import Path

import numpy as np

SAMPLE_RATE = 32_000
ROOT_PITCH = 60
LOOP = 320
"""Samples of a loop, in which middle C would be 100 Hz: pitches are told apart by their ratios."""

PAN, INSTRUMENT, SAMPLE_MODES, SAMPLE_ID = 17, 41, 54, 53


def small_soundfont(harmonics: Mapping[int, int] = {0: 1}, *, bank: int = 0, sample_number: int = 0) -> bytes:
    """The content of a file.

    Args:
        harmonics: Of each program, which harmonic of 100 Hz it sounds at middle C, so that programs are told apart.
        bank: In which it has its programs; 128 is that of drums.
        sample_number: Of the first sample; all but 0 are damage.
    """
    tones = [np.sin(2 * np.pi * number * np.arange(10 * LOOP) / LOOP) for number in harmonics.values()]
    padded = [np.concatenate((16_000 * tone, np.zeros(46))).astype("<i2") for tone in tones]
    size = len(padded[0])
    names = [f"program {program}" for program in harmonics]
    phdr = [
        _header(name, program, bank, place) for place, (name, program) in enumerate(zip(names, harmonics, strict=True))
    ]
    shdr = [_sample(name, place * size) for place, name in enumerate(names)]
    count = len(names)
    pdta = (
        _chunk(b"phdr", b"".join(phdr) + _header("EOP", 0, 0, count)),
        _chunk(b"pbag", b"".join(struct.pack("<HH", place, 0) for place in range(count + 1))),
        _chunk(b"pmod", bytes(10)),
        _chunk(b"pgen", b"".join(struct.pack("<HH", INSTRUMENT, place) for place in range(count)) + bytes(4)),
        _chunk(
            b"inst", b"".join(struct.pack("<20sH", name.encode(), place) for place, name in enumerate([*names, "EOI"]))
        ),
        _chunk(b"ibag", b"".join(struct.pack("<HH", 2 * place, 0) for place in range(count + 1))),
        _chunk(b"imod", bytes(10)),
        _chunk(
            b"igen",
            b"".join(struct.pack("<HHHH", SAMPLE_MODES, 1, SAMPLE_ID, sample_number + place) for place in range(count))
            + bytes(4),
        ),
        _chunk(b"shdr", b"".join(shdr) + struct.pack("<20s5IBbHH", b"EOS", *[0] * 9)),
    )
    info = _chunk(b"ifil", struct.pack("<HH", 2, 4)) + _chunk(b"isng", b"EMU8000\0") + _chunk(b"INAM", b"small\0")
    lists = (
        _chunk(b"LIST", b"INFO" + info),
        _chunk(b"LIST", b"sdta" + _chunk(b"smpl", b"".join(sound.tobytes() for sound in padded))),
        _chunk(b"LIST", b"pdta" + b"".join(pdta)),
    )
    return _chunk(b"RIFF", b"sfbk" + b"".join(lists))


def write_small_soundfont(path: Path, harmonics: Mapping[int, int] = {0: 1}) -> Path:
    """Write one, with its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(small_soundfont(harmonics))
    return path


def _chunk(name: bytes, content: bytes) -> bytes:
    return name + struct.pack("<I", len(content)) + content + bytes(len(content) % 2)


def _header(name: str, program: int, bank: int, bag: int) -> bytes:
    return struct.pack("<20sHHHIII", name.encode(), program, bank, bag, 0, 0, 0)


def _sample(name: str, start: int) -> bytes:
    stop = start + 10 * LOOP
    return struct.pack(
        "<20s5IBbHH", name.encode(), start, stop, start + LOOP, stop - LOOP, SAMPLE_RATE, ROOT_PITCH, 0, 0, 1
    )
