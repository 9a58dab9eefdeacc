"""Which tracks a piano roll names: those that play, where there is more than one to tell apart."""

from evolve.music.instruments import track_labels
from evolve.music.song import Song

LONGEST_LABEL = 24


def legend(song: Song) -> tuple[tuple[int, str], ...]:
    """The number, from 0, and a short label of each track that plays; none if a single one does."""
    labels = enumerate(track_labels(song.tracks))
    playing = tuple((number, _short(label)) for number, label in labels if len(song.tracks[number].notes))
    return playing if len(playing) > 1 else ()


def _short(label: str) -> str:
    return label if len(label) <= LONGEST_LABEL else f"{label[: LONGEST_LABEL - 1].rstrip()}…"
