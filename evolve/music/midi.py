"""Songs from MIDI files, and MIDI files from songs; the only home of symusic."""

from itertools import pairwise

import numpy as np
import symusic

from evolve.errors import CorpusError
from evolve.music.midi_bytes import clean_midi
from evolve.music.song import TICKS_PER_BEAT, Notes, Song, Track

FILE_TICKS_PER_BEAT = 480
"""Resolution of written files: what sequencers expect, and a multiple of the grid."""

STANDARD_TEMPO_BPM = 120.0
"""What a file without a tempo means, by the MIDI standard."""

SLOWEST_TEMPO_BPM, FASTEST_TEMPO_BPM = 10.0, 600.0
LONGEST_SONG_S = 6 * 3600


def read_midi(data: bytes, name: str) -> Song:
    """The song of a MIDI file, its notes moved to the nearest places of the grid.

    Onsets and ends are rounded each by itself, so that notes that touch go on touching. Where a track strikes a pitch
    that still sounds, the earlier note ends there; of two struck at once the longer stays. Drums are left out. The
    pedal is not read: a note lasts as long as its key is down.

    Args:
        data: The file's bytes.
        name: What the file is called; becomes the song's title.

    Returns:
        The song; every track has notes, velocities are the file's, and the tempo is the mean over the song's time.

    Raises:
        CorpusError: Its text is the reason alone, such as ``not MIDI but a PNG image``; the caller knows the name.
    """
    score = _parse(clean_midi(data))
    sounding = [track for track in score.tracks if len(track.notes)]
    heard = [track for track in sounding if not track.is_drum]
    if not heard:
        raise CorpusError("nothing but drums" if sounding else "no notes")
    tempo_bpm = _main_tempo(score, max(int(track.end()) for track in sounding))
    division = int(score.ticks_per_quarter)
    song = Song(tuple(_read_track(track, division) for track in heard), tempo_bpm, title=name)
    if song.duration_s > LONGEST_SONG_S:
        raise CorpusError(f"lasts for {song.duration_s / 3600:,.0f} hours, which no song does")
    return song


def write_midi(song: Song) -> bytes:
    """A MIDI file (format 1, 480 ticks to a quarter note) with the song's tempo, and a name and program a track."""
    score = symusic.Score(FILE_TICKS_PER_BEAT)
    score.tempos.append(symusic.Tempo(0, _within_reach(song.tempo_bpm)))
    for track in song.tracks:
        score.tracks.append(_write_track(track))
    return bytes(score.dumps_midi())


def _parse(data: bytes) -> symusic.Score:
    try:
        return symusic.Score.from_midi(data)
    except (RuntimeError, ValueError) as error:
        raise CorpusError(f"not readable as MIDI: {error}".splitlines()[0]) from error


def _read_track(track: symusic.Track, division: int) -> Track:
    columns = track.notes.numpy()
    pitches, velocities = columns["pitch"], columns["velocity"]
    starts = columns["time"].astype(np.int64)
    onsets, ends = _to_grid(np.array((starts, starts + columns["duration"])), division)
    stops = _without_overlaps(pitches, onsets, np.maximum(ends, onsets + 1), velocities)
    table = np.array((pitches, onsets, stops - onsets, np.maximum(velocities, 1)))
    (lasting,) = table[2].nonzero()
    name = "".join(c for c in str(track.name) if c.isprintable()).strip()
    return Track(Notes(table.take(lasting, axis=1)), name=name, program=int(track.program))


def _to_grid(ticks: np.ndarray, division: int) -> np.ndarray:
    """Whole grid steps nearest to file ticks, halves rounded up, in exact integers."""
    return (2 * TICKS_PER_BEAT * ticks + division) // (2 * division)


def _without_overlaps(pitches: np.ndarray, onsets: np.ndarray, ends: np.ndarray, velocities: np.ndarray) -> np.ndarray:
    """The ends at which no two notes of one pitch sound together, in the order of the notes.

    A note that was struck with another of its pitch, as long or longer, ends at its onset.
    """
    # Pitches of one byte are sorted without comparing any; so they stay as the file has them until here.
    order = np.lexsort((velocities, ends, onsets, pitches))
    pitches, onsets, ends = pitches[order], onsets[order], ends[order]
    is_struck_again = pitches[:-1] == pitches[1:]
    np.copyto(ends[:-1], np.minimum(ends[:-1], onsets[1:]), where=is_struck_again)
    stops = np.empty_like(ends)
    stops[order] = ends
    return stops


def _main_tempo(score: symusic.Score, end: int) -> float:
    """Beats divided by minutes: the one tempo at which what ends at a file tick takes as long as with all its own."""
    starts = {0: STANDARD_TEMPO_BPM, **dict(sorted((int(t.time), _within_reach(float(t.qpm))) for t in score.tempos))}
    spans = pairwise([*(start for start in starts.items() if start[0] < end), (end, STANDARD_TEMPO_BPM)])
    minutes = sum((stop - start) / tempo_bpm for (start, tempo_bpm), (stop, _) in spans)
    return round(end / minutes, 2) if minutes else STANDARD_TEMPO_BPM


def _within_reach(tempo_bpm: float) -> float:
    return min(max(tempo_bpm, SLOWEST_TEMPO_BPM), FASTEST_TEMPO_BPM)


def _write_track(track: Track) -> symusic.Track:
    scale = FILE_TICKS_PER_BEAT // TICKS_PER_BEAT
    written = symusic.Track(name=track.name, program=track.program, is_drum=False)
    for note in track.notes:
        written.notes.append(
            symusic.Note(note.onset_ticks * scale, note.duration_ticks * scale, note.pitch, note.velocity)
        )
    return written
