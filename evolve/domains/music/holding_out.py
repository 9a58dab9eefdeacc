"""Which pieces are held out: never learned from, so that what was learned can be measured on them."""

from collections.abc import Collection, Sequence
from typing import Final

from evolve.domains.music.bars import place_in_bar
from evolve.domains.music.corpus import Piece
from evolve.domains.music.errors import CorpusError
from evolve.domains.music.reshaping import shifted, since, until
from evolve.domains.music.song import Notes
from evolve.domains.music.tokenizers.steps import placed_steps
from evolve.randomness import derive_rng

OPENING_STEPS: Final = 50
"""How many steps an opening has; a held-out piece should be long enough to give one."""

HELD_OUT_SHARE: Final = 0.1

SHORTEST_PART: Final = 2 * OPENING_STEPS
"""The fewest steps of either part of a piece that is divided: an opening, and as much again to be measured on."""


LEAST_OF_SHARE: Final = 0.5
MOST_OF_SHARE: Final = 2.0
"""How far whole pieces that are held out may be from their share of all steps before another way is looked for."""

Split = tuple[tuple[Piece, ...], tuple[Piece, ...]]
"""The training and the held-out pieces."""


def split_pieces(
    pieces: Sequence[Piece], *, seed: int, held_out_share: float = HELD_OUT_SHARE, opening_notes: int = OPENING_STEPS
) -> Split:
    """The training and the held-out pieces, each in the corpus's order, neither empty.

    The choice depends on the seed and the pieces alone. Pieces that could give an opening are held out before shorter
    ones, and pieces of the very same notes, as collections have under two titles, are held out together or not at all.
    So many are held out as are the share of all; where those are less than half or more than twice the share of all
    steps, as among a few pieces of unequal lengths, then pieces that come near to it; where none do, the end of the
    longest piece; and where that is too short to be divided, whole pieces that are half of all steps at most. The last
    part of a single piece is held out.

    Raises:
        CorpusError: If there is a single piece, and it is too short to be divided.
    """
    groups = _of_equal_notes(pieces)
    if len(groups) == 1:
        return _divided(pieces[:1], [0], held_out_share)
    sizes = [sum(len(pieces[index].steps) for index in group) for group in groups]
    is_long = [len(pieces[group[0]].steps) >= opening_notes for group in groups]
    order = derive_rng(seed, "held out").permutation(len(groups)).tolist()
    order.sort(key=lambda group: not is_long[group])
    wanted = held_out_share * sum(sizes)
    for some in (_by_count(groups, order, len(pieces) * held_out_share), _by_steps(sizes, order, wanted)):
        has_opening = any(is_long[group] for group in some) or not any(is_long)
        held_out = sum(sizes[group] for group in some)
        if some and has_opening and LEAST_OF_SHARE * wanted <= held_out <= MOST_OF_SHARE * wanted:
            return _split(pieces, [index for group in some for index in groups[group]])
    longest = max(order, key=lambda group: len(pieces[groups[group][0]].steps))
    if len(pieces[groups[longest][0]].steps) >= 2 * SHORTEST_PART:
        return _divided(pieces, groups[longest], held_out_share)
    halves = [group for group in order if 2 * sizes[group] <= sum(sizes)]
    nearest = min(halves, key=lambda group: (not is_long[group], abs(sizes[group] - wanted)))
    return _split(pieces, groups[nearest])


def _by_count(groups: Sequence[Sequence[int]], order: Sequence[int], wanted: float) -> list[int]:
    """The first groups that have so many pieces together, at least one and not all."""
    some, count = list[int](), 0
    for group in order[:-1]:
        if count >= max(1, round(wanted)):
            break
        some.append(group)
        count += len(groups[group])
    return some


def _by_steps(sizes: Sequence[int], order: Sequence[int], wanted: float) -> list[int]:
    """The groups each of which, one after the other, brings the steps of all nearer to what is wanted; not all."""
    some, steps = list[int](), 0
    for group in order[:-1]:
        if abs(steps + sizes[group] - wanted) < abs(steps - wanted):
            some.append(group)
            steps += sizes[group]
    return some


def _split(pieces: Sequence[Piece], held_out: Collection[int]) -> Split:
    chosen = frozenset(held_out)
    training = tuple(piece for index, piece in enumerate(pieces) if index not in chosen)
    return training, tuple(piece for index, piece in enumerate(pieces) if index in chosen)


def _of_equal_notes(pieces: Sequence[Piece]) -> list[list[int]]:
    """Indices of the pieces, those with equal notes together."""
    groups: dict[tuple[Notes, ...], list[int]] = {}
    for index, piece in enumerate(pieces):
        groups.setdefault(tuple(track.notes for track in piece.song.tracks), []).append(index)
    return list(groups.values())


def _divided(pieces: Sequence[Piece], group: Sequence[int], held_out_share: float) -> Split:
    """All pieces but the ends of those of a group, which have equal notes, and these ends."""
    halves = {
        index: _divide(pieces[index], sum(len(piece.steps) for piece in pieces), held_out_share) for index in group
    }
    training = tuple(halves[index][0] if index in halves else piece for index, piece in enumerate(pieces))
    return training, tuple(end for _, end in halves.values())


def _divide(piece: Piece, steps: int, held_out_share: float) -> tuple[Piece, Piece]:
    """Its beginning, and its end: the share of so many steps, or nearly, so that neither part is too short."""
    count = len(piece.steps)
    held_out = min(max(SHORTEST_PART, round(steps * held_out_share)), count - SHORTEST_PART)
    if held_out < SHORTEST_PART:
        raise CorpusError(
            f"no piece has other notes than {piece.name}, and its {count} notes, chords and rests are too few to learn "
            f"from one part and measure on another ({2 * SHORTEST_PART} would do); add more pieces"
        )
    cut = list(placed_steps(piece.song))[count - held_out].start_ticks
    rest = shifted(since(piece.song, cut), place_in_bar(piece.song, cut) - cut)
    begin = Piece.of(piece.name, until(piece.song, cut), piece.transposed_by, piece.group)
    return begin, Piece.of(f"{piece.name} (its end)", rest, piece.transposed_by, piece.group)
