"""What SLURM is given to run: the script of a job, and the command that starts a host's side on each of its nodes."""

import re
import shlex
import sys
from collections.abc import Iterator, Mapping

from evolve.clusters.profile import SlurmProfile
from evolve.clusters.slurm.job_folder import JobFolder


def script(profile: SlurmProfile, job: JobFolder, name: str) -> str:
    """The batch script of a job.

    It is not put back into the queue by SLURM itself: the run asks for another, for what is still missing. A node that
    fails does not end the job, whose other nodes go on.
    """
    options = [
        f"--job-name={name}",
        "--no-requeue",
        "--no-kill",
        f"--nodes={profile.nodes}",
        f"--ntasks={profile.nodes}",
        "--ntasks-per-node=1",
        *_resources(profile),
        *(f"--{key}={value}" for key, value in _accounting(profile)),
        *profile.options,
    ]
    lines = [
        "#!/bin/bash",
        *(f"#SBATCH {option}" for option in options),
        "# Written by evolve for one generation; nothing of it is needed afterwards.",
        *(["set -e", profile.setup.rstrip()] if profile.setup.strip() else []),
        f"exec {shlex.join(step_command(profile, job))}",
    ]
    return "\n".join(lines) + "\n"


def of_allocation(profile: SlurmProfile, environ: Mapping[str, str]) -> SlurmProfile:
    """The profile for a step that takes all of the allocation in which it is typed.

    Args:
        profile: As the user has it.
        environ: Of the allocation's shell, where SLURM tells what it has (salloc(1), OUTPUT ENVIRONMENT VARIABLES).
    """
    nodes = environ.get("SLURM_JOB_NUM_NODES", "")
    cpus = [
        int(count) for count in re.findall(r"(\d+)(?:\(x\d+\))?(?:,|$)", environ.get("SLURM_JOB_CPUS_PER_NODE", ""))
    ]
    granted = {
        "nodes": int(nodes) if nodes.isdecimal() else profile.nodes,
        "cpus_per_node": min(cpus, default=None),
        "gpus_per_node": 0,
        "memory_per_node": None,
    }
    return profile.model_copy(update=granted)


def step_command(profile: SlurmProfile, job: JobFolder) -> list[str]:
    """Starts a host's side on each node of a job, or of the allocation in which it is typed."""
    nodes = [f"--nodes={profile.nodes}", f"--ntasks={profile.nodes}", "--ntasks-per-node=1"]
    python = profile.python or sys.executable
    program = [python, "-u", "-m", "evolve.clusters.node", "--folder", str(job.folder.absolute())]
    return ["srun", *nodes, "--no-kill", "--kill-on-bad-exit=0", *_resources(profile), *program]


def _resources(profile: SlurmProfile) -> Iterator[str]:
    if profile.cpus_per_node is not None:
        yield f"--cpus-per-task={profile.cpus_per_node}"
    if profile.gpus_per_node:
        yield f"--gres=gpu:{profile.gpus_per_node}"
    if profile.memory_per_node is not None:
        yield f"--mem={profile.memory_per_node}"


def _accounting(profile: SlurmProfile) -> Iterator[tuple[str, str]]:
    for key in ("time", "partition", "account", "qos"):
        if (value := getattr(profile, key)) is not None:
            yield key, value
