"""`evolve compose`: more songs by a network that was bred."""

import dataclasses
import json
import os
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import typer

from evolve.domains.music.commands.composing_options import (
    BuildCode,
    FromScratch,
    FromSong,
    Guard,
    MostNotes,
    OpeningFile,
    OutputFolder,
    Pick,
    PickedFor,
    PickedFrom,
    PlayedBy,
    RunOrExport,
    SongCount,
    SongSeed,
    Temperature,
    TopP,
    Whose,
    WithScore,
)
from evolve.domains.music.commands.networks import NetworkSource, bred_network, exported_network
from evolve.domains.music.commands.picking import PickedSong, checked_options, song_picker
from evolve.environment import BACKEND, backend
from evolve.errors import ExecutionError, RunError
from evolve.terminal.console import console, note
from evolve.terminal.options import STDOUT, AsJson, Runs, run_folder
from evolve.words import counted

if TYPE_CHECKING:
    import keras

    from evolve.domains.music.song_context import SongContext
    from evolve.domains.music.songs import ComposedSong
    from evolve.domains.music.sound.soundfonts import SoundFont
    from evolve.records.run import Sample

_SONGS: Final = 5
"""Where the user names no number."""

_BATCH: Final = 20
"""Songs that are composed side by side."""


def compose(
    run: RunOrExport,
    individual: Whose = None,
    opening: OpeningFile = None,
    from_song: FromSong = None,
    from_scratch: FromScratch = False,
    notes: MostNotes = None,
    songs: SongCount = None,
    pick: Pick = None,
    of: PickedFrom = None,
    listener: PickedFor = None,
    temperature: Temperature = None,
    top_p: TopP = None,
    guard: Guard = None,
    score: WithScore = False,
    soundfont: PlayedBy = None,
    seed: SongSeed = None,
    build: BuildCode = None,
    output: OutputFolder = None,
    json_: AsJson = False,
    runs: Runs = Path("runs"),
) -> None:
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
    from evolve.silence import stderr_silenced
    from evolve.store.files import check_folder_can_be_written

    if output == STDOUT:
        raise typer.BadParameter("songs are files; give the name of a folder", param_hint="--output")
    if output is not None:
        check_folder_can_be_written(output)
    chosen = None if soundfont is None else _chosen(soundfont)
    source = _source(run, individual, from_song, build, runs, is_picked=wanted is not None)
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

        network = _network(source, context)  # TensorFlow looks for GPUs here, and complains of none
    count = wanted.of if wanted else songs or _SONGS
    typer.echo(f"{source.name}: composing {counted(count, 'song')}", err=True)
    first = max(source.songs, _last_number(folder)) + 1
    playing = _given(temperature=temperature, top_p=top_p, guard=guard)
    source = dataclasses.replace(
        source,
        notes=notes or source.notes,
        seed=source.seed if seed is None else seed,
        sampling=dataclasses.replace(source.sampling, **playing),
    )
    made = _composed(network, context, source, range(first, first + count))
    picked = [*picker.picked(made, wanted.pick)] if picker and wanted else []
    if wanted and len(picked) < wanted.pick:
        note(f"note: of {counted(count, 'song')} only {len(picked)} differ")
    kept = [one.song for one in picked] if wanted else made
    results = [one.written(one.number - SILENT_SONGS, with_score=score, soundfont=played_by) for one in kept]
    _write(results, folder, picked, json_=json_)


def _source(
    run: str, individual: str | None, from_song: str | None, build: str | None, runs: Path, *, is_picked: bool
) -> NetworkSource:
    """The network that is to compose, of a run or of a folder that it was exported to."""
    from evolve.domains.music.export import is_export

    if not is_export(Path(run)):
        return bred_network(run_folder(run, runs), individual, from_song, build)
    if is_picked:
        raise RunError(f"{run} is an exported network, whose run's ballots are elsewhere; give --pick with the run")
    return exported_network(Path(run), individual, from_song, build)


def _composed(
    network: "keras.Model", context: "SongContext", source: NetworkSource, numbers: range
) -> list["ComposedSong"]:
    """The songs of these numbers; the random numbers before are those of the songs of its trial, heard or not."""
    from evolve.domains.music.composing import SILENT_SONGS
    from evolve.domains.music.songs import compose_songs

    unused = range(numbers.start + SILENT_SONGS, numbers.stop + SILENT_SONGS)
    return [
        one
        for batch in _in_batches(unused)
        for one in compose_songs(
            network, context, numbers=batch, notes=source.notes, seed=source.seed, sampling=source.sampling
        )
    ]


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
