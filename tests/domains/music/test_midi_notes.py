"""MIDI bytes are checked event by event, and become columns of events."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mido import MetaMessage

from evolve.domains.music.errors import CorpusError
from evolve.domains.music.midi import read_sequences
from evolve.domains.music.midi_bytes import event_bytes
from evolve.domains.music.midi_events import events_of
from tests.domains.music.midi_tracks import control, heard, off, on, saved

NOTE = bytes([0, 0x90, 60, 80, 96, 0x80, 60, 0])
END = b"\0\xff\x2f\0"


def midi_file(*tracks: bytes, division: bytes = b"\x01\xe0") -> bytes:
    """A MIDI file of these event bytes."""
    header = b"MThd\0\0\0\x06\0\x01" + len(tracks).to_bytes(2, "big") + division
    return header + b"".join(b"MTrk" + len(track).to_bytes(4, "big") + track for track in tracks)


Event = tuple[int, ...]


def read(data: bytes) -> tuple[list[Event], tuple[bytes, ...]]:
    """Track, tick, status and data of each event, and what the meta events say."""
    events = events_of(event_bytes(data))
    columns = (events.tracks, events.ticks, events.statuses, *events.data)
    return list(zip(*(column.tolist() for column in columns), strict=True)), events.bodies


def test_every_event_has_its_track_and_its_tick() -> None:
    """Each track counts from 0, and says what it is called and where it ends."""
    events, bodies = read(midi_file(NOTE + END, b"\0\xff\x03\x05Piano" + NOTE + END))
    note = [(0, 0x90, 60, 80), (96, 0x80, 60, 0)]
    first = [(0, *event) for event in [*note, (96, 0xFF, 0x2F, 0)]]
    assert events == first + [(1, *event) for event in [(0, 0xFF, 3, 0), *note, (96, 0xFF, 0x2F, 0)]]
    assert bodies == (b"", b"Piano", b"")


def test_running_status_is_written_out() -> None:
    """An event that leaves its status to the one before gets it back, even after a meta event."""
    running = bytes([0, 0x90, 60, 80, 5, 0xFF, 0x01, 2, 65, 66, 91, 60, 0])
    assert read(midi_file(running + END)) == read(midi_file(bytes([0, 0x90, 60, 80, 96, 0x90, 60, 0]) + END))


messages = st.builds(
    lambda wait, status, values: (wait, status, values if status & 0xF0 not in (0xC0, 0xD0) else values[:1]),
    st.integers(0, 127).map(lambda wait: bytes([wait])) | st.integers(0, 127).map(lambda low: bytes([0x81, low])),
    st.sampled_from((0x80, 0x90, 0x91, 0xB0, 0xC0, 0xD0, 0xE0)),
    st.binary(min_size=2, max_size=2).map(lambda two: bytes(byte & 0x7F for byte in two)),
)


@given(st.lists(messages, max_size=30), st.lists(st.booleans(), min_size=30, max_size=30))
def test_a_status_left_out_changes_nothing(events: list[tuple[bytes, int, bytes]], is_left_out: list[bool]) -> None:
    """Wherever runs of plain events begin and end, each event keeps its time, its status and its values."""
    plain = [wait + bytes([status]) + values for wait, status, values in events]
    running, before = [], 0
    for (wait, status, values), may_go in zip(events, is_left_out, strict=False):
        running.append(wait + (b"" if may_go and status == before else bytes([status])) + values)
        before = status
    assert read(midi_file(b"".join(running) + END)) == read(midi_file(b"".join(plain) + END))


def test_a_very_long_track_is_measured_exactly() -> None:
    """Three hours of notes are no damage, though so many bytes could be days."""
    events, _ = read(midi_file(bytes([0x81, 0, 0x90, 60, 80, 0, 0x80, 60, 0]) * 80_000 + END))
    assert events[-1] == (0, 80_000 * 128, 0xFF, 0x2F, 0)


def test_a_controller_out_of_range_costs_nothing_but_itself() -> None:
    """A bad controller value is dropped; the notes around it stay in time."""
    bad = bytes([0, 0x90, 60, 80, 6, 0xB0, 7, 0xA8, 90, 0x80, 60, 0])
    assert read(midi_file(bad + END)) == read(midi_file(NOTE + END))


def test_a_riff_wrapper_and_foreign_chunks_are_passed_over() -> None:
    """Neither an .rmi wrapper nor a chunk of another kind hides the music."""
    data = midi_file(NOTE + END)
    wrapped = b"RIFF" + len(data).to_bytes(4, "little") + b"RMIDdata" + len(data).to_bytes(4, "little") + data
    foreign = data[:14] + b"XFIH\0\0\0\x02ab" + data[14:]
    assert read(wrapped) == read(foreign) == read(data)


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
        read(data)


@given(st.binary(max_size=80))
def test_any_bytes_after_a_header_are_read_or_refused(events: bytes) -> None:
    """No bytes make the check itself fail, and ticks never fall within a track."""
    try:
        found, _ = read(midi_file(events))
    except CorpusError:
        return
    assert sorted(found, key=lambda event: event[:2]) == found
    assert all(status >= 0x80 for _, _, status, *_ in found)


REST = MetaMessage("end_of_track", time=96)


@pytest.mark.parametrize(
    ("controller", "length"),
    [(120, 1), (121, 2), (122, 2), (123, 1), (124, 1), (125, 1), (126, 1), (127, 1), (7, 2), (64, 2)],
)
def test_a_note_ends_with_all_notes(controller: int, length: int) -> None:
    """With All Sound Off, All Notes Off and changes of mode, not with other controllers."""
    assert heard([on(60), control(controller, 24), on(62, 24), off(62)]) == [[(0, 60, 0, length), (0, 62, 2, 1)]]


def test_all_that_sounds_ends_and_nothing_else() -> None:
    """Notes of other channels go on, and so do those that are struck later."""
    track = [on(60), on(64), on(67, 0, 1), control(123, 24), on(60), off(60, 72), off(67, 0, 1)]
    assert heard(track) == [[(0, 60, 0, 1), (0, 64, 0, 1), (0, 60, 1, 3), (0, 67, 0, 4)]]


def test_ends_that_come_too_late_end_nothing() -> None:
    """Two ends after a note was cut and struck again: the first is the new note's."""
    assert heard([on(60), control(123, 24), on(60), off(60), off(60)]) == [[(0, 60, 0, 1), (0, 60, 1, 1)]]


