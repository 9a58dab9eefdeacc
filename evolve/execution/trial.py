"""One trial: one genome becomes a trained network, and the network's songs.

This is where music and networks meet the evolution, and the only place.
"""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import keras

from evolve.errors import EvolveError
from evolve.execution.checkpoints import checkpoint_path
from evolve.execution.composing import compose
from evolve.execution.contract import Phase, TrialProgress
from evolve.execution.material import Material, budget_of
from evolve.genetics.genome import Genome
from evolve.genetics.individual import Individual
from evolve.music.representation.contract import Representation
from evolve.network.build import hypermodel
from evolve.network.checkpoint import CheckpointFile
from evolve.network.files import network_to_bytes
from evolve.network.history import EpochReport, TrainingHistory
from evolve.network.leftovers import nothing_left_behind
from evolve.network.out_of_memory import is_out_of_memory, too_large
from evolve.network.train import TrainingFailed, TrainingSettings, train
from evolve.randomness import derive_seed
from evolve.store.records import Artifact, Json, TrialResult

Report = Callable[[TrialProgress], None]


def run_trial(
    individual: Individual,
    material: Material,
    report: Report,
    checkpoints: Path | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> TrialResult:
    """Train the individual's network and have it compose; no memory of it stays behind in this process.

    A genome that fails is a result, not an error: its reason is recorded and others go on.

    Args:
        individual: Whose trial it is.
        material: The run's.
        report: Called with a sign of life several times a second while it trains, whether there is news or not.
        checkpoints: The folder in which the half-trained network is kept now and then, and looked for at first; None
            keeps none.
        clock: Seconds, for the budget.
    """
    signs = _Signs(report, TrialProgress(individual.id, Phase.BUILDING))
    signs.repeat()
    with nothing_left_behind():
        return _outcome(individual, material, signs, checkpoints, clock)


def _outcome(
    individual: Individual, material: Material, signs: "_Signs", checkpoints: Path | None, clock: Callable[[], float]
) -> TrialResult:
    try:
        checkpoint = None if checkpoints is None else checkpoint_path(checkpoints, individual.id)
        return _train_and_compose(individual, material, signs, checkpoint, clock)
    except (TrainingFailed, EvolveError) as error:
        return TrialResult(individual.id, failure=_one_line(str(error)))
    except Exception as error:  # any combination of genes may break a library; the run must go on
        if is_out_of_memory(error):
            return TrialResult(individual.id, failure=too_large())
        return TrialResult(individual.id, failure=f"{type(error).__name__}: {_one_line(str(error))}")


def _train_and_compose(
    individual: Individual, material: Material, signs: "_Signs", checkpoint: Path | None, clock: Callable[[], float]
) -> TrialResult:
    started = clock()
    representation = material.representation(individual.genome.as_dict())
    pieces = material.encoded.pieces[representation.name]
    model, settings = _built(individual, material, representation)
    building_s = clock() - started
    signs.tell(TrialProgress(individual.id, Phase.TRAINING, 0, settings.most_epochs))
    history = train(
        model,
        pieces.training,
        pieces.held_out,
        settings,
        signs.tell_epoch,
        on_call=signs.repeat,
        clock=clock,
        checkpoint=None if checkpoint is None else CheckpointFile(checkpoint),
        diet=material.diet(individual.genome),
    )
    bits = history.best_held_out_bits
    signs.tell(TrialProgress(individual.id, Phase.COMPOSING, len(history.epochs), settings.most_epochs, bits))
    composing = clock()
    songs = compose(model, material, individual.genome, signs.repeat)
    now = clock()
    seconds = {
        "first_step_s": building_s + history.first_step_s,
        "composing_s": now - composing,
        "trial_s": history.earlier_s + now - started,
    }
    metrics = {
        **_metrics(history),
        "parameters": int(model.count_params()),
        **{name: round(took, 2) for name, took in seconds.items()},
        **songs.metrics,
    }
    artifacts = (*_artifacts(model, representation), songs.unheard)
    return TrialResult(individual.id, metrics, songs.heard, artifacts)


def _built(
    individual: Individual, material: Material, representation: Representation
) -> tuple[keras.Model, TrainingSettings]:
    """The individual's untrained network, and how it is to be trained."""
    seed = derive_seed(material.config.seed, "training", individual.id)
    window = material.window(representation.name)
    hp = material.space.hyperparameters(individual.genome)
    build = hypermodel(
        representation.sizes,
        seed=seed,
        window=window,
        learn_from=material.config.targets,
        context=representation.context,
        heads=str(material.genes(individual.genome)["heads"]),
    )
    model = build(hp)  # registers genes that the space does not speak of, such as the batch size
    return model, _training_settings(individual.genome, material, representation, int(hp.get("batch_size")), seed)


def _training_settings(
    genome: Genome, material: Material, representation: Representation, batch_size: int, seed: int
) -> TrainingSettings:
    """The individual's share of the run's budget; bits are told for as much music whatever the symbols are."""
    config = material.config
    return TrainingSettings(
        window=material.window(representation.name),
        symbols_per_note=material.encoded.held_out_symbols_per_note(representation.name),
        epochs=config.epochs,
        seconds=config.seconds,
        budget=budget_of(genome),
        patience=config.patience,
        starts_told=bool(representation.metres),
        learn_from=config.targets,
        batch_size=batch_size,
        seed=seed,
    )


@dataclass(slots=True)
class _Signs:
    """A trial's signs of life: news, and between them the last news again.

    Attributes:
        report: Whom they are told.
        last: The last that was told, or will be first.
    """

    report: Report
    last: TrialProgress

    def repeat(self) -> None:
        """There is no news, but the trial goes on."""
        self.report(self.last)

    def tell(self, progress: TrialProgress) -> None:
        """There is news."""
        self.last = progress
        self.report(progress)

    def tell_epoch(self, epoch: EpochReport) -> None:
        """An epoch has ended."""
        figures = (epoch.epoch, epoch.epochs, epoch.held_out_bits, epoch.seconds_left)
        self.tell(TrialProgress(self.last.individual_id, Phase.TRAINING, *figures))


def _metrics(history: TrainingHistory) -> Mapping[str, Json]:
    return {
        "held_out_bits_per_note": round(history.best_held_out_bits, 4),
        "bits_by_position": {str(first): round(bits, 4) for first, bits in history.best.by_position},
        "epochs": len(history.epochs),
        "best_epoch": history.best_epoch,
        "training_s": round(history.training_s, 2),
        "stopped_by": history.stopped_by,
    }


def _artifacts(model: keras.Model, representation: Representation) -> tuple[Artifact, ...]:
    vocabulary = json.dumps(representation.to_json(), separators=(",", ":")).encode()
    return (
        Artifact("network", "network.keras", network_to_bytes(model)),
        Artifact("vocabulary", "vocabulary.json", vocabulary),
    )


def _one_line(text: str) -> str:
    sayable = text.encode("utf-8", "replace").decode()  # an undecodable file name could not be stored
    lines: Sequence[str] = [line.strip() for line in sayable.splitlines() if line.strip()]
    return lines[0][:300] if lines else "no reason given"
