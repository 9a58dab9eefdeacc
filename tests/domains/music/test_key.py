"""Which key music sounds like, and how far the common one is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evolve.domains.music.key import estimate_sharps, mode_of, semitones_to_common_key
from evolve.domains.music.song import Note, Notes

C_MAJOR = [60, 64, 67, 60, 65, 69, 67, 71, 74, 72, 60, 64, 67, 72]
A_MINOR = [57, 60, 64, 62, 65, 69, 64, 68, 71, 69, 57, 60, 64, 69]


def notes(pitches: list[int]) -> Notes:
    """One note after another."""
    return Notes.of(Note(pitch, 24 * k, 24) for k, pitch in enumerate(pitches))


@pytest.mark.parametrize("tune", [C_MAJOR, A_MINOR])
@pytest.mark.parametrize("semitones", range(-6, 7))
def test_a_tune_in_any_key_comes_back_to_the_common_one(tune: list[int], semitones: int) -> None:
    """However a tune in C major or A minor is moved, the estimate tells how to move it back."""
    sharps = estimate_sharps(notes([pitch + semitones for pitch in tune]))
    assert (semitones + semitones_to_common_key(sharps)) % 12 == 0


@pytest.mark.parametrize(("tune", "mode"), [(C_MAJOR, "major"), (A_MINOR, "minor")])
@pytest.mark.parametrize("last", ["tonic", "fifth"])
@pytest.mark.parametrize("semitones", range(-6, 7))
def test_a_tune_has_its_mode_in_any_key_wherever_it_ends(tune: list[int], mode: str, last: str, semitones: int) -> None:
    """The last note tells it where it is a tonic, and where it is none, all notes together."""
    ending = tune[0] + {"tonic": 0, "fifth": 7}[last]
    heard = notes([pitch + semitones for pitch in (*tune, ending)])
    assert mode_of(heard, estimate_sharps(notes([pitch + semitones for pitch in tune]))) == mode


def test_the_lowest_note_at_the_last_onset_is_the_final() -> None:
    """A bass that is held under the last notes, not the melody's last note."""
    held = Notes.of([Note(57, 0, 96), Note(76, 24, 24), Note(72, 48, 24), Note(72, 72, 24)])
    assert mode_of(held, 0) == "minor"
    assert mode_of(Notes.of([]), 0) == "major"


@given(st.integers(-7, 7))
def test_the_common_key_is_at_most_half_an_octave_away(sharps: int) -> None:
    """The tonic of any signature reaches C by the shorter way."""
    semitones = semitones_to_common_key(sharps)
    assert -5 <= semitones <= 6
    assert (7 * sharps + semitones) % 12 == 0


@pytest.mark.parametrize("pitches", [[], list(range(60, 72))])
def test_music_without_a_key_stays_where_it_is(pitches: list[int]) -> None:
    """No notes, or all twelve alike, give nothing to tell a key from."""
    assert estimate_sharps(notes(pitches)) == 0


@pytest.mark.parametrize(("lowest", "sharps"), [(0, 0), (1, -5), (2, 2), (3, -3)])
@pytest.mark.parametrize("times", [1, 3, 7])
def test_of_keys_that_fit_alike_the_lowest_is_taken(lowest: int, sharps: int, times: int) -> None:
    """An augmented triad sounds like three keys equally; which is taken is no matter of rounding."""
    triad = [60 + lowest, 64 + lowest, 68 + lowest]
    assert estimate_sharps(notes(triad * times)) == sharps


@given(st.lists(st.integers(0, 127), max_size=30))
def test_an_octave_changes_no_key(pitches: list[int]) -> None:
    """The estimate hears pitch classes alone."""
    assert estimate_sharps(notes(pitches)) == estimate_sharps(notes([pitch % 12 for pitch in pitches]))