def test_in_another_track_only_a_note_without_an_end_is_ended() -> None:
    """A program that gives all its tracks one channel does not mean the others when one is over."""
    assert heard([on(60), off(60, 96)], [control(123, 24)])[0] == [(0, 60, 0, 4)]
    assert heard([on(60), REST], [control(123, 24)])[0] == [(0, 60, 0, 1)]
    assert heard([on(60), REST], [control(123, 24, 1)])[0] == [(0, 60, 0, 4)]
    port = [MetaMessage("midi_port", port=1), control(123, 24)]
    assert heard([on(60), REST], port)[0] == [(0, 60, 0, 4)]


def test_silence_before_and_after_all_notes_changes_none() -> None:
    """Many programs send it to every channel at the beginning and the end."""
    silences = [control(controller, 0, channel) for channel in range(16) for controller in (120, 123)]
    tune = [on(60), off(60), on(62), off(62)]
    assert heard([*silences, *tune, *silences]) == heard(tune)


def test_a_note_that_is_silenced_has_an_end() -> None:
    """It is not told as one without; one that was over long before is."""
    (silenced,) = read_sequences(saved(1, [on(60), control(123, 24), on(62), off(62)]), "")
    assert silenced.doubts == ()
    (hanging,) = read_sequences(saved(1, [on(60), on(62, 24), off(62), control(123, 24)]), "")
    assert hanging.doubts == ("1 note without an end",)
