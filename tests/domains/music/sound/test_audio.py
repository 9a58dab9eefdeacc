"""Songs are heard well: none silent, none clipped, none louder than another, no clicks."""

import dataclasses
import io

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from evolve.domains.music.song import LEAD_S, Note, Notes, Song, Track
from evolve.domains.music.sound.audio import (
    LONGEST_S,
    LOUDNESS_LUFS,
    SAMPLE_RATE,
    level,
    loudness_lufs,
    render,
    suffix_of,
    with_reverb,
    write_ogg,
)
from evolve.domains.music.sound.piano import tone


def song_of(*notes: Note, tempo_bpm: float = 120) -> Song:
    """A song of these notes on one track."""
    return Song((Track(Notes.of(notes)),), tempo_bpm=tempo_bpm)


SCALE = song_of(*(Note(pitch, 12 * i, 12) for i, pitch in enumerate((60, 62, 64, 65, 67, 69, 71, 72))))
CLUSTERS = song_of(*(Note(pitch, 48 * i, 48, 127) for i in range(4) for pitch in range(36, 76, 2)))
SPARSE = song_of(Note(48, 0, 6, 30), Note(84, 400, 6, 50), Note(30, 800, 24, 20))
HIGH = song_of(*(Note(96 + i % 12, 12 * i, 6) for i in range(16)))
QUARTET = Song(
    tuple(
        Track(Notes.of(Note(pitch + i % 5, 24 * i, 24) for i in range(8)), program=program)
        for pitch, program in ((72, 73), (65, 52), (60, 40), (43, 19))
    ),
    tempo_bpm=120,
)
notes = st.lists(
    st.builds(Note, st.integers(0, 127), st.integers(0, 100), st.integers(1, 100), st.integers(1, 127)),
    min_size=1,
    max_size=8,
).map(Notes.of)
songs = st.lists(st.builds(Track, notes, program=st.integers(0, 127)), min_size=1, max_size=4).map(
    lambda tracks: Song(tuple(tracks), tempo_bpm=120)
)


@settings(max_examples=8, deadline=None)
@given(songs)
def test_any_song_is_heard_without_clipping(song: Song) -> None:
    """Whatever the notes, the sound is finite, not silent, and within its peak."""
    sound = render(song, sample_rate=16_000)
    assert sound.dtype == np.float32
    assert np.isfinite(sound).all()
    assert 0.05 < np.abs(sound).max() <= 0.95


@pytest.mark.parametrize(
    "song", [SCALE, CLUSTERS, SPARSE, HIGH, QUARTET], ids=["scale", "clusters", "sparse", "high", "quartet"]
)
def test_a_song_sounds_clean(song: Song) -> None:
    """Sound of the song's length and common loudness, from and to nothing, without offset or clicks."""
    sound = render(song)
    assert len(sound) / SAMPLE_RATE == pytest.approx(song.duration_s + 1.55, abs=0.01)
    assert loudness_lufs(sound.T, SAMPLE_RATE) == pytest.approx(LOUDNESS_LUFS, abs=0.5)
    assert np.abs(sound[[0, -1]]).max() < 1e-4
    assert np.abs(sound.mean(axis=0)).max() < 1e-3
    spectrum = np.abs(np.fft.rfft(sound, axis=0)) ** 2
    clicks = spectrum[np.fft.rfftfreq(len(sound), 1 / SAMPLE_RATE) > 12_000].sum()
    assert clicks < 1e-5 * spectrum.sum()


def test_the_same_song_twice_as_loud_is_heard_as_loud() -> None:
    """Velocity changes the balance of notes and their colour, not the loudness of the whole."""
    soft, loud = (song_of(*(Note(60 + i, 12 * i, 12, velocity) for i in range(12))) for velocity in (30, 110))
    levels = [loudness_lufs(render(song).T, SAMPLE_RATE) for song in (soft, loud)]
    assert levels == pytest.approx([LOUDNESS_LUFS, LOUDNESS_LUFS], abs=0.3)


@pytest.mark.parametrize("program", [0, 6, 32, 56, 73])
def test_songs_of_any_instrument_are_as_loud(program: int) -> None:
    """As the ear weighs them: a harpsichord is no louder than a bass, though the same power in it would be."""
    (track,) = SCALE.tracks
    sound = render(dataclasses.replace(SCALE, tracks=(dataclasses.replace(track, program=program),)))
    assert loudness_lufs(sound.T, SAMPLE_RATE) == pytest.approx(LOUDNESS_LUFS, abs=0.3)


