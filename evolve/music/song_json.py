"""Songs as plain lists and dictionaries, as they are kept in JSON."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from evolve.errors import shortened
from evolve.music.plain import PROGRAMS, is_tempo
from evolve.music.song import PITCHES, Metre, Notes, Song, Table, Track

LARGEST_TICK: Final = 2**31
LOUDEST: Final = 127


def song_to_json(song: Song) -> dict[str, Any]:
    """What `json.dumps` takes: ``{"title", "tempo_bpm", "metre": [4, 4], "tracks": [{"name", "program", "notes"}]}``.

    ``notes`` holds four lists of equal length: MIDI note numbers, onsets and durations (24 to a quarter note), and
    velocities.
    """
    tracks = [{"name": one.name, "program": one.program, "notes": one.notes.table.tolist()} for one in song.tracks]
    metre = [song.metre.beats, song.metre.unit]
    return {"title": song.title, "tempo_bpm": song.tempo_bpm, "metre": metre, "tracks": tracks}


def song_from_json(data: Mapping[str, Any]) -> Song:
    """What `song_to_json` described; `KeyError`, `TypeError` or `ValueError` when it is something else."""
    tracks = tuple(
        Track(Notes(_table(one["notes"])), str(one["name"]), whole(one["program"], most=PROGRAMS - 1))
        for one in data["tracks"]
    )
    tempo_bpm = float(data["tempo_bpm"])
    if not tracks or not is_tempo(tempo_bpm):
        raise ValueError(f"no song: {len(tracks)} tracks at {tempo_bpm} beats a minute")
    return Song(tracks, tempo_bpm, str(data["title"]), metre_from_json(data["metre"]))


def metre_from_json(data: Sequence[Any]) -> Metre:
    """The metre of two numbers; `TypeError` or `ValueError` when they are none."""
    beats, unit = data
    metre = Metre(whole(beats, 1, 1_000), whole(unit, 1, 1_000))
    if metre.unit & (metre.unit - 1):
        raise ValueError(f"{metre} is no metre")
    return metre


def whole(value: Any, least: int = 0, most: int = LARGEST_TICK) -> int:  # noqa: ANN401 - JSON
    """A whole number within limits; `TypeError` or `ValueError` when it is none."""
    number = int(value) if not isinstance(value, float) or value.is_integer() else None
    if number is None or not least <= number <= most:
        raise ValueError(f"{shortened(str(value))} is no whole number from {least} to {most}")
    return number


def _table(columns: Any) -> Table:  # noqa: ANN401 - JSON
    """Columns of notes, each number within its limits."""
    try:
        table = np.array(columns, dtype=np.int64).reshape(4, -1)
    except OverflowError as error:
        raise ValueError("a number of a note is far too large") from error
    least, most = (0, 0, 1, 1), (PITCHES - 1, LARGEST_TICK, LARGEST_TICK, LOUDEST)
    if table.size and not ((least <= table.T) & (most >= table.T)).all():
        raise ValueError("a number of a note is out of its range")
    return table
