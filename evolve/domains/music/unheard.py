"""The songs of a network that nobody has heard yet, kept small until somebody asks for more.

Of forty songs a few are chosen to be heard; the others are notes and facts in one file, in the order in which they are
to be heard, and become sound when they are.
"""

import json
import zlib
from collections.abc import Iterable, Mapping
from typing import Final

from evolve.domains.music.facts.description import SongFacts
from evolve.domains.music.plain import song_from_json, song_to_json
from evolve.domains.music.song import Song
from evolve.domains.music.song_files import song_files
from evolve.domains.music.sound.soundfonts import SoundFont
from evolve.errors import RunError
from evolve.records.run import Artifact, Json, Sample

KIND: Final = "unheard"
"""The file's kind among those of an individual."""

_LARGEST_BYTES: Final = 200_000_000
"""Of the songs unpacked; far more than they take."""


def unheard_file(songs: Iterable[tuple[Song, SongFacts]], soundfont: SoundFont | None = None) -> Artifact:
    """A compressed JSON file of songs with their facts, in the order in which they are to be heard, and who plays them.

    It is ``{"soundfont", "songs": [{"song", "facts"}]}``, the song as `song_to_json` tells it, the SoundFont as
    `SoundFont.to_json`, null where evolve's own instruments play.
    """
    written = [{"song": song_to_json(song), "facts": facts} for song, facts in songs]
    told = {"soundfont": soundfont and soundfont.to_json(), "songs": written}
    return Artifact(KIND, "unheard.json.z", zlib.compress(json.dumps(told, separators=(",", ":")).encode(), 9))


def heard_now(data: bytes, *, already: int, index: int) -> Sample | None:
    """The next song that has not been heard, with its sound and its picture; None when all have been.

    Args:
        data: What `unheard_file` made.
        already: How many songs of the file are heard already.
        index: The number that the next one gets, from 1.

    Raises:
        RunError: The file is none.
        ExecutionError: This machine does not have the SoundFont that plays them.
    """
    try:
        told = _unpacked(data)
        left = told["songs"][already:]
        return _song(left[0], index, SoundFont.from_json(told["soundfont"])) if left else None
    except (ValueError, LookupError, TypeError, AttributeError, OverflowError, RecursionError, zlib.error) as error:
        raise RunError("the file of the songs that were not heard is damaged; evolve compose makes others") from error


def _unpacked(data: bytes) -> Mapping[str, Json]:
    unpacking = zlib.decompressobj()
    text = unpacking.decompress(data, _LARGEST_BYTES)
    if not unpacking.eof:
        raise ValueError("it is cut off, or far too large")
    told: Mapping[str, Json] = json.loads(text)
    return told


def _song(kept: Mapping[str, Json], index: int, soundfont: SoundFont | None) -> Sample:
    facts = dict(kept["facts"])
    song = song_from_json({**kept["song"], "title": f"Song {index}"})
    opening_ticks = int(facts["opening_ticks"])
    files = song_files(song, f"song-{index}", opening_ticks=opening_ticks, soundfont=soundfont)
    return Sample(index, files, facts)
