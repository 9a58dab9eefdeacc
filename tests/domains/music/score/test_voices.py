"""A pianist's notes are parted between the hands."""

from hypothesis import given
from hypothesis import strategies as st

from evolve.domains.music.score.voices import Segment, Stretch, right_hand, voices
from evolve.domains.music.song import Note, Notes
from tests.domains.music.score.songs import line, notes_anywhere


@given(notes_anywhere)
def test_at_each_onset_the_right_hand_is_above_the_left(notes: list[Note]) -> None:
    """Of notes struck together none of the right hand's is lower than one of the left hand's."""
    columns = Notes.of(notes)
    is_right = right_hand(columns)
    for onset in set(columns.onsets_ticks.tolist()):
        here = columns.onsets_ticks == onset
        left, right = columns.pitches[here & ~is_right], columns.pitches[here & is_right]
        assert not len(left) or not len(right) or left.max() < right.min()


def test_melody_and_bass_go_to_different_hands() -> None:
    """A melody that dips below middle C stays in the right hand above a bass."""
    melody = line((72, 24), (67, 24), (59, 24), (64, 24))
    bass = line((43, 24), (47, 24), (40, 24), (48, 24))
    notes = Notes.of([*melody, *bass])
    assert right_hand(notes).tolist() == [pitch >= 59 for pitch in notes.pitches.tolist()]


def pitches(voice: list[Segment]) -> list[tuple[int, ...]]:
    """What each segment sounds."""
    return [tuple(tone.pitch for tone in segment.tones) for segment in voice]


def stretch(pitch: int, start: int, stop: int) -> Stretch:
    """A note within a bar."""
    return Stretch(pitch, start, stop, is_held=False, goes_on=False)


def test_chords_are_one_voice() -> None:
    """Notes that begin and end together need no second voice."""
    (voice,) = voices([stretch(60, 0, 48), stretch(64, 0, 48), stretch(62, 48, 96)], 0, 96)
    assert pitches(voice) == [(60, 64), (62,)]


def test_a_melody_over_a_held_note_is_the_upper_voice() -> None:
    """What overlaps is parted by pitch, whichever begins first."""
    melody = [stretch(72, 24, 48), stretch(74, 48, 96)]
    upper, lower = voices([stretch(48, 0, 96), *melody], 0, 96)
    assert pitches(upper) == [(), (72,), (74,)]
    assert pitches(lower) == [(48,)]
    held = stretch(84, 0, 96)
    upper, lower = voices([held, *melody], 0, 96)
    assert pitches(upper) == [(84,)]
    assert pitches(lower) == [(), (72,), (74,)]


def test_silence_is_shown_once() -> None:
    """A rest is hidden while the other voice sounds; where both are silent the upper one shows it."""
    upper, lower = voices([stretch(72, 0, 24), stretch(60, 0, 48)], 0, 96)
    assert [(s.start, s.stop, s.is_hidden) for s in upper if not s.tones] == [(24, 48, True), (48, 96, False)]
    assert [(s.start, s.stop, s.is_hidden) for s in lower if not s.tones] == [(48, 96, True)]


@given(
    st.lists(
        st.tuples(st.integers(40, 90), st.integers(0, 15), st.integers(1, 16)).map(
            lambda n: stretch(n[0], 6 * n[1], min(96, 6 * (n[1] + n[2])))
        ),
        min_size=1,
        max_size=12,
        unique_by=lambda s: s.pitch,
    )
)
def test_all_that_sounds_is_in_one_of_the_voices(stretches: list[Stretch]) -> None:
    """Voices fill the bar; at any time they sound what was given, joined by ties."""
    found = voices(sorted(stretches, key=lambda s: (s.start, s.pitch)), 0, 96)
    for voice in found:
        assert [s.start for s in voice] == [0, *(s.stop for s in voice[:-1])]
        assert voice[-1].stop == 96
    for place in range(0, 96, 6):
        sounding = sorted(t.pitch for voice in found for s in voice if s.start <= place < s.stop for t in s.tones)
        assert sounding == sorted(s.pitch for s in stretches if s.start <= place < s.stop)
    for given_stretch in stretches:
        heads = [
            (s.start, s.stop, t) for voice in found for s in voice for t in s.tones if t.pitch == given_stretch.pitch
        ]
        assert not heads[0][2].is_held
        assert not heads[-1][2].goes_on
        assert all(t.goes_on for _, _, t in heads[:-1])
