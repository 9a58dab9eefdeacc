"""SLURM's own programs as small scripts in a folder: they write down what they are asked, and answer from a file."""

import json
import os
from pathlib import Path

_ASKED = """#!/bin/sh
echo "$(basename "$0") $*" >> "$(dirname "$0")/asked"
"""

_SBATCH = f"""{_ASKED}
test -e "$(dirname "$0")/refusal" && cat "$(dirname "$0")/refusal" >&2 && exit 1
echo 4711
"""

_SQUEUE = f"""{_ASKED}
cat "$(dirname "$0")/states" && exit 0
echo "slurm_load_jobs error: Invalid job id specified" >&2
exit 1
"""


class StandInSlurm:
    """What a run finds on its PATH.

    Attributes:
        folder: Of the programs.
    """

    def __init__(self, folder: Path) -> None:
        """Its jobs are all taken, and nothing is known of them."""
        self.folder = folder
        folder.mkdir()
        for name, text in (("sbatch", _SBATCH), ("squeue", _SQUEUE), ("scancel", _ASKED)):
            (folder / name).write_text(text)
            (folder / name).chmod(0o755)

    @property
    def path(self) -> str:
        """A PATH with them in front."""
        return f"{self.folder}{os.pathsep}{os.environ['PATH']}"

    def is_in(self, state: str, reason: str = "None", nodes: str = "") -> None:
        """From now on the job is in this state."""
        (self.folder / "states").write_text(f"{state}|{reason}|{nodes}\n")

    def refuses(self, why: str) -> None:
        """From now on no job is taken."""
        (self.folder / "refusal").write_text(f"{why}\n")

    @property
    def asked(self) -> list[str]:
        """What the programs were asked, in order."""
        path = self.folder / "asked"
        return path.read_text().splitlines() if path.exists() else []


def settings_in(folder: Path) -> dict[str, object]:
    """What the hosts of a job are told."""
    told: dict[str, object] = json.loads((folder / "host.json").read_text())
    return told
