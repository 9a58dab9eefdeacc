"""Single signs of kern say what the standard has them say."""

from fractions import Fraction

import pytest

from evolve.domains.music.notation.kern_signs import (
    KernToken,
    ends_section,
    instrument_of,
    metre_of,
    name_of,
    pitch_of,
    tempo_of,
    token_of,
)
from evolve.domains.music.song import Metre
from tests.domains.music.notation.kern_rows import SCALE, read, sounding


@pytest.mark.parametrize(
    ("value", "beats"),
    [
        ("4", 1),
        ("1", 4),
        ("8", Fraction(1, 2)),
        ("4.", Fraction(3, 2)),
        ("2..", Fraction(7, 2)),
        ("4...", Fraction(15, 8)),
        ("0", 8),
        ("0.", 12),
        ("00", 16),
        ("000", 32),
        ("6", Fraction(2, 3)),
        ("12", Fraction(1, 3)),
        ("12.", Fraction(1, 2)),
        ("20", Fraction(1, 5)),
        ("3%2", Fraction(8, 3)),
        ("1%5", 20),
        ("4096", Fraction(1, 1024)),
    ],
)
def test_values_are_parts_of_a_whole_note(value: str, beats: Fraction) -> None:
    """Values count how many fill a whole note, with zeros for breves, fractions and dots."""
    (note,) = token_of(f"{value}c").notes
    assert note.duration_beats == beats


@pytest.mark.parametrize(
    ("spelling", "pitch"),
    [
        ("c", 60),
        ("cc", 72),
        ("C", 48),
        ("CC", 36),
        ("CCCC", 12),
        ("b", 71),
        ("B", 59),
        ("BB", 47),
        ("f#", 66),
        ("f##", 67),
        ("e-", 63),
        ("bb--", 81),
        ("cn", 60),
        ("c-", 59),
        ("B#", 60),
        ("c<#/LL", 61),
        ("#G", 56),
        ("d]-", 61),
    ],
)
def test_letters_and_accidentals_make_a_pitch(spelling: str, pitch: int) -> None:
    """Small letters rise from middle C, capital ones fall from the C below it, and each more is an octave."""
    assert pitch_of(spelling) == pitch


@pytest.mark.parametrize(
    "spelling",
    ["4c", "4cX", "(4c)", "{4c}", "8.cL;", "[4c", "4c]", "4c_", "4c/", "4c\\", "4c'>^~", "4cy", "4cyy", "4ci", "4c@16@",
     "&4c", "4cT", "4c:", "c4", "4cP", "4cp", "L4c", "<4c>"],
)  # fmt: skip
def test_marks_leave_a_note_what_it_is(spelling: str) -> None:
    """Slurs, beams, stems, articulation, ornaments, editorial marks, invisible and small notes change no pitch."""
    (note,) = token_of(spelling).notes
    assert note.pitch == 60
    assert not token_of(spelling).unknown


@pytest.mark.parametrize("silent", [".", "4r", "4r;", "4ryy", "8rggL", "4R", "8qc", "qqc", "8Qc", "8qc 8qe", ""])
def test_rests_strokes_and_grace_notes_are_no_notes(silent: str) -> None:
    """Rests, also at a height, strokes without a pitch, grace notes and groupettos do not sound."""
    assert token_of(silent).notes == ()
    assert token_of(silent).unknown == ()


@pytest.mark.parametrize("timeless", [".", "8qc", "qqc 8qe", "8Qc"])
def test_grace_notes_take_no_time(timeless: str) -> None:
    """Nothing that takes time begins with them."""
    assert token_of(timeless) == KernToken()


def test_a_chord_has_the_values_of_its_notes() -> None:
    """A note without a value has that of the first; the spine goes on after the first note."""
    chord = token_of("4c e 2g 8qb")
    assert [note.pitch for note in chord.notes] == [60, 64, 67]
    assert [note.duration_beats for note in chord.notes] == [1, 1, 2]
    assert chord.duration_beats == 1


