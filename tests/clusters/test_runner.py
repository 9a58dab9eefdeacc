"""A run's side of a cluster: what is told is passed on once, and a lost cluster is made good by another."""

import dataclasses
from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from evolve.clusters import runner as runner_module
from evolve.clusters.channels.message import Message
from evolve.clusters.runner import FRUITLESS, ClusterRunner
from evolve.clusters.session import ClusterLostError, Session, Wish
from evolve.clusters.speech import finished
from evolve.errors import ExecutionError
from evolve.execution.contract import Phase, TrialProgress
from evolve.execution.material import Material
from evolve.genetics.individual import Individual
from evolve.store.records import TrialResult
from tests import troubles
from tests.execution.settings import Recorder, individual, small_config, small_material

pytestmark = pytest.mark.slow

STARTED, FINISHED, LOST = "started", "finished", "lost"


class PretendedSession:
    """A cluster that says what it was told to say, and is lost at the end of it."""

    def __init__(self, says: Sequence[Message], orders: int = 0) -> None:
        """It may have had orders before."""
        self._says, self.orders, self.place = deque(says), orders, "pretended"
        self.sent: list[Message] = []
        self.is_closed = False
        self.missing: dict[str, str] = {}

    def send(self, message: Message) -> None:
        """Remember it."""
        self.sent.append(message)
        self.orders += message.kind == "order"

    def receive(self, timeout_s: float) -> Message | None:
        """The next thing to say."""
        assert timeout_s
        if not self._says:
            raise ClusterLostError("job 1 was preempted")
        return self._says.popleft()

    def leave(self) -> None:
        """Nobody was to."""
        raise AssertionError

    def close(self, *, in_order: bool = True) -> None:
        """Remember that, and how."""
        self.is_closed, self.in_order = True, in_order


