"""This machine: is everything here that a run of any domain needs?"""

import contextlib
import importlib.metadata
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import psutil

from evolve import __version__
from evolve.environment import BACKEND, backend, was_set_aside
from evolve.errors import EvolveError, RunError
from evolve.judging.player import PLAYER_VARIABLE, player_command
from evolve.search.evaluation import MIN_FREE_MB
from evolve.store.files import check_folder_can_be_written
from evolve.terminal.checks import Check, Look, State
from evolve.words import counted

TIGHT_DISK_MB: Final = 2_000
"""Below this much room a few generations fill the disk: an individual takes about 2 to 60 MB."""

TIGHT_MEMORY_MB: Final = 4_000
"""Below this much memory two trainings side by side, 1 GB each with Ray's own, are tight."""

LEAST_MEMORY_MB: Final = 1_500
TIGHT_SHARED_MB: Final = 200
"""Of shared memory, through which samples and networks come from the workers; containers often have 64 MB."""

LIBRARY_LIMIT_S: Final = 180.0

_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "::ffff:127.0.0.1"})

_LOOK_AT_TENSORFLOW = """
import json, sys
import tensorflow
devices = [device.name for device in tensorflow.config.list_physical_devices("GPU")]
print(json.dumps({"version": tensorflow.__version__, "gpus": devices}))
"""


def machine_checks(runs: Path, of_domains: Iterable[Look] = (), *, thoroughly: bool = True) -> Iterator[Look]:
    """What is looked at, in order: what it is called, and the look itself.

    Args:
        runs: The folder in which runs are kept.
        of_domains: What the installed domains need beside.
        thoroughly: Whether TensorFlow is imported and Ray started, which takes half a minute; the rest takes a second.
    """
    yield "evolve", _evolve
    yield "Python", _python
    yield "memory", _memory
    yield "disk", lambda: _disk("disk", runs, "choose another folder for runs with --runs")
    yield "temporary files", lambda: _disk("temporary files", Path(tempfile.gettempdir()), "set TMPDIR to another disk")
    yield "shared memory", _shared_memory
    yield "audio player", _player
    yield "token", _token
    yield "environment", _environment
    yield from of_domains
    if thoroughly:
        yield "TensorFlow", _tensorflow
        yield "Ray", _ray


def _evolve() -> Check:
    return Check("evolve", State.GOOD, f"{__version__} in {Path(__file__).parents[1]}")


def _python() -> Check:
    found = f"{platform.python_version()} on {platform.system()} {platform.machine()}"
    return Check("Python", State.GOOD, found)


def _memory() -> Check:
    memory = psutil.virtual_memory()
    total_mb, free_mb = memory.total / 1e6, memory.available / 1e6
    found = f"{total_mb / 1000:.1f} GB, {free_mb / 1000:.1f} GB of it free; {counted(_cores(), 'core')}"
    if free_mb < LEAST_MEMORY_MB:
        return Check("memory", State.BAD, found, "end other programs: a training alone takes about 1 GB")
    if free_mb < TIGHT_MEMORY_MB:
        return Check(
            "memory", State.WARNING, found, "train one network at a time: --set cpus_per_trial=" + str(_cores())
        )
    return Check("memory", State.GOOD, found)


def _disk(name: str, folder: Path, otherwise: str) -> Check:
    there = next(place for place in (folder.absolute(), *folder.absolute().parents) if place.is_dir())
    free_mb = shutil.disk_usage(there).free / 1e6
    found = f"{free_mb / 1000:,.1f} GB free in {folder}"
    try:
        check_folder_can_be_written(there)
    except RunError:
        return Check(name, State.BAD, f"{there} cannot be written to", f"{otherwise}, or mend its rights")
    if free_mb < MIN_FREE_MB:
        return Check(name, State.BAD, found, f"make room, {MIN_FREE_MB} MB at least, or {otherwise}")
    if free_mb < TIGHT_DISK_MB:
        return Check(name, State.WARNING, found, f"make room soon, or {otherwise}")
    return Check(name, State.GOOD, found)


def _shared_memory() -> Check:
    place = Path("/dev/shm")  # noqa: S108 - the system's own, looked at only
    if not place.is_dir():
        return Check("shared memory", State.GOOD, "as much as there is memory")
    total_mb = shutil.disk_usage(place).total / 1e6
    if total_mb < TIGHT_SHARED_MB:
        advice = "Ray will use files instead, which is slow; in a container: --shm-size=2g"
        return Check("shared memory", State.WARNING, f"{total_mb:.0f} MB", advice)
    return Check("shared memory", State.GOOD, f"{total_mb / 1000:.1f} GB")


