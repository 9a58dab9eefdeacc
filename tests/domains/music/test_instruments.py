"""Programs have General MIDI's names, and tracks can be told apart by theirs."""

from hypothesis import given
from hypothesis import strategies as st

from evolve.domains.music.instruments import MIDDLE_C, SEMITONES, family_name, instrument_name, pitch_name, track_labels
from evolve.domains.music.song import Notes, Track

SILENT = Notes.of(())


def test_programs_are_named_as_in_general_midi() -> None:
    """Landmarks of the standard's table are where it has them, and no two programs share a name."""
    landmarks = {0: "Acoustic grand piano", 6: "Harpsichord", 40: "Violin", 52: "Choir aahs", 73: "Flute"}
    assert {program: instrument_name(program) for program in landmarks} == landmarks
    assert instrument_name(127) == "Gunshot"
    assert len({instrument_name(program) for program in range(128)}) == 128


def test_families_have_eight_programs_each() -> None:
    """A flute is a pipe, and so are its seven neighbours."""
    families = [family_name(program) for program in range(128)]
    assert families[73] == "Pipe"
    assert len(set(families)) == 16
    assert all(len(set(families[i : i + 8])) == 1 for i in range(0, 128, 8))


def test_a_track_without_a_name_is_called_by_its_instrument() -> None:
    """Its own name comes first, and blanks are none."""
    tracks = [Track(SILENT, "Soprano", 52), Track(SILENT, " ", 42)]
    assert track_labels(tracks) == ("Soprano", "Cello")


@given(st.lists(st.builds(Track, st.just(SILENT), st.sampled_from(["", "Piano"]), st.integers(0, 1)), max_size=6))
def test_tracks_that_are_called_alike_are_numbered(tracks: list[Track]) -> None:
    """No two labels are the same, in the order of the tracks."""
    assert len(set(track_labels(tracks))) == len(tracks)


def test_middle_c_is_c4() -> None:
    """Octaves are numbered as in scientific pitch notation, and black keys are sharps."""
    assert [pitch_name(p) for p in (0, 21, 60, 61, 127)] == ["C-1", "A0", "C4", "C♯4", "G9"]


def test_letters_are_as_high_as_their_names_say() -> None:
    """Each natural note has its letter as its name."""
    assert [pitch_name(MIDDLE_C + semitones) for semitones in SEMITONES.values()] == [f"{one}4" for one in "CDEFGAB"]
