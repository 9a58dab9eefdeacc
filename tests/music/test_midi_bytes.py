"""MIDI bytes are checked before the fast reader sees them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evolve.errors import CorpusError
from evolve.music.midi_bytes import clean_midi

NOTE = bytes([0, 0x90, 60, 80, 96, 0x80, 60, 0])
END = b"\0\xff\x2f\0"


def midi_file(*tracks: bytes, division: bytes = b"\x01\xe0") -> bytes:
    """A MIDI file of these event bytes."""
    header = b"MThd\0\0\0\x06\0\x01" + len(tracks).to_bytes(2, "big") + division
    return header + b"".join(b"MTrk" + len(track).to_bytes(4, "big") + track for track in tracks)


def test_a_clean_file_stays_as_it_is() -> None:
    """Cleaning takes nothing from a file that needs no cleaning."""
    data = midi_file(NOTE + END, b"\0\xff\x03\x05Piano" + NOTE + END)
    assert clean_midi(data) == data


def test_running_status_is_written_out() -> None:
    """An event that leaves its status to the one before gets it back, even after a meta event."""
    running = bytes([0, 0x90, 60, 80, 5, 0xFF, 0x01, 2, 65, 66, 91, 60, 0])
    assert clean_midi(midi_file(running + END)) == midi_file(bytes([0, 0x90, 60, 80, 96, 0x90, 60, 0]) + END)


def test_a_controller_out_of_range_costs_nothing_but_itself() -> None:
    """A bad controller value is dropped; the notes around it stay in time."""
    bad = bytes([0, 0x90, 60, 80, 6, 0xB0, 7, 0xA8, 90, 0x80, 60, 0])
    assert clean_midi(midi_file(bad + END)) == midi_file(NOTE + END)


def test_a_riff_wrapper_and_foreign_chunks_are_passed_over() -> None:
    """Neither an .rmi wrapper nor a chunk of another kind hides the music."""
    data = midi_file(NOTE + END)
    wrapped = b"RIFF" + len(data).to_bytes(4, "little") + b"RMIDdata" + len(data).to_bytes(4, "little") + data
    foreign = data[:14] + b"XFIH\0\0\0\x02ab" + data[14:]
    assert clean_midi(wrapped) == clean_midi(foreign) == data


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b"hello", "text"),
        (b"\x89PNG\r\n\x1a\n" + bytes(20), "a PNG image"),
        (b"<?xml version='1.0'?>", "XML"),
        (bytes(range(0, 256, 3)), "something else"),
        (b"MThd\0\0\0\x06\0\x01", "truncated"),
        (midi_file(), "a header alone"),
        (midi_file(NOTE + END, division=b"\0\0"), "zero ticks"),
        (midi_file(NOTE + END, division=b"\xe7\x28"), "SMPTE"),
        (midi_file(NOTE + END)[:-3], "truncated"),
        (midi_file(bytes([0, 0x90, 60, 200]) + END), "out of range"),
        (midi_file(bytes([0, 60, 80])), "damaged"),
        (midi_file(b"\xff\xff\xff\xff\x7f"), "damaged"),
        (midi_file(b"\xff\xff\xff\x7f\xb0\1\1" * 9 + END), "damaged"),
        (midi_file(b"\0\xff\x03\x7fPiano"), "damaged"),
        (bytes(10_000_001), "larger"),
    ],
)
def test_rubbish_is_named(data: bytes, reason: str) -> None:
    """What is wrong with a file is said in a few words."""
    with pytest.raises(CorpusError, match=reason):
        clean_midi(data)


@given(st.binary(max_size=80))
def test_any_bytes_after_a_header_are_cleaned_or_refused(events: bytes) -> None:
    """No bytes make the check itself fail, and what is clean stays so."""
    try:
        cleaned = clean_midi(midi_file(events))
    except CorpusError:
        return
    assert clean_midi(cleaned) == cleaned
