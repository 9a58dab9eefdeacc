"""Runs whose networks have silent songs, made without music: facts that follow from genes as a test wishes."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from evolve.records.genome import Genome, Value
from evolve.records.individual import Individual, Origin, individual_id
from evolve.store.run_store import RunStore
from tests.store.runs import FACTS, result_of

SONGS = 40
SPACE = """\
genes:
  width: {type: int, min_value: 16, max_value: 512, sampling: log}
  dropout: {type: float, min_value: 0.0, max_value: 0.5}
  bar_position: {type: boolean}
  optimizer: {type: choice, values: [adam, nadam, sgd]}
  depth: 1
"""


def silent_songs(places: Mapping[str, float], rng: np.random.Generator) -> dict[str, list[float | None]]:
    """Forty numbers of each fact, spread by 1 around a place; the first song is silent, and has no lowest pitch."""
    facts: dict[str, list[float | None]] = {
        fact: (place + rng.normal(size=SONGS)).tolist() for fact, place in places.items()
    }
    return {fact: [None, *numbers[1:]] if fact == "lowest" else numbers for fact, numbers in facts.items()}


def silent_run(
    folder: Path,
    genomes: Sequence[Mapping[str, Value]],
    places: Sequence[Mapping[str, float]],
    *,
    songs: int = 5,
    chosen: bool = False,
) -> RunStore:
    """A run whose first generation has these genomes, and waits to be heard.

    Args:
        folder: Where it lies.
        genomes: One for each network.
        places: Where each of its facts lies; between songs they are spread by 1. Empty: it has no silent songs.
        songs: Songs of each that are heard.
        chosen: Whether these were chosen to stand for all.
    """
    given = {**FACTS, "settings": {"seed": 3}, "space": {"name": "own.yaml", "text": SPACE}}
    store, rng = RunStore.create(folder, given), np.random.default_rng(1)
    born = tuple(
        Individual(individual_id(0, slot), 0, slot, Genome.from_dict(genome), Origin.FOUNDER, (), ("sampling",))
        for slot, genome in enumerate(genomes, start=1)
    )
    store.record_generation(0, born, {})
    for one, where in zip(born, places, strict=True):
        made = result_of(one.id, songs=songs)
        heard_of = [*range(1 + chosen, songs + 1 + chosen)]
        told = {"silent_songs": silent_songs(where, rng), "songs_heard": heard_of} if where else {}
        means = {fact: round(place, 2) for fact, place in where.items()}
        heard = tuple(replace(song, facts={**song.facts, **means}) for song in made.samples)
        store.record_trial(replace(made, metrics={**made.metrics, **told}, samples=heard))
    store.record_evaluated(0)
    return store
