"""Pitches have the names musicians give them."""

from evolve.music.pitch_names import MIDDLE_C, SEMITONES, pitch_name


def test_middle_c_is_c4() -> None:
    """Octaves are numbered as in scientific pitch notation, and black keys are sharps."""
    assert [pitch_name(p) for p in (0, 21, 60, 61, 127)] == ["C-1", "A0", "C4", "C♯4", "G9"]


def test_letters_are_as_high_as_their_names_say() -> None:
    """Each natural note has its letter as its name."""
    assert [pitch_name(MIDDLE_C + semitones) for semitones in SEMITONES.values()] == [f"{one}4" for one in "CDEFGAB"]
