"""Short notes of a beat share beams."""

import pytest

from evolve.domains.music.score.beams import beamed, chord_rests
from evolve.domains.music.score.divisions import bar_lines
from evolve.domains.music.score.voices import Stretch, voices
from evolve.domains.music.song import Metre


def beams(lengths: tuple[int, ...], metre: Metre) -> list[str]:
    """The beams of each chord or rest of a line of notes; a negative length is a rest."""
    stretches, at = [], 0
    for ticks in lengths:
        if ticks > 0:
            stretches.append(Stretch(60, at, at + ticks, is_held=False, goes_on=False))
        at += abs(ticks)
    lines = bar_lines(metre)
    (voice,) = voices(stretches, 0, lines.bar)
    short = {"begin": "[", "continue": "-", "end": "]", "forward hook": ">", "backward hook": "<"}
    return ["".join(short[mark] for mark in item.beams) for item in beamed(tuple(chord_rests(voice, (), lines)), lines)]


@pytest.mark.parametrize(
    ("lengths", "metre", "expected"),
    [
        ((12, 12, 12, 12, 24, 24), Metre(4, 4), ["[", "-", "-", "]", "", ""]),
        ((24, 12, 12, 12, 12, 24), Metre(4, 4), ["", "[", "]", "[", "]", ""]),
        ((12,) * 6, Metre(3, 4), ["[", "-", "-", "-", "-", "]"]),
        ((12,) * 6, Metre(6, 8), ["[", "-", "]", "[", "-", "]"]),
        ((18, 6, 6, 18, 48), Metre(4, 4), ["[", "]<", "[>", "]", ""]),
        ((6, 6, 12, 12, -12, 48), Metre(4, 4), ["[[", "-]", "]", "", "", ""]),
        ((6, 12, 6, 72), Metre(4, 4), ["[>", "-", "]<", ""]),
    ],
)
def test_beams_join_what_belongs_to_a_beat(lengths: tuple[int, ...], metre: Metre, expected: list[str]) -> None:
    """Four eighths of a half bar and six of a bar in 3/4 share a beam, otherwise those of one beat; rests part them."""
    assert beams(lengths, metre) == expected
