"""The file in which a half-trained network waits for the process that goes on with it.

With it a training goes on as if it had never been interrupted, to the last bit: all that an epoch leaves to the next is
the network's variables, the states of its dropout among them, the optimizer's, and what `TrainingSnapshot` holds. The
order of its pieces derives from the seed and the epoch, and states that windows carry begin at zero.

The file holds plain arrays and JSON. It may be damaged, from another training, or by somebody else; then it is ignored.
"""

import contextlib
import glob
import hashlib
import json
import shutil
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import IO, Any, Final

import keras
import numpy as np

from evolve import __version__
from evolve.network.validation import EpochReport
from evolve.network.windows import Pieces

FORMAT: Final = 3

EVERY_S = 30.0
"""A network is kept at most so often: shorter trainings write nothing, and a lost process costs little more."""

MOST_SHARE = 0.03
"""Of a training's time, what keeping its network may take."""

LEFT_BYTES = 200_000_000
"""Room on the disk that is left for results: a checkpoint only saves time."""

_ABOUT = "about"


@dataclass(frozen=True, slots=True)
class TrainingSnapshot:
    """How far a training has come by the end of an epoch, apart from the network itself.

    Attributes:
        epochs: Those that have ended, in order, at least one.
        best_epoch: The one with the best validation loss, from 1.
        best_loss: That loss, in bits a note, of the network's own diet.
        best_weights: The network's weights then, in Keras's order.
        training_s: What the training has taken so far.
        first_step_s: How much of that was over when its first step was done.
    """

    epochs: tuple[EpochReport, ...]
    best_epoch: int
    best_loss: float
    best_weights: Sequence[np.ndarray]
    training_s: float
    first_step_s: float


class CheckpointFile:
    """One training's file: written now and then, whole or not at all, and read by whoever begins the same training."""

    def __init__(self, path: Path, clock: Callable[[], float] = time.monotonic) -> None:
        """Nothing is read or written yet.

        Args:
            path: Where it lies, in a folder that is made when it is needed, for this user alone, in one that is there.
            clock: Seconds.
        """
        self._path, self._clock = path, clock
        self._due_at = clock() + EVERY_S

    def go_on(self, model: keras.Model, fingerprint: str) -> TrainingSnapshot | None:
        """How far the training had come, and the network brought to there; None, and nothing done, without a file.

        Args:
            model: The compiled network as it was built.
            fingerprint: Of the training; a file of another one is none.
        """
        with contextlib.suppress(OSError):
            for unfinished in self._path.parent.glob(f".{glob.escape(self._path.name)}.????????"):
                unfinished.unlink(missing_ok=True)
        try:
            values, snapshot = _read(self._path, model, fingerprint)
        except Exception:  # disk, zip, arrays and JSON fail in ways of their own; training then begins at its beginning
            return None
        for variable, value in zip(_variables(model), values, strict=True):
            variable.assign(value)
        return snapshot

    def keep(
        self, model: keras.Model, fingerprint: str, snapshot: Callable[[], TrainingSnapshot], *, at_once: bool = False
    ) -> None:
        """Keep the network as it is now, if it is time to; a disk that refuses costs no more than the checkpoint.

        Args:
            model: The network at the end of an epoch.
            fingerprint: Of the training.
            snapshot: How far the training has come; asked only if it is time.
            at_once: Whether it is time in any case: the training pauses.
        """
        began = self._clock()
        if began < self._due_at and not at_once:
            return
        with contextlib.suppress(OSError):
            self._write(model, fingerprint, snapshot())
        ended = self._clock()
        self._due_at = ended + max(EVERY_S, (ended - began) / MOST_SHARE)

    def _write(self, model: keras.Model, fingerprint: str, snapshot: TrainingSnapshot) -> None:
        folder = self._path.parent
        folder.mkdir(mode=0o700, exist_ok=True)  # without its parents: a run folder that was moved is not made anew
        size = sum(array.nbytes for array in snapshot.best_weights)
        size += sum(np.dtype(one.dtype).itemsize * int(np.prod(one.shape)) for one in _variables(model))
        if shutil.disk_usage(folder).free < size + LEFT_BYTES:
            return
        with tempfile.NamedTemporaryFile(dir=folder, prefix=f".{self._path.name}.", delete=False) as file:
            try:
                _write_arrays(file, _arrays(model, fingerprint, snapshot))
                file.close()
                Path(file.name).replace(self._path)
            finally:
                Path(file.name).unlink(missing_ok=True)


def training_fingerprint(model: keras.Model, pieces: Iterable[Pieces], settings: Mapping[str, object]) -> str:
    """A digest of all that decides how a training goes: equal ones go alike, epoch by epoch.

    Args:
        model: The compiled network as it was built; its weights follow from the seeds in its configuration.
        pieces: What it learns from, and what it is measured with.
        settings: Budget and manner.
    """
    own_name = {"name": type(model.optimizer).__name__}  # Keras's name for it counts the optimizers of the process
    optimizer = {**model.optimizer.get_config(), **own_name}
    versions = (FORMAT, __version__, keras.__version__, keras.backend.backend())
    config = json.loads(model.to_json())["config"]
    about = (
        versions,
        _renamed(config, {name: place for place, name in enumerate(_names(config))}),
        optimizer,
        dict(settings),
    )
    digest = hashlib.sha256(json.dumps(about, sort_keys=True).encode())
    for some in pieces:
        for array in (some.first, some.targets, some.groups, *(some.streams[name] for name in sorted(some.streams))):
            digest.update(array.tobytes())
    return digest.hexdigest()


