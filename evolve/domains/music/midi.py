"""Songs from MIDI files, and MIDI files from songs; the only home of symusic, which writes them."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import pairwise
from typing import TypeVar

import numpy as np
import symusic

from evolve.domains.music.bars import bar_lines_of, needed_bar_lines
from evolve.domains.music.errors import CorpusError
from evolve.domains.music.groups import kind_in_title
from evolve.domains.music.midi_bytes import TEMPO, TIME_SIGNATURE, TRACK_NAME, event_bytes
from evolve.domains.music.midi_events import CHANNELS, Metas, MidiEvents, events_of, sorted_order
from evolve.domains.music.midi_notes import RawNotes, is_struck, notes_of
from evolve.domains.music.plain import PROGRAMS, plain_metre, plain_name, within_reach
from evolve.domains.music.reshaping import without_overlaps
from evolve.domains.music.song import COMMON_TIME, TICKS_PER_BEAT, BarLine, Column, Metre, Notes, ReadSong, Song, Track
from evolve.texts import text_of
from evolve.words import counted

_Ticks = TypeVar("_Ticks", int, Column)

FILE_TICKS_PER_BEAT = 480
"""Resolution of written files: what sequencers expect, and a multiple of the grid."""

_SCALE = FILE_TICKS_PER_BEAT // TICKS_PER_BEAT

MOST_SEQUENCES = 1_000
"""Of a file of format 2; files with more are made to take time."""

STANDARD_TEMPO_BPM = 120.0
"""What a file without a tempo means, by the MIDI standard."""


def read_midi(data: bytes, name: str) -> Song:
    """The song of a MIDI file, its notes moved to the nearest places of the grid.

    Of a file with several songs (format 2), the first; `read_sequences` has all.

    Onsets and ends are rounded each by itself, so that notes that touch go on touching. Where a track strikes a pitch
    that still sounds, the earlier note ends there; of two struck at once the longer stays. Drums are left out. The
    pedal is not read: a note lasts as long as its key is down. Bars of silence before the first note are dropped, so
    that it lies in the first bar, and a bar line on tick 0. A time signature begins a bar, also within one of the metre
    before, and also where it names the same metre.

    Args:
        data: The file's bytes.
        name: What the file is called; becomes the song's title.

    Returns:
        The song; every track has notes, velocities are the file's, the tempo is the mean over the song's time, and the
        metre is that of most of it.

    Raises:
        CorpusError: Its text is the reason alone, such as ``not MIDI but a PNG image``; the caller knows the name.
    """
    return read_sequences(data, name)[0].song


def read_sequences(data: bytes, name: str) -> tuple[ReadSong, ...]:
    """The songs of a MIDI file, each as `read_midi` says: one, or of format 2 as many as there are tracks with notes.

    Args:
        data: The file's bytes.
        name: What the file is called; becomes the title of all.

    Raises:
        CorpusError: Its text is the reason alone, such as ``not MIDI but a PNG image``; the caller knows the name.
    """
    file = event_bytes(data)
    events = events_of(file)
    sequences = _by_track(events) if file.are_sequences else (events,)
    songs = tuple(song for own in sequences if (song := _song(own, name)) is not None)
    if not songs:
        raise CorpusError("nothing but drums" if is_struck(events).any() else "no notes")
    if len(songs) == 1:
        return songs
    return tuple(replace(song, label=f"sequence {number}") for number, song in enumerate(songs, start=1))


def write_midi(song: Song) -> bytes:
    """A MIDI file (format 1, 480 ticks to a quarter note) with tempo and metres, and a name and program a track."""
    score = symusic.Score(FILE_TICKS_PER_BEAT)
    score.tempos.append(symusic.Tempo(0, within_reach(song.tempo_bpm)))
    bar_lines = bar_lines_of(song)
    starts = {0: bar_lines[0].metre} | {line.tick: line.metre for line in bar_lines}
    for tick, metre in starts.items():
        score.time_signatures.append(symusic.TimeSignature(tick * _SCALE, metre.beats, metre.unit))
    for track in song.tracks:
        score.tracks.append(_write_track(track))
    return bytes(score.dumps_midi())


def _by_track(events: MidiEvents) -> Iterator[MidiEvents]:
    numbers = np.unique(events.tracks[is_struck(events)]).tolist()
    if len(numbers) > MOST_SEQUENCES:
        raise CorpusError(f"holds {len(numbers):,} sequences (format 2), which no music does")
    for number in numbers:
        yield events.of_track(number)


def _song(events: MidiEvents, name: str) -> ReadSong | None:
    """The song of one sequence; None when it has no notes, or drums alone."""
    notes = notes_of(events)
    if not notes.onsets.size:
        return None
    metas, end = events.metas, max(notes.last_message, int(notes.ends.max()))
    metres = _metres(metas, end)
    metre = _main_metre(metres, end)
    lines = [BarLine(_to_grid(tick, events.division), own) for tick, own in metres.items()]
    first_bar_ticks, lines = _first_bar(lines, _to_grid(int(notes.onsets.min()), events.division))
    bar_lines = needed_bar_lines([BarLine(line.tick - first_bar_ticks, line.metre) for line in lines], metre)
    names = _track_names(metas)
    tracks = tuple(_tracks(notes, events.division, first_bar_ticks, names))
    song = Song(tracks, _main_tempo(metas, end), title=name, metre=metre, bar_lines=bar_lines)
    lone = notes.without_end
    doubts = (f"{counted(lone, 'note')} without an end",) if lone else ()
    title = names.get(min((track for _, track, _, _ in metas), default=0), "")  # of a sequence: its first track's name
    return ReadSong(song, doubts=doubts, kind=kind_in_title(title))


def _tracks(notes: RawNotes, division: int, first_bar_ticks: int, names: Mapping[int, str]) -> Iterator[Track]:
    """The notes of each instrument: of one program, on one channel, in one track of the file."""
    onsets, ends = _to_grid(np.array((notes.onsets, notes.ends)), division)
    may_overlap = notes.may_overlap or bool((ends <= onsets).any())
    if may_overlap:
        np.maximum(ends, onsets + 1, out=ends)
    table = np.array((notes.pitches, onsets - first_bar_ticks, ends - onsets, notes.velocities))
    instruments = notes.parts * PROGRAMS + notes.programs
    order = sorted_order(instruments)
    ordered = instruments[order]
    cuts = ((ordered[1:] != ordered[:-1]).nonzero()[0] + 1).tolist()
    for start, stop in pairwise([0, *cuts, len(order)]):
        part, program = divmod(int(ordered[start]), PROGRAMS)
        own = table.take(order[start:stop], axis=1)
        yield Track(without_overlaps(own) if may_overlap else Notes(own), names.get(part // CHANNELS, ""), program)


def _track_names(metas: Metas) -> dict[int, str]:
    """What each track is called that says it, by its number."""
    return {track: plain_name(text_of(body)) for _, track, kind, body in metas if kind == TRACK_NAME}


def _to_grid(ticks: _Ticks, division: int) -> _Ticks:
    """Whole grid steps nearest to file ticks, halves rounded up, in exact integers."""
    return (2 * TICKS_PER_BEAT * ticks + division) // (2 * division)


def _main_tempo(metas: Metas, end: int) -> float:
    """Beats divided by minutes: the one tempo at which what ends at a file tick takes as long as with all its own."""
    starts = {0: STANDARD_TEMPO_BPM} | {
        tick: within_reach(60_000_000 / int.from_bytes(body, "big"))
        for tick, _, kind, body in sorted(metas, key=_tick)
        if kind == TEMPO
    }
    spans = pairwise([*(start for start in starts.items() if start[0] < end), (end, STANDARD_TEMPO_BPM)])
    minutes = sum((stop - start) / tempo_bpm for (start, tempo_bpm), (stop, _) in spans)
    return round(end / minutes, 2) if minutes else STANDARD_TEMPO_BPM


def _metres(metas: Metas, end: int) -> dict[int, Metre]:
    """The metres that file ticks begin bars in, by ascending tick."""
    return {0: COMMON_TIME} | {
        tick: metre
        for tick, _, kind, body in sorted(metas, key=_tick)
        if kind == TIME_SIGNATURE and tick < end and (metre := plain_metre(body[0], 2 ** body[1])) is not None
    }


def _main_metre(metres: Mapping[int, Metre], end: int) -> Metre:
    ticks: dict[Metre, int] = {}
    for (start, metre), (stop, _) in pairwise([*metres.items(), (end, COMMON_TIME)]):
        ticks[metre] = ticks.get(metre, 0) + stop - start
    return max(ticks, key=lambda metre: ticks[metre])


def _first_bar(bar_lines: list[BarLine], onset: int) -> tuple[int, list[BarLine]]:
    """Where the bar begins in which the first note starts, and the bar lines from which bars are counted since.

    One that is followed by longer bars, counted anew, is the end of such a bar: programs write upbeats as bars of a
    metre of their own.
    """
    number = max(place for place, line in enumerate(bar_lines) if line.tick <= onset)
    line, later = bar_lines[number], bar_lines[number + 1 :]
    start = onset - (onset - line.tick) % line.metre.bar_ticks
    if later and later[0].tick - start <= line.metre.bar_ticks and later[0].tick - start < later[0].metre.bar_ticks:
        return later[0].tick - later[0].metre.bar_ticks, later
    return start, bar_lines[number:]


def _tick(meta: tuple[int, int, int, bytes]) -> int:
    return meta[0]


def _write_track(track: Track) -> symusic.Track:
    written = symusic.Track(name=track.name, program=track.program, is_drum=False)
    for note in track.notes:
        written.notes.append(
            symusic.Note(note.onset_ticks * _SCALE, note.duration_ticks * _SCALE, note.pitch, note.velocity)
        )
    return written
