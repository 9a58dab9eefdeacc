"""Claim: running 20 trials that do nothing costs less than with a bare ray.tune grid.

What is left when nothing is trained is what a search costs besides its networks: starting, handing out, gathering,
recording. Each contender runs in a fresh process, from its first import to its last result, two trials side by side:

* ours: a generation of a real run, every result in its store, on warm Ray workers;
* ray.tune: ``Tuner(...).fit()`` over ``grid_search``, as its documentation begins, nothing recorded by us; once as it
  comes, once with ``reuse_actors=True``;
* keras_tuner.RandomSearch: one after the other in one process, as it comes; ``run_trial`` gives back a number.

On the clock, as a user waits. Workers of Ray import no TensorFlow here, and keras_tuner has to.

    python -m benchmarks.search_overhead --trials 20 --rounds 5
"""

import argparse
import subprocess
import sys
import tempfile
import time
from statistics import median
from typing import Any

from benchmarks.pairing import table

_PEERS = ("ray.tune", "ray.tune, reuse_actors", "keras_tuner.RandomSearch")


def ours(trials: int) -> None:
    """A generation of trials that do nothing."""
    from benchmarks.driver_growth import Timing  # noqa: PLC0415 - each contender imports in a process of its own
    from benchmarks.pretended import TRIAL, new_run  # noqa: PLC0415
    from evolve.execution.ray_execution import RayExecution  # noqa: PLC0415
    from evolve.search.steps import advance  # noqa: PLC0415

    watcher = Timing()
    with new_run(trials) as store, RayExecution(trial=TRIAL) as execution:
        advance(store, execution, watcher, None, listener="nobody")
    assert len(watcher.at_s) == trials


def ray_tune(trials: int, *, reuse: bool) -> None:
    """A grid of functions that report one number."""
    from ray import tune  # noqa: PLC0415 - a peer

    def nothing(_: dict[str, int]) -> None:
        tune.report({"score": 0.0})

    grid = {"number": tune.grid_search(list(range(trials)))}
    config = tune.TuneConfig(reuse_actors=True) if reuse else None
    storage = tune.RunConfig(storage_path=tempfile.mkdtemp(), verbose=0)
    results = tune.Tuner(nothing, param_space=grid, tune_config=config, run_config=storage).fit()
    assert len(results) == trials


def random_search(trials: int) -> None:
    """A random search whose trials give back a number."""
    import keras_tuner  # noqa: PLC0415 - a peer

    class Nothing(keras_tuner.RandomSearch):  # type: ignore[misc]  # keras-tuner has no types
        def run_trial(self, *_: Any, **__: Any) -> float:  # noqa: ANN401
            return 0.0

    def build(hp: Any) -> None:  # noqa: ANN401
        hp.Int("width", 8, 2048)

    tuner = Nothing(build, objective=keras_tuner.Objective("default_objective", "min"), max_trials=trials,
                    directory=tempfile.mkdtemp(), overwrite=True)  # fmt: skip
    tuner.search()
    assert len(tuner.oracle.trials) == trials


def wall_s(contender: str, trials: int) -> float:
    """Seconds on the clock of a fresh process that runs one contender."""
    command = [sys.executable, "-m", "benchmarks.search_overhead", "--only", contender, "--trials", str(trials)]
    began = time.monotonic()
    ended = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - this very script
    if ended.returncode:
        raise SystemExit(f"{contender} failed:\n{ended.stderr[-2000:]}")
    return time.monotonic() - began


def run(contender: str, trials: int) -> None:
    """Run one contender in this process."""
    match contender:
        case "ours":
            ours(trials)
        case "keras_tuner.RandomSearch":
            random_search(trials)
        case _:
            ray_tune(trials, reuse="reuse" in contender)


def main() -> None:
    """Run all contenders by turns and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", choices=("ours", *_PEERS), help="run one contender here, and time nothing")
    options = parser.parse_args()
    if options.only:
        run(options.only, options.trials)
        return
    rounds = [{name: wall_s(name, options.trials) for name in ("ours", *_PEERS)} for _ in range(options.rounds)]
    rows = [
        (
            f"{median(one['ours'] for one in rounds):.1f} s",
            f"{peer}: {median(one[peer] for one in rounds):.1f} s",
            f"{median(one[peer] / one['ours'] for one in rounds):.1f} x",
            str(len(rounds)),
        )
        for peer in _PEERS
    ]
    print(table((f"ours, {options.trials} trials", "peer", "ratio", "rounds"), rows))


if __name__ == "__main__":
    main()
