"""What a run was given, from what its store keeps."""

from collections.abc import Sequence
from dataclasses import replace

from evolve.domains.music import DOMAIN
from evolve.genetics.breeding import found
from evolve.records.run import RunRecord
from evolve.search.run_facts import space_as_written, space_of
from tests.report.example_run import example_run


def run_with(groups: Sequence[str], diet: str = "{type: shares}") -> RunRecord:
    """A run whose space has a diet, and whose corpus has these groups."""
    run = example_run("born")
    text = f"genes:\n  depth: {{type: int, min_value: 1, max_value: 4}}\n  diet: {diet}\n"
    return replace(run, space={"name": "s.yaml", "text": text}, facts={"groups": list(groups)})


def test_a_diet_is_of_the_groups_of_the_corpus() -> None:
    """As founders are sampled, in the order that the corpus has them; of those that the space names, if it does."""
    space = space_of(run_with(["reel", "jig", "waltz"]), DOMAIN)
    assert space.gene("diet").values == ("reel", "jig", "waltz")
    assert all(one.genome in space for one in found(space, population=20, seed=1))
    some = space_of(run_with(["reel", "jig"], "{type: shares, values: [jig, polka, reel]}"), DOMAIN)
    assert some.gene("diet").values == ("reel", "jig")


def test_a_corpus_that_is_not_read_or_of_one_group_leaves_the_diet_out() -> None:
    """The file has it all the same."""
    for run in (run_with([]), run_with(["jig"]), replace(run_with(["jig", "reel"]), facts={})):
        assert [gene.name for gene in space_of(run, DOMAIN).genes] == ["depth"]
        assert [gene.name for gene in space_as_written(run, DOMAIN).genes] == ["depth", "diet"]
