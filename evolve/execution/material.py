"""What every trial of a run works from: the encoded corpus, the opening, the space and the settings.

It is prepared once, kept in the run folder, and read back when the run goes on, so that the music's own files are
needed at the start alone.
"""

import dataclasses
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from evolve.config import RunConfig
from evolve.errors import CorpusError, nearest_spelling
from evolve.execution.song_context import SongContext, copies_in
from evolve.execution.song_files import song_files
from evolve.genetics.gene import GeneKind
from evolve.genetics.genome import Genome
from evolve.genetics.shares import Shares
from evolve.genetics.space import SearchSpace
from evolve.music.arrangement import PIANO
from evolve.music.corpus import Corpus, Piece, read_corpus
from evolve.music.encoded import EncodedCorpus, encode_corpus
from evolve.music.facts.copies import CopyIndex
from evolve.music.facts.corpus_figures import CorpusFigures
from evolve.music.facts.set_figures import SetFigures
from evolve.music.holding_out import split_pieces
from evolve.music.opening import MOST_TICKS, Opening, choose_opening, find_opening, read_opening, replacements_notice
from evolve.music.representation.contract import Representation, Settings
from evolve.music.reshaping import transposed
from evolve.music.song import PITCHES, TICKS_PER_BEAT, Metre, Song
from evolve.music.song_json import song_from_json, song_to_json, whole
from evolve.music.sources import in_own_home
from evolve.network.diet import Diet
from evolve.network.genes import GENES, PLAYING
from evolve.network.sampling import Sampling
from evolve.store.records import Artifact, Json
from evolve.words import counted, listed, worded

REPRESENTATION = "representation"
"""The gene that chooses what a network's symbols are."""

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
        encoded: The corpus as streams of symbols.
        opening: What every song begins with.
        copies: Finds passages copied from the corpus, by representation.
        figures: What is usual in the corpus.
        space: The search space, which tells a network its genes.
        config: The run's settings.
    """

    encoded: EncodedCorpus
    opening: Opening
    copies: Mapping[str, CopyIndex]
    figures: CorpusFigures
    space: SearchSpace
    config: RunConfig

    def genes(self, genome: Genome) -> dict[str, Json]:
        """A genome's genes, and those that it does not have and whose default the corpus decides."""
        genes = genome.as_dict()
        return {"heads": default_heads(self.representation(genes))} | genes

    def representation(self, genes: Mapping[str, Json]) -> Representation:
        """What the symbols of a network of these genes are."""
        return self.encoded.pieces[representation_of(genes)].representation

    def sampling(self, genome: Genome) -> Sampling:
        """How an individual's songs are sampled."""
        return sampling_of(genome, self.config)

    def diet(self, genome: Genome) -> Diet | None:
        """What an individual learns from, by group of pieces; None: each piece once an epoch."""
        shares = genome.get(DIET)
        if not isinstance(shares, Shares):
            return None
        return Diet.of(shares.parts, self.encoded.training_groups, self.encoded.held_out_groups)

    def window(self, kind: str) -> int:
        """Steps of a training window: as much music whatever the symbols are."""
        return round(self.config.window * max(1.0, self.encoded.symbols_per_note(kind)))

    def context(self, kind: str) -> SongContext:
        """What turns the symbols of a representation into songs, in the opening's tempo."""
        representation = self.encoded.pieces[kind].representation
        encoded = self.encoded
        return SongContext(
            representation, self.opening, encoded.parts, encoded.beginnings, self.copies[kind], self.figures
        )

    @classmethod
    def load(
        cls, data: bytes, facts: Mapping[str, Mapping[str, Json]], space: SearchSpace, config: RunConfig
    ) -> "Material":
        """The material that `prepare` made, from what the store kept: its data, and its facts by name."""
        encoded = EncodedCorpus.from_bytes(data)
        return cls(
            encoded,
            opening_from_facts(facts["opening"]),
            {kind: copies_in(encoded, kind) for kind in encoded.pieces},
            CorpusFigures.from_json(facts["corpus"]["figures"]),
            space,
            config,
        )


def representation_of(genes: Mapping[str, Json]) -> str:
    """What the symbols of a network with these genes are."""
    return str(genes.get(REPRESENTATION, GENES[REPRESENTATION].default))


