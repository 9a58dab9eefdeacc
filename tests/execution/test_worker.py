"""A worker's own side, without Ray: what it says while a trial runs."""

import os
import sys
import time
from pathlib import Path
from types import ModuleType

import psutil
import pytest

from evolve.execution import worker as module
from evolve.execution.run_material import DomainSource, RunMaterial
from evolve.execution.worker import RUN_TRIAL, Alive, Ended, Ready, Worker
from evolve.network.process_memory import GpuShare, share_held
from evolve.records.events import Progress
from tests.execution.settings import small_material, small_settings
from tests.execution.strange_trials import RUN, strange
from tests.troubles import told

PLENTY_MB = 1e6


@pytest.fixture(scope="module")
def material(tunes: Path) -> RunMaterial:
    """What the trials work from."""
    return small_material(small_settings(tunes))


def said(does: str, material: RunMaterial, most_mb: float = PLENTY_MB) -> list[object]:
    """Everything that a worker says of one trial."""
    return list(Worker(RUN, most_mb).run(strange(1, does), material))


def test_a_worker_tells_who_and_where_it_is() -> None:
    """So that its process can be ended for certain by whoever is on the same machine."""
    assert Worker(RUN, PLENTY_MB).is_ready() == Ready(os.getpid(), psutil.Process().create_time())


@pytest.mark.parametrize(
    ("gpus", "card", "held", "seen"),
    [
        (0.25, 16_000.0, GpuShare(0.25, 16_000.0), None),
        (0.25, None, None, None),
        (1.0, 16_000.0, None, None),
        (0.0, 16_000.0, None, "-1"),
        (None, 16_000.0, None, None),
    ],
)
def test_a_worker_is_held_to_its_share_of_a_gpu(
    gpus: float | None, card: float | None, held: GpuShare | None, seen: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the memory of the GPU can be told; a whole one is its own, and without any it sees none."""
    monkeypatch.setattr(os, "environ", {name: os.environ[name] for name in os.environ if "CUDA" not in name})
    monkeypatch.setattr(module, "card_mb", lambda: card)
    monkeypatch.setitem(sys.modules, "evolve.domains.music.trial", ModuleType("trial"))  # no TensorFlow is needed here
    Worker(RUN_TRIAL, PLENTY_MB, gpus, domain=DomainSource("music"))
    assert share_held() == held
    assert os.environ.get("CUDA_VISIBLE_DEVICES") == seen
    assert os.environ["TF_FORCE_GPU_ALLOW_GROWTH"] == "true"


def test_signs_that_only_repeat_the_one_before_are_not_sent(material: RunMaterial) -> None:
    """Ten a second would be, from each of many workers."""
    news, ended = said("live 1", material)
    assert news == Progress("training", 1, 1, 3.0)
    assert isinstance(ended, Ended)
    assert not ended.is_spent
    assert ended.memory_mb > 50


def test_a_trial_without_news_still_tells_that_its_process_lives(
    material: RunMaterial, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With how long the trial itself has been silent: long where it gives no sign, hardly at all where it does."""
    monkeypatch.setattr(module, "BEAT_S", 0.5)
    silent = [sign.unresponsive_s for sign in said("sleep 2.2", material) if isinstance(sign, Alive)]
    assert len(silent) >= 2
    assert silent == sorted(silent)
    assert silent[-1] > 1
    lively = [sign.unresponsive_s for sign in said("live 2", material) if isinstance(sign, Alive)]
    assert lively
    assert max(lively) < 1


def test_a_trial_that_takes_too_much_ends_its_worker(material: RunMaterial) -> None:
    """It says so before the machine has to; its process is not used again."""
    for does in ("sleep 30", "chat 30"):  # also one that has news ten times a second
        *_, ended = said(does, material, most_mb=10.0)
        assert isinstance(ended, Ended)
        assert ended.is_spent
        told("worker-memory", str(ended.result.failure))


@pytest.mark.parametrize("hidden", ["pandas", "matplotlib", "jax"])
def test_what_no_trial_uses_can_be_imported_afterwards(hidden: str) -> None:
    """It is hidden from Keras alone, while trials are imported."""
    known = hidden in sys.modules
    Worker(RUN, PLENTY_MB)
    assert (hidden in sys.modules) is known


def test_a_trial_that_raises_is_told_by_its_last_line(material: RunMaterial) -> None:
    """Even one that tries to end the process."""
    began = time.monotonic()
    *_, ended = said("raise", material)
    assert isinstance(ended, Ended)
    assert ended.result.failure == "SystemExit: a library that ends the process"
    assert time.monotonic() - began < 30


def test_what_a_trial_prints_is_not_seen(material: RunMaterial, capsys: pytest.CaptureFixture[str]) -> None:
    """It would tear the progress board apart."""
    *_, ended = said("print", material)
    assert isinstance(ended, Ended)
    assert ended.result.failure is None
    assert capsys.readouterr().out == ""
