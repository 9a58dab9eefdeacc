"""A run in TensorBoard: an individual has a folder of event files, with scalars, hyperparameters, sounds and pictures.

Written by tensorboardX, which Ray Tune brings; ``tensorboard --logdir runs/NAME/tensorboard`` shows it.
"""

import io
from pathlib import Path
from typing import Final

import numpy as np
import soundfile
from PIL import Image
from tensorboardX import SummaryWriter

from evolve.records.events import Progress
from evolve.trackers.tracker import TrackedFile, TrackedIndividual, TrackedRank, TrackedRun

_FOLDER: Final = "tensorboard"
_DONE: Final = ".told"
"""The empty file in an individual's folder that says that its end was told."""

_RASTER: Final = ("image/png", "image/jpeg", "image/gif", "image/webp")


class TensorBoardTracker:
    """Writes event files into a folder, ``tensorboard`` in the run folder where none is named."""

    def __init__(self, target: str) -> None:
        """Write into this folder; empty: into the run's."""
        self._target = target
        self._folder = Path(target)
        self._writers: dict[str, SummaryWriter] = {}
        self._known: frozenset[str] = frozenset()

    def begin(self, run: TrackedRun) -> None:
        """Individuals that have a folder were told by an earlier process."""
        self._folder = Path(self._target) / run.name if self._target else run.folder / _FOLDER
        marks = self._folder.glob(f"*/{_DONE}")
        self._known = frozenset(mark.parent.name for mark in marks)

    def progressed(self, individual_id: str, progress: Progress) -> None:
        """The loss by epoch."""
        if progress.loss is not None:
            self._writer(individual_id).add_scalar("loss", progress.loss, progress.epoch)

    def ended(self, individual: TrackedIndividual) -> None:
        """Its genes as hyperparameters with its metrics, and its samples."""
        if individual.id in self._known:
            return
        writer = self._writer(individual.id)
        genes = {
            name: value if isinstance(value, int | float | bool | str) else str(value)
            for name, value in individual.genome.items()
        }
        told = {
            "generation": individual.generation,
            "origin": individual.origin,
            "parents": " ".join(individual.parents),
        }
        writer.add_hparams(genes | told, dict(individual.metrics), name="hparams")
        for name, value in individual.metrics.items():
            writer.add_scalar(f"metrics/{name}", value, 0)
        if individual.reason:
            writer.add_text(individual.status, individual.reason)
        for file in individual.files:
            _add_sample(writer, file)
        writer.flush()
        (self._folder / individual.id / _DONE).touch()

    def ranked(self, individual_id: str, rank: TrackedRank) -> None:
        """The rank, in a folder for each ranking: of several files in one folder TensorBoard reads the newest."""
        place = f"{individual_id}/ranked-{rank.generation}"
        mark = self._folder / place / f".told-{rank.rank}-{rank.of}"
        if mark.exists():
            return
        writer = self._writer(place)
        writer.add_scalar("rank", rank.rank, rank.generation)
        writer.flush()
        mark.touch()

    def close(self) -> None:
        """Finish the files."""
        for writer in self._writers.values():
            writer.close()

    def _writer(self, place: str) -> SummaryWriter:
        if place not in self._writers:
            self._writers[place] = SummaryWriter(str(self._folder / place))
        return self._writers[place]


def _add_sample(writer: SummaryWriter, file: TrackedFile) -> None:
    tag = f"{file.kind}/{file.sample}"
    if (
        file.media_type.startswith("audio/")
        and file.path.suffix.lower().lstrip(".").upper() in soundfile.available_formats()
    ):
        samples, rate = soundfile.read(file.path, dtype="float32", always_2d=True)
        writer.add_audio(tag, samples, 0, sample_rate=rate)
    elif file.media_type in _RASTER:
        with Image.open(file.path) as picture:
            writer.add_image(tag, np.asarray(picture.convert("RGB")), 0, dataformats="HWC")
    elif file.media_type == "image/svg+xml":
        writer.add_image(tag, np.asarray(_drawn(file.path)), 0, dataformats="HWC")
    elif file.media_type.startswith("text/"):
        writer.add_text(tag, file.path.read_text(errors="replace"), 0)


def _drawn(path: Path) -> Image.Image:
    """A drawing as pixels."""
    import resvg_py  # noqa: PLC0415 - only where there are drawings

    png = bytes(resvg_py.svg_to_bytes(svg_path=str(path)))
    return Image.open(io.BytesIO(png)).convert("RGB")
