"""What can be said of the songs of an individual together, from the facts of each."""

from collections.abc import Iterator, Sequence
from statistics import fmean

from evolve.music.facts.words import is_stuck
from evolve.store.records import SongRecord
from evolve.words import counted, worded


def mean_facts(songs: Sequence[SongRecord]) -> dict[str, float]:
    """The mean of each fact that is a number, over the songs that have it; of ``ended`` and ``stuck`` the share."""
    names = dict.fromkeys(name for song in songs for name in song.facts)
    values = {name: list(_values(songs, name)) for name in names}
    return {name: fmean(numbers) for name, numbers in values.items() if numbers}


def songs_in_words(songs: Sequence[SongRecord]) -> list[str]:
    """What matters in few words, such as ``3 of 5 songs end``, ``2 stuck``, ``unlike 1.2``; nothing of older runs."""
    endings = list(_values(songs, "ended"))
    stuck = sum(is_stuck(song.facts) for song in songs)
    distances = list(_values(songs, "distance"))
    songs_end = f"{counted(len(endings), 'song')} {worded(len(endings), 'ends', 'end')}"
    return [
        *([f"{sum(endings):.0f} of {songs_end}"] if endings else []),
        *([f"{stuck} stuck"] if stuck else []),
        *([f"unlike {fmean(distances):.1f}"] if distances else []),
    ]


def _values(songs: Sequence[SongRecord], name: str) -> Iterator[float]:
    for song in songs:
        fact = song.facts.get(name)
        if name == "stuck" and fact is not None:
            yield float(is_stuck(song.facts))
        elif isinstance(fact, int | float):
            yield float(fact)
