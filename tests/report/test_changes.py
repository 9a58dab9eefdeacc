"""The largest changes are told; those by a hair are counted."""

from evolve.genetics.gene import Gene, GeneKind
from evolve.records.genome import Genome
from evolve.records.individual import Individual, Origin
from evolve.records.shares import Shares
from evolve.report.changes import Changes, largest_first, main_changes, split_changes

GENES = {
    "depth": Gene("depth", GeneKind.INT, min_value=1, max_value=5),
    "rate": Gene("rate", GeneKind.FLOAT, min_value=0.001, max_value=0.1, sampling="log"),
    "warp": Gene("warp", GeneKind.FLOAT, min_value=0.0, max_value=1.0),
    "colour": Gene("colour", GeneKind.CHOICE, values=("grey", "red")),
}
CHANGED: Changes = {
    "warp": (0.5, 0.501), "rate": (0.01, 0.1), "arms": (None, 4), "depth": (2, 3), "colour": ("grey", "red"),
    "diet": (Shares((("jig", 0.5), ("reel", 0.5))), Shares((("jig", 0.9), ("reel", 0.1)))),
}  # fmt: skip


def test_changes_come_by_how_far_they_go_on_their_scales() -> None:
    """Another word and what is switched on first; on a logarithmic scale half the way is half."""
    assert [*largest_first(CHANGED, GENES)] == ["arms", "colour", "rate", "diet", "depth", "warp"]
    assert largest_first(CHANGED, {"warp": GENES["warp"]})["warp"] == (0.5, 0.501)


def test_the_other_changes_are_counted() -> None:
    """Unless there is but one more than there is room for."""
    child = Individual("g1-1", 1, 1, Genome(()), Origin.CHILD, ("g0-1",), ("mutation",))
    told = [one.plain for one in main_changes({"g1-1": child}, child, CHANGED, GENES)]
    assert told == ["arms off → 4", "colour grey → red", "rate 0.01 → 0.1", "and 3 smaller changes"]
    few = {name: CHANGED[name] for name in ("warp", "rate", "depth", "colour")}
    assert len(main_changes({"g1-1": child}, child, few, GENES)) == 4


def test_changes_are_called_smaller_only_where_they_are() -> None:
    """A fifth word that is another is as large a change as the first."""
    words: Changes = dict.fromkeys(("hair", "eyes", "coat", "boots", "hat"), ("grey", "red"))
    assert split_changes(words, {}).more_in_words == "2 more"
    assert split_changes(CHANGED, GENES).more_in_words == "3 smaller"
    assert split_changes(CHANGED, GENES, most=1).more_in_words == "5 more"
    assert [*split_changes(CHANGED, GENES, most=5).told] == [*largest_first(CHANGED, GENES)]
