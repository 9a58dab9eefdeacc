"""`evolve compose` and `evolve export`: using a network that was bred."""

import dataclasses
import json
import os
import shlex
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

import typer

from evolve.domains.music.commands.networks import NetworkSource, bred_network, exported_network, with_network
from evolve.domains.music.commands.picking import PickedSong, checked_options, song_picker
from evolve.environment import BACKEND, backend
from evolve.errors import ExecutionError, RunError
from evolve.terminal.console import console, note
from evolve.terminal.options import STDOUT, AsJson, Run, Runs, complete_run, run_folder
from evolve.words import counted

if TYPE_CHECKING:
    import keras

    from evolve.domains.music.song_context import SongContext
    from evolve.domains.music.sound.soundfonts import SoundFont
    from evolve.records.run import Sample

_SONGS: Final = 5
"""Where the user names no number."""

_BATCH: Final = 20
"""Songs that are composed side by side."""


def compose(
    run: Annotated[
        str,
        typer.Argument(
            metavar="RUN", autocompletion=complete_run,
            help="A run's name or folder, or a folder that evolve export wrote.",
        ),
    ],
    individual: Annotated[
        str | None,
        typer.Argument(metavar="[INDIVIDUAL]", help="Whose network; the champion if left out.", show_default=False),
    ] = None,
    opening: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Begin with this music file; unset: the run's own opening.")
    ] = None,
    from_song: Annotated[
        str | None,
        typer.Option(
            "--from", metavar="SONG", show_default=False,
            help="Go on from a whole song of the run: g0-3+2 is song 2 of g0-3, whose network goes on unless "
            "INDIVIDUAL is named.",
        ),
    ] = None,
    from_scratch: Annotated[bool, typer.Option("--from-scratch", help="Begin without any opening.")] = False,
    notes: Annotated[
        int | None,
        typer.Option(min=1, help="Most notes after the opening; a song may end before. Unset: as in the run."),
    ] = None,
    songs: Annotated[
        int | None, typer.Option(min=1, max=1000, help="How many songs. [default: 5]", show_default=False)
    ] = None,
    pick: Annotated[
        int | None,
        typer.Option(
            min=1, max=100, show_default=False,
            help="Keep this many of more songs: those that the run's listeners are expected to like most, and that "
            "differ from each other.",
        ),
    ] = None,
    of: Annotated[
        int | None,
        typer.Option(
            min=1, max=1000, show_default=False,
            help="With --pick: how many songs are composed; unset: 40 for each, 200 at most.",
        ),
    ] = None,
    listener: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="With --pick: who is to like them; unset: all who have ranked."),
    ] = None,
    temperature: Annotated[
        float | None, typer.Option(min=0.01, max=10, help="Below 1 tamer, above 1 bolder; unset: as the network plays.")
    ] = None,
    top_p: Annotated[
        float | None,
        typer.Option(min=0.01, max=1, help="Choose among the likeliest of this probability; unset: as it plays."),
    ] = None,
    guard: Annotated[
        Literal["off", "gentle", "strict"] | None,
        typer.Option(help="Hold songs back from going round in circles; unset: as it plays."),
    ] = None,
    score: Annotated[bool, typer.Option("--score", help="Print each song as a score too.")] = False,
    soundfont: Annotated[
        str | None,
        typer.Option(
            metavar="auto|none|FILE", show_default=False,
            help="Whose instruments play: the system's SoundFont, evolve's own, or a SoundFont; unset: as in the run.",
        ),
    ] = None,
    seed: Annotated[
        int | None, typer.Option(min=0, help="Other numbers give other songs; unset: the run's.")
    ] = None,
    build: Annotated[
        str | None,
        typer.Option(metavar="FILE.py:NAME", help="The code that builds the run's networks, where it is your own."),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FOLDER", help="Write there; unset: composed/ in the run's folder."),
    ] = None,
    json_: AsJson = False,
    runs: Runs = Path("runs"),
) -> None:  # fmt: skip
    """Have a network write more songs.

    Each as MIDI, as sound and as a picture of its notes; with --score as MusicXML and as a printed page, SVG and PNG.

    Songs are numbered on from those that are there, and no number is written twice. With --pick only the numbers of
    the songs that are kept are written.

    \b
    Examples:
      evolve compose quick-1
      evolve compose quick-1 g2-3 --opening my-tune.mid --songs 3 -o songs/
      evolve compose quick-1 --from g0-3+2
      evolve compose quick-1 --pick 5 --of 200
      evolve compose quick-1 g2-3 --from-scratch --guard gentle --score
      evolve compose exported/ --notes 200 --temperature 0.8
    """
    _check_beginning({"--opening": opening, "--from": from_song, "--from-scratch": from_scratch or None})
    wanted = checked_options(pick, of, listener, songs)
    from evolve.domains.music.export import is_export
    from evolve.silence import stderr_silenced
    from evolve.store.files import check_folder_can_be_written

    if output == STDOUT:
        raise typer.BadParameter("songs are files; give the name of a folder", param_hint="--output")
    if output is not None:
        check_folder_can_be_written(output)
    chosen = None if soundfont is None else _chosen(soundfont)
    is_exported = is_export(Path(run))
    if is_exported and wanted:
        raise RunError(f"{run} is an exported network, whose run's ballots are elsewhere; give --pick with the run")
    if is_exported:
        source = exported_network(Path(run), individual, from_song, build)
    else:
        source = bred_network(run_folder(run, runs), individual, from_song, build)
    picker = song_picker(run_folder(run, runs), source.individual, listener) if wanted else None
    folder = output or source.folder
    check_folder_can_be_written(folder)
    context = _context(source, opening, from_scratch=from_scratch)
    if opening is not None or from_song is not None:
        _tell_replacements(context)
    played_by = chosen if soundfont is not None else _here(source.soundfont)
    os.environ[BACKEND] = backend(os.environ, source.backend)
    with stderr_silenced():
        from evolve.domains.music.composing import SILENT_SONGS
        from evolve.domains.music.songs import compose_songs

        network = _network(source, context)  # TensorFlow looks for GPUs here, and complains of none

    count = wanted.of if wanted else songs or _SONGS
    typer.echo(f"{source.name}: composing {counted(count, 'song')}", err=True)
    # The random numbers before it are those of the songs of its trial, heard or not.
    unused = max(source.songs, _last_number(folder)) + 1 + SILENT_SONGS
    made = [
        one
        for numbers in _in_batches(range(unused, unused + count))
        for one in compose_songs(
            network,
            context,
            numbers=numbers,
            notes=notes or source.notes,
            seed=source.seed if seed is None else seed,
            sampling=dataclasses.replace(source.sampling, **_given(temperature=temperature, top_p=top_p, guard=guard)),
        )
    ]
    picked = [*picker.picked(made, wanted.pick)] if picker and wanted else []
    if wanted and len(picked) < wanted.pick:
        note(f"note: of {counted(count, 'song')} only {len(picked)} differ")
    kept = [one.song for one in picked] if wanted else made
    results = [one.written(one.number - SILENT_SONGS, with_score=score, soundfont=played_by) for one in kept]
    _write(results, folder, picked, json_=json_)


