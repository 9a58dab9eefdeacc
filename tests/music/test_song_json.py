"""Songs are kept in JSON."""

import json

import pytest
from hypothesis import given

from evolve.music.song import Notes, Song, Track
from evolve.music.song_json import song_from_json, song_to_json
from tests.music.pieces import songs


@given(songs())
def test_a_song_survives_json(song: Song) -> None:
    """Tracks, instruments, tempo, metre and bar lines come back as they were."""
    assert song_from_json(json.loads(json.dumps(song_to_json(song)))) == song


def test_a_song_without_notes_survives_json() -> None:
    """An empty track is one."""
    song = Song((Track(Notes.of(())),), title="silence")
    assert song_from_json(song_to_json(song)) == song


def test_a_song_that_was_kept_without_bar_lines_has_none() -> None:
    """Openings of runs that were started before there were any are read."""
    song = Song((Track(Notes.of(())),))
    data = song_to_json(song)
    del data["bar_lines"]
    assert song_from_json(data) == song


@pytest.mark.parametrize(
    "damage",
    [
        {"tracks": [{}]}, {"metre": [4]}, {"metre": [1, 512]}, {"tempo_bpm": "fast"}, {"tracks": 3},
        {"bar_lines": [[96, 4, 4], [0, 3, 4]]}, {"bar_lines": [[-1, 4, 4]]}, {"bar_lines": [[0, 4]]}, {"bar_lines": 3},
    ],
)  # fmt: skip
def test_what_is_no_song_raises_what_its_keepers_expect(damage: dict[str, object]) -> None:
    """A damaged entry is one of the errors that a cache takes for damage."""
    data = {**song_to_json(Song((Track(Notes.of(())),))), **damage}
    with pytest.raises((KeyError, TypeError, ValueError)):
        song_from_json(data)
