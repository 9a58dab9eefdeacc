"""Songs as the instruments of a SoundFont play them; the only home of tinysoundfont."""

import threading
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np
import tinysoundfont

from evolve.domains.music.song import PIANO, TICKS_PER_BEAT, Song, Track
from evolve.domains.music.sound.orchestra import LONGEST_BREATH_S, track_gains
from evolve.errors import ExecutionError

PROGRAMS: Final = 128
FAMILY: Final = 8
"""Programs of a General MIDI family."""

CHANNEL: Final = 0
"""Each track is played alone, on a channel that is not the drums' (10, counted from 1): songs have no drums."""

MOST_VOICES: Final = 256
"""Samples that sound at a time; a note of a piano takes two or more."""

QUIET_SAMPLES: Final = 2_048
"""How long it takes at most until a player that is told to stop is silent."""

_lock = threading.Lock()
"""A player plays one song at a time, whoever asks."""


class SoundFontPlayer:
    """A SoundFont in memory, by which tracks are played one after the other."""

    def __init__(self, path: Path, sample_rate: int) -> None:
        """Load the file.

        Raises:
            ExecutionError: It is no SoundFont.
        """
        self._synth = tinysoundfont.Synth(samplerate=sample_rate)
        try:
            self._font = self._synth.sfload(str(path), max_voices=MOST_VOICES)
        except RuntimeError as error:
            raise ExecutionError("it is not a whole SoundFont (SF2 or SF3)") from error
        self.programs: Mapping[int, str] = {
            program: name for program in range(PROGRAMS) if (name := self._synth.sfpreset_name(self._font, 0, program))
        }
        """The General MIDI programs that it has an instrument for, and what each is called."""

    def instrument_for(self, program: int) -> int:
        """The program that plays a General MIDI program: itself, else its family's first, a piano, or whoever is there.

        Raises:
            ExecutionError: The SoundFont has no instruments but drums.
        """
        family = range(program // FAMILY * FAMILY, program // FAMILY * FAMILY + FAMILY)
        for one in (program, *family, PIANO, *self.programs):
            if one in self.programs:
                return int(one)
        raise ExecutionError("it has no instruments but drums")

    def play(self, program: int, events: np.ndarray, samples: int) -> np.ndarray:
        """What is heard of some notes, float32 [2, samples].

        Args:
            program: Of General MIDI.
            events: Samples at which something happens, by ascending place; pitches; and velocities, 0 to let a key go:
                int64 [3, events].
            samples: How long to listen.
        """
        self._synth.program_change(CHANNEL, self.instrument_for(program))
        sound = np.zeros((samples, 2), dtype=np.float32)
        done = 0
        for place, pitch, velocity in events.T.tolist():
            self._listen(sound, done, place)
            done = place
            if velocity:
                self._synth.noteon(CHANNEL, pitch, velocity)
            else:
                self._synth.noteoff(CHANNEL, pitch)
        self._listen(sound, done, samples)
        self._fall_silent()
        return sound.T

    def _listen(self, sound: np.ndarray, start: int, stop: int) -> None:
        if stop > start:
            self._synth.generate_simple(stop - start, sound[start:stop].data.cast("B"))

    def _fall_silent(self) -> None:
        """Nothing of a track is heard in the next one."""
        self._synth.sounds_off(CHANNEL)
        self._synth.generate_simple(QUIET_SAMPLES)


def perform(song: Song, path: Path, samples: int, sample_rate: int, *, lead_s: float) -> np.ndarray:
    """All notes as a SoundFont plays them, float32 [2, samples], the first of them after the lead, in seconds.

    Each track is played by its program, and stands where it does among evolve's own instruments.

    Raises:
        ExecutionError: The file cannot be loaded, or what it plays is no sound.
    """
    tracks = [track for track in song.tracks if len(track.notes)]
    first_ticks = min(int(track.notes.onsets_ticks[0]) for track in tracks)
    samples_per_tick = 60.0 / song.tempo_bpm / TICKS_PER_BEAT * sample_rate
    mix = np.zeros((2, samples), dtype=np.float32)
    with _lock:
        player = _player(path, path.stat().st_mtime_ns, sample_rate)
        for track, gains in zip(tracks, track_gains(tracks), strict=True):
            events = _events(track, first_ticks, samples_per_tick, int(lead_s * sample_rate), sample_rate)
            mix += player.play(track.program, events[:, events[0] < samples], samples) * gains[:, None]
    if not np.isfinite(mix).all():
        raise ExecutionError(f"the SoundFont {path.name} is damaged: what it plays is no sound")
    return mix


def _events(track: Track, first_ticks: int, samples_per_tick: float, lead: int, sample_rate: int) -> np.ndarray:
    """Keys that are pressed and let go, as `SoundFontPlayer.play` takes them; those that are let go come first."""
    pitches, onsets, durations, velocities = track.notes.table
    starts = (lead + (onsets - first_ticks) * samples_per_tick).astype(np.int64)
    held = np.clip(durations * samples_per_tick, 1, LONGEST_BREATH_S * sample_rate).astype(np.int64)
    pressed = np.stack((starts, pitches, velocities))
    released = np.stack((starts + held, pitches, np.zeros_like(pitches)))
    events = np.concatenate((released, pressed), axis=1)
    return events[:, np.argsort(events[0], kind="stable")]


@lru_cache(maxsize=1)
def _player(path: Path, changed_ns: int, sample_rate: int) -> SoundFontPlayer:  # noqa: ARG001 - a file that has changed
    return SoundFontPlayer(path, sample_rate)


def heard_of_each(player: SoundFontPlayer, sample_rate: int) -> Iterator[tuple[int, np.ndarray]]:
    """A moment of each program at a few pitches, float32 [2, samples]: whoever cannot bear that cannot be played."""
    for program in player.programs:
        events = [
            (place * sample_rate // 8 + let_go * sample_rate // 4, pitch, 0 if let_go else 100)
            for place, pitch in enumerate(range(28, 108, 8))
            for let_go in (0, 1)
        ]
        yield program, player.play(program, np.array(sorted(events), np.int64).T, 2 * sample_rate)