def export(
    run: Run,
    individual: Annotated[str, typer.Argument(metavar="INDIVIDUAL", help="Whose network, such as g2-3.")],
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="A new folder to write to.")],
    runs: Runs = Path("runs"),
) -> None:
    """Take a network out of its run.

    Writes the .keras file, its vocabulary and a card.

    The folder is all that evolve compose needs, on any machine.

    \b
    Examples:
      evolve export quick-1 g2-3 my-favourite/
      evolve compose my-favourite/
    """
    from evolve.domains.music.export import write_export
    from evolve.store.files import check_folder_can_be_written
    from evolve.store.run_store import RunStore

    check_folder_can_be_written(folder)
    with RunStore(run_folder(run, runs), read_only=True) as store:
        with_network(store.read(), individual)
        write_export(store, individual, folder)
    typer.echo(f"written: {folder}\ncompose with it: evolve compose {shlex.quote(str(folder))}", err=True)


def _in_batches(numbers: range) -> Iterator[range]:
    """The numbers of songs, some at a time; on a terminal a bar tells how many are composed, and the time that is left.

    A song does not depend on which others are composed beside it.
    """
    from rich import progress as bars

    columns = bars.TextColumn("Composing"), bars.BarColumn(), bars.MofNCompleteColumn(), bars.TimeRemainingColumn()
    out = console(stderr=True)
    is_shown = out.is_terminal and len(numbers) > _BATCH
    with bars.Progress(*columns, console=out, transient=True, disable=not is_shown) as bar:
        task = bar.add_task("composing", total=len(numbers))
        for begin in range(0, len(numbers), _BATCH):
            batch = numbers[begin : begin + _BATCH]
            yield batch
            bar.advance(task, len(batch))


