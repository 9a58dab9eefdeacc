"""`evolve corpus check`: looking at what networks are to learn from, before it costs time."""

import json
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from evolve.domains.music.commands.options import complete_corpus
from evolve.domains.music.errors import CorpusError
from evolve.terminal.console import console
from evolve.terminal.options import AsJson
from evolve.words import counted, listed

if TYPE_CHECKING:
    from rich.table import Table

_NAMED = 6
"""Files that are named for one reason to skip them, and doubts that are told of one file."""

_LISTED = 100
"""Files that are listed unless all are asked for."""

corpus = typer.Typer(help="Look at what networks learn from.", no_args_is_help=True, rich_markup_mode=None)


@corpus.callback()
def _corpus() -> None:
    """Look at what networks learn from."""


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
    files: Annotated[bool, typer.Option("--files", help="List every file, however many there are.")] = False,
    json_: AsJson = False,
) -> None:  # fmt: skip
    """Check a corpus: its files and their notes, what is doubtful or skipped and why, tracks, tokens, durations.

    A doubt is what the reader could not be sure of: bars that do not add up to the metre, signs that it does not know.
    The file is used all the same.

    \b
    Examples:
      evolve corpus check bach-chorales
      evolve corpus check my-midi/ --tracks melody+bass
      evolve corpus check my-midi/ --json
    """
    from evolve.domains.music.corpus import read_corpus
    from evolve.domains.music.corpus_facts import corpus_facts, files_facts
    from evolve.domains.music.settings import MusicSettings
    from evolve.progress import watching
    from evolve.records.events import Event, EventKind
    from evolve.settings import Given, settle

    roles = settle([Given("tracks", tracks, "--tracks")], MusicSettings).own.roles
    with watching() as watcher:

        def tell(done: int, total: int) -> None:
            watcher(Event(EventKind.PREPARING, done=done, total=total))

        read = read_corpus(tuple(sources), roles=roles, on_progress=tell)
    try:
        facts = corpus_facts(read)
    except CorpusError:  # too little to learn from: what was read is told all the same
        _print_files(files_facts(read), every_file=files, as_json=json_)
        raise
    if not json_:
        _print_corpus(facts)
    _print_files(facts, every_file=files, as_json=json_)


def _print_corpus(facts: dict[str, Any]) -> None:
    from rich.table import Table

    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True, style="bold")
    table.add_column()
    for label, text in _corpus_lines(facts):
        table.add_row(label, text)
    console(highlight=False, markup=False).print(table)
    typer.echo()


def _print_files(facts: dict[str, Any], *, every_file: bool, as_json: bool) -> None:
    """All the facts as JSON, or a table of the files."""
    if as_json:
        typer.echo(json.dumps(facts, indent=2, ensure_ascii=False))
    else:
        console(highlight=False, markup=False).print(_files_table(facts["files"], every_file=every_file))


def _files_table(files: list[dict[str, Any]], *, every_file: bool) -> "Table":
    """Files with their notes and doubts: all of them, or, of many, those with doubts."""
    from rich.table import Table

    listed = files if every_file or len(files) <= _LISTED else [file for file in files if file["doubts"]][:_LISTED]
    table = Table("file", "pieces", "notes", "doubts", box=None, pad_edge=False, header_style="bold")
    for column in table.columns[1:3]:
        column.justify = "right"
    for file in listed:
        doubts = file["doubts"] if every_file else file["doubts"][:_NAMED]
        more = [f"… and {len(file['doubts']) - len(doubts):,} more (--files has all)"]
        told = "\n".join([*doubts, *(more if len(doubts) < len(file["doubts"]) else [])]) or "none"
        table.add_row(file["name"], f"{file['pieces']:,}", f"{file['notes']:,}", told)
    if len(listed) < len(files):
        table.add_row(f"… and {len(files) - len(listed):,} more (--files lists all, so does --json)")
    return table


