"""Songs as sound: instruments in a small room, and sound as a compressed file; the only home of soundfile."""

import io

import numpy as np
import soundfile

from evolve.music.performance import perform
from evolve.music.room import add_room, level
from evolve.music.song import TICKS_PER_BEAT, Song

SAMPLE_RATE = 32_000
"""Nothing of the instruments lies above 11 kHz, and this takes half the time to compress that 44,100 does."""

WRITE_BLOCK_FRAMES = 65_536
"""libsndfile ends the process on one huge write of Vorbis."""

LONGEST_S = 600.0
"""A song is heard for ten minutes at most: nobody waits longer, and a stuck network may hold its notes for an hour."""

LEAD_S, RING_S = 0.05, 1.5
"""Silence before the first note, and the time that the last one has to ring."""

FADE_S = 0.4
FADE_OUT_OF_LONG_S = 4.0


def render(song: Song, *, sample_rate: int = SAMPLE_RATE) -> np.ndarray:
    """A song as it is played, float32 [samples, 2] within -0.95 .. 0.95; all songs about equally loud.

    Each track sounds as its program does, the first from the left and the loudest. Sound begins 0.05 s before the first
    note, whatever silence the song begins with; it lasts for the song, 1.5 s in which the last note rings, and never
    longer than `LONGEST_S`.

    A song without notes is a moment of silence.

    Args:
        song: With any number of notes.
        sample_rate: Samples a second, 8,000 or more.
    """
    notes = song.notes
    if not len(notes):
        return np.zeros((int((LEAD_S + RING_S) * sample_rate), 2), dtype=np.float32)
    sounding_ticks = song.length_ticks - int(notes.onsets_ticks[0])
    played_s = sounding_ticks / TICKS_PER_BEAT * 60.0 / song.tempo_bpm + LEAD_S
    dry = perform(song, int(min(played_s + RING_S, LONGEST_S) * sample_rate), sample_rate, lead_s=LEAD_S)
    sound = level(add_room(dry, sample_rate), sample_rate)
    return np.ascontiguousarray(_fade(sound, FADE_OUT_OF_LONG_S if played_s > LONGEST_S else FADE_S, sample_rate).T)


def write_ogg(samples: np.ndarray, sample_rate: int = SAMPLE_RATE) -> bytes:
    """Sound as OGG Vorbis, or as 16-bit WAV where the encoder is missing; `suffix_of` tells which.

    Equal sound gives files that sound equal, though their bytes differ: the encoder draws a number for each stream.

    Args:
        samples: float32 [samples, channels], within -1 .. 1.
        sample_rate: Samples a second.
    """
    has_vorbis = "VORBIS" in soundfile.available_subtypes("OGG")
    kind, coding = ("OGG", "VORBIS") if has_vorbis else ("WAV", "PCM_16")
    file = io.BytesIO()
    with soundfile.SoundFile(file, "w", sample_rate, samples.shape[1], format=kind, subtype=coding) as sound:
        for start in range(0, len(samples), WRITE_BLOCK_FRAMES):
            sound.write(samples[start : start + WRITE_BLOCK_FRAMES])
    return file.getvalue()


def suffix_of(sound_file: bytes) -> str:
    """The file name suffix of what `write_ogg` wrote: ``.ogg`` or ``.wav``."""
    return ".ogg" if sound_file.startswith(b"OggS") else ".wav"


def _fade(sound: np.ndarray, fade_out_s: float, sample_rate: int) -> np.ndarray:
    """The sound without a step at its end."""
    length = min(sound.shape[1], int(fade_out_s * sample_rate))
    sound[:, -length:] *= np.linspace(1, 0, length, dtype=np.float32) ** 2
    return sound
