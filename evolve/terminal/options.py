"""Arguments and options that several commands share, and how the shell completes them."""

import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer

from evolve.shipped import shipped_files, shipped_spaces
from evolve.store.folders import find_run, newest_run, run_folders
from evolve.store.names import same_name

DEFAULT_LISTENER = "listener"
"""Who ranks when nobody says."""


def complete_space(incomplete: str) -> Iterator[str]:
    """Names of shipped spaces."""
    return (name for name in shipped_spaces() if name.startswith(incomplete))


def complete_run(incomplete: str) -> Iterator[str]:
    """Names of runs in the usual folder."""
    begun = same_name(incomplete)
    return (folder.name for folder in sorted(run_folders(Path("runs"))) if same_name(folder.name).startswith(begun))


def complete_cluster(incomplete: str) -> Iterator[str]:
    """Names of shipped cluster profiles."""
    return (name for name in shipped_files("cluster") if name.startswith(incomplete))


def run_folder(run: str | None, runs: Path) -> Path:
    """The folder of the run asked for, or of the newest."""
    return newest_run(runs) if run is None else find_run(run, runs)


def as_typed(reference: str, **options: str | Sequence[str] | None) -> str:
    """A run, and the options by name, as the next command has to be given them; those that are None are left out."""
    given = {name: value for name, value in options.items() if value is not None}
    if given.get("listener") == DEFAULT_LISTENER:
        del given["listener"]
    each = ((name, [value] if isinstance(value, str) else value) for name, value in given.items())
    return " ".join([reference, *(f"--{name} {shlex.quote(value)}" for name, values in each for value in values)])


Run = Annotated[
    str, typer.Argument(metavar="RUN", help="A run's name, or the path of its folder.", autocompletion=complete_run)
]
AnyRun = Annotated[
    str | None,
    typer.Argument(
        metavar="[RUN]", help="A run's name, or the path of its folder; the newest if left out.",
        autocompletion=complete_run, show_default=False,
    ),
]  # fmt: skip
Founders = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE", show_default=False,
        help="Begin with genomes of your own: a JSON list of objects with the values of their genes. They take the "
        "places of founders, those for whom there is none the places of later newcomers.",
    ),
]  # fmt: skip
Runs = Annotated[
    Path, typer.Option("--runs", metavar="FOLDER", help="The folder that holds the runs.", envvar="EVOLVE_RUNS")
]
ListenerOption = Annotated[
    str, typer.Option("--listener", metavar="NAME", help="Who ranks; each listener has blind letters of their own.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead, for programs.")]
Address = Annotated[
    str | None,
    typer.Option("--address", metavar="ADDR", help="Train on the Ray cluster at this address, such as 10.0.0.1:6379."),
]
Cluster = Annotated[
    str | None,
    typer.Option(
        "--cluster", metavar="FILE", autocompletion=complete_cluster,
        help="Train on a cluster that is acquired for each generation and released while you judge; FILE is a cluster "
        "profile, such as cluster/slurm.yaml, or a manifest for Kubernetes, such as cluster/kubernetes.yaml.",
    ),
]  # fmt: skip
Engine = Annotated[
    str,
    typer.Option(
        metavar="ray|tune", autocompletion=lambda: ["ray", "tune"],
        help="What runs the trials: warm workers on Ray, or Ray Tune, whose workers begin anew with each generation.",
    ),
]  # fmt: skip
Track = Annotated[
    list[str] | None,
    typer.Option(
        metavar="mlflow[:URI]|tensorboard[:DIR]|wandb[:PROJECT]|FILE.py:NAME", show_default=False,
        autocompletion=lambda: ["mlflow", "tensorboard", "wandb"],
        help="Keep the run in a tracker as well: individuals with their genes, losses, samples and ranks. Give it "
        "again for several. One that fails is told once; the run goes on.",
    ),
]  # fmt: skip
STDOUT = Path("-")
"""What `--output` means standard output by."""

Out = Annotated[
    Path | None,
    typer.Option("-o", "--output", metavar="PATH", help="Write there instead of printing; -: to standard output."),
]
