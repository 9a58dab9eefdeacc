"""Songs come from MIDI files and go back into them."""

from collections import Counter
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mido import MetaMessage

from evolve.domains.music.bars import needed_bar_lines
from evolve.domains.music.errors import CorpusError
from evolve.domains.music.midi import read_midi, write_midi
from evolve.domains.music.reading import read_songs
from evolve.domains.music.reshaping import shifted
from evolve.domains.music.song import BarLine, Metre, Note, Notes, Song, Track
from tests.domains.music.midi_tracks import off, on, saved
from tests.domains.music.pieces import bar_lines

DATA = Path(__file__).resolve().parents[4] / "shared" / "data"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason=f"no music at {DATA}")
ODD = {
    "Issue104_Bizarre_Love_Triangle2.mid": "out of range",
    "empty.mid": "no notes",
    "hdronly.mid": "header alone",
    "renamed_png.mid": "a PNG image",
    "text.mid": "not MIDI but text",
    "tpq0.mid": "zero ticks",
    "trunc.mid": "truncated",
    "zero.mid": "the file is empty",
}

END = b"\0\xff\x2f\0"


def midi_file(*tracks: bytes, division: bytes = b"\x01\xe0") -> bytes:
    """A MIDI file of these event bytes."""
    header = b"MThd\0\0\0\x06\0\x01" + len(tracks).to_bytes(2, "big") + division
    return header + b"".join(b"MTrk" + len(track).to_bytes(4, "big") + track for track in tracks)


@st.composite
def tracks(draw: st.DrawFn) -> Track:
    """A track on which no pitch is struck while it still sounds."""
    notes = []
    for pitch in draw(st.sets(st.integers(0, 127), min_size=1, max_size=5)):
        onset = 0
        for gap, duration, velocity in draw(
            st.lists(st.tuples(st.integers(0, 99), st.integers(1, 200), st.integers(1, 127)), min_size=1, max_size=5)
        ):
            notes.append(Note(pitch, onset + gap, duration, velocity))
            onset += gap + duration
    name = draw(st.text(st.characters(exclude_categories=["C", "Z"]), max_size=12))
    return Track(Notes.of(notes), name=name, program=draw(st.integers(0, 127)))


def in_the_first_bar(song: Song) -> Song:
    """The song without whole bars of silence before its first note."""
    first = int(song.notes.onsets_ticks[0])
    return shifted(song, -(first - first % song.metre.bar_ticks))


songs = st.builds(
    Song,
    st.lists(tracks(), min_size=1, max_size=18).map(tuple),
    tempo_bpm=st.integers(2000, 30000).map(lambda hundredths: hundredths / 100),
    title=st.just("song.mid"),
    metre=st.sampled_from([Metre(4, 4), Metre(3, 4), Metre(6, 8), Metre(2, 2), Metre(5, 16), Metre(1, 32)]),
).map(in_the_first_bar)


@settings(max_examples=60, deadline=None)
@given(songs)
def test_a_written_song_reads_back_as_it_was(song: Song) -> None:
    """Tracks, names, programs, notes, velocities, tempo and metre survive the file."""
    assert read_midi(write_midi(song), "song.mid") == song


TIME_SIGNATURE = 0xFF, 0x58, 4


def test_the_metre_is_that_of_most_of_the_file_and_a_bar_line_lies_on_tick_0() -> None:
    """Two bars of 3/4 after one of 4/4, whose silence before the first note is kept."""
    four, three = bytes([0, *TIME_SIGNATURE, 4, 2, 24, 8]), bytes([0, *TIME_SIGNATURE, 3, 2, 24, 8])
    wait = bytes([48, 0x90, 60, 80, 24, 0x80, 60, 0])
    late = bytes([24, 0x90, 60, 80]) + b"\x81\x10" + bytes([0x80, 60, 0])
    song = read_midi(midi_file(four + wait + bytes([24]) + three[1:] + late + END, division=b"\0\x18"), "")
    assert song.metre == Metre(3, 4)
    (track,) = song.tracks
    assert [(n.onset_ticks, n.duration_ticks) for n in track.notes] == [(48, 24), (120, 144)]
    assert song.bar_lines == (BarLine(0, Metre(4, 4)), BarLine(96, Metre(3, 4)))


def barred(signatures: list[tuple[int, int, int]], first_beat: float = 0) -> Song:
    """The song of a file with time signatures on some beats, beats and units, and notes on every beat from one on."""
    metas = [
        MetaMessage("time_signature", numerator=beats, denominator=unit, time=24 * (beat - before))
        for (before, *_), (beat, beats, unit) in pairwise([(0, 4, 4), *signatures])
    ]
    notes = [on(60, round(24 * first_beat)), off(60), *[message for _ in range(39) for message in (on(60), off(60))]]
    return read_midi(saved(1, metas, notes), "")


