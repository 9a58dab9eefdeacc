"""Songs as sound: instruments and a small room's reverb, at one loudness, compressed; the home of soundfile."""

import io
from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np
import soundfile

from evolve.domains.music.song import LEAD_S, TICKS_PER_BEAT, Song
from evolve.domains.music.sound.orchestra import perform

REVERBERATION_S = 0.9
"""How long the reverb takes to fall silent by 60 dB at middle frequencies."""

BLOCK = 1 << 17
WET = 0.22
LOUDNESS_LUFS = -17.0
"""How loud all songs are, as ITU-R BS.1770-4 measures it; loud enough, with peaks that hardly ever need a limiter."""

PEAK = 0.9
LIMITER_BLOCK_S = 0.005
NEAR_LU: Final = 0.1
"""How far from `LOUDNESS_LUFS` a song may be; songs of a generation then lie well within 0.5 LU of each other."""

MOST_LEVELLINGS: Final = 8
"""What is held below `PEAK` is less loud for it, and is turned up again; a few times are enough."""


def with_reverb(sound: np.ndarray, sample_rate: int) -> np.ndarray:
    """The sound with a small room's reverb, float32 [2, samples], by block convolution (overlap-add)."""
    response = _impulse_response(sample_rate)
    size = response.shape[1]
    spectra = np.fft.rfft(response, BLOCK)
    heard = sound.copy()
    hop = BLOCK - size + 1
    sent = sound.mean(axis=0)
    for start in range(0, sound.shape[1], hop):
        spectrum = np.fft.rfft(sent[start : start + hop], BLOCK)
        stop = min(start + BLOCK, sound.shape[1])
        heard[:, start:stop] += np.fft.irfft(spectra * spectrum, BLOCK)[:, : stop - start]
    return heard


def level(sound: np.ndarray, sample_rate: int) -> np.ndarray:
    """The sound at `LOUDNESS_LUFS`, its peaks softly held below `PEAK`, float32 [2, samples]; silence as it is."""
    peak = np.abs(sound).max()
    if not peak:
        return sound
    full, gain = sound / peak, 1.0
    levelled: np.ndarray = full
    is_limited = True
    for _ in range(MOST_LEVELLINGS):
        missing_lu = LOUDNESS_LUFS - loudness_lufs(levelled, sample_rate) if is_limited else 0.0
        if abs(missing_lu) < NEAR_LU:
            break
        gain *= 10 ** (missing_lu / 20)
        levelled = _limit(full * np.float32(gain), sample_rate)
        is_limited = gain > PEAK  # else it is exactly as loud as it was to be
    return levelled


def loudness_lufs(sound: np.ndarray, sample_rate: int) -> float:
    """The integrated loudness of 0.4 s of sound or more, float [2, samples]; silence has -inf."""
    from pyloudnorm import Meter  # noqa: PLC0415 - brings SciPy's filters, which take two seconds to import

    return float(Meter(sample_rate).integrated_loudness(sound.T))


@lru_cache(maxsize=4)
def _impulse_response(sample_rate: int) -> np.ndarray:
    """What the room answers to a click, float32 [2, samples]: echoes that thicken, darken and die away.

    Noise whose spectrum loses its highs as it decays, after Moorer, "About this reverberation business" (1979).
    """
    rng = np.random.default_rng(1979)
    samples = int(REVERBERATION_S * sample_rate)
    seconds = np.arange(samples) / sample_rate
    answer = np.zeros((2, samples))
    for low, high, decay_s in ((120, 500, 1.0), (500, 2000, 0.9), (2000, 5000, 0.55), (5000, 9000, 0.3)):
        spectrum = np.fft.rfft(rng.standard_normal((2, samples)))
        frequencies = np.fft.rfftfreq(samples, 1 / sample_rate)
        spectrum *= (frequencies >= low) & (frequencies < high)
        answer += np.fft.irfft(spectrum, samples) * 10 ** (-3 * seconds / (decay_s * REVERBERATION_S))
    answer *= np.clip((seconds - 0.006) / 0.02, 0, 1) * np.clip((seconds[-1] - seconds) / 0.05, 0, 1)
    return np.asarray(answer * WET / np.sqrt(np.mean(np.sum(answer**2, axis=1))), dtype=np.float32)


