"""Trials without training, a listener with a fixed taste, an observer that remembers: whole runs in a second."""

import contextlib
import dataclasses
import hashlib
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from evolve.cli.options import DEFAULT_LISTENER
from evolve.config import RunConfig
from evolve.execution.contract import Phase, TrialObserver, TrialProgress
from evolve.execution.material import Material
from evolve.genetics.genome import Genome
from evolve.genetics.individual import Individual
from evolve.judging.ballot import Ballot
from evolve.randomness import derive_rng
from evolve.search import Judge, Outcome, advance, create
from evolve.sittings import Sitting
from evolve.store.records import Artifact, GenerationRecord, RunRecord, SongResult, TrialResult
from evolve.store.run_store import RunStore
from tests.unheard_songs import with_unheard

WORDS_ALONE = """
genes:
  cell: {type: choice, values: [lstm, gru, simple_rnn]}
  encoding: {type: choice, values: [onehot, embedding]}
  embedding_width: {type: choice, values: [8, 16, 32], ordered: true, parent_name: encoding, parent_values: [embedding]}
  width: {type: choice, values: [32, 64, 96, 128], ordered: true}
  activation: {type: choice, values: [relu, tanh, elu, gelu]}
  branches: {type: boolean}
"""
"""A space that can be listed: 384 genomes."""


def small_config(tunes: Path, **changes: object) -> RunConfig:
    """Three generations of four."""
    few = {"corpus": (str(tunes),), "population": 4, "parents": 2, "generations": 3, "songs": 2, "notes": 5, "seed": 11}
    return RunConfig.model_validate(few | changes)


def worth(genome: Genome) -> int:
    """How much the pretended listener likes what this genome composes."""
    return int(hashlib.sha256(genome.fingerprint.encode()).hexdigest()[:8], 16)


def pretended_result(individual: Individual, songs: int, bits: float = 3.0) -> TrialResult:
    """Songs and a network that depend on the genome alone, and a validation loss."""
    data = str(worth(individual.genome)).encode()
    made = tuple(
        SongResult(
            index,
            (Artifact("midi", f"song-{index}.mid", data), Artifact("audio", f"song-{index}.ogg", data)),
            {"notes": 5, "seconds": 2.5, "range": "C4–C5", "repetition": 0.0, "copied": 1},
        )
        for index in range(1, songs + 1)
    )
    network = Artifact("network", "network.keras", data)
    return TrialResult(individual.id, {"held_out_bits_per_note": bits, "epochs": 1}, made, (network,))


@dataclass
class PretendedExecution:
    """An `Execution` whose trials take no time.

    Attributes:
        fails: The reason why an individual fails, or None.
        stop_after: Raises `KeyboardInterrupt` once so many trials have ended; None never does.
        stop_in_the_middle: Whether the next trial has begun by then.
        order: Trials end in the order of their slots for 0, shuffled for any other number.
        ran: Ids in the order in which trials ended.
        entered: How often the place was started.
        foretold: For how many trials it was asked to get ready, each time.
        is_running: Whether it is started now.
        is_starting: Whether it is just starting.
        bits: The validation loss of an individual.
        unheard: Songs of each that nobody hears unless they ask.
    """

    fails: Callable[[Individual], str | None] = lambda _: None
    stop_after: int | None = None
    stop_in_the_middle: bool = False
    order: int = 0
    ran: list[str] = field(default_factory=list)
    entered: int = 0
    foretold: list[int] = field(default_factory=list)
    is_running: bool = False
    is_starting: bool = False
    bits: Callable[[Individual], float] = lambda _: 3.0
    unheard: int = 0

    def get_ready(self, trials: int) -> None:
        """There is nothing to start; how many trials were foretold is remembered."""
        self.foretold.append(trials)

    @contextlib.contextmanager
    def __call__(self) -> Iterator["PretendedExecution"]:
        """Start and stop."""
        self.entered += 1
        self.is_running = True
        try:
            yield self
        finally:
            self.is_running = False

    def run(self, individuals: Sequence[Individual], material: Material, observer: TrialObserver) -> None:
        """See `TrialRunner.run`."""
        for individual in self._shuffled(individuals):
            stops = self.stop_after is not None and len(self.ran) >= self.stop_after
            if stops and not self.stop_in_the_middle:
                raise KeyboardInterrupt
            observer.trial_started(individual.id)
            observer.trial_progressed(TrialProgress(individual.id, Phase.TRAINING, 1, 1, 3.0, 0.0))
            if stops:
                raise KeyboardInterrupt
            reason = self.fails(individual)
            self.ran.append(individual.id)
            result = pretended_result(individual, material.config.songs, self.bits(individual))
            result = with_unheard(result, self.unheard) if self.unheard else result
            observer.trial_finished(result if reason is None else TrialResult(individual.id, failure=reason))

    def _shuffled(self, individuals: Sequence[Individual]) -> list[Individual]:
        if not self.order:
            return list(individuals)
        order = derive_rng(self.order, "order", len(self.ran)).permutation(len(individuals))
        return [individuals[int(place)] for place in order]


