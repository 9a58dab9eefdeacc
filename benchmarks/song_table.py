"""Networks that were trained as in a run, with the features of their songs: what searches are compared over.

Training one takes half a minute, so they are trained once and kept in a file; a search then has its candidates from it.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from pydantic import TypeAdapter

from evolve.genetics.space import SearchSpace
from evolve.spaces import load_space

SPACE: Final = "quick.yaml"


@dataclass(frozen=True, slots=True)
class Network:
    """One network of a table.

    Attributes:
        id: Of the individual, in whose name it was trained.
        genome: As JSON has it.
        heard: Places of the songs that are put before listeners, among the silent ones.
        validation_loss: In bits a note, over the whole of the held-out pieces.
    """

    id: str
    genome: dict[str, Any]
    heard: tuple[int, ...]
    validation_loss: float


_NETWORKS = TypeAdapter(tuple[Network, ...])


@dataclass(frozen=True, slots=True)
class SongTable:
    """Networks and the features of their songs.

    Attributes:
        features: Their names.
        networks: In the order in which they were trained.
        silent: Of the songs of each network's trial, float32 [networks, songs, features]; NaN where a song has none.
        fresh: Of songs that nobody hears, likewise.
    """

    features: tuple[str, ...]
    networks: tuple[Network, ...]
    silent: np.ndarray
    fresh: np.ndarray

    @property
    def search_space(self) -> SearchSpace:
        """The space of the genomes: its genes of shares have the groups of the corpus."""
        shares = [value for value in self.networks[0].genome.values() if isinstance(value, dict)]
        return load_space(SPACE).with_groups(shares[0] if shares else None)

    @classmethod
    def loaded(cls, path: Path) -> "SongTable":
        """The table in a file; `FileNotFoundError` where there is none."""
        with np.load(path) as kept:
            networks = _NETWORKS.validate_json(str(kept["networks"]))
            return cls(tuple(kept["features"].tolist()), networks, kept["silent"], kept["fresh"])

    def save(self, path: Path) -> None:
        """Write the file, whole or not at all."""
        beside = path.with_name(f"{path.name}.part")
        with beside.open("wb") as file:
            np.savez_compressed(
                file, features=np.array(self.features), silent=self.silent, fresh=self.fresh,
                networks=_NETWORKS.dump_json(self.networks).decode(),
            )  # fmt: skip
        beside.replace(path)
