"""Kern files become written scores: texts, parts, rows, bars, and what is doubtful."""

from fractions import Fraction

import pytest

from evolve.domains.music.errors import CorpusError
from evolve.domains.music.notation.kern import read_kern
from evolve.domains.music.notation.timeline import song_of
from evolve.domains.music.song import Metre
from tests.domains.music.notation.kern_rows import SCALE, kern, read, sounding


@pytest.mark.parametrize(
    "text",
    [
        "!!! a comment without a key\n**kern\n4c\n4d\n4e\n4f\n*-",
        "!!!OTL: A tune\n!! of mine\n\n**kern\n!\n4c\n!! in between\n4d\n\n!  !  !\n4e\n! local\n4f\n*-\n!!!EEV: 1",
        "**kern  **text\n4c  la\n!  !\n4d  .\n!!! with  tabs  in  it\n4e  *\n4f  =\n*-  *-",
        "**dynam  **kern  **recip\n*  *M4/4  *\np  4c  4\n.  4d  4\n<  4e  4\nf  4f  4\n*-  *-  *-",
    ],
)
def test_comments_and_other_spines_do_not_matter(text: str) -> None:
    """Comments of any width, empty lines and spines of other kinds leave the notes as they are."""
    (part,) = read(text).parts
    assert sounding(part) == SCALE


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf", "!!!OTL: Für\n".encode(), "!!!OTL: Für\n".encode("latin-1")])
def test_text_comes_in_any_form(start: bytes, end: str) -> None:
    """UTF-8 with a byte order mark or without, Latin-1, and lines ended in any way."""
    data = start + kern("**kern\n4c\n4d\n4e\n4f\n*-")
    (part,) = read_kern(data.replace(b"\n", end.encode())).parts
    assert sounding(part) == SCALE


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
def test_a_byte_order_mark_says_what_a_file_is_in(encoding: str) -> None:
    """Some editors save plain text in UTF-16."""
    data = kern('**kern\n*I"Flöte\n4c\n4d\n4e\n4f\n*-').decode().encode(encoding)
    (part,) = read_kern(data).parts
    assert (part.name, sounding(part)) == ("Flöte", SCALE)


def test_parts_come_from_the_top_down() -> None:
    """The rightmost spine is the highest part; the hands of a piano are a part each, whatever *part says."""
    score = read(
        """
        **kern  **kern  **kern
        *part2  *part1  *part1
        *Icello  *Ipiano  *Ipiano
        *I"Violoncello  *  *I"
        *M3/4  *M3/4  *M3/4
        *MM[Allegro]  *MM132  *MM60
        2.C  2.c  2.cc
        *-  *-  *-
        """
    )
    assert [(part.name, part.program) for part in score.parts] == [("Piano", 0), ("Piano", 0), ("Violoncello", 42)]
    assert [sounding(part)[0][0] for part in score.parts] == [72, 60, 48]
    assert score.tempo_bpm == 132
    assert score.doubts == ()


def test_transposing_instruments_sound_as_they_are_written() -> None:
    """Kern has sounding pitches: transpositions and octave signs say how they are printed."""
    (part,) = read("**kern\n*ITrd1c2\n*Iclars\n*8va\n4c\n4d\n*X8va\n4e\n4f\n*-").parts
    assert sounding(part) == SCALE
    assert part.program == 71


def test_rows_are_the_clock() -> None:
    """What stands in a row starts together, tuplets against plain values too."""
    upper, lower = read(
        """
        **kern  **kern
        4C  6cc
        .  6dd
        4D  .
        .  6ee
        *-  *-
        """
    ).parts
    third = Fraction(2, 3)
    assert sounding(upper) == [(72, 0, third), (74, third, third), (76, 2 * third, third)]
    assert sounding(lower) == [(48, 0, 1), (50, 1, 1)]


def test_grace_notes_take_no_time() -> None:
    """A row of grace notes does not move what follows."""
    (part,) = read("**kern\n4c\n8qee\n16qqd 16qqf\n4d\n4e\n8qdd\n4f\n*-").parts
    assert sounding(part) == SCALE


def test_ties_hold_over_bars_and_voices() -> None:
    """A note goes on in another sub-spine of its part, over a bar line, as one note of the song."""
    score = read("**kern\n*M2/4\n4c\n[4d\n=\n*^\n4f  4d_\n4e  4d]\n*v  *v\n=\n2c\n*-")
    (track,) = song_of(score, "x")[0].tracks
    assert [(note.pitch, note.onset_ticks, note.duration_ticks) for note in track.notes] == [
        *[(60, 0, 24), (62, 24, 72), (65, 48, 24), (64, 72, 24), (60, 96, 48)],
    ]
    assert score.doubts == ()