def told(song: Song) -> list[str]:
    """Its bar lines as ``beat metre``."""
    return [f"{line.tick / 24:g} {line.metre}" for line in song.bar_lines]


def test_a_time_signature_begins_a_bar_wherever_it_stands() -> None:
    """In the middle of a bar too, and where it says what is in force already; at the end of a bar that is no news."""
    assert told(barred([(0, 4, 4), (8, 3, 4), (14, 4, 4)])) == ["0 4/4", "8 3/4", "14 4/4"]
    assert told(barred([(0, 4, 4), (9, 4, 4), (13, 4, 4)])) == ["0 4/4", "9 4/4"]
    assert told(barred([(0, 4, 4), (8, 4, 4)])) == told(barred([])) == []
    assert told(barred([(0, 3, 4)])) == []


def test_upbeats_and_parted_bars_with_time_signatures_of_their_own_are_ends_and_parts_of_bars() -> None:
    """So are they written by programs that have no other way; two bars of 3/4 at the beginning are bars."""
    upbeat = barred([(0, 1, 4), (1, 4, 4)])
    assert (told(upbeat), int(upbeat.notes.onsets_ticks[0])) == ([], 72)
    assert told(barred([(0, 4, 4), (8, 3, 4), (11, 1, 4), (12, 4, 4), (20, 2, 4)])) == ["0 4/4", "20 2/4"]
    assert told(barred([(0, 3, 4), (6, 4, 4)])) == ["0 3/4", "6 4/4"]


def test_time_signatures_in_the_silence_before_the_first_note_are_those_of_its_bar() -> None:
    """Bars before it are dropped; what is in force stays, counted from its own bar line."""
    song = barred([(0, 2, 4), (2, 3, 4), (14, 4, 4)], first_beat=9)
    assert (told(song), int(song.notes.onsets_ticks[0])) == (["0 3/4", "6 4/4"], 24)


@st.composite
def songs_with_bar_lines(draw: st.DrawFn) -> Song:
    """Songs that begin with two bars at least before the metre changes, in the metre of most of them."""
    song = draw(songs)
    song = shifted(song, -int(song.notes.onsets_ticks[0]))
    lines = [line for line in draw(bar_lines(Metre(4, 4), fewest=2)) if line.tick < song.length_ticks]
    lines = lines or [BarLine(0, Metre(4, 4))]
    ticks: Counter[Metre] = Counter()
    for line, following in pairwise([*lines, BarLine(song.length_ticks, Metre())]):
        ticks[line.metre] += following.tick - line.tick
    ((metre, _),) = ticks.most_common(1)
    return replace(song, metre=metre, bar_lines=needed_bar_lines(lines, metre))


@settings(max_examples=60, deadline=None)
@given(songs_with_bar_lines())
def test_bar_lines_survive_the_file(song: Song) -> None:
    """Wherever the metre changes or a bar is short or long."""
    assert read_midi(write_midi(song), "song.mid") == song


def test_time_signatures_after_the_last_note_say_nothing() -> None:
    """28 beats of 4/4 and four of 3/4 are mostly 4/4, whatever is said after the end."""
    fours = bytes([0, *TIME_SIGNATURE, 4, 2, 24, 8])
    note = bytes([0, 0x90, 60, 80]) + b"\x85\x20" + bytes([0x80, 60, 0])  # 28 beats
    threes = bytes([0, *TIME_SIGNATURE, 3, 2, 24, 8, 0, 0x90, 60, 80, 96, 0x80, 60, 0])
    late = b"\x87\x00" + fours[1:]
    song = read_midi(midi_file(fours + note + threes + late + END, division=b"\0\x18"), "")
    assert song.metre == Metre(4, 4)


def test_bars_of_silence_before_the_first_note_are_dropped() -> None:
    """A song begins in the bar of its first note, wherever a sequencer put it."""
    waits = Song((Track(Notes.of([Note(60, 3 * 96 + 72, 24)])),))
    assert read_midi(write_midi(waits), "").notes == Notes.of([Note(60, 72, 24)])


def test_onsets_and_ends_go_to_the_nearest_grid_step() -> None:
    """A note 9 ticks late of 20 is on time, 10 ticks late is a step late; no note is shorter than a step."""
    events = bytes([9, 0x90, 60, 80, 1, 0x90, 64, 80, 2, 0x80, 60, 0, 2, 0x80, 64, 0]) + END
    (track,) = read_midi(midi_file(events), "").tracks
    assert tuple(track.notes) == (Note(60, 0, 1), Note(64, 1, 1))


