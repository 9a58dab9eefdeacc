"""The names musicians give to pitches."""

_NAMES = ("C", "C♯", "D", "D♯", "E", "F", "F♯", "G", "G♯", "A", "A♯", "B")


def pitch_name(pitch: int) -> str:
    """The name of a MIDI pitch, such as ``C4`` for 60, with sharps."""
    return f"{_NAMES[pitch % 12]}{pitch // 12 - 1}"