class Clusters:
    """A launcher of these sessions, one after the other."""

    def __init__(self, *sessions: PretendedSession) -> None:
        """In this order."""
        self._sessions = iter(sessions)

    def launch(self, wish: Wish) -> Session:
        """The next."""
        assert wish.name == "evolve-a-g0"
        return next(self._sessions)


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits between two clusters."""
    monkeypatch.setattr(runner_module, "_PAUSE_S", 0.0)


@pytest.fixture(scope="module")
def material(tunes: Path) -> Material:
    """What the trials work from."""
    return small_material(small_config(tunes))


@pytest.fixture
def four() -> list[Individual]:
    """Four of one size."""
    return [individual(f"g0-{slot}") for slot in range(1, 5)]


def started(*slots: int) -> Iterator[Message]:
    """These have begun."""
    return (Message("started", {"id": f"g0-{slot}"}) for slot in slots)


def ended(*slots: int) -> Iterator[Message]:
    """These have ended."""
    return (finished(TrialResult(f"g0-{slot}", {"slot": slot})) for slot in slots)


def run(tmp_path: Path, four: list[Individual], material: Material, *sessions: PretendedSession) -> Recorder:
    """What the observer is told of a run on these clusters; it refuses a second result of one individual."""
    recorder = Recorder()
    runner = ClusterRunner(Clusters(*sessions), Wish("a", tmp_path))
    try:
        runner.run(four, material, recorder)
    finally:
        runner.close()
    return recorder


def ordered(session: PretendedSession) -> list[list[str]]:
    """Whom each order to it was for."""
    return [[one["id"] for one in message.facts["individuals"]] for message in session.sent if message.kind == "order"]


def test_a_lost_cluster_is_made_good_for_what_is_missing(
    tmp_path: Path, four: list[Individual], material: Material
) -> None:
    """What had ended is kept, what ran is told as lost and begun again, and the lost cluster is let go."""
    first = PretendedSession([*started(1, 2), *ended(1), *started(3)])
    second = PretendedSession([*started(2, 3, 4), *ended(2, 3, 4)])
    recorder = run(tmp_path, four, material, first, second)
    assert ordered(first) == [["g0-1", "g0-2", "g0-3", "g0-4"]]
    assert ordered(second) == [["g0-2", "g0-3", "g0-4"]]
    assert recorder.lost == [("g0-2", "job 1 was preempted"), ("g0-3", "job 1 was preempted")]
    assert sorted(recorder.results) == ["g0-1", "g0-2", "g0-3", "g0-4"]
    assert (first.is_closed, second.is_closed) == (True, True)


def test_clusters_that_do_nothing_are_not_asked_for_without_end(
    tmp_path: Path, four: list[Individual], material: Material
) -> None:
    """Three in a row that train nobody are a mistake that somebody has to mend."""
    sessions = [PretendedSession([*started(1)]) for _ in range(FRUITLESS)]
    with pytest.raises(ExecutionError, match=r"3 clusters in a row were lost .* job 1 was preempted") as refusal:
        run(tmp_path, four, material, *sessions)
    troubles.told("jobs-in-vain", str(refusal.value))


def test_clusters_that_each_do_something_are_asked_for_again(
    tmp_path: Path, four: list[Individual], material: Material
) -> None:
    """However often jobs hit their time limit, the generation goes on."""
    sessions = [PretendedSession([*started(slot), *ended(slot)]) for slot in (1, 2, 3, 4)]
    assert len(run(tmp_path, four, material, *sessions).results) == 4


def test_trainings_that_get_further_on_each_cluster_are_gone_on_with(
    tmp_path: Path, four: list[Individual], material: Material
) -> None:
    """Networks that take longer than a job may are trained all the same, from checkpoint to checkpoint."""

    def reached(epoch: int) -> Message:
        return Message("progressed", {**dataclasses.asdict(TrialProgress("g0-1", Phase.TRAINING)), "epoch": epoch})

    sessions = [PretendedSession([*started(1), reached(epoch)]) for epoch in range(1, 6)]
    last = PretendedSession([*started(1, 2, 3, 4), *ended(1, 2, 3, 4)])
    assert len(run(tmp_path, four, material, *sessions, last).results) == 4
    stuck = [PretendedSession([*started(1), reached(2)]) for _ in range(FRUITLESS + 1)]
    with pytest.raises(ExecutionError, match="clusters in a row"):
        run(tmp_path, four, material, *stuck)


def test_a_cluster_that_works_already_is_listened_to(
    tmp_path: Path, four: list[Individual], material: Material
) -> None:
    """Nothing is ordered twice by a run that comes back; what it has kept already is not heard again."""
    back = PretendedSession([*ended(1, 1, 2), *started(9), *ended(9), *started(3), *ended(3, 4)], orders=1)
    recorder = run(tmp_path, four, material, back)
    assert sorted(recorder.results) == ["g0-1", "g0-2", "g0-3", "g0-4"]
    assert recorder.started == ["g0-1", "g0-2", "g0-3", "g0-4"]  # each once, though the first were begun before
    assert ordered(back) == []


def test_who_was_not_in_the_order_that_was_found_is_ordered_after_it(
    tmp_path: Path, four: list[Individual], material: Material
) -> None:
    """Such as one that took a failed one's place meanwhile; the ends of older orders are not waited for twice."""
    back = PretendedSession(
        [*ended(1, 2), Message("done", {"order": 1}), *ended(3), Message("done", {"order": 2}), *ended(4)], orders=2
    )
    run(tmp_path, four, material, back)
    assert ordered(back) == [["g0-4"]]


def test_a_cluster_that_refuses_is_not_asked_again(tmp_path: Path, four: list[Individual], material: Material) -> None:
    """It is the user who has to mend something."""
    session = PretendedSession([Message("refused", {"why": "a trial asks for 2 gpu(s) but the machine has 1"})])
    with pytest.raises(ExecutionError, match=r"2 gpu\(s\)"):
        run(tmp_path, four, material, session)
    assert session.is_closed
