"""Projects of KerasTuner: what one has found becomes a space and founders, and a run becomes one.

A project folder is JSON: ``oracle.json`` has the hyperparameters that were asked for, each ``trial_*/trial.json`` their
values in one trial and its score. Neither keras-tuner nor TensorFlow is needed to read it.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from evolve.errors import SpaceError, last_line
from evolve.exchange.found_project import FoundProject, FoundTrial, likings, without_twins
from evolve.genetics.space import SearchSpace
from evolve.genetics.space_file import parse_space
from evolve.inputs.keras_tuner_space import genes_of
from evolve.inputs.yaml_files import to_yaml
from evolve.records.run import RunRecord
from evolve.silence import stderr_silenced
from evolve.spaces import PlainValue, genome_from, plain

LIKING: Final = "liking"
"""The objective of an exported run: how large a share of the others in its newest ranking somebody came before."""


def read_project(folder: Path) -> FoundProject:
    """What a tuner has found so far.

    Raises:
        SpaceError: There is no project of KerasTuner, or it asks for what no space can say.
    """
    oracle = _read(folder / "oracle.json")
    try:
        genes = genes_of(oracle["hyperparameters"]["space"])
    except (KeyError, TypeError, IndexError, AttributeError) as error:
        raise SpaceError(f"{folder / 'oracle.json'} is none of KerasTuner's: it has no hyperparameters") from error
    if not genes:
        raise SpaceError(f"{folder}: the project has asked for no hyperparameter yet; run a trial first")
    text = to_yaml({"description": f"Imported from KerasTuner: {folder.name}", "genes": genes})
    space = parse_space(text, folder.name, rules=None).space
    found, notices, directions = [], [], set()
    for path in sorted(folder.glob("trial_*/trial.json")):
        trial = _read(path)
        if trial.get("status") != "COMPLETED" or not isinstance(trial.get("score"), int | float):
            continue
        try:
            found.append(FoundTrial(str(trial["trial_id"]), _genome(trial, space), float(trial["score"])))
            directions.add(_direction(trial))
        except SpaceError as error:
            notices.append(f"trial {trial.get('trial_id')} is left out: {error}")
        except (KeyError, TypeError, AttributeError) as error:
            raise SpaceError(f"{path} is none of KerasTuner's ({type(error).__name__}: {last_line(error)})") from error
    is_max = directions == {"max"}
    found.sort(key=lambda one: -one.score if is_max else one.score)
    return FoundProject(text, tuple(without_twins(found)), tuple(notices))


def _read(path: Path) -> dict[str, Any]:
    try:
        read = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SpaceError(
            f"{path} cannot be read: {error.strerror or last_line(error)}; give the folder of a project, "
            f"directory/project_name"
        ) from error
    except (ValueError, RecursionError) as error:
        raise SpaceError(f"{path} is no JSON: {last_line(error)}") from error
    if not isinstance(read, dict):
        raise SpaceError(f"{path} is none of KerasTuner's")
    return read


def _genome(trial: Mapping[str, Any], space: SearchSpace) -> dict[str, PlainValue]:
    values = trial["hyperparameters"]["values"]
    active = {gene.name: values[gene.name] for gene in space.genes if gene.is_active_in(values) and gene.name in values}
    return plain(genome_from(active, space))


def _direction(trial: Mapping[str, Any]) -> str:
    """Whether more is better: as the metric says whose value is the score."""
    metrics = trial["metrics"]["metrics"]
    for metric in metrics.values():
        if any(
            trial["score"] in one["value"] or _mean(one["value"]) == trial["score"] for one in metric["observations"]
        ):
            return str(metric["direction"])
    return "min"


def _mean(values: list[float]) -> float:
    return sum(values) / len(values)


def write_project(run: RunRecord, space: SearchSpace, folder: Path) -> int:
    """Write a run as a project that stock KerasTuner reloads, with everybody who was ranked as a trial.

    The objective is `LIKING`, of which more is better: the share of the others in somebody's newest ranking who came
    after them, ties counting half; those rejected have 0. Loads keras-tuner, and TensorFlow with it.

    Args:
        run: The run.
        space: Its space.
        folder: Of the project, ``directory/project_name``; made, with those around it.

    Returns:
        How many trials were written.

    Raises:
        SpaceError: Nobody was ranked yet, or something lies in the folder.
    """
    scores = dict(likings(run))
    if not scores:
        raise SpaceError(f"{run.name} has no ranking yet, and so no trial that KerasTuner could read")
    if folder.exists() and any(folder.iterdir()):
        raise SpaceError(f"{folder} is not empty; give a new folder")
    with stderr_silenced():
        import keras_tuner  # noqa: PLC0415 - imports TensorFlow
        from keras_tuner.engine.trial import Trial, TrialStatus  # noqa: PLC0415
    oracle = keras_tuner.oracles.RandomSearchOracle(keras_tuner.Objective(LIKING, "max"), max_trials=len(scores))
    for name, score in scores.items():
        hp = space.hyperparameters(run.individuals[name].individual.genome)
        oracle.hyperparameters.merge(hp)
        trial = Trial(hp, trial_id=name, status=TrialStatus.COMPLETED)
        trial.metrics.register(LIKING, direction="max")
        trial.metrics.update(LIKING, score, step=0)
        trial.score, trial.best_step = score, 0
        oracle.trials[name] = trial
        oracle.start_order.append(name)
        oracle.end_order.append(name)
        _write(folder / f"trial_{name}" / "trial.json", trial.get_state())
    _write(folder / "oracle.json", oracle.get_state())
    _write(folder / "tuner0.json", {})
    return len(scores)


def _write(path: Path, state: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(state), encoding="utf-8")
