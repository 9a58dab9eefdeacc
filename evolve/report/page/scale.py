"""Ranks as shades, and numbers as lengths."""

from typing import Final

SHADES: Final = 10
"""The last shade; the first is 0."""


def rank_shade(rank: int, ranked: int) -> int:
    """The shade of a rank among so many: 0 for the first, `SHADES` for the last; alone, one is the first."""
    return round((rank - 1) / (ranked - 1) * SHADES) if ranked > 1 else 0
