"""Songs from MIDI files, and MIDI files from songs; the only home of symusic."""

from collections.abc import Mapping
from itertools import pairwise

import numpy as np
import symusic

from evolve.errors import CorpusError
from evolve.music.midi_bytes import clean_midi
from evolve.music.plain import plain_metre, plain_name, within_reach
from evolve.music.reshaping import stops_without_overlaps
from evolve.music.song import COMMON_TIME, TICKS_PER_BEAT, Metre, Notes, Song, Track

FILE_TICKS_PER_BEAT = 480
"""Resolution of written files: what sequencers expect, and a multiple of the grid."""

STANDARD_TEMPO_BPM = 120.0
"""What a file without a tempo means, by the MIDI standard."""


def read_midi(data: bytes, name: str) -> Song:
    """The song of a MIDI file, its notes moved to the nearest places of the grid.

    Onsets and ends are rounded each by itself, so that notes that touch go on touching. Where a track strikes a pitch
    that still sounds, the earlier note ends there; of two struck at once the longer stays. Drums are left out. The
    pedal is not read: a note lasts as long as its key is down. Bars of silence before the first note are dropped, so
    that it lies in the first bar, and a bar line on tick 0.

    Args:
        data: The file's bytes.
        name: What the file is called; becomes the song's title.

    Returns:
        The song; every track has notes, velocities are the file's, the tempo is the mean over the song's time, and the
        metre is that of most of it.

    Raises:
        CorpusError: Its text is the reason alone, such as ``not MIDI but a PNG image``; the caller knows the name.
    """
    score = _parse(clean_midi(data))
    sounding = [track for track in score.tracks if len(track.notes)]
    heard = [track for track in sounding if not track.is_drum]
    if not heard:
        raise CorpusError("nothing but drums" if sounding else "no notes")
    columns = [track.notes.numpy() for track in heard]
    start, end = min(int(one["time"].min()) for one in columns), max(int(track.end()) for track in sounding)
    division = int(score.ticks_per_quarter)
    metre, bar_line = _main_metre(score, end)
    first_bar_ticks = _first_bar(_to_grid(np.array((start, bar_line)), division), metre)
    tracks = tuple(
        Track(_read_notes(own, division, first_bar_ticks), name=plain_name(str(track.name)), program=int(track.program))
        for track, own in zip(heard, columns, strict=True)
    )
    return Song(tracks, _main_tempo(score, end), title=name, metre=metre)


def write_midi(song: Song) -> bytes:
    """A MIDI file (format 1, 480 ticks to a quarter note) with tempo and metre, and a name and program a track."""
    score = symusic.Score(FILE_TICKS_PER_BEAT)
    score.tempos.append(symusic.Tempo(0, within_reach(song.tempo_bpm)))
    score.time_signatures.append(symusic.TimeSignature(0, song.metre.beats, song.metre.unit))
    for track in song.tracks:
        score.tracks.append(_write_track(track))
    return bytes(score.dumps_midi())


def _parse(data: bytes) -> symusic.Score:
    try:
        return symusic.Score.from_midi(data)
    except (RuntimeError, ValueError) as error:
        raise CorpusError(f"not readable as MIDI: {error}".splitlines()[0]) from error


def _read_notes(columns: Mapping[str, np.ndarray], division: int, first_bar_ticks: int) -> Notes:
    """The notes of a track, counted from some place on the grid."""
    pitches, velocities = columns["pitch"], columns["velocity"]
    starts = columns["time"].astype(np.int64)
    onsets, ends = _to_grid(np.array((starts, starts + columns["duration"])), division)
    stops = stops_without_overlaps(pitches, onsets, np.maximum(ends, onsets + 1), velocities)
    table = np.array((pitches, onsets - first_bar_ticks, stops - onsets, np.maximum(velocities, 1)))
    (lasting,) = table[2].nonzero()
    return Notes(table.take(lasting, axis=1))


def _to_grid(ticks: np.ndarray, division: int) -> np.ndarray:
    """Whole grid steps nearest to file ticks, halves rounded up, in exact integers."""
    return (2 * TICKS_PER_BEAT * ticks + division) // (2 * division)


def _main_tempo(score: symusic.Score, end: int) -> float:
    """Beats divided by minutes: the one tempo at which what ends at a file tick takes as long as with all its own."""
    starts = {0: STANDARD_TEMPO_BPM, **dict(sorted((int(t.time), within_reach(float(t.qpm))) for t in score.tempos))}
    spans = pairwise([*(start for start in starts.items() if start[0] < end), (end, STANDARD_TEMPO_BPM)])
    minutes = sum((stop - start) / tempo_bpm for (start, tempo_bpm), (stop, _) in spans)
    return round(end / minutes, 2) if minutes else STANDARD_TEMPO_BPM


def _main_metre(score: symusic.Score, end: int) -> tuple[Metre, int]:
    """The metre of most of the file's ticks, and the tick of one of its bar lines."""
    starts = {0: COMMON_TIME} | {
        int(signature.time): metre
        for signature in score.time_signatures
        if signature.time < end
        and (metre := plain_metre(int(signature.numerator), int(signature.denominator))) is not None
    }
    ticks: dict[Metre, int] = {}
    bar_lines: dict[Metre, int] = {}
    for (start, metre), (stop, _) in pairwise([*sorted(starts.items(), key=lambda one: one[0]), (end, COMMON_TIME)]):
        ticks[metre] = ticks.get(metre, 0) + stop - start
        bar_lines.setdefault(metre, start)
    main = max(ticks, key=lambda metre: ticks[metre])
    return main, bar_lines[main]


def _first_bar(places_ticks: np.ndarray, metre: Metre) -> int:
    """Where the bar begins in which the first note lies, given that and any bar line, in grid steps."""
    start, bar_line = places_ticks.tolist()
    return int(start - (start - bar_line) % metre.bar_ticks)


def _write_track(track: Track) -> symusic.Track:
    scale = FILE_TICKS_PER_BEAT // TICKS_PER_BEAT
    written = symusic.Track(name=track.name, program=track.program, is_drum=False)
    for note in track.notes:
        written.notes.append(
            symusic.Note(note.onset_ticks * scale, note.duration_ticks * scale, note.pitch, note.velocity)
        )
    return written
