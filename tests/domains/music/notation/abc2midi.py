"""What abc2midi hears in ABC tunes: an independent reader, in C, by J. Allwright and S. Shlien.

It is given each tune by itself, without what it plays and we do not: repeats and endings, an order of parts, swing of
hornpipes, ornaments, and signs that make notes shorter or longer.
"""

import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import mido
import pytest

from tests.domains.music.notation.comparing import Heard

needs_abc2midi = pytest.mark.skipif(
    shutil.which("abc2midi") is None, reason="abc2midi is not installed (Debian's package abcmidi)"
)


_FIELD = re.compile(r"[A-Za-z+]:(?![|:])")
_QUOTED = re.compile(r'("[^"]*"?|\{[^}]*\}?|\[[A-Za-z]:[^\]]*\]|%.*)')
_NAMED_SIGNS = re.compile(r"!(?:[\d<>.^+A-Za-z()-]{2,}|\d|f)?!")
_SIGNS = re.compile(r"[.~H-Wh-w](?=[\s.~H-Wh-w\"({!\[_^=A-Ga-gzx|:}-])|[.~H-Wh-w]$")
_REPEATS = re.compile(r":*(?:\|\]?|\[\|)[:|\]]*\s*(?:\[?\d[\d,.-]*)?|::+(?:\[?\d[\d,.-]*)?|\[\d[\d,.-]*")


def tunes_of(text: str) -> list[str]:
    """The tunes of a book, from each X: to the next empty line or X:."""
    blocks = re.split(r"^(?=X:)", re.sub(r"\n[ \t]+\n", "\n\n", text), flags=re.MULTILINE)
    return [block.split("\n\n")[0] for block in blocks[1:]]


def heard_by_abc2midi(tune: str) -> list[list[Heard]]:
    """The notes of each voice of a tune, by onset and pitch; grace notes and chord symbols are not played."""
    with tempfile.TemporaryDirectory() as folder:
        written, played = Path(folder) / "tune.abc", Path(folder) / "tune.mid"
        written.write_text("\n".join(map(_plain, _played_lines(tune))) + "\n", encoding="utf-8")
        options = ("-NGUI", "-NGRA", "-NFER", "-NFNP", "-silent")
        subprocess.run(["abc2midi", written, "-o", played, *options], capture_output=True, check=False)
        return _voices(mido.MidiFile(played))


def _played_lines(tune: str) -> Iterator[str]:
    first, *lines = (line for line in tune.splitlines() if not re.match(r"[RPWw]:|%%(?!MIDI transpose)", line))
    yield from (first, "%%MIDI chordattack 0", *lines)


def _plain(line: str) -> str:
    """A line of music without repeats, endings and ornaments; a field as it is."""
    if _FIELD.match(line):
        return line
    parts = _QUOTED.split(line)
    return "".join(part if index % 2 else _without_signs(part) for index, part in enumerate(parts))


def _without_signs(music: str) -> str:
    music = _REPEATS.sub(lambda bar: "" if bar[0][:2] in ("[1", "[2", "[3") else "|", music)
    return _SIGNS.sub("", _NAMED_SIGNS.sub("", music))


def _voices(file: mido.MidiFile) -> list[list[Heard]]:
    voices = []
    for track in file.tracks:
        time, sounding, notes = 0, {}, []
        for message in track:
            time += message.time
            if message.type == "note_on" and message.velocity:
                sounding[message.note] = time
            elif message.type in ("note_on", "note_off") and message.note in sounding:
                start = sounding.pop(message.note)
                beat = file.ticks_per_beat
                # Every note starts and ends a tick late and early, so that notes of one pitch do not touch.
                notes.append((message.note, Fraction(start - 1, beat), Fraction(time - start + 1, beat)))
        if notes:
            voices.append(sorted(notes, key=lambda note: (note[1], note[0])))
    return voices