def budget_of(genome: Genome) -> float:
    """The share of the run's training budget that an individual uses."""
    return float(str(genome.as_dict().get(BUDGET, GENES[BUDGET].default)))


def sampling_of(genome: Genome, config: RunConfig) -> Sampling:
    """How an individual's songs are sampled: as its genes say, else as the run's settings do."""
    settings = {name: getattr(config, name) for name in PLAYING}
    temperature, top_p, guard = ({**settings, **genome.as_dict()}[name] for name in PLAYING)
    return Sampling(temperature, top_p, guard)


def default_heads(representation: Representation) -> str:
    """The gene ``heads`` where a genome does not have it: what several tracks do at once, each has to know."""
    return "chained" if representation.tracks > 1 else "independent"


def representations_in(space: SearchSpace) -> tuple[str, ...]:
    """The representations that the networks of a space can have."""
    return tuple(map(str, _values_in(space, REPRESENTATION)))


def _values_in(space: SearchSpace, name: str) -> tuple[Json, ...]:
    """The values that a choice, a boolean or a fixed gene can have in a space; its default where it is none of them."""
    return next((gene.values for gene in space.genes if gene.name == name), (GENES[name].default,))


@dataclass(frozen=True, slots=True)
class Preparation:
    """What the store keeps of the material.

    Attributes:
        data: The encoded corpus.
        files: The opening, to be heard and seen.
        facts: Facts about ``corpus`` and ``opening``.
        notices: What the user should be told.
    """

    data: bytes
    files: tuple[Artifact, ...]
    facts: Mapping[str, Json]
    notices: tuple[str, ...]


def prepare(
    config: RunConfig, space: SearchSpace, on_progress: Callable[[int, int], None] | None = None
) -> Preparation:
    """Read the corpus and choose the opening.

    Args:
        config: The run's settings.
        space: What the run searches; it says which representations are needed.
        on_progress: Called with (files read, files in all).

    Raises:
        CorpusError: Nothing usable was found, a group that the space names among it, or the opening cannot be read.
    """
    if config.opening is not None:  # told before a corpus is read for minutes
        find_opening(in_own_home(config.opening), config.roles, config.opening_notes)
    corpus = read_corpus(config.corpus, roles=config.roles, on_progress=on_progress)
    check_groups(space, [group.name for group in corpus.groups])
    training, held_out = split_pieces(corpus.pieces, seed=config.seed, opening_notes=config.opening_notes)
    encoded = encode_corpus(
        training,
        held_out,
        kinds=representations_in(space),
        settings=settings_of(config),
        names=corpus.names,
        fingerprint=corpus.fingerprint,
    )
    opening = _open(config, encoded, held_out)
    figures = CorpusFigures.of((piece.song for piece in training), most_notes=config.notes)
    facts = {"corpus": _corpus_facts(corpus, encoded, figures), "opening": opening_facts(opening)}
    facts["corpus"] |= _set_facts([piece.song for piece in training], opening.song.metre)
    groups = [group["name"] for group in facts["corpus"].get("groups", ())]
    notices = (
        *_notices(corpus, opening, config),
        *_bars_notice(encoded, space),
        *groups_notices(space, groups),
        *playing_notice(space, config),
    )
    return Preparation(encoded.to_bytes(), _opening_files(opening), facts, notices)


def settings_of(config: RunConfig) -> Settings:
    """What representations need to know of a run's settings."""
    return Settings(
        endings=config.endings,
        loudness=config.loudness,
        chord_symbols=config.chord_symbols,
        grid_ticks=TICKS_PER_BEAT // config.grid,
    )


def _open(config: RunConfig, encoded: EncodedCorpus, held_out: Sequence[Piece]) -> Opening:
    representation = next(iter(encoded.pieces.values())).representation
    if config.opening is None:
        opening = choose_opening(held_out, seed=config.seed, notes=config.opening_notes)
    else:
        opening = read_opening(Path(config.opening), representation, config.roles, notes=config.opening_notes)
    notice = replacements_notice(opening, representation.encode(opening.song, opening.goes_on_at))
    return dataclasses.replace(opening, notice=notice if config.opening is not None else None)


