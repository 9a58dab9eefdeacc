"""Pictures of compositional pattern-producing networks: a network of coordinates, and colours for what it gives.

The networks follow Stanley, "Compositional pattern producing networks: a novel abstraction of development", Genetic
Programming and Evolvable Machines 8, 2007. Theirs grow unit by unit; ours have layers, and every layer adds to the
output, so that one unit or layer more changes a picture a little.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from evolve.domains.pictures.genes import MOST_UNITS
from evolve.randomness import derive_rng

Floats = npt.NDArray[np.float32]
Pixels = npt.NDArray[np.uint8]
Function = Callable[[Floats], Floats]

_TURN = np.float32(2 * np.pi)
_ROWS = 16
"""Rows that are drawn at once: what lies between two layers then stays in a core's cache."""

_FUNCTIONS: Mapping[str, Function] = {
    "tanh": np.tanh,
    "sine": lambda x: np.sin(2 * x),
    "gaussian": lambda x: 2 * np.exp(-1.5 * x * x) - 1,
    "absolute": lambda x: np.sqrt(x * x + 0.02) - 1,
    "triangle": lambda x: 0.64 * np.arcsin(0.97 * np.sin(1.5 * x)),
}
"""What a unit makes of its sum. All are smooth, so that no edge is jagged."""

_CONES = np.array([(0.3963377774, 0.2158037573), (-0.1055613458, -0.0638541728), (-0.0894841775, -1.2914855480)])
_RGB = np.array(
    [(4.0767416621, -1.2684380046, -0.0041960863), (-3.3077115913, 2.6097574011, -0.7034186147),
     (0.2309699292, -0.3413193965, 1.7076147010)], dtype=np.float32,
)  # fmt: skip
_LINEAR = np.linspace(0, 1, 4096)
_BYTES = np.round(255 * np.maximum(1.055 * _LINEAR ** (1 / 2.4) - 0.055, np.minimum(12.92 * _LINEAR, 0.04)))


class Viewpoint(NamedTuple):
    """Where a network is looked at: what its coordinates are scaled and moved by, and one more input."""

    zoom: float = 1.0
    across: float = 0.0
    down: float = 0.0
    latent: float = 0.0


def view_of(seed: int, number: int) -> Viewpoint:
    """The view of a run's pictures of this number, the same for all networks; the first is the plain one."""
    rng = derive_rng(seed, "view", number)
    zoom, *others = rng.uniform((-0.6, -0.35, -0.35, -0.8), (0.4, 0.35, 0.35, 0.8)).tolist()
    return Viewpoint() if number == 1 else Viewpoint(2**zoom, *others)


