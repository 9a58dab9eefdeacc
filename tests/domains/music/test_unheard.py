"""Songs that nobody heard are kept small, and become sound when somebody asks."""

import json
import zlib

import pytest

from evolve.domains.music.midi import read_midi
from evolve.domains.music.unheard import heard_now, unheard_file
from evolve.errors import RunError
from tests.unheard_songs import short_song

WHOLE = unheard_file(map(short_song, (3, 4))).data
FIRST = json.loads(zlib.decompress(WHOLE))["songs"][0]


def songs(*told: object) -> dict[str, object]:
    """The content of a file of songs, whatever they are."""
    return {"soundfont": None, "songs": told}


def test_songs_are_had_in_their_order_until_there_is_none() -> None:
    """Under the number that the next one gets, with sound, picture and facts."""
    song = heard_now(WHOLE, already=1, index=7)
    assert song is not None
    assert (song.index, song.facts) == (7, short_song(4)[1])
    files = {file.kind: file for file in song.files}
    assert [file.name for file in song.files] == ["song-7.mid", "song-7.ogg", "song-7.svg"]
    assert read_midi(files["midi"].data, "").notes == short_song(4)[0].notes
    assert heard_now(WHOLE, already=2, index=8) is None


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no zlib",
        WHOLE[: len(WHOLE) // 2],
        zlib.compress(b"{}"),
        zlib.compress(b"[" * 100_000),
        *(
            zlib.compress(json.dumps(told).encode())
            for told in ([3], songs(3), songs("song"), songs({"song": 3}), songs({**FIRST, "facts": {}}))
        ),
        zlib.compress(zlib.decompress(WHOLE).replace(b'"opening_ticks":6', b'"opening_ticks":Infinity')),
    ],
    ids=["empty", "no zlib", "half", "an object", "deep", "list", "number", "text", "no song", "no facts", "endless"],
)
def test_a_damaged_file_is_told(data: bytes) -> None:
    """Cut off, no JSON, or other JSON: one line that says what to do instead."""
    with pytest.raises(RunError, match="songs that were not heard is damaged; evolve compose makes others"):
        heard_now(data, already=0, index=3)
