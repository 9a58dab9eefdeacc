"""The piano roll page draws the song, or says why it cannot."""

from dataclasses import replace
from pathlib import Path

from prompt_toolkit.utils import get_cwidth

from evolve.domains.music.midi import write_midi
from evolve.domains.music.presentation import PRESENTATION
from evolve.domains.music.song import Note, Notes, Song, Track
from evolve.judging.draft import BallotDraft
from evolve.judging.terminal.pages import paint_preview
from evolve.judging.terminal.painting import Line
from evolve.judging.terminal.view import ScreenPage, View
from tests.judging.terminal.pretending import candidates


def lines_of(painted: Line) -> list[str]:
    """The page without its styles."""
    return "".join(words for _, words in painted).split("\n")


def view(folder: Path) -> View:
    """The roll of the first candidate whose files are in this folder."""
    cast = candidates(2, folder=folder)
    draft = BallotDraft.begin([each.id for each in cast])
    return View(
        {each.id: each for each in cast},
        "generation 7",
        "",
        draft,
        PRESENTATION,
        overlay=ScreenPage.PREVIEW,
        cursor=cast[0].id,
    )


def test_a_song_is_drawn_to_the_size_of_the_screen(tmp_path: Path) -> None:
    """Its facts above, its octaves at the left, and each line within the screen."""
    notes = Notes.of(Note(pitch, 24 * place, 24) for place, pitch in enumerate(range(48, 73)))
    (tmp_path / "A-song-1.mid").write_bytes(write_midi(Song((Track(notes),))))

    for columns, rows in ((80, 24), (120, 40), (45, 12)):
        lines = lines_of(paint_preview(view(tmp_path), columns, rows))
        assert len(lines) == rows
        assert all(get_cwidth(line) <= columns for line in lines)
        assert lines[0] == "? A, song 1"
        assert any(line.strip().startswith("C4") for line in lines)


def test_a_song_that_cannot_be_read_is_told_of(tmp_path: Path) -> None:
    """A missing or damaged file does not end the session."""
    (tmp_path / "A-song-2.mid").write_bytes(b"rubbish")

    assert "A-song-1.mid cannot be drawn" in "".join(lines_of(paint_preview(view(tmp_path), 80, 24)))
    second = replace(view(tmp_path), number=2)
    assert "A-song-2.mid cannot be drawn: not MIDI" in "".join(lines_of(paint_preview(second, 80, 24)))
