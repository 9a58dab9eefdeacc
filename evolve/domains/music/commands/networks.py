"""The networks that `evolve compose` and `evolve export` take: of a run, or of a folder that was exported."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from evolve.domains.music.errors import CorpusError
from evolve.errors import RunError, nearest_spelling, shortened

if TYPE_CHECKING:
    from evolve.domains.music.song_context import SongContext
    from evolve.domains.music.sound.soundfonts import SoundFont
    from evolve.network.sampling import Sampling
    from evolve.records.run import IndividualRecord, RunRecord
    from evolve.store.run_store import RunStore
    from evolve.user_code import UserCode


@dataclass(frozen=True, slots=True)
class NetworkSource:
    """A network to compose with, and what it composes with unless told otherwise."""

    name: str
    individual: str
    network: bytes
    context: "SongContext"
    folder: Path
    songs: int
    notes: int
    seed: int
    sampling: "Sampling"
    opening_notes: int
    roles: tuple[str, ...]
    build: "UserCode | None" = None
    """What has built it, where that is the user's own."""
    soundfont: "SoundFont | None" = None
    """Whose instruments play the run's songs; None: evolve's own."""
    backend: str | None = None
    """With which the run was begun; an exported network computes with any."""


def bred_network(folder: Path, individual: str | None, from_song: str | None, build: str | None) -> NetworkSource:
    """The network of an individual of a run, of the one who composed a song, or of the champion.

    Raises:
        EvolveError: There is no such network or song, or it was built by code that `build` does not name.
    """
    from evolve.domain_registry import named_domain
    from evolve.domains.music.material import Material, tokenizer_of
    from evolve.search.run_facts import Sources, build_of, settings_of, space_of
    from evolve.store.run_store import RunStore
    from evolve.user_code import read_code

    with RunStore(folder, read_only=True) as store:
        run = store.read()
        _check_is_music(run)
        song = None if from_song is None else _song(store, run, from_song)
        name = individual or (song.individual if song else _champion(run))
        record = with_network(run, name)
        own = build_of(run, Sources(build=read_code(build) if build else None))
        domain = named_domain("music")
        settings = settings_of(run, domain)
        facts = {name: run.fact(name) for name in ("opening", "corpus", "sound")}
        material = Material.load(store.read_material(), facts, space_of(run, domain), settings.own, run.material_seed)
        network = store.read_file(record.files["network"])
    context = material.context(tokenizer_of(record.individual.genome.as_dict()))
    return NetworkSource(
        name=f"{name} of {run.name}",
        individual=name,
        network=network,
        context=context if song is None else _going_on_from(context, song),
        folder=store.checked(store.paths.composed(name)),
        songs=len(record.samples),
        notes=settings.own.notes,
        seed=run.material_seed,
        sampling=material.sampling(record.individual.genome),
        opening_notes=settings.own.opening_notes,
        roles=settings.own.roles,
        build=own,
        soundfont=material.soundfont,
        backend=run.versions.get("backend"),
    )


@dataclass(frozen=True, slots=True)
class _SongBefore:
    """A song of the run, to go on from."""

    individual: str
    number: int
    midi: bytes


def _song(store: "RunStore", run: "RunRecord", named: str) -> _SongBefore:
    from evolve.judging.order import checked_sample, parse_sample

    parsed = parse_sample(named)
    if parsed is None:
        raise RunError(f'"{shortened(named)}" names no song; name one as g0-3+2 or g0-3♥2, which is song 2 of g0-3')
    name, number = parsed
    songs = {song.index: song for song in _trained(run, name).samples}
    midi = songs[checked_sample(name, number, songs, "song")].files.get("midi")
    if midi is None:
        raise RunError(f"the MIDI file of song {number} of {name} is lost: {run.name} has been mended; name another")
    return _SongBefore(name, number, store.read_file(midi))


def _going_on_from(context: "SongContext", song: _SongBefore) -> "SongContext":
    from evolve.domains.music.midi import read_midi

    name = f"song {song.number} of {song.individual}"
    try:
        read = read_midi(song.midi, name)
    except CorpusError as error:
        raise RunError(f"{name} cannot be gone on from: {error}") from error
    return context.going_on_from(read, name)


def exported_network(folder: Path, individual: str | None, from_song: str | None, build: str | None) -> NetworkSource:
    """The network of a folder that `evolve export` wrote.

    Raises:
        EvolveError: It is another's, no folder of the kind, or was built by code that `build` does not name.
    """
    from evolve.domains.music.export import read_export
    from evolve.network.sampling import Sampling
    from evolve.user_code import check_trusted, read_code

    if from_song is not None:
        raise RunError(f"{folder} is an exported network and holds no songs; give the file of one with --opening")
    exported = read_export(folder)
    card = exported.card
    if individual not in (None, card["individual"]):
        raise RunError(f'{folder} holds the network of {card["individual"]} alone, not of "{individual}"')
    kept, given = card["build"], read_code(build) if build else None
    own = check_trusted(kept.get("reference", ""), kept.get("sha256", ""), given, "--build", str(folder))
    return NetworkSource(
        name=f"{card['individual']} of {card['run']}",
        individual=card["individual"],
        network=exported.network,
        context=exported.context,
        folder=folder / "composed",
        songs=0,
        notes=int(card["notes"]),
        seed=int(card["seed"]),
        sampling=Sampling(float(card["temperature"]), float(card["top_p"]), card["repetition_guard"]),
        opening_notes=int(card["opening_notes"]),
        roles=tuple(card["tracks"].split("+")),
        build=own,
        soundfont=exported.soundfont,
    )


def with_network(run: "RunRecord", individual: str) -> "IndividualRecord":
    """An individual of the run whose network is kept; `RunError` when there is none."""
    _check_is_music(run)
    record = _trained(run, individual)
    if "network" not in record.files:
        raise RunError(f"the network of {individual} is lost: {run.name} has been mended; name another individual")
    return record


def _check_is_music(run: "RunRecord") -> None:
    from evolve.domain_registry import reference_of

    if (domain := reference_of(run)) != "music":
        raise RunError(f"{run.name} is of the domain {domain}, and holds no networks that compose")


def _trained(run: "RunRecord", individual: str) -> "IndividualRecord":
    heard = [name for name, record in run.individuals.items() if record.status.is_heard]
    if individual not in heard:
        hint = nearest_spelling(individual, heard) or f"; there are: {', '.join(heard) or 'none yet'}"
        raise RunError(f'{run.name} has no trained individual "{shortened(individual)}"{hint}')
    return run.individuals[individual]


def _champion(run: "RunRecord") -> str:
    from evolve.report.questions import champions_of

    for generation in reversed(run.generations):
        if generation.status.is_ranked and (champions := champions_of(generation)):
            return next(iter(champions))
    raise RunError(f"{run.name} has no champion before its first ranking; name an individual, such as g0-1")
