"""Composing: a trained network goes on from an opening, several songs at once, step by step, until each is over.

The opening is read once; from then on each recurrent layer keeps its state, so that a step costs the same whatever
came before it. That gives the very distributions that reading everything from the start again would give.
"""

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import NoReturn, Protocol

import keras
import numpy as np

from evolve.network.build import given_name
from evolve.network.sampling import LoopGuard, Pattern, Sampling, barred, sampled
from evolve.network.step_decoder import Decoder, decoder_of

AllowedTokens = Mapping[str, np.ndarray]
"""Attribute → bool [size]; an attribute that is absent may take any token."""

_ANY: AllowedTokens = MappingProxyType({})


class StepMask(Protocol):
    """One song while it is written."""

    @property
    def is_done(self) -> bool:
        """Whether the song is over; it must be some time, and stays so."""

    def allowed(self) -> AllowedTokens:
        """What may come next: of each attribute one token at least.

        The very mapping that was given last says that nothing changed, and is not read again.
        """

    def write(self, tokens: Mapping[str, int]) -> None:
        """Take down the step that was chosen: of each attribute a token."""

    def context(self) -> Mapping[str, int]:
        """What networks read beside the step that was written last, of each stream of the context a token."""


class FixedLength:
    """A song of so many steps, in which anything may come."""

    def __init__(self, steps: int) -> None:
        self._left = steps

    @property
    def is_done(self) -> bool:
        """Whether all steps are written."""
        return self._left <= 0

    def allowed(self) -> AllowedTokens:
        """Anything."""
        return _ANY

    def write(self, tokens: Mapping[str, int]) -> None:  # noqa: ARG002 - one step is as good as another
        """Count the step."""
        self._left -= 1

    def context(self) -> Mapping[str, int]:
        """Nothing."""
        return {}


class MaskStack:
    """What the masks of several songs allow, side by side; a row is touched only when its mask has changed its mind."""

    def __init__(self, sizes: Mapping[str, int], songs: int) -> None:
        """Everything is allowed as yet.

        Args:
            sizes: How many tokens each attribute has.
            songs: How many are written side by side.
        """
        self._sizes = sizes
        self._rows: list[AllowedTokens] = [_ANY] * songs
        self._stacked = {name: np.ones((songs, size), bool) for name, size in sizes.items()}
        self._limited: AllowedTokens = {}

    def ask(self, masks: Sequence[StepMask], songs: Sequence[int]) -> AllowedTokens:
        """What may come next, of those attributes alone of which not everything may.

        Args:
            masks: Of all songs.
            songs: Which are asked, by their places; the others' rows stay as they were.

        Returns:
            Attribute → bool [songs, size]; the next call writes over them.

        Raises:
            ValueError: A mask allows no token, or speaks of tokens or attributes that the network does not have.
        """
        changed = False
        for song in songs:
            answer = masks[song].allowed()
            if answer is not self._rows[song]:
                self._set(song, answer)
                changed = True
        if changed:
            limited = set().union(*self._rows)
            self._limited = {name: mask for name, mask in self._stacked.items() if name in limited}
        return self._limited

    def _set(self, song: int, answer: AllowedTokens) -> None:
        for name in self._rows[song].keys() - answer.keys():
            self._stacked[name][song] = True
        for name, mask in answer.items():
            if name not in self._sizes or mask.shape != (self._sizes[name],) or not np.count_nonzero(mask):
                _refuse(name, mask, self._sizes)
            self._stacked[name][song] = mask
        self._rows[song] = answer


def _refuse(name: str, mask: np.ndarray, sizes: Mapping[str, int]) -> NoReturn:
    known = ", ".join(f"{size} of {attribute}" for attribute, size in sizes.items())
    msg = f"a mask must allow at least one of the network's tokens ({known}), got a mask {list(mask.shape)} of {name}"
    raise ValueError(msg if np.count_nonzero(mask) else f"{msg} that allows none")


Streams = Mapping[str, np.ndarray]

STEPS_DRAWN = 256
"""For how many steps a song's random numbers are drawn at once."""


