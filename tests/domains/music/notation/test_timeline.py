"""Written music on one timeline: bars side by side, ties, upbeats, tempo, and bars that do not add up."""

from collections.abc import Sequence
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evolve.domains.music.notation.timeline import song_of
from evolve.domains.music.notation.written import WrittenBar, WrittenNote, WrittenPart, WrittenScore
from evolve.domains.music.song import COMMON_TIME, TICKS_PER_BEAT, Metre

WALTZ = Metre(3, 4)


def bar(*notes: tuple[int, float, float], length: float = 4, metre: Metre | None = COMMON_TIME) -> WrittenBar:
    """A bar with notes of some pitch, onset and duration in beats."""
    written = [WrittenNote(pitch, Fraction(onset), Fraction(duration)) for pitch, onset, duration in notes]
    return WrittenBar(Fraction(length), tuple(written), metre)


def part(*bars: WrittenBar) -> WrittenPart:
    """A part of some bars."""
    return WrittenPart(bars)


def starts(parts: Sequence[WrittenPart]) -> list[list[float]]:
    """The onsets of each track in beats."""
    song, _ = song_of(WrittenScore(tuple(parts)), "")
    return [[tick / TICKS_PER_BEAT for tick in track.notes.onsets_ticks.tolist()] for track in song.tracks]


def test_bars_of_unequal_length_start_together() -> None:
    """A bar begins in all parts where the longest of the bars before it ends, whatever each part's bar holds."""
    upper = part(bar((72, 0, 1), length=1), bar((72, 0, 4)), bar((72, 0, 3), length=3), bar((72, 0, 4)))
    lower = part(bar((48, 0, 4)), bar((48, 0, 4)), bar((48, 0, 4)), bar((48, 0, 4)))
    assert starts([upper, lower]) == [[0, 4, 8, 12], [0, 4, 8, 12]]
    assert song_of(WrittenScore((upper, lower)), "")[1] == (
        "1 bar does not add up to the metre: 3",
        "parts have bars of different lengths: each bar is as long as its longest",
    )


def test_a_part_that_ends_early_is_in_step() -> None:
    """Its bars lie with the others' of the same number."""
    assert starts([part(*[bar((60, 0, 4))] * 3), part(bar((48, 0, 4)))]) == [[0, 4, 8], [0]]


def test_parts_of_equal_length_in_unequal_bars_run_by_themselves() -> None:
    """Where a voice lacks a bar line that another has, what follows is not moved."""
    upper = part(*[bar((60, 0, 4))] * 4)
    lower = part(bar((48, 0, 4), (50, 4, 4), length=8), bar((48, 0, 4)), bar((52, 0, 4)))
    assert starts([upper, lower]) == [[0, 4, 8, 12], [0, 4, 8, 12]]


def test_an_upbeat_begins_with_the_silence_that_its_bar_lacks() -> None:
    """So that bar lines lie where the metre has them; in free time there is nothing to lack."""
    assert starts([part(bar((67, 0, 1), length=1), bar((72, 0, 4)))]) == [[3, 4]]
    assert starts([part(bar((67, 0, 1), length=1, metre=None), bar((72, 0, 4), metre=None))]) == [[0, 1]]
    assert starts([part(bar((67, 0, 1), length=1))]) == [[0]]


def test_ties_join_what_touches() -> None:
    """A tied note goes on from the one of its pitch that ends where it starts, over bars and in any voice; else not."""
    first = WrittenBar(Fraction(4), (WrittenNote(60, Fraction(2), Fraction(2)),), COMMON_TIME)
    tied = WrittenNote(60, Fraction(0), Fraction(1), is_tied=True)
    late = WrittenNote(60, Fraction(3), Fraction(1), is_tied=True)
    song, _ = song_of(WrittenScore((part(first, WrittenBar(Fraction(4), (tied, late), COMMON_TIME)),)), "")
    assert [(note.onset_ticks, note.duration_ticks) for note in song.notes] == [(48, 72), (168, 24)]


