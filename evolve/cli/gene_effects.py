"""`evolve space check SPACE --run RUN`: which genes of a run moved which facts of its songs."""

import json
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from evolve.cli.console import console
from evolve.errors import RunError, SpaceError, printable
from evolve.words import counted

if TYPE_CHECKING:
    from evolve.genetics.space import SearchSpace
    from evolve.report.gene_effects import GeneEffects


def tell_gene_effects(name: str, space: "SearchSpace", folder: Path, *, as_json: bool) -> None:
    """Print what the genes of a run did, which must be those of the space.

    Args:
        name: Of the space.
        space: Whose genes they are.
        folder: The run's.
        as_json: Whether for programs.

    Raises:
        RunError: Its networks have no silent songs.
        SpaceError: Its individuals have genes that the space has not.
    """
    from evolve.report.gene_effects import gene_effects
    from evolve.store.run_store import RunStore

    with RunStore(folder, read_only=True) as store:
        run = store.look()
    effects = gene_effects(run)
    genes = {gene.name for gene in space.genes}
    if others := [gene for gene in effects.varying if gene not in genes]:
        its_own = printable(str(folder / "space.yaml"))
        raise SpaceError(f"{name}: it has not all genes of {run.name}, such as {others[0]}; its own space is {its_own}")
    if not effects.networks:
        raise RunError(
            f"no network of {run.name} has silent songs to tell its genes by; they are composed when networks are "
            f"trained, by evolve resume {run.reference} or in a new run"
        )
    unused = sorted(genes - {*effects.varying, *effects.fixed})
    if as_json:
        document = {"run": run.name, "space": name, **effects.to_json(), "not_in_run": unused}
        typer.echo(json.dumps(document, indent=2, ensure_ascii=False))
        return
    _print(effects, unused)


def _print(effects: "GeneEffects", unused: list[str]) -> None:
    from evolve.report.story.phrases import Phrases

    out = console(highlight=False, markup=False)
    out.print(
        f"{counted(effects.networks, 'network')} with {counted(effects.songs, 'song')} each: rank correlations "
        f"of genes with the networks' means, -1 to 1"
    )
    strongest_first = list(dict.fromkeys(one.mover for one in effects.clear))
    by_mover = sorted(effects.clear, key=lambda one: strongest_first.index(one.mover))
    for mover, some in groupby(by_mover, key=lambda one: one.mover):
        first, *more = (one.in_words for one in some)
        out.print(Phrases([f"{mover}: {first}", *more], joint=", ", hang=2))
    for label, genes in (
        ("no clear effect", effects.unclear), ("the same in all", effects.fixed), ("not in the run", unused),
    ):  # fmt: skip
        if genes:
            out.print(Phrases([f"{label}: {genes[0]}", *genes[1:]], joint=", ", hang=2))
    out.print(_what_can_be_seen(effects))


def _what_can_be_seen(effects: "GeneEffects") -> str:
    """How many networks it takes, and what the intervals are."""
    seen = effects.smallest_clear
    now = f"tell {seen:.2f} and more from chance" if seen else "are too few to tell anything from chance"
    return (
        f"{counted(effects.networks, 'network')} {now}; a correlation of 0.5 takes "
        f"{effects.networks_for_half:,} to be told. All intervals hold at once in 19 runs of 20."
    )
