"""Which chord sounds most like another."""

from hypothesis import given
from hypothesis import strategies as st

from evolve.domains.music.tokenizers.likeness import (
    LEVELS,
    Pitches,
    level_of,
    most_alike,
    representatives,
    unlikeness,
    velocity_of,
)
from tests.domains.music.pieces import chords

some = st.lists(chords, min_size=1, max_size=8)


@given(some)
def test_nothing_is_more_like_a_chord_than_itself(known: list[Pitches]) -> None:
    """A chord is at distance 0 from itself, and never nearer to another."""
    distances = unlikeness(known, known)
    assert (distances.diagonal() == 0).all()
    assert (distances >= 0).all()


@given(some, some)
def test_a_rest_is_only_like_a_rest(unknown: list[Pitches], known: list[Pitches]) -> None:
    """Notes never fall silent, and silence never sounds, where there is another way."""
    known = [(), (60,), *known]
    for chord, index in zip(unknown, most_alike(unknown, known).tolist(), strict=True):
        assert bool(chord) == bool(known[index])


def best(chord: Pitches, *known: Pitches) -> Pitches:
    """The known chord most like this one."""
    return known[int(most_alike([chord], known)[0])]


def test_the_melody_note_weighs_most() -> None:
    """A chord with the same top note wins over one with the same notes below."""
    assert best((48, 55, 64, 72), (48, 55, 64, 71), (52, 60, 72)) == (52, 60, 72)


def test_of_two_with_the_same_top_the_bass_decides() -> None:
    """With top and pitch classes equal, the same bass wins."""
    assert best((48, 64, 67, 72), (52, 64, 67, 72), (48, 60, 64, 67, 72)) == (48, 60, 64, 67, 72)


def test_a_wrong_note_is_worse_than_a_missing_one() -> None:
    """Leaving a note out changes a chord less than putting a foreign one in."""
    assert best((48, 64, 67, 72), (48, 64, 72), (48, 63, 64, 67, 72)) == (48, 64, 72)


def test_a_single_note_out_of_range_keeps_its_name() -> None:
    """A note that is too high becomes the same note an octave lower, not its neighbour."""
    assert best((88,), (76,), (86,)) == (76,)


def test_nothing_unknown_needs_nothing() -> None:
    """No chords have no stand-ins."""
    assert most_alike([], [(60,)]).size == 0


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


@given(st.integers(1, 127))
def test_a_velocity_keeps_its_level(velocity: int) -> None:
    """The velocity of a level has that level, and lies within half a level of every one that has it."""
    level = level_of(velocity)
    assert 0 <= level < LEVELS
    assert level_of(velocity_of(level)) == level
    assert abs(velocity_of(level) - velocity) <= 8
    assert 1 <= velocity_of(level) <= 127
