"""What a run was given, from what its store keeps."""

from collections.abc import Sequence
from dataclasses import replace

from evolve.genetics.breeding import found
from evolve.run_facts import space_as_written, space_of
from evolve.store.records import RunRecord
from tests.report.example_run import example_run


def run_with(groups: Sequence[str], diet: str = "{type: shares}") -> RunRecord:
    """A run whose space has a diet, and whose corpus has these groups."""
    told = [{"name": name, "pieces": 4, "notes": 400} for name in groups]
    run = example_run("born")
    text = f"genes:\n  depth: {{type: int, min_value: 1, max_value: 4}}\n  diet: {diet}\n"
    return replace(run, space={"name": "s.yaml", "text": text}, corpus={**run.corpus, "groups": told})


def test_a_diet_is_of_the_groups_of_the_corpus() -> None:
    """As founders are sampled, in the order that the corpus has them; of those that the space names, if it does."""
    space = space_of(run_with(["reel", "jig", "waltz"]))
    assert space.gene("diet").values == ("reel", "jig", "waltz")
    assert all(one.genome in space for one in found(space, population=20, seed=1))
    assert space_of(run_with(["reel", "jig"], "{type: shares, values: [jig, polka, reel]}")).gene("diet").values == (
        "reel",
        "jig",
    )


def test_a_corpus_that_is_not_read_or_of_one_group_leaves_the_diet_out() -> None:
    """The file has it all the same."""
    for run in (run_with([]), run_with(["jig"]), replace(run_with(["jig", "reel"]), corpus={})):
        assert [gene.name for gene in space_of(run).genes] == ["depth"]
        assert [gene.name for gene in space_as_written(run).genes] == ["depth", "diet"]
