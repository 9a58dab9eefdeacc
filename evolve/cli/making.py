"""`evolve compose` and `evolve export`: using a network that was bred."""

import dataclasses
import json
import os
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from evolve.cli.compose_options import (
    Bred,
    FromScratch,
    FromSong,
    HowMany,
    MostNotes,
    Network,
    OpeningOfOnesOwn,
    OtherSeed,
    RepetitionGuard,
    Score,
    Temperature,
    ToFolder,
    TopP,
)
from evolve.cli.options import AsJson, Run, Runs, run_folder
from evolve.environment import BACKEND, backend
from evolve.errors import CorpusError, RunError, nearest_spelling, shortened
from evolve.words import counted

if TYPE_CHECKING:
    import keras

    from evolve.execution.song_context import SongContext
    from evolve.network.sampling import Sampling
    from evolve.store.records import IndividualRecord, RunRecord, SongResult
    from evolve.store.run_store import RunStore


def compose(
    run: Network,
    individual: Bred = None,
    opening: OpeningOfOnesOwn = None,
    from_song: FromSong = None,
    from_scratch: FromScratch = False,
    notes: MostNotes = None,
    songs: HowMany = 5,
    temperature: Temperature = None,
    top_p: TopP = None,
    guard: RepetitionGuard = None,
    score: Score = False,
    seed: OtherSeed = None,
    output: ToFolder = None,
    json_: AsJson = False,
    runs: Runs = Path("runs"),
) -> None:
    """Have a network write more songs.

    Each as MIDI, as sound and as a picture of its notes; with --score as MusicXML and as a printed page, SVG and PNG.

    Songs are numbered on from those that are there, and no number is written twice.

    \b
    Examples:
      evolve compose quick-1
      evolve compose quick-1 g2-3 --opening my-tune.mid --songs 3 -o songs/
      evolve compose quick-1 --from g0-3+2
      evolve compose quick-1 g2-3 --from-scratch --guard gentle --score
      evolve compose exported/ --notes 200 --temperature 0.8
    """
    _check_beginning({"--opening": opening, "--from": from_song, "--from-scratch": from_scratch or None})
    from evolve.execution.export import is_export
    from evolve.silence import stderr_silenced
    from evolve.store.targets import check_folder_can_be_written

    if output is not None:
        check_folder_can_be_written(output)
    if is_export(Path(run)):
        source = _exported(Path(run), individual, from_song)
    else:
        source = _bred(run_folder(run, runs), individual, from_song)
    folder = output or source.folder
    check_folder_can_be_written(folder)
    context = _context(source, opening, from_scratch=from_scratch)
    if opening is not None or from_song is not None:
        _tell_replacements(context)
    os.environ[BACKEND] = backend(os.environ, source.backend)
    with stderr_silenced():
        from evolve.execution.composing import SILENT_SONGS
        from evolve.execution.songs import compose_songs

        network = _network(source, context)  # TensorFlow looks for GPUs here, and complains of none

    typer.echo(f"{source.name}: composing {counted(songs, 'song')}", err=True)
    first = max(source.songs, _last_number(folder)) + 1
    unused = first + SILENT_SONGS  # the random numbers before it are those of the songs of its trial, heard or not
    composed = compose_songs(
        network,
        context,
        numbers=range(unused, unused + songs),
        notes=notes or source.notes,
        seed=source.seed if seed is None else seed,
        sampling=dataclasses.replace(source.sampling, **_given(temperature=temperature, top_p=top_p, guard=guard)),
    )
    results = [one.written(index, with_score=score) for index, one in enumerate(composed, first)]
    _write(results, folder, json_=json_)


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
    from evolve.execution.export import write_export
    from evolve.store.run_store import RunStore
    from evolve.store.targets import check_folder_can_be_written

    check_folder_can_be_written(folder)
    with RunStore(run_folder(run, runs), read_only=True) as store:
        _heard(store.read(), individual)
        write_export(store, individual, folder)
    typer.echo(f"written: {folder}\ncompose with it: evolve compose {shlex.quote(str(folder))}", err=True)


@dataclasses.dataclass(frozen=True, slots=True)
class _Source:
    """A network to compose with, and what it composes with unless told otherwise."""

    name: str
    network: bytes
    context: "SongContext"
    folder: Path
    songs: int
    notes: int
    seed: int
    sampling: "Sampling"
    opening_notes: int
    roles: tuple[str, ...]
    backend: str | None = None
    """With which the run was begun; an exported network computes with any."""


def _bred(folder: Path, individual: str | None, from_song: str | None) -> _Source:
    from evolve.execution.material import Material, representation_of
    from evolve.run_facts import config_of, space_of
    from evolve.store.run_store import RunStore

    with RunStore(folder, read_only=True) as store:
        run = store.read()
        song = None if from_song is None else _song(store, run, from_song)
        name = individual or (song.individual if song else _champion(run))
        record = _heard(run, name)
        config = config_of(run)
        facts = {"opening": run.opening, "corpus": run.corpus}
        material = Material.load(store.read_material(), facts, space_of(run), config)
        network = store.read_file(record.files["network"])
    context = material.context(representation_of(record.individual.genome.as_dict()))
    return _Source(
        name=f"{name} of {run.name}",
        network=network,
        context=context if song is None else _going_on_from(context, song),
        folder=store.checked(store.paths.composed(name)),
        songs=len(record.songs),
        notes=config.notes,
        seed=config.seed,
        sampling=material.sampling(record.individual.genome),
        opening_notes=config.opening_notes,
        roles=config.roles,
        backend=run.versions.get("backend"),
    )


