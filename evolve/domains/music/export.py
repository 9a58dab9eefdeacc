"""A network taken out of its run: with its vocabulary and a card, it composes wherever evolve is installed."""

import errno
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from evolve.domains.music.encoded import Beginning, EncodedCorpus, TrackRole
from evolve.domains.music.errors import CorpusError
from evolve.domains.music.facts.figures import CorpusFigures
from evolve.domains.music.licences import NONE_STATED, licences_in_words
from evolve.domains.music.material import opening_from_facts
from evolve.domains.music.plain import PROGRAMS, is_tempo, metre_from_json, whole
from evolve.domains.music.settings import MusicSettings
from evolve.domains.music.song_context import SongContext
from evolve.domains.music.sound.soundfonts import SoundFont, soundfont_of
from evolve.domains.music.tokenizers.kinds import tokenizer_from_json
from evolve.domains.music.tokenizers.tokenizer import Tokenizer
from evolve.errors import RunError, printable, shortened
from evolve.network.genes import PLAYING
from evolve.records.run import Json
from evolve.records.shares import Shares
from evolve.settings import settings_from
from evolve.store.files import read_regular
from evolve.store.paths import write_whole
from evolve.store.run_store import RunStore

CARD = "card.json"
NETWORK = "network.keras"
VOCABULARY = "vocabulary.json"
_FORMAT = 2
_LARGEST_BYTES: Mapping[str, int] = {CARD: 50_000_000, VOCABULARY: 50_000_000, NETWORK: 4_000_000_000}
"""Far more than any of them has, so that a larger one is told as such and not read to its end."""

_SETTINGS = ("opening_notes", "tracks", "notes", "seed", "temperature", "top_p", "repetition_guard")
"""Of the run, what composing needs."""

_NAMES = ("run", "individual")


@dataclass(frozen=True, slots=True)
class Exported:
    """A network read back from an export folder.

    Attributes:
        network: The bytes of its .keras file.
        context: What turns its tokens into songs.
        card: What is known of it.
        soundfont: Whose instruments have played the run's songs; None: evolve's own.
    """

    network: bytes
    context: SongContext
    card: Mapping[str, Json]
    soundfont: SoundFont | None


def write_export(store: RunStore, individual_id: str, folder: Path) -> None:
    """Write the network, its vocabulary, and a card for programs and one for people.

    Args:
        store: The run that it is taken from.
        individual_id: One that has songs.
        folder: Where to; made when it is not there.

    Raises:
        RunError: The folder has something in it, or the run has lost the network's file.
    """
    run = store.read()
    record = run.individuals[individual_id]
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise RunError(f"{folder} exists and is not empty; give a new folder")
    genome = record.individual.genome
    encoded = EncodedCorpus.from_bytes(store.read_material())
    card = {
        "format": _FORMAT,
        "run": run.name,
        "individual": individual_id,
        "genome": genome.as_dict(),
        "metrics": {name: metric for name, metric in record.metrics.items() if name != "silent_songs"},
        "corpus": list(run.fact("corpus")["names"]),
        "licences": list(run.fact("corpus").get("licences") or ()),
        **{name: run.settings[name] for name in _SETTINGS},
        "seed": run.material_seed,
        **{name: genome[name] for name in PLAYING if name in genome},
        "parts": [[part.name, part.program] for part in encoded.parts],
        "beginnings": [[[one.metre.beats, one.metre.unit], one.share, one.tempo_bpm] for one in encoded.beginnings],
        "figures": run.fact("corpus")["figures"],
        "opening": {name: fact for name, fact in run.fact("opening").items() if name != "files"},
        "sound": run.fact("sound"),
        "versions": dict(run.versions),
        "build": dict(run.build),
    }
    write_whole(folder / NETWORK, store.read_file(record.files["network"]))
    write_whole(folder / VOCABULARY, store.read_file(record.files["vocabulary"]))
    write_whole(folder / "README.md", _card_for_people(card).encode())
    write_whole(folder / CARD, json.dumps(card, indent=2, ensure_ascii=False, default=Shares.to_json).encode())


def read_export(folder: Path) -> Exported:
    """What `write_export` wrote.

    Raises:
        RunError: The folder is no export, is damaged, or was written by an evolve of another layout.
    """
    try:
        card = json.loads(_content(folder / CARD))
        _check_format(card["format"], folder)
        tokenizer = tokenizer_from_json(json.loads(_content(folder / VOCABULARY)))
        network = _content(folder / NETWORK)
        return Exported(network, _context(card, tokenizer), _checked_card(card), _soundfont(card.get("sound")))
    except (OSError, ValueError, LookupError, TypeError, ArithmeticError, RecursionError, CorpusError) as error:
        raise RunError(
            f"{folder} is no exported network, or a file of it is damaged: {_reason(error)}; export the network again, "
            f"or copy the folder anew"
        ) from error


