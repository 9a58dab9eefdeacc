"""MusicXML, ABC and kern files become songs."""

from pathlib import Path

import pytest

from evolve.errors import CorpusError
from evolve.music.representation.steps import Step, fold
from tests.music.pieces import ABC

pytestmark = pytest.mark.slow

MUSICXML = """<?xml version="1.0"?><score-partwise><part-list>
<score-part id="P1"><part-name>R</part-name></score-part><score-part id="P2"><part-name>L</part-name></score-part>
</part-list>
<part id="P1"><measure number="1"><attributes><divisions>2</divisions></attributes>
<sound tempo="66"/><direction><direction-type><metronome><beat-unit>quarter</beat-unit><per-minute>66</per-minute>
</metronome></direction-type></direction>
<note><pitch><step>E</step><octave>5</octave></pitch><duration>2</duration></note>
<note><pitch><step>D</step><octave>5</octave></pitch><duration>1</duration></note>
<note><rest/><duration>1</duration></note></measure></part>
<part id="P2"><measure number="1"><attributes><divisions>2</divisions></attributes>
<note><pitch><step>C</step><octave>4</octave></pitch><duration>2</duration></note>
<note><chord/><pitch><step>G</step><octave>4</octave></pitch><duration>2</duration></note>
<note><pitch><step>B</step><octave>3</octave></pitch><duration>1</duration></note></measure></part>
</score-partwise>"""

KERN = "**kern\n*M4/4\n4c\n4e\n2g\n=2\n1cc\n*-\n"


def read_steps(path: Path, text: str) -> list[tuple[Step, ...]]:
    """The steps of each song of a file with this text."""
    from evolve.music.notation import read_notation  # noqa: PLC0415 -- loads music21

    path.write_text(text)
    return [fold(song) for song in read_notation(path)]


def test_abc_plays_its_notes_alone(tmp_path: Path) -> None:
    """Ties join, rests are silent; fingerings, chord symbols and grace notes are not played."""
    (steps,) = read_steps(tmp_path / "scale.abc", ABC)
    quarters = tuple(Step((pitch,), 24) for pitch in (62, 64, 66, 67))
    middle = (Step((69,), 48), Step((71,), 48), Step((74,), 192), Step((), 96))
    assert steps == (*quarters, *middle, *quarters)


def test_a_collection_is_several_songs(tmp_path: Path) -> None:
    """Each tune of an ABC collection is a song of its own."""
    second = ABC.replace("X:1", "X:2").replace("K:D", "K:C").replace("D E F G", "C E F G")
    first_tune, second_tune = read_steps(tmp_path / "two.abc", ABC + "\n" + second)
    assert first_tune[0] == Step((62,), 24)
    assert second_tune[0] == Step((60,), 24)


def test_musicxml_parts_sound_together(tmp_path: Path) -> None:
    """Chords within a part and across parts fold into one line; the file's tempo is kept."""
    from evolve.music.notation import read_notation  # noqa: PLC0415

    (steps,) = read_steps(tmp_path / "hands.musicxml", MUSICXML)
    assert steps == (Step((60, 67, 76), 24), Step((59, 74), 12))
    assert read_notation(tmp_path / "hands.musicxml")[0].tempo_bpm == pytest.approx(66)


@pytest.mark.parametrize(("meter", "tempo"), [("4/4", 100), ("2/2", 200), ("6/8", 150), ("Q:1/4=72\nM:4/4", 72)])
def test_music_without_a_tempo_moves_by_its_own_beat(tmp_path: Path, meter: str, tempo: float) -> None:
    """A half note in 2/2 and a dotted quarter in 6/8 are as quick as a quarter in 4/4, unless a tempo is written."""
    from evolve.music.notation import read_notation  # noqa: PLC0415

    path = tmp_path / "beat.abc"
    path.write_text(ABC.replace("M:4/4", f"M:{meter}").replace("M:Q", "Q"))
    assert read_notation(path)[0].tempo_bpm == pytest.approx(tempo)


def test_kern_is_read(tmp_path: Path) -> None:
    """A kern file becomes steps."""
    (steps,) = read_steps(tmp_path / "chord.krn", KERN)
    assert steps == (Step((60,), 24), Step((64,), 24), Step((67,), 48), Step((72,), 96))


@pytest.mark.parametrize(
    ("name", "text"), [("a.xml", "<html></html>"), ("a.mxl", "nothing"), ("a.musicxml", "<score-")]
)
def test_rubbish_is_a_reason_not_a_traceback(tmp_path: Path, name: str, text: str) -> None:
    """Whatever music21 stumbles over becomes a one-line reason, or no song at all."""
    try:
        assert all(not steps for steps in read_steps(tmp_path / name, text))
    except CorpusError as error:
        assert "\n" not in str(error)  # noqa: PT017 -- either outcome will do
