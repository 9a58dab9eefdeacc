"""Notes of a MIDI file: which message ends which note, also those that end all notes of a channel at once.

Source: MIDI 1.0 Detailed Specification (MIDI Manufacturers Association, 1996), "Channel mode messages".
"""

from collections import deque
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from evolve.domains.music.midi_bytes import CONTROL_CHANGE, NOTE_ON
from evolve.domains.music.midi_events import LARGEST_TICK, Column, MidiEvents, programs_of, sorted_order

_ALL_SOUND_OFF: Final = 120
_ALL_NOTES_OFF: Final = 123
_TICK_BITS: Final = 31


def silences_of(events: MidiEvents) -> Column:
    """The places of these messages."""
    places: Column
    controllers = events.data[0]
    (places,) = (controllers >= _ALL_SOUND_OFF).nonzero()
    if places.size:  # in hardly any file: they are high notes as well
        is_off = (controllers[places] == _ALL_SOUND_OFF) | (controllers[places] >= _ALL_NOTES_OFF)
        places = places[is_off & (events.statuses[places] & 0xF0 == CONTROL_CHANGE)]
    return places


def silences_before(events: MidiEvents, silences: Column, places: Column) -> Column:
    """A number for each event that is higher after every silence of its track and channel: 0 .. silences."""
    return _in_order(events, silences).searchsorted(_ranks(events, places))


def own_silences(events: MidiEvents, silences: Column, struck: Column) -> Column:
    """The tick of the silence that comes next in the track and channel of each note; `LARGEST_TICK` without one."""
    known = _in_order(events, silences)
    following = np.append(known, -1)[silences_before(events, silences, struck)]
    part, place = np.divmod(following, len(events.ticks))
    return np.where(part == events.parts_of(struck), events.ticks[place], LARGEST_TICK)


def silences_over_tracks(events: MidiEvents, silences: Column, struck: Column) -> Column:
    """The tick of the first silence after each note on its channel, in whichever track; `LARGEST_TICK` without one."""
    moments = (events.channel_numbers << _TICK_BITS) + events.ticks
    known = np.append(np.sort(moments[silences]), -1)
    following = known[known[:-1].searchsorted(moments[struck], "right")]
    is_on_channel = following >> _TICK_BITS == moments[struck] >> _TICK_BITS
    return np.where(is_on_channel, following & LARGEST_TICK, LARGEST_TICK)


def _in_order(events: MidiEvents, silences: Column) -> Column:
    return np.sort(_ranks(events, silences))


def _ranks(events: MidiEvents, places: Column) -> Column:
    """Numbers that sort events by track and channel, and then as they come."""
    return events.parts_of(places) * len(events.ticks) + places


DRUM_CHANNEL: Final = 9
"""The tenth, as General MIDI has it."""

_AFTER_NOTES: Final = 0xA0
_PITCH_BITS = 7
_LONGEST_HANGING_BEATS, _LAST_HANGING_BEATS = 4, 1


@dataclass(frozen=True, slots=True)
class RawNotes:
    """The notes of events, in no order, as columns [notes].

    Attributes:
        pitches: MIDI note numbers, uint8.
        onsets: Ticks of the file; like the rest, int64.
        ends: Ticks of the file; none before its onset.
        velocities: 1 .. 127, uint8.
        parts: The track and the channel that struck each, in one number: channels are its last four bits.
        programs: The program in force on its channel, 0 .. 127.
        last_message: The tick of the last note message, drums included.
        may_overlap: Whether notes of one part and pitch may sound together.
        without_end: How many of them nothing ends.
    """

    pitches: npt.NDArray[np.uint8]
    onsets: Column
    ends: Column
    velocities: npt.NDArray[np.uint8]
    parts: Column
    programs: Column
    last_message: int
    may_overlap: bool
    without_end: int


def is_struck(events: MidiEvents) -> npt.NDArray[np.bool_]:
    """Which events begin a note, drums included."""
    is_on: npt.NDArray[np.bool_] = (events.statuses & 0xF0 == NOTE_ON) & (events.data[1] > 0)
    return is_on