class Remembering:
    """A `RunObserver` that keeps what it is told."""

    def __init__(self) -> None:
        """Nothing was told yet."""
        self.notices: list[str] = []
        self.events: list[str] = []
        self.corpus: list[tuple[int, int]] = []
        self.hearable: list[tuple[int, list[str]]] = []

    def corpus_read(self, done: int, total: int) -> None:
        """So many files."""
        self.corpus.append((done, total))

    def noticed(self, notice: str) -> None:
        """Something worth knowing."""
        self.notices.append(notice)

    def evaluation_started(self, run: RunRecord, generation: GenerationRecord) -> None:
        """Trials begin."""
        self.events.append(f"generation {generation.index} of {run.name}")

    def songs_laid_out(self, heard: int, folder: Path) -> None:
        """So many candidates, and the files that lie there now."""
        self.hearable.append((heard, sorted(path.name for path in folder.iterdir())))

    def evaluation_ended(self) -> None:
        """Trials ended."""
        self.events.append("ended")

    def trial_started(self, individual_id: str) -> None:
        """One began."""
        self.events.append(f"{individual_id} started")

    def trial_lost(self, individual_id: str, reason: str) -> None:
        """One begins anew."""
        self.events.append(f"{individual_id} lost: {reason}")

    def trial_progressed(self, progress: TrialProgress) -> None:
        """One lives."""
        self.events.append(f"{progress.individual_id} {progress.phase}")

    def trial_finished(self, result: TrialResult) -> None:
        """One ended."""
        self.events.append(f"{result.individual_id} finished")

    def place_changed(self, place: str) -> None:
        """The place where trials run does something."""
        self.events.append(place)


def by_ear(sitting: Sitting) -> tuple[Ballot, str]:
    """The best first, by what is heard alone: the candidate's songs, not its name."""

    def liked(candidate_songs: Sequence[Path]) -> int:
        return sum(int(path.read_bytes()) for path in candidate_songs)

    heard = {one.id: liked([song.files["audio"] for song in one.songs]) for one in sitting.candidates}
    return Ballot(tuple((name,) for name in sorted(heard, key=lambda name: -heard[name]))), "list"


def go(
    store: RunStore,
    execution: PretendedExecution | None = None,
    judge: Judge | None = by_ear,
    observer: Remembering | None = None,
) -> Outcome:
    """Take a run on."""
    return advance(
        store, execution or PretendedExecution(), observer or Remembering(), judge, listener=DEFAULT_LISTENER
    )


def prepare_run(folder: Path, config: RunConfig) -> Path:
    """A new run whose corpus is read and whose founders are born, and which has trained nothing yet."""
    with create(folder, config, "words.yaml", WORDS_ALONE) as store, contextlib.suppress(KeyboardInterrupt):
        go(store, PretendedExecution(stop_after=0))
    return folder


def copy_of(run_folder: Path, folder: Path) -> RunStore:
    """A copy of a run, under the same name in another folder."""
    return RunStore(Path(shutil.copytree(run_folder, folder / run_folder.name)))


def lineage(run: RunRecord) -> object:
    """Everything that chance and the listener decided; not when it was, nor which attempts were lost on the way."""
    generations = [dataclasses.replace(one, ballots=()) for one in run.generations]
    ballots = [[(ballot.listener, ballot.ballot, ballot.letters) for ballot in one.ballots] for one in run.generations]
    individuals = {name: dataclasses.replace(record, lost=()) for name, record in run.individuals.items()}
    return generations, ballots, individuals
