"""ABC is read by its standard, version 2.1: what is written is what sounds."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evolve.domains.music.song import TICKS_PER_BEAT, ReadSong
from tests.domains.music.notation.abc2midi import heard_by_abc2midi, needs_abc2midi
from tests.domains.music.notation.abc_texts import HEADER, pitches, read, read_one, told

SOUNDS = {
    "accidentals hold to the end of the bar, in all octaves": (
        "^c C c =c | c",
        "73@0+1 61@1+1 73@2+1 72@3+1 72@4+1",
    ),
    "a tied note keeps its accidental over the bar line": ("^c4- | c2 c2 |", "73@0+6 72@6+2"),
    "double accidentals": ("^^c __d =c2 |", "74@0+1 72@1+1 72@2+2"),
    "lengths": (
        "C2 D/ E// F/4 G3/2 A/2 B3/4 |",
        "60@0+2 62@2+0.5 64@2.5+0.25 65@2.75+0.25 67@3+1.5 69@4.5+0.5 71@5+0.75",
    ),
    "broken rhythm": (
        "A>B c<d | A>>B c<<d |",
        "69@0+1.5 71@1.5+0.5 72@2+0.5 74@2.5+1.5 69@4+1.75 71@5.75+0.25 72@6+0.25 74@6.25+1.75",
    ),
    "broken rhythm around signs, graces, chords, rests and slurs": (
        'A>uB A>!trill!{c}B | A>.[Bd] (A>z) | A>"Am"B A>"^up"(B |',
        "69@0+1.5 71@1.5+0.5 69@2+1.5 71@3.5+0.5 69@4+1.5 71@5.5+0.5 74@5.5+0.5 69@6+1.5 "
        "69@8+1.5 71@9.5+0.5 69@10+1.5 71@11.5+0.5",
    ),
    "a broken rhythm between unequal notes changes neither": (
        "A2>B c | c>d/e/ z2 |",
        "69@0+2 71@2+1 72@3+1 72@4+1 74@5+0.5 76@5.5+0.5",
    ),
    "a broken rhythm in a triplet": ("(3A>BA c2 |", "69@0+1 71@1+0.333 69@1.33+0.667 72@2+2"),
    "tuplets": (
        "(3ABc (3A/B/c/ z | (3:2:2A2B z2 | (3::4ABcd z4/3 | (4ABcd z |",
        "69@0+0.667 71@0.667+0.667 72@1.33+0.667 69@2+0.333 71@2.33+0.333 72@2.67+0.333 69@4+1.33 71@5.33+0.667 "
        "69@8+0.667 71@8.67+0.667 72@9.33+0.667 74@10+0.667 69@12+0.75 71@12.8+0.75 72@13.5+0.75 74@14.2+0.75",
    ),
    "whole bars of rest": ("C4 | Z2 | D4 |", "60@0+4 62@12+4"),
    "rests and spacers": ("C z x y2 D |", "60@0+1 62@3+1"),
    "chords take the length of their first note": (
        "[C2E4]D z | [CEG]2 F z|",
        "60@0+2 64@0+4 62@2+1 60@4+2 64@4+2 67@4+2 65@6+1",
    ),
    "tied chords": ("[Ac]4-|[Ac]4 | [A4-c4-]|[A4c4] |", "69@0+8 72@0+8 69@8+8 72@8+8"),
    "one note of a chord tied": ("[A2-c2][Ac]2 |", "69@0+4 72@0+2 72@2+2"),
    "a tie to another pitch is a slur": ("C2-D2 | C2- z2 | C4 |", "60@0+2 62@2+2 60@4+2 60@8+4"),
    "overlays start with their bar": (
        "C D E F & C,4 | G A B c & G,4 |",
        "48@0+4 60@0+1 62@1+1 64@2+1 65@3+1 55@4+4 67@4+1 69@5+1 71@6+1 72@7+1",
    ),
    "an overlay of two bars": ("g4 | e4 && d4 | c4 | f4 |", "74@0+4 79@0+4 72@4+4 76@4+4 77@8+4"),
    "ties of the voice go on beside an overlay": ("C4- & E4- | C4 & E2F2 |", "60@0+8 64@0+6 65@6+2"),
    "voices in systems": (
        "V:1\nC2 D2 |\nV:2\nC,4 |\nV:1\nE2 F2 |\nV:2\nG,4 |",
        "60@0+2 62@2+2 64@4+2 65@6+2 | 48@0+4 55@4+4",
    ),
    "voices within a line": (
        "[V:1] C2 D2 | [V:2] C,4 |\n[V:1] E4 | [V:2] G,4 |",
        "60@0+2 62@2+2 64@4+4 | 48@0+4 55@4+4",
    ),
    "fields within a line": (
        "C D [K:D] F [M:2/4] C | [L:1/8] C D E F |",
        "60@0+1 62@1+1 66@2+1 61@3+1 61@4+0.5 62@4.5+0.5 64@5+0.5 66@5.5+0.5",
    ),
    "what does not sound": (
        '"C"C ~D !fermata!E +trill+F | "^above"C {ab}D .E HF | (C TD) "<(" ")"E `F $ |',
        "60@0+1 62@1+1 64@2+1 65@3+1 60@4+1 62@5+1 64@6+1 65@7+1 60@8+1 62@9+1 64@10+1 65@11+1",
    ),
    "repeats and endings are written once": (
        "|: C4 |1 D4 :|2 E4 |] [1 F4 :: G4 :|",
        "60@0+4 62@4+4 64@8+4 65@12+4 67@16+4",
    ),
    "an upbeat lies before the first bar line": ("G | c4 | d4 | e3 |", "67@3+1 72@4+4 74@8+4 76@12+3"),
    "lyrics, comments and remarks": ("C2 D2 % E F\nw: words of it\n[r: remark] E4 |", "60@0+2 62@2+2 64@4+4"),
    "a chord that is broken over lines": ("C2 [\nEG]2 | F4 |", "60@0+2 64@2+2 67@2+2 65@4+4"),
}
"""Music in C, in 4/4 with quarter notes as unit, and what sounds."""

NOT_IN_ABC2MIDI = {
    "chords take the length of their first note": "it gives all notes of a chord one length",
    "a chord that is broken over lines": "it does not read such a chord",
    "ties of the voice go on beside an overlay": "its ties do not go on in the next bar of an overlay",
    "an overlay of two bars": "it goes one bar back, however many signs there are",
    "tuplets": "it does not count the four notes of (3::4",
    "an upbeat lies before the first bar line": "it begins with the first note",
}


@pytest.mark.parametrize("what", SOUNDS)
def test_what_is_written_sounds(what: str) -> None:
    """Pitches, onsets and lengths are those of the standard."""
    music, sounding = SOUNDS[what]
    assert told(read_one(f"{HEADER}K:C\n{music}\n").song) == sounding


@needs_abc2midi
@pytest.mark.parametrize("what", [what for what in SOUNDS if what not in NOT_IN_ABC2MIDI])
def test_abc2midi_hears_the_same(what: str) -> None:
    """Another reader plays what is expected here, but for what it is known to do otherwise."""
    music, sounding = SOUNDS[what]
    heard = " | ".join(
        " ".join(f"{pitch}@{float(onset):.3g}+{float(duration):.3g}" for pitch, onset, duration in voice)
        for voice in heard_by_abc2midi(f"{HEADER}K:C\n{music}\n")
    )
    assert sorted(heard.replace(" | ", " ").split()) == sorted(sounding.replace(" | ", " ").split())


def test_a_grace_note_s_accidental_holds_in_its_octave() -> None:
    """As in print; it takes no time."""
    assert pitches(f"{HEADER}K:C\n{{^g}}a g G | g") == [81, 80, 67, 79]


def test_macros_are_played_out() -> None:
    """Static ones, and ones that move with their note."""
    fixed = read_one(f"{HEADER}m: ~G2 = {{A}}G{{F}}G\nK:C\n~G2 C2 |").song
    assert told(fixed) == "67@0+1 67@1+1 60@2+2"
    moved = read_one(f"{HEADER}m: ~n2 = n/o/m/n/\nK:C\n~G2 ~c2 |").song
    assert [note.pitch for note in moved.notes] == [67, 69, 65, 67, 72, 74, 71, 72]


def test_the_old_sign_for_chords_and_for_ends_of_lines() -> None:
    """Before ABC 2, + stood around chords and ! ended lines."""
    assert told(read_one(f"{HEADER}K:C\n+CEG+ D! E F |! G4 |").song) == (
        "60@0+1 64@0+1 67@0+1 62@1+1 64@2+1 65@3+1 67@4+4"
    )


NOTES = st.tuples(
    st.sampled_from("CDEFGABcdefgab"),
    st.sampled_from(["", "^", "_", "="]),
    st.fractions(Fraction(1, 4), Fraction(4)).map(lambda length: Fraction(round(length * 4), 4)),
)


@given(st.lists(NOTES, min_size=1, max_size=30))
def test_notes_follow_each_other(notes: list[tuple[str, str, Fraction]]) -> None:
    """Whatever a bar holds, each note starts where the one before ends, and none is lost."""
    music = " ".join(f"{sign}{letter}{length}" for letter, sign, length in notes)
    song = read_one(f"X:1\nM:none\nL:1/4\nK:C\n{music} |").song
    starts = song.notes.onsets_ticks.tolist()
    expected = [sum((length for _, _, length in notes[:index]), Fraction(0)) for index in range(len(notes))]
    assert starts == [int(start * TICKS_PER_BEAT) for start in expected]


@given(st.text(alphabet="ABCDEFGabcdefg^_=',/23<>-|:[](){}&zZxy!+\"~.%$ \n", max_size=200))
def test_any_music_is_read_or_told(music: str) -> None:
    """No text of signs brings the reader down."""
    for piece in read(f"{HEADER}K:C\n{music}\n"):
        assert isinstance(piece, ReadSong) or piece.reason