def test_ties_go_to_and_fro() -> None:
    """A tie begins with [, goes on with _ and ends with ]."""
    ties = [(note.is_tied, note.ties_on) for note in token_of("[4c 4d_ 4e] 4f").notes]
    assert ties == [(False, True), (True, True), (True, False), (False, False)]


@pytest.mark.parametrize(
    "strange", ["c", "4", "4z", "?", "00000c", "123456c", "4" + "." * 999 + "c", "4%123456c", "x", "A4e"]
)
def test_what_is_neither_note_nor_rest_is_told(strange: str) -> None:
    """Notes without a value, or with one that nobody writes, and values without a note are left out."""
    assert token_of(strange).notes == ()
    assert token_of(strange).unknown == (strange,)


@pytest.mark.parametrize(
    ("text", "metre"),
    [
        ("*M4/4", Metre(4, 4)),
        ("*M6/8", Metre(6, 8)),
        ("*M3+2/8", Metre(5, 8)),
        ("*M2/1", Metre(2, 1)),
        ("*M3/0", Metre(6, 1)),
        ("*M3/3%2", Metre(2, 1)),
        ("*M3/7", None),
        ("*M99/4", None),
        ("*MX", None),
        ("*MX/4", None),
    ],
)
def test_metres_are_read(text: str, metre: Metre | None) -> None:
    """Additive metres are added up, breves are counted as whole notes, and what no metre is is none."""
    assert metre_of(text) == (metre,)


@pytest.mark.parametrize("text", ["*MM120", "*met(C|)", "*", "*M", "*M4", "*Mi"])
def test_other_signs_are_no_metre(text: str) -> None:
    """Tempos, mensuration signs and others leave the metre as it is."""
    assert metre_of(text) is None


@pytest.mark.parametrize(
    ("text", "tempo"), [("*MM120", 120), ("*MM72.5", 72.5), ("*MM[Allegro]", None), ("*M4/4", None)]
)
def test_tempos_are_quarters_a_minute(text: str, tempo: float | None) -> None:
    """A metronome mark with a number is a tempo, one with a word is none."""
    assert tempo_of(text) == tempo


def test_instruments_have_names_and_programs() -> None:
    """Abbreviations stand for instruments; a name in the score is the part's own."""
    assert instrument_of("*Ivioln") == ("Violin", 40)
    assert instrument_of("*Ifagot") == ("Bassoon", 70)
    assert instrument_of("*Inobody") is None
    assert instrument_of("*ICstr") is None
    assert name_of('*I"Violino I') == "Violino I"
    assert name_of("*I'Vl.") == ""


@pytest.mark.parametrize(
    ("bar_line", "is_end"),
    [("=", False), ("=12", False), ("=1-", False), ("==", True), ("=5:|!", True), ("=||", True), ("=8!|:", True),
     ("=3|!", True), ("=4;", False), ("=:|!|:", True), ("=.", False), ("='", False)],
)  # fmt: skip
def test_repeat_signs_and_double_bars_end_sections(bar_line: str, is_end: bool) -> None:  # noqa: FBT001
    """Plain, numbered and invisible bar lines do not."""
    assert ends_section(bar_line) == is_end


THREE_VOICES = """
**kern
*M4/4
=1-
1c
=2
*^
*   *^
2g  2e  4c
.   .   4d
2a  2f  2B
*v  *v  *v
=3
4c
4d
4e
4f
==
*-
"""


def test_three_voices_on_a_staff_are_kept() -> None:
    """A spine that is split twice and joined at once loses no note, and what follows stays where it is."""
    (part,) = read(THREE_VOICES).parts
    assert sounding(part) == [
        (60, 0, 4),
        *[(60, 4, 1), (64, 4, 2), (67, 4, 2), (62, 5, 1), (59, 6, 2), (65, 6, 2), (69, 6, 2)],
        *[(pitch, 8 + onset, duration) for pitch, onset, duration in SCALE],
    ]
    assert [bar.length_beats for bar in part.bars] == [4, 4, 4]
    assert read(THREE_VOICES).doubts == ()


