"""Networks as bytes, in Keras's own file format."""

import tempfile
import zipfile
from pathlib import Path

import keras

from evolve.errors import EvolveError


class NetworkFileError(EvolveError):
    """The bytes of a network cannot be read."""


def network_to_bytes(model: keras.Model) -> bytes:
    """The network as the content of a ``.keras`` file: architecture and weights, without the optimizer's memory."""
    uncompiled = keras.Model(model.input, model.output, name=model.name)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "network.keras"
        uncompiled.save(path)
        return path.read_bytes()


def network_from_bytes(data: bytes) -> keras.Model:
    """The network of a ``.keras`` file, to compose with; code inside the file is never run.

    Raises:
        NetworkFileError: The bytes are damaged, or hold something else.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "network.keras"
        path.write_bytes(data)
        try:
            _check_sums(path)
            return keras.saving.load_model(path, compile=False, safe_mode=True)
        except Exception as error:  # Keras raises whatever its zip, JSON, HDF5 or layer code meets
            text = str(error).strip().splitlines()
            reason = text[0] if text else type(error).__name__
            msg = f"not a network that can be read ({reason.replace(str(path), 'the file')}); train or export it again"
            raise NetworkFileError(msg) from error


def _check_sums(path: Path) -> None:
    """Reads the whole file against its check sums; Keras reads only parts, and takes damaged weights for good ones."""
    with zipfile.ZipFile(path) as archive:
        damaged = archive.testzip()
    if damaged is not None:
        msg = f"its part {damaged} is damaged"
        raise zipfile.BadZipFile(msg)
