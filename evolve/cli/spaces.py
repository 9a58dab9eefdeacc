"""`evolve space check` and `evolve space from`: search spaces, before they cost time."""

import json
import math
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from evolve.cli.sources import BuildOption, DomainOption, space_of_file
from evolve.errors import EvolveError, RunError, SpaceError, printable
from evolve.terminal.console import console, note
from evolve.terminal.options import STDOUT, AsJson, Out, Runs, complete_run, complete_space, run_folder
from evolve.words import counted, listed, worded

if TYPE_CHECKING:
    from evolve.genetics.space import SearchSpace
    from evolve.presentation import Presentation
    from evolve.report.gene_effects import GeneEffects
    from evolve.search.chosen_space import ChosenSpace

_SAMPLES = 5

space = typer.Typer(help="Look at search spaces, and make them.", no_args_is_help=True, rich_markup_mode=None)


@space.callback()
def _space() -> None:
    """Look at search spaces, and make them."""


@space.command("check")
def check_space(
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="A YAML file, or a shipped space.", autocompletion=complete_space)
    ],
    seed: Annotated[int, typer.Option(min=0, help="Draws other samples.")] = 0,
    run: Annotated[
        str | None,
        typer.Option(
            "--run", metavar="RUN", autocompletion=complete_run, show_default=False,
            help="A run with these genes, by name or folder: tells which of them move which facts of its samples.",
        ),
    ] = None,
    domain: DomainOption = None,
    build: BuildOption = None,
    runs: Runs = Path("runs"),
    json_: AsJson = False,
) -> None:  # fmt: skip
    """Check a search space: its genes, how many genomes it holds, and five samples.

    A mistake is told by file, line and key, with what is allowed and the nearest valid spelling.

    With --run it is told instead which genes move which facts of samples, as rank correlations over the individuals of
    that run. Genes that go together in its families cannot be told apart.

    \b
    Examples:
      evolve space check lstm.yaml
      evolve space check my-space.yaml --json
      evolve space check quick.yaml --run quick-1
      evolve space check my-space.yaml --domain mine.py:evaluate
    """
    from evolve.randomness import derive_rng
    from evolve.search.halving import check_halving
    from evolve.search.inheritance import check_inheritance
    from evolve.settings import settle

    chosen = space_of_file(file, domain, build)
    if run is not None:
        _tell_gene_effects(chosen, run_folder(run, runs), as_json=json_)
        return
    settled = settle(chosen.given, chosen.domain.settings, chosen.domain.presentation.screening)
    check_halving(chosen.domain, settled.core, chosen.file.space.size)
    check_inheritance(chosen.domain, settled.core)
    meant = settled.dump()
    told = {key: meant[key] for key, _, _ in chosen.file.settings}
    known = chosen.file.space.with_groups(())  # nothing is prepared here, so nobody knows the groups of shares
    count = _SAMPLES if known.genes else 0
    samples = [known.sample(derive_rng(seed, "check", index)).as_dict() for index in range(count)]
    if json_:
        document = _space_document(chosen.name, chosen.file.space, told, samples)
        typer.echo(json.dumps(document, indent=2, ensure_ascii=False))
        return
    _print_space(chosen, samples)
    if told:
        typer.echo("settings: " + ", ".join(f"{key} {printable(_meant(value))}" for key, value in told.items()))


@space.command("from")
def space_from_build(
    build: Annotated[str, typer.Argument(metavar="FILE.py:NAME", help="A function build(hp) as keras-tuner calls it.")],
    output: Out = None,
) -> None:
    """Print the search space that a build function asks for, as YAML.

    The function is called with each hyperparameter's choices in turn, so that what is asked for under a condition is
    found too; what it returns is not used.

    \b
    Examples:
      evolve space from mine.py:build
      evolve space from mine.py:build -o my-space.yaml
    """
    from evolve.spaces import space_from
    from evolve.store.files import check_file_can_be_written, write_target
    from evolve.user_code import read_code, told_with_place

    if output is not None and output != STDOUT:
        check_file_can_be_written(output)
    read_code(build)
    try:
        text = space_from(build).text
    except EvolveError:
        raise
    except Exception as error:
        raise SpaceError(f"{build}: {told_with_place(error)}") from error
    if output is None or output == STDOUT:
        typer.echo(text, nl=False)
        return
    write_target(output, text.encode())
    note(f"written: {output}")


