"""Notes are moved to where they can be written, and no further."""

import pytest
from hypothesis import given

from evolve.domains.music.score.divisions import TripletCell, bar_lines, printable
from evolve.domains.music.score.grid import on_grid
from evolve.domains.music.song import COMMON_TIME, Note, Notes, Song
from tests.domains.music.score.songs import line, songs_anywhere, songs_on_grid

LINES = bar_lines(COMMON_TIME)


def written(notes: list[Note]) -> list[tuple[int, int]]:
    """Onsets and ends as they are written in common time."""
    return [(note.onset_ticks, note.end_ticks) for note in on_grid(Notes.of(notes), LINES).notes]


@given(songs_on_grid())
def test_onsets_on_a_grid_stay(song: Song) -> None:
    """What lies on 32nds in one beat and on triplets in another is not moved."""
    lines = bar_lines(printable(song.metre))
    for track in song.tracks:
        shown = {(note.onset_ticks, note.pitch) for note in on_grid(track.notes, lines).notes}
        assert shown == {(note.onset_ticks, note.pitch) for note in track.notes}


@given(songs_anywhere)
def test_any_notes_can_be_written(song: Song) -> None:
    """Each note lasts, none sounds twice at once, and nothing lies between the lines."""
    lines = bar_lines(printable(song.metre))
    for track in song.tracks:
        shown = on_grid(track.notes, lines)
        ends: dict[int, int] = {}
        for note in shown.notes:
            assert note.duration_ticks > 0
            assert note.onset_ticks >= ends.get(note.pitch, 0)
            ends[note.pitch] = note.end_ticks
        for tick in {t for note in shown.notes for t in (note.onset_ticks, note.end_ticks)}:
            bar, place = divmod(tick, lines.bar)
            cells = [cell for cell in shown.triplets.get(bar, ()) if cell.holds(place)]
            assert all((place - cell.start) % 4 == 0 for cell in cells) if cells else place % 3 == 0


@given(songs_anywhere)
def test_nothing_moves_far(song: Song) -> None:
    """No note begins more than half an eighth note from where it did."""
    for track in song.tracks:
        onsets = {note.onset_ticks for note in on_grid(track.notes, bar_lines(printable(song.metre))).notes}
        assert all(min(abs(tick - onset) for onset in onsets) <= 6 for tick in track.notes.onsets_ticks.tolist())


def test_gaps_of_playing_are_closed() -> None:
    """Notes let go a little early are written to last until the next one begins, the last one until the beat."""
    played = [Note(60 + k, 24 * k, 21 + k % 2) for k in range(4)]
    assert written(played) == [(24 * k, 24 * k + 24) for k in range(4)]


def test_rests_stay() -> None:
    """A rest that somebody wrote is not swallowed by the note before it."""
    assert written(line((60, 12), (0, 12), (62, 24))) == [(0, 12), (24, 48)]


def test_small_overlaps_are_cut() -> None:
    """A note held a moment into the next one does not need a second voice."""
    assert written([Note(60, 0, 26), Note(62, 24, 24)]) == [(0, 24), (24, 48)]


@pytest.mark.parametrize(
    ("onsets", "expected"),
    [
        ((0, 8, 16), [TripletCell(0, 24)]),
        ((0, 4, 8, 12, 18), [TripletCell(0, 12)]),
        ((0, 16, 32), [TripletCell(0, 48)]),
        ((0, 6, 12, 18), []),
        ((0, 3, 6, 12), []),
    ],
)
def test_triplets_are_found(onsets: tuple[int, ...], expected: list[TripletCell]) -> None:
    """Three notes in a beat are a triplet, as are three in half of it or in two beats."""
    notes = [Note(60, onset, 3) for onset in onsets]
    assert list(on_grid(Notes.of(notes), LINES).triplets.get(0, ())) == expected


def test_played_triplets_are_seen_through() -> None:
    """Triplets that a hand plays unevenly are still triplets."""
    strays = (0, 1, -1, 1, 0, 1, 0, 1, 0, -1, 1, -1)
    notes = [Note(60 + k, 24 + 8 * k + stray, 7) for k, stray in enumerate(strays)]
    onsets = [note.onset_ticks for note in on_grid(Notes.of(notes), LINES).notes]
    assert onsets == [24 + 8 * k for k in range(12)]
