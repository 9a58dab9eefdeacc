"""What pitches, instruments and tracks are called; programs are those of General MIDI System Level 1 (1991)."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:  # nothing here needs numpy: facts are also told where no song is looked at
    from evolve.domains.music.song import Track

_PITCH_NAMES: Final = ("C", "C♯", "D", "D♯", "E", "F", "F♯", "G", "G♯", "A", "A♯", "B")

MIDDLE_C: Final = 60
"""Its MIDI pitch."""

SEMITONES: Final = MappingProxyType({"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11})
"""How high the natural note of each letter lies above the C below it."""


def pitch_name(pitch: int) -> str:
    """The name of a MIDI pitch, such as ``C4`` for 60, with sharps."""
    return f"{_PITCH_NAMES[pitch % 12]}{pitch // 12 - 1}"


_FAMILIES: Final[Mapping[str, str]] = {
    "Piano": "Acoustic grand piano, Bright acoustic piano, Electric grand piano, Honky-tonk piano, "
    "Electric piano 1, Electric piano 2, Harpsichord, Clavinet",
    "Chromatic percussion": "Celesta, Glockenspiel, Music box, Vibraphone, Marimba, Xylophone, Tubular bells, Dulcimer",
    "Organ": "Drawbar organ, Percussive organ, Rock organ, Church organ, "
    "Reed organ, Accordion, Harmonica, Tango accordion",
    "Guitar": "Nylon-string guitar, Steel-string guitar, Jazz guitar, Clean electric guitar, "
    "Muted electric guitar, Overdriven guitar, Distortion guitar, Guitar harmonics",
    "Bass": "Acoustic bass, Fingered electric bass, Picked electric bass, Fretless bass, "
    "Slap bass 1, Slap bass 2, Synth bass 1, Synth bass 2",
    "Strings": "Violin, Viola, Cello, Contrabass, Tremolo strings, Pizzicato strings, Orchestral harp, Timpani",
    "Ensemble": "String ensemble 1, String ensemble 2, Synth strings 1, Synth strings 2, "
    "Choir aahs, Voice oohs, Synth voice, Orchestra hit",
    "Brass": "Trumpet, Trombone, Tuba, Muted trumpet, French horn, Brass section, Synth brass 1, Synth brass 2",
    "Reed": "Soprano sax, Alto sax, Tenor sax, Baritone sax, Oboe, English horn, Bassoon, Clarinet",
    "Pipe": "Piccolo, Flute, Recorder, Pan flute, Blown bottle, Shakuhachi, Whistle, Ocarina",
    "Synth lead": "Square lead, Sawtooth lead, Calliope lead, Chiff lead, "
    "Charang lead, Voice lead, Fifths lead, Bass and lead",
    "Synth pad": "New age pad, Warm pad, Polysynth pad, Choir pad, Bowed pad, Metallic pad, Halo pad, Sweep pad",
    "Synth effects": "Rain, Soundtrack, Crystal, Atmosphere, Brightness, Goblins, Echoes, Sci-fi",
    "Ethnic": "Sitar, Banjo, Shamisen, Koto, Kalimba, Bagpipe, Fiddle, Shanai",
    "Percussive": "Tinkle bell, Agogo, Steel drums, Woodblock, Taiko drum, Melodic tom, Synth drum, Reverse cymbal",
    "Sound effects": "Guitar fret noise, Breath noise, Seashore, Bird tweet, "
    "Telephone ring, Helicopter, Applause, Gunshot",
}
"""Eight programs each, in the order of their numbers."""

_INSTRUMENT_NAMES: Final = tuple((family, name) for family, names in _FAMILIES.items() for name in names.split(", "))


def instrument_name(program: int) -> str:
    """What General MIDI calls a program, 0 .. 127: ``Acoustic grand piano``, ``Violin``."""
    return _INSTRUMENT_NAMES[program][1]


def family_name(program: int) -> str:
    """The General MIDI family of a program, 0 .. 127: ``Piano``, ``Strings``."""
    return _INSTRUMENT_NAMES[program][0]


def track_labels(tracks: "Sequence[Track]") -> tuple[str, ...]:
    """What to call each track: by its name, else its instrument's; those that are called alike are numbered."""
    names = [track.name.strip() or instrument_name(track.program) for track in tracks]
    return tuple(
        f"{name} {names[: i + 1].count(name)}" if names.count(name) > 1 else name for i, name in enumerate(names)
    )
