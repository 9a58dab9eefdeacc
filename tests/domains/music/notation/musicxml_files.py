"""MusicXML files made up for tests: a score of parts of bars, each a line of elements."""

from collections.abc import Sequence
from fractions import Fraction

from evolve.domains.music.notation.musicxml import read_musicxml
from evolve.domains.music.notation.timeline import song_of
from evolve.domains.music.song import TICKS_PER_BEAT

FOUR_FOUR = "<time><beats>4</beats><beat-type>4</beat-type></time>"


def attributes(inside: str = FOUR_FOUR, divisions: object = 2) -> str:
    """What is in force from here on; two divisions to a quarter note."""
    return f"<attributes><divisions>{divisions}</divisions>{inside}</attributes>"


def note(pitch: str, duration: object = 2, inside: str = "", before: str = "", sign: str = "") -> str:
    """A note such as ``C4`` or ``F#5``, a quarter long, with what stands before its pitch and after its duration."""
    alter = {"#": "<alter>1</alter>", "b": "<alter>-1</alter>"}.get(pitch[1:-1], "")
    named = f"<pitch><step>{pitch[0]}</step>{alter}<octave>{pitch[-1]}</octave></pitch>"
    return f"<note {sign}>{before}{named}<duration>{duration}</duration>{inside}</note>"


def notes(pitches: str, duration: object = 2) -> str:
    """Notes of the same length, parted by spaces."""
    return "".join(note(pitch, duration) for pitch in pitches.split())


def rest(duration: object = 2, sign: str = "") -> str:
    """A rest, a quarter long."""
    return f"<note><rest {sign}/><duration>{duration}</duration></note>"


def move(tag: str, duration: object) -> str:
    """A `backup` or `forward`."""
    return f"<{tag}><duration>{duration}</duration></{tag}>"


def score(*parts: Sequence[str], listed: Sequence[str] | None = None, head: str = "") -> bytes:
    """A file, bars within parts.

    Args:
        parts: Of each, its bars.
        listed: What is said of each in the list of parts.
        head: What stands before that list.
    """
    said = ["<part-name>A</part-name>"] * len(parts) if listed is None else listed
    list_of_parts = "".join(f'<score-part id="P{k}">{inside}</score-part>' for k, inside in enumerate(said, 1))
    bodies = "".join(f'<part id="P{k}">{_bars(bars)}</part>' for k, bars in enumerate(parts, 1))
    return f"<score-partwise>{head}<part-list>{list_of_parts}</part-list>{bodies}</score-partwise>".encode()


def _bars(bars: Sequence[str]) -> str:
    return "".join(
        bar if bar.startswith("<measure") else f'<measure number="{k}">{bar}</measure>' for k, bar in enumerate(bars, 1)
    )


def heard(data: bytes) -> list[list[tuple[int, Fraction | int, Fraction | int]]]:
    """Pitch, onset and duration in quarter notes of all that sounds, by part."""
    song, _ = song_of(read_musicxml(data), "")
    return [
        [
            (n.pitch, Fraction(n.onset_ticks, TICKS_PER_BEAT), Fraction(n.duration_ticks, TICKS_PER_BEAT))
            for n in t.notes
        ]
        for t in song.tracks
    ]


def pitches(data: bytes) -> list[int]:
    """What sounds in the first part, by onset."""
    return [pitch for pitch, _, _ in heard(data)[0]]
