"""Networks as bytes, in Keras's own file format.

A file may come from anywhere, and a ``.keras`` file names the classes that Keras shall make of it, with what arguments:
more than once a way was found to have that run code in spite of the safe mode. So the names are looked at first.
"""

import json
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import keras

from evolve.errors import EvolveError

_LAYERS: Final = frozenset(
    {"Activation", "Add", "CategoryEncoding", "Concatenate", "Dense", "Dropout", "Embedding", "GRU", "InputLayer",
     "LSTM", "Rescaling", "Reshape", "SimpleRNN"}
)  # fmt: skip
_KNOWN: Final = {
    "keras": frozenset({"DTypePolicy"}),
    "keras.initializers": frozenset({"GlorotUniform", "Orthogonal", "RandomUniform", "Zeros", "Ones"}),
    "keras.layers": _LAYERS,
    "keras.src.models.functional": frozenset({"Functional"}),
    None: frozenset({"__keras_tensor__"}),
}
"""Everything that a network of ours is made of, by Keras's modules."""

_LARGEST_SWELLING: Final = 20
"""A network's parts are hardly compressed; one that unpacks to so many times its file is made to fill the memory."""


class NetworkFileError(EvolveError):
    """The bytes of a network cannot be read."""


def network_to_bytes(model: keras.Model) -> bytes:
    """The network as the content of a ``.keras`` file: architecture and weights, without the optimizer's memory."""
    uncompiled = keras.Model(model.input, model.output, name=model.name)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "network.keras"
        uncompiled.save(path)
        return path.read_bytes()


def network_from_bytes(data: bytes, custom_objects: Mapping[str, Any] | None = None) -> keras.Model:
    """The network of a ``.keras`` file, to compose with; code inside the file is never run.

    Args:
        data: The file's content.
        custom_objects: The classes and functions of a user's own build by name; None for a network that evolve built,
            which is of few kinds of layers: a file that names others is refused.

    Raises:
        NetworkFileError: The bytes are damaged, or hold something else.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "network.keras"
        path.write_bytes(data)
        try:
            _check_archive(path, is_own=custom_objects is not None)
            return keras.saving.load_model(path, dict(custom_objects or {}), compile=False, safe_mode=True)
        except Exception as error:  # Keras raises whatever its zip, JSON, HDF5 or layer code meets
            text = str(error).strip().splitlines()
            reason = text[0] if text else type(error).__name__
            msg = f"not a network that can be read ({reason.replace(str(path), 'the file')}); train or export it again"
            raise NetworkFileError(msg) from error


def _check_archive(path: Path, *, is_own: bool) -> None:
    """Reads the whole file against its check sums, which Keras does not, and looks at the names of its parts."""
    with zipfile.ZipFile(path) as archive:
        if sum(part.file_size for part in archive.infolist()) > _LARGEST_SWELLING * path.stat().st_size:
            msg = "it unpacks to far more than a network"
            raise zipfile.BadZipFile(msg)
        damaged = archive.testzip()
        if damaged is not None:
            msg = f"its part {damaged} is damaged"
            raise zipfile.BadZipFile(msg)
        for module, name in _named(json.loads(archive.read("config.json"))):
            if not is_own and name not in _KNOWN.get(module, ()):
                msg = f"it has a {name} of {module}, which no network of evolve has"
                raise ValueError(msg)


def _named(part: Any) -> Iterator[tuple[str | None, str]]:  # noqa: ANN401 - JSON
    """Module and name of each class and function in a part of a configuration."""
    if isinstance(part, dict):
        if "class_name" in part:
            yield part.get("module"), str(part["class_name"])
        for inner in part.values():
            yield from _named(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from _named(inner)
