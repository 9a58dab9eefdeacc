"""Pictures as a domain: what is drawn of a genome, and how it is told."""

import json
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING, Any

from evolve.domain import Cost, Preparation, Trial
from evolve.domains.pictures.genes import GENES, PictureSettings, genes_of
from evolve.presentation import UNKNOWN, Column, Facts, Presentation, ScreeningRule, numbers
from evolve.records.genome import Genome
from evolve.records.individual import Individual
from evolve.records.run import Artifact, Sample

if TYPE_CHECKING:
    from evolve.genetics.space import SearchSpace


def _told(name: str, form: str, samples: Sequence[Facts]) -> str:
    known = numbers(samples, name)
    return form.format(fmean(known)).replace("%", " %") if known else UNKNOWN


def _score(name: str, sign: int, _: Facts, samples: Sequence[Facts]) -> float | None:
    known = numbers(samples, name)
    return sign * fmean(known) if known else None


def _rule(words: str, name: str, sign: int) -> ScreeningRule:
    return ScreeningRule(f"the {{heard:,}} with the {words} {{are}} seen", partial(_score, name, sign))


def _describe(facts: Facts) -> str:
    return " · ".join(f"{column.heading} {column.text([facts])}" for column in _COLUMNS)


def _preview(files: Mapping[str, Path], _: Facts, columns: int, rows: int) -> str | None:
    from evolve.domains.pictures import images  # noqa: PLC0415 - imports NumPy

    pixels = images.pixels_of(files["image"].read_bytes()) if "image" in files else None
    return None if pixels is None else images.blocks_of(pixels, columns, rows)


_COLUMNS = (
    Column("hues", partial(_told, "hues", "{:.0f}"), 4, "how many of twelve hues have a twenty-fifth of the picture"),
    Column("contrast", partial(_told, "contrast", "{:.0%}"), 8, "how far apart light and dark are"),
    Column("detail", partial(_told, "detail", "{:.0%}"), 6, "how much lightness changes from place to place"),
    Column("symmetry", partial(_told, "symmetry", "{:.0%}"), 8, "how alike are left and right, or above and below"),
    Column("light", partial(_told, "brightness", "{:.0%}"), 5, "how bright the picture is"),
)

PRESENTATION = Presentation(
    sample_word="picture",
    maker_word="network",
    work="drawing",
    columns=_COLUMNS,
    screening={
        "contrast": _rule("most contrast", "contrast", -1),
        "detail": _rule("most detail", "detail", -1),
        "hues": _rule("most hues", "hues", -1),
        "calm": _rule("least detail", "detail", 1),
    },
    feature_words={"hues": ("more hues", "fewer hues"), "brightness": ("brighter pictures", "darker pictures")},
    media={"image": "image/png"},
    describe=_describe,
    preview=_preview,
)


class Pictures:
    """The `Domain` of pictures, drawn by compositional pattern-producing networks."""

    name = "pictures"
    presentation = PRESENTATION
    settings = PictureSettings
    genes = GENES

    def warm_up(self, gpus: float | None, card_mb: float | None = None) -> None:
        import evolve.domains.pictures.images  # noqa: F401, PLC0415 - NumPy

    def prepare(
        self, settings: PictureSettings, space: "SearchSpace", seed: int, on_progress: Callable[[int, int], None]
    ) -> Preparation:
        return Preparation()

    def load(
        self, data: bytes, facts: Facts, space: "SearchSpace", settings: PictureSettings, seed: int
    ) -> tuple[PictureSettings, int]:
        return settings, seed

    def cost(self, genome: Genome, material: tuple[PictureSettings, int], cpus: float) -> Cost:
        genes = genes_of(genome)
        return Cost(effort=float(genes["width"] * genes["depth"]))

    def evaluate(self, individual: Individual, material: tuple[PictureSettings, int], trial: Trial) -> None:
        settings, seed = material
        genes = genes_of(individual.genome)
        for number in range(1, settings.pictures + 1):
            trial.add(_picture(genes, settings.size, seed, number, number))
            trial.report(epoch=number, of=settings.pictures, phase="drawing")
        facts = [sample.facts for sample in trial.samples]
        trial.measure(contrast=fmean(numbers(facts, "contrast")), detail=fmean(numbers(facts, "detail")))
        recipe = {"genes": genes, "size": settings.size, "seed": seed, "pictures": settings.pictures}
        trial.artifacts.append(Artifact("network", "network.json", json.dumps(recipe).encode()))

    def more(self, files: Callable[[str], bytes], given: int, index: int) -> Sample | None:
        recipe = json.loads(files("network"))
        return _picture(recipe["genes"], recipe["size"], recipe["seed"], recipe["pictures"] + given + 1, index)


def _picture(genes: Mapping[str, Any], size: int, seed: int, number: int, index: int) -> Sample:
    """A network as it is seen from a run's view of this number."""
    from evolve.domains.pictures import drawing, images  # noqa: PLC0415 - import NumPy

    pixels = drawing.draw(genes, size, drawing.view_of(seed, number))
    return Sample(index, (Artifact("image", f"picture-{index}.png", images.png_of(pixels)),), images.measured(pixels))
