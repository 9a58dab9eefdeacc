"""Real music becomes tokens and comes back."""

from pathlib import Path

import numpy as np
import pytest

from evolve.domains.music.reading import read_songs
from evolve.domains.music.reshaping import PIANO, merged
from evolve.domains.music.song import COMMON_TIME, TICKS_PER_BEAT
from evolve.domains.music.tokenizers.events import learn_events
from evolve.domains.music.tokenizers.notes import learn_notes
from evolve.domains.music.tokenizers.steps import cut
from evolve.domains.music.tokenizers.tokenizer import TokenizerSettings

DATA = Path(__file__).resolve().parents[5] / "shared" / "data"
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
    events = learn_events([song], TokenizerSettings(), [COMMON_TIME])
    heard = events.decode(events.encode(song).streams)
    assert all(np.array_equal(a.table[:3], b.table[:3]) for a, b in zip(heard, notes, strict=True))
    coarse = learn_events([song], TokenizerSettings(grid_ticks=TICKS_PER_BEAT // 4), [COMMON_TIME])
    for played, back in zip(notes, coarse.decode(coarse.encode(song).streams), strict=True):
        assert abs(int(played.ends_ticks.max()) - int(back.ends_ticks.max())) <= TICKS_PER_BEAT // 4
        assert set(back.pitches.tolist()) == set(played.pitches.tolist())


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_file_comes_back_from_its_notes_with_their_durations(path: Path) -> None:
    """On one piano every chord is struck again in its order; only time becomes note values."""
    (song,) = read_songs(path)
    piano = merged(song)
    notes = learn_notes([piano], PIANO, TokenizerSettings(endings=False, chord_tokens=10**6), [COMMON_TIME])
    encoded = notes.encode(piano)
    again = [notes.voices[0][token] for token in encoded.streams["pitch"].tolist()]
    assert again == [one.voices[0] for one in cut(piano, keeps_upbeat=False)]
    assert encoded.replacements == 0
