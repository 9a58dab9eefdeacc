"""One trial: one genome becomes a trained network, and the network's songs.

This is where music and networks meet the evolution, and the only place.
"""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import keras

from evolve.config import RunConfig
from evolve.errors import EvolveError
from evolve.execution.checkpoints import checkpoint_path
from evolve.execution.contract import Phase, TrialProgress
from evolve.execution.material import Material
from evolve.execution.songs import compose_songs, set_figures
from evolve.genetics.individual import Individual
from evolve.music.facts.set_figures import SetFigures
from evolve.music.representation.contract import Representation
from evolve.network.build import hypermodel
from evolve.network.checkpoint import CheckpointFile
from evolve.network.files import network_to_bytes
from evolve.network.history import EpochReport, TrainingHistory
from evolve.network.leftovers import nothing_left_behind
from evolve.network.out_of_memory import is_out_of_memory, too_large
from evolve.network.sampling import Sampling
from evolve.network.train import TrainingFailed, TrainingSettings, train
from evolve.randomness import derive_seed
from evolve.store.records import Artifact, Json, SongResult, TrialResult

Report = Callable[[TrialProgress], None]

SILENT_SONGS: Final = 40
"""Songs that are composed for their figures as a set alone. They cost a network of ``quick.yaml`` 0.09 seconds of a
core, 0.3 % of its trial; one of two LSTM layers of 512 units 0.7 seconds where songs have up to 120 notes, and 2.2
seconds where they have up to 500, 0.4 % of ``lstm.yaml``'s 600."""


def run_trial(
    individual: Individual, material: Material, report: Report, checkpoints: Path | None = None
) -> TrialResult:
    """Train the individual's network and have it compose; no memory of it stays behind in this process.

    A genome that fails is a result, not an error: its reason is recorded and others go on.

    Args:
        individual: Whose trial it is.
        material: The run's.
        report: Called with a sign of life several times a second while it trains, whether there is news or not.
        checkpoints: The folder in which the half-trained network is kept now and then, and looked for at first; None
            keeps none.
    """
    signs = _Signs(report, TrialProgress(individual.id, Phase.BUILDING))
    signs.repeat()
    with nothing_left_behind():
        return _outcome(individual, material, signs, checkpoints)


def _outcome(individual: Individual, material: Material, signs: "_Signs", checkpoints: Path | None) -> TrialResult:
    try:
        checkpoint = None if checkpoints is None else checkpoint_path(checkpoints, individual.id)
        return _train_and_compose(individual, material, signs, checkpoint)
    except (TrainingFailed, EvolveError) as error:
        return TrialResult(individual.id, failure=_one_line(str(error)))
    except Exception as error:  # any combination of genes may break a library; the run must go on
        if is_out_of_memory(error):
            return TrialResult(individual.id, failure=too_large())
        return TrialResult(individual.id, failure=f"{type(error).__name__}: {_one_line(str(error))}")


def _train_and_compose(
    individual: Individual, material: Material, signs: "_Signs", checkpoint: Path | None
) -> TrialResult:
    config = material.config
    started = time.monotonic()
    representation = material.representation(individual.genome.as_dict())
    pieces = material.encoded.pieces[representation.name]
    model, settings = _built(individual, material, representation)
    building_s = time.monotonic() - started
    signs.tell(TrialProgress(individual.id, Phase.TRAINING, 0, config.epochs))
    history = train(
        model,
        pieces.training,
        pieces.held_out,
        settings,
        signs.tell_epoch,
        on_call=signs.repeat,
        checkpoint=None if checkpoint is None else CheckpointFile(checkpoint),
    )
    bits = history.best_held_out_bits
    signs.tell(TrialProgress(individual.id, Phase.COMPOSING, len(history.epochs), config.epochs, bits))
    composing = time.monotonic()
    songs, together = _composed(model, material, representation, signs)
    now = time.monotonic()
    seconds = {
        "first_step_s": building_s + history.first_step_s,
        "composing_s": now - composing,
        "trial_s": history.earlier_s + now - started,
    }
    metrics = {
        **_metrics(history),
        "parameters": int(model.count_params()),
        **{name: round(took, 2) for name, took in seconds.items()},
        "set_figures": together.to_json(),
    }
    return TrialResult(individual.id, metrics, songs, _artifacts(model, representation))


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
    return model, _training_settings(material, representation, window, int(hp.get("batch_size")), seed)


def _composed(
    model: keras.Model, material: Material, representation: Representation, signs: "_Signs"
) -> tuple[tuple[SongResult, ...], SetFigures]:
    """The songs that are heard, and the figures of a larger set of which they are the first."""
    config, context = material.config, material.context(representation.name)
    sampling = sampling_of(config)
    songs = compose_songs(
        model,
        context,
        indices=range(1, config.songs + 1),
        notes=config.notes,
        seed=config.seed,
        sampling=sampling,
        on_song=signs.repeat,
    )
    together = set_figures(model, context, songs=SILENT_SONGS, notes=config.notes, seed=config.seed, sampling=sampling)
    return songs, together


def sampling_of(config: RunConfig) -> Sampling:
    """How a run's songs are sampled."""
    return Sampling(config.temperature, config.top_p, config.repetition_guard)


def _training_settings(
    material: Material, representation: Representation, window: int, batch_size: int, seed: int
) -> TrainingSettings:
    """The run's budget; bits are told for as much music whatever the symbols are."""
    config = material.config
    return TrainingSettings(
        window=window,
        symbols_per_note=material.encoded.held_out_symbols_per_note(representation.name),
        epochs=config.epochs,
        seconds=config.seconds,
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
