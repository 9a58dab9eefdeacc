"""Messages that end all notes of a channel at once: All Sound Off, All Notes Off, and changes of mode, which do so too.

Source: MIDI 1.0 Detailed Specification (MIDI Manufacturers Association, 1996), "Channel mode messages".
"""

from typing import Final

import numpy as np

from evolve.music.midi_bytes import CONTROL_CHANGE
from evolve.music.midi_events import LARGEST_TICK, Column, Events

_ALL_SOUND_OFF: Final = 120
_ALL_NOTES_OFF: Final = 123
_TICK_BITS: Final = 31


def silences_of(events: Events) -> Column:
    """The places of these messages."""
    places: Column
    controllers = events.data[0]
    (places,) = (controllers >= _ALL_SOUND_OFF).nonzero()
    if places.size:  # in hardly any file: they are high notes as well
        is_off = (controllers[places] == _ALL_SOUND_OFF) | (controllers[places] >= _ALL_NOTES_OFF)
        places = places[is_off & (events.statuses[places] & 0xF0 == CONTROL_CHANGE)]
    return places


def silences_before(events: Events, silences: Column, places: Column) -> Column:
    """A number for each event that is higher after every silence of its track and channel: 0 .. silences."""
    return _in_order(events, silences).searchsorted(_ranks(events, places))


def own_silences(events: Events, silences: Column, struck: Column) -> Column:
    """The tick of the silence that comes next in the track and channel of each note; `LARGEST_TICK` without one."""
    known = _in_order(events, silences)
    following = np.append(known, -1)[silences_before(events, silences, struck)]
    part, place = np.divmod(following, len(events.ticks))
    return np.where(part == events.parts_of(struck), events.ticks[place], LARGEST_TICK)


def silences_over_tracks(events: Events, silences: Column, struck: Column) -> Column:
    """The tick of the first silence after each note on its channel, in whichever track; `LARGEST_TICK` without one."""
    moments = (events.channel_numbers << _TICK_BITS) + events.ticks
    known = np.append(np.sort(moments[silences]), -1)
    following = known[known[:-1].searchsorted(moments[struck], "right")]
    is_on_channel = following >> _TICK_BITS == moments[struck] >> _TICK_BITS
    return np.where(is_on_channel, following & LARGEST_TICK, LARGEST_TICK)


def _in_order(events: Events, silences: Column) -> Column:
    return np.sort(_ranks(events, silences))


def _ranks(events: Events, places: Column) -> Column:
    """Numbers that sort events by track and channel, and then as they come."""
    return events.parts_of(places) * len(events.ticks) + places
