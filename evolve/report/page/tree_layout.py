"""Where the members of a family stand in a picture: generations below each other, parents above their children.

Rows are ordered as in Sugiyama, Tagawa and Toda, "Methods for visual understanding of hierarchical system structures",
IEEE Transactions on Systems, Man and Cybernetics 11, 1981: each node moves to the mean place of its neighbours, rows
are swept down and up, and the order with the fewest crossings is kept.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

Key = tuple[int, str]
"""An individual in a generation: whoever is carried over stands in several rows."""

_SWEEPS = 6


@dataclass(frozen=True, slots=True)
class TreeSizes:
    """Of a node and the gaps between nodes, in the picture's units; `left` is room for what stands before a row."""

    width: float = 108.0
    height: float = 46.0
    gap_across: float = 12.0
    gap_down: float = 46.0
    left: float = 96.0
    margin: float = 12.0


@dataclass(frozen=True, slots=True)
class TreeNode:
    """A node: its upper left corner."""

    key: Key
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class TreeEdge:
    """A line from the lower edge of a parent to the upper edge of a child.

    Attributes:
        parent: Where it starts.
        child: Where it ends.
        kind: ``first`` for the first parent, ``other`` for another one, ``stays`` for one who is carried over.
        start: Its upper end.
        end: Its lower end.
    """

    parent: Key
    child: Key
    kind: str
    start: tuple[float, float]
    end: tuple[float, float]

    @property
    def path(self) -> str:
        """As the path data of SVG: down out of the parent, down into the child."""
        (x, y), (to_x, to_y) = self.start, self.end
        bend = (to_y - y) * 0.55
        return f"M{x:.1f} {y:.1f}C{x:.1f} {y + bend:.1f} {to_x:.1f} {to_y - bend:.1f} {to_x:.1f} {to_y:.1f}"


@dataclass(frozen=True, slots=True)
class TreeLayout:
    """A picture of a family: nodes row by row from left to right, lines, and its size."""

    nodes: tuple[TreeNode, ...]
    edges: tuple[TreeEdge, ...]
    row_tops: tuple[float, ...]
    width: float
    height: float


def tree_layout(
    rows: Sequence[Sequence[str]], parents: Mapping[str, Sequence[str]], sizes: TreeSizes | None = None
) -> TreeLayout:
    """Places for the members of generations.

    Args:
        rows: The ids of each generation, from the top; an id that the row before has too is carried over.
        parents: The ids that each descends from, the first parent first; whoever stands in no row above is passed over.
        sizes: Of nodes and gaps.
    """
    sizes = sizes or TreeSizes()
    links = _links(rows, parents)
    ordered = _ordered([[(index, id_) for id_ in row] for index, row in enumerate(rows)], links)
    longest = max(map(len, ordered), default=0)
    inner = longest * (sizes.width + sizes.gap_across) - (sizes.gap_across if longest else 0)
    tops = tuple(sizes.margin + index * (sizes.height + sizes.gap_down) for index in range(len(rows)))
    places = {
        key: (x, top)
        for row, top in zip(ordered, tops, strict=True)
        for key, x in zip(row, _across(len(row), inner, sizes), strict=True)
    }
    edges = tuple(_edge(places, parent, child, kind, sizes) for (parent, child), kind in links.items())
    height = tops[-1] + sizes.height + sizes.margin if tops else 2 * sizes.margin
    nodes = tuple(TreeNode(key, *places[key]) for row in ordered for key in row)
    return TreeLayout(nodes, edges, tops, sizes.left + inner + 2 * sizes.margin, height)


def crossings(order: Sequence[Sequence[Key]], links: Sequence[tuple[Key, Key]]) -> int:
    """How many pairs of lines between neighbouring rows cross."""
    place = {key: index for row in order for index, key in enumerate(row)}
    by_row: dict[int, list[tuple[int, int]]] = {}
    for parent, child in links:
        if child[0] - parent[0] == 1:
            by_row.setdefault(child[0], []).append((place[parent], place[child]))
    return sum(_crossings_between(sorted(pairs)) for pairs in by_row.values())


def _links(rows: Sequence[Sequence[str]], parents: Mapping[str, Sequence[str]]) -> dict[tuple[Key, Key], str]:
    """Who is joined to whom, and how: each to the newest place of a parent above it, or to its own."""
    links: dict[tuple[Key, Key], str] = {}
    last: dict[str, int] = {}
    for index, row in enumerate(rows):
        for id_ in row:
            if id_ in last:
                links[(last[id_], id_), (index, id_)] = "stays"
                continue
            known = [parent for parent in dict.fromkeys(parents.get(id_, ())) if parent in last]
            for parent in known:
                kind = "first" if parent == known[0] else "other"
                links[(last[parent], parent), (index, id_)] = kind
        last |= dict.fromkeys(row, index)
    return links


def _ordered(rows: list[list[Key]], links: Mapping[tuple[Key, Key], str]) -> list[list[Key]]:
    """The rows in the order with the fewest crossings that sweeping finds; of equally good ones the first."""
    above: dict[Key, list[Key]] = {}
    below: dict[Key, list[Key]] = {}
    for parent, child in links:
        above.setdefault(child, []).append(parent)
        below.setdefault(parent, []).append(child)
    pairs = list(links)
    best, fewest = rows, crossings(rows, pairs)
    for sweep in range(_SWEEPS):
        rows = _swept(rows, above if sweep % 2 == 0 else below, is_down=sweep % 2 == 0)
        if (count := crossings(rows, pairs)) < fewest:
            best, fewest = rows, count
    return best


def _swept(rows: list[list[Key]], neighbours: Mapping[Key, Sequence[Key]], *, is_down: bool) -> list[list[Key]]:
    """The rows, one after the other, each sorted by the mean place of its nodes' neighbours."""
    swept = [list(row) for row in rows]
    place = {key: _relative(index, row) for row in swept for index, key in enumerate(row)}
    for index in range(len(swept)) if is_down else reversed(range(len(swept))):
        wanted = {
            key: fmean([place[other] for other in neighbours.get(key, ())] or [place[key]]) for key in rows[index]
        }
        swept[index].sort(key=wanted.__getitem__)
        place |= {key: _relative(at, swept[index]) for at, key in enumerate(swept[index])}
    return swept


def _relative(index: int, row: Sequence[Key]) -> float:
    """How far across its row a node stands, 0 .. 1, so that rows of different lengths compare."""
    return (index + 0.5) / len(row)


def _crossings_between(pairs: Sequence[tuple[int, int]]) -> int:
    """Pairs that are in one order above and in the other below; `pairs` are sorted."""
    return sum(
        1
        for index, (above, below) in enumerate(pairs)
        for other_above, other_below in pairs[index + 1 :]
        if other_above > above and other_below < below
    )


def _across(count: int, inner: float, sizes: TreeSizes) -> list[float]:
    """The left edges of so many nodes, in the middle of the picture."""
    step = sizes.width + sizes.gap_across
    start = sizes.margin + sizes.left + (inner - count * step + sizes.gap_across) / 2
    return [start + index * step for index in range(count)]


def _edge(places: Mapping[Key, tuple[float, float]], parent: Key, child: Key, kind: str, sizes: TreeSizes) -> TreeEdge:
    (x, y), (to_x, to_y) = places[parent], places[child]
    middle = sizes.width / 2
    return TreeEdge(parent, child, kind, (x + middle, y + sizes.height), (to_x + middle, to_y))
