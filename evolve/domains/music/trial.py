"""One trial: a genome becomes a trained network, and the network's songs."""

import json
from collections.abc import Mapping
from typing import Final

import keras

from evolve.domain import Trial
from evolve.domains.music.composing import compose
from evolve.domains.music.material import Material, budget_of
from evolve.domains.music.own_networks import build_network
from evolve.domains.music.sound.soundfonts import find_soundfont
from evolve.domains.music.tokenizers.tokenizer import Tokenizer
from evolve.errors import ExecutionError
from evolve.network.build import hypermodel
from evolve.network.checkpoint import CheckpointFile
from evolve.network.files import network_from_bytes, network_to_bytes
from evolve.network.genes import GENES
from evolve.network.inheritance import inherit
from evolve.network.own_build import load_build
from evolve.network.process_memory import is_out_of_memory, nothing_left_behind, too_large
from evolve.network.train import TrainingSettings, train
from evolve.network.validation import TrainingHistory
from evolve.randomness import derive_seed
from evolve.records.genome import Genome
from evolve.records.individual import Individual
from evolve.records.run import Artifact, Json

BUILDING: Final = "building"
COMPOSING: Final = "composing"


def evaluate(individual: Individual, material: Material, trial: Trial) -> None:
    """Train the individual's network and have it compose; no memory of it stays behind in this process.

    Raises:
        ExecutionError: The network does not fit into memory, or the SoundFont that plays the run's songs is not here.
        TrainingFailed: It cannot be trained.
    """
    trial.report(phase=BUILDING)
    if material.soundfont is not None:
        find_soundfont(material.soundfont)  # told before a network is trained whose songs could not be heard
    try:
        with nothing_left_behind():
            _train_and_compose(individual, material, trial)
    except Exception as error:
        if is_out_of_memory(error):
            raise ExecutionError(too_large()) from error
        raise


def _train_and_compose(individual: Individual, material: Material, trial: Trial) -> None:
    started = trial.clock()
    tokenizer = material.tokenizer(individual.genome.as_dict())
    pieces = material.encoded.pieces[tokenizer.name]
    model, settings = built(individual, material, tokenizer)
    _inherit(model, individual, material, trial)
    building_s = trial.clock() - started
    trial.report(of=settings.most_epochs)
    history = train(
        model,
        pieces.training,
        pieces.held_out,
        settings,
        lambda epoch: trial.report(
            epoch=epoch.epoch, of=epoch.epochs, loss=epoch.validation_loss, seconds_left=epoch.seconds_left
        ),
        on_call=trial.heartbeat,
        clock=trial.clock,
        checkpoint=None if trial.checkpoint is None else CheckpointFile(trial.checkpoint),
        diet=material.diet(individual.genome),
        rung=trial.rung,
    )
    if history.stopped_by == "rung":
        trial.measure(**_metrics(history), parameters=int(model.count_params()))
        trial.pause()
        return
    bits = history.best_validation_loss
    trial.report(epoch=len(history.epochs), of=settings.most_epochs, loss=bits, phase=COMPOSING)
    composing = trial.clock()
    songs = compose(model, material, individual.genome, trial.heartbeat)
    now = trial.clock()
    seconds = {
        "first_step_s": building_s + history.first_step_s,
        "composing_s": now - composing,
        "trial_s": history.earlier_s + now - started,
    }
    trial.measure(**_metrics(history), parameters=int(model.count_params()))
    trial.measure(**{name: round(took, 2) for name, took in seconds.items()}, **songs.metrics)
    trial.samples.extend(songs.heard)
    trial.artifacts.extend((*_artifacts(model, tokenizer), songs.unheard))
    if material.build is not None and material.build.source is not None:
        trial.artifacts.append(Artifact("build", "build.py", material.build.source))


def _inherit(model: keras.Model, individual: Individual, material: Material, trial: Trial) -> None:
    """Let the network begin with its parent's weights, where it was given them and can hold them."""
    if trial.inherited is None:
        return
    own = None if material.build is None else load_build(material.build).custom_objects
    how = inherit(model, network_from_bytes(trial.inherited, own), trial.seed, may_grow=own is None)
    if how is not None:
        trial.began_with(f"weights of {individual.parents[0]}{how and f', {how}'}")


def built(individual: Individual, material: Material, tokenizer: Tokenizer) -> tuple[keras.Model, TrainingSettings]:
    """The individual's untrained network, and how it is to be trained."""
    seed = derive_seed(material.seed, "training", individual.id)
    window = material.window(tokenizer.name)
    if material.build is not None:
        model = build_network(material.build, material, individual.genome, seed)
        batch_size = int(str(individual.genome.get("batch_size") or GENES["batch_size"].default))
        return model, _training_settings(individual.genome, material, tokenizer, batch_size, seed)
    hp = material.space.hyperparameters(individual.genome)
    build = hypermodel(
        tokenizer.sizes,
        seed=seed,
        window=window,
        learn_from=material.settings.targets,
        context=tokenizer.context,
        heads=str(material.genes(individual.genome)["heads"]),
    )
    model = build(hp)  # registers genes that the space does not speak of, such as the batch size
    return model, _training_settings(individual.genome, material, tokenizer, int(hp.get("batch_size")), seed)


def _training_settings(
    genome: Genome, material: Material, tokenizer: Tokenizer, batch_size: int, seed: int
) -> TrainingSettings:
    """The individual's share of the run's budget; bits are told for as much music whatever the tokens are."""
    run = material.settings
    return TrainingSettings(
        window=material.window(tokenizer.name),
        tokens_per_note=material.encoded.held_out_tokens_per_note(tokenizer.name),
        epochs=run.epochs,
        seconds=run.seconds,
        budget=budget_of(genome),
        patience=run.patience,
        starts_told=bool(tokenizer.metres),
        learn_from=run.targets,
        batch_size=batch_size,
        seed=seed,
    )


def _metrics(history: TrainingHistory) -> Mapping[str, Json]:
    return {
        "validation_loss": round(history.best_validation_loss, 4),
        "bits_by_position": {str(first): round(bits, 4) for first, bits in history.best.by_position},
        "epochs": len(history.epochs),
        "best_epoch": history.best_epoch,
        "training_s": round(history.training_s, 2),
        "stopped_by": history.stopped_by,
    }


def _artifacts(model: keras.Model, tokenizer: Tokenizer) -> tuple[Artifact, ...]:
    vocabulary = json.dumps(tokenizer.to_json(), separators=(",", ":")).encode()
    return (
        Artifact("network", "network.keras", network_to_bytes(model)),
        Artifact("vocabulary", "vocabulary.json", vocabulary),
    )
