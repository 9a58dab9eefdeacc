"""Real music becomes symbols and comes back."""

from pathlib import Path

import numpy as np
import pytest

from evolve.music.arrangement import PIANO
from evolve.music.reading import read_songs
from evolve.music.representation.contract import Settings
from evolve.music.representation.events import learn_events
from evolve.music.representation.notes import learn_notes
from evolve.music.representation.slices import cut
from evolve.music.reshaping import merged
from evolve.music.song import COMMON_TIME, TICKS_PER_BEAT

DATA = Path(__file__).resolve().parents[4] / "shared" / "data"
FILES = sorted((*DATA.glob("giantmidi/*.mid"), *DATA.glob("nottingham/*.mid")))

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not FILES, reason=f"no music at {DATA}"),
]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_file_comes_back_from_its_events(path: Path) -> None:
    """All tracks, note for note on the grid of their reading; half a sixteenth away at most on a grid of sixteenths."""
    (song,) = read_songs(path)
    notes = tuple(track.notes for track in song.tracks)
    events = learn_events([song], Settings(), [COMMON_TIME])
    heard = events.decode(events.encode(song).streams)
    assert all(np.array_equal(a.table[:3], b.table[:3]) for a, b in zip(heard, notes, strict=True))
    coarse = learn_events([song], Settings(grid_ticks=TICKS_PER_BEAT // 4), [COMMON_TIME])
    for played, back in zip(notes, coarse.decode(coarse.encode(song).streams), strict=True):
        assert abs(int(played.ends_ticks.max()) - int(back.ends_ticks.max())) <= TICKS_PER_BEAT // 4
        assert set(back.pitches.tolist()) == set(played.pitches.tolist())


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_file_comes_back_from_its_notes_with_their_durations(path: Path) -> None:
    """On one piano every chord is struck again in its order; only time becomes note values."""
    (song,) = read_songs(path)
    piano = merged(song)
    notes = learn_notes([piano], PIANO, Settings(endings=False, chord_symbols=10**6), [COMMON_TIME])
    encoded = notes.encode(piano)
    again = [notes.voices[0][symbol] for symbol in encoded.streams["pitch"].tolist()]
    assert again == [one.voices[0] for one in cut(piano, keeps_upbeat=False)]
    assert encoded.replacements == 0
