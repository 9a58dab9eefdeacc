"""The columns of kern files split, join, change places, begin, end, and disagree."""

from tests.music.notation.kern_rows import SCALE, read, sounding

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