def test_a_pitch_struck_again_ends_the_note_before() -> None:
    """Two overlapping notes of one pitch become one after the other."""
    events = bytes([0, 0x90, 60, 80, 96, 0x90, 60, 70, 96, 0x80, 60, 0, 96, 0x80, 60, 0]) + END
    (track,) = read_midi(midi_file(events, division=b"\0\x60"), "").tracks
    assert tuple(track.notes) == (Note(60, 0, 24, 80), Note(60, 24, 48, 70))


def test_drums_are_left_out() -> None:
    """A file of drums alone has nothing to teach, and says so."""
    with pytest.raises(CorpusError, match="drums"):
        read_midi(midi_file(bytes([0, 0x99, 60, 80, 96, 0x89, 60, 0]) + END), "")


def test_the_tempo_is_the_mean_over_time() -> None:
    """One beat at 60 and two at 120 take two seconds: 90 beats a minute."""
    slow, fast = b"\0\xff\x51\x03\x0f\x42\x40", b"\x83\x60\xff\x51\x03\x07\xa1\x20"
    song = read_midi(midi_file(slow + fast + END, bytes([0, 0x90, 60, 80, 0x8B, 0x20, 0x80, 60, 0]) + END), "")
    assert song.tempo_bpm == 90
    assert song.duration_s == pytest.approx(2)


def test_a_file_without_tempo_means_120() -> None:
    """The standard's tempo holds where a file names none."""
    assert read_midi(midi_file(bytes([0, 0x90, 60, 80, 96, 0x80, 60, 0]) + END), "").tempo_bpm == 120


def test_a_name_in_another_encoding_does_no_harm() -> None:
    """A track name that is no UTF-8 still leaves the notes readable."""
    (track,) = read_midi(
        midi_file(b"\0\xff\x03\x05Caf\xe9\0" + bytes([0, 0x90, 60, 80, 96, 0x80, 60, 0]) + END), ""
    ).tracks
    assert track.name.startswith("Caf")


def test_a_song_of_many_hours_is_refused(tmp_path: Path) -> None:
    """A note after days of silence is damage, not music."""
    events = bytes([0, 0x90, 60, 80, 96, 0x80, 60, 0, 0xFF, 0xFF, 0xFF, 0x7F, 0x90, 60, 80, 96, 0x80, 60, 0]) + END
    (tmp_path / "days.mid").write_bytes(midi_file(events, division=b"\0\x18"))
    with pytest.raises(CorpusError, match="hours"):
        read_songs(tmp_path / "days.mid")


@needs_data
@pytest.mark.parametrize("path", sorted(DATA.glob("odd/*.mid")), ids=lambda path: path.stem)
def test_odd_files_are_read_or_refused_with_a_reason(path: Path) -> None:
    """Each damaged file has its reason; each merely unusual one has its notes."""
    if path.name in ODD:
        with pytest.raises(CorpusError, match=ODD[path.name]):
            read_midi(path.read_bytes(), path.name)
    else:
        assert len(read_midi(path.read_bytes(), path.name).notes) > 100


@needs_data
def test_real_files_survive_being_written() -> None:
    """Folk tunes and piano pieces read the same from the file we write of them."""
    for path in sorted(DATA.glob("nottingham/*.mid"))[:20] + sorted(DATA.glob("giantmidi/*.mid"))[::6]:
        song = read_midi(path.read_bytes(), path.name)
        assert read_midi(write_midi(song), path.name) == song


@pytest.mark.slow
def test_another_reader_finds_the_same_notes() -> None:
    """music21 reads from our file the notes, tempo, program and track name that we wrote."""
    music21 = pytest.importorskip("music21")
    notes = Notes.of(Note(60 + 2 * i % 13, 12 * i, 12 + 12 * (i % 3 == 0), 60 + i) for i in range(24))
    score = music21.converter.parseData(
        write_midi(Song((Track(notes, "Melody", 40),), tempo_bpm=96)), format="midi", quantizePost=False
    )
    whole = score.stripTies().flatten().notes
    found = {(n.pitch.midi, float(n.offset), float(n.quarterLength), n.volume.velocity) for n in whole}
    assert found == {(n.pitch, n.onset_ticks / 24, n.duration_ticks / 24, n.velocity) for n in notes}
    assert score.flatten().getElementsByClass("MetronomeMark")[0].number == 96
    assert 40 in {i.midiProgram for i in score.flatten().getElementsByClass("Instrument")}
    assert score.parts[0].partName == "Melody"
