"""How often a trial is begun that does not end, and what is told of it."""

from collections import Counter, deque
from pathlib import Path

from evolve.execution.checkpoints import checkpoint_path
from evolve.execution.round import ATTEMPTS, HOSTS, Round
from tests.execution.settings import Recorder
from tests.execution.strange_trials import strange


def begun(round_: Round) -> bool:
    """Begin the first in line, if anybody waits."""
    if not round_.waiting:
        return False
    round_.begun[round_.waiting.popleft().id] += 1
    return True


def of_one(recorder: Recorder, checkpoints: Path | None = None) -> Round:
    """A round of one trial."""
    return Round(deque([strange(1)]), None, recorder, Counter(), 60.0, frozenset(), checkpoints)


def test_a_trial_whose_processes_die_is_given_up() -> None:
    """After the third, with the reason."""
    recorder = Recorder()
    round_ = of_one(recorder)
    while begun(round_):
        round_.try_again(strange(1), "died or was killed", ATTEMPTS)
    assert recorder.lost == [("g0-1", "its process died or was killed")] * (ATTEMPTS - 1)
    assert recorder.results["g0-1"].failure == "its process died or was killed 3 times"


def test_lost_hosts_do_not_count_as_deaths_of_its_own() -> None:
    """Nodes that others take away are nobody's fault: a trial that lost five may still lose two processes."""
    recorder = Recorder()
    round_ = of_one(recorder)
    for _ in range(5):
        assert begun(round_)
        round_.try_elsewhere(strange(1))
    for _ in range(ATTEMPTS - 1):
        assert begun(round_)
        round_.try_again(strange(1), "died or was killed", ATTEMPTS)
    assert recorder.results == {}
    assert begun(round_)


def test_a_trial_that_takes_every_host_down_is_given_up_in_the_end() -> None:
    """It may be what ends them, say by filling their memory."""
    recorder = Recorder()
    round_ = of_one(recorder)
    while begun(round_):
        round_.try_elsewhere(strange(1))
    assert len(recorder.lost) == HOSTS - 1
    assert recorder.results["g0-1"].failure == f"its host was lost {HOSTS} times"


def test_the_last_attempt_does_without_the_checkpoint(tmp_path: Path) -> None:
    """It may be what ends each process; before, it is what saves the work of the one that died."""
    round_ = of_one(Recorder(), tmp_path)
    checkpoint = checkpoint_path(tmp_path, "g0-1")
    checkpoint.parent.mkdir(parents=True, exist_ok=True)
    checkpoint.write_bytes(b"half a network")
    is_there = []
    while begun(round_):
        is_there.append(checkpoint.exists())
        round_.try_again(strange(1), "died or was killed", ATTEMPTS)
    assert is_there == [True] * (ATTEMPTS - 1) + [False]
