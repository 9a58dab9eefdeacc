"""What a test bed needs of the machine: Linux, root, programs, and leave to make namespaces."""

import os
import shutil
import subprocess
import sys
from functools import cache

HOSTS = ("ip", "nsenter", "unshare", "setpriv", "ss")
SSH = ("/usr/sbin/sshd", "ssh", "ssh-keygen")
SLURM = ("munged", "slurmctld", "slurmd", "sbatch", "scontrol")


def missing(programs: tuple[str, ...]) -> str | None:
    """Why a bed that needs these programs cannot be made here, or None when it can."""
    if sys.platform != "linux":
        return "hosts are made of Linux's namespaces"
    if os.geteuid() != 0:
        return "only root may make hosts"
    absent = [program for program in programs if not shutil.which(program)]
    return f"not installed: {', '.join(absent)}" if absent else _no_namespaces()


@cache
def _no_namespaces() -> str | None:
    """Why no namespaces can be made, tried once."""
    spaces = ("--net", "--mount", "--pid", "--uts", "--ipc", "--fork", "--mount-proc")
    tried = subprocess.run(
        ["unshare", *spaces, "mount", "-t", "tmpfs", "tmpfs", "/tmp"],  # noqa: S108 - in a view of the files of its own
        capture_output=True,
        text=True,
        check=False,
    )
    return f"no namespaces can be made here: {tried.stderr.strip()}" if tried.returncode else None
