"""Networks of the user's own in the domain of music: whether they suit a run, and how one is made for an individual."""

from collections.abc import Iterator

import keras

from evolve.domains.music.encoded import EncodedCorpus
from evolve.domains.music.material import Material
from evolve.domains.music.settings import MusicSettings
from evolve.domains.music.tokenizers.tokenizer import Tokenizer
from evolve.genetics.space import SearchSpace
from evolve.network.genes import BESIDE_BUILD
from evolve.network.own_build import StreamSizes, check_genes, load_build
from evolve.network.own_network import own_network, try_build
from evolve.randomness import derive_rng
from evolve.records.genome import Genome
from evolve.user_code import UserCode
from evolve.words import listed, worded


def check_build(build: UserCode, space: SearchSpace, data: bytes, settings: MusicSettings) -> Iterator[str]:
    """See that a network of the user's own suits the run; what they should know of it besides.

    Raises:
        SpaceError: The space names genes that it never asks for.
        BuildError: It cannot be built, trained, saved or loaded, or sees the future.
    """
    own = load_build(build)
    left = check_genes([gene.name for gene in space.genes], own, BESIDE_BUILD)
    genome = space.with_groups(()).sample(derive_rng(0, "build"))
    encoded = EncodedCorpus.from_bytes(data)
    for kind in encoded.pieces:
        tokenizer = encoded.pieces[kind].tokenizer
        window = round(settings.window * max(1.0, encoded.tokens_per_note(kind)))
        try_build(own, space.hyperparameters(genome), streams_of(tokenizer, window))
    if left:
        yield (
            f"{build.reference} asks for {listed(left)}, which the space does not name: "
            f"{worded(len(left), 'it keeps its default', 'they keep their defaults')}"
        )


def streams_of(tokenizer: Tokenizer, window: int) -> StreamSizes:
    """What a network reads and predicts, which carries no state: the window before together with each window."""
    return StreamSizes(tokenizer.sizes, tokenizer.context, steps=2 * window)


def build_network(build: UserCode, material: Material, genome: Genome, seed: int) -> keras.Model:
    """The network of the user's own that a genome stands for."""
    tokenizer = material.tokenizer(genome.as_dict())
    streams = streams_of(tokenizer, material.window(tokenizer.name))
    return own_network(load_build(build), material.space.hyperparameters(genome), streams, seed)