@dataclasses.dataclass(frozen=True, slots=True)
class _HeardSong:
    """A song of the run, to go on from."""

    individual: str
    number: int
    midi: bytes


def _song(store: "RunStore", run: "RunRecord", named: str) -> _HeardSong:
    from evolve.judging.order import checked_song, parse_song

    parsed = parse_song(named)
    if parsed is None:
        raise RunError(f'"{shortened(named)}" names no song; name one as g0-3+2 or g0-3♥2, which is song 2 of g0-3')
    name, number = parsed
    songs = {song.index: song for song in _trained(run, name).songs}
    midi = songs[checked_song(name, number, songs)].files.get("midi")
    if midi is None:
        raise RunError(f"the MIDI file of song {number} of {name} is lost: {run.name} has been mended; name another")
    return _HeardSong(name, number, store.read_file(midi))


def _going_on_from(context: "SongContext", song: _HeardSong) -> "SongContext":
    from evolve.music.midi import read_midi

    name = f"song {song.number} of {song.individual}"
    try:
        read = read_midi(song.midi, name)
    except CorpusError as error:
        raise RunError(f"{name} cannot be gone on from: {error}") from error
    return context.going_on_from(read, name)


def _exported(folder: Path, individual: str | None, from_song: str | None) -> _Source:
    from evolve.execution.export import read_export
    from evolve.network.sampling import Sampling

    if from_song is not None:
        raise RunError(f"{folder} is an exported network and holds no songs; give the file of one with --opening")
    exported = read_export(folder)
    card = exported.card
    if individual not in (None, card["individual"]):
        raise RunError(f'{folder} holds the network of {card["individual"]} alone, not of "{individual}"')
    return _Source(
        name=f"{card['individual']} of {card['run']}",
        network=exported.network,
        context=exported.context,
        folder=folder / "composed",
        songs=0,
        notes=int(card["notes"]),
        seed=int(card["seed"]),
        sampling=Sampling(float(card["temperature"]), float(card["top_p"]), card["repetition_guard"]),
        opening_notes=int(card["opening_notes"]),
        roles=tuple(card["tracks"].split("+")),
    )


def _network(source: _Source, context: "SongContext") -> "keras.Model":
    from evolve.network.files import NetworkFileError, network_from_bytes
    from evolve.network.plan import UnknownLayerError, check_fits

    symbols = context.representation
    try:
        network = network_from_bytes(source.network)
        check_fits(network, symbols.sizes, symbols.context)
    except (NetworkFileError, UnknownLayerError) as error:
        raise RunError(f"the network of {source.name}: {error}") from error
    return network


def _given(**options: float | str | None) -> dict[str, Any]:
    """The options that were given; the others are as in the run."""
    return {name: value for name, value in options.items() if value is not None}


def _check_beginning(ways: dict[str, object]) -> None:
    """See that songs are to begin in one way at most; those that are not asked for are None."""
    names = [name for name, asked in ways.items() if asked is not None]
    if len(names) > 1:
        raise typer.BadParameter("songs begin in one way only; give one of these", param_hint=" and ".join(names))


def _context(source: _Source, opening: Path | None, *, from_scratch: bool) -> "SongContext":
    """What songs begin with: nothing, a music file, or what the source has."""
    if from_scratch:
        return source.context.from_scratch()
    if opening is None:
        return source.context
    from evolve.music.opening import read_opening

    read = read_opening(opening, source.context.representation, source.roles, notes=source.opening_notes)
    return dataclasses.replace(source.context, opening=read)


def _tell_replacements(context: "SongContext") -> None:
    from evolve.music.opening import replacements_notice

    opening = context.opening
    notice = replacements_notice(opening, context.representation.encode(opening.song, opening.goes_on_at))
    if notice:
        typer.echo(f"note: {notice}", err=True)


def _heard(run: "RunRecord", individual: str) -> "IndividualRecord":
    record = _trained(run, individual)
    if "network" not in record.files:
        raise RunError(f"the network of {individual} is lost: {run.name} has been mended; name another individual")
    return record


def _trained(run: "RunRecord", individual: str) -> "IndividualRecord":
    heard = [name for name, record in run.individuals.items() if record.status.is_heard]
    if individual not in heard:
        hint = nearest_spelling(individual, heard) or f"; there are: {', '.join(heard) or 'none yet'}"
        raise RunError(f'{run.name} has no trained individual "{shortened(individual)}"{hint}')
    return run.individuals[individual]


def _champion(run: "RunRecord") -> str:
    from evolve.report.rankings import champions_of

    for generation in reversed(run.generations):
        if generation.status.is_ranked and (champions := champions_of(generation)):
            return next(iter(champions))
    raise RunError(f"{run.name} has no champion before its first ranking; name an individual, such as g0-1")


def _last_number(folder: Path) -> int:
    numbers = [path.stem.removeprefix("song-") for path in folder.glob("song-*.mid")]
    return max((int(number) for number in numbers if number.isdecimal()), default=0)


def _write(results: list["SongResult"], folder: Path, *, json_: bool) -> None:
    from evolve.music.facts.words import one_line
    from evolve.store.paths import write_whole

    documents = []
    for song in results:
        paths = {artifact.kind: folder / artifact.name for artifact in song.files}
        for artifact in song.files:
            write_whole(paths[artifact.kind], artifact.data)
        documents.append(
            {"index": song.index, **{kind: str(path) for kind, path in paths.items()}, "facts": song.facts}
        )
        if not json_:
            page = f"\n  {paths['score']}" if "score" in paths else ""
            typer.echo(f"{paths['audio']}\n  {one_line(song.facts)}{page}")
    if json_:
        typer.echo(json.dumps(documents, indent=2, ensure_ascii=False))