def test_bars_have_metres_lengths_and_ends() -> None:
    """Upbeats are short bars, repeat signs and labels end sections, double bar lines make no empty bars."""
    (part,) = read(
        """
        **kern
        *M3/4
        =1-
        4c
        =2
        2.d
        =:|!|:
        *>B
        =3
        2.e
        =4
        *M2/4
        2f
        =
        =:|!
        2g
        =6
        *>C
        4a
        4b
        ==
        *-
        """
    ).parts
    assert [int(bar.length_beats) for bar in part.bars] == [1, 3, 3, 2, 2, 2]
    assert [bar.metre for bar in part.bars] == [Metre(3, 4)] * 3 + [Metre(2, 4)] * 3
    assert [bar.ends_section for bar in part.bars] == [False, True, False, True, True, True]


def test_a_metre_before_the_bar_line_is_that_of_the_next_bar() -> None:
    """The bar that is full keeps its own."""
    (part,) = read("**kern\n*M3/4\n2.c\n*M2/4\n=2\n2d\n*-").parts
    assert [bar.metre for bar in part.bars] == [Metre(3, 4), Metre(2, 4)]


def test_a_line_break_within_a_bar_ends_no_bar() -> None:
    """An invisible bar line without a number, over which a note lasts, is where a line of print ended."""
    score = read("**kern  **kern\n*M2/4  *M2/4\n=1  =1\n2C  4c\n=-  =-\n.  4d\n=2  =2\n2D  2e\n*-  *-")
    assert [bar.length_beats for bar in score.parts[0].bars] == [2, 2]
    assert score.doubts == ()


def test_bar_lines_in_most_spines_will_do() -> None:
    """Where some spines lack them, the others have them for all; a single one of many is none."""
    most = read("**kern  **kern\n2c  2e\n=2  .\n2d  2f\n*-  *-")
    assert [len(part.bars) for part in most.parts] == [2, 2]
    one = read("**kern  **kern  **kern\n2c  2e  2g\n=2  .  .\n2d  2f  2a\n*-  *-  *-")
    assert [len(part.bars) for part in one.parts] == [1, 1, 1]


def test_expansion_lists_are_not_played() -> None:
    """Music is read as it is written, once."""
    (part,) = read("**kern\n*>[A,A,B]\n*>norep[A,B]\n*>A\n4c\n4d\n*>B\n4e\n4f\n*-").parts
    assert sounding(part) == SCALE


@pytest.mark.parametrize(
    ("text", "doubt"),
    [
        ("**kern\n4c\n4d", "no *- at the end: what follows may be missing"),
        ("**kern  **kern\n4c  4e\n*  *-\n4d\n*-", "a spine ends before the others do on line 3"),
        ("**kern\n[4c\n4d\n*-", "1 tie leads nowhere"),
        ("**kern\n[4c\n4d]\n*-", "2 ties lead nowhere"),
        ("**kern\n4c\nhello\n4d\nhello\n*-", "unknown sign left out: hello (2)"),
        ("**kern\nx\nv\ns\nt\n4c\nx\n*-", "unknown signs left out: x (2), v, s, …"),
        ("**kern\n4c\n*-\n**kern\n4d\n*-", "left out from line 4 on, where another piece begins"),
    ],
)
def test_what_is_doubtful_is_told(text: str, doubt: str) -> None:
    """Each doubt is a short clause, and the notes are read."""
    score = read(text)
    assert score.doubts == (doubt,)
    assert sounding(score.parts[-1])[0][0] == 60


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("hello", "line 1 does not say what its columns are, such as **kern"),
        ("4c\n**kern", "line 1 does not say what its columns are"),
        ("**mens  **text\nx  y\n*-  *-", "no **kern spine, only **mens, **text"),
        ("!! nothing", "no **kern spine"),
        ("**kern  **kern\n4c\n*-  *-", "line 2 has 1 field where 2 spines are"),
        ("**kern\n4c\n4c  4d  4e\n*-", "line 3 has 3 fields where 1 spine is"),
        ("**kern\n*^\n*v  *v\n4c  4d\n*-", "line 4 has 2 fields where 1 spine is"),
        ("\n".join(["**kern", *("  ".join(["*^"] * 2**n) for n in range(9))]), "more than 500 spines from line 10"),
        ("**kern  " * 2000, "line 1 has more than 1,000 fields"),
        ("\n".join(["**kern", *(f"{prime}c" for prime in (7, 11, 13, 17, 19, 23, 29, 31, 37, 41)), "*-"]),
         "note values before line 10 have no common measure"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_says_why(text: str, said: str) -> None:
    """One line, with the place and what is wrong there."""
    with pytest.raises(CorpusError) as refused:
        read(text)
    assert said in str(refused.value)


def test_more_notes_than_a_piece_has_are_refused() -> None:
    """A file of chords without end does not fill the memory."""
    chord = " ".join(["4c"] * 1000)
    with pytest.raises(CorpusError, match="more than 500,000 notes"):
        read_kern(("**kern\n" + f"{chord}\n" * 501 + "*-\n").encode())


def test_more_bars_than_a_piece_has_are_refused() -> None:
    """Parts that come and go again and again each have all bars, and do not fill the memory."""
    part = "*+\n*\t**kern\n*\t*-\n"
    with pytest.raises(CorpusError, match="more than 500,000 bars"):
        read_kern(("**kern\n" + "1c\n=\n" * 1001 + part * 500).encode())
