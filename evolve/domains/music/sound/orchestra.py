"""Each track's instrument, where and how loud it stands among the others, and all notes as they are played."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial

import numpy as np

from evolve.domains.music.song import PITCHES, TICKS_PER_BEAT, Notes, Song, Track
from evolve.domains.music.sound import piano
from evolve.domains.music.sound.acoustics import Release
from evolve.domains.music.sound.timbres import TIMBRES, Timbre
from evolve.domains.music.sound.tones import Held, held_tone, ringing_tone

LOWEST_UNDAMPED_PITCH = 90
"""From F♯6 upwards piano strings have no dampers."""

LONGEST_RING_S = 12.0
"""A string has all but fallen silent by then."""

LONGEST_BREATH_S = 30.0
"""Nobody holds a note for longer, but for a network that is stuck."""

UNDAMPED_S = 2.0
WIDTH = 0.32
"""How far from the middle the outermost tracks sit, as an angle whose quarter turn is the whole width."""

ACCOMPANIMENT = 0.75
"""How loud any other track is beside the first, the melody: 2.5 dB less."""


@dataclass(frozen=True, slots=True)
class Instrument:
    """An instrument as it is played.

    Attributes:
        tone: The sound, float32 [2, samples], of a pitch, a velocity, so many samples and a sample rate.
        release: How a note ends.
        longest_s: No note is held for longer.
        undamped_from: The lowest pitch that rings on for `UNDAMPED_S` when it is let go.
    """

    tone: Callable[[int, int, int, int], np.ndarray]
    release: Release
    longest_s: float
    undamped_from: int = PITCHES

    def hold_s(self, pitch: int, held_s: float) -> float:
        """How long a note sounds before its release, in seconds, if its key is held for so long."""
        return min(held_s + (UNDAMPED_S if pitch >= self.undamped_from else 0.0), self.longest_s)


GRAND_PIANO = Instrument(piano.tone, Release(0.5, 0.09), LONGEST_RING_S, LOWEST_UNDAMPED_PITCH)


def instrument_of(program: int) -> Instrument:
    """Who plays a General MIDI program, 0 .. 127; programs that sound alike have one instrument."""
    timbre = TIMBRES.get(program)
    return GRAND_PIANO if timbre is None else _instrument(timbre)


def track_gains(tracks: Sequence[Track]) -> np.ndarray:
    """The gain of each track, left and right, float32 [tracks, 2]; 1 for a track that plays alone.

    The first sits at the left and the last at the right, as a quartet does. A track that plays chords is no louder than
    one that plays single notes, and the first is the loudest.
    """
    if len(tracks) == 1:
        return np.ones((1, 2), dtype=np.float32)
    angles = np.pi / 4 + np.linspace(-WIDTH, WIDTH, len(tracks))
    shares = [
        (ACCOMPANIMENT if number else 1.0) / voices_at_once(one.notes) ** 0.5 for number, one in enumerate(tracks)
    ]
    sides = np.sqrt(2) * np.stack((np.cos(angles), np.sin(angles)), axis=1)
    return np.asarray(sides * np.array(shares)[:, None], dtype=np.float32)


def voices_at_once(notes: Notes) -> float:
    """How many notes sound together in the mean while any does, 1 or more; 1 for none."""
    if not len(notes):
        return 1.0
    reached = np.maximum.accumulate(notes.ends_ticks)
    silent = np.maximum(0, notes.onsets_ticks[1:] - reached[:-1]).sum()
    return float(notes.durations_ticks.sum() / (reached[-1] - notes.onsets_ticks[0] - silent))


@lru_cache
def _instrument(timbre: Timbre) -> Instrument:
    if isinstance(timbre, Held):
        return Instrument(partial(held_tone, timbre), timbre.release, LONGEST_BREATH_S)
    return Instrument(partial(ringing_tone, timbre), timbre.release, LONGEST_RING_S)


VELOCITY_BUCKET = 16
INNER_VOICE = 0.78
"""How much softer than its top note the other notes of a track's chord are, as pianists play them."""

_Key = tuple[Instrument, int, int]
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
    for (instrument, pitch, velocity), strokes in _by_key(song, samples, sample_rate, lead_s).items():
        release = instrument.release.gains(sample_rate)
        sound = instrument.tone(pitch, velocity, max(stroke.hold for stroke in strokes) + len(release), sample_rate)
        _add(mix, sound, release, strokes)
    return mix


def _by_key(song: Song, samples: int, sample_rate: int, lead_s: float) -> Mapping[_Key, list[_Stroke]]:
    """The notes that begin in time, by what they sound like, so that each sound is made once."""
    tracks = [track for track in song.tracks if len(track.notes)]
    first_ticks = min(int(track.notes.onsets_ticks[0]) for track in tracks)
    samples_per_tick = 60.0 / song.tempo_bpm / TICKS_PER_BEAT * sample_rate
    strokes: dict[_Key, list[_Stroke]] = defaultdict(list)
    for track, seat in zip(tracks, track_gains(tracks), strict=True):
        instrument, tops = instrument_of(track.program), _top_pitches(track.notes)
        for note in track.notes:
            start = int(lead_s * sample_rate + (note.onset_ticks - first_ticks) * samples_per_tick)
            if start < samples:
                hold_s = instrument.hold_s(note.pitch, note.duration_ticks * samples_per_tick / sample_rate)
                gain = _gain(note.velocity, is_top=tops[note.onset_ticks] == note.pitch)
                stroke = _Stroke(start, int(hold_s * sample_rate), gain * seat[:, None])
                strokes[instrument, note.pitch, _bucket(note.velocity)].append(stroke)
    return strokes


def _add(mix: np.ndarray, sound: np.ndarray, release: np.ndarray, strokes: Sequence[_Stroke]) -> None:
    """Put one sound into the mix wherever it is struck, let go after its time."""
    for stroke in strokes:
        stop = min(stroke.hold + len(release), mix.shape[1] - stroke.start)
        played = sound[:, :stop] * stroke.gains
        played[:, stroke.hold :] *= release[: max(0, stop - stroke.hold)]
        mix[:, stroke.start : stroke.start + stop] += played


def _top_pitches(notes: Notes) -> Mapping[int, int]:
    return dict(zip(notes.onsets_ticks.tolist(), notes.pitches.tolist(), strict=True))


def _gain(velocity: int, *, is_top: bool) -> np.float32:
    return np.float32((velocity / 127) ** 1.5 * (1.0 if is_top else INNER_VOICE))


def _bucket(velocity: int) -> int:
    """The middle of the span of velocities that sound alike but for their gain."""
    return velocity // VELOCITY_BUCKET * VELOCITY_BUCKET + VELOCITY_BUCKET // 2