def _notices(corpus: Corpus, opening: Opening, config: RunConfig) -> Iterator[str]:
    if corpus.skipped:
        sources = shlex.join(corpus.names)
        tracks = "" if config.roles == PIANO else f" --tracks {config.tracks}"
        skipped, whole = len(corpus.skipped), len(corpus.skipped) + len(corpus.pieces)
        yield (
            f"{skipped:,} of {counted(whole, 'piece')} {worded(skipped, 'was', 'were')} skipped, "
            f"{counted(len(corpus.pieces), 'is', 'are')} left to learn from; "
            f"to see why: evolve corpus check {sources}{tracks}"
        )
    if opening.notice:
        yield opening.notice


def _bars_notice(encoded: EncodedCorpus, space: SearchSpace) -> Iterator[str]:
    """What the space's networks could be told and are not."""
    has_bars = any(one.representation.context for one in encoded.pieces.values())
    if not has_bars and True in _values_in(space, BAR_POSITION):
        yield "most pieces are played freely, without bars, so networks are not told where in the bar they are"


def check_groups(space: SearchSpace, groups: Sequence[str]) -> None:
    """See that the corpus has the groups that a space names.

    Args:
        space: As its file has it.
        groups: The names of the corpus's groups.

    Raises:
        CorpusError: It lacks one.
    """
    for gene in space.genes:
        missing = [str(name) for name in gene.values if name not in groups] if gene.kind is GeneKind.SHARES else []
        if missing:
            there = f"its groups: {listed(groups)}" if len(groups) > 1 else "it has none"
            raise CorpusError(
                f"{gene.name} names {listed(missing)}, which the corpus does not have; {there}"
                f"{nearest_spelling(missing[0], groups)}; name some of these, or write {gene.name}: {{type: shares}} "
                f"for whatever groups there are"
            )


def groups_notices(space: SearchSpace, groups: Sequence[str]) -> Iterator[str]:
    """That a gene of shares is left out, where the corpus has no groups to divide a whole among."""
    kept = [gene.name for gene in space.with_groups(groups).genes]
    for gene in space.genes:
        if gene.name not in kept:
            yield f"there are no two groups of pieces to choose from, so networks have no gene {gene.name}"


def playing_notice(space: SearchSpace, config: RunConfig) -> Iterator[str]:
    """That settings were chosen which no network goes by, since each has a gene of the name."""
    genes = [gene.name for gene in space.genes if gene.parent_name is None]
    idle = [name for name in PLAYING if name in genes and getattr(config, name) != getattr(RunConfig(), name)]
    if idle:
        are_genes = worded(len(idle), "is a gene", "are genes")
        have = worded(len(idle), "setting has", "settings have")
        yield f"{listed(idle)} {are_genes} of this space: each network plays with its own, the {have} no effect"


def _set_facts(songs: Sequence[Song], metre: Metre) -> dict[str, Json]:
    """What pieces are like that songs compare with: those in the opening's metre, where there are enough."""
    alike = [song for song in songs if song.metre == metre]
    if len(alike) < FEWEST_ALIKE:
        return {"set_figures": SetFigures.of(songs).to_json(), "set_metre": ""}
    return {"set_figures": SetFigures.of(alike).to_json(), "set_metre": str(metre)}


def _corpus_facts(corpus: Corpus, encoded: EncodedCorpus, figures: CorpusFigures) -> dict[str, Json]:
    return {
        "names": list(corpus.names),
        "fingerprint": corpus.fingerprint,
        "pieces": len(corpus.pieces),
        "held_out_pieces": len(encoded.held_out_names),
        "notes": sum(len(piece.steps) for piece in corpus.pieces),
        "groups": [dataclasses.asdict(group) for group in corpus.groups],
        "grouped_by": list(corpus.grouped_by),
        "tracks": [{"name": part.name, "program": part.program} for part in encoded.parts],
        "vocabulary": {kind: one.representation.sizes for kind, one in encoded.pieces.items()},
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


def _opening_files(opening: Opening) -> tuple[Artifact, ...]:
    song = transposed(opening.song, -opening.transposed_by)
    return song_files(dataclasses.replace(song, title="Opening"), "opening")