def compose(
    model: keras.Model,
    opening: Streams,
    masks: Sequence[StepMask],
    rngs: Sequence[np.random.Generator],
    sampling: Sampling,
    *,
    pattern: Pattern | None = None,
) -> tuple[dict[str, np.ndarray], ...]:
    """Songs that go on from the opening; the same arguments give the same songs.

    A song depends on its own mask and its own random numbers alone, not on which others are composed beside it. The
    guard sees what is composed, not what the opening repeats.

    Args:
        model: A network of `evolve.network.build` or of `evolve.network.own_network`, trained or loaded from a file.
        opening: Of each stream that the network reads int32 [steps], at least one step; those that it does not read,
            such as places in bars, are passed over.
        masks: One of each song, at least one: they say what may come next, and when the song is over.
        rngs: One of each song. A step takes the next ``rng.random(attributes)``: a number for each attribute that is
            predicted, in the order of the opening, which is the order in which they are chosen. From outside rather
            than a seed, so that song k has the same numbers in every network, on every machine; each is used up, for
            more is drawn than the song needs.
        sampling: How tokens are chosen.
        pattern: What the guard watches; needed when there is one.

    Returns:
        Of each song the new steps alone: attribute → int32 [its length].

    Raises:
        ValueError: The arguments do not fit each other or the network, or a mask allows nothing.
    """
    _check(model, opening, masks, rngs)
    decoder = decoder_of(model, len(masks))
    for step in range(len(next(iter(opening.values())))):
        decoder.read({name: np.full(len(masks), stream[step]) for name, stream in opening.items()})
    sizes = {name: model.output[name].shape[-1] for name in opening if name in model.output}
    context = tuple(name for name in opening if name in model.input and name not in sizes)
    choice = _Choice(sizes, masks, rngs, sampling, pattern)
    steps: list[dict[str, np.ndarray]] = []
    turns: list[int] = []
    while writing := [song for song, mask in enumerate(masks) if not mask.is_done]:
        if steps:
            decoder.read(steps[-1] | _context(masks, context))
        steps.append(choice.next_step(decoder, writing))
        _write(steps[-1], masks, writing)
        turns += writing
    lengths = np.bincount(np.array(turns, int), minlength=len(masks))
    return _by_song(steps, lengths.tolist(), tuple(sizes))


class _Choice:
    """Chooses step after step, of all songs at once."""

    def __init__(
        self,
        sizes: Mapping[str, int],
        masks: Sequence[StepMask],
        rngs: Sequence[np.random.Generator],
        sampling: Sampling,
        pattern: Pattern | None,
    ) -> None:
        self._names = tuple(sizes)
        self._masks = masks
        self._stack = MaskStack(sizes, len(masks))
        self._numbers = _numbers(rngs, len(sizes))
        self._sampling = sampling
        self._guard = _guard(sampling, pattern, sizes, len(masks))

    def next_step(self, decoder: Decoder, writing: Sequence[int]) -> dict[str, np.ndarray]:
        """The tokens that come next: attribute → int64 [songs]; those of songs that are over mean nothing."""
        allowed = self._stack.ask(self._masks, writing)
        step: dict[str, np.ndarray] = {}
        for name, uniforms in zip(self._names, next(self._numbers), strict=True):
            logits = decoder.logits(name, step)
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


def _write(step: Streams, masks: Sequence[StepMask], writing: Sequence[int]) -> None:
    """Tell each mask that is not done its song's tokens."""
    columns = [(name, tokens.tolist()) for name, tokens in step.items()]
    for song in writing:
        masks[song].write({name: column[song] for name, column in columns})


def _context(masks: Sequence[StepMask], names: Sequence[str]) -> dict[str, np.ndarray]:
    """What is read beside the steps that were written last: of each stream whole numbers [songs]."""
    if not names:
        return {}
    told = [mask.context() for mask in masks]
    return {name: np.array([tokens[name] for tokens in told]) for name in names}


def _by_song(
    steps: Sequence[Streams], lengths: Sequence[int], names: Sequence[str]
) -> tuple[dict[str, np.ndarray], ...]:
    """The songs out of steps of all songs, each as long as it is."""
    streams = {name: np.array([step[name] for step in steps], np.int32).reshape(-1, len(lengths)) for name in names}
    return tuple(
        {name: stream[:length, song].copy() for name, stream in streams.items()} for song, length in enumerate(lengths)
    )


def _check(
    model: keras.Model, opening: Streams, masks: Sequence[StepMask], rngs: Sequence[np.random.Generator]
) -> None:
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
            msg = f"the network knows the tokens 0 to {size - 1} of {name}, the opening has others"
            raise ValueError(msg)
    if not len(masks) == len(rngs) > 0:
        msg = f"each song takes a mask and random numbers of its own; got {len(masks)} masks and {len(rngs)} generators"
        raise ValueError(msg)
