"""Openings come from a held-out piece or from a file of the user's."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evolve.domains.music.corpus import Piece
from evolve.domains.music.errors import CorpusError
from evolve.domains.music.holding_out import split_pieces
from evolve.domains.music.midi import write_midi
from evolve.domains.music.opening import Opening, choose_opening, read_opening, replacements_notice, whole_opening
from evolve.domains.music.reshaping import PIANO
from evolve.domains.music.song import TICKS_PER_BEAT, Metre, Note, Notes, Song, Track
from evolve.domains.music.tokenizers.kinds import KINDS, learn
from evolve.domains.music.tokenizers.steps import NoteStep, fold
from evolve.domains.music.tokenizers.tokenizer import TokenizerSettings
from tests.domains.music.pieces import corpus_of, midi_of, moved, song_of

C_MAJOR = tuple(NoteStep((60 + k,), 12) for k in (0, 4, 7, 0, 5, 9, 7, 11, 14, 12) * 6)
"""A tune in C major of 60 steps."""

NOTES = learn("notes", [song_of(C_MAJOR)], PIANO, TokenizerSettings(), [Metre(4, 4)])


def written(folder: Path, steps: tuple[NoteStep, ...]) -> Path:
    """A MIDI file of these steps."""
    path = folder / "mine.mid"
    path.write_bytes(midi_of(steps))
    return path


def read(path: Path, notes: int = 50) -> Opening:
    """The opening of a file."""
    return read_opening(path, NOTES, PIANO, notes=notes)


def test_a_whole_song_is_gone_on_from_after_its_last_note() -> None:
    """Not after the rest that its bar has left, nor before a long note has ended; nothing of it is cut."""
    notes = Notes.of([Note(60, 0, 12), Note(48, 6, 60), Note(64, 36, 12)])
    song = Song((Track(notes),), 90.0, "a song", Metre(3, 4))

    opening = whole_opening(song, "song 2 of g0-3", transposed_by=-5)

    assert opening == Opening(song, 66, 3, "song 2 of g0-3", transposed_by=-5)
    assert opening.lasts_s == pytest.approx(66 / 24 * 60 / 90)


@pytest.mark.parametrize(
    ("notes", "says"),
    [
        ([], "song 2 of g0-3 has no notes: there is nothing to go on from"),
        (
            [Note(60, 0, 24), Note(60, 24 * 1200, 24)],
            "song 2 of g0-3 lasts for 12 minutes, and 10 are the most to go on from; go on from a shorter one",
        ),
    ],
)
def test_a_song_that_nobody_can_go_on_from_is_told(notes: list[Note], says: str) -> None:
    """A silent one, and one after which nobody would hear what follows."""
    with pytest.raises(CorpusError) as told:
        whole_opening(Song((Track(Notes.of(notes)),), 100.0), "song 2 of g0-3", transposed_by=0)

    assert str(told.value) == says


def test_the_seed_chooses_the_beginning_of_a_held_out_piece() -> None:
    """The opening is how a held-out piece begins; the same seed takes the same one."""
    corpus = corpus_of([60] * 20)
    _, held_out = split_pieces(corpus.pieces, seed=1, held_out_share=0.5)
    openings = [choose_opening(held_out, seed=seed, notes=50) for seed in range(20)]
    starts = {piece.name: piece.steps[:50] for piece in corpus.pieces}
    assert {opening.source for opening in openings} <= {piece.name for piece in held_out}
    assert len({opening.source for opening in openings}) > 3
    assert choose_opening(held_out, seed=3, notes=50) == openings[3]
    assert all(fold(opening.song) == starts[opening.source] for opening in openings)
    assert all(opening.notes == 50 for opening in openings)


def test_a_piece_that_goes_on_is_chosen_before_one_that_ends() -> None:
    """Where a held-out piece is much longer than the opening, songs do not go on where the piece ends."""
    pieces = corpus_of([50, 52, 90, 55]).pieces
    assert {choose_opening(pieces, seed=seed, notes=50).source for seed in range(10)} == {"tune 2"}


def test_no_piece_long_enough_is_explained() -> None:
    """Where every piece is shorter than an opening, the error says how long they are and what to do."""
    with pytest.raises(CorpusError, match=r"needs \(the longest has 30\).*opening_notes=30.*--opening FILE"):
        choose_opening(corpus_of([30, 30]).pieces, seed=0, notes=50)


def test_a_piece_that_nobody_would_wait_for_is_not_chosen() -> None:
    """Where a held-out piece begins with a note of an hour, another one is taken; where all do, it is said."""
    hour = round(60 * 90.0 * TICKS_PER_BEAT)
    notes = Notes.of([Note(60, 0, hour), *(Note(60 + k % 9, hour + 12 * k, 12) for k in range(60))])
    endless = Piece.of("endless", Song((Track(notes),), 90.0))
    pieces = (endless, *corpus_of([60]).pieces)
    assert {choose_opening(pieces, seed=seed, notes=50).source for seed in range(10)} == {"tune 0"}
    with pytest.raises(CorpusError, match=r"of every piece that was held out last for more than 10 minutes"):
        choose_opening([endless], seed=0, notes=50)


def test_an_opening_that_nobody_would_wait_for_is_refused(tmp_path: Path) -> None:
    """Silence counts as well, when songs would go on only after it."""
    notes = [Note(60 + k, 12 * k, 12) for k in range(9)] + [Note(60, round(20 * 90.0 * TICKS_PER_BEAT), 12)]
    (tmp_path / "silence.mid").write_bytes(write_midi(Song((Track(Notes.of(notes)),), 90.0)))
    with pytest.raises(CorpusError, match=r"silence\.mid last for 20 minutes, and 10 are the most"):
        read(tmp_path / "silence.mid", notes=10)
    assert read(tmp_path / "silence.mid", notes=9).lasts_s < 5


@pytest.mark.parametrize("semitones", [-14, -3, 0, 1, 6, 19])
def test_a_file_is_moved_to_the_key_and_register_of_the_corpus(tmp_path: Path, semitones: int) -> None:
    """However a tune was transposed, it comes back in the corpus's key and octave, and says how far it moved."""
    opening = read(written(tmp_path, moved(C_MAJOR, semitones)))
    assert fold(opening.song) == C_MAJOR[:50]
    assert opening.transposed_by == -semitones
    assert opening.source == "mine.mid"
    assert opening.song.tempo_bpm == pytest.approx(90)


