"""Songs for the tests of scores."""

from collections.abc import Sequence

from hypothesis import strategies as st

from evolve.domains.music.song import Metre, Note, Notes, Song, Track

METRES = (Metre(), Metre(3, 4), Metre(2, 2), Metre(6, 8), Metre(12, 8), Metre(5, 4), Metre(7, 8), Metre(3, 8))
ODD_METRES = (Metre(6, 16), Metre(3, 32), Metre(1, 8), Metre(4, 128), Metre(6, 4), Metre(3, 2), Metre(64, 4))

notes_anywhere = st.lists(
    st.builds(Note, st.integers(0, 127), st.integers(0, 600), st.integers(1, 300), st.integers(1, 127)),
    min_size=1,
    max_size=25,
)

songs_anywhere = st.builds(
    lambda tracks, metre, tempo_bpm: Song(
        tuple(Track(Notes.of(notes), program=program) for notes, program in tracks), tempo_bpm, "any", metre
    ),
    st.lists(st.tuples(notes_anywhere, st.sampled_from((0, 40))), min_size=1, max_size=3),
    st.sampled_from(METRES + ODD_METRES),
    st.floats(20, 300),
)
"""Songs of up to three tracks, of which notes begin and end anywhere."""


@st.composite
def songs_on_grid(draw: st.DrawFn) -> Song:
    """Songs whose notes begin on 32nds in some beats and on triplet sixteenths in the others."""
    metre = draw(st.sampled_from(METRES[:5]))
    beat_ticks = 12 if metre.is_compound else 24
    steps = draw(st.lists(st.sampled_from((3, 4)), min_size=16, max_size=16))
    onsets = [beat * beat_ticks + k * step for beat, step in enumerate(steps) for k in range(beat_ticks // step)]
    note = st.builds(Note, st.integers(36, 90), st.sampled_from(onsets), st.integers(1, 120))
    tracks = draw(st.lists(st.lists(note, min_size=1, max_size=15), min_size=1, max_size=2))
    return Song(tuple(Track(Notes.of(notes)) for notes in tracks), 90.0, "on the grid", metre)


def line(*notes: tuple[int, int], start: int = 0) -> list[Note]:
    """Notes one after the other, each a pitch and a length in ticks; pitch 0 is a rest."""
    made, onset = [], start
    for pitch, ticks in notes:
        if pitch:
            made.append(Note(pitch, onset, ticks))
        onset += ticks
    return made


def song_of(*tracks: Sequence[Note], metre: Metre = METRES[0], title: str = "", program: int = 0) -> Song:
    """A song with one track for each list of notes."""
    return Song(tuple(Track(Notes.of(notes), program=program) for notes in tracks), 100.0, title, metre)
