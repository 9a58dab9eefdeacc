"""A run's side of a cluster: events are passed on once, and a lost cluster is replaced by another."""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from evolve.clusters import cluster_execution
from evolve.clusters.channels.message import Message
from evolve.clusters.cluster_execution import FRUITLESS, ClusterRunner
from evolve.clusters.session import ClusterLostError, ClusterRequest, Session
from evolve.clusters.speech import forwarding
from evolve.errors import ExecutionError
from evolve.execution.run_material import RunMaterial
from evolve.records.events import Event, EventKind, Progress
from evolve.records.individual import Individual
from evolve.records.run import TrialResult
from tests import troubles
from tests.execution.settings import Recorder, individual, small_material, small_settings

pytestmark = pytest.mark.slow


class PretendedSession:
    """A cluster that says what it was told to say, and is lost at the end of it."""

    def __init__(self, says: Sequence[Message], jobs_sent: int = 0) -> None:
        """It may have been sent jobs before."""
        self._says, self.jobs_sent, self.status = deque(says), jobs_sent, "pretended"
        self.sent: list[Message] = []
        self.is_closed = False
        self.missing: dict[str, str] = {}

    def send(self, message: Message) -> None:
        """Remember it."""
        self.sent.append(message)
        self.jobs_sent += message.kind == "job"

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

    def launch(self, request: ClusterRequest) -> Session:
        """The next."""
        assert request.name == "evolve-a-g0"
        return next(self._sessions)


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits between two clusters."""
    monkeypatch.setattr(cluster_execution, "_PAUSE_S", 0.0)


@pytest.fixture(scope="module")
def material(tunes: Path) -> RunMaterial:
    """What the trials work from."""
    return small_material(small_settings(tunes))


@pytest.fixture
def four() -> list[Individual]:
    """Four of one size."""
    return [individual(f"g0-{slot}") for slot in range(1, 5)]


def told(*events: Event) -> Iterator[Message]:
    """The events as a cluster forwards them."""
    sent: list[Message] = []
    for event in events:
        forwarding(sent.append)(event)
    return iter(sent)


def started(*slots: int) -> Iterator[Message]:
    """These have begun."""
    return told(*(Event(EventKind.STARTED, f"g0-{slot}") for slot in slots))


def ended(*slots: int) -> Iterator[Message]:
    """These have ended."""
    results = (TrialResult(f"g0-{slot}", {"slot": slot}) for slot in slots)
    return told(*(Event(EventKind.FINISHED, result.individual_id, result=result) for result in results))


def run(tmp_path: Path, four: list[Individual], material: RunMaterial, *sessions: PretendedSession) -> Recorder:
    """What the observer is told of a run on these clusters; it refuses a second result of one individual."""
    recorder = Recorder()
    runner = ClusterRunner(Clusters(*sessions), ClusterRequest("a", tmp_path))
    try:
        runner.run(four, material, recorder)
    finally:
        runner.close()
    return recorder


def jobs_of(session: PretendedSession) -> list[list[str]]:
    """Whom each job that it was sent was for."""
    return [[one["id"] for one in message.facts["individuals"]] for message in session.sent if message.kind == "job"]


def test_a_lost_cluster_is_replaced_for_what_is_missing(
    tmp_path: Path, four: list[Individual], material: RunMaterial
) -> None:
    """What had ended is kept, what ran is told as lost and begun again, and the lost cluster is released."""
    first = PretendedSession([*started(1, 2), *ended(1), *started(3)])
    second = PretendedSession([*started(2, 3, 4), *ended(2, 3, 4)])
    recorder = run(tmp_path, four, material, first, second)
    assert jobs_of(first) == [["g0-1", "g0-2", "g0-3", "g0-4"]]
    assert jobs_of(second) == [["g0-2", "g0-3", "g0-4"]]
    assert recorder.lost == [("g0-2", "job 1 was preempted"), ("g0-3", "job 1 was preempted")]
    assert sorted(recorder.results) == ["g0-1", "g0-2", "g0-3", "g0-4"]
    assert (first.is_closed, second.is_closed) == (True, True)


def test_clusters_that_do_nothing_are_not_asked_for_without_end(
    tmp_path: Path, four: list[Individual], material: RunMaterial
) -> None:
    """Three in a row that train nobody are a mistake that somebody has to mend."""
    sessions = [PretendedSession([*started(1)]) for _ in range(FRUITLESS)]
    with pytest.raises(ExecutionError, match=r"3 clusters in a row were lost .* job 1 was preempted") as refusal:
        run(tmp_path, four, material, *sessions)
    troubles.told("jobs-in-vain", str(refusal.value))


def test_clusters_that_each_do_something_are_asked_for_again(
    tmp_path: Path, four: list[Individual], material: RunMaterial
) -> None:
    """However often jobs hit their time limit, the generation goes on."""
    sessions = [PretendedSession([*started(slot), *ended(slot)]) for slot in (1, 2, 3, 4)]
    assert len(run(tmp_path, four, material, *sessions).results) == 4


def test_trainings_that_get_further_on_each_cluster_are_gone_on_with(
    tmp_path: Path, four: list[Individual], material: RunMaterial
) -> None:
    """Networks that take longer than a job may are trained all the same, from checkpoint to checkpoint."""

    def reached(epoch: int) -> Iterator[Message]:
        return told(Event(EventKind.PROGRESSED, "g0-1", progress=Progress("training", epoch, 9)))

    sessions = [PretendedSession([*started(1), *reached(epoch)]) for epoch in range(1, 6)]
    last = PretendedSession([*started(1, 2, 3, 4), *ended(1, 2, 3, 4)])
    assert len(run(tmp_path, four, material, *sessions, last).results) == 4
    stuck = [PretendedSession([*started(1), *reached(2)]) for _ in range(FRUITLESS + 1)]
    with pytest.raises(ExecutionError, match="clusters in a row"):
        run(tmp_path, four, material, *stuck)


def test_a_cluster_that_works_already_is_listened_to(
    tmp_path: Path, four: list[Individual], material: RunMaterial
) -> None:
    """No job is sent twice by a run that comes back; what it has kept already is not heard again."""
    back = PretendedSession([*ended(1, 1, 2), *started(9), *ended(9), *started(3), *ended(3, 4)], jobs_sent=1)
    recorder = run(tmp_path, four, material, back)
    assert sorted(recorder.results) == ["g0-1", "g0-2", "g0-3", "g0-4"]
    assert recorder.started == ["g0-1", "g0-2", "g0-3", "g0-4"]  # each once, though the first were begun before
    assert jobs_of(back) == []


def test_who_was_not_in_the_job_that_was_found_is_sent_after_it(
    tmp_path: Path, four: list[Individual], material: RunMaterial
) -> None:
    """Such as one that took a failed one's place meanwhile; the ends of older jobs are not waited for twice."""
    back = PretendedSession(
        [*ended(1, 2), Message("done", {"number": 1}), *ended(3), Message("done", {"number": 2}), *ended(4)],
        jobs_sent=2,
    )
    run(tmp_path, four, material, back)
    assert jobs_of(back) == [["g0-4"]]


