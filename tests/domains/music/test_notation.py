"""MusicXML, ABC and kern files become songs."""

from pathlib import Path

import pytest

from evolve.domains.music.errors import CorpusError
from evolve.domains.music.reading import read_file, read_songs
from evolve.domains.music.song import COMMON_TIME
from evolve.domains.music.tokenizers.steps import NoteStep, fold
from tests.domains.music.pieces import ABC

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


def read_steps(path: Path, text: str) -> list[tuple[NoteStep, ...]]:
    """The steps of each song of a file with this text."""
    path.write_text(text)
    return [fold(song) for song in read_songs(path)]


def test_abc_plays_its_notes_alone(tmp_path: Path) -> None:
    """Ties join, rests are silent; fingerings, chord symbols and grace notes are not played."""
    (steps,) = read_steps(tmp_path / "scale.abc", ABC)
    quarters = tuple(NoteStep((pitch,), 24) for pitch in (62, 64, 66, 67))
    middle = (NoteStep((69,), 48), NoteStep((71,), 48), NoteStep((74,), 192), NoteStep((), 96))
    assert steps == (*quarters, *middle, *quarters)


def test_a_collection_is_several_songs(tmp_path: Path) -> None:
    """Each tune of an ABC collection is a song of its own."""
    second = ABC.replace("X:1", "X:2").replace("K:D", "K:C").replace("D E F G", "C E F G")
    first_tune, second_tune = read_steps(tmp_path / "two.abc", ABC + "\n" + second)
    assert first_tune[0] == NoteStep((62,), 24)
    assert second_tune[0] == NoteStep((60,), 24)


def test_musicxml_parts_sound_together(tmp_path: Path) -> None:
    """Chords within a part and across parts fold into one line; the file's tempo is kept."""
    (steps,) = read_steps(tmp_path / "hands.musicxml", MUSICXML)
    assert steps == (NoteStep((60, 67, 76), 24), NoteStep((59, 74), 12))
    assert read_songs(tmp_path / "hands.musicxml")[0].tempo_bpm == pytest.approx(66)


@pytest.mark.parametrize(("meter", "tempo"), [("4/4", 100), ("2/2", 200), ("6/8", 150), ("Q:1/4=72\nM:4/4", 72)])
def test_music_without_a_tempo_moves_by_its_own_beat(tmp_path: Path, meter: str, tempo: float) -> None:
    """A half note in 2/2 and a dotted quarter in 6/8 are as quick as a quarter in 4/4, unless a tempo is written."""
    path = tmp_path / "beat.abc"
    path.write_text(ABC.replace("M:4/4", f"M:{meter}").replace("M:Q", "Q"))
    assert read_songs(path)[0].tempo_bpm == pytest.approx(tempo)


def test_kern_is_read(tmp_path: Path) -> None:
    """A kern file becomes steps."""
    (steps,) = read_steps(tmp_path / "chord.krn", KERN)
    assert steps == (NoteStep((60,), 24), NoteStep((64,), 24), NoteStep((67,), 48), NoteStep((72,), 96))


TEN_NOTES = "".join(
    f"<note><pitch><step>{step}</step><octave>4</octave></pitch><duration>1</duration></note>" for step in "CDEFGABCDE"
)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("entity.xml", '<!DOCTYPE a [<!ENTITY b "ha">]><score-partwise>&b;</score-partwise>', "defines XML entities"),
        ("long.abc", "X:1\nM:4/4\nL:1/4\nK:C\nCDEFGABcde d100000|\n", "lasts for 17 hours"),
        ("many.abc", "X:1\nL:1/4\nK:C\n[" + "C" * 9 + "]|", "fewer than 8 notes and chords: 1"),
    ],
)
def test_what_no_score_has_is_refused(tmp_path: Path, name: str, text: str, said: str) -> None:
    """Entities of its own, a note of hours, one chord alone."""
    (tmp_path / name).write_text(text)
    with pytest.raises(CorpusError, match=said):
        read_file(tmp_path / name)


def test_a_strange_tempo_metre_or_instrument_is_brought_within_reach(tmp_path: Path) -> None:
    """What music and MIDI do not know is not taken over."""
    (tmp_path / "a.xml").write_text(
        f"""<score-partwise><part-list><score-part id="P"><part-name>\a {"long " * 90}</part-name><score-instrument
        id="I"><instrument-name>x</instrument-name></score-instrument><midi-instrument id="I"><midi-program>999
        </midi-program></midi-instrument></score-part></part-list><part id="P"><measure number="1"><attributes>
        <divisions>1</divisions><time><beats>77</beats><beat-type>64</beat-type></time></attributes><direction>
        <direction-type><metronome><beat-unit>quarter</beat-unit><per-minute>99999</per-minute></metronome>
        </direction-type></direction>{TEN_NOTES}</measure></part></score-partwise>""".replace("\a", "&#9;")
    )
    (song,) = read_songs(tmp_path / "a.xml")
    assert song.tempo_bpm == 600
    assert song.metre == COMMON_TIME
    assert song.tracks[0].program == 0
    assert len(song.tracks[0].name) <= 80


def test_a_name_that_a_shell_would_replace_is_a_name(tmp_path: Path) -> None:
    """The file is read by its content, never by what its name looks like."""
    (tmp_path / "$HOME.abc").write_text(ABC)
    assert read_songs(tmp_path / "$HOME.abc")[0].title == "$HOME"


@pytest.mark.parametrize(
    ("name", "text"), [("a.xml", "<html></html>"), ("a.mxl", "nothing"), ("a.musicxml", "<score-")]
)
def test_rubbish_is_a_reason_not_a_traceback(tmp_path: Path, name: str, text: str) -> None:
    """Whatever music21 stumbles over becomes a one-line reason, or no song at all."""
    try:
        assert all(not steps for steps in read_steps(tmp_path / name, text))
    except CorpusError as error:
        assert "\n" not in str(error)  # noqa: PT017 -- either outcome will do