def _network(source: NetworkSource, context: "SongContext") -> "keras.Model":
    from evolve.network.files import NetworkFileError, network_from_bytes
    from evolve.network.own_build import load_build
    from evolve.network.plan import UnknownLayerError, check_fits

    tokenizer, own = context.tokenizer, source.build
    try:
        objects = load_build(own).custom_objects if own else None
        network = network_from_bytes(source.network, objects)
        if own is None:
            check_fits(network, tokenizer.sizes, tokenizer.context)
    except (NetworkFileError, UnknownLayerError) as error:
        raise RunError(f"the network of {source.name}: {error}") from error
    return network


def _chosen(setting: str) -> "SoundFont | None":
    """Whom the user wants to play."""
    from evolve.domains.music.settings import MusicSettings
    from evolve.domains.music.sound.soundfonts import choose_soundfont
    from evolve.settings import settings_from

    font, notices = choose_soundfont(settings_from({"soundfont": setting}, MusicSettings).own.soundfont)
    for notice in notices:
        note(f"note: {notice}")
    return font


def _here(font: "SoundFont | None") -> "SoundFont | None":
    """The SoundFont of a run where this machine has it; else evolve's own instruments play, and that is told."""
    from evolve.domains.music.sound.soundfonts import OWN_INSTRUMENTS, find_soundfont

    if font is None:
        return None
    try:
        find_soundfont(font)
    except ExecutionError:
        note(f"note: {font.in_words}, which plays the run's songs, cannot be played here: {OWN_INSTRUMENTS} do")
        return None
    return font


def _given(**options: float | str | None) -> dict[str, Any]:
    """The options that were given; the others are as in the run."""
    return {name: value for name, value in options.items() if value is not None}


def _check_beginning(ways: dict[str, object]) -> None:
    """See that songs are to begin in one way at most; those that are not asked for are None."""
    names = [name for name, asked in ways.items() if asked is not None]
    if len(names) > 1:
        raise typer.BadParameter("songs begin in one way only; give one of these", param_hint=" and ".join(names))


def _context(source: NetworkSource, opening: Path | None, *, from_scratch: bool) -> "SongContext":
    """What songs begin with: nothing, a music file, or what the source has."""
    if from_scratch:
        return source.context.from_scratch()
    if opening is None:
        return source.context
    from evolve.domains.music.opening import read_opening

    read = read_opening(opening, source.context.tokenizer, source.roles, notes=source.opening_notes)
    return dataclasses.replace(source.context, opening=read)


def _tell_replacements(context: "SongContext") -> None:
    from evolve.domains.music.opening import replacements_notice

    opening = context.opening
    notice = replacements_notice(opening, context.tokenizer.encode(opening.song, opening.goes_on_at))
    if notice:
        note(f"note: {notice}")


def _last_number(folder: Path) -> int:
    numbers = [path.stem.removeprefix("song-") for path in folder.glob("song-*.mid")]
    return max((int(number) for number in numbers if number.isdecimal()), default=0)


def _write(results: Sequence["Sample"], folder: Path, picked: Sequence[PickedSong], *, json_: bool) -> None:
    """Write songs and tell of each; of those that were picked also why."""
    from evolve.domains.music.facts.words import one_line
    from evolve.store.paths import write_whole

    documents = []
    for song, choice in zip_longest(results, picked):
        paths = {artifact.kind: folder / artifact.name for artifact in song.files}
        for artifact in song.files:
            write_whole(paths[artifact.kind], artifact.data)
        why = {"picked": choice.to_json()} if choice else {}
        documents.append(
            {"index": song.index, **{kind: str(path) for kind, path in paths.items()}, "facts": song.facts, **why}
        )
        if not json_:
            lines = [one_line(song.facts), choice.in_words if choice else "", str(paths.get("score", ""))]
            typer.echo("\n  ".join([str(paths["audio"]), *filter(None, lines)]))
    if json_:
        typer.echo(json.dumps(documents, indent=2, ensure_ascii=False))
