"""MIDI files for tests, of mido's messages, and what evolve hears in them."""

import io
from typing import Any

from mido import Message, MidiFile, MidiTrack

from evolve.domains.music.midi import read_sequences


def saved(form: int, *tracks: list[Any], division: int = 24) -> bytes:
    """The bytes of a file of these tracks."""
    file = MidiFile(type=form, ticks_per_beat=division)
    file.tracks += [MidiTrack(track) for track in tracks]
    out = io.BytesIO()
    file.save(file=out)
    return out.getvalue()


def on(pitch: int, wait: int = 0, channel: int = 0) -> Message:
    """A note begins."""
    return Message("note_on", note=pitch, velocity=80, time=wait, channel=channel)


def off(pitch: int, wait: int = 24, channel: int = 0) -> Message:
    """A note ends, a beat later if nothing else is said."""
    return Message("note_off", note=pitch, time=wait, channel=channel)


def program(number: int, wait: int = 0, channel: int = 0) -> Message:
    """A program change."""
    return Message("program_change", program=number, time=wait, channel=channel)


def control(controller: int, wait: int = 0, channel: int = 0) -> Message:
    """A controller set to 0."""
    return Message("control_change", control=controller, time=wait, channel=channel)


def heard(*tracks: list[Any], form: int = 1) -> list[list[tuple[int, int, float, float]]]:
    """Program, pitch, onset and length in beats of each note, song by song."""
    songs = [piece.song for piece in read_sequences(saved(form, *tracks), "")]
    return [
        [(t.program, n.pitch, n.onset_ticks / 24, n.duration_ticks / 24) for t in s.tracks for n in t.notes]
        for s in songs
    ]
