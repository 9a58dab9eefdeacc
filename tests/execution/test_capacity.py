"""What a cluster has room for while its machines come and go; the cluster is made up."""

from collections.abc import Sequence

import pytest

from evolve.execution.slots import Demand, Layout, Node

pytestmark = pytest.mark.slow

PLAIN, GPU, SMALL = Node("plain", 2.0), Node("gpu", 8.0, 1.0), Node("small", 8.0, 1.0)
CARDS = {"gpu": 40_000.0, "small": 8_000.0, "strange": None}


class Cluster:
    """Machines in slot of Ray's."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *nodes: Node) -> None:
        """These, until others come."""
        from evolve.execution import capacity  # noqa: PLC0415 - imports Ray

        self.nodes = nodes
        self.asked: list[str] = []
        monkeypatch.setattr(capacity, "LOOK_ROUND_S", 0.0)
        monkeypatch.setattr(capacity, "nodes", lambda: self.nodes)
        monkeypatch.setattr(capacity, "cards_mb", self._cards_mb)
        self.capacity = capacity.Capacity

    def _cards_mb(self, nodes: Sequence[Node]) -> dict[str, float | None]:
        names = [node.id for node in nodes if node.gpus]
        self.asked += names
        return {name: CARDS[name] for name in names}


def test_a_gpu_that_joins_changes_the_places(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was anybody's slot is one for small networks from then on, until the GPU leaves."""
    cluster = Cluster(monkeypatch, PLAIN)
    capacity = cluster.capacity(Demand(1.0))
    assert capacity.layout() == Layout(0.0, 2)
    cluster.nodes = (PLAIN, GPU)
    assert capacity.layout() == Layout(1.0, 1, ("plain", "plain"))
    cluster.nodes = (PLAIN,)
    assert capacity.layout() == Layout(0.0, 2)
    assert cluster.asked == []  # nobody wants to know their memory
    assert capacity.sharing is None


def test_a_cluster_is_not_asked_all_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every five seconds."""
    cluster = Cluster(monkeypatch, PLAIN)
    monkeypatch.setattr("evolve.execution.capacity.LOOK_ROUND_S", 1000.0)
    capacity = cluster.capacity(Demand(1.0))
    assert capacity.layout() == Layout(0.0, 2)
    cluster.nodes = (GPU,)
    assert capacity.layout() == Layout(0.0, 2)


def test_shares_wait_for_the_networks_where_there_are_gpus(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without GPUs there is nothing to share; a GPU is asked for its memory once."""
    cluster = Cluster(monkeypatch, PLAIN)
    capacity = cluster.capacity(Demand(1.0, "fit"))
    assert capacity.layout() == Layout(0.0, 2)
    cluster.nodes = (PLAIN, GPU)
    assert capacity.layout() is None
    capacity.fit(10_000.0, trials=9)
    assert capacity.layout() == Layout(0.25, 4, ("plain", "plain"))
    assert cluster.asked == ["gpu"]
    assert capacity.sharing == "4 trials share a GPU: the largest trial takes 10.0 of 40.0 GB"


def test_a_share_changes_only_when_it_must_or_when_that_helps(monkeypatch: pytest.MonkeyPatch) -> None:
    """It would cost warm workers: larger networks need more, and many small ones find slots on smaller shares."""
    cluster = Cluster(monkeypatch, GPU)
    capacity = cluster.capacity(Demand(1.0, "fit"))
    shares = []
    for largest_mb, trials in ((10_000.0, 8), (5_000.0, 4), (5_000.0, 6), (3_000.0, 99), (20_000.0, 1), (50_000.0, 1)):
        capacity.fit(largest_mb, trials)
        layout = capacity.layout()
        assert layout is not None
        shares.append(layout.gpus)
    # For 3 GB each, 13 would fit, but eight cores hold eight already.
    assert shares == [0.25, 0.25, 0.125, 0.125, 0.5, 1.0]
    assert capacity.sharing == "one trial a GPU: the largest trial takes 50.0 of 40.0 GB"


def test_a_smaller_gpu_that_joins_makes_shares_larger(monkeypatch: pytest.MonkeyPatch) -> None:
    """The largest network must fit on any; a machine that cannot tell has one trial a GPU, and so have all."""
    cluster = Cluster(monkeypatch, PLAIN)
    capacity = cluster.capacity(Demand(1.0, "fit"))
    capacity.fit(4_000.0, trials=50)
    cluster.nodes = (PLAIN, GPU)
    assert capacity.layout() == Layout(0.1, 8, ("plain", "plain"))
    cluster.nodes = (GPU, SMALL)
    assert capacity.layout() == Layout(0.5, 4)
    cluster.nodes = (GPU, Node("strange", 8.0, 1.0))
    assert capacity.layout() == Layout(1.0, 2)
    assert (
        capacity.sharing
        == "a machine cannot tell the memory of its GPU: each trial has a GPU to itself (gpus_per_trial)"
    )