def _player() -> Check:
    command = player_command(Path("sample.ogg"), os.environ)
    if command:
        return Check("audio player", State.GOOD, command[0])
    silenced = PLAYER_VARIABLE in os.environ
    found = f"none: {PLAYER_VARIABLE} is empty" if silenced else "none for OGG files"
    advice = "install mpv, ffplay or sox to hear sound while you rank; without one the path of each file is shown"
    return Check("audio player", State.WARNING, found, advice)


def _token() -> Check:
    """Makes the folder that Ray and its token would have, and takes it away again."""
    from evolve.execution.ray_home import new_folder  # noqa: PLC0415 - brings psutil

    try:
        folder = new_folder()
    except EvolveError as error:
        return Check("token", State.BAD, str(error), "set TMPDIR")
    folder.rmdir()
    return Check("token", State.GOOD, f"made anew for each Ray, in a folder in {folder.parent} that only you can enter")


def _environment() -> Check:
    """What a shell has set that decides, or would decide, how networks learn."""
    try:
        chosen = backend(os.environ)
    except EvolveError as error:
        return Check("environment", State.BAD, str(error), f"unset {BACKEND}")
    aside = was_set_aside()
    others = f"; set aside, since how networks learn is evolve's to say: {', '.join(aside)}" if aside else ""
    return Check("environment", State.GOOD, f"networks are computed with {chosen}{others}")


def _tensorflow() -> Check:
    """Imported in a process of its own: on some processors it does not fail but crash."""
    try:
        seen = _asked(_LOOK_AT_TENSORFLOW)
    except EvolveError as error:
        return Check("TensorFlow", State.BAD, str(error), "reinstall evolve, with [gpu] where there is an NVIDIA GPU")
    gpus = seen["gpus"]
    seen_gpus = f"{counted(len(gpus), 'GPU')} seen" if gpus else "no GPU seen: trains on the CPU"
    found = f"{seen['version']}, {seen_gpus}"
    if not gpus and shutil.which("nvidia-smi"):
        advice = "there is an NVIDIA driver: install evolve with pip install '.[gpu]'"
        return Check("TensorFlow", State.WARNING, found, advice)
    return Check("TensorFlow", State.GOOD, found)


def _ray() -> Check:
    from evolve.execution.ray_execution import RayExecution  # noqa: PLC0415 - brings threads and, in the end, Ray

    began = time.monotonic()
    try:
        with RayExecution() as execution, execution():
            took_s = time.monotonic() - began
            elsewhere = sorted(_addresses_of_children() - _LOOPBACK)
    except (EvolveError, OSError) as error:
        advice = "see whether memory and temporary files are well, then try again: a busy machine may need a second try"
        return Check("Ray", State.BAD, f"does not start: {_line(error)}", advice)
    if elsewhere:
        found = f"starts in {took_s:.0f} s, and listens on {', '.join(elsewhere)}"
        return Check("Ray", State.WARNING, found, "others on the network can reach it, and need its token")
    return Check("Ray", State.GOOD, f"starts in {took_s:.0f} s, listens on this machine alone")


def own_versions() -> dict[str, str]:
    """What must be the same on every host that trains, as this machine has it."""
    libraries = {name: importlib.metadata.version(name) for name in ("ray", "tensorflow", "keras")}
    return {"evolve": __version__, "python": platform.python_version(), **libraries}


def _addresses_of_children() -> set[str]:
    """Where the processes listen that this one has started."""
    addresses = set()
    for process in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.Error):
            addresses |= {one.laddr.ip for one in process.net_connections("inet") if one.status == psutil.CONN_LISTEN}
    return addresses


def _asked(program: str) -> Mapping[str, Any]:
    """What a small program prints as JSON on its last line; `EvolveError` when it crashes or takes too long."""
    try:
        answer = subprocess.run(  # noqa: S603 - our own interpreter, our own program
            [sys.executable, "-P", "-c", program], capture_output=True, text=True, timeout=LIBRARY_LIMIT_S, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise EvolveError(f"takes longer than {LIBRARY_LIMIT_S:g} s to import") from error
    if answer.returncode < 0:
        raise EvolveError(f"crashes when it is imported (signal {-answer.returncode})")
    if answer.returncode or not answer.stdout.strip():
        last = (answer.stderr.strip().splitlines() or ["it says nothing"])[-1]
        raise EvolveError(f"cannot be imported: {last}")
    seen: Mapping[str, Any] = json.loads(answer.stdout.strip().splitlines()[-1])
    return seen


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _line(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__
