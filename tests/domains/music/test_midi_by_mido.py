"""Another reader of MIDI finds the same notes: mido, with the rules of the format worked out anew, event by event."""

import io
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

import mido
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mido import Message, MetaMessage, MidiFile

from evolve.domains.music.errors import CorpusError
from evolve.domains.music.midi import read_sequences
from evolve.domains.music.song import Song
from tests.conftest import SHARED_MUSIC
from tests.domains.music.midi_tracks import heard, off, on, program, saved

FOLDERS = ("giantmidi", "nottingham", "odd")
SILENCES = (120, 123, 124, 125, 126, 127)
Found = list[tuple[int, ...]]


@dataclass(frozen=True)
class Event:
    """A message with its place: track, index in it, tick, and the port of its track."""

    track: int
    index: int
    tick: int
    port: int
    message: Any

    @property
    def is_on(self) -> bool:
        """Whether it strikes a note."""
        return bool(self.message.type == "note_on" and self.message.velocity > 0)

    @property
    def channel(self) -> tuple[int, int]:
        """Its port and channel."""
        return self.port, self.message.channel


def events_of(file: MidiFile) -> Iterator[Event]:
    """All events, track by track."""
    for number, track in enumerate(file.tracks):
        ports = [message.port & 0x7F for message in track if message.type == "midi_port"]
        tick = 0
        for index, message in enumerate(track):
            tick += message.time
            yield Event(number, index, tick, ports[-1] if ports else 0, message)
            if message.type == "end_of_track":
                break


def crossed_out(events: list[Event]) -> list[Event]:
    """What is left when every beginning that an end follows at once is crossed out with it, again and again."""
    left: list[Event] = []
    for event in events:
        if left and left[-1].is_on and not event.is_on:
            left.pop()
        else:
            left.append(event)
    return left


def silences_after(on: Event, silences: list[Event]) -> list[Event]:
    """What ends all notes, of its track and channel, and comes after it."""
    part = (on.track, on.channel)
    return [one for one in silences if (one.track, one.channel) == part and one.index > on.index]


def ended_notes(events: list[Event], silences: list[Event]) -> Iterator[tuple[Event, int | None]]:
    """Each note and the tick of its end, if it has one."""
    own: dict[tuple[int, ...], list[Event]] = defaultdict(list)
    channels: dict[tuple[tuple[int, int], int], list[Event]] = defaultdict(list)
    for event in events:
        later = len(silences_after(event, silences))
        own[event.track, event.message.channel, event.message.note, later].append(event)
    for (_, _, pitch, _), some in own.items():
        left = crossed_out(some)
        indices = {event.index for event in left}
        paired = [event for event in some if event.index not in indices]
        ons, offs = ([event for event in paired if event.is_on is which] for which in (True, False))
        yield from ((on, off.tick) for on, off in zip(ons, offs, strict=True))
        channels[some[0].channel, pitch] += left
    for left in channels.values():
        left.sort(key=lambda event: (event.tick, event.is_on))
        for event, after in zip_longest(left, left[1:]):
            if event.is_on:
                yield event, after.tick if after is not None and not after.is_on else None


def end_of_hanging(on: Event, events: list[Event], track_end: int, beat: int) -> int:
    """Until its track strikes something later on its channel, or ends; at most a whole note."""
    later = [
        event.tick
        for event in events
        if event.is_on and (event.track, event.channel) == (on.track, on.channel) and event.tick > on.tick
    ]
    end = min(later, default=track_end)
    return min(end if end > on.tick else on.tick + beat, on.tick + 4 * beat)


def program_of(on: Event, changes: list[Event]) -> int:
    """That of the latest change on its channel; at one tick its own track's before others'."""
    before = [
        (change.tick, change.track == on.track, change.track, change.index, change.message.program)
        for change in changes
        if change.channel == on.channel
        and (change.tick, change.index if change.track == on.track else -1) < (on.tick, on.index)
    ]
    return max(before)[-1] if before else 0


