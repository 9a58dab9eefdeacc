"""A song's score is printed when somebody asks for it, from its MIDI file alone."""

import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from evolve.domains.music.midi import write_midi
from evolve.domains.music.presentation import PRESENTATION
from evolve.domains.music.song import Metre, Note, Notes, Song, Track
from evolve.errors import EvolveError

SCORE = PRESENTATION.renderings["score"]


def files_of(folder: Path, song: Song) -> dict[str, Path]:
    """A sample's files by kind, as far as a score needs them."""
    path = folder / "song-2.mid"
    path.write_bytes(write_midi(song))
    return {"midi": path}


def waltz(bars: int) -> Song:
    """A song of two tracks."""
    melody = Notes.of(Note(72 + beat % 5, 24 * beat, 24) for beat in range(3 * bars))
    bass = Notes.of(Note(48, 72 * bar, 72) for bar in range(bars))
    return Song((Track(melody, "Melody"), Track(bass, "Bass")), 140.0, "any", Metre(3, 4))


def test_the_score_is_one_picture_with_every_note(tmp_path: Path) -> None:
    """As SVG, however many pages it would fill, under the name that the file has."""
    assert (SCORE.label, SCORE.media_type) == ("score", "image/svg+xml")
    made = SCORE.make(files_of(tmp_path, waltz(40)))
    root = ET.fromstring(made)  # noqa: S314
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    heads = [element for element in root.iter() if "notehead" in element.attrib.get("class", "").split()]
    assert len(heads) == 3 * 40 + 40
    assert "Song 2" in "".join(root.itertext())
    assert SCORE.make(files_of(tmp_path, waltz(40))) == made


def test_what_cannot_be_printed_is_told_in_one_line(tmp_path: Path) -> None:
    """A file that is lost, is no MIDI, or has no notes."""
    (tmp_path / "song-2.mid").write_bytes(b"hello")
    with pytest.raises(EvolveError, match=r"^no score can be printed of song-2.mid: not MIDI but text$"):
        SCORE.make({"midi": tmp_path / "song-2.mid"})
    with pytest.raises(EvolveError, match=r"^no score can be printed of gone.mid: .*No such file"):
        SCORE.make({"midi": tmp_path / "gone.mid"})
    with pytest.raises(EvolveError, match=r"^its MIDI file is lost, so no score can be printed of it$"):
        SCORE.make({})


def test_nothing_of_the_engraver_is_loaded_before_somebody_asks() -> None:
    """Reports and pages only tell that there is a score."""
    program = """
import sys
from evolve.domains.music.presentation import PRESENTATION
assert "score" in PRESENTATION.renderings
print([name for name in ("verovio", "symusic", "numpy", "soundfile", "tinysoundfont") if name in sys.modules])
"""
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (result.returncode, result.stdout, result.stderr) == (0, "[]\n", "")
