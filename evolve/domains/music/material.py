"""What every trial of a run works from: the encoded corpus, the opening, the space and the settings.

It is prepared once, kept in the run folder, and read back when the run goes on, so that the music's own files are
needed at the start alone.
"""

import dataclasses
import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from evolve.domain import Preparation
from evolve.domains.music.corpus import Corpus, Piece, read_corpus
from evolve.domains.music.encoded import EncodedCorpus, encode_corpus
from evolve.domains.music.facts.description import CopyIndex
from evolve.domains.music.facts.figures import CorpusFigures
from evolve.domains.music.facts.set_figures import SetFigures
from evolve.domains.music.holding_out import split_pieces
from evolve.domains.music.notices import check_groups, groups_notices, playing_notice, reading_notices
from evolve.domains.music.opening import (
    MOST_TICKS,
    Opening,
    choose_opening,
    find_opening,
    read_opening,
    replacements_notice,
)
from evolve.domains.music.plain import song_from_json, song_to_json, whole
from evolve.domains.music.reshaping import transposed
from evolve.domains.music.settings import MusicSettings
from evolve.domains.music.song import PITCHES, TICKS_PER_BEAT, Metre, Song
from evolve.domains.music.song_context import SongContext, copies_in
from evolve.domains.music.song_files import song_files
from evolve.domains.music.sound.soundfonts import (
    SYSTEM_FOLDERS,
    SoundFont,
    choose_soundfont,
    sound_notice,
    soundfont_of,
)
from evolve.domains.music.sources import in_own_home
from evolve.domains.music.tokenizers.tokenizer import Tokenizer, TokenizerSettings
from evolve.genetics.space import SearchSpace
from evolve.network.diet import Diet
from evolve.network.genes import GENES, PLAYING
from evolve.network.sampling import Sampling
from evolve.records.genome import Genome
from evolve.records.run import Artifact, Json
from evolve.records.shares import Shares
from evolve.user_code import UserCode

TOKENIZER = "tokenizer"
"""The gene that chooses what a network's tokens are."""

BAR_POSITION = "bar_position"
"""The gene that says whether a network reads where in the bar it is."""

DIET = "diet"
"""The gene that says what is learned from."""

BUDGET = "budget"
"""The gene that says how much of the training budget is used."""

FEWEST_ALIKE = 20
"""Pieces in the metre of the opening from which songs are compared with those alone: jigs are shorter than reels."""


@dataclass(frozen=True, slots=True)
class Material:
    """Everything of a run that a trial needs, but its genome.

    Attributes:
        encoded: The corpus as streams of tokens.
        opening: What every song begins with.
        copies: Of a tokenizer what finds passages copied from the corpus; built when it is first asked for.
        figures: What is usual in the corpus.
        space: The search space, which tells a network its genes.
        settings: Of music.
        seed: The run's.
        build: Builds a network of the user's own; None: evolve's is bred.
        soundfont: Whose instruments play the songs; None: evolve's own.
    """

    encoded: EncodedCorpus
    opening: Opening
    copies: Callable[[str], CopyIndex]
    figures: CorpusFigures
    space: SearchSpace
    settings: MusicSettings
    seed: int
    build: UserCode | None = None
    soundfont: SoundFont | None = None

    def genes(self, genome: Genome) -> dict[str, Json]:
        """A genome's genes, and those that it does not have and whose default the corpus decides."""
        genes = genome.as_dict()
        return {"heads": default_heads(self.tokenizer(genes))} | genes

    def tokenizer(self, genes: Mapping[str, Json]) -> Tokenizer:
        """What the tokens of a network of these genes are."""
        return self.encoded.pieces[tokenizer_of(genes)].tokenizer

    def sampling(self, genome: Genome) -> Sampling:
        """How an individual's songs are sampled."""
        return sampling_of(genome, self.settings)

    def diet(self, genome: Genome) -> Diet | None:
        """What an individual learns from, by group of pieces; None: each piece once an epoch."""
        shares = genome.get(DIET)
        if not isinstance(shares, Shares):
            return None
        return Diet.of(shares.parts, self.encoded.training_groups, self.encoded.held_out_groups)

    def window(self, kind: str) -> int:
        """Steps of a training window: as much music whatever the tokens are."""
        return round(self.settings.window * max(1.0, self.encoded.tokens_per_note(kind)))

    def context(self, kind: str) -> SongContext:
        """What turns the tokens of a tokenizer into songs, in the opening's tempo."""
        tokenizer = self.encoded.pieces[kind].tokenizer
        encoded = self.encoded
        return SongContext(tokenizer, self.opening, encoded.parts, encoded.beginnings, self.copies(kind), self.figures)

    @classmethod
    def load(
        cls,
        data: bytes,
        facts: Mapping[str, Mapping[str, Json]],
        space: SearchSpace,
        settings: MusicSettings,
        seed: int,
    ) -> "Material":
        """The material that `prepare` made, from what the store kept: its data, and its facts by name."""
        encoded = EncodedCorpus.from_bytes(data)
        return cls(
            encoded,
            opening_from_facts(facts["opening"]),
            functools.cache(partial(copies_in, encoded)),
            CorpusFigures.from_json(facts["corpus"]["figures"]),
            space,
            settings,
            seed,
            soundfont=soundfont_of(facts),
        )