def notes_of(events: MidiEvents) -> RawNotes:
    """The notes of all channels but the drums.

    A note ends with the next end of its pitch in its track and channel; of overlapping ones the first that was struck
    ends first. Where there are fewer ends than notes, those are without an end which, were each end to close the last
    note struck, none would close: so one that is missing leaves the notes after it as they are. A note without an end
    in its own track takes one that is left over on its channel in another; failing that it lasts until its track
    strikes something else on the channel, or until the track ends, but for no more than a whole note. (The standard
    says nothing of either.) One that was struck together with another of its pitch is that other.

    All Notes Off and its like end what sounds on their channel in their track. In other tracks of the channel, which
    may be other instruments where a program has given all tracks the same channel, only what lacks an end.
    """
    is_note = events.statuses < _AFTER_NOTES
    (places,) = (is_note & (events.statuses & 0x0F != DRUM_CHANNEL)).nonzero()
    statuses, pitches = events.statuses[places], events.data[0, places]
    is_on = (statuses >= NOTE_ON) & (events.data[1, places] > 0)
    silences = silences_of(events)
    keys = (events.parts_of(places) << _PITCH_BITS) + pitches
    if silences.size:
        keys = keys * (len(silences) + 1) + silences_before(events, silences, places)
    order = sorted_order(keys)
    pairing = _paired(keys[order], is_on[order], places[order])
    if pairing.hanging.size and pairing.left_over.size:
        pairing = _paired_over_tracks(events, pairing)
    struck, ends, without_end = pairing.struck, events.ticks[pairing.ended], 0
    if pairing.hanging.size:
        alone = _without_doubles(events, struck, pairing.hanging)
        ends = np.concatenate((ends, _ends_of_hanging(events, places[is_on], alone)))
        struck, without_end = np.concatenate((struck, alone)), len(alone)
    if silences.size:
        ends, without_end = _silenced(events, silences, struck, ends, len(pairing.struck))
    return RawNotes(
        pitches=events.data[0, struck],
        onsets=events.ticks[struck],
        ends=ends,
        velocities=events.data[1, struck],
        parts=events.parts_of(struck),
        programs=programs_of(events, struck),
        last_message=int(events.ticks[is_note].max(initial=0)),
        may_overlap=not pairing.is_by_turns,
        without_end=without_end,
    )


def _silenced(events: MidiEvents, silences: Column, struck: Column, ends: Column, with_end: int) -> tuple[Column, int]:
    """The ends of notes that nothing outlasts which ends all of them, and how many notes still lack one.

    Args:
        events: All.
        silences: Those that end all notes.
        struck: Those that begin a note.
        ends: When each was taken to end.
        with_end: How many of them, the first, had an end.
    """
    stops = own_silences(events, silences, struck)
    over_tracks = silences_over_tracks(events, silences, struck[with_end:])
    stops[with_end:] = np.minimum(stops[with_end:], over_tracks)
    return np.minimum(ends, stops), int(np.count_nonzero(stops[with_end:] > ends[with_end:]))


@dataclass(frozen=True, slots=True)
class _Pairing:
    """Which end ends which note; events by their places among all.

    Attributes:
        struck, ended: The events that begin and end a note, side by side.
        hanging: Those that begin a note which nothing ends.
        left_over: Those that end nothing.
        is_by_turns: Whether each pitch is struck and ended by turns, in each track and channel.
    """

    struck: Column
    ended: Column
    hanging: Column
    left_over: Column
    is_by_turns: bool = False


_NONE: Final = np.array((), np.int64)


def _paired(keys: Column, is_on: npt.NDArray[np.bool_], places: Column) -> _Pairing:
    """Beginnings and ends of one key paired; keys, of a track, a channel and a pitch, come one after the other."""
    if _by_turns(keys, is_on):
        return _Pairing(places[::2], places[1::2], _NONE, _NONE, is_by_turns=True)
    starts = np.diff(keys, prepend=-1).nonzero()[0]
    sizes = np.diff(starts, append=len(keys))
    is_even = (np.arange(len(keys)) - starts.repeat(sizes)) % 2 == 0
    is_odd_one = (sizes % 2 == 1) | np.logical_or.reduceat(is_on != is_even, starts)
    plain = places[~is_odd_one.repeat(sizes)]
    struck, ended, hanging, left_over = list[int](), list[int](), list[int](), list[int]()
    for start, size in zip(starts[is_odd_one].tolist(), sizes[is_odd_one].tolist(), strict=True):
        some = slice(start, start + size)
        alone, nothing = _unpaired(is_on[some].tolist(), places[some].tolist())
        hanging += alone
        left_over += nothing
        paired = _first_in_first_out(is_on[some].tolist(), places[some].tolist(), {*alone, *nothing})
        struck += paired[0]
        ended += paired[1]
    return _Pairing(
        np.concatenate((plain[::2], np.array(struck, np.int64))),
        np.concatenate((plain[1::2], np.array(ended, np.int64))),
        np.array(hanging, np.int64),
        np.array(left_over, np.int64),
    )


