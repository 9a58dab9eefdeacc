"""`evolve space check` and `evolve corpus check`: looking at what goes in, before it costs time."""

import json
import math
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from evolve.cli.options import AsJson, complete_corpus, complete_space, find_space
from evolve.errors import printable

if TYPE_CHECKING:
    from evolve.genetics.gene import Gene
    from evolve.genetics.space import SearchSpace

_SAMPLES = 5
_NAMED = 6
"""Files that are named for one reason to skip them."""

space = typer.Typer(help="Look at search spaces.", no_args_is_help=True, rich_markup_mode=None)
corpus = typer.Typer(help="Look at what networks learn from.", no_args_is_help=True, rich_markup_mode=None)


@space.callback()
def _space() -> None:
    """Look at search spaces."""


@corpus.callback()
def _corpus() -> None:
    """Look at what networks learn from."""


@space.command("check")
def check_space(
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="A YAML file, or a shipped space.", autocompletion=complete_space)
    ],
    seed: Annotated[int, typer.Option(min=0, help="Draws other samples.")] = 0,
    json_: AsJson = False,
) -> None:
    """Check a search space: its genes, how many genomes it holds, and five samples.

    A mistake is told by file, line and key, with what is allowed and the nearest valid spelling.

    \b
    Examples:
      evolve space check lstm.yaml
      evolve space check my-space.yaml --json
    """
    from evolve.cli.given import space_given
    from evolve.config import settle
    from evolve.genetics.space_file import parse_space
    from evolve.network.genes import GENES
    from evolve.randomness import derive_rng

    name, text = find_space(file)
    parsed = parse_space(text, name, GENES)
    settle(space_given(name, parsed.settings))
    samples = [parsed.space.sample(derive_rng(seed, "check", index)).as_dict() for index in range(_SAMPLES)]
    if json_:
        typer.echo(json.dumps(_space_document(name, parsed.space, parsed.settings, samples), indent=2))
        return
    _print_space(name, parsed.space, samples)
    if parsed.settings:
        typer.echo("settings: " + ", ".join(f"{key} {printable(_plain(value))}" for key, value, _ in parsed.settings))


@corpus.command("check")
def check_corpus(
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar="NAME|FOLDER...", help="bach-chorales, fiddle-tunes, folders or files; several are mixed.",
            autocompletion=complete_corpus,
        ),
    ],
    tracks: Annotated[
        str, typer.Option(help="What is learned: piano, or roles such as melody+bass, as with --set tracks=.")
    ] = "piano",
    json_: AsJson = False,
) -> None:  # fmt: skip
    """Check a corpus: pieces, notes, tracks, symbols, durations, and what is skipped and why.

    \b
    Examples:
      evolve corpus check bach-chorales
      evolve corpus check my-midi/ --tracks melody+bass
      evolve corpus check my-midi/ --json
    """
    from evolve.cli.progress import watching
    from evolve.config import Given, settle
    from evolve.music.corpus import read_corpus
    from evolve.music.corpus_facts import corpus_facts

    config = settle([Given("tracks", tracks, "--tracks")])
    with watching() as observer:
        read = read_corpus(tuple(sources), roles=config.roles, on_progress=observer.corpus_read)
    facts = corpus_facts(read)
    if json_:
        typer.echo(json.dumps(facts, indent=2, ensure_ascii=False))
        return
    _print_corpus(facts)


def _print_space(name: str, space: "SearchSpace", samples: list[dict[str, Any]]) -> None:
    from rich.console import Console
    from rich.table import Table

    from evolve.network.genes import GENES

    table = Table("gene", "type", "values", "what it is", box=None, pad_edge=False, header_style="bold")
    for gene in space.genes:
        table.add_row(gene.name, gene.kind.value, _values(gene), GENES[gene.name].help)
    console = Console(highlight=False)
    if space.description:
        console.print(printable(f"{name}: {' '.join(space.description.split())}"), markup=False)
    console.print(table)
    console.print(f"size: {_size(space)}", markup=False)
    console.print(f"{len(samples)} samples:", markup=False)
    changing = [gene.name for gene in space.genes if not gene.is_fixed]
    for sample in samples:
        genes = [f"{key} {_plain(value)}" for key, value in sample.items() if key in changing or not changing]
        console.print("  " + ", ".join(genes), markup=False, soft_wrap=True)