def tokenizer_of(genes: Mapping[str, Json]) -> str:
    """What the tokens of a network with these genes are."""
    return str(genes.get(TOKENIZER, GENES[TOKENIZER].default))


def budget_of(genome: Genome) -> float:
    """The share of the run's training budget that an individual uses."""
    return float(str(genome.as_dict().get(BUDGET, GENES[BUDGET].default)))


def sampling_of(genome: Genome, settings: MusicSettings) -> Sampling:
    """How an individual's songs are sampled: as its genes say, else as the run's settings do."""
    usual = {name: getattr(settings, name) for name in PLAYING}
    temperature, top_p, guard = ({**usual, **genome.as_dict()}[name] for name in PLAYING)
    return Sampling(temperature, top_p, guard)


def default_heads(tokenizer: Tokenizer) -> str:
    """The gene ``heads`` where a genome does not have it: what several tracks do at once, each has to know."""
    return "chained" if tokenizer.tracks > 1 else "independent"


def tokenizers_in(space: SearchSpace) -> tuple[str, ...]:
    """The tokenizers that the networks of a space can have."""
    return tuple(map(str, _values_in(space, TOKENIZER)))


def _values_in(space: SearchSpace, name: str) -> tuple[Json, ...]:
    """The values that a choice, a boolean or a fixed gene can have in a space; its default where it is none of them."""
    return next((gene.values for gene in space.genes if gene.name == name), (GENES[name].default,))


def prepare(
    settings: MusicSettings,
    space: SearchSpace,
    seed: int,
    on_progress: Callable[[int, int], None] | None = None,
    soundfont_folders: Sequence[Path] = SYSTEM_FOLDERS,
) -> Preparation:
    """Choose the instruments, read the corpus and choose the opening.

    Args:
        settings: Of music.
        space: What the run searches; it says which tokenizers are needed.
        seed: The run's.
        on_progress: Called with (files read, files in all).
        soundfont_folders: Where the system's SoundFonts are looked for.

    Raises:
        CorpusError: Nothing usable was found, a group that the space names among it, or the opening cannot be read.
        SettingsError: The SoundFont that the settings name cannot be played.
    """
    soundfont, silent_fonts = choose_soundfont(settings.soundfont, soundfont_folders)
    if settings.opening is not None:  # told before a corpus is read for minutes
        find_opening(in_own_home(settings.opening), settings.roles, settings.opening_notes)
    corpus = read_corpus(settings.corpus, roles=settings.roles, on_progress=on_progress)
    check_groups(space, [group.name for group in corpus.groups])
    training, held_out = split_pieces(corpus.pieces, seed=seed, opening_notes=settings.opening_notes)
    encoded = encode_corpus(
        training,
        held_out,
        kinds=tokenizers_in(space),
        settings=settings_of(settings),
        names=corpus.names,
        fingerprint=corpus.fingerprint,
    )
    opening = _open(settings, encoded, held_out, seed)
    figures = CorpusFigures.of((piece.song for piece in training), most_notes=settings.notes)
    facts = {"corpus": _corpus_facts(corpus, encoded, figures), "opening": opening_facts(opening)}
    facts["sound"] = {"soundfont": soundfont and soundfont.to_json()}
    facts["corpus"] |= _set_facts([piece.song for piece in training], opening.song.metre)
    groups = [group["name"] for group in facts["corpus"].get("groups", ())]
    notices = (
        *reading_notices(corpus, opening, settings),
        *_bars_notice(encoded, space),
        *groups_notices(space, groups),
        *playing_notice(space, settings),
        *silent_fonts,
        *sound_notice(settings.soundfont, soundfont),
    )
    files = {"opening": _opening_files(opening, soundfont)}
    return Preparation(encoded.to_bytes(), facts, files, notices, tuple(groups))


