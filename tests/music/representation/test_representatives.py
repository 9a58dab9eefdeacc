"""Which chords stand for all chords."""

from hypothesis import given
from hypothesis import strategies as st

from evolve.music.representation.likeness import Pitches, unlikeness
from evolve.music.representation.representatives import representatives
from tests.music.pieces import chords

SINGLES: list[Pitches] = [(), (48,), (60,), (72,)]

counted = st.dictionaries(chords.filter(lambda chord: len(chord) > 1), st.integers(1, 50), max_size=20)


def cost(counts: dict[Pitches, int], known: list[Pitches]) -> float:
    """The unlikeness of every occurrence to its nearest known chord, summed."""
    return float(unlikeness(list(counts), known).min(axis=1) @ list(counts.values())) if counts else 0.0


@given(counted, st.integers(0, 25))
def test_chords_are_chosen_once_and_up_to_the_limit(counts: dict[Pitches, int], limit: int) -> None:
    """As many as allowed are chosen, each of them one that occurs and was not known."""
    chosen = representatives(counts, SINGLES, limit)
    assert len(chosen) == len(set(chosen)) == min(limit, len(counts))
    assert set(chosen) <= set(counts)


@given(counted, st.integers(1, 8))
def test_each_turn_takes_the_most_useful_chord(counts: dict[Pitches, int], limit: int) -> None:
    """No other chord in a turn's place would have lessened the unlikeness more: the lazy search misses none."""
    known = list(SINGLES)
    if limit >= len(counts):
        return
    for chord in representatives(counts, SINGLES, limit):
        best = min(cost(counts, [*known, other]) for other in counts)
        assert cost(counts, [*known, chord]) <= best * (1 + 1e-4) + 1e-3
        known.append(chord)


def test_unlike_chords_are_preferred_to_frequent_ones() -> None:
    """Of two voicings of one chord and a different chord, the different one is known before the second voicing."""
    counts: dict[Pitches, int] = {(48, 55, 64, 72): 50, (48, 52, 67, 72): 40, (50, 57, 65, 74): 10}
    assert representatives(counts, SINGLES, 2) == ((48, 55, 64, 72), (50, 57, 65, 74))
