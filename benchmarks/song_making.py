"""How the networks of a song table are made: trained and composing as in a run, one after the other."""

from pathlib import Path
from typing import Final

import numpy as np

from benchmarks.bred import Composed, Songs, Studio
from benchmarks.song_table import SPACE, Network, SongTable
from evolve.genetics.breeding import found
from evolve.spaces import plain

FRESH_SONGS: Final = 200


def make_table(path: Path, networks: int) -> None:
    """Train the networks that a table lacks, and keep each as soon as it has composed; who fails is left out."""
    studio = Studio(SPACE, settings={"seed": 1}, fresh=FRESH_SONGS)
    table = SongTable((), (), np.zeros((0, 0, 0), np.float32), np.zeros((0, 0, 0), np.float32))
    if path.exists():
        table = SongTable.loaded(path)
    trained = {one.id for one in table.networks}
    for individual in found(studio.space, population=networks, seed=1):
        if individual.id in trained:
            continue
        composed = studio.composed(individual)
        if composed is None:
            print(f"{individual.id} failed", flush=True)
            continue
        table = _with_network(table, composed)
        table.save(path)
        print(f"{len(table.networks)} of {networks}: {individual.id}", flush=True)


def _with_network(table: SongTable, one: Composed) -> SongTable:
    individual = one.individual
    network = Network(
        individual.id, plain(individual.genome), one.heard, float(one.metrics["validation_loss"])
    )  # fmt: skip
    features = table.features or tuple(one.silent)
    silent, fresh = _grown(table.silent, one.silent, features), _grown(table.fresh, one.fresh, features)
    return SongTable(features, (*table.networks, network), silent, fresh)


def _grown(songs: np.ndarray, own: Songs, features: tuple[str, ...]) -> np.ndarray:
    """The features of all networks' songs, with those of one more."""
    row = np.array([own[name] for name in features], np.float32).T[None]
    return np.concatenate([songs.reshape(-1, *row.shape[1:]), row])
