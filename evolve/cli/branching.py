"""`evolve branch`: a new run that begins with ancestors from another."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evolve.cli.running import options_given
from evolve.cli.sources import BuildOption, OwnCode, given_sources
from evolve.terminal.console import note
from evolve.terminal.options import AsJson, Run, Runs, as_typed, run_folder
from evolve.words import counted, listed

if TYPE_CHECKING:
    from evolve.records.run import RunRecord


def branch(
    run: Run,
    more: Annotated[
        list[str] | None, typer.Argument(metavar="INDIVIDUAL", help="More ancestors.", show_default=False)
    ] = None,
    ancestors: Annotated[
        list[str] | None,
        typer.Option(
            "--from", metavar="INDIVIDUAL", show_default=False,
            help="An individual to begin with, of any ranked generation, such as g2-3; of several, the first is the "
            "likeliest to become a parent. Unset: the newest champion.",
        ),
    ] = None,
    name: Annotated[
        str | None, typer.Option(metavar="RUN2", help="What to call the new run; unset: after the old one.")
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", show_default=False, help="A setting that is another, such as "
                     "exploration=0.8; all others are those of the old run."),
    ] = None,
    seed: Annotated[int | None, typer.Option(help="For other children. [default: the old run's]")] = None,
    generations: Annotated[
        int | None, typer.Option(help="Generations to judge. [default: as many as the old run has]")
    ] = None,
    domain: OwnCode = None,
    build: BuildOption = None,
    json_: AsJson = False,
    runs: Runs = Path("runs"),
) -> None:  # fmt: skip
    """Go back: begin a new run with individuals of an old one.

    They are its first members as they were, with their samples, and are judged again beside children of theirs, which
    fill the generation. What was learned from, and the opening of all songs, stays what it was.

    The old run is not changed. Nothing is trained yet: evolve resume goes on with the new run.

    \b
    Examples:
      evolve branch quick-1 --from g2-3
      evolve branch quick-1 --from g0-4 g2-3 --name wilder --set exploration=0.9
      evolve branch quick-1 --from g2-3 --seed 8 --generations 3 --json
    """
    from evolve.search.branching import branch as branch_off
    from evolve.search.branching import branch_folder
    from evolve.store.run_store import RunStore

    given = options_given({"seed": seed, "generations": generations}, settings or [])
    with RunStore(run_folder(run, runs), read_only=True) as store:
        record = store.read()
        sources = given_sources(record, domain, build)
        folder = branch_folder(store, runs, name)
        with branch_off(store, [*(ancestors or ()), *(more or ())], folder, given, sources=sources) as made:
            _tell(made.read(), folder, f"evolve resume {as_typed(made.paths.reference, **sources.options)}", json_)


def _tell(run: "RunRecord", folder: Path, command: str, as_json: bool) -> None:  # noqa: FBT001 - an option's value
    """What the new run begins with, and how to go on."""
    (generation,) = run.generations
    born = [name for name in generation.members if name not in run.ancestors]
    if as_json:
        founders = [{"id": name, "was": before} for name, before in run.ancestors.items()]
        document = {
            "run": run.name,
            "folder": str(folder),
            "branched_from": run.branched["run"],
            "founders": founders,
            "children": born,
            "command": command,
        }
        typer.echo(json.dumps(document, indent=2, ensure_ascii=False))
    else:
        founders_told = listed([f"{before} (here {name})" for name, before in run.ancestors.items()])
        children = f", and {counted(len(born), 'child', 'children')} of theirs" if born else ""
        typer.echo(f"{run.name} begins with {founders_told} of {run.branched['run']}{children}")
    note(f"go on: {command}")
