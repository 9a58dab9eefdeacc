"""ABC is read by its standard, version 2.1: what is written is what sounds."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evolve.errors import CorpusError
from evolve.music.notation.reader import read_notation
from evolve.music.read_song import ReadSong, Refused
from evolve.music.song import TICKS_PER_BEAT, Metre, Song
from tests.music.notation.abc2midi import heard_by_abc2midi, needs_abc2midi

HEADER = "X:1\nT:x\nM:4/4\nL:1/4\n"


def read(text: str) -> tuple[ReadSong | Refused, ...]:
    """The pieces of an ABC text."""
    return read_notation(text.encode(), ".abc", "x")


def read_one(text: str) -> ReadSong:
    """The only tune of an ABC text."""
    (piece,) = read(text)
    assert isinstance(piece, ReadSong)
    return piece


def told(song: Song) -> str:
    """Each track as ``pitch@beat+length``, tracks parted by a stroke."""
    return " | ".join(
        " ".join(
            f"{note.pitch}@{note.onset_ticks / TICKS_PER_BEAT:.3g}+{note.duration_ticks / TICKS_PER_BEAT:.3g}"
            for note in track.notes
        )
        for track in song.tracks
    )


def pitches(text: str) -> list[int]:
    """The pitches of all tracks, one after the other."""
    return [note.pitch for track in read_one(text).song.tracks for note in track.notes]


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


KEYS = {
    "C": "C D E F G A B", "G": "C D E ^F G A B", "F": "C D E F G A _B", "Bb": "C D _E F G A _B",
    "F#": "^C ^D ^E ^F ^G ^A B", "Cb": "_C _D _E _F _G _A _B", "Am": "C D E F G A B", "F#m": "^C D E ^F ^G A B",
    "Gminor": "C D _E F G A _B", "G Min": "C D _E F G A _B", "D dor": "C D E F G A B", "Edorian": "^C D E ^F G A B",
    "A MIX": "^C D E ^F G A B", "Amixolydian": "^C D E ^F G A B", "E phr": "C D E F G A B", "Flyd": "C D E F G A B",
    "Bloc": "C D E F G A B", "Cion": "C D E F G A B", "Aaeo": "C D E F G A B", "D Phr ^f": "C D _E ^F G A _B",
    "D exp _b _e ^f": "C D _E ^F G A _B", "D maj =c": "C D E ^F G A B", "Dmix=c": "C D E ^F G A B",
    "HP": "^C D E ^F G A B", "Hp": "^C D E ^F G A B", "none": "C D E F G A B", "": "C D E F G A B",
    "G clef=bass": "C D E ^F G A B", "clef=alto": "C D E F G A B", "G bass": "C D E ^F G A B",
    "C ^f": "C D E ^F G A B", "^c": "^C D E F G A B",
}  # fmt: skip
"""Key fields, and the seven notes in them with their accidentals written out."""


@pytest.mark.parametrize("key", KEYS)
def test_keys_have_their_signatures(key: str) -> None:
    """Modes, accidentals of a key's own, pipes and clefs: the notes are those with accidentals written out."""
    assert pitches(f"{HEADER}K:{key}\nC D E F G A B |") == pitches(f"{HEADER}K:C\n{KEYS[key]} |")
    assert not read_one(f"{HEADER}K:{key}\nC D E F | G A B z | c4 |").doubts


def test_an_unknown_key_is_told() -> None:
    """A key that there is not is a doubt, and the tune is read all the same."""
    piece = read_one(f"{HEADER}K:H major\nC D E F |")
    assert piece.doubts == ("K:H major is not a key that is known",)


@pytest.mark.parametrize(
    ("said", "semitones"),
    [
        ("clef=treble-8", -12), ("treble+8", 12), ("bass", 0), ("octave=-1", -12), ("transpose=-2", -2), ("t=7", 7),
        ("clef=treble octave=1 transpose=-2", 10), ("middle=d", 0),
    ],
)  # fmt: skip
@pytest.mark.parametrize("field", ["K:C {said}\n", "V:1 {said}\nK:C\nV:1\n", "K:C\n[V:1 {said}]"])
def test_voices_sound_where_their_fields_say(field: str, said: str, semitones: int) -> None:
    """Clefs with an 8, octaves and transpositions move what sounds, from K: and from V:."""
    assert pitches(HEADER + field.format(said=said) + "C D E F |") == [pitch + semitones for pitch in (60, 62, 64, 65)]


