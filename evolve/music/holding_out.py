"""Which pieces are held out: never learned from, so that what was learned can be measured on them."""

from collections.abc import Sequence
from typing import Final

from evolve.errors import CorpusError
from evolve.music.corpus import Piece
from evolve.music.representation.steps import placed_steps
from evolve.music.reshaping import shifted, since, until
from evolve.music.song import Notes
from evolve.randomness import derive_rng

OPENING_STEPS: Final = 50
"""How many steps an opening has; a held-out piece should be long enough to give one."""

HELD_OUT_SHARE: Final = 0.1

SHORTEST_PART: Final = 2 * OPENING_STEPS
"""The fewest steps of either part of a piece that is divided: an opening, and as much again to be measured on."""


def split_pieces(
    pieces: Sequence[Piece],
    *,
    seed: int,
    held_out_share: float = HELD_OUT_SHARE,
    opening_notes: int = OPENING_STEPS,
) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """The training and the held-out pieces, each in the corpus's order, neither empty.

    The choice depends on the seed and the pieces alone. Pieces that could give an opening are held out before shorter
    ones, and pieces of the very same notes, as collections have under two titles, are held out together or not at all.
    A single piece is divided: its last part is held out.

    Raises:
        CorpusError: If there is a single piece, and it is too short to be divided.
    """
    groups = _of_equal_notes(pieces)
    if len(groups) == 1:
        return _divide(pieces[0], held_out_share)
    wanted = max(1, round(len(pieces) * held_out_share))
    order = derive_rng(seed, "held out").permutation(len(groups)).tolist()
    order.sort(key=lambda group: len(pieces[groups[group][0]].steps) < opening_notes)
    chosen: set[int] = set()
    for group in order[:-1]:
        if len(chosen) >= wanted:
            break
        chosen.update(groups[group])
    training = tuple(piece for i, piece in enumerate(pieces) if i not in chosen)
    return training, tuple(piece for i, piece in enumerate(pieces) if i in chosen)


def _of_equal_notes(pieces: Sequence[Piece]) -> list[list[int]]:
    """Indices of the pieces, those with equal notes together."""
    groups: dict[tuple[Notes, ...], list[int]] = {}
    for index, piece in enumerate(pieces):
        groups.setdefault(tuple(track.notes for track in piece.song.tracks), []).append(index)
    return list(groups.values())


def _divide(piece: Piece, held_out_share: float) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    count = len(piece.steps)
    held_out = max(SHORTEST_PART, round(count * held_out_share))
    if count - held_out < SHORTEST_PART:
        raise CorpusError(
            f"{piece.name} is the only piece and has {count} notes, chords and rests: too few to learn from one part "
            f"and measure on another ({2 * SHORTEST_PART} would do); add more pieces"
        )
    cut = list(placed_steps(piece.song))[count - held_out].start_ticks
    bar_line = cut - cut % piece.song.metre.bar_ticks
    rest = shifted(since(piece.song, cut), -bar_line)
    name = f"{piece.name} (its end)"
    return (Piece.of(piece.name, until(piece.song, cut), piece.transposed_by),), (
        Piece.of(name, rest, piece.transposed_by),
    )
