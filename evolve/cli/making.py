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
from evolve.errors import RunError, nearest_spelling
from evolve.words import counted

if TYPE_CHECKING:
    import keras

    from evolve.execution.song_context import SongContext
    from evolve.network.sampling import Sampling
    from evolve.store.records import IndividualRecord, RunRecord, SongResult


def compose(
    run: Network,
    individual: Bred = None,
    opening: OpeningOfOnesOwn = None,
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
      evolve compose quick-1 g2-3 --from-scratch --guard gentle --score
      evolve compose exported/ --notes 200 --temperature 0.8
    """
    if from_scratch and opening is not None:
        raise typer.BadParameter("songs begin with a file or from scratch, not both", param_hint="--from-scratch")
    from evolve.execution.export import is_export
    from evolve.silence import stderr_silenced
    from evolve.store.targets import check_folder_can_be_written

    if output is not None:
        check_folder_can_be_written(output)
    exported = is_export(Path(run))
    source = _exported(Path(run), individual) if exported else _bred(run_folder(run, runs), individual)
    folder = output or source.folder
    check_folder_can_be_written(folder)
    context = source.context.from_scratch() if from_scratch else source.context
    if opening is not None:
        context = _with_opening(context, opening, source)
    os.environ[BACKEND] = backend(os.environ, source.backend)
    with stderr_silenced():
        from evolve.execution.songs import compose_songs

        network = _network(source, context)  # TensorFlow looks for GPUs here, and complains of none

    typer.echo(f"{source.name}: composing {counted(songs, 'song')}", err=True)
    first = max(source.songs, _last_number(folder)) + 1
    results = compose_songs(
        network,
        context,
        indices=range(first, first + songs),
        notes=notes or source.notes,
        seed=source.seed if seed is None else seed,
        sampling=dataclasses.replace(source.sampling, **_given(temperature=temperature, top_p=top_p, guard=guard)),
        with_scores=score,
    )
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


def _bred(folder: Path, individual: str | None) -> _Source:
    from evolve.execution.material import Material, representation_of
    from evolve.network.sampling import Sampling
    from evolve.run_facts import config_of, space_of
    from evolve.store.run_store import RunStore

    with RunStore(folder, read_only=True) as store:
        run = store.read()
        name = individual or _champion(run)
        record = _heard(run, name)
        config = config_of(run)
        facts = {"opening": run.opening, "corpus": run.corpus}
        material = Material.load(store.read_material(), facts, space_of(run), config)
        network = store.read_file(record.files["network"])
    return _Source(
        name=f"{name} of {run.name}",
        network=network,
        context=material.context(representation_of(record.individual.genome.as_dict())),
        folder=store.checked(store.paths.composed(name)),
        songs=len(record.songs),
        notes=config.notes,
        seed=config.seed,
        sampling=Sampling(config.temperature, config.top_p, config.repetition_guard),
        opening_notes=config.opening_notes,
        roles=config.roles,
        backend=run.versions.get("backend"),
    )


def _exported(folder: Path, individual: str | None) -> _Source:
    from evolve.execution.export import read_export
    from evolve.network.sampling import Sampling

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


def _with_opening(context: "SongContext", opening: Path, source: "_Source") -> "SongContext":
    from evolve.music.opening import read_opening, replacements_notice

    representation = context.representation
    read = read_opening(opening, representation, source.roles, notes=source.opening_notes)
    notice = replacements_notice(read, representation.encode(read.song, read.goes_on_at))
    if notice:
        typer.echo(f"note: {notice}", err=True)
    return dataclasses.replace(context, opening=read)


def _heard(run: "RunRecord", individual: str) -> "IndividualRecord":
    heard = [name for name, record in run.individuals.items() if record.status.is_heard]
    if individual not in heard:
        hint = nearest_spelling(individual, heard) or f"; there are: {', '.join(heard) or 'none yet'}"
        raise RunError(f'{run.name} has no trained individual "{individual}"{hint}')
    if "network" not in run.individuals[individual].files:
        raise RunError(f"the network of {individual} is lost: {run.name} has been mended; name another individual")
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


def _write(results: tuple["SongResult", ...], folder: Path, *, json_: bool) -> None:
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
