"""SoundFonts play what is written: programs, pitches, times, loudness, and nothing that is left to chance."""

import itertools
from pathlib import Path

import numpy as np
import pytest

from evolve.domains.music.song import LEAD_S, Note, Notes, Song, Track
from evolve.domains.music.sound.audio import LOUDNESS_LUFS, SAMPLE_RATE, loudness_lufs, render
from tests.domains.music.sound.small_soundfont import write_small_soundfont
from tests.domains.music.sound.soundfont_files import TIMGM, needs_timgm, needs_tinysoundfont

pytestmark = needs_tinysoundfont

HARMONICS = {0: 1, 24: 2, 40: 3, 73: 5}
"""Of 100 Hz, at middle C."""


@pytest.fixture(scope="module")
def font(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SoundFont whose programs are told apart by their frequencies."""
    return write_small_soundfont(tmp_path_factory.mktemp("fonts") / "small.sf2", HARMONICS)


def played(song: Song, font: Path, seconds: float = 3.0) -> np.ndarray:
    """What the SoundFont alone makes of it, float32 [2, samples]."""
    from evolve.domains.music.sound.soundfont_orchestra import perform  # noqa: PLC0415 - may not be installed

    return perform(song, font, int(seconds * SAMPLE_RATE), SAMPLE_RATE, lead_s=LEAD_S)


def song_of(*notes: Note, program: int = 0, tempo_bpm: float = 60) -> Song:
    """A song of these notes on one track."""
    return Song((Track(Notes.of(notes), program=program),), tempo_bpm=tempo_bpm)


def frequency_hz(sound: np.ndarray) -> float:
    """The loudest one."""
    return float(np.fft.rfftfreq(sound.shape[1], 1 / SAMPLE_RATE)[np.abs(np.fft.rfft(sound[0])).argmax()])


@pytest.mark.parametrize(("program", "plays"), [(0, 0), (40, 40), (73, 73), (43, 40), (26, 24), (60, 0)], ids=str)
def test_each_track_is_played_by_its_general_midi_program(program: int, plays: int, font: Path) -> None:
    """Where the SoundFont lacks it, by another of its family, else by the piano."""
    sound = played(song_of(Note(60, 0, 48), program=program), font)
    assert frequency_hz(sound) == pytest.approx(100 * HARMONICS[plays], rel=0.01)


@pytest.mark.parametrize("pitch", [48, 60, 72, 79])
def test_pitches_are_in_tune(pitch: int, font: Path) -> None:
    """In twelve equal steps an octave."""
    sound = played(song_of(Note(pitch, 0, 48)), font)
    assert frequency_hz(sound) == pytest.approx(100 * 2 ** ((pitch - 60) / 12), rel=0.01)


@pytest.mark.parametrize("tempo_bpm", [60, 180])
def test_notes_begin_and_end_when_they_should(tempo_bpm: float, font: Path) -> None:
    """By the song's tempo, from the lead on, whatever silence the song begins with."""
    song = song_of(Note(60, 240, 12), Note(60, 264, 12), tempo_bpm=tempo_bpm)
    beat_s = 60 / tempo_bpm
    is_loud = np.abs(played(song, font)).max(axis=0) > 0.01
    edges = np.flatnonzero(np.diff(np.convolve(is_loud, np.ones(400), "same") > 0)) / SAMPLE_RATE
    expected = [LEAD_S, LEAD_S + 0.5 * beat_s, LEAD_S + beat_s, LEAD_S + 1.5 * beat_s]
    assert edges == pytest.approx(expected, abs=0.03)


def test_a_note_that_is_struck_again_at_once_sounds_twice(font: Path) -> None:
    """The key is let go before it is pressed again."""
    sound = played(song_of(Note(60, 0, 24), Note(60, 24, 24)), font)
    second = np.abs(sound[:, int(1.3 * SAMPLE_RATE) : int(1.9 * SAMPLE_RATE)]).max()
    assert second > 0.1
    assert np.abs(sound[:, int(2.5 * SAMPLE_RATE) :]).max() < 0.001


def test_velocities_are_heard(font: Path) -> None:
    """Each note of a rising line is louder than the one before."""
    velocities = (20, 50, 80, 127)
    sound = played(song_of(*(Note(60, 12 * k, 12, velocity) for k, velocity in enumerate(velocities))), font)
    spans = [int((LEAD_S + 0.5 * k + 0.1) * SAMPLE_RATE) for k in range(4)]
    peaks = [np.abs(sound[:, span : span + 6_000]).max() for span in spans]
    assert all(softer * 1.3 < louder for softer, louder in itertools.pairwise(peaks))


def test_a_song_of_twenty_tracks_has_no_drums(font: Path) -> None:
    """More than MIDI has channels, the tenth of which is for drums: each is played by its own program."""
    programs = [40 if number % 2 else 73 for number in range(20)]
    tracks = tuple(Track(Notes.of([Note(60, 24 * k, 24)]), program=program) for k, program in enumerate(programs))
    sound = played(Song(tracks, tempo_bpm=240), font, seconds=6)
    beats = [sound[:, int((LEAD_S + 0.25 * k) * SAMPLE_RATE) :][:, : SAMPLE_RATE // 4] for k in range(20)]
    heard = [round(frequency_hz(beat) / 100) for beat in beats]
    assert heard == [HARMONICS[program] for program in programs]


def test_the_first_track_stands_left_and_is_the_loudest(font: Path) -> None:
    """As among evolve's own instruments."""
    first, second = (Track(Notes.of([Note(60, 0, 24)]), program=program) for program in (0, 40))
    left, right = np.abs(np.fft.rfft(played(Song((first, second), tempo_bpm=60), font)))
    at = {program: int(100 * HARMONICS[program] * 3) for program in (0, 40)}
    assert left[at[0] - 5 : at[0] + 6].max() > right[at[0] - 5 : at[0] + 6].max()
    assert left[at[40] - 5 : at[40] + 6].max() < right[at[40] - 5 : at[40] + 6].max()
    assert left[at[0] - 5 : at[0] + 6].max() > right[at[40] - 5 : at[40] + 6].max()


@needs_timgm
def test_the_same_song_sounds_the_same_whatever_was_played_before() -> None:
    """A worker plays many songs with one player: nothing of one is heard in the next."""
    song = song_of(*(Note(60 + k, 6 * k, 60) for k in range(12)), program=48, tempo_bpm=120)
    before = render(song, soundfont=TIMGM)
    render(song_of(*(Note(40 + k, 3 * k, 200, 127) for k in range(30)), program=19), soundfont=TIMGM)
    assert (render(song, soundfont=TIMGM) == before).all()


@needs_timgm
@pytest.mark.parametrize("program", [0, 6, 13, 32, 40, 56, 73, 115])
def test_songs_of_any_of_its_instruments_are_as_loud(program: int) -> None:
    """A woodblock is mostly peak: it is held below full scale and is as loud all the same."""
    song = song_of(*(Note(pitch, 12 * k, 12) for k, pitch in enumerate((60, 62, 64, 65, 67, 69))), program=program)
    sound = render(song, soundfont=TIMGM)
    assert loudness_lufs(sound.T, SAMPLE_RATE) == pytest.approx(LOUDNESS_LUFS, abs=0.15)
    assert np.abs(sound).max() <= 0.95
    assert np.isfinite(sound).all()


def test_what_no_instrument_plays_is_silence(font: Path) -> None:
    """Not noise, nor an error: all other songs are to be heard."""
    sound = render(song_of(Note(60, 0, 1, 1), tempo_bpm=10_000), soundfont=font)
    assert np.isfinite(sound).all()
