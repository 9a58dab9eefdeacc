"""Songs as plain lists and dictionaries, as they are kept in JSON."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from evolve.music.song import Metre, Notes, Song, Track


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
        Track(Notes(np.array(one["notes"], dtype=np.int64).reshape(4, -1)), str(one["name"]), int(one["program"]))
        for one in data["tracks"]
    )
    beats, unit = data["metre"]
    return Song(tracks, float(data["tempo_bpm"]), str(data["title"]), Metre(int(beats), int(unit)))