def notes_by_mido(file: MidiFile, tracks: list[Event]) -> Found:
    """Track, channel, program, pitch, onset, end and velocity of the notes of one sequence, on the grid."""
    sounding = [e for e in tracks if e.message.type in ("note_on", "note_off") and e.message.channel != 9]
    changes = [e for e in tracks if e.message.type == "program_change"]
    track_ends = {event.track: event.tick for event in tracks}
    beat = file.ticks_per_beat
    silences = [e for e in tracks if e.message.type == "control_change" and e.message.control in SILENCES]
    pairs = list(ended_notes(sounding, silences))
    ended = {(on.track, on.message.channel, on.message.note, on.tick) for on, end in pairs if end is not None}
    found = []
    for one, known in pairs:
        if known is None and (one.track, one.message.channel, one.message.note, one.tick) in ended:
            continue
        end = known if known is not None else end_of_hanging(one, sounding, track_ends[one.track], beat)
        stops = [after.tick for after in silences_after(one, silences)]
        if known is None:
            stops += [after.tick for after in silences if after.channel == one.channel and after.tick > one.tick]
        end = min([end, *stops])
        start, stop = ((48 * tick + beat) // (2 * beat) for tick in (one.tick, end))
        instrument = (one.track, one.message.channel, program_of(one, changes))
        found.append((*instrument, one.message.note, start, max(stop, start + 1), one.message.velocity))
    return without_overlaps(sorted(found))


def without_overlaps(notes: Found) -> Found:
    """Each note until its pitch is struck again on its instrument."""
    cut = [
        (*one[:5], min(one[5], after[4]) if one[:4] == after[:4] else one[5], one[6])
        for one, after in zip_longest(notes, notes[1:], fillvalue=(-1,) * 7)
    ]
    return [one for one in cut if one[5] > one[4]]


def found_by_mido(data: bytes) -> list[Found]:
    """The notes of each sequence that has any, with instruments numbered and the first bar taken off."""
    file = mido.MidiFile(file=io.BytesIO(data), clip=True)
    events = list(events_of(file))
    numbers = range(len(file.tracks))
    parts = [[e for e in events if e.track == n] for n in numbers] if file.type == 2 else [events]
    return [numbered(notes) for part in parts if (notes := notes_by_mido(file, part))]


def numbered(notes: Found) -> Found:
    """Instrument's number, program, pitch, onset from the first, length and velocity."""
    instruments = sorted({note[:3] for note in notes})
    first = min(note[4] for note in notes)
    return sorted((instruments.index(n[:3]), n[2], n[3], n[4] - first, n[5] - n[4], n[6]) for n in notes)


def found_by_evolve(song: Song) -> Found:
    """The same of a song."""
    first = int(min(track.notes.onsets_ticks[0] for track in song.tracks))
    return sorted(
        (number, track.program, note.pitch, note.onset_ticks - first, note.duration_ticks, note.velocity)
        for number, track in enumerate(song.tracks)
        for note in track.notes
    )


CHANNELS = st.sampled_from((0, 0, 0, 1, 9))
WAITS = st.sampled_from((0, 0, 12, 24, 24, 48, 200))


@st.composite
def events(draw: st.DrawFn) -> list[Any]:
    """Notes that mostly end, strokes and ends alone, program changes, silences, and now and then a port."""
    made: list[Any] = [MetaMessage("midi_port", port=1)] if draw(st.integers(0, 5)) == 0 else []
    for _ in range(draw(st.integers(0, 14))):
        place = {"time": draw(WAITS), "channel": draw(CHANNELS)}
        kind = draw(st.sampled_from(("note", "note", "note", "note_on", "note_off", "silent", "program", "control")))
        if kind == "program":
            made.append(Message("program_change", program=draw(st.sampled_from((0, 19, 40))), **place))
            continue
        if kind == "control":
            made.append(Message("control_change", control=draw(st.sampled_from((120, 121, 122, 123, 127))), **place))
            continue
        note = {"note": draw(st.sampled_from((60, 60, 64))), "velocity": draw(st.integers(1, 127))}
        if kind == "silent":
            note["velocity"] = 0
        made.append(Message("note_off" if kind == "note_off" else "note_on", **note, **place))
        if kind == "note":
            made.append(Message("note_off", note=note["note"], channel=place["channel"], time=draw(WAITS)))
    return made


@st.composite
def files(draw: st.DrawFn) -> bytes:
    """Files of each format."""
    form = draw(st.sampled_from((0, 1, 1, 1, 2)))
    tracks = draw(st.lists(events(), min_size=1, max_size=1 if form == 0 else 4))
    return saved(form, *tracks, division=draw(st.sampled_from((24, 24, 96, 7))))


@settings(max_examples=400, deadline=None)
@given(files())
def test_mido_finds_the_same_notes_in_files_we_make(data: bytes) -> None:
    """In each format, with ends missing, left over and in other tracks, and programs changed in any track."""
    wanted = found_by_mido(data)
    try:
        songs = [piece.song for piece in read_sequences(data, "")]
    except CorpusError:
        assert not wanted
    else:
        assert [found_by_evolve(song) for song in songs] == wanted


@pytest.mark.skipif(not SHARED_MUSIC.is_dir(), reason=f"no music at {SHARED_MUSIC}")
@pytest.mark.parametrize("folder", FOLDERS)
def test_mido_finds_the_same_notes_in_real_files(folder: str) -> None:
    """Every pitch, onset, length, program and velocity, of every file that both can read."""
    compared = 0
    for path in sorted((SHARED_MUSIC / folder).glob("*.mid")):
        try:
            songs = [piece.song for piece in read_sequences(path.read_bytes(), path.name)]
            wanted = found_by_mido(path.read_bytes())
        except (CorpusError, EOFError, OSError):  # both must be able to read it
            continue
        assert [found_by_evolve(song) for song in songs] == wanted, path
        compared += 1
    assert compared


def test_each_sequence_of_format_2_is_a_song() -> None:
    """Sequences that do not belong together do not sound together; each has its own tempo."""
    slow = [MetaMessage("set_tempo", tempo=1_000_000), on(60), off(60)]
    data = saved(2, slow, [MetaMessage("text", text="nothing")], [on(61), off(61)])
    songs = [piece.song for piece in read_sequences(data, "two")]
    assert [[n.pitch for n in song.notes] for song in songs] == [[60], [61]]
    assert [song.tempo_bpm for song in songs] == [60, 120]
    assert [song.title for song in songs] == ["two", "two"]


def test_notes_that_nothing_ends_are_told() -> None:
    """How many there are, as a doubt; none where all end."""
    (doubtful,) = read_sequences(saved(1, [on(60), on(62, 24), off(62), on(64), off(64)]), "")
    assert doubtful.doubts == ("1 note without an end",)
    (sure,) = read_sequences(saved(1, [on(60), off(60), on(62), off(62)]), "")
    assert sure.doubts == ()


def test_sequences_without_end_are_refused() -> None:
    """Reading a file takes no longer than music does."""
    with pytest.raises(CorpusError, match="1,001 sequences"):
        heard(*[[on(60), off(60)]] * 1001, form=2)


def test_a_missing_end_spoils_one_note() -> None:
    """The note that hangs lasts until something else is struck; those after it keep their lengths."""
    again = [message for _ in range(3) for message in (on(60), off(60), on(62), off(62))]
    (notes,) = heard([on(60), on(64, 24), off(64), *again])
    assert notes[:1] == [(0, 60, 0, 1)]
    assert {length for _, _, _, length in notes} == {1}


def test_overlapping_notes_with_an_end_each_end_in_their_order() -> None:
    """Where none is missing, what was struck first ends first."""
    assert heard([on(60), on(60, 24), off(60), off(60)]) == [[(0, 60, 0, 1), (0, 60, 1, 2)]]


@pytest.mark.parametrize(("rest", "length"), [(0, 1), (48, 2), (24 * 50, 4)])
def test_a_last_note_without_an_end_lasts_until_its_track_ends(rest: int, length: int) -> None:
    """A beat where it ends at once, a whole note at most."""
    assert heard([on(60), off(60), on(62), MetaMessage("end_of_track", time=rest)])[0][-1] == (0, 62, 1, length)


def test_an_end_in_another_track_of_the_channel_is_taken() -> None:
    """It ends the note that hangs in the first, though something else is struck before."""
    assert heard([on(60), on(64, 24), off(64)], [off(60, 72)])[0] == [(0, 60, 0, 3), (0, 64, 1, 1)]


def test_a_note_struck_twice_at_once_and_ended_once_is_one_note() -> None:
    """The copy does not make it longer."""
    assert heard([on(60), on(60), off(60), on(62, 24), off(62)]) == [[(0, 60, 0, 1), (0, 62, 2, 1)]]


def test_a_program_holds_for_its_channel_in_all_tracks() -> None:
    """The staves of an organ are both an organ, also where the program stands in the later one; other ports are not."""
    staves = [program(19), on(72), off(72)], [on(48), off(48)]
    assert {one[0] for one in heard(*staves)[0]} == {one[0] for one in heard(*reversed(staves))[0]} == {19}
    other = [MetaMessage("midi_port", port=1), on(36), off(36)]
    assert {one[:2] for one in heard(*staves, other)[0]} == {(19, 72), (19, 48), (0, 36)}


def test_a_program_changes_from_its_tick_on() -> None:
    """Notes before it keep theirs, in either track."""
    changed = [program(19), on(72), off(72), program(40), on(74), off(74)]
    assert sorted(heard(changed, [on(48), off(48), on(50), off(50)])[0]) == [
        (19, 48, 0, 1), (19, 72, 0, 1), (40, 50, 1, 1), (40, 74, 1, 1)
    ]  # fmt: skip


def test_tracks_that_claim_one_channel_keep_their_own_programs() -> None:
    """Programs set at the same tick hold for the track that sets them."""
    assert heard([program(19), on(72), off(72)], [program(40), on(48), off(48)]) == [[(19, 72, 0, 1), (40, 48, 0, 1)]]


def test_a_program_for_drums_makes_no_instrument_of_them() -> None:
    """The tenth channel stays the drums', in every format."""
    drums = [program(40, channel=9), on(36, channel=9), off(36, channel=9)]
    assert heard([*drums, on(60), off(60)]) == [[(0, 60, 1, 1)]]
    assert heard(drums, [on(60), off(60)], form=2) == [[(0, 60, 0, 1)]]
    with pytest.raises(CorpusError, match="drums"):
        heard(drums)
