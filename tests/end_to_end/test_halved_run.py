"""A generation of which more networks are begun than are heard, really trained, through the command line."""

from pathlib import Path

import pytest

from tests.end_to_end.commands import evolve

pytestmark = pytest.mark.slow

SPACE = """
genes:
  cell: lstm
  width: {type: int, min_value: 16, max_value: 64, step: 8, default: 32}
  learning_rate: {type: float, min_value: 3e-3, max_value: 1.2e-2, sampling: log, default: 5e-3}
"""
"""Without a gene for the share of the budget: all are trained for as long."""


def test_the_best_third_by_loss_and_one_by_chance_are_trained_to_the_end(tmp_path: Path, tunes: Path) -> None:
    """Six are trained for a third of their epochs; two go on from there, and only these have songs and are ranked."""
    (tmp_path / "small.yaml").write_text(SPACE)
    few = ("--population", "2", "--generations", "1", "--songs", "1", "--notes", "12", "--seed", "7")
    cheap = ("--corpus", str(tunes), "--set", "epochs=3", "--set", "halving=3", "--judge", "none", "--name", "a")
    started = evolve("start", "--space", "small.yaml", *few, *cheap, folder=tmp_path)
    assert "halving=3: 4 of 6 stopped after 1/3 of their budget" in started.err
    evolve("rank", "a", "--order", "B > A", folder=tmp_path)
    (generation,) = evolve("report", "a", "--format", "json", folder=tmp_path).json["generations"]
    individuals = generation["individuals"]
    heard = [one for one in individuals if one["status"] == "evaluated"]
    stopped = [one for one in individuals if one["status"] == "stopped"]
    assert (len(heard), len(stopped)) == (2, 4)
    assert {one["metrics"]["epochs"] for one in heard} == {3}
    assert {one["metrics"]["epochs"] for one in stopped} == {1}
    assert [len(one["samples"]) for one in (*heard, *stopped)] == [1, 1, 0, 0, 0, 0]
    assert sorted(one["rank"] for one in heard) == [1, 2]
    assert not (tmp_path / "runs" / "a" / "checkpoints").exists()
