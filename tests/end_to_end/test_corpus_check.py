"""`evolve corpus check` says of each file what was read of it and what is doubtful."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from evolve.domains.music.midi import write_midi
from evolve.domains.music.song import BarLine, Metre, Note, Notes, Song, Track
from tests.domains.music.pieces import song_of, tune
from tests.end_to_end.pretended_commands import evolve

pytestmark = pytest.mark.slow

HEAD = "M:4/4\nL:1/4\nK:C\n"
SCALE = "C D E F | G A B c |"
BOOK = "\n\n".join(
    (
        f"X:1\nT:Whole\n{HEAD}{SCALE}",
        f"X:2\nT:Too long\n{HEAD}{SCALE} C D E F G | {SCALE}",
        f"X:3\nT:Broken\n{HEAD}]}}) 12 3,, 5678 99 ^ = _ ) }} ]",
    )
)


@pytest.fixture
def music(tmp_path: Path) -> Path:
    """A book with a doubtful and a broken tune, a tune in a MIDI file, and what is no music."""
    folder = tmp_path / "music"
    folder.mkdir()
    (folder / "book.abc").write_text(BOOK)
    (folder / "tune.mid").write_bytes(write_midi(song_of(tune(20))))
    (folder / "words.abc").write_text("no music at all\n")
    return folder


def test_each_file_has_its_notes_and_doubts(music: Path) -> None:
    """A line for each file, the doubts beside it; what cannot be used is named with its reason."""
    said = evolve("corpus", "check", "music", folder=music.parent).out
    lines = [" ".join(line.split()) for line in said.splitlines()]
    assert 'book.abc 2 29 2 "Too long": 1 bar does not add up to the metre: 3' in " ".join(lines)
    assert "tune.mid 1 20 none" in lines
    assert "doubts about 1 of 2 files, listed below" in lines
    assert "skipped 2" in lines
    assert "not ABC: no tune begins, with X: and its number: words.abc" in " ".join(lines)
    assert 'book.abc 3 "Broken"' in " ".join(lines)


def test_the_same_as_json(music: Path) -> None:
    """Everything, for programs."""
    found = evolve("corpus", "check", "music", "--json", folder=music.parent).json
    doubts = ['2 "Too long": 1 bar does not add up to the metre: 3']
    assert found["files"] == [
        {"name": "book.abc", "pieces": 2, "notes": 29, "doubts": doubts},
        {"name": "tune.mid", "pieces": 1, "notes": 20, "doubts": []},
    ]
    assert {one["name"] for one in found["skipped"]} == {'book.abc 3 "Broken"', "words.abc"}


def test_music_without_bars_is_told(tmp_path: Path) -> None:
    """Where notes start anywhere; what changes its metre is counted."""
    rng = np.random.default_rng(0)
    for name in "ab":
        song = Song((Track(Notes.of(Note(60, tick, 4) for tick in rng.integers(0, 9_600, 300).tolist())),))
        (tmp_path / f"{name}.mid").write_bytes(write_midi(song))
    lines = (BarLine(0, Metre()), BarLine(192, Metre(3, 4)))
    (tmp_path / "tune.mid").write_bytes(write_midi(replace(song_of(tune(60)), bar_lines=lines)))
    said = " ".join(evolve("corpus", "check", ".", folder=tmp_path).out.split())
    assert "; 1 changes metre" in said
    assert "2 of 3 pieces are played freely, without bars: networks are not told where in the bar they are" in said
    found = evolve("corpus", "check", ".", "--json", folder=tmp_path).json
    assert (found["metre_changes"], found["with_bars"], found["has_bars"]) == (1, 1, False)


def test_of_many_files_those_with_doubts_are_listed(music: Path) -> None:
    """All of them when they are asked for."""
    for number in range(100):
        (music / f"tune {number:02}.mid").write_bytes(write_midi(song_of(tune(20, 30 + number % 60))))
    few = evolve("corpus", "check", "music", folder=music.parent).out
    assert "tune 07.mid" not in few
    assert "book.abc" in few
    assert "101 more (--files lists all" in " ".join(few.split())
    every = evolve("corpus", "check", "music", "--files", folder=music.parent).out
    assert "tune 07.mid" in every
    assert "more (--files" not in every


def test_what_was_read_is_told_where_it_is_too_little_to_learn_from(music: Path) -> None:
    """One short tune: the table of its file, and then the mistake."""
    typed = evolve("corpus", "check", "music/tune.mid", folder=music.parent, expect=1)
    assert "tune.mid 1 20 none" in [" ".join(line.split()) for line in typed.out.splitlines()]
    assert "no piece has other notes than tune.mid, and its 20 notes" in typed.err
    found = evolve("corpus", "check", "music/tune.mid", "--json", folder=music.parent, expect=1).json
    assert found["files"] == [{"name": "tune.mid", "pieces": 1, "notes": 20, "doubts": []}]