@pytest.mark.parametrize(
    ("metre", "expected", "bar"),
    [
        ("C", Metre(4, 4), 4), ("C|", Metre(2, 2), 4), ("6/8", Metre(6, 8), 3), ("(3+2)/8", Metre(5, 8), 2.5),
        ("3+2/8", Metre(5, 8), 2.5), ("2/4 3/8", Metre(7, 8), 3.5), ("2/4+3/8", Metre(7, 8), 3.5),
        ("(2+2+3)/16", Metre(4, 4), 1.75), ("12/8", Metre(12, 8), 6), ("3/2", Metre(3, 2), 6),
    ],
)  # fmt: skip
def test_metres_make_bars(metre: str, expected: Metre, bar: float) -> None:
    """Common and cut time, fractions and sums; a bar of rest is as long as they say."""
    song = read_one(f"X:1\nM:{metre}\nL:1/4\nK:C\nC C/ | Z | Z | Z | D |").song
    starts = song.notes.onsets_ticks.tolist()
    assert song.metre == (expected if metre != "(2+2+3)/16" else Metre(7, 16))
    assert starts[-1] - starts[0] == (3 * bar + 1.5) * TICKS_PER_BEAT


@pytest.mark.parametrize(
    ("fields", "unit"),
    [
        ("M:4/4\n", 0.5), ("M:3/4\n", 0.5), ("M:2/4\n", 0.25), ("M:6/8\n", 0.5), ("M:5/16\n", 0.25), ("M:none\n", 0.5),
        ("", 0.5), ("M:2/4\nL:1/8\n", 0.5), ("L:1/16\nM:4/4\n", 0.25), ("M:C|\nL:1/2\n", 2.0), ("L:1\n", 4.0),
    ],
)  # fmt: skip
def test_the_unit_of_lengths(fields: str, unit: float) -> None:
    """L: says it, else the metre of the header: a sixteenth where it is shorter than three quarters."""
    first, second = read_one(f"X:1\n{fields}K:C\nC D E F |").song.notes.onsets_ticks.tolist()[:2]
    assert (second - first) / TICKS_PER_BEAT == unit


@pytest.mark.parametrize(
    ("tempo", "bpm"),
    [
        ("1/4=72", 72), ("3/8=60", 90), ('"Allegro" 1/2=50', 100), ("1/4=80 \"slower\"", 80), ("1/4 3/8=40", 100),
        ("120", 60), ("C=100", 50), ("C3=40", 60), ('"Andante"', 100), ("", 100), ("1/4=0", 100),
    ],
)  # fmt: skip
def test_tempos(tempo: str, bpm: float) -> None:
    """Notes a minute, words beside them, and the older ways that count units of an eighth; else it is the metre's."""
    assert read_one(f"X:1\nM:4/4\nQ:{tempo}\nL:1/8\nK:C\nC D E F |").song.tempo_bpm == pytest.approx(bpm)


def test_directions_for_sound() -> None:
    """Programs, transpositions and strokes without a pitch are taken from MIDI directions; the rest is for print."""
    header = "X:1\nM:4/4\nL:1/4\nK:C\n"
    song = read_one(f'{header}%%MIDI program 73\nV:1 name="Flute"\n[V:1] C4 |\n[V:2]\n%%MIDI channel 10\nD4 |').song
    assert [(track.name, track.program) for track in song.tracks] == [("Flute", 73)]
    assert pitches(f"{header}%%MIDI transpose -3\n%%scale 0.7\nI:pagewidth 21cm\nC D |") == [57, 59]


@pytest.mark.parametrize(
    ("said", "sounding"),
    [("not", [73, 72, 60]), ("octave", [73, 73, 60]), ("pitch", [73, 73, 61])],
)
def test_how_far_accidentals_hold_may_be_said(said: str, sounding: list[int]) -> None:
    """For one note, in their octave, or in all."""
    for direction in (f"%%propagate-accidentals {said}\n", f"I:propagate-accidentals {said}\n"):
        assert pitches(f"{HEADER}{direction}K:C\n^c c C |") == sounding


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
    assert piece.reason == "has more than 10,000 bars, which no tune has"


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