def _names(config: Any) -> Iterator[str]:  # noqa: ANN401 - JSON
    """The names of layers in a configuration, in order; Keras counts them up over all networks of the process."""
    parts = config.values() if isinstance(config, dict) else config if isinstance(config, list) else ()
    if isinstance(config, dict) and isinstance(config.get("name"), str):
        yield config["name"]
    for part in parts:
        yield from _names(part)


def _renamed(config: Any, places: Mapping[str, int]) -> Any:  # noqa: ANN401 - JSON
    """The configuration with layers named by their places."""
    if isinstance(config, dict):
        return {key: _renamed(part, places) for key, part in config.items()}
    if isinstance(config, list):
        return [_renamed(part, places) for part in config]
    return places.get(config, config) if isinstance(config, str) else config


def _variables(model: keras.Model) -> list[keras.Variable]:
    """Everything of a compiled network that training changes; in an order that depends on its genes alone."""
    model.optimizer.build(model.trainable_variables)
    return [*model.variables, *model.optimizer.variables]


def _arrays(model: keras.Model, fingerprint: str, snapshot: TrainingSnapshot) -> Iterator[tuple[str, np.ndarray]]:
    """What the file holds, by name, an array at a time, so that memory never holds all of them twice."""
    about = {
        "fingerprint": fingerprint,
        "epochs": [astuple(report) for report in snapshot.epochs],
        "best": [snapshot.best_epoch, snapshot.best_loss],
        "seconds": [snapshot.training_s, snapshot.first_step_s],
    }
    yield _ABOUT, np.frombuffer(json.dumps(about).encode(), dtype=np.uint8)
    for place, variable in enumerate(_variables(model)):
        yield _variable_name(place), keras.ops.convert_to_numpy(variable)
    for place, weights in enumerate(snapshot.best_weights):
        yield _best_name(place), weights


def _write_arrays(file: IO[bytes], arrays: Iterable[tuple[str, np.ndarray]]) -> None:
    """Write an .npz file; not compressed, since weights hardly shrink."""
    with zipfile.ZipFile(file, "w") as archive:
        for name, array in arrays:
            with archive.open(f"{name}.npy", "w", force_zip64=True) as part:
                np.lib.format.write_array(part, array, allow_pickle=False)


def _read(path: Path, model: keras.Model, fingerprint: str) -> tuple[list[np.ndarray], TrainingSnapshot]:
    """The values of the network's variables, and the snapshot; raises whatever is wrong with the file."""
    variables, weights = _variables(model), model.get_weights()
    if not path.is_file():  # a pipe would be waited for
        raise FileNotFoundError(path)
    with zipfile.ZipFile(path) as archive:
        parts = archive.infolist()
        if any(part.compress_type != zipfile.ZIP_STORED for part in parts):
            msg = "compressed, as no checkpoint is: it might unpack to anything"
            raise ValueError(msg)
        if len(parts) != 1 + len(variables) + len(weights):
            msg = "not what a checkpoint of this network holds"
            raise ValueError(msg)
        about = json.loads(_array(archive, _ABOUT).tobytes())
        if about["fingerprint"] != fingerprint:
            msg = "of another training"
            raise ValueError(msg)
        values = [_array(archive, _variable_name(place), one) for place, one in enumerate(variables)]
        best = [_array(archive, _best_name(place), one) for place, one in enumerate(weights)]
    return values, _snapshot(about, best)


def _array(archive: zipfile.ZipFile, name: str, alike: Any = None) -> np.ndarray:  # noqa: ANN401 - array or variable
    """An array of the file, which must have the shape and type of another; its check sum is looked at."""
    with archive.open(f"{name}.npy") as part:
        array: np.ndarray = np.lib.format.read_array(part, allow_pickle=False)
    if alike is not None and (array.shape != tuple(alike.shape) or array.dtype != np.dtype(alike.dtype)):
        msg = f"{name} is of another network"
        raise ValueError(msg)
    return array


def _snapshot(about: Mapping[str, Any], best_weights: Sequence[np.ndarray]) -> TrainingSnapshot:
    epochs = tuple(
        EpochReport(int(epoch), int(most), float(loss), float(held_out), float(left), _positions(by_position))
        for epoch, most, loss, held_out, left, by_position in about["epochs"]
    )
    best_epoch, training_s, first_step_s = int(about["best"][0]), *map(float, about["seconds"])
    if [report.epoch for report in epochs] != list(range(1, len(epochs) + 1)) or not 1 <= best_epoch <= len(epochs):
        msg = "epochs that do not follow one another"
        raise ValueError(msg)
    return TrainingSnapshot(epochs, best_epoch, float(about["best"][1]), best_weights, training_s, first_step_s)


def _positions(pairs: Sequence[Sequence[float]]) -> tuple[tuple[int, float], ...]:
    return tuple((int(start), float(bits)) for start, bits in pairs)


def _variable_name(place: int) -> str:
    return f"variables/{place}"


def _best_name(place: int) -> str:
    return f"best_weights/{place}"
