"""Pictures as PNG files, as numbers, and as coloured blocks for a terminal."""

import struct
import zlib
from typing import Any

import numpy as np
import numpy.typing as npt

from evolve.domains.pictures.drawing import Pixels

Numbers = npt.NDArray[np.floating[Any]]

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_RGB = b"\x08\x02\x00\x00\x00"
"""Eight bits a channel, three channels, not interlaced."""
_UP = 2
"""The filter that writes a row as its difference to the one above."""
_LEAST_CHROMA, _LEAST_VARIANCE = 0.12, 1e-9


def png_of(pixels: Pixels) -> bytes:
    """The PNG file (ISO/IEC 15948) of a picture ``[height, width, 3]``."""
    height, width, _ = pixels.shape
    rows = np.diff(pixels.reshape(height, -1), axis=0, prepend=np.uint8(0))
    data = zlib.compress(np.pad(rows, ((0, 0), (1, 0)), constant_values=_UP).tobytes(), 3)
    header = struct.pack(">II", width, height) + _RGB
    return _SIGNATURE + _chunk(b"IHDR", header) + _chunk(b"IDAT", data) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def pixels_of(png: bytes) -> Pixels | None:
    """The picture ``[height, width, 3]`` of a file that `png_of` wrote; None of any other."""
    if not png.startswith(_SIGNATURE) or png[24:29] != _RGB or png[37:41] != b"IDAT":
        return None
    width, height, length = struct.unpack(">II", png[16:24]) + struct.unpack(">I", png[33:37])
    try:
        lines = np.frombuffer(zlib.decompress(png[41 : 41 + length]), np.uint8).reshape(height, 1 + 3 * width)
    except (zlib.error, ValueError):
        return None
    pixels = np.cumsum(lines[:, 1:], axis=0, dtype=np.uint8).reshape(height, width, 3)
    return pixels if (lines[:, 0] == _UP).all() else None


def measured(pixels: Pixels) -> dict[str, float]:
    """What can be told of a picture: how many hues it has, of twelve; all else from 0 to 1."""
    step = max(1, len(pixels) // 96)
    rgb = pixels[::step, ::step] / np.float32(255)
    grey = rgb @ np.array([0.299, 0.587, 0.114], dtype=np.float32)
    shares = {
        "contrast": 2 * grey.std(),
        "detail": 4 * np.hypot(*np.gradient(grey)).mean(),
        "symmetry": max(_likeness(grey, grey[:, ::-1]), _likeness(grey, grey[::-1])),
        "brightness": grey.mean(),
    }
    return {"hues": _hues(rgb)} | {name: round(min(1.0, float(share)), 3) for name, share in shares.items()}


def _likeness(grey: Numbers, other: Numbers) -> float:
    """The correlation of two pictures of the same greys, where it is positive."""
    covariance = float(((grey - grey.mean()) * (other - grey.mean())).mean())
    return max(0.0, covariance / float(grey.var())) if grey.var() > _LEAST_VARIANCE else 1.0


def _hues(rgb: Numbers) -> int:
    """How many of twelve hues have a twenty-fifth of the picture."""
    red, green, blue = rgb[np.ptp(rgb, axis=-1) > _LEAST_CHROMA].T
    turns = np.arctan2(np.sqrt(3) * (green - blue), 2 * red - green - blue) / (2 * np.pi)
    counts = np.bincount((np.floor(12 * turns) % 12).astype(int))
    return int((25 * counts >= rgb[..., 0].size).sum())


def blocks_of(pixels: Pixels, columns: int, rows: int) -> str:
    """A picture in lines of upper half blocks, two pixels each, that fit into so many columns and rows."""
    height, width, _ = pixels.shape
    step = max(-(-width // columns), -(-height // (2 * rows)))
    down, across = 2 * -(-height // (2 * step)), -(-width // step)
    whole = np.pad(pixels, ((0, down * step - height), (0, across * step - width), (0, 0)), mode="edge")
    cells = whole.reshape(down, step, across, step, 3).mean(axis=(1, 3)).astype(int)
    block = "\x1b[38;2;{};{};{};48;2;{};{};{}m▀".format
    lines = np.concatenate([cells[::2], cells[1::2]], axis=2).tolist()
    return "\n".join("".join(block(*cell) for cell in line) + "\x1b[0m" for line in lines)
