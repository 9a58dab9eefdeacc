"""A small room around the piano, and one loudness for all songs."""

from functools import lru_cache

import numpy as np

REVERBERATION_S = 0.9
"""How long the room takes to fall silent by 60 dB at middle frequencies."""

BLOCK = 1 << 17
WET = 0.22
LOUDNESS_DB = -20.0
"""The level of the parts of a song that are not quiet, in decibels below full scale."""

PEAK = 0.9
GATE_BLOCK_S = 0.4
ABSOLUTE_GATE_DB, RELATIVE_GATE_DB = -70.0, -10.0
LIMITER_BLOCK_S = 0.005


def add_room(sound: np.ndarray, sample_rate: int) -> np.ndarray:
    """The sound with the room's answer to it, float32 [2, samples], by block convolution (overlap-add)."""
    answer = _room(sample_rate)
    size = answer.shape[1]
    spectra = np.fft.rfft(answer, BLOCK)
    heard = sound.copy()
    hop = BLOCK - size + 1
    sent = sound.mean(axis=0)
    for start in range(0, sound.shape[1], hop):
        spectrum = np.fft.rfft(sent[start : start + hop], BLOCK)
        stop = min(start + BLOCK, sound.shape[1])
        heard[:, start:stop] += np.fft.irfft(spectra * spectrum, BLOCK)[:, : stop - start]
    return heard


def level(sound: np.ndarray, sample_rate: int) -> np.ndarray:
    """The sound, not all silent, at `LOUDNESS_DB`, its peaks softly held below `PEAK`; float32 [2, samples]."""
    full = sound / np.abs(sound).max()
    gain = 10 ** ((LOUDNESS_DB - loudness_db(full, sample_rate)) / 20)
    return _limit(full * np.float32(gain), sample_rate)


def loudness_db(sound: np.ndarray, sample_rate: int) -> float:
    """The mean level of the parts that are not quiet, in decibels, full scale a square wave.

    The two gates are those of ITU-R BS.1770-4: blocks of 0.4 s, first those above -70 dB, then those above the mean of
    these less 10 dB. Silence between the notes does not make a song seem soft. Silence alone is -inf.
    """
    size = int(GATE_BLOCK_S * sample_rate)
    count = -(-sound.shape[1] // size)
    power = np.zeros(count)
    for i in range(count):
        block = sound[:, i * size : (i + 1) * size]
        power[i] = float(np.mean(block * block))
    heard = power[power > 10 ** (ABSOLUTE_GATE_DB / 10)]
    if not heard.size:
        return -np.inf
    return float(10 * np.log10(np.mean(heard[heard >= np.mean(heard) * 10 ** (RELATIVE_GATE_DB / 10)])))


@lru_cache(maxsize=4)
def _room(sample_rate: int) -> np.ndarray:
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
