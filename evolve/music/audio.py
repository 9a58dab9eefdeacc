"""Songs as sound: a piano in a small room, and sound as a compressed file; the only home of soundfile."""

import io
from collections import defaultdict
from collections.abc import Iterable, Mapping

import numpy as np
import soundfile

from evolve.errors import EvolveError
from evolve.music.piano import tone
from evolve.music.room import add_room, level
from evolve.music.song import TICKS_PER_BEAT, Note, Song

SAMPLE_RATE = 32_000
"""Nothing of the piano lies above 11 kHz, and this takes half the time to compress that 44,100 does."""

WRITE_BLOCK_FRAMES = 65_536
"""libsndfile ends the process on one huge write of Vorbis."""

LONGEST_S = 600.0
"""A song is heard for ten minutes at most: nobody waits longer, and a stuck network may hold its notes for an hour."""

LEAD_S, RING_S = 0.05, 1.5
"""Silence before the first note, and the time that the last one has to ring."""

RELEASE_S, RELEASE_DECAY_S = 0.5, 0.09
LOWEST_UNDAMPED_PITCH = 90
"""From F♯6 upwards piano strings have no dampers."""

LONGEST_HOLD_S = 12.0
"""A string has all but fallen silent by then."""

FADE_S = 0.4
FADE_OUT_OF_LONG_S = 4.0
VELOCITY_BUCKET = 16
INNER_VOICE = 0.78
"""How much softer than its top note the other notes of a chord are, as pianists play them."""


def render(song: Song, *, sample_rate: int = SAMPLE_RATE) -> np.ndarray:
    """A song played on a piano, float32 [samples, 2] within -0.95 .. 0.95; all songs about equally loud.

    Every track is played on the piano, whatever its program. Sound lasts for the song, 1.5 s in which the last note
    rings, and never longer than `LONGEST_S`.

    Args:
        song: With at least one note.
        sample_rate: Samples a second, 8,000 or more.

    Raises:
        EvolveError: If there is no note to play.
    """
    notes = tuple(song.notes)
    if not notes:
        raise EvolveError("the song has no notes, so there is nothing to hear")
    length_s = min(song.duration_s + LEAD_S + RING_S, LONGEST_S)
    dry = _play(notes, 60.0 / song.tempo_bpm / TICKS_PER_BEAT * sample_rate, int(length_s * sample_rate), sample_rate)
    sound = level(add_room(dry, sample_rate), sample_rate)
    is_cut = song.duration_s + LEAD_S > LONGEST_S
    return np.ascontiguousarray(_fade(sound, FADE_OUT_OF_LONG_S if is_cut else FADE_S, sample_rate).T)


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


def _play(notes: tuple[Note, ...], samples_per_tick: float, length: int, sample_rate: int) -> np.ndarray:
    """All notes at their places, without a room, float32 [2, length]."""
    mix = np.zeros((2, length), dtype=np.float32)
    tops = _top_pitches(notes)
    release = _release(sample_rate)
    for (pitch, velocity), struck in _by_key(notes).items():
        spans = [(int(LEAD_S * sample_rate + n.onset_ticks * samples_per_tick), n) for n in struck]
        spans = [(start, n) for start, n in spans if start < length]
        holds = [_hold(n, samples_per_tick, sample_rate) for _, n in spans]
        sound = tone(pitch, velocity, max(holds, default=0) + len(release), sample_rate)
        for (start, note), hold in zip(spans, holds, strict=True):
            stop = min(hold + len(release), length - start)
            gain = _gain(note, is_top=tops[note.onset_ticks] == pitch)
            played = sound[:, :stop] * gain
            played[:, hold:] *= release[: max(0, stop - hold)]
            mix[:, start : start + stop] += played
    return mix


def _by_key(notes: Iterable[Note]) -> Mapping[tuple[int, int], list[Note]]:
    """Notes by pitch and by the middle of their velocity bucket, so that each sound is made once."""
    keys: dict[tuple[int, int], list[Note]] = defaultdict(list)
    for note in notes:
        keys[note.pitch, note.velocity // VELOCITY_BUCKET * VELOCITY_BUCKET + VELOCITY_BUCKET // 2].append(note)
    return keys


def _top_pitches(notes: Iterable[Note]) -> Mapping[int, int]:
    """The highest pitch struck at each onset."""
    return {note.onset_ticks: note.pitch for note in notes}


def _hold(note: Note, samples_per_tick: float, sample_rate: int) -> int:
    """Samples until the damper falls; a string without one rings for two seconds more."""
    undamped_s = 2.0 if note.pitch >= LOWEST_UNDAMPED_PITCH else 0.0
    seconds_held = note.duration_ticks * samples_per_tick / sample_rate
    return int(min(seconds_held + undamped_s, LONGEST_HOLD_S) * sample_rate)


def _gain(note: Note, *, is_top: bool) -> np.float32:
    return np.float32((note.velocity / 127) ** 1.5 * (1.0 if is_top else INNER_VOICE))


def _release(sample_rate: int) -> np.ndarray:
    """How a string falls silent under its damper, from 1 to 0."""
    seconds = np.arange(int(RELEASE_S * sample_rate)) / sample_rate
    return np.asarray(np.exp(-seconds / RELEASE_DECAY_S) * (1 - seconds / RELEASE_S), dtype=np.float32)


def _fade(sound: np.ndarray, fade_out_s: float, sample_rate: int) -> np.ndarray:
    """The sound without a step at its end."""
    length = min(sound.shape[1], int(fade_out_s * sample_rate))
    sound[:, -length:] *= np.linspace(1, 0, length, dtype=np.float32) ** 2
    return sound