def _values(gene: "Gene") -> str:
    condition = ""
    if gene.parent_name is not None:
        condition = f" (with {gene.parent_name} {' or '.join(str(value) for value in gene.parent_values)})"
    if not gene.is_numeric:
        return ", ".join(_plain(value) for value in gene.values) + condition
    if gene.is_point:
        return f"{gene.min_value:g}{condition}"
    scale = ", log" if gene.sampling == "log" else ""
    step = "" if gene.step is None else f", {'×' if scale else 'step '}{gene.step:g}"
    return f"{gene.min_value:g} … {gene.max_value:g}{step}{scale}{condition}"


def _plain(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _size(space: "SearchSpace") -> str:
    if space.size < math.inf:
        return f"{space.size:,.0f} genome" + ("s" if space.size > 1 else "")
    return "infinitely many genomes: " + ", ".join(space.continuous_genes) + " is continuous"


def _space_document(name: str, space: "SearchSpace", settings: Any, samples: list[dict[str, Any]]) -> Any:  # noqa: ANN401
    import dataclasses

    return {
        "name": name,
        "description": space.description,
        "genes": [dataclasses.asdict(gene) for gene in space.genes],
        "size": None if space.size == math.inf else int(space.size),
        "continuous": list(space.continuous_genes),
        "settings": {key: value for key, value, _ in settings},
        "samples": samples,
    }


def _print_corpus(facts: dict[str, Any]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True, style="bold")
    table.add_column()
    for label, text in _corpus_lines(facts):
        table.add_row(label, text)
    Console(highlight=False, markup=False).print(table)


def _corpus_lines(facts: dict[str, Any]) -> Iterator[tuple[str, str]]:
    kinds = f"{facts['notes']:,} notes, {facts['chords']:,} chords, {facts['rests']:,} rests"
    shortest, median, longest = (facts[f"{which}_piece"] for which in ("shortest", "median", "longest"))
    lengths = f"{shortest} to {longest} notes long, half of them {median} or more"
    durations = ", ".join(f"{one['beats']:g} ({one['steps']:,})" for one in facts["durations"])
    keys = ", ".join(f"{one['semitones']:+d} ({one['pieces']})" for one in facts["transposed"])
    tracks = ", ".join(f"{one['name']} ({one['notes']:,} notes)" for one in facts["tracks"])
    metres = ", ".join(f"{one['metre']} ({one['pieces']:,})" for one in facts["metres"])
    reasons = Counter(skipped["reason"] for skipped in facts["skipped"])
    yield "corpus", ", ".join(facts["names"])
    yield "pieces", f"{facts['pieces']:,}, {lengths}"
    yield "notes", f"{facts['steps']:,} in all: {kinds}"
    yield "range", f"{facts['range']}, {facts['distinct_chords']:,} different notes and chords"
    yield "tracks", tracks
    yield "metres", f"(pieces): {metres}"
    for kind, sizes in facts["vocabulary"].items():
        replaced = f"; {facts['replaced_share']:.0%} of the notes and chords become their nearest"
        replaced = replaced if kind == "notes" else ""
        yield kind, ", ".join(f"{size} symbols of {name}" for name, size in sizes.items()) + replaced
    yield "durations", f"in beats (notes): {durations}"
    yield "key", f"all in one; moved by semitones (pieces): {keys}"
    yield "tempo", f"{facts['tempo_bpm']:g} beats a minute"
    yield "held out", _held_out(facts)
    yield "skipped", f"{reasons.total():,}" if reasons else "none"
    for reason, count in reasons.most_common():
        names = [skipped["name"] for skipped in facts["skipped"] if skipped["reason"] == reason]
        more = f" and {count - _NAMED:,} more (--json has all)" if count > _NAMED else ""
        yield "", f"{reason}: {', '.join(names[:_NAMED])}{more}"


def _held_out(facts: dict[str, Any]) -> str:
    """What is measured with, and how much of all that is; a piece that is divided is on both sides."""
    training, held_out = facts["training"], facts["held_out"]
    divided = training["pieces"] + held_out["pieces"] - facts["pieces"]
    pieces = f"{held_out['pieces']:,} piece{'s' if held_out['pieces'] > 1 else ''}"
    share = held_out["steps"] / (training["steps"] + held_out["steps"])
    return (
        f"{'the end of ' if divided else ''}{pieces} with {held_out['steps']:,} notes ({share:.0%}), to measure with; "
        f"{training['steps']:,} are learned from"
    )
