"""Which chord sounds most like another."""

from hypothesis import given
from hypothesis import strategies as st

from evolve.music.representation.likeness import Pitches, most_alike, unlikeness
from tests.music.pieces import chords

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
