"""What every trial of a run works from: the encoded corpus, the opening, the space and the settings.

It is prepared once, kept in the run folder, and read back when the run goes on, so that the music's own files are
needed at the start alone.
"""

import dataclasses
import shlex
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from evolve.config import RunConfig
from evolve.execution.song_context import SongContext
from evolve.execution.song_files import song_files
from evolve.genetics.space import SearchSpace
from evolve.music.corpus import Corpus, read_corpus
from evolve.music.encoded import EncodedCorpus, encode_corpus
from evolve.music.facts.copies import CopyIndex
from evolve.music.opening import Opening, choose_opening, find_opening, read_opening
from evolve.music.representation.steps import Step, transpose, unfold
from evolve.store.records import Artifact, Json


@dataclass(frozen=True, slots=True)
class Material:
    """Everything of a run that a trial needs, but its genome.

    Attributes:
        encoded: The corpus as streams of symbols.
        opening: What every song begins with.
        copies: Finds passages copied from the corpus.
        space: The search space, which tells a network its genes.
        config: The run's settings.
    """

    encoded: EncodedCorpus
    opening: Opening
    copies: CopyIndex
    space: SearchSpace
    config: RunConfig

    @property
    def context(self) -> SongContext:
        """What turns the run's networks' symbols into songs, in the opening's tempo."""
        tempo_bpm = self.opening.tempo_bpm or self.encoded.tempo_bpm
        return SongContext(self.encoded.vocabulary, self.opening, tempo_bpm, self.copies)

    @classmethod
    def load(cls, data: bytes, opening: Mapping[str, Json], space: SearchSpace, config: RunConfig) -> "Material":
        """The material that `prepare` made, from what the store kept."""
        encoded = EncodedCorpus.from_bytes(data)
        copies = CopyIndex.build(encoded.training_names, encoded.training_steps)
        return cls(encoded, opening_from_facts(opening), copies, space, config)


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


def prepare(config: RunConfig, on_progress: Callable[[int, int], None] | None = None) -> Preparation:
    """Read the corpus and choose the opening.

    Args:
        config: The run's settings.
        on_progress: Called with (files read, files in all).

    Raises:
        CorpusError: Nothing usable was found, or the opening cannot be read.
    """
    if config.opening is not None:
        find_opening(Path(config.opening).expanduser(), config.window)  # told before a corpus is read for minutes
    corpus = read_corpus(config.corpus, on_progress=on_progress)
    encoded = _encode(corpus, config)
    opening = _open(config, encoded)
    facts = {"corpus": _corpus_facts(corpus, encoded), "opening": opening_facts(opening)}
    return Preparation(encoded.to_bytes(), _opening_files(opening, encoded), facts, tuple(_notices(corpus, opening)))


def _encode(corpus: Corpus, config: RunConfig) -> EncodedCorpus:
    """The corpus in the symbols that the run's networks will know."""
    return encode_corpus(corpus, seed=config.seed, max_pitches=config.chord_symbols)


def _open(config: RunConfig, encoded: EncodedCorpus) -> Opening:
    if config.opening is None:
        return choose_opening(encoded, seed=config.seed, length=config.window)
    return read_opening(Path(config.opening), encoded.vocabulary, length=config.window)


def _notices(corpus: Corpus, opening: Opening) -> Iterator[str]:
    if corpus.skipped:
        sources = shlex.join(corpus.names)
        yield f"{len(corpus.skipped)} file(s) of the corpus were skipped; to see why: evolve corpus check {sources}"
    if opening.notice:
        yield opening.notice


def _corpus_facts(corpus: Corpus, encoded: EncodedCorpus) -> Json:
    return {
        "names": list(corpus.names),
        "fingerprint": corpus.fingerprint,
        "pieces": len(corpus.pieces),
        "held_out_pieces": len(encoded.held_out),
        "notes": sum(len(piece.steps) for piece in corpus.pieces),
        "vocabulary": encoded.vocabulary.sizes,
        "tempo_bpm": encoded.tempo_bpm,
        "skipped": [dataclasses.asdict(skipped) for skipped in corpus.skipped],
    }


def opening_facts(opening: Opening) -> dict[str, Json]:
    """An opening as JSON."""
    steps = [[list(step.pitches), step.duration_ticks] for step in opening.steps]
    return {"notes": len(steps), **dataclasses.asdict(opening), "steps": steps}


def opening_from_facts(facts: Mapping[str, Json]) -> Opening:
    """The opening that `opening_facts` wrote."""
    steps = tuple(Step(tuple(pitches), duration) for pitches, duration in facts["steps"])
    return Opening(steps, facts["source"], facts["notice"], facts["transposed_by"], facts["tempo_bpm"])


def _opening_files(opening: Opening, encoded: EncodedCorpus) -> tuple[Artifact, ...]:
    own_key = transpose(opening.steps, -opening.transposed_by)
    song = unfold(own_key, tempo_bpm=opening.tempo_bpm or encoded.tempo_bpm, title="Opening")
    return song_files(song, "opening")
