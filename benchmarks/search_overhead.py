"""Claims: 20 trials that do nothing cost less than with a bare ray.tune grid, and `--engine tune` begins as early.

What is left when nothing is trained is what a search costs besides its networks: starting, handing out, gathering,
recording. Nothing is read beforehand, as music would be. Each contender runs in a fresh process, from its first import
to its last result, two trials side by side:

* ours: a generation of a real run, every result in its store, on warm Ray workers;
* ours, tune: the same with `--engine tune`;
* ray.tune: ``Tuner(...).fit()`` over ``grid_search``, as its documentation begins, nothing recorded by us; once as it
  comes, once with ``reuse_actors=True``, as ours has it;
* keras_tuner.RandomSearch: one after the other in one process, as it comes; ``run_trial`` gives back a number.

On the clock, as a user waits: until the driver hears that the first trial has begun, and until all have ended. Workers
of Ray import no TensorFlow here, and keras_tuner has to.

    python -m benchmarks.search_overhead --trials 20 --rounds 5
"""

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any, Literal

from benchmarks.pairing import table

_OURS = ("ours", "ours, tune")
_PEERS = ("ray.tune", "ray.tune, reuse_actors", "keras_tuner.RandomSearch")


_DOMAIN = """
def evaluate(hp, trial):
    trial.sample({"text": "nothing"})
"""


def ours(trials: int, engine: Literal["ray", "tune"]) -> None:
    """A generation of trials that do nothing, of a domain that has nothing to read."""
    import evolve  # noqa: PLC0415 - each contender imports in a process of its own

    def listen(event: evolve.Event) -> None:
        if event.kind is evolve.EventKind.STARTED:
            tell_first()

    space = {"genes": {"number": {"type": "int", "min_value": 1, "max_value": 1000}}}
    with tempfile.TemporaryDirectory() as folder:
        domain = Path(folder, "nothing.py")
        domain.write_text(_DOMAIN)
        with evolve.Search(
            Path(folder, "run"), space, domain=f"{domain}:evaluate", engine=engine, on_event=listen, population=trials
        ) as search:
            generation = next(iter(search))
    assert len(generation.candidates) == trials


def ray_tune(trials: int, *, reuse: bool) -> None:
    """A grid of functions that report one number."""
    from ray import tune  # noqa: PLC0415 - a peer

    class First(tune.Callback):  # type: ignore[misc]  # Ray has no types
        def on_trial_start(self, **_: Any) -> None:  # noqa: ANN401
            tell_first()

    def nothing(_: dict[str, int]) -> None:
        tune.report({"score": 0.0})

    grid = {"number": tune.grid_search(list(range(trials)))}
    config = tune.TuneConfig(reuse_actors=True) if reuse else None
    storage = tune.RunConfig(storage_path=tempfile.mkdtemp(), verbose=0, callbacks=[First()])
    results = tune.Tuner(nothing, param_space=grid, tune_config=config, run_config=storage).fit()
    assert len(results) == trials


def random_search(trials: int) -> None:
    """A random search whose trials give back a number."""
    import keras_tuner  # noqa: PLC0415 - a peer

    class Nothing(keras_tuner.RandomSearch):  # type: ignore[misc]  # keras-tuner has no types
        def run_trial(self, *_: Any, **__: Any) -> float:  # noqa: ANN401
            tell_first()
            return 0.0

    def build(hp: Any) -> None:  # noqa: ANN401
        hp.Int("width", 8, 2048)

    tuner = Nothing(build, objective=keras_tuner.Objective("default_objective", "min"), max_trials=trials,
                    directory=tempfile.mkdtemp(), overwrite=True)  # fmt: skip
    tuner.search()
    assert len(tuner.oracle.trials) == trials


_FIRST = "first trial"
_told: list[str] = []


def tell_first() -> None:
    """Say once on standard output that the first trial has begun."""
    if not _told:
        _told.append(_FIRST)
        print(_FIRST, flush=True)


def wall_s(contender: str, trials: int) -> tuple[float, float]:
    """Seconds on the clock until the first trial begins in a fresh process, and until all have ended."""
    command = [sys.executable, "-m", "benchmarks.search_overhead", "--only", contender, "--trials", str(trials)]
    began = time.monotonic()
    first_s = 0.0
    with (
        tempfile.TemporaryFile("w+") as said,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=said, text=True) as process,  # noqa: S603 - this script
    ):
        assert process.stdout is not None
        for line in process.stdout:
            if line.strip() == _FIRST:
                first_s = time.monotonic() - began
        if process.wait():
            said.seek(0)
            raise SystemExit(f"{contender} failed:\n{said.read()[-2000:]}")
    return first_s, time.monotonic() - began


def run(contender: str, trials: int) -> None:
    """Run one contender in this process."""
    match contender:
        case "ours" | "ours, tune":
            ours(trials, "tune" if "tune" in contender else "ray")
        case "keras_tuner.RandomSearch":
            random_search(trials)
        case _:
            ray_tune(trials, reuse="reuse" in contender)


def main() -> None:
    """Run all contenders by turns and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", choices=(*_OURS, *_PEERS), help="run one contender here, and time nothing")
    options = parser.parse_args()
    if options.only:
        run(options.only, options.trials)
        return
    rounds = [{name: wall_s(name, options.trials) for name in (*_OURS, *_PEERS)} for _ in range(options.rounds)]
    rows = []
    for name in (*_OURS, *_PEERS):
        seconds = [f"{median(one[name][end] for one in rounds):.1f} s" for end in (0, 1)]
        ratios = [f"{median(one[name][end] / one[_PEERS[1]][end] for one in rounds):.2f} x" for end in (0, 1)]
        rows.append((name, *seconds, *ratios))
    heads = ("search", "first trial", f"all {options.trials}", "to bare Tune's first", "to bare Tune's end")
    print(f"medians of {len(rounds)} rounds by turns; bare Tune has reuse_actors=True")
    print(table(heads, rows))


if __name__ == "__main__":
    main()
