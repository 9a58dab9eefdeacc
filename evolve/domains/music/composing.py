"""What a trained network composes in its trial: forty songs, of which a few stand for all and are heard."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import keras

from evolve.domains.music.facts.typical import typical_order
from evolve.domains.music.material import Material
from evolve.domains.music.songs import compose_songs, figures_of_set, overlap_with_corpus
from evolve.domains.music.unheard import unheard_file
from evolve.records.genome import Genome
from evolve.records.run import Artifact, Json, Sample

SILENT_SONGS: Final = 40
"""Songs that a network composes, unless more are heard. With their features and facts they cost a network of
``quick.yaml`` a third of a second of a core; composing alone one of two LSTM layers of 512 units 0.7 seconds where
songs have up to 120 notes, and 2.2 seconds where they have up to 500, 0.4 % of ``lstm.yaml``'s 600."""


def compose(
    model: keras.Model, material: Material, genome: Genome, on_song: Callable[[], None] = lambda: None
) -> "Songs":
    """All songs that a trained network composes in its trial, and those of them that are heard, written.

    Args:
        model: A trained network.
        material: The run's.
        genome: Its individual's, which says how it plays.
        on_song: Called as a sign of life, at every song that is written.
    """
    settings = material.settings
    composed = compose_songs(
        model,
        material.context(material.tokenizer(genome.as_dict()).name),
        numbers=range(1, max(SILENT_SONGS, settings.songs) + 1),
        notes=settings.notes,
        seed=material.seed,
        sampling=material.sampling(genome),
    )
    features = [one.features for one in composed]
    order = typical_order(features, settings.songs) if settings.songs_heard == "typical" else range(len(composed))
    in_order = [composed[place] for place in order]
    heard = []
    for index, one in enumerate(in_order[: settings.songs], start=1):
        heard.append(one.written(index, soundfont=material.soundfont))
        on_song()
    metrics = {
        "set_figures": figures_of_set(composed).to_json(),
        "overlap_areas": overlap_with_corpus(composed),
        "silent_songs": {name: [one[name] for one in features] for name in features[0]},
        "songs_heard": [one.number for one in in_order[: settings.songs]],
    }
    others = unheard_file(((one.song, one.facts) for one in in_order[settings.songs :]), material.soundfont)
    return Songs(tuple(heard), others, metrics)


@dataclass(frozen=True, slots=True)
class Songs:
    """What a network composed.

    Attributes:
        heard: The songs that are put before listeners.
        unheard: The file of the others.
        metrics: What is told of all together.
    """

    heard: tuple[Sample, ...]
    unheard: Artifact
    metrics: Mapping[str, Json]