def _corpus_lines(facts: dict[str, Any]) -> Iterator[tuple[str, str]]:
    from evolve.domains.music.licences import licences_in_words

    kinds = ", ".join(counted(facts[kind], kind[:-1]) for kind in ("notes", "chords", "rests"))
    shortest, median, longest = (facts[f"{which}_piece"] for which in ("shortest", "median", "longest"))
    lengths = f"{shortest} to {longest} notes long, half of them {median} or more"
    durations = ", ".join(f"{one['beats']:g} ({one['steps']:,})" for one in facts["durations"])
    keys = ", ".join(f"{one['semitones']:+d} ({one['pieces']})" for one in facts["transposed"])
    tracks = ", ".join(f"{one['name']} ({counted(one['notes'], 'note')})" for one in facts["tracks"])
    metres = ", ".join(f"{one['metre']} ({one['pieces']:,})" for one in facts["metres"])
    reasons = Counter(skipped["reason"] for skipped in facts["skipped"])
    yield "corpus", ", ".join(facts["names"])
    for place, line in enumerate(licences_in_words(facts["licences"])):
        yield "" if place else "licence", line
    yield "pieces", f"{facts['pieces']:,}, {lengths}"
    yield "notes", f"{facts['steps']:,} in all: {kinds}"
    yield "range", f"{facts['range']}, {facts['distinct_chords']:,} different notes and chords"
    yield "tracks", tracks
    yield from _group_lines(facts)
    changing = facts["metre_changes"]
    yield "metres", f"(pieces): {metres}" + (f"; {counted(changing, 'changes', 'change')} metre" if changing else "")
    if not facts["has_bars"]:
        yield (
            "bars",
            (
                f"{facts['pieces'] - facts['with_bars']:,} of {counted(facts['pieces'], 'piece')} are played freely, "
                f"without bars: networks are not told where in the bar they are"
            ),
        )
    for kind, sizes in facts["vocabulary"].items():
        replaced = f"; {facts['replaced_share']:.0%} of the notes and chords become their nearest"
        replaced = replaced if kind == "notes" else ""
        yield kind, ", ".join(f"{counted(size, 'token')} of {name}" for name, size in sizes.items()) + replaced
    yield "durations", f"in beats (notes): {durations}"
    yield "key", f"all in one; moved by semitones (pieces): {keys}"
    yield "tempo", f"{facts['tempo_bpm']:g} beats a minute"
    doubtful, whole = sum(bool(file["doubts"]) for file in facts["files"]), counted(len(facts["files"]), "file")
    yield "held out", _held_out(facts)
    yield "doubts", f"about {doubtful:,} of {whole}, listed below" if doubtful else "none"
    yield "skipped", f"{reasons.total():,}" if reasons else "none"
    for reason, count in reasons.most_common():
        names = [skipped["name"] for skipped in facts["skipped"] if skipped["reason"] == reason]
        more = f" and {count - _NAMED:,} more (--json has all)" if count > _NAMED else ""
        yield "", f"{reason}: {', '.join(names[:_NAMED])}{more}"


def _group_lines(facts: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Where the groups come from, and a line of each."""
    if not facts["grouped_by"]:
        yield (
            "groups",
            "none: neither folders nor kinds of tune nor modes have enough pieces each",
        )
        return
    yield "groups", f"by {listed(facts['grouped_by'])}"
    for one in facts["groups"]:
        size = f"{counted(one['pieces'], 'piece')} with {counted(one['notes'], 'note')}"
        yield "", f"{one['name']}: {size}; {one['held_out']:,} held out"


def _held_out(facts: dict[str, Any]) -> str:
    """What is measured with, and how much of all that is; a piece that is divided is on both sides."""
    training, held_out = facts["training"], facts["held_out"]
    divided = training["pieces"] + held_out["pieces"] - facts["pieces"]
    pieces, notes = counted(held_out["pieces"], "piece"), counted(held_out["steps"], "note")
    share = held_out["steps"] / (training["steps"] + held_out["steps"])
    return (
        f"{'the end of ' if divided else ''}{pieces} with {notes} ({share:.0%}), to measure with; "
        f"{training['steps']:,} are learned from"
    )
