"""A program that has trials run in a job of SLURM's, until somebody ends it: `FOLDER TUNES`."""

import sys
from pathlib import Path

from evolve.clusters.cluster_execution import ClusterExecution
from evolve.clusters.profile import SlurmProfile
from evolve.clusters.session import ClusterRequest
from evolve.clusters.slurm.launcher import SlurmLauncher
from tests.execution.settings import Recorder, small_material, small_settings
from tests.execution.strange_trials import RUN, strange

ROOT = Path(__file__).parents[2]


def run(folder: Path, tunes: Path) -> Recorder:
    """Run six short trials on one node, two side by side; what was told of them."""
    profile = SlurmProfile(kind="slurm", cpus_per_node=2, setup=f"cd {ROOT}", time="20")
    recorder = Recorder()
    request = ClusterRequest("interrupted", folder, gpus=0, trial=RUN)
    with ClusterExecution(SlurmLauncher(profile), request) as execution, execution() as runner:
        runner.run([strange(slot, "live 5") for slot in range(1, 7)], small_material(small_settings(tunes)), recorder)
    return recorder


if __name__ == "__main__":
    run(Path(sys.argv[1]), Path(sys.argv[2]))
