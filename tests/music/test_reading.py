"""Any music file becomes songs, or a reason why not."""

import os
from pathlib import Path

import pytest

from evolve.errors import CorpusError
from evolve.music.reading import LARGEST_FILE_BYTES, Reading, read_file
from evolve.music.song import COMMON_TIME
from tests.music.pieces import midi_of, song_of, tune


def test_a_midi_file_becomes_the_song_it_was_written_from(tmp_path: Path) -> None:
    """A song written as MIDI is read note for note, with its tempo and metre."""
    path = tmp_path / "tune.MID"
    path.write_bytes(midi_of(tune(20)))
    (reading,) = read_file(path)
    assert isinstance(reading, Reading)
    assert reading.song.notes == song_of(tune(20)).notes
    assert reading.song.tempo_bpm == pytest.approx(90)
    assert reading.song.metre == COMMON_TIME


def test_a_file_with_hardly_a_note_is_no_piece(tmp_path: Path) -> None:
    """Three notes are not worth learning from, and the reason says how many there are."""
    path = tmp_path / "short.mid"
    path.write_bytes(midi_of(tune(3)))
    with pytest.raises(CorpusError, match="fewer than 8 notes and chords: 3"):
        read_file(path)


def test_reasons_are_short_and_human(tmp_path: Path) -> None:
    """What is missing, empty or far too large is said in a few words, without the file being parsed."""
    (tmp_path / "empty.mid").touch()
    with (tmp_path / "large.mid").open("wb") as file:
        file.truncate(LARGEST_FILE_BYTES + 1)
    for name, reason in (("no.mid", "No such file"), ("empty.mid", "empty file"), ("large.mid", "larger than 20 MB")):
        with pytest.raises(CorpusError, match=reason):
            read_file(tmp_path / name)


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    """Something that is called a music file and is none does not keep the reader waiting."""
    os.mkfifo(tmp_path / "pipe.mid")
    with pytest.raises(CorpusError, match="not a file"):
        read_file(tmp_path / "pipe.mid")
