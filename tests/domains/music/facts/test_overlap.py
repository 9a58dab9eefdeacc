"""Overlap areas, beside the toolbox of those who proposed them."""

from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evolve.domains.music.facts.figures import figures_of
from evolve.domains.music.facts.overlap import Columns, overlap_area, overlap_areas
from evolve.domains.music.midi import read_midi
from evolve.domains.music.song import Song

FOLDER = Path(__file__).resolve().parents[5] / "shared" / "data" / "nottingham"

PITCHES: Final = (
    (12, 12, 10, 10, 13, 10, 12, 14, 10, 13, 13, 11, 12, 13, 11, 15, 15, 14, 7, 12),
    (12, 8, 21, 9, 15, 9, 9, 14, 13, 16, 12, 13, 16, 13, 13, 8, 11, 12, 6, 9),
)
RANGES: Final = (
    (20, 21, 16, 15, 21, 19, 19, 19, 17, 21, 19, 12, 19, 21, 17, 22, 22, 19, 10, 17),
    (19, 13, 23, 14, 16, 12, 15, 21, 19, 17, 12, 19, 22, 19, 19, 11, 17, 21, 12, 17),
)
"""Different pitches, and semitones from the lowest to the highest, in the first track of twenty Nottingham tunes and of
twenty others: `total_used_pitch` and `pitch_range` of mgeval, commit 1059c5a, with pretty_midi 0.2.11.post0."""

AREAS: Final = ((PITCHES, 0.76733), (RANGES, 0.81522))
"""Its `overlap_area` of the distances within the first and between both, as its `__main__.py` lays them out."""


@pytest.mark.parametrize(("sets", "area"), AREAS)
def test_areas_are_those_of_the_authors(sets: tuple[tuple[int, ...], tuple[int, ...]], area: float) -> None:
    """They integrate with adaptive steps, we on a grid."""
    assert overlap_area(*sets) == pytest.approx(area, abs=5e-4)


@pytest.mark.skipif(not FOLDER.is_dir(), reason=f"no music at {FOLDER}")
def test_figures_of_the_same_files_are_those_of_the_authors() -> None:
    """So the whole way from MIDI to an area is theirs."""
    files = sorted(FOLDER.glob("*.mid"))
    figures = [figures_of(_first_track(read_midi(path.read_bytes(), path.name))) for path in files]
    counted = [one.distinct_pitches for one in figures]
    assert (tuple(counted[:20]), tuple(counted[40:])) == PITCHES
    ranges = [one.highest - one.lowest for one in figures if one.highest is not None and one.lowest is not None]
    assert (tuple(ranges[:20]), tuple(ranges[40:])) == RANGES


def _first_track(song: Song) -> Song:
    return replace(song, tracks=song.tracks[:1])


NUMBERS = st.lists(st.integers(0, 40).map(float), min_size=3, max_size=12)


@given(NUMBERS, NUMBERS, st.sampled_from([0.25, 2.0, 8.0]), st.integers(-5, 5))
def test_an_area_is_a_share_that_no_unit_changes(
    songs: list[float], pieces: list[float], factor: float, moved: int
) -> None:
    """The distance of two temperatures is as telling in any scale."""
    area = overlap_area(songs, pieces)
    other = overlap_area([factor * one + moved for one in songs], [factor * one + moved for one in pieces])
    if area is None or other is None:
        assert area == other
    else:
        assert 0 <= area <= 1.001
        assert other == pytest.approx(area, abs=1e-6)


def test_what_cannot_be_compared_is_left_out() -> None:
    """A song may have no lowest pitch; where all tunes have one voice the songs that have one lie among them."""
    songs: Columns = {
        "lowest": [60, 61, None, 64],
        "polyphony": [1.0] * 4,
        "highest": [70.0] * 4,
        "notes": [1, 2, 3, 4],
    }
    pieces: Columns = {"lowest": [60, 62, 63], "polyphony": [1.0] * 3, "highest": [70, 71, 72]}
    areas = overlap_areas(songs, pieces)
    assert areas.keys() == {"lowest", "polyphony"}
    assert areas["polyphony"] == 1.0
    assert overlap_areas({"lowest": [60, None, 61]}, pieces) == {}
    assert overlap_areas({"lowest": [60, 61, 62]}, {"lowest": []}) == {}
