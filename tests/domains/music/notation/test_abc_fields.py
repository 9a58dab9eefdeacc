"""What the fields and directions of an ABC tune say of how it sounds."""

import pytest

from evolve.domains.music.song import TICKS_PER_BEAT, Metre
from tests.domains.music.notation.abc_texts import HEADER, pitches, read_one

KEYS = {
    "C": "C D E F G A B", "G": "C D E ^F G A B", "F": "C D E F G A _B", "Bb": "C D _E F G A _B",
    "F#": "^C ^D ^E ^F ^G ^A B", "Cb": "_C _D _E _F _G _A _B", "Am": "C D E F G A B", "F#m": "^C D E ^F ^G A B",
    "F♯m": "^C D E ^F ^G A B", "B♭": "C D _E F G A _B",
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
    assert read_one(f"{HEADER}K:C&m\nC D E F |").doubts == ("K:C&m is not a key that is known",)


@pytest.mark.parametrize(
    ("said", "semitones"),
    [
        ("clef=treble-8", -12), ('clef="treble-8"', -12),
        ("treble+8", 12), ("bass", 0), ("octave=-1", -12), ("transpose=-2", -2), ("t=7", 7),
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
