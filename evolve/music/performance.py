"""A song's notes at their places, each as its track's player plays it; no room around them yet."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from evolve.music.orchestra import Player, player_of, seats
from evolve.music.song import TICKS_PER_BEAT, Notes, Song

VELOCITY_BUCKET = 16
INNER_VOICE = 0.78
"""How much softer than its top note the other notes of a track's chord are, as pianists play them."""

_Key = tuple[Player, int, int]
"""Who plays which pitch, and the middle of the bucket that its velocity falls into."""


@dataclass(frozen=True, slots=True)
class _Stroke:
    """One note: the sample at which it starts, for how many it is held, and its gains, float32 [2, 1]."""

    start: int
    hold: int
    gains: np.ndarray


def perform(song: Song, samples: int, sample_rate: int, *, lead_s: float) -> np.ndarray:
    """All notes as they are played, float32 [2, samples], the first of them after the lead, in seconds."""
    mix = np.zeros((2, samples), dtype=np.float32)
    for (player, pitch, velocity), strokes in _by_key(song, samples, sample_rate, lead_s).items():
        release = player.release.gains(sample_rate)
        sound = player.tone(pitch, velocity, max(stroke.hold for stroke in strokes) + len(release), sample_rate)
        _add(mix, sound, release, strokes)
    return mix


def _by_key(song: Song, samples: int, sample_rate: int, lead_s: float) -> Mapping[_Key, list[_Stroke]]:
    """The notes that begin in time, by what they sound like, so that each sound is made once."""
    tracks = [track for track in song.tracks if len(track.notes)]
    first_ticks = min(int(track.notes.onsets_ticks[0]) for track in tracks)
    samples_per_tick = 60.0 / song.tempo_bpm / TICKS_PER_BEAT * sample_rate
    strokes: dict[_Key, list[_Stroke]] = defaultdict(list)
    for track, seat in zip(tracks, seats(tracks), strict=True):
        player, tops = player_of(track.program), _top_pitches(track.notes)
        for note in track.notes:
            start = int(lead_s * sample_rate + (note.onset_ticks - first_ticks) * samples_per_tick)
            if start < samples:
                hold_s = player.hold_s(note.pitch, note.duration_ticks * samples_per_tick / sample_rate)
                gain = _gain(note.velocity, is_top=tops[note.onset_ticks] == note.pitch)
                stroke = _Stroke(start, int(hold_s * sample_rate), gain * seat[:, None])
                strokes[player, note.pitch, _bucket(note.velocity)].append(stroke)
    return strokes


def _add(mix: np.ndarray, sound: np.ndarray, release: np.ndarray, strokes: Sequence[_Stroke]) -> None:
    """Put one sound into the mix wherever it is struck, let go after its time."""
    for stroke in strokes:
        stop = min(stroke.hold + len(release), mix.shape[1] - stroke.start)
        played = sound[:, :stop] * stroke.gains
        played[:, stroke.hold :] *= release[: max(0, stop - stroke.hold)]
        mix[:, stroke.start : stroke.start + stop] += played


def _top_pitches(notes: Notes) -> Mapping[int, int]:
    """The highest pitch struck at each onset."""
    return dict(zip(notes.onsets_ticks.tolist(), notes.pitches.tolist(), strict=True))


def _gain(velocity: int, *, is_top: bool) -> np.float32:
    return np.float32((velocity / 127) ** 1.5 * (1.0 if is_top else INNER_VOICE))


def _bucket(velocity: int) -> int:
    """The middle of the span of velocities that sound alike but for their gain."""
    return velocity // VELOCITY_BUCKET * VELOCITY_BUCKET + VELOCITY_BUCKET // 2
