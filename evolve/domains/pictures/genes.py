"""The genes of a picture, and the settings of a run of pictures."""

from collections.abc import Mapping
from functools import partial
from types import MappingProxyType
from typing import Annotated, Any, Final

from pydantic import Field

from evolve.records.gene_rule import GeneRule
from evolve.records.genome import Genome
from evolve.settings import SettingsModel

MOST_UNITS: Final = 32
"""Weights are drawn for as many units in each layer, so that a narrower one has the same for those that it has."""


class PictureSettings(SettingsModel):
    """The settings of pictures."""

    pictures: Annotated[int, Field(ge=1, le=20)] = 3
    """Pictures of each network that are seen at first."""
    size: Annotated[int, Field(ge=32, le=2048)] = 384
    """Pixels on each side of a picture."""


_int, _float = partial(GeneRule, "int"), partial(GeneRule, "float")
_boolean = partial(GeneRule, "boolean", allowed=(False, True))
_choice = partial(GeneRule, "choice")

# fmt: off
GENES: Mapping[str, GeneRule] = MappingProxyType({
    "depth": _int(3, "layers of the network", 1, 8),
    "width": _int(12, "units in each layer", 2, MOST_UNITS),
    "sine": _boolean(default=True, help="some units make waves; those without another function are tanh: soft edges"),
    "gaussian": _boolean(default=True, help="some units make spots and stripes"),
    "absolute": _boolean(default=False, help="some units make folds"),
    "triangle": _boolean(default=False, help="some units make zigzags"),
    "symmetry": _choice("mirror", "mirror: left and right are alike; both: above and below too; radial: arms around "
                        "the middle", allowed=("none", "mirror", "both", "radial")),
    "arms": _int(6, "arms around the middle", 2, 16, needs=("symmetry", "radial")),
    "frequency": _float(2.0, "how much of its plane is seen: little and large, or much and small", 0.5, 8.0),
    "warp": _float(0.3, "how far the plane is bent", 0.0, 2.0),
    "colour": _choice("palette", "greys; two colours; a palette of related colours; hues of a part of the spectrum",
                      allowed=("grey", "duotone", "palette", "spectrum")),
    "hue": _float(0.6, "where on the circle of hues the colours begin", 0.0, 1.0),
    "contrast": _float(1.2, "from soft to hard", 0.5, 5.0),
    "bands": _float(1.5, "how often dark and light take turns", 1.0, 6.0),
    "relief": _float(0.3, "light from above on the left, as on something embossed", 0.0, 1.0),
    "seed": _float(0.0, "the weights of the first layer; seeds that are near draw alike", 0.0, 1e6),
    "variation": _float(0.0, "the weights of the deeper layers; those that are near draw alike", 0.0, 1e6),
})
# fmt: on


def genes_of(genome: Genome) -> dict[str, Any]:
    """All genes of a picture, with the defaults of those that its space does not speak of."""
    return {name: rule.default for name, rule in GENES.items()} | genome.as_dict()
