"""Music as a domain: networks that learn from a corpus and compose songs, which are judged by ear."""

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from evolve.domain import Cost, Preparation, Trial
from evolve.domains.music.presentation import PRESENTATION
from evolve.domains.music.settings import MusicSettings
from evolve.environment import backend
from evolve.network.genes import BESIDE_BUILD, GENES
from evolve.presentation import Facts
from evolve.records.gene_rule import GeneRule
from evolve.records.genome import Genome
from evolve.records.individual import Individual
from evolve.records.run import Sample
from evolve.silence import stderr_silenced
from evolve.user_code import UserCode

if TYPE_CHECKING:
    from evolve.domains.music.material import Material
    from evolve.genetics.space import SearchSpace

_UNUSED = ("matplotlib", "pandas", "jax", "sklearn")
"""Libraries that Keras and TensorFlow import where they find them and no trial uses, JAX unless it is the backend.

They are 3 of the 10 CPU-seconds of the import.
"""


class Music:
    """The `Domain` of music."""

    name = "music"
    presentation = PRESENTATION
    settings = MusicSettings
    halving_metric = "validation_loss"
    inherited_kind = "network"
    genes: Mapping[str, GeneRule] = GENES
    genes_beside_build: Mapping[str, GeneRule] = {name: GENES[name] for name in BESIDE_BUILD}

    def warm_up(self, gpus: float | None, card_mb: float | None = None) -> None:
        from evolve.network.process_memory import GpuShare, hold_tensorflow, hold_to  # noqa: PLC0415 - only workers compute

        is_shared = gpus is not None and 0 < gpus < 1 and card_mb is not None
        hold_to(gpus, GpuShare(gpus, card_mb) if is_shared else None)  # type: ignore[arg-type]  # neither is None then
        hidden = [name for name in _UNUSED if name not in sys.modules and name != backend(os.environ)]
        for name in hidden:
            sys.modules[name] = None  # type: ignore[assignment]  # Python then says that there is no such library
        try:
            import evolve.domains.music.trial  # noqa: F401, PLC0415 - TensorFlow
        finally:
            for name in hidden:
                del sys.modules[name]
        hold_tensorflow()

    def prepare(
        self,
        settings: MusicSettings,
        space: "SearchSpace",
        seed: int,
        on_progress: Callable[[int, int], None],
        build: UserCode | None = None,
    ) -> Preparation:
        from evolve.domains.music.material import prepare  # noqa: PLC0415 - a ranking needs no music library

        if build is None:
            return prepare(settings, space, seed, on_progress)
        prepared = prepare(settings, space, seed, on_progress)
        with stderr_silenced():  # TensorFlow looks for GPUs, and complains of none
            from evolve.domains.music.own_networks import check_build  # noqa: PLC0415 - TensorFlow

            notices = tuple(check_build(build, space, prepared.data, settings))
        return replace(prepared, notices=(*prepared.notices, *notices))

    def load(
        self,
        data: bytes,
        facts: Facts,
        space: "SearchSpace",
        settings: MusicSettings,
        seed: int,
        build: UserCode | None = None,
    ) -> "Material":
        from evolve.domains.music.material import Material  # noqa: PLC0415

        return replace(Material.load(data, facts, space, settings, seed), build=build)

    def cost(self, genome: Genome, material: "Material", cpus: float) -> Cost:
        from evolve.domains.music.effort import cost  # noqa: PLC0415

        return cost(genome, material, cpus)

    def evaluate(self, individual: Individual, material: "Material", trial: Trial) -> None:
        from evolve.domains.music.trial import evaluate  # noqa: PLC0415 - TensorFlow

        evaluate(individual, material, trial)

    def more(self, files: Callable[[str], bytes], given: int, index: int) -> Sample | None:
        from evolve.domains.music.unheard import KIND, heard_now  # noqa: PLC0415

        try:
            kept = files(KIND)
        except LookupError:
            return None
        return heard_now(kept, already=given, index=index)
