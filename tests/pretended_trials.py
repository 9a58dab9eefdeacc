"""Trials without training, a listener with a fixed taste, an observer that remembers: whole runs in a second."""

import contextlib
import dataclasses
import hashlib
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from evolve.domains.music.settings import MusicSettings
from evolve.execution.run_material import RunMaterial
from evolve.randomness import derive_rng
from evolve.records.ballot import Ballot
from evolve.records.events import Event, EventHandler, EventKind, Progress
from evolve.records.genome import Genome
from evolve.records.individual import Individual
from evolve.records.run import Artifact, GenerationStatus, RunRecord, Sample, TrialResult
from evolve.search.listening import ListeningSession
from evolve.search.steps import Outcome, SessionJudge, advance, create
from evolve.settings import Settings, settings_from
from evolve.store.run_store import RunStore
from evolve.terminal.options import DEFAULT_LISTENER
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


def small_settings(tunes: Path, **changes: object) -> Settings:
    """Three generations of four."""
    few = {"corpus": (str(tunes),), "population": 4, "parents": 2, "generations": 3, "songs": 2, "notes": 5, "seed": 11}
    few |= {"screening": "validation_loss", "soundfont": "none", "taste": False}
    return settings_from(few | changes, MusicSettings)


def worth(genome: Genome) -> int:
    """How much the pretended listener likes what this genome composes."""
    return int(hashlib.sha256(genome.fingerprint.encode()).hexdigest()[:8], 16)


def pretended_result(individual: Individual, songs: int, bits: float = 3.0) -> TrialResult:
    """Songs and a network that depend on the genome alone, and a validation loss."""
    data = str(worth(individual.genome)).encode()
    made = tuple(
        Sample(
            index,
            (Artifact("midi", f"song-{index}.mid", data), Artifact("audio", f"song-{index}.ogg", data)),
            {"notes": 5, "seconds": 2.5, "range": "C4–C5", "repetition": 0.0, "copied": 1},
        )
        for index in range(1, songs + 1)
    )
    network = Artifact("network", "network.keras", data)
    return TrialResult(individual.id, {"validation_loss": bits, "epochs": 1}, made, (network,))


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
        ends_early: Whether the training of an individual ends before any rung.
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
    ends_early: Callable[[Individual], bool] = lambda _: False

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

    def run(self, individuals: Sequence[Individual], material: RunMaterial, listener: EventHandler) -> None:
        """Tell of a trial of each."""
        for individual in self._shuffled(individuals):
            name = individual.id
            stops = self.stop_after is not None and len(self.ran) >= self.stop_after
            if stops and not self.stop_in_the_middle:
                raise KeyboardInterrupt
            listener(Event(EventKind.STARTED, name))
            listener(Event(EventKind.PROGRESSED, name, progress=Progress("training", 1, 1, 3.0, 0.0)))
            if stops:
                raise KeyboardInterrupt
            reason = self.fails(individual)
            self.ran.append(name)
            result = pretended_result(individual, int(material.settings["songs"]), self.bits(individual))
            result = with_unheard(result, self.unheard) if self.unheard else result
            if material.rung < 1 and not self.ends_early(individual):
                result = TrialResult(name, {"validation_loss": self.bits(individual)}, is_paused=True)
            result = result if reason is None else TrialResult(name, failure=reason)
            listener(Event(EventKind.FINISHED, name, result=result))

    def _shuffled(self, individuals: Sequence[Individual]) -> list[Individual]:
        if not self.order:
            return list(individuals)
        order = derive_rng(self.order, "order", len(self.ran)).permutation(len(individuals))
        return [individuals[int(place)] for place in order]


class Remembering:
    """A listener that keeps what it is told."""

    def __init__(self) -> None:
        """Nothing was told yet."""
        self.notices: list[str] = []
        self.events: list[str] = []
        self.corpus: list[tuple[int, int]] = []
        self.hearable: list[tuple[int, list[str]]] = []

    def __call__(self, event: Event) -> None:
        """Remember what has happened."""
        name = event.individual_id
        match event.kind:
            case EventKind.PREPARING:
                self.corpus.append((event.done, event.total))
            case EventKind.NOTICE:
                self.notices.append(event.text)
            case EventKind.PRESENTABLE:
                self.hearable.append((event.done, sorted(path.name for path in Path(event.text).iterdir())))
            case EventKind.EVALUATING:
                self.events.append(f"generation {event.generation}")
            case EventKind.EVALUATED:
                self.events.append("ended")
            case EventKind.LOST:
                self.events.append(f"{name} lost: {event.text}")
            case EventKind.PROGRESSED:
                self.events.append(f"{name} {event.progress.phase if event.progress else ''}")
            case EventKind.STARTED | EventKind.FINISHED:
                self.events.append(f"{name} {event.kind}")
            case EventKind.CAPACITY:
                self.events.append(event.text)


def by_ear(session: ListeningSession) -> tuple[Ballot, str]:
    """The best first, by what is heard alone: the candidate's songs, not its name."""

    def liked(candidate_songs: Sequence[Path]) -> int:
        return sum(int(path.read_bytes()) for path in candidate_songs)

    heard = {one.id: liked([song.files["audio"] for song in one.samples]) for one in session.candidates}
    return Ballot(tuple((name,) for name in sorted(heard, key=lambda name: -heard[name]))), "list"


def go(
    store: RunStore,
    execution: PretendedExecution | None = None,
    judge: SessionJudge | None = by_ear,
    observer: Remembering | None = None,
) -> Outcome:
    """Take a run on."""
    return advance(
        store, execution or PretendedExecution(), observer or Remembering(), judge, listener=DEFAULT_LISTENER
    )


def prepare_run(folder: Path, settings: Settings) -> Path:
    """A new run whose corpus is read and whose founders are born, and which has trained nothing yet."""
    with create(folder, settings, "words.yaml", WORDS_ALONE) as store, contextlib.suppress(KeyboardInterrupt):
        go(store, PretendedExecution(stop_after=0))
    return folder


def copy_of(run_folder: Path, folder: Path) -> RunStore:
    """A copy of a run, under the same name in another folder."""
    return RunStore(Path(shutil.copytree(run_folder, folder / run_folder.name)))


def completed(
    store: RunStore,
    stops: Sequence[int],
    orders: Sequence[int],
    execution: Callable[[int | None, bool, int], PretendedExecution],
) -> RunRecord:
    """Take a run to its end, stopping it after so many trials each time, in such orders.

    Args:
        store: The run.
        stops: After how many trials it is stopped, one time after the other; then it goes to its end.
        orders: Of its trials, in turn.
        execution: Of a number of trials, whether it stops in the middle of one, and an order.
    """
    for place, stop in enumerate([*stops, None]):
        with contextlib.suppress(KeyboardInterrupt), RunStore(store.paths.folder) as again:
            assert go(again, execution(stop, bool(place % 2), orders[place % len(orders)])) is Outcome.COMPLETE
    run = store.read()
    assert run.generations[-1].status is GenerationStatus.RANKED
    return run


def lineage(run: RunRecord) -> object:
    """Everything that chance and the listener decided; not when it was, nor which attempts were lost on the way."""
    generations = [dataclasses.replace(one, ballots=()) for one in run.generations]
    ballots = [[(ballot.listener, ballot.ballot, ballot.letters) for ballot in one.ballots] for one in run.generations]
    individuals = {name: dataclasses.replace(record, lost=()) for name, record in run.individuals.items()}
    return generations, ballots, individuals
