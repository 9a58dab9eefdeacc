"""Sources become one corpus in one key."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from evolve.domains.music.cache import FOLDER_VARIABLE
from evolve.domains.music.corpus import Skipped, read_corpus
from evolve.domains.music.corpus_facts import corpus_facts
from evolve.domains.music.errors import CorpusError
from evolve.domains.music.midi import write_midi
from evolve.domains.music.reshaping import transposed
from evolve.domains.music.song import Song, Track
from evolve.domains.music.tokenizers.steps import NoteStep
from tests.domains.music.pieces import midi_of, moved, song_of

DATA = Path(__file__).resolve().parents[4] / "shared" / "data"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason=f"no music at {DATA}")

C_MAJOR = tuple(NoteStep((60 + k,), 12) for k in (0, 4, 7, 0, 5, 9, 7, 11, 14, 12) * 6)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a tune in three keys, a file that is none, and a text; with an empty cache."""
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "cache"))
    folder = tmp_path / "music"
    folder.mkdir()
    for semitones in (0, 2, -3):
        (folder / f"tune {semitones}.mid").write_bytes(midi_of(moved(C_MAJOR, semitones)))
    (folder / "bad.mid").write_bytes(b"\x89PNG\r\n\x1a\n" * 10)
    (folder / "README.md").write_text("about")
    return folder


def test_pieces_are_moved_to_one_key(folder: Path) -> None:
    """A tune in three keys is three times the same, and each piece says how far it was moved."""
    corpus = read_corpus([str(folder)])
    assert [piece.name for piece in corpus.pieces] == ["tune -3.mid", "tune 0.mid", "tune 2.mid"]
    assert {piece.steps for piece in corpus.pieces} == {C_MAJOR}
    assert [piece.transposed_by for piece in corpus.pieces] == [3, 0, -2]
    assert corpus.tempo_bpm == pytest.approx(90)


def test_what_cannot_be_used_is_listed_with_its_reason(folder: Path) -> None:
    """A broken music file is listed; a file that does not claim to be music is ignored."""
    (skipped,) = read_corpus([str(folder)]).skipped
    assert skipped.name == "bad.mid"
    assert "PNG" in skipped.reason


def test_sources_are_combined_and_no_file_counts_twice(folder: Path) -> None:
    """Folders and files add up; a file that two sources name is one piece."""
    corpus = read_corpus([str(folder), str(folder / "tune 0.mid")])
    assert len(corpus.pieces) == 3
    assert corpus.names == (str(folder), str(folder / "tune 0.mid"))


def test_the_fingerprint_is_the_music(folder: Path, tmp_path: Path) -> None:
    """Equal music elsewhere has an equal fingerprint; other music has another."""
    before = read_corpus([str(folder)]).fingerprint
    moved = shutil.copytree(folder, tmp_path / "elsewhere")
    assert read_corpus([str(moved)]).fingerprint == before
    (moved / "tune 0.mid").unlink()
    assert read_corpus([str(moved)]).fingerprint != before


def test_nothing_usable_is_one_clear_line(folder: Path) -> None:
    """Where every file is bad, the error says how many there are, why, and what would do."""
    for path in folder.glob("tune*"):
        path.unlink()
    with pytest.raises(CorpusError, match=r"1 music file, all skipped .*PNG.*bach-chorales") as told:
        read_corpus([str(folder)])
    assert "\n" not in str(told.value)


def test_facts_of_a_corpus_are_plain_and_add_up(folder: Path) -> None:
    """The facts go into JSON, and their parts sum to their wholes."""
    (folder / "another.mid").write_bytes(midi_of((*C_MAJOR, NoteStep((48, 64, 67), 24), NoteStep((), 24), *C_MAJOR)))
    corpus = read_corpus([str(folder)])
    facts = corpus_facts(corpus)
    assert json.loads(json.dumps(facts)) == facts
    assert facts["steps"] == facts["notes"] + facts["chords"] + facts["rests"] == 5 * 60 + 2
    assert facts["steps"] == sum(duration["steps"] for duration in facts["durations"])
    assert facts["steps"] == facts["training"]["steps"] + facts["held_out"]["steps"]
    assert (facts["pieces"], facts["chords"], facts["rests"], facts["range"]) == (4, 1, 1, "C3–D5")
    assert facts["tracks"] == [{"name": "Piano", "program": 0, "notes": 4 * 60 + 60 + 3}]
    assert facts["metres"] == [{"metre": "4/4", "pieces": 4}]
    assert (facts["metre_changes"], facts["with_bars"], facts["has_bars"]) == (0, 4, True)
    assert facts["skipped"] == [{"name": "bad.mid", "reason": corpus.skipped[0].reason}]
    assert {(entry["semitones"], entry["pieces"]) for entry in facts["transposed"]} == {(-2, 1), (0, 2), (3, 1)}