def test_spines_change_places() -> None:
    """After an exchange the columns belong to the other parts; two exchanges of a row are two pairs."""
    upper, lower = read("**kern  **kern\n4C  4c\n*x  *x\n4d  4D\n*-  *-").parts
    assert sounding(upper) == [(60, 0, 1), (62, 1, 1)]
    assert sounding(lower) == [(48, 0, 1), (50, 1, 1)]
    parts = read("**kern  **kern  **kern  **kern\n*x  *x  *x  *x\n4d  4c  4f  4e\n*-  *-  *-  *-").parts
    assert [sounding(part)[0][0] for part in parts] == [65, 64, 62, 60]


def test_several_things_happen_to_spines_in_one_row() -> None:
    """One spine is split, one joined, one ends and others go on, all at once."""
    score = read(
        """
        **kern  **kern  **text
        *  *^  *
        4C  4c  4e  a
        *^  *v  *v  *-
        4D  4F  4d
        *v  *v  *
        4E  4g
        *-  *-
        """
    )
    upper, lower = score.parts
    assert sounding(upper) == [(60, 0, 1), (64, 0, 1), (62, 1, 1), (67, 2, 1)]
    assert sounding(lower) == [(48, 0, 1), (50, 1, 1), (53, 1, 1), (52, 2, 1)]
    assert score.doubts == ()


def test_neighbouring_parts_are_joined_each_by_itself() -> None:
    """Sub-spines that are joined in one row beside those of another part stay in their own."""
    upper, lower = read(
        "**kern  **kern\n*^  *^\n4C  4E  4c  4e\n*v  *v  *v  *v\n4D  4d\n*-  *-",
    ).parts
    assert sounding(upper) == [(60, 0, 1), (64, 0, 1), (62, 1, 1)]
    assert sounding(lower) == [(48, 0, 1), (52, 0, 1), (50, 1, 1)]


def test_a_spine_that_is_added_begins_where_the_piece_is() -> None:
    """A part that enters late has empty bars before, as many as the others."""
    score = read(
        """
        **kern
        *M2/4
        2c
        =2
        *+
        *  **kern
        2d  4f
        .  4g
        ==  ==
        *-  *-
        """
    )
    late, early = score.parts
    assert sounding(late) == [(65, 2, 1), (67, 3, 1)]
    assert sounding(early) == [(60, 0, 2), (62, 2, 2)]
    assert [len(part.bars) for part in score.parts] == [2, 2]


def test_spines_that_disagree_stay_in_step() -> None:
    """After a bar that is too short in one part all go on together, and the line is told."""
    score = read("**kern  **kern\n*M4/4  *M4/4\n1C  2c\n.  4d\n=2  =2\n1D  1e\n==  ==\n*-  *-")
    upper, lower = score.parts
    assert sounding(upper) == [(60, 0, 2), (62, 2, 1), (64, 4, 4)]
    assert sounding(lower) == [(48, 0, 4), (50, 4, 4)]
    assert score.doubts == ("spines disagree on when line 5 sounds",)


def test_most_spines_are_believed() -> None:
    """Of three parts the two that agree say when a row sounds."""
    score = read("**kern  **kern  **kern\n4C  2c  4g\n4D  4d  4a\n*-  *-  *-")
    assert [sounding(part)[1][1] for part in score.parts] == [1, 1, 1]
    assert score.doubts == ("spines disagree on when line 3 sounds",)


def test_a_voice_that_is_silent_for_a_while_does_not_count() -> None:
    """A sub-spine without anything, not even rests, comes in again with the row that it stands in."""
    score = read("**kern\n*M4/4\n*^\n4c  .\n4d  .\n4e  4g\n4f  4a\n*v  *v\n*-")
    (part,) = score.parts
    assert sounding(part) == [(60, 0, 1), (62, 1, 1), (64, 2, 1), (67, 2, 1), (65, 3, 1), (69, 3, 1)]
    assert score.doubts == ()