def _by_turns(keys: Column, is_on: npt.NDArray[np.bool_]) -> bool:
    """Whether each key is struck and ended by turns, as in nearly all files."""
    if len(keys) % 2:
        return False
    return bool(is_on[::2].all()) and not is_on[1::2].any() and bool((keys[::2] == keys[1::2]).all())


def _unpaired(is_on: list[bool], places: list[int]) -> tuple[list[int], list[int]]:
    """The beginnings that no end closes, and the ends that close nothing, if each closes the last note struck."""
    sounding, nothing = list[int](), list[int]()
    for is_struck, place in zip(is_on, places, strict=True):
        if is_struck:
            sounding.append(place)
        elif sounding:
            sounding.pop()
        else:
            nothing.append(place)
    return sounding, nothing


def _first_in_first_out(is_on: list[bool], places: list[int], unpaired: set[int]) -> tuple[list[int], list[int]]:
    """The paired beginnings, and their ends."""
    sounding, struck, ended = deque[int](), list[int](), list[int]()
    for is_struck, place in zip(is_on, places, strict=True):
        if place in unpaired:
            continue
        if is_struck:
            sounding.append(place)
        else:
            struck.append(sounding.popleft())
            ended.append(place)
    return struck, ended


def _paired_over_tracks(events: MidiEvents, pairing: _Pairing) -> _Pairing:
    """The same, with ends that are left over given to notes of their channel and pitch that hang in another track."""
    both = np.concatenate((pairing.left_over, pairing.hanging))
    is_on = np.arange(len(both)) >= len(pairing.left_over)
    keys = (events.channel_numbers[both] << _PITCH_BITS) + events.data[0, both]
    order = np.lexsort((is_on, events.ticks[both], keys))  # at one tick, what ends is what sounded before
    again = _paired_neighbours(keys[order], is_on[order], both[order])
    return _Pairing(
        np.concatenate((pairing.struck, again.struck)),
        np.concatenate((pairing.ended, again.ended)),
        again.hanging,
        again.left_over,
    )


def _paired_neighbours(keys: Column, is_on: npt.NDArray[np.bool_], places: Column) -> _Pairing:
    """Each beginning paired with the end that comes next of all of its key."""
    is_pair = is_on[:-1] & ~is_on[1:] & (keys[:-1] == keys[1:])
    (first,) = is_pair.nonzero()
    is_alone = np.ones(len(places), np.bool_)
    is_alone[first] = is_alone[first + 1] = False
    return _Pairing(places[first], places[first + 1], places[is_alone & is_on], places[is_alone & ~is_on])


def _without_doubles(events: MidiEvents, struck: Column, hanging: Column) -> Column:
    """Those hanging of whose pitch no other note is struck in the same track, channel and tick."""

    def moments(places: Column) -> list[tuple[int, ...]]:
        columns = (events.tracks, events.statuses, events.data[0], events.ticks)
        return list(zip(*(column[places].tolist() for column in columns), strict=True))

    others = set(moments(struck))
    return hanging[[moment not in others for moment in moments(hanging)]]


def _ends_of_hanging(events: MidiEvents, struck: Column, hanging: Column) -> Column:
    """When notes without an end are taken to end."""
    onsets = events.ticks[hanging]
    moments = np.sort((events.parts_of(struck) << _TICK_BITS) + events.ticks[struck])
    later = moments.searchsorted((events.parts_of(hanging) << _TICK_BITS) + onsets, "right")
    following = np.append(moments, -1)[later]
    track_ends = events.ticks[events.tracks.searchsorted(events.tracks[hanging], "right") - 1]
    is_followed = following >> _TICK_BITS == events.parts_of(hanging)
    ends = np.where(is_followed, following & ((1 << _TICK_BITS) - 1), track_ends)
    ends = np.where(ends > onsets, ends, onsets + _LAST_HANGING_BEATS * events.division)
    return np.minimum(ends, onsets + _LONGEST_HANGING_BEATS * events.division)
