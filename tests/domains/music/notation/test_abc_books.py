"""ABC files: books, texts in any charset, what is told of a tune, and what no tune is."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from evolve.domains.music.errors import CorpusError
from evolve.domains.music.notation.reader import read_notation
from evolve.domains.music.reading_process import ReadingLimits, ReadingProcess
from evolve.domains.music.song import Metre, ReadSong, Refused
from tests.domains.music.notation.abc_texts import HEADER, pitches, read, read_one, told

BOOK = """%abc-2.1
M:3/4
L:1/4
T:A book

This is free text, abc and def.

X:1
T:First
K:C
CDE|

X:1
T:Second
M:4/4
K:C
C D E F|
T:its second part
G4|

X:3
T:Third
K:C
%%begintext
abcdef
%%endtext
cde|

X:4
T:Broken
K:C
]}) 12 3,, 5678 @ 99 ^ = _ ) } ]

X:5
T:Fifth
N:it goes
+:on
K:C
c>d e|
"""


def test_a_book_has_a_header_free_text_and_tunes() -> None:
    """Its header holds for every tune, tunes of one number are all read, and what is broken is told by its name."""
    first, second, third, broken, fifth = read(BOOK)
    assert isinstance(first, ReadSong)
    assert isinstance(second, ReadSong)
    assert isinstance(third, ReadSong)
    assert isinstance(fifth, ReadSong)
    assert [first.label, second.label, fifth.label] == ['1 "First"', '1 "Second"', '5 "Fifth"']
    assert told(first.song) == "60@0+1 62@1+1 64@2+1"
    assert told(second.song) == "60@0+1 62@1+1 64@2+1 65@3+1 67@4+4"
    assert (first.song.metre, second.song.metre) == (Metre(3, 4), Metre(4, 4))
    assert told(third.song) == "72@0+1 74@1+1 76@2+1"
    assert isinstance(broken, Refused)
    assert broken.label == '4 "Broken"'
    assert "not ABC: of its signs" in broken.reason
    assert told(fifth.song) == "72@0+1.5 74@1.5+0.5 76@2+1"


def test_what_is_no_music_in_a_header_is_passed_over() -> None:
    """A field that lost its colon does not end the header."""
    piece = read_one("X:1\nT:x\nN bars are lost\nM:4/4\nL:1/4\nK:G\nF4 |")
    assert told(piece.song) == "66@0+4"


@pytest.mark.parametrize("ends", ["\r\n", "\r", "\n"])
@pytest.mark.parametrize(
    ("encoding", "declared"),
    [("utf-8", ""), ("utf-8-sig", ""), ("latin-1", ""), ("utf-16", ""), ("cp1250", "%%abc-charset cp1250\n"),
     ("iso-8859-2", "I:abc-charset iso-8859-2\n")],
)  # fmt: skip
def test_texts_in_any_charset(encoding: str, declared: str, ends: str) -> None:
    """As a mark or the file says, else UTF-8, else Latin-1; lines may end in any way."""
    title = "Žďár" if declared else "Übung"
    text = f"{declared}X:1\nT:{title}\nM:4/4\nL:1/4\nK:C\nC D E F|\n".replace("\n", ends)
    (piece,) = read_notation(text.encode(encoding), ".abc", "x")
    assert isinstance(piece, ReadSong)
    assert piece.label == f'1 "{title}"'
    assert told(piece.song) == "60@0+1 62@1+1 64@2+1 65@3+1"


def test_what_mail_did_to_a_tune_is_undone() -> None:
    """Equals signs, ends of lines and long lines in quoted-printable."""
    (piece,) = read_notation(b"X:1=20\nM:4/4\nL:1/4\nK:G\nF =3DF G=\nA |=20\n=FG4|\n", ".abc", "x")
    assert isinstance(piece, ReadSong)
    assert [note.pitch for note in piece.song.notes] == [66, 65, 67, 69, 65, 67]
    assert not [doubt for doubt in piece.doubts if "unknown" in doubt]


def test_signs_and_bars_that_are_doubted() -> None:
    """What the reader leaves out and which bars do not add up is told; upbeats and ends of sections are not doubted."""
    assert read_one(f"{HEADER}K:C\nC D E 5 F | C D E |\nA B c d |").doubts == (
        "unknown signs left out: 5",
        "1 bar does not add up to the metre: 2",
    )
    assert read_one(f"{HEADER}K:C\nkC qD uE TF |").doubts == ("unknown signs left out: k, q",)
    assert not read_one(f"{HEADER}U: k = !upbow!\nU:q=!trill!\nK:C\nkC qD uE TF |").doubts
    assert not read_one(f"{HEADER}K:C\nG |: c4 | d3 :: G | c4 | d3 :|").doubts


@pytest.mark.parametrize("text", ["", "not a tune", "T:x\nM:4/4\n", "%abc\n\n\n"])
def test_a_file_without_a_tune_is_refused(text: str) -> None:
    """One reason, in a few words."""
    with pytest.raises(CorpusError, match="not ABC: no tune begins, with X: and its number"):
        read(text)


def test_a_tune_without_a_number_is_read() -> None:
    """A lone tune that only has its key."""
    assert pitches("T:x\nL:1/4\nK:D\nF C |") == [66, 61]


def test_a_book_without_numbers_is_read() -> None:
    """Tunes whose X: is empty or missing are told apart by the empty lines between them."""
    tune = "T:{}\nM:4/4\nL:1/4\nK:D\nF C D2 |\n"
    for start in ("", "X:\n"):
        pieces = read("\n".join(start + tune.format(title) for title in ("One", "Two")) + "\nwords about them\n")
        assert [piece.label for piece in pieces] == ['"One"', '"Two"']
        assert all(isinstance(piece, ReadSong) and told(piece.song) == "66@0+1 61@1+1 62@2+2" for piece in pieces)


def test_music_after_an_empty_line_is_told() -> None:
    """An empty line ends a tune, by the standard; that something is not read is no secret."""
    piece = read_one(f"{HEADER}K:C\nC D E F |\n\nG A B c | d4 |\n")
    assert told(piece.song) == "60@0+1 62@1+1 64@2+1 65@3+1"
    assert piece.doubts == ("the music after an empty line, which ends a tune, is not read",)


def test_a_percent_sign_in_an_annotation_is_no_comment() -> None:
    """Notes after it are read; after one outside of quotes they are not."""
    assert pitches(f'{HEADER}K:C\n"^50% slower" C D % E "F"\n') == [60, 62]


def test_an_absurd_rest_is_refused() -> None:
    """A slip of a digit in a multi-bar rest does not fill the memory."""
    (piece,) = read(f"{HEADER}K:C\nC4 | Z999999 | D4 |")
    assert isinstance(piece, Refused)
    assert piece.reason == "rests for more than 10,000 bars, which no tune does"


@pytest.mark.parametrize(
    "text",
    [
        "X:1\nL:1/4\n%----=\nK:Eb\nEABd|",
        "X:1\nL:1/4\nS:http://x.org/?q=\nK:Eb\nEABd|",
        "%=====\nX:1\nL:1/4\nK:Eb\nEABd|",
        "X:1\nL:1/4\nK:Eb\nEA|\nw: foo=\nBd|",
    ],
)
def test_an_equals_sign_ends_no_other_line_than_music(text: str) -> None:
    """Comments, fields and lyrics may end with one; mail's long lines are joined within music alone."""
    assert pitches(text) == [63, 68, 70, 74]