def test_each_file_is_told_with_its_notes_and_doubts(folder: Path) -> None:
    """How many notes were read of it, what was not sure, and which tunes of a book cannot be used."""
    scale = "C D E F | G A B c |"
    (folder / "book.abc").write_text(
        f"X:1\nT:Whole\nM:4/4\nL:1/4\nK:C\n{scale}\n\nX:2\nT:Short\nL:1/4\nK:C\nC D E F |\n\n"
        f"X:3\nT:Odd\nM:4/4\nL:1/4\nK:C\n{scale} C D | {scale}\n"
    )
    corpus = read_corpus([str(folder)])
    (book,) = [file for file in corpus_facts(corpus)["files"] if file["name"] == "book.abc"]
    assert (book["pieces"], book["notes"]) == (2, 8 + 18)
    assert book["doubts"] == ['3 "Odd": 1 bar does not add up to the metre: 3']
    assert Skipped('book.abc 2 "Short"', "fewer than 8 notes and chords: 4") in corpus.skipped
    assert [piece.name for piece in corpus.pieces][:2] == ['book.abc 1 "Whole"', 'book.abc 3 "Odd"']


def test_the_tracks_that_are_learned_are_the_callers(folder: Path) -> None:
    """A piece without the tracks that are asked for is skipped with a reason; the others have them by name."""
    two = Song((Track(song_of(C_MAJOR).notes, "", 40), Track(song_of(moved(C_MAJOR, -24)).notes, "", 32)), 90.0)
    for name in ("two.mid", "two again.mid"):
        (folder / name).write_bytes(write_midi(two))
        two = transposed(two, 1)
    corpus = read_corpus([str(folder)], roles=("melody", "bass"))
    assert [piece.name for piece in corpus.pieces] == ["two again.mid", "two.mid"]
    for piece in corpus.pieces:
        assert [(track.name, track.program) for track in piece.song.tracks] == [("Melody", 40), ("Bass", 32)]
    assert {skipped.reason for skipped in corpus.skipped if skipped.name != "bad.mid"} == {
        "a single track without bass"
    }


@needs_data
def test_good_and_bad_files_are_told_apart() -> None:
    """Of a folder of real music and odd files the good are read and each bad one has a reason."""
    corpus = read_corpus([str(DATA)])
    assert len(corpus.pieces) + len(corpus.skipped) == 24 + 60 + 12
    assert {skipped.name.split("/")[0] for skipped in corpus.skipped} == {"odd"}
    assert all(skipped.reason and "\n" not in skipped.reason for skipped in corpus.skipped)


@pytest.mark.slow
def test_the_built_in_corpora_are_what_they_say() -> None:
    """364 chorales and 1,059 fiddle tunes, every one of them usable and long enough to learn from."""
    chorales, tunes = read_corpus(["bach-chorales"]), read_corpus(["fiddle-tunes"])
    assert (len(chorales.pieces), len(tunes.pieces)) == (364, 1059)
    assert not chorales.skipped
    assert not tunes.skipped
    assert max(len(step.pitches) for piece in chorales.pieces for step in piece.steps) == 4
    assert [piece.name for piece in chorales.pieces][:2] == ["bwv10.7", "bwv101.7"]
    assert sum(len(piece.steps) for piece in chorales.pieces) == 30_102
    assert sum(len(piece.steps) for piece in tunes.pieces) == 121_968


@pytest.mark.slow
def test_a_warm_cache_needs_no_music21() -> None:
    """A corpus that was read before is read again without music21, TensorFlow or Ray."""
    read_corpus(["bach-chorales"])
    order = (
        "import sys; from evolve.domains.music.corpus import read_corpus; read_corpus(['bach-chorales'])\n"
        "sys.exit(len({'music21', 'tensorflow', 'ray'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", order], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
