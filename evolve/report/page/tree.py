"""A run's family tree as a picture: what stands on each node, which lines are drawn how."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from evolve.domain_registry import presentation_for
from evolve.genetics.lineage import ancestors, line_to_founder
from evolve.genome_words import value_in_words
from evolve.records.individual import Origin
from evolve.records.run import GenerationRecord, IndividualRecord, RunRecord
from evolve.report.changes import SplitChanges, largest_first, split_changes
from evolve.report.generations import place_in
from evolve.report.page.scale import rank_shade
from evolve.report.page.thumbnails import Thumbnail
from evolve.report.page.tree_layout import TreeEdge, TreeSizes, tree_layout
from evolve.report.questions import champions_of, family_of, favourites_of, genes_of, is_tied, latest_champions
from evolve.report.wording import change_phrases
from evolve.search.taste import why_born
from evolve.words import listed, one_line

_WIDE = 1.6
"""Times wider than high: such pictures stand above the words, others beside them."""

_LETTERS = 18
"""Of a line of small letters across a node."""

_LINES = 3
"""Of small letters on a node."""


@dataclass(frozen=True, slots=True)
class MemberNode:
    """One member in one generation.

    Attributes:
        id: Whose node it is.
        x: Of its left edge.
        y: Of its upper edge.
        rank: Such as ``2=``; empty before a ranking.
        shade: Of its rank, 0 for the first to 10 for the last; None before a ranking.
        lines: What changed most, in a few short lines.
        marks: ``♥`` and ``✗``.
        classes: ``champion``, ``rejected``, ``elite``, ``on-line`` for the line of the champion, ``kin`` for its other
            ancestors.
        told: All of it in words.
        picture: A small picture of its first sample, where that is one.
    """

    id: str
    x: float
    y: float
    rank: str
    shade: int | None
    lines: tuple[str, ...]
    marks: str
    classes: tuple[str, ...]
    told: str
    picture: Thumbnail | None


@dataclass(frozen=True, slots=True)
class Row:
    """What stands before a generation, and where."""

    y: float
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FamilyPicture:
    """The whole picture, its lines in the order in which they are drawn."""

    width: float
    height: float
    sizes: TreeSizes
    is_wide: bool
    nodes: tuple[MemberNode, ...]
    edges: tuple[tuple[TreeEdge, str], ...]
    rows: tuple[Row, ...]
    champions: str


def family_picture(
    run: RunRecord, told: Callable[[str], bool], pictures: Mapping[str, Thumbnail]
) -> FamilyPicture | None:
    """The family of a run as a picture; None where nobody has parents or comes back.

    Args:
        run: Whose family it is.
        told: Who is told of by name; the others are counted.
        pictures: Small pictures of individuals.
    """
    rows = [[id_ for id_ in generation.members if told(id_)] for generation in run.generations]
    if len(rows) < 2:  # noqa: PLR2004 - one generation is no family yet
        return None
    aspects = sorted(one.aspect for one in pictures.values())
    is_wide = bool(aspects) and aspects[len(aspects) // 2] > _WIDE
    height = (104.0 if is_wide else 102.0) if pictures else 66.0
    sizes = TreeSizes(width=118.0, height=height, gap_down=44.0)
    family = family_of(run)
    layout = tree_layout(rows, {id_: one.parents for id_, one in family.items()}, sizes)
    latest = latest_champions(run)
    chosen = latest[1] if latest else ()
    line = {step for id_ in chosen for step in line_to_founder(family, id_)}
    kin = {step for id_ in chosen for step in ancestors(family, id_)}
    maker = _NodeMaker(run, line, kin - line, pictures)
    edges = [(edge, _edge_class(edge, line, kin | set(chosen))) for edge in layout.edges]
    return FamilyPicture(
        layout.width,
        layout.height,
        sizes,
        is_wide,
        tuple(maker.node(run.generations[node.key[0]], node.key[1], node.x, node.y) for node in layout.nodes),
        tuple(sorted(edges, key=lambda pair: ("other", "first", "stays", "kin", "on-line").index(pair[1]))),
        tuple(
            Row(top + height / 2, _row_lines(generation, len(row)))
            for generation, row, top in zip(run.generations, rows, layout.row_tops, strict=True)
        ),
        listed(chosen),
    )


def _edge_class(edge: TreeEdge, line: set[str], kin: set[str]) -> str:
    """How a line is drawn: the champion's line of first parents, its other ancestors, or nobody's of these."""
    ends = {edge.parent[1], edge.child[1]}
    if ends <= line and edge.kind in {"first", "stays"}:
        return "on-line"
    if ends <= kin:
        return "kin"
    return edge.kind


def _row_lines(generation: GenerationRecord, shown: int) -> tuple[str, ...]:
    more = len(generation.members) - shown
    failed = len(generation.failed)
    return (
        f"generation {generation.index}",
        *([f"{failed} failed"] if failed else []),
        *([f"{more:,} more"] if more else []),
        *(["not ranked yet"] if not generation.ranking else []),
    )


class _NodeMaker:
    """Makes the nodes of one run's tree."""

    def __init__(self, run: RunRecord, line: set[str], kin: set[str], pictures: Mapping[str, Thumbnail]) -> None:
        self._run, self._pictures = run, pictures
        self._line, self._kin = line, kin
        self._family, self._genes = family_of(run), genes_of(run)
        self._loved = {one.individual for one in favourites_of(run)}
        self._word = presentation_for(run).sample_word

    def node(self, generation: GenerationRecord, id_: str, x: float, y: float) -> MemberNode:
        record, entry = self._run.individuals[id_], generation.ranking.get(id_)
        rank = f"{entry.rank}{'=' if is_tied(generation, id_) else ''}" if entry else ""
        holds = {
            "champion": id_ in champions_of(generation),
            "rejected": entry is not None and entry.rejected,
            "elite": id_ in generation.elites,
            "on-line": id_ in self._line,
            "kin": id_ in self._kin,
        }
        classes = tuple(word for word, is_so in holds.items() if is_so)
        return MemberNode(
            id_,
            x,
            y,
            rank,
            rank_shade(place_in(generation, record), len(generation.ranking)) if entry else None,
            self._lines(generation, id_),
            "".join(["♥" * (id_ in self._loved), "✗" * holds["rejected"]]),
            classes,
            self._told(generation, id_, rank, classes),
            self._pictures.get(id_),
        )

    def _lines(self, generation: GenerationRecord, id_: str) -> tuple[str, ...]:
        """What is particular, in lines that fit: the genes that changed, or where it came from."""
        record = self._run.individuals[id_]
        if id_ in generation.elites:
            return ("comes back",)
        if not record.individual.parents:
            return (str(record.individual.origin),)
        return _changes(split_changes(record.changed, self._genes, _LINES - 1)) or ("no gene changed",)

    def _all_changes(self, record: IndividualRecord) -> list[str]:
        """Every change from the first parent, the largest first."""
        told = change_phrases(self._family, record.individual, largest_first(record.changed, self._genes))
        return [change.plain for change in told] or ["no gene changed"]

    def _told(self, generation: GenerationRecord, id_: str, rank: str, classes: Sequence[str]) -> str:
        record = self._run.individuals[id_]
        parents = record.individual.parents
        parts = [
            id_,
            f"rank {rank} in generation {generation.index}" if rank else f"generation {generation.index}",
            *(word for word in ("champion", "rejected") if word in classes),
            *(["comes back"] if id_ in generation.elites else []),
            *([f"loved {self._word}"] if id_ in self._loved else []),
        ]
        if record.individual.origin is not Origin.CHILD:
            parts.append(str(record.individual.origin))
        elif parents:
            parts.append(f"child of {listed(parents)}: {', '.join(self._all_changes(record))}")
        if why := why_born(self._run, id_):
            parts.append(why)
        return ", ".join(parts)


def _changes(split: SplitChanges) -> tuple[str, ...]:
    """What changed most, a gene and its new value a line, and how many other changes there are."""
    lines = tuple(_shortened(f"{one_line(gene)} {value_in_words(after)}") for gene, (_, after) in split.told.items())
    return (*lines, f"and {split.more_in_words}") if split.more else lines


def _shortened(line: str) -> str:
    return line if len(line) <= _LETTERS else f"{line[: _LETTERS - 1]}…"