@given(st.integers(1, 60), st.sampled_from(KINDS))
def test_songs_go_on_where_the_opening_ends_whatever_its_tokens(notes: int, kind: str) -> None:
    """Every tokenizer reads the same opening, and its notes are the opening's."""
    opening = choose_opening(corpus_of([60]).pieces, seed=0, notes=notes)
    tokenizer = learn(kind, [song_of(C_MAJOR), opening.song], PIANO, TokenizerSettings(), [Metre(4, 4)])
    streams = tokenizer.encode(opening.song, opening.goes_on_at).streams
    assert tokenizer.decode(streams) == (opening.song.notes,)
    assert opening.goes_on_at == opening.song.length_ticks == sum(s.duration_ticks for s in fold(opening.song))


def test_what_the_corpus_never_had_is_replaced_and_said(tmp_path: Path) -> None:
    """Unknown chords and durations are read as the nearest known ones, with examples in the notice."""
    strange = (NoteStep((60, 63, 66), 12), *C_MAJOR[1:30], NoteStep((67,), 96), *C_MAJOR[31:])
    opening = read(written(tmp_path, strange))
    notice = replacements_notice(opening, NOTES.encode(opening.song, opening.goes_on_at))
    assert notice is not None
    assert "C4-D♯4-F♯4 by" in notice
    assert "2 of the opening's notes, chords and durations" in notice
    assert "4 beats by 0.5 beats" in notice
    assert fold(opening.song) == strange[:50]  # it is heard as it was written
    plain = read(written(tmp_path, C_MAJOR))
    assert replacements_notice(plain, NOTES.encode(plain.song, plain.goes_on_at)) is None


def test_a_short_or_unreadable_opening_is_explained(tmp_path: Path) -> None:
    """A file that is too short, missing, broken or no music is one line that names it."""
    broken = tmp_path / "broken.mid"
    broken.write_bytes(b"MThd")
    for path, said in (
        (written(tmp_path, C_MAJOR[:20]), "has 20 notes, chords and rests, and 50 are needed"),
        (tmp_path / "missing.mid", "No such file"),
        (broken, "cannot be used"),
        (Path(__file__), "not a music file"),
    ):
        with pytest.raises(CorpusError, match=said) as told:
            read(path)
        assert str(path) in str(told.value)
        assert "\n" not in str(told.value)


def test_an_opening_without_the_tracks_is_explained(tmp_path: Path) -> None:
    """A file of one line cannot open songs of melody and bass."""
    with pytest.raises(CorpusError, match=r"mine\.mid does not have the tracks melody\+bass: a single track without"):
        read_opening(written(tmp_path, C_MAJOR), NOTES, ("melody", "bass"), notes=50)


def test_an_opening_is_as_long_as_asked_in_the_tracks_that_are_learned(tmp_path: Path) -> None:
    """A third track that is not learned does not make it longer."""
    long, short = song_of(C_MAJOR).notes, song_of(moved(C_MAJOR[:6], -24)).notes
    tracks = (Track(short, "Melody"), Track(song_of(moved(C_MAJOR[:6], -36)).notes, "Bass"), Track(long, "Chords"))
    path = tmp_path / "three.mid"
    path.write_bytes(write_midi(Song(tracks, 90.0)))
    with pytest.raises(CorpusError, match=r"three\.mid has 6 notes, chords and rests, and 40 are needed"):
        read_opening(path, NOTES, ("melody", "bass"), notes=40)


def test_an_opening_keeps_its_tracks(tmp_path: Path) -> None:
    """Melody and bass of a file stay on their instruments."""
    tracks = (Track(song_of(C_MAJOR).notes, "Flute", 73), Track(song_of(moved(C_MAJOR, -24)).notes, "Bass", 32))
    path = tmp_path / "two.mid"
    path.write_bytes(write_midi(Song(tracks, 90.0)))
    opening = read_opening(path, NOTES, ("melody", "bass"), notes=10)
    assert [(track.name, track.program) for track in opening.song.tracks] == [("Melody", 73), ("Bass", 32)]
    assert len(fold(opening.song)) == 10