def test_loudness_is_that_of_the_standard() -> None:
    """A tone of 997 Hz at full scale in one channel has -3.01 LUFS (ITU-R BS.1770-4, annex 1); silence has none."""
    tone_of_997_hz = np.zeros((2, 5 * SAMPLE_RATE))
    tone_of_997_hz[0] = np.sin(2 * np.pi * 997 * np.arange(5 * SAMPLE_RATE) / SAMPLE_RATE)
    assert loudness_lufs(tone_of_997_hz, SAMPLE_RATE) == pytest.approx(-3.01, abs=0.05)
    assert loudness_lufs(np.zeros((2, SAMPLE_RATE)), SAMPLE_RATE) == -np.inf


def test_a_note_stops_when_its_key_is_let_go() -> None:
    """A second after the end of a note all but the room's last echo is gone."""
    sound = render(song_of(Note(55, 0, 24), Note(55, 24 * 6, 24)))
    during = np.sqrt(np.mean(sound[int(0.1 * SAMPLE_RATE) : int(0.5 * SAMPLE_RATE)] ** 2))
    after = np.sqrt(np.mean(sound[int(1.5 * SAMPLE_RATE) : int(2.5 * SAMPLE_RATE)] ** 2))
    assert 20 * np.log10(after / during) < -40


def test_a_piano_alone_is_the_pianos_own_tone_in_the_room() -> None:
    """Nothing comes between a piano's key and the listener: the key's tone, damped when it is let go, and the room."""
    sound = render(song_of(Note(64, 0, 24, 72)))
    start, held, rest = int(LEAD_S * SAMPLE_RATE), SAMPLE_RATE // 2, np.arange(SAMPLE_RATE // 2) / SAMPLE_RATE
    key = tone(64, 72, SAMPLE_RATE, SAMPLE_RATE)
    key[:, held:] *= np.exp(-rest / 0.09) * (1 - rest / 0.5)
    dry = np.zeros(sound.T.shape, dtype=np.float32)
    dry[:, start : start + SAMPLE_RATE] = key
    expected = level(with_reverb(dry, SAMPLE_RATE), SAMPLE_RATE).T
    fading = int(0.4 * SAMPLE_RATE)
    np.testing.assert_allclose(sound[:-fading], expected[:-fading], atol=1e-6)


@given(st.integers(1, 200))
@settings(max_examples=2, deadline=None)
def test_the_silence_before_an_upbeat_is_not_waited_for(silence_ticks: int) -> None:
    """A song sounds the same, and as long, however far into its first bar it begins."""
    later = (Note(note.pitch, note.onset_ticks + silence_ticks, 12) for note in SCALE.notes)
    assert (render(song_of(*later)) == render(SCALE)).all()


def test_sound_is_wide_and_survives_one_loudspeaker() -> None:
    """The channels differ, and their sum keeps the music."""
    left, right = render(SCALE).T
    assert 0.3 < np.corrcoef(left, right)[0, 1] < 0.98


def test_the_same_song_sounds_the_same_every_time() -> None:
    """Nothing in the piano or the room is left to chance."""
    assert (render(SCALE) == render(SCALE)).all()


def test_a_song_without_notes_is_a_moment_of_silence() -> None:
    """A network may write nothing but a rest, and its other songs are to be heard all the same."""
    sound = render(song_of())
    assert not sound.any()
    assert 1 < len(sound) / SAMPLE_RATE < 3


def test_a_song_of_an_hour_fades_out() -> None:
    """What nobody would listen to is not rendered."""
    sound = render(song_of(*(Note(60, 192 * i, 192) for i in range(500)), tempo_bpm=60), sample_rate=8000)
    assert len(sound) == LONGEST_S * 8000
    assert np.abs(sound[-8:]).max() < 1e-4


def test_the_reverb_goes_on_over_block_borders() -> None:
    """A click long after the first block has the same answer as one at the start."""
    clicks = np.zeros((2, 400_000), dtype=np.float32)
    clicks[:, [0, 300_000]] = 1
    heard = with_reverb(clicks, 32_000)
    np.testing.assert_allclose(heard[:, :30_000], heard[:, 300_000:330_000], atol=1e-5)


def test_compressed_sound_is_the_sound() -> None:
    """An OGG file holds the same music: as long, as loud, and close to it."""
    sound = render(SCALE)
    data = write_ogg(sound)
    decoded, rate = soundfile.read(io.BytesIO(data), dtype="float32")
    assert suffix_of(data) == ".ogg"
    assert rate == SAMPLE_RATE
    assert decoded.shape == sound.shape
    assert np.corrcoef(decoded[:, 0], sound[:, 0])[0, 1] > 0.99


def test_sound_is_written_without_an_encoder_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where libsndfile has no Vorbis, a WAV file is written and named as one."""
    monkeypatch.setattr(soundfile, "available_subtypes", lambda _format: {})
    sound = render(SCALE)
    data = write_ogg(sound)
    decoded, _ = soundfile.read(io.BytesIO(data), dtype="float32")
    assert suffix_of(data) == ".wav"
    np.testing.assert_allclose(decoded, sound, atol=1e-4)
