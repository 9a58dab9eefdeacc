"""What pens allow, side by side."""

from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evolve.network.pen import AllowedSymbols, FixedLength, Masks, Pen

SIZES = {"pitch": 4, "duration": 2}
masks_of = {name: st.lists(st.booleans(), min_size=n, max_size=n).filter(any) for name, n in SIZES.items()}
answers = st.fixed_dictionaries({}, optional=masks_of).map(
    lambda answer: {name: np.array(mask) for name, mask in answer.items()}
)


class Saying:
    """A pen that allows one thing after the other; the same mapping again where it is told to stay."""

    is_done = False

    def __init__(self, said: list[AllowedSymbols]) -> None:
        self.said = said

    def allowed(self) -> AllowedSymbols:
        """The next of them."""
        return self.said.pop(0)

    def write(self, symbols: Mapping[str, int]) -> None:
        """Nothing is taken down."""

    def context(self) -> Mapping[str, int]:
        """Nothing."""
        return {}


@given(st.lists(st.lists(answers, min_size=3, max_size=3), min_size=1, max_size=6), st.data())
def test_each_row_is_what_its_pen_said_last(steps: list[list[AllowedSymbols]], data: st.DataObject) -> None:
    """Changed or kept, of one attribute or both, of all songs or some: what is absent may be anything."""
    pens = [Saying([step[song] for step in steps for _ in "ab"]) for song in range(3)]
    masks = Masks(SIZES, 3)
    last: list[AllowedSymbols] = [{}, {}, {}]
    for _ in steps * 2:
        songs = data.draw(st.lists(st.integers(0, 2), unique=True))
        last = [pens[song].said[0] if song in songs else answer for song, answer in enumerate(last)]
        allowed = masks.ask(pens, songs)
        for name, size in SIZES.items():
            wanted = [answer.get(name, np.ones(size, bool)).tolist() for answer in last]
            assert allowed.get(name, np.ones((3, size), bool)).tolist() == wanted


def test_where_anything_may_come_there_is_no_mask() -> None:
    """An attribute that no pen limits costs nothing; one that is limited no more is free again."""
    pens: list[Pen] = [Saying([{}, {"pitch": np.arange(4) < 2}, {}]), FixedLength(3)]
    masks = Masks(SIZES, 2)
    assert [sorted(masks.ask(pens, [0, 1])) for _ in range(3)] == [[], ["pitch"], []]


def test_a_song_of_fixed_length_is_done_after_so_many_steps() -> None:
    """None at all is done from the start."""
    pen = FixedLength(2)
    done = []
    for _ in range(3):
        done.append(pen.is_done)
        pen.write({"pitch": 0})
    assert done == [False, False, True]
    assert FixedLength(0).is_done


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ({"pitch": np.zeros(4, bool)}, "of pitch that allows none"),
        ({"pitch": np.ones(3, bool)}, r"4 of pitch, 2 of duration\), got a mask \[3\] of pitch"),
        ({"colour": np.ones(4, bool)}, "of colour"),
    ],
)
def test_a_pen_that_allows_nothing_or_the_unknown_is_refused(answer: AllowedSymbols, message: str) -> None:
    """The error says what the network knows."""
    with pytest.raises(ValueError, match=message):
        Masks(SIZES, 1).ask([Saying([answer])], [0])
