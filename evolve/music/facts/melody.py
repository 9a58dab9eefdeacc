"""The melody of a song of any number of voices, as the ear follows it: its upper edge."""

import itertools

from evolve.music.representation.steps import TOGETHER_TICKS, chord_starts
from evolve.music.song import Notes


def melody_of(notes: Notes) -> Notes:
    """The highest note of each chord, unless a higher one sounds on (Uitdenbogerd and Zobel's skyline, 1998).

    A note that sounds on for no longer than notes of a chord may be apart hides nothing.
    """
    pitches, onsets, ends = notes.pitches.tolist(), notes.onsets_ticks.tolist(), notes.ends_ticks.tolist()
    places: list[int] = []
    sounding: dict[int, int] = {}  # until when each pitch does
    for first, last in itertools.pairwise([*chord_starts(onsets), len(pitches)]):
        sounding = {pitch: end for pitch, end in sounding.items() if end - onsets[first] > TOGETHER_TICKS}
        top = max(range(first, last), key=pitches.__getitem__)
        if all(pitch <= pitches[top] for pitch in sounding):
            places.append(top)
        for place in range(first, last):
            sounding[pitches[place]] = max(ends[place], sounding.get(pitches[place], 0))
    return Notes(notes.table[:, places])