def draw(genes: Mapping[str, Any], size: int, view: Viewpoint) -> Pixels:
    """The picture of a network, ``[size, size, 3]``."""
    layers = [_layer(genes, number, view) for number in range(genes["depth"])]
    coarse, axis = np.linspace(-1, 1, 48, dtype=np.float32), np.linspace(-1, 1, size, dtype=np.float32)
    _, scales = _outputs(layers, _coordinates(coarse, coarse, genes, view), [])
    across = axis[: (size + 1) // 2] if genes["symmetry"] in {"mirror", "both"} else axis
    blocks = [_coordinates(across, axis[at : at + _ROWS], genes, view) for at in range(0, size, _ROWS)]
    fields = np.concatenate([_outputs(layers, block, scales)[0] for block in blocks], axis=1)
    fields = fields.reshape(3, size, len(across))
    return _coloured(np.concatenate([fields, fields[:, :, : size - len(across)][:, :, ::-1]], axis=2), genes)


def _coordinates(across: Floats, down: Floats, genes: Mapping[str, Any], view: Viewpoint) -> Floats:
    """Across, down and distance from the middle of each pixel, ``[3, pixels]``, folded for symmetry, then warped."""
    x, y = np.meshgrid(across * np.float32(view.zoom), down * np.float32(view.zoom))
    x, y = _folded(x, y, genes)
    x, y = x + view.across, y + view.down
    waves = [np.sin(1.5 * (a * x + b * y) + 3 * phase) for a, b, phase in _weights(genes["seed"], "warp", (2, 3))]
    x, y = x + 0.5 * genes["warp"] * waves[0], y + 0.5 * genes["warp"] * waves[1]
    return np.stack([x, y, np.sqrt(x * x + y * y)]).reshape(3, -1) * np.float32(genes["frequency"])


def _folded(x: Floats, y: Floats, genes: Mapping[str, Any]) -> tuple[Floats, Floats]:
    """Coordinates that are the same wherever the picture is to be the same; rounded where they are folded."""
    if genes["symmetry"] == "radial":
        radius, angle = np.sqrt(x * x + y * y), np.arctan2(y, x)
        angle = np.arccos(0.985 * np.cos(genes["arms"] * angle)) / genes["arms"]
        return radius * np.cos(angle), radius * np.sin(angle)
    if genes["symmetry"] in {"mirror", "both"}:
        x = np.sqrt(x * x + 0.01)
    return x, np.sqrt(y * y + 0.01) if genes["symmetry"] == "both" else y


class _Layer(NamedTuple):
    """Weights from coordinates, from the layer before and to the outputs; and which units have which function."""

    coordinates: Floats
    hidden: Floats
    outputs: Floats
    bias: Floats
    functions: list[tuple[Function, npt.NDArray[np.intp]]]

    def activated(self, sums: Floats) -> Floats:
        for function, units in self.functions:
            sums[units] = function(sums[units])
        return sums


def _layer(genes: Mapping[str, Any], number: int, view: Viewpoint) -> _Layer:
    """The layer of this number: of a narrower or shallower network the same, but for what that lacks."""
    width, shape = genes["width"], (MOST_UNITS, 8 + MOST_UNITS)
    weights = _weights(genes["variation" if number else "seed"], number, shape)[:width]
    liking = derive_rng(0, "functions", number).random((MOST_UNITS, len(_FUNCTIONS)))[:width]
    chosen = np.where([name == "tanh" or genes[name] for name in _FUNCTIONS], liking, -1).argmax(axis=1)
    functions = [(f, np.flatnonzero(chosen == k)) for k, f in enumerate(_FUNCTIONS.values()) if k in chosen]
    bias = 1.5 * weights[:, 6:7] + view.latent * weights[:, 7:8]
    return _Layer(weights[:, :3], weights[:, 8 : 8 + width], weights[:, 3:6].T, bias, functions)


def _weights(seed: float, purpose: str | int, shape: tuple[int, int]) -> Floats:
    """The weights at a place on an endless path: whole seeds have their own, others lie between their neighbours'."""
    angle = seed % 1 * np.pi / 2  # along an arc the spread stays one
    here, there = (derive_rng(int(seed) + k, "weights", purpose).standard_normal(shape) for k in (0, 1))
    return np.asarray(np.cos(angle) * here + np.sin(angle) * there, dtype=np.float32)


def _outputs(
    layers: list[_Layer], coordinates: Floats, scales: list[tuple[Floats, Floats]]
) -> tuple[Floats, list[tuple[Floats, Floats]]]:
    """Three outputs for each pixel, and by what sums were scaled: these scales, or those of a spread of one.

    So no picture is flat and no network overdriven, whatever its genes: coordinates pass by the network a little, too.
    """
    used: list[tuple[Floats, Floats]] = []

    def scaled(sums: Floats) -> Floats:
        own = scales or [(sums.mean(1, keepdims=True), sums.std(1, keepdims=True) + np.float32(1e-6))]
        used.append(own[len(used) % len(own)])
        return (sums - used[-1][0]) / used[-1][1]

    first, *deeper = layers
    hidden = first.activated(first.coordinates @ coordinates + first.bias)
    outputs = first.outputs @ hidden + 0.05 * coordinates
    for layer in deeper:
        sums = scaled(layer.hidden @ hidden + 0.4 * (layer.coordinates @ coordinates))
        hidden = layer.activated(1.1 * sums + layer.bias)
        outputs += layer.outputs @ hidden
    return scaled(outputs), used


def _coloured(fields: Floats, genes: Mapping[str, Any]) -> Pixels:
    """The colours of three outputs: the first is lightness and relief, the second hue, the third saturation."""
    tone, light = _tone_and_light(fields[0], genes)
    second, third = np.tanh(fields[1]), np.tanh(fields[2])
    hue, mode = np.float32(genes["hue"]), genes["colour"]
    if mode == "palette":
        return _from_palette(0.68 * tone + 0.1 * second, hue, light)
    lightness = 0.15 + 0.8 * tone + 0.18 * light
    if mode == "spectrum":
        angle = _TURN * (hue + 0.22 * second)
        chroma = (0.11 + 0.05 * third) * (1 - (2 * tone - 1) ** 4)
        return _from_oklab(lightness, chroma * np.cos(angle), chroma * np.sin(angle))
    dark, bright = (0.1 * np.array([np.cos(angle), np.sin(angle)]) for angle in (_TURN * hue, _TURN * (hue + 0.42)))
    if mode == "grey":
        dark, bright = 0.3 * dark, 0.3 * dark
    a, b = (np.float32(start) + np.float32(end - start) * tone for start, end in zip(dark, bright, strict=True))
    return _from_oklab(lightness, a, b)


def _tone_and_light(field: Floats, genes: Mapping[str, Any]) -> tuple[Floats, Floats]:
    """Lightness in bands, 0 to 1, blurred where they would be finer than pixels; and light on the field as a relief."""
    rise = np.tanh(np.float32(0.8 * genes["contrast"]) * field)
    angle = np.float32(np.pi / 2 * genes["bands"]) * (rise + 1)
    down, across = np.gradient(angle)
    tone = 0.5 - 0.5 * np.cos(angle) * np.exp((down * down + across * across) / -6)
    down, across = np.gradient(field)
    return tone, np.float32(-genes["relief"]) * np.tanh(np.float32(0.075 * len(field)) * (down + across))


def _from_palette(place: Floats, hue: np.float32, light: Floats) -> Pixels:
    """Colours of a cosine palette, after Quilez, https://iquilezles.org/articles/palettes/."""
    phases = np.float32(0.52) + 0.12 * np.cos(_TURN * (hue + np.arange(3, dtype=np.float32) / 3))
    rgb = np.float32(0.53) + 0.43 * np.cos(_TURN * (place[..., None] + phases))
    rgb = (0.82 * rgb + 0.18 * rgb.mean(axis=-1, keepdims=True)) * (1 + 0.5 * light[..., None])
    return np.asarray(255 * np.clip(rgb, 0, 1) + 0.5, dtype=np.uint8)


def _from_oklab(lightness: Floats, a: Floats, b: Floats) -> Pixels:
    """Colours of OKLab: Ottosson, "A perceptual color space for image processing", 2020."""
    cones = [lightness + np.float32(of_a) * a + np.float32(of_b) * b for of_a, of_b in _CONES]
    linear = np.stack([cone * cone * cone for cone in cones], axis=-1) @ _RGB
    return _BYTES.astype(np.uint8)[(np.clip(linear, 0, 1) * (len(_BYTES) - 1)).astype(np.int16)]
