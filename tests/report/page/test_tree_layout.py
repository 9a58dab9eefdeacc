"""Where the members of a family stand in its picture."""

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from evolve.report.page.tree_layout import TreeSizes, crossings, tree_layout

SIZES = TreeSizes()


@st.composite
def families(draw: st.DrawFn) -> tuple[list[list[str]], dict[str, list[str]]]:
    """Generations of a few members, some carried over, each new one with up to three parents from anywhere."""
    rows: list[list[str]] = []
    parents: dict[str, list[str]] = {}
    for index in range(draw(st.integers(0, 6))):
        before = rows[-1] if rows else []
        kept = draw(st.lists(st.sampled_from(before), unique=True, max_size=2)) if before else []
        new = [f"g{index}-{slot}" for slot in range(draw(st.integers(0 if kept else 1, 7)))]
        known = [id_ for row in rows for id_ in row] + ["nobody"]
        for id_ in new:
            parents[id_] = draw(st.lists(st.sampled_from(known), max_size=3))
        rows.append([*kept, *new])
    return rows, parents


@given(families())
def test_no_two_nodes_overlap_and_all_lie_in_the_picture(family: tuple[list[list[str]], dict[str, list[str]]]) -> None:
    """Whatever the family, between two nodes of a row is a gap, and rows do not touch."""
    layout = tree_layout(*family)
    for one, other in combinations(layout.nodes, 2):
        apart_across = abs(one.x - other.x) >= SIZES.width
        assert apart_across or abs(one.y - other.y) >= SIZES.height
    for node in layout.nodes:
        assert SIZES.left <= node.x <= layout.width - SIZES.width
        assert 0 <= node.y <= layout.height - SIZES.height


@given(families())
def test_every_member_has_one_node_in_each_of_its_generations(
    family: tuple[list[list[str]], dict[str, list[str]]],
) -> None:
    """Rows keep their members, and generations stand below each other in their order."""
    rows, _ = family
    layout = tree_layout(*family)
    assert sorted(node.key for node in layout.nodes) == sorted((i, id_) for i, row in enumerate(rows) for id_ in row)
    assert {node.y for node in layout.nodes} <= set(layout.row_tops)
    assert all(layout.row_tops[node.key[0]] == node.y for node in layout.nodes)


@given(families())
def test_every_line_goes_down_from_a_parent_to_its_child(family: tuple[list[list[str]], dict[str, list[str]]]) -> None:
    """It starts below the parent and ends above the child; whoever is carried over is joined to itself."""
    _, parents = family
    layout = tree_layout(*family)
    corner = {node.key: (node.x, node.y) for node in layout.nodes}
    for edge in layout.edges:
        assert edge.parent[0] < edge.child[0]
        assert edge.start == (corner[edge.parent][0] + SIZES.width / 2, corner[edge.parent][1] + SIZES.height)
        assert edge.end == (corner[edge.child][0] + SIZES.width / 2, corner[edge.child][1])
        assert edge.start[1] < edge.end[1]
        named = edge.parent[1] in parents.get(edge.child[1], ())
        assert edge.parent[1] == edge.child[1] if edge.kind == "stays" else named


@given(families())
def test_every_known_parent_has_a_line(family: tuple[list[list[str]], dict[str, list[str]]]) -> None:
    """None is left out but those who stand in no row above, and there is one first parent at most."""
    rows, parents = family
    layout = tree_layout(*family)
    above: set[str] = set()
    for index, row in enumerate(rows):
        for id_ in set(row) - above:
            lines = [edge for edge in layout.edges if edge.child == (index, id_)]
            assert {edge.parent[1] for edge in lines} == set(parents.get(id_, ())) & above
            assert sum(edge.kind == "first" for edge in lines) == bool(lines)
        above |= set(row)


@given(families())
def test_sorting_never_adds_crossings(family: tuple[list[list[str]], dict[str, list[str]]]) -> None:
    """Lines cross at most as often as in the order in which the members were given."""
    rows, _ = family
    layout = tree_layout(*family)
    links = [(edge.parent, edge.child) for edge in layout.edges]
    given_order = [[(index, id_) for id_ in row] for index, row in enumerate(rows)]
    found = [[node.key for node in layout.nodes if node.key[0] == index] for index in range(len(rows))]
    assert crossings(found, links) <= crossings(given_order, links)


def test_two_lines_that_cross_are_untangled() -> None:
    """Children move below their parents."""
    layout = tree_layout([["a", "b"], ["c", "d"]], {"c": ["b"], "d": ["a"]})
    assert [node.key[1] for node in layout.nodes] == ["b", "a", "c", "d"] or [node.key[1] for node in layout.nodes] == [
        "a",
        "b",
        "d",
        "c",
    ]


def test_an_empty_family_is_an_empty_picture() -> None:
    """Nobody is born yet."""
    layout = tree_layout([], {})
    assert (layout.nodes, layout.edges, layout.height) == ((), (), 2 * SIZES.margin)