def _content(path: Path) -> bytes:
    """What is in a file of an export."""
    most = _LARGEST_BYTES[path.name]
    data = read_regular(path, most + 1) if path.stat().st_size <= most else None
    if data is None or len(data) > most:
        raise OSError(errno.EFBIG, f"larger than {most // 10**6} MB", str(path))
    return data


def _reason(error: Exception) -> str:
    """What is wrong, in words of ours where the error has a program's."""
    if isinstance(error, KeyError):
        return f"it lacks {shortened(str(error))}"
    if isinstance(error, OSError | CorpusError | json.JSONDecodeError):
        return shortened(" ".join(str(error).split()), 200)
    return f"{CARD} or {VOCABULARY} is not as evolve writes it"


def _context(card: Mapping[str, Json], tokenizer: Tokenizer) -> SongContext:
    """What a card and a vocabulary say together, which must fit each other."""
    context = SongContext(
        tokenizer,
        opening_from_facts(card["opening"]),
        tuple(TrackRole(str(name), whole(program, most=PROGRAMS - 1)) for name, program in card["parts"]),
        tuple(_beginning(*beginning) for beginning in card["beginnings"]),
        copies=None,
        figures=CorpusFigures.from_json(card["figures"]),
    )
    if not len(context.opening.song.tracks) == len(context.parts) == tokenizer.tracks or not context.beginnings:
        raise ValueError("its opening, parts and vocabulary are not of as many tracks")
    return context


def _beginning(metre: Json, share: Json, tempo_bpm: Json) -> Beginning:
    if not is_tempo(float(tempo_bpm)) or not 0 < float(share) <= 1:
        raise ValueError(f"no beginning of a song: {share} of {tempo_bpm} beats a minute")
    return Beginning(metre_from_json(metre), float(share), float(tempo_bpm))


def _checked_card(card: Mapping[str, Json]) -> Mapping[str, Json]:
    """The card, when composing finds in it what it needs."""
    settings = settings_from({name: card[name] for name in _SETTINGS}, MusicSettings).dump()
    checked = {name: settings[name] for name in _SETTINGS}
    build = {name: str(text) for name, text in card.get("build", {}).items()}
    return {**card, **checked, **{name: str(card[name]) for name in _NAMES}, "build": build}


def _soundfont(sound: Json) -> SoundFont | None:
    return soundfont_of({"sound": sound}) if isinstance(sound, dict) else None


def is_export(folder: Path) -> bool:
    """Whether a folder looks like an exported network."""
    return (folder / CARD).is_file() and (folder / NETWORK).is_file()


def _check_format(found: Json, folder: Path) -> None:
    if found != _FORMAT:
        raise RunError(
            f"{folder} has layout {found}, this evolve reads layout {_FORMAT}; use the version of evolve that wrote it"
        )


def _in_words(value: Json | Shares) -> str:
    """A gene's value in a table: ``62 % jig, 38 % reel``, the largest first, for shares."""
    if not isinstance(value, Shares):
        return str(value)
    largest_first = sorted(value.parts, key=lambda part: -part[1])
    told = ", ".join(f"{share:.0%} {name}".replace("%", " %", 1) for name, share in largest_first if share)
    return printable(told).replace("|", "\\|")


def _card_for_people(card: Mapping[str, Json]) -> str:
    genes = "\n".join(f"| {gene} | {_in_words(value)} |" for gene, value in card["genome"].items())
    bits = card["metrics"].get("validation_loss", "unknown")
    told = "\n".join(f"- {line}" for line in licences_in_words(card["licences"])) or f"- {NONE_STATED}"
    return f"""# {card["individual"]} of {card["run"]}

A network that writes music, bred by ear with evolve. It learned from {", ".join(card["corpus"])};
on pieces it never saw it needs {bits} bits a note.

| gene | value |
| --- | --- |
{genes}

What it learned from, and under which terms:

{told}

Compose with it, here or on any machine that has evolve:

    evolve compose PATH/TO/THIS/FOLDER --songs 5 -o songs/

| file | what |
| --- | --- |
| {NETWORK} | the trained network: `keras.saving.load_model("{NETWORK}")` |
| {VOCABULARY} | what its input and output numbers mean |
| {CARD} | its genome, figures, opening and versions, for programs |
"""