def test_two_voices_may_tie_the_same_key() -> None:
    """Each goes on in its own, and together they are one note to hear."""
    twice = (WrittenNote(60, Fraction(0), Fraction(4)),) * 2
    on = (
        WrittenNote(60, Fraction(0), Fraction(1), is_tied=True),
        WrittenNote(60, Fraction(0), Fraction(2), is_tied=True),
    )
    score = part(WrittenBar(Fraction(4), twice, COMMON_TIME), WrittenBar(Fraction(4), on, COMMON_TIME))
    song, _ = song_of(WrittenScore((score,)), "")
    assert [(note.onset_ticks, note.duration_ticks) for note in song.notes] == [(0, 144)]


@pytest.mark.parametrize(
    ("metre", "bpm"),
    [
        (Metre(4, 4), 100), (Metre(2, 2), 200), (Metre(6, 8), 150), (Metre(3, 8), 150), (Metre(9, 8), 150),
        (Metre(3, 4), 100), (Metre(6, 4), 300), (Metre(5, 8), 100), (Metre(7, 8), 100), (Metre(2, 4), 100),
        (Metre(12, 16), 75),
    ],
)  # fmt: skip
def test_without_a_tempo_it_is_felt_beats_that_are_counted(metre: Metre, bpm: float) -> None:
    """A hundred of them a minute: dotted ones in 6/8, halves in 2/2, quarters where no equal beat fits."""
    length = float(Fraction(4 * metre.beats, metre.unit))
    song, _ = song_of(WrittenScore((part(bar((60, 0, 1), length=length, metre=metre)),)), "")
    assert song.tempo_bpm == pytest.approx(bpm)
    assert song_of(WrittenScore((part(bar((60, 0, 1), metre=metre)),), tempo_bpm=72.5), "")[0].tempo_bpm == 72.5


def test_the_metre_is_that_of_most_of_the_piece() -> None:
    """By time, not by bars; common time where nothing says one."""
    bars = [bar((60, 0, 3), length=3, metre=WALTZ)] * 2 + [bar((60, 0, 4))]
    assert song_of(WrittenScore((part(*bars),)), "")[0].metre == WALTZ
    assert song_of(WrittenScore((part(bar((60, 0, 4), metre=None)),)), "")[0].metre == COMMON_TIME


def test_what_midi_has_no_pitch_for_is_left_out_and_told() -> None:
    """The rest of the piece is there."""
    song, doubts = song_of(WrittenScore((part(bar((130, 0, 2), (60, 2, 2))),)), "")
    assert [note.pitch for note in song.notes] == [60]
    assert doubts == ("1 note left out that MIDI has no pitch for",)


def test_short_bars_around_section_ends_are_not_doubted() -> None:
    """An upbeat to a repeat makes its last bar short; a short bar within a section is told."""
    short = WrittenBar(Fraction(3), (), COMMON_TIME, ends_section=True)
    full = bar((60, 0, 4))
    assert song_of(WrittenScore((part(full, short, bar(length=1), full),)), "")[1] == ()
    assert song_of(WrittenScore((part(full, bar(length=3), full),)), "")[1] == (
        "1 bar does not add up to the metre: 2",
    )
    assert song_of(WrittenScore((part(*[full, bar(length=5)] * 9, full),)), "")[1] == (
        "9 bars do not add up to the metre: 2, 4, 6, 8, 10, 12, 14, 16, …",
    )


@given(
    st.lists(
        st.lists(st.integers(1, 16).map(lambda units: Fraction(units, 4)), min_size=3, max_size=3),
        min_size=1,
        max_size=4,
    )
)
def test_bar_k_starts_at_one_place_in_every_part(lengths: list[list[Fraction]]) -> None:
    """However long bars are, those of one number start together, and none starts before another has ended."""
    parts = [
        part(*[WrittenBar(length, (WrittenNote(60, Fraction(0), length),), None) for length in own]) for own in lengths
    ]
    tracks = starts(parts)
    assert all(track == tracks[0] for track in tracks)
    longest = [max(together) for together in zip(*lengths, strict=True)]
    assert tracks[0] == [0, float(longest[0]), float(longest[0] + longest[1])]
