"""Songs as plain JSON, and what files say brought within what music and MIDI know."""

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, Final

import numpy as np

from evolve.domains.music.song import PIANO, PITCHES, BarLine, Metre, Notes, Song, Table, Track
from evolve.errors import shortened

SLOWEST_TEMPO_BPM: Final = 10.0
FASTEST_TEMPO_BPM: Final = 600.0
PROGRAMS: Final = 128
MOST_BEATS: Final = 32
"""Upper numbers of time signatures beyond this are a program's, not a musician's."""

LONGEST_NAME: Final = 80
"""Of a track, in characters."""


def within_reach(tempo_bpm: float) -> float:
    """The tempo nearest to one that a file says, a number, that anybody plays in."""
    return min(max(tempo_bpm, SLOWEST_TEMPO_BPM), FASTEST_TEMPO_BPM)


def plain_metre(beats: int, unit: int) -> Metre | None:
    """A time signature that can be written on the grid; None for any other."""
    return Metre(beats, unit) if 1 <= beats <= MOST_BEATS and unit in (1, 2, 4, 8, 16, 32) else None


def plain_program(program: int | None) -> int:
    """A General MIDI program; the piano where a file says none, or one that there is not."""
    return program if program is not None and 0 <= program < PROGRAMS else PIANO


def plain_name(name: str) -> str:
    """A track's name without what cannot be seen."""
    return "".join(c for c in name if c.isprintable()).strip()[:LONGEST_NAME]


def is_tempo(tempo_bpm: float | None) -> bool:
    """Whether what a file says is a tempo at all."""
    return tempo_bpm is not None and math.isfinite(tempo_bpm) and tempo_bpm > 0


LARGEST_TICK: Final = 2**31
LOUDEST: Final = 127


def song_to_json(song: Song) -> dict[str, Any]:
    """What `json.dumps` takes: ``{"title", "tempo_bpm", "metre": [4, 4], "bar_lines", "tracks"}``.

    ``bar_lines`` holds three numbers of each, its tick and its metre; ``tracks`` ``{"name", "program", "notes"}`` of
    each, where ``notes`` holds four lists of equal length: MIDI note numbers, onsets and durations (24 to a quarter
    note), and velocities.
    """
    tracks = [{"name": one.name, "program": one.program, "notes": one.notes.table.tolist()} for one in song.tracks]
    metre = [song.metre.beats, song.metre.unit]
    bar_lines = [[line.tick, line.metre.beats, line.metre.unit] for line in song.bar_lines]
    return {"title": song.title, "tempo_bpm": song.tempo_bpm, "metre": metre, "bar_lines": bar_lines, "tracks": tracks}


def song_from_json(data: Mapping[str, Any]) -> Song:
    """What `song_to_json` described; `KeyError`, `TypeError` or `ValueError` when it is something else."""
    tracks = tuple(
        Track(Notes(_table(one["notes"])), str(one["name"]), whole(one["program"], most=PROGRAMS - 1))
        for one in data["tracks"]
    )
    tempo_bpm = float(data["tempo_bpm"])
    if not tracks or not is_tempo(tempo_bpm):
        raise ValueError(f"no song: {len(tracks)} tracks at {tempo_bpm} beats a minute")
    bar_lines = _bar_lines(data.get("bar_lines", ()))  # which openings that were kept before they were read lack
    return Song(tracks, tempo_bpm, str(data["title"]), metre_from_json(data["metre"]), bar_lines)


def metre_from_json(data: Sequence[Any]) -> Metre:
    """The metre of two numbers; `TypeError` or `ValueError` when they are none."""
    beats, unit = data
    metre = Metre(whole(beats, 1, 1_000), whole(unit, 1, 1_000))
    if metre.unit & (metre.unit - 1) or not metre.bar_ticks:
        raise ValueError(f"{metre} is no metre")
    return metre


def whole(value: Any, least: int = 0, most: int = LARGEST_TICK) -> int:  # noqa: ANN401 - JSON
    """A whole number within limits; `TypeError` or `ValueError` when it is none."""
    number = int(value) if not isinstance(value, float) or value.is_integer() else None
    if number is None or not least <= number <= most:
        raise ValueError(f"{shortened(str(value))} is no whole number from {least} to {most}")
    return number


def _bar_lines(rows: Sequence[Sequence[Any]]) -> tuple[BarLine, ...]:
    lines = tuple(BarLine(whole(tick), metre_from_json(metre)) for tick, *metre in rows)
    if any(one.tick >= following.tick for one, following in pairwise(lines)):
        raise ValueError("bar lines do not ascend")
    return lines


def _table(columns: Any) -> Table:  # noqa: ANN401 - JSON
    try:
        table = np.array(columns, dtype=np.int64).reshape(4, -1)
    except OverflowError as error:
        raise ValueError("a number of a note is far too large") from error
    least, most = (0, 0, 1, 1), (PITCHES - 1, LARGEST_TICK, LARGEST_TICK, LOUDEST)
    if table.size and not ((least <= table.T) & (most >= table.T)).all():
        raise ValueError("a number of a note is out of its range")
    return table