def _print_space(chosen: "ChosenSpace", samples: list[dict[str, Any]]) -> None:
    from rich.table import Table

    from evolve.spaces import value_in_words, values_in_words

    space, known = chosen.file.space, chosen.domain.genes or {}
    table = Table("gene", "type", "values", "what it is", box=None, pad_edge=False, header_style="bold")
    table.columns[-1].header = "what it is" if known else ""
    for gene in space.genes:
        told = known[gene.name].help if gene.name in known else ""
        table.add_row(gene.name, gene.kind.value, values_in_words(gene), told)
    out = console(highlight=False, markup=False)
    if space.description:
        out.print(printable(f"{chosen.name}: {' '.join(space.description.split())}"))
    out.print(table)
    out.print(f"size: {_size(space)}")
    shares = listed([gene.name for gene in space.genes if gene.kind == "shares"])
    out.print(f"{len(samples)} samples{shares and f', without {shares}, whose groups only a run knows'}:")
    changing = [gene.name for gene in space.genes if not gene.is_fixed]
    for sample in samples:
        genes = [f"{key} {value_in_words(value)}" for key, value in sample.items() if key in changing or not changing]
        out.print("  " + ", ".join(genes), soft_wrap=True)


def _meant(value: str | float | list[str] | None) -> str:
    """The value of a setting, as it may be written."""
    from evolve.spaces import value_in_words

    match value:
        case None:
            return "unset"
        case list():
            return " + ".join(value)
        case float():
            return str(int(value) if value.is_integer() else value)
        case _:
            return value_in_words(value)


def _size(space: "SearchSpace") -> str:
    if space.size < math.inf:
        return counted(space.size, "genome")
    names = space.continuous_genes
    return f"infinitely many genomes: {listed(names)} {worded(len(names), 'is', 'are')} continuous"


def _space_document(name: str, space: "SearchSpace", settings: dict[str, Any], samples: list[dict[str, Any]]) -> Any:  # noqa: ANN401
    import dataclasses

    return {
        "name": name,
        "description": space.description,
        "genes": [dataclasses.asdict(gene) for gene in space.genes],
        "size": None if space.size == math.inf else int(space.size),
        "continuous": list(space.continuous_genes),
        "settings": settings,
        "samples": samples,
    }


def _tell_gene_effects(chosen: "ChosenSpace", folder: Path, *, as_json: bool) -> None:
    """Print what the genes of a run did, which must be those of the space."""
    from evolve.domain_registry import presentation_for
    from evolve.report.gene_effects import gene_effects
    from evolve.store.run_store import RunStore

    with RunStore(folder, read_only=True) as store:
        run = store.look()
    effects, presentation, name = gene_effects(run), presentation_for(run), chosen.name
    genes = {gene.name for gene in chosen.file.space.genes}
    if others := [gene for gene in effects.varying if gene not in genes]:
        its_own = printable(str(folder / "space.yaml"))
        raise SpaceError(f"{name}: it has not all genes of {run.name}, such as {others[0]}; its own space is {its_own}")
    if not effects.individuals:
        raise RunError(
            f"no {presentation.maker_word} of {run.name} has {presentation.sample_word}s to tell its genes by; "
            f"they are made by evolve resume {run.reference}"
        )
    unused = sorted(genes - {*effects.varying, *effects.fixed})
    if as_json:
        document = {"run": run.name, "space": name, **effects.to_json(), "not_in_run": unused}
        typer.echo(json.dumps(document, indent=2, ensure_ascii=False))
        return
    _print_effects(effects, unused, presentation)


def _print_effects(effects: "GeneEffects", unused: list[str], presentation: "Presentation") -> None:
    from evolve.report.wording import Phrases

    out = console(highlight=False, markup=False)
    maker = presentation.maker_word
    out.print(
        f"{counted(effects.individuals, maker)} with {counted(effects.samples, presentation.sample_word)} each: rank "
        f"correlations of genes with the means of {maker}s, -1 to 1"
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
    out.print(_what_can_be_seen(effects, maker))


def _what_can_be_seen(effects: "GeneEffects", maker: str) -> str:
    """How many it takes, and what the intervals are."""
    seen = effects.smallest_clear
    now = f"tell {seen:.2f} and more from chance" if seen else "are too few to tell anything from chance"
    return (
        f"{counted(effects.individuals, maker)} {now}; a correlation of 0.5 takes "
        f"{effects.individuals_for_half:,} to be told. All intervals hold at once in 19 runs of 20."
    )
