"""Two hosts of one Ray cluster, both on this machine; what they see and do is printed as JSON.

A program of its own: how Ray asks for tokens is settled in a process when Ray is imported.
"""

import json
import os
import stat
import sys
import tempfile
from pathlib import Path

from evolve.execution.ray_execution import RayExecution
from evolve.execution.ray_node import address_towards, new_token, ray_node
from evolve.execution.resources import Resources
from evolve.execution.tune_options import TuneOptions
from tests.execution.settings import Recorder, small_material, small_settings
from tests.execution.strange_trials import RUN, outcome, strange


def main(tunes: Path) -> None:
    """Start them, run three trials on them, look at them, and run three more on Ray Tune."""
    material = small_material(small_settings(tunes))
    own, token = address_towards(None), new_token()
    small, large = (Resources(cpus=cpus, gpus=0, memory_mb=3_000) for cpus in (1, 2))
    recorder = Recorder()
    with ray_node(own, token, small, threads=1) as head:
        secret = Path(os.environ["RAY_AUTH_TOKEN_PATH"])
        is_secret = stat.S_IMODE(secret.stat().st_mode) == 0o600 and secret.read_text() == token
        with (
            ray_node(own, token, large, threads=1, head=head.address) as member,
            RayExecution(head.address, trial=RUN, nodes=2, is_prepared=True) as execution,
            execution() as runner,
        ):
            from evolve.execution.ray_hosts import hosts_of_cluster  # noqa: PLC0415 - imports Ray: nodes first

            hosts = hosts_of_cluster()
            runner.run([strange(slot) for slot in (1, 2, 3)], material, recorder)
            is_up = not member.has_ended
            execution.let_go()
            with tempfile.TemporaryDirectory() as folder:
                tuned = outcome(
                    RayExecution(head.address, trial=RUN, nodes=2, is_prepared=True, tune=TuneOptions()),
                    [strange(slot, f"meet 3 {folder}") for slot in (4, 5, 6)],
                    material,
                )
    places = {result.metrics["node"] for result in tuned.results.values() if result.failure is None}
    seen = {"hosts": hosts, "ended": sorted(recorder.results), "is_up": is_up, "is_secret": is_secret}
    seen |= {"tuned": sorted(tuned.results), "places": len(places)}
    json.dump(seen | {"is_left": secret.exists()}, sys.stdout)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