@pytest.mark.parametrize("music", ['"G"G2B2|"D"A2F2|', "GABc|", "C D E F | G4 |"])
def test_any_music_after_an_empty_line_is_told(music: str) -> None:
    """Chord symbols or short lines make no difference; prose is no music, though it has letters of notes."""
    assert read_one(f"{HEADER}K:C\nC4|\n\n{music}\n").doubts
    assert not read_one(f"{HEADER}K:C\nC4|\n\nA tune from Galway | played fast, they say.\n").doubts


def test_text_for_print_that_nothing_ends_ends_before_the_next_tune() -> None:
    """A tune is not lost because a line is missing."""
    book = f"{HEADER}K:C\nC4|\n\n%%begintext\nabc def\n\nX:2\nL:1/4\nK:C\nD4|\n"
    assert [told(piece.song) for piece in read(book) if isinstance(piece, ReadSong)] == ["60@0+4", "62@0+4"]


def test_signs_that_are_nearly_abc_are_told() -> None:
    """No tuplet has one note or ten, and no note no length."""
    assert read_one(f"{HEADER}K:C\n(1C D2 E | F4 |").doubts == ("unknown signs left out: 1",)
    assert read_one(f"{HEADER}K:C\n[C0E]4 | [C4E4] |").doubts == ("unknown signs left out: C0",)
    assert told(read_one(f"{HEADER}K:C\n[C0E]4 | [C4E4] |").song) == "64@0+4 60@4+4 64@4+4"


@pytest.fixture(scope="module")
def reader() -> Iterator[ReadingProcess]:
    """A process that reads, with less time and memory than a corpus's has."""
    with contextlib.closing(ReadingProcess(ReadingLimits(10, 800))) as process:
        yield process


@pytest.mark.parametrize(
    "text",
    [
        "Q:1" + "/1111" * 200 + "\nK:C\nC4|",
        "K:C\n+" + "A2B2c2d2" * 500,
        "M:" + "(" * 20_000 + "\nK:C\nC4|",
        "K:C\n" + "".join(f"[V:{voice}]Z9999|" for voice in range(40)),
        "K:C\n" + "[CE9999-]" * 4_000,
        "K:C\n" + "C-" * 20_000,
        "K:C\n" + "[" * 20_000 + '"' * 20_000 + "{" * 20_000 + "!" * 20_000,
        "K:C\nC|\n\n" + "GABc" * 20_000,
        "m:n=nnnn\nK:C\n" + "C" * 20_000,
    ],
    ids=["tempo", "old chord", "metre", "rests", "chord ties", "ties", "open signs", "free text", "macro"],
)
def test_small_files_are_read_at_once(text: str, tmp_path: Path, reader: ReadingProcess) -> None:
    """However they are made: a file of some kilobytes that takes long would be lost, and its whole book with it."""
    path = tmp_path / "x.abc"
    path.write_text(f"X:1\nL:1/4\n{text}\n")
    assert not str(reader.read(path)).startswith(("takes longer", "needs more", "crashes"))
