"""A cluster: is it to be had, what does each host give, and does it fit what runs here?"""

from collections.abc import Iterator, Mapping

from evolve import __version__
from evolve.clusters.look import Sight
from evolve.doctor.check import Check, State
from evolve.store.records import Json
from evolve.words import counted


def cluster_checks(sight: Sight, *, own: Mapping[str, str]) -> Iterator[Check]:
    """What was seen of a cluster, as checks.

    Args:
        sight: Its hosts, and those that are missing.
        own: Versions by library on this machine.
    """
    cpus, gpus = (sum(float(host[name]) for host in sight.hosts) for name in ("cpus", "gpus"))
    hosts = counted(len(sight.hosts), "host")
    yield Check("cluster", State.GOOD, f"{hosts}, {counted(cpus, 'core')} and {counted(gpus, 'GPU')} for training")
    for host in sight.hosts:
        yield _host_check(host, own)
    for name, why in sight.missing.items():
        yield Check(name, State.WARNING, f"is missing: {why}", "see to it; until then runs train without it")


def _host_check(host: Mapping[str, Json], own: Mapping[str, str]) -> Check:
    name = str(host["host"])
    parts = counted(host["cpus"], "core"), counted(host["gpus"], "GPU")
    given = f"{', '.join(parts)}, {host['memory_gb']:g} GB at {host['address']}"
    if problem := host.get("problem"):
        return Check(name, State.BAD, f"{given}; {problem}", "see whether the host is well")
    cards = ", ".join(map(str, host["cards"]))
    found = f"{given}{f' ({cards})' if cards else ''}"
    versions = host["versions"]
    differs = [f"{what} {versions.get(what)}" for what, version in own.items() if versions.get(what) != version]
    if differs:
        here = ", ".join(f"{what} {version}" for what, version in own.items() if versions.get(what) != version)
        return Check(name, State.WARNING, f"{found}; it has {', '.join(differs)}, this machine {here}", _SAME)
    if host["cpus"] > host["cores"]:
        advice = "see cpus in the profile: trainings would wait for each other"
        return Check(name, State.WARNING, f"{found}; it has {counted(host['cores'], 'core')}", advice)
    if host["gpus"] and not cards:
        advice = "see whether nvidia-smi works there; without a driver, networks train on cores"
        return Check(name, State.WARNING, f"{found}; no driver there sees a card", advice)
    if not host["gpus"] and cards:
        return Check(
            name, State.WARNING, f"{found}; none of its cards is given for training", "see gpus in the profile"
        )
    return Check(name, State.GOOD, f"{found}; evolve {__version__}, TensorFlow {versions.get('tensorflow')}")


_SAME = "install the same versions there, so that a network trains alike wherever it does"