def test_a_trial_that_has_paused_is_not_taken_for_one_that_has_ended(
    tmp_path: Path, four: list[Individual], material: RunMaterial
) -> None:
    """A cluster that is found again says once more what its job before the rung has said."""
    paused = (TrialResult(f"g0-{slot}", {"slot": slot}, is_paused=True) for slot in (1, 2, 3, 4))
    before = [*told(*(Event(EventKind.FINISHED, one.individual_id, result=one) for one in paused))]
    back = PretendedSession([*before, Message("done", {"number": 1}), *ended(1, 2, 3, 4)], jobs_sent=1)
    recorder = run(tmp_path, four, material, back)
    assert not any(result.is_paused for result in recorder.results.values())
    assert jobs_of(back) == [["g0-1", "g0-2", "g0-3", "g0-4"]]
    at_rung = run(tmp_path, four, replace(material, rung=0.5), PretendedSession(before))
    assert all(result.is_paused for result in at_rung.results.values())


def test_a_trial_that_has_paused_does_not_run_where_a_cluster_is_lost(
    tmp_path: Path, four: list[Individual], material: RunMaterial
) -> None:
    """What was said of it before the rung began nothing that could be lost."""
    begun = [Event(EventKind.STARTED, "g0-1"), Event(EventKind.PROGRESSED, "g0-1", progress=Progress("training", 1, 2))]
    paused = Event(EventKind.FINISHED, "g0-1", result=TrialResult("g0-1", {}, is_paused=True))
    lost = PretendedSession([*told(*begun, paused)], jobs_sent=1)
    recorder = run(tmp_path, four, material, lost, PretendedSession([*ended(1, 2, 3, 4)]))
    assert recorder.lost == []


def test_a_cluster_that_refuses_is_not_asked_again(
    tmp_path: Path, four: list[Individual], material: RunMaterial
) -> None:
    """It is the user who has to mend something."""
    session = PretendedSession([Message("refused", {"why": "a trial asks for 2 gpu(s) but the machine has 1"})])
    with pytest.raises(ExecutionError, match=r"2 gpu\(s\)"):
        run(tmp_path, four, material, session)
    assert session.is_closed
