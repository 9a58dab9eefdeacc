"""How far songs differ from pieces in the way in which songs differ among themselves: overlap areas.

Yang and Lerch, "On the evaluation of generative models in music", Neural Computing and Applications 32, 2020: of a
figure take the distances between each two songs, and those between each song and each piece; the overlap of the two
densities is 1 where songs lie among pieces as they lie among each other. Densities are Gaussian kernels with Scott's
bandwidth, as in their toolbox, https://github.com/RichardYang40148/mgeval.
"""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

_POINTS: Final = 1000
"""At which two densities are compared."""

_DIGITS: Final = 3

Columns = Mapping[str, Sequence[float | None]]
"""Of each figure one number for each song or piece; None where it has none."""


def overlap_areas(songs: Columns, pieces: Columns) -> dict[str, float]:
    """The overlap area of each figure that both have, 0 .. 1; without those that leave nothing to compare."""
    areas = {name: overlap_area(_known(songs[name]), _known(own)) for name, own in pieces.items() if name in songs}
    return {name: round(area, _DIGITS) for name, area in areas.items() if area is not None}


def overlap_area(songs: Sequence[float] | np.ndarray, pieces: Sequence[float] | np.ndarray) -> float | None:
    """How much the distances among songs and those to pieces have in common.

    Args:
        songs: A number of each song.
        pieces: The same of each piece.

    Returns:
        From 0 to 1; None where there are fewer than three songs or no pieces, or where one kind of distance does not
        vary and the other does.
    """
    own, others = np.asarray(songs, float), np.asarray(pieces, float)
    if len(own) < 3 or not len(others):  # noqa: PLR2004 - of two there is one distance
        return None
    apart = np.abs(own[:, None] - own)[~np.eye(len(own), dtype=bool)]
    away = np.abs(own[:, None] - others).ravel()
    if not apart.std() or not away.std():
        return 1.0 if not apart.any() and not away.any() else None
    return _common(apart, away)


def _common(first: np.ndarray, second: np.ndarray) -> float:
    """The area below both densities, from the smallest distance to the largest."""
    from scipy.stats import gaussian_kde  # noqa: PLC0415 - half a second, which no command need wait for

    ends = (min(first.min(), second.min()), max(first.max(), second.max()))
    points = np.linspace(*ends, _POINTS)
    lower = np.minimum(gaussian_kde(first)(points), gaussian_kde(second)(points))
    return float(np.trapezoid(lower, points))


def _known(column: Sequence[float | None]) -> list[float]:
    return [one for one in column if one is not None]
