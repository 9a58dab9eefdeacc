"""How a song of notes is written: where it may end, and when it is full."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

END = 0
"""In the first stream: the song is over. In the others: so the first must have said."""


class NotesPen:
    """One song while it is written; `evolve.music.representation.contract.Pen` says what its methods do."""

    def __init__(self, sizes: Mapping[str, int], names: Sequence[str], *, starts: int, steps: int) -> None:
        """Before the first step.

        Args:
            sizes: How many symbols each stream has.
            names: The streams of the tracks.
            starts: How many symbols after the end stand for a start; 0 where ends are not known either.
            steps: How many may be written.
        """
        self._first, self._left = names[0], steps
        self.has_ended = False
        self._inside: dict[str, npt.NDArray[np.bool_]] = {}
        if starts:
            self._inside = {name: np.arange(size) > END for name, size in sizes.items()}
            self._inside[self._first] = np.arange(sizes[self._first]) > starts
        may_end = self._inside.get(self._first, np.zeros(0, dtype=bool)).copy()
        may_end[:1] = True
        self._afterwards = {**self._inside, self._first: may_end} if starts else self._inside
        self._allowed = self._inside

    @property
    def is_done(self) -> bool:
        """Whether the song has ended or is full."""
        return self.has_ended or self._left <= 0

    def allowed(self) -> Mapping[str, npt.NDArray[np.bool_]]:
        """Everything but starts, and no end before the first step."""
        return self._allowed

    def write(self, symbols: Mapping[str, int]) -> None:
        """Take one step; an end is none."""
        if self._afterwards and symbols[self._first] == END:
            self.has_ended = True
            return
        self._left -= 1
        self._allowed = self._afterwards