def _limit(sound: np.ndarray, sample_rate: int) -> np.ndarray:
    """The sound turned down around peaks that would pass `PEAK`, without a step in its gain."""
    size = int(LIMITER_BLOCK_S * sample_rate)
    count = -(-sound.shape[1] // size)
    padded = np.pad(np.abs(sound).max(axis=0), (0, count * size - sound.shape[1]))
    needed = np.minimum(1, PEAK / np.maximum(padded.reshape(count, size).max(axis=1), 1e-9))
    if needed.min() == 1:
        return sound
    around = np.min([np.roll(np.pad(needed, 4, constant_values=1), i)[4:-4] for i in range(-3, 4)], axis=0)
    smooth = np.convolve(np.pad(around, 2, mode="edge"), np.hanning(7)[1:-1] / np.hanning(7).sum(), mode="valid")
    gain = np.interp(np.arange(sound.shape[1]), (np.arange(count) + 0.5) * size, smooth)
    return np.asarray(sound * gain.astype(np.float32), dtype=np.float32)


SAMPLE_RATE = 32_000
"""Nothing of the instruments lies above 11 kHz, and this takes half the time to compress that 44,100 does."""

WRITE_BLOCK_FRAMES = 65_536
"""libsndfile ends the process on one huge write of Vorbis."""

LONGEST_S = 600.0
"""A song is heard for ten minutes at most: nobody waits longer, and a stuck network may hold its notes for an hour."""

RING_S = 1.5
"""The time that the last note has to ring."""

FADE_S = 0.4
FADE_OUT_OF_LONG_S = 4.0


def render(song: Song, *, sample_rate: int = SAMPLE_RATE, soundfont: Path | None = None) -> np.ndarray:
    """A song as it is played, float32 [samples, 2] within -0.95 .. 0.95; all songs equally loud.

    Each track sounds as its program does, the first from the left and the loudest. Sound begins 0.05 s before the first
    note, whatever silence the song begins with; it lasts for the song, 1.5 s in which the last note rings, and never
    longer than `LONGEST_S`.

    A song without notes is a moment of silence.

    Args:
        song: With any number of notes.
        sample_rate: Samples a second, 8,000 or more.
        soundfont: The file whose instruments play; None: evolve's own.
    """
    notes = song.notes
    if not len(notes):
        return np.zeros((int((LEAD_S + RING_S) * sample_rate), 2), dtype=np.float32)
    sounding_ticks = song.length_ticks - int(notes.onsets_ticks[0])
    played_s = sounding_ticks / TICKS_PER_BEAT * 60.0 / song.tempo_bpm + LEAD_S
    samples = int(min(played_s + RING_S, LONGEST_S) * sample_rate)
    dry = _performed(song, samples, sample_rate, soundfont)
    sound = level(with_reverb(dry, sample_rate), sample_rate)
    return np.ascontiguousarray(_fade(sound, FADE_OUT_OF_LONG_S if played_s > LONGEST_S else FADE_S, sample_rate).T)


def _performed(song: Song, samples: int, sample_rate: int, soundfont: Path | None) -> np.ndarray:
    """All notes as they are played, before the reverb, float32 [2, samples]."""
    if soundfont is None:
        return perform(song, samples, sample_rate, lead_s=LEAD_S)
    from evolve.domains.music.sound import soundfont_orchestra  # noqa: PLC0415 - its library need not be installed

    return soundfont_orchestra.perform(song, soundfont, samples, sample_rate, lead_s=LEAD_S)


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
