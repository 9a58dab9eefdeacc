"""Any music file becomes songs, or a reason why not."""

import os
from pathlib import Path

import pytest

from evolve.domains.music.cache import outcome_from_json, outcome_to_json
from evolve.domains.music.errors import CorpusError
from evolve.domains.music.midi import write_midi
from evolve.domains.music.reading import LARGEST_FILE_BYTES, Reading, read_file
from evolve.domains.music.song import COMMON_TIME, Song, Track
from tests.domains.music.notation.musicxml_files import attributes, notes, score
from tests.domains.music.pieces import ABC, midi_of, song_of, tune


def test_a_midi_file_becomes_the_song_it_was_written_from(tmp_path: Path) -> None:
    """A song written as MIDI is read note for note, with its tempo and metre."""
    path = tmp_path / "tune.MID"
    path.write_bytes(midi_of(tune(20)))
    (reading,) = read_file(path)
    assert isinstance(reading, Reading)
    assert reading.song.notes == song_of(tune(20)).notes
    assert reading.song.tempo_bpm == pytest.approx(90)
    assert reading.song.metre == COMMON_TIME


TITLED = {
    "reel.abc": ABC.replace("T:Scale", "T:Scale\nR:Reel").encode(),
    "title.abc": ABC.replace("T:Scale", "T:Scale\nT:The Scale Reel").encode(),
    "title.krn": b"!!!OTL@@DE: Reel aus C\n**kern\n*M4/4\n" + b"4c\n4e\n4g\n4cc\n=\n" * 3 + b"*-\n",
    "title.mid": write_midi(Song((Track(song_of(tune(20)).notes, "Morning Reel"),), 90.0)),
    "work.xml": score([attributes() + notes("C4 D4 E4 F4")] * 3, head="<work><work-title>Reel 2</work-title></work>"),
    "movement.xml": score([attributes() + notes("C4 D4 E4 F4")] * 3, head="<movement-title>A REEL</movement-title>"),
}


@pytest.mark.parametrize("name", TITLED)
def test_the_kind_of_a_tune_is_read_and_remembered(tmp_path: Path, name: str) -> None:
    """Every format has a title or a field that may tell it; what is remembered of the file tells it too."""
    (tmp_path / name).write_bytes(TITLED[name])
    (reading,) = read_file(tmp_path / name)
    assert isinstance(reading, Reading)
    assert reading.kind == "reel"
    assert outcome_from_json(outcome_to_json((reading,))) == (reading,)


def test_a_tune_whose_kind_nothing_tells_has_none(tmp_path: Path) -> None:
    """The name of its file is no part of what is read of it."""
    (tmp_path / "reel.mid").write_bytes(midi_of(tune(20)))
    (reading,) = read_file(tmp_path / "reel.mid")
    assert isinstance(reading, Reading)
    assert reading.kind == ""


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