def settings_of(settings: MusicSettings) -> TokenizerSettings:
    """What tokenizers need to know of a run's settings."""
    return TokenizerSettings(
        endings=settings.endings,
        loudness=settings.loudness,
        chord_tokens=settings.chord_tokens,
        grid_ticks=TICKS_PER_BEAT // settings.grid,
    )


def _open(settings: MusicSettings, encoded: EncodedCorpus, held_out: Sequence[Piece], seed: int) -> Opening:
    tokenizer = next(iter(encoded.pieces.values())).tokenizer
    if settings.opening is None:
        opening = choose_opening(held_out, seed=seed, notes=settings.opening_notes)
    else:
        opening = read_opening(Path(settings.opening), tokenizer, settings.roles, notes=settings.opening_notes)
    notice = replacements_notice(opening, tokenizer.encode(opening.song, opening.goes_on_at))
    return dataclasses.replace(opening, notice=notice if settings.opening is not None else None)


def _bars_notice(encoded: EncodedCorpus, space: SearchSpace) -> Iterator[str]:
    """What the space's networks could be told and are not."""
    has_bars = any(one.tokenizer.context for one in encoded.pieces.values())
    if not has_bars and True in _values_in(space, BAR_POSITION):
        yield "most pieces are played freely, without bars, so networks are not told where in the bar they are"


def _set_facts(songs: Sequence[Song], metre: Metre) -> dict[str, Json]:
    """What pieces are like that songs compare with: those in the opening's metre, where there are enough."""
    alike = [song for song in songs if song.metre == metre]
    if len(alike) < FEWEST_ALIKE:
        return {"set_figures": SetFigures.of(songs).to_json(), "set_metre": ""}
    return {"set_figures": SetFigures.of(alike).to_json(), "set_metre": str(metre)}


def _corpus_facts(corpus: Corpus, encoded: EncodedCorpus, figures: CorpusFigures) -> dict[str, Json]:
    return {
        "names": list(corpus.names),
        "licences": [licence.to_json() for licence in corpus.licences],
        "fingerprint": corpus.fingerprint,
        "pieces": len(corpus.pieces),
        "held_out_pieces": len(encoded.held_out_names),
        "notes": sum(len(piece.steps) for piece in corpus.pieces),
        "groups": [dataclasses.asdict(group) for group in corpus.groups],
        "grouped_by": list(corpus.grouped_by),
        "tracks": [{"name": part.name, "program": part.program} for part in encoded.parts],
        "vocabulary": {kind: one.tokenizer.sizes for kind, one in encoded.pieces.items()},
        "tempo_bpm": encoded.tempo_bpm,
        "figures": figures.to_json(),
        "skipped": [dataclasses.asdict(skipped) for skipped in corpus.skipped],
    }


def opening_facts(opening: Opening) -> dict[str, Json]:
    """An opening as JSON."""
    facts = {field.name: getattr(opening, field.name) for field in dataclasses.fields(opening)}
    return {**facts, "song": song_to_json(opening.song)}


def opening_from_facts(facts: Mapping[str, Json]) -> Opening:
    """The opening that `opening_facts` wrote; `KeyError`, `TypeError` or `ValueError` when it is something else."""
    fields = {field.name: facts[field.name] for field in dataclasses.fields(Opening)}
    song = song_from_json(facts["song"])
    numbers = {
        "goes_on_at": whole(facts["goes_on_at"], song.length_ticks, MOST_TICKS),
        "notes": whole(facts["notes"]),
        "transposed_by": whole(facts["transposed_by"], -PITCHES, PITCHES),
    }
    return Opening(**{**fields, **numbers, "song": song})


def _opening_files(opening: Opening, soundfont: SoundFont | None = None) -> tuple[Artifact, ...]:
    song = transposed(opening.song, -opening.transposed_by)
    return song_files(dataclasses.replace(song, title="Opening"), "opening", soundfont=soundfont)
