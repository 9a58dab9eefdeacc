"""What a look at a run or at a cluster has found, as checks."""

from collections.abc import Iterator, Mapping
from itertools import groupby

from evolve import __version__
from evolve.clusters.session import ClusterInspection
from evolve.domain_registry import domain_for
from evolve.errors import DamagedStoreError, SettingsError, SpaceError
from evolve.records.run import Json, RunRecord
from evolve.search.run_facts import core_of, settings_of, space_as_written
from evolve.store.examination import Examination
from evolve.terminal.checks import Check, State
from evolve.words import counted

MOST_SHOWN = 20
"""Findings that are told one by one."""

_SAME = "install the same versions there, so that a network trains alike wherever it does"


def run_checks(examination: Examination) -> Iterator[Check]:
    """What a look at a run folder has found, as checks."""
    copies = examination.copies
    refused = _refused(examination.run) if examination.run else ""
    if examination.is_whole and not refused:
        copied = f"; the newest of {counted(len(copies), 'copy', 'copies')} is of {copies[0].time}" if copies else ""
        yield Check("store", State.GOOD, f"intact{copied}")
        yield Check("files", State.GOOD, f"{counted(examination.files, 'is', 'are')} what was written")
    elif examination.is_damaged:
        times = ", ".join(copy.time for copy in copies)
        yield Check("copies", State.GOOD if copies else State.WARNING, f"of {times}" if copies else "there are none")
    if refused:
        yield Check("damage", State.BAD, refused, "begin a new run, or bring back a copy of the folder")
    shown = examination.findings[:MOST_SHOWN]
    for _, alike in groupby(shown, key=lambda finding: finding.advice):
        *others, last = alike
        for finding in others:
            yield Check("damage", State.BAD, finding.what, "")
        yield Check("damage", State.BAD, last.what, last.advice)
    if (more := len(examination.findings) - MOST_SHOWN) > 0:
        yield Check("damage", State.BAD, f"and {more:,} more", "--json tells them all")
    if examination.leftovers and not examination.is_worked_on:
        first, count = examination.leftovers[0], len(examination.leftovers)
        found = f"{counted(count, 'file is', 'files are')} left of writes that were cut off, such as {first}"
        yield Check("leftovers", State.WARNING, found, "they harm nothing, and may be deleted")
    at_work = "a process works on it now" if examination.is_worked_on else "nobody works on it now"
    yield Check("at work", State.GOOD, at_work)


def _refused(run: RunRecord) -> str:
    """Why the run cannot go on with what it was given; its domain's part is looked at where that is at hand."""
    try:
        if domain := domain_for(run):
            settings_of(run, domain)
            space_as_written(run, domain)
        else:
            core_of(run)
    except DamagedStoreError as error:
        return error.what
    except (SettingsError, SpaceError) as error:
        return str(error)
    return ""


def cluster_checks(inspection: ClusterInspection, *, own: Mapping[str, str]) -> Iterator[Check]:
    """What was seen of a cluster, as checks.

    Args:
        inspection: Its hosts, and those that are missing.
        own: Versions by library on this machine.
    """
    cpus, gpus = (sum(float(host[name]) for host in inspection.hosts) for name in ("cpus", "gpus"))
    hosts = counted(len(inspection.hosts), "host")
    yield Check("cluster", State.GOOD, f"{hosts}, {counted(cpus, 'core')} and {counted(gpus, 'GPU')} for training")
    for host in inspection.hosts:
        yield _host_check(host, own)
    for name, why in inspection.missing.items():
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
