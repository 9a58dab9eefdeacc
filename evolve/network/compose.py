"""Composing: a trained network goes on from an opening, several songs at once, step by step, until each is over.

The opening is read once; from then on each recurrent layer keeps its state, so that a step costs the same whatever
came before it. That gives the very distributions that reading everything from the start again would give.
"""

from collections.abc import Iterator, Mapping, Sequence

import keras
import numpy as np

from evolve.network.build import given_name
from evolve.network.loop_guard import LoopGuard, Pattern
from evolve.network.pen import Masks, Pen
from evolve.network.plan import read_plan
from evolve.network.player import Player
from evolve.network.sampling import Sampling, barred, sampled

Streams = Mapping[str, np.ndarray]

STEPS_DRAWN = 256
"""For how many steps a song's random numbers are drawn at once."""


def compose(
    model: keras.Model,
    opening: Streams,
    pens: Sequence[Pen],
    rngs: Sequence[np.random.Generator],
    sampling: Sampling,
    *,
    pattern: Pattern | None = None,
) -> tuple[dict[str, np.ndarray], ...]:
    """Songs that go on from the opening; the same arguments give the same songs.

    A song depends on its own pen and its own random numbers alone, not on which others are composed beside it. What the
    opening repeats is not held against a song: the guard sees what is composed.

    Args:
        model: A network as `evolve.network.build` makes it, or one that was loaded from a file.
        opening: Of each stream that the network reads int32 [steps], at least one step; those that it does not read,
            such as places in bars, are passed over.
        pens: One of each song, at least one: they say what may come next, and when the song is over.
        rngs: One of each song. A step takes the next ``rng.random(attributes)``: a number for each attribute that is
            predicted, in the order of the opening, which is the order in which they are chosen. From outside rather
            than a seed, so that song k has the same numbers in every network, on every machine; each is used up, for
            more is drawn than the song needs.
        sampling: How symbols are chosen.
        pattern: What the guard watches; needed when there is one.

    Returns:
        Of each song the new steps alone: attribute → int32 [its length].

    Raises:
        ValueError: The arguments do not fit each other or the network, or a pen allows nothing.
    """
    _check(model, opening, pens, rngs)
    player = Player(read_plan(model), len(pens))
    for step in range(len(next(iter(opening.values())))):
        player.read({name: np.full(len(pens), stream[step]) for name, stream in opening.items()})
    sizes = {name: model.output[name].shape[-1] for name in opening if name in model.output}
    context = tuple(name for name in opening if name in model.input and name not in sizes)
    choice = _Choice(sizes, pens, rngs, sampling, pattern)
    steps: list[dict[str, np.ndarray]] = []
    turns: list[int] = []
    while writing := [song for song, pen in enumerate(pens) if not pen.is_done]:
        if steps:
            player.read(steps[-1] | _context(pens, context))
        steps.append(choice.next_step(player, writing))
        _write(steps[-1], pens, writing)
        turns += writing
    lengths = np.bincount(np.array(turns, int), minlength=len(pens))
    return _by_song(steps, lengths.tolist(), tuple(sizes))


class _Choice:
    """Chooses step after step, of all songs at once."""

    def __init__(
        self,
        sizes: Mapping[str, int],
        pens: Sequence[Pen],
        rngs: Sequence[np.random.Generator],
        sampling: Sampling,
        pattern: Pattern | None,
    ) -> None:
        self._names = tuple(sizes)
        self._pens = pens
        self._masks = Masks(sizes, len(pens))
        self._numbers = _numbers(rngs, len(sizes))
        self._sampling = sampling
        self._guard = _guard(sampling, pattern, sizes, len(pens))

    def next_step(self, player: Player, writing: Sequence[int]) -> dict[str, np.ndarray]:
        """The symbols that come next: attribute → int64 [songs]; those of songs that are over mean nothing.

        Args:
            player: The network, which has read all steps before.
            writing: The places of the songs that are not over.
        """
        allowed = self._masks.ask(self._pens, writing)
        step: dict[str, np.ndarray] = {}
        for name, uniforms in zip(self._names, next(self._numbers), strict=True):
            logits = player.logits(name, step)
            answer = barred(logits, allowed[name]) if name in allowed else logits
            if self._guard and name == self._guard.attribute:
                answer = self._guard.hold_back(answer)
            step[name] = sampled(answer, uniforms, self._sampling)
        if self._guard:
            self._guard.follow(step)
        return step


def _guard(sampling: Sampling, pattern: Pattern | None, sizes: Mapping[str, int], songs: int) -> LoopGuard | None:
    if pattern is not None:
        pattern.check(sizes)
    if sampling.guard == "off":
        return None
    if pattern is None:
        msg = f"a {sampling.guard} guard needs a pattern to watch"
        raise ValueError(msg)
    return LoopGuard(pattern, sizes, songs, is_strict=sampling.guard == "strict")


def _numbers(rngs: Sequence[np.random.Generator], attributes: int) -> Iterator[np.ndarray]:
    """Of each step the random numbers of all songs, float64 [attributes, songs] in [0, 1)."""
    while True:
        yield from np.stack([rng.random((STEPS_DRAWN, attributes)) for rng in rngs], axis=-1)


def _write(step: Streams, pens: Sequence[Pen], writing: Sequence[int]) -> None:
    """Tell each pen that is not done its song's symbols."""
    columns = [(name, symbols.tolist()) for name, symbols in step.items()]
    for song in writing:
        pens[song].write({name: column[song] for name, column in columns})


def _context(pens: Sequence[Pen], names: Sequence[str]) -> dict[str, np.ndarray]:
    """What is read beside the steps that were written last: of each stream whole numbers [songs]."""
    if not names:
        return {}
    told = [pen.context() for pen in pens]
    return {name: np.array([symbols[name] for symbols in told]) for name in names}


def _by_song(
    steps: Sequence[Streams], lengths: Sequence[int], names: Sequence[str]
) -> tuple[dict[str, np.ndarray], ...]:
    """The songs out of steps of all songs, each as long as it is."""
    streams = {name: np.array([step[name] for step in steps], np.int32).reshape(-1, len(lengths)) for name in names}
    return tuple(
        {name: stream[:length, song].copy() for name, stream in streams.items()} for song, length in enumerate(lengths)
    )


def _check(model: keras.Model, opening: Streams, pens: Sequence[Pen], rngs: Sequence[np.random.Generator]) -> None:
    given = {given_name(name) for name in model.output}
    read = model.input.keys() - given
    if not read <= set(opening) or not set(model.output) <= set(opening):
        msg = f"the network reads {sorted(read)}, the opening has {sorted(opening)}"
        raise ValueError(msg)
    order = [name for name in opening if name in model.output]
    if given & model.input.keys() and order != list(model.output):
        msg = f"the network chooses {', '.join(model.output)} in this order, the opening has {', '.join(order)}"
        raise ValueError(msg)
    if min(len(stream) for stream in opening.values()) == 0:
        msg = "the opening must hold at least one step"
        raise ValueError(msg)
    for name in model.output:
        size = model.output[name].shape[-1]
        if np.min(opening[name]) < 0 or np.max(opening[name]) >= size:
            msg = f"the network knows the symbols 0 to {size - 1} of {name}, the opening has others"
            raise ValueError(msg)
    if not len(pens) == len(rngs) > 0:
        msg = f"each song takes a pen and random numbers of its own; got {len(pens)} pens and {len(rngs)} generators"
        raise ValueError(msg)
