"""What travels arrives as it was, in pieces of any size, or not at all."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evolve.clusters.channels.message import GarbledError, Message, read_frames, to_frame

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
MESSAGES = st.builds(
    Message, st.text(min_size=1), st.dictionaries(st.text(), JSON, max_size=3), st.binary(max_size=300)
)


@given(st.lists(MESSAGES, max_size=4), st.data())
def test_messages_come_out_of_bytes_as_they_went_in(messages: list[Message], data: st.DataObject) -> None:
    """However the bytes are cut: what is not whole yet waits for the rest."""
    stream = b"".join(map(to_frame, messages))
    cut = data.draw(st.integers(0, len(stream)))
    first = list(read_frames(stream[:cut]))
    begin = first[-1][1] if first else 0
    rest = list(read_frames(stream[begin:]))
    assert [message for message, _ in [*first, *rest]] == messages


@given(MESSAGES, st.data())
def test_a_damaged_frame_is_told(message: Message, data: st.DataObject) -> None:
    """One bit that is not as it was sent is enough, wherever it stands."""
    frame = bytearray(to_frame(message))
    place = data.draw(st.integers(0, len(frame) - 1))
    frame[place] ^= 1 << data.draw(st.integers(0, 7))
    with contextlib.suppress(GarbledError):
        assert not list(read_frames(frame))  # its lengths may ask for more than there is


def test_what_is_no_frame_is_told() -> None:
    """Such as the greeting of a shell between two messages."""
    with pytest.raises(GarbledError, match="something else was written between"):
        list(read_frames(b"Welcome to gpu1, have a nice day"))
