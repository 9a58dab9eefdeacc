"""Pieces and corpora for the tests of this room."""

import dataclasses
import itertools
from collections.abc import Sequence

from hypothesis import strategies as st

from evolve.domains.music.bars import needed_bar_lines
from evolve.domains.music.corpus import Corpus, Piece
from evolve.domains.music.encoded import EncodedCorpus, encode_corpus
from evolve.domains.music.holding_out import split_pieces
from evolve.domains.music.midi import write_midi
from evolve.domains.music.reshaping import shifted, without_overlaps
from evolve.domains.music.song import BarLine, Metre, Note, Notes, Song, Track
from evolve.domains.music.tokenizers.steps import DURATIONS, HIGHEST_PITCH, LOWEST_PITCH, NoteStep, unfold
from evolve.domains.music.tokenizers.tokenizer import TokenizerSettings

chords = st.lists(st.integers(LOWEST_PITCH, HIGHEST_PITCH), unique=True, max_size=5).map(lambda p: tuple(sorted(p)))
"""Pitches of a rest, a note or a chord."""

steps = st.builds(NoteStep, chords, st.sampled_from(DURATIONS))

A_FEW = st.integers(1, 4)

METRES = (Metre(4, 4), Metre(3, 4), Metre(6, 8))

lines = st.lists(steps, max_size=40).map(tuple)


def tune(length: int, start: int = 60) -> tuple[NoteStep, ...]:
    """A line of single notes, each piece of another start a different one."""
    return tuple(NoteStep((start + k * k % 11,), (6, 12, 24)[k % 3]) for k in range(length))


def corpus_of(lengths: Sequence[int]) -> Corpus:
    """A corpus of tunes of these lengths."""
    pieces = tuple(Piece.of(f"tune {k}", song_of(tune(length, 50 + k))) for k, length in enumerate(lengths))
    return Corpus(("tunes",), pieces, (), tempo_bpm=100.0, fingerprint="tunes")


def encoded_of(
    corpus: Corpus, *, seed: int = 0, kinds: Sequence[str] = ("notes",), settings: TokenizerSettings | None = None
) -> EncodedCorpus:
    """The corpus with some pieces held out, in these tokenizers."""
    training, held_out = split_pieces(corpus.pieces, seed=seed)
    return encode_corpus(
        training,
        held_out,
        kinds=kinds,
        settings=settings or TokenizerSettings(),
        names=corpus.names,
        fingerprint=corpus.fingerprint,
    )


def song_of(steps_of_piece: Sequence[NoteStep]) -> Song:
    """A song of one piano track."""
    return unfold(steps_of_piece, tempo_bpm=90.0)


def moved(steps_of_piece: Sequence[NoteStep], semitones: int) -> tuple[NoteStep, ...]:
    """The steps in another key."""
    return tuple(NoteStep(tuple(p + semitones for p in step.pitches), step.duration_ticks) for step in steps_of_piece)


def midi_of(steps_of_piece: Sequence[NoteStep]) -> bytes:
    """The bytes of a MIDI file."""
    return write_midi(song_of(steps_of_piece))


ABC = """X:1
T:Scale
M:4/4
L:1/4
K:D
"4"D E F G | A2 B2 | {c}d4- | d4 | z4 | D E F G |]
"""
"""A tune in D major with a fingering that looks like a chord symbol, a grace note, a tie and a rest."""


@st.composite
def tracks_of_notes(draw: st.DrawFn, most_notes: int = 25) -> Notes:
    """Notes of one track of which no two of one pitch overlap, on no grid."""
    note = st.builds(Note, st.integers(36, 84), st.integers(0, 400), st.integers(1, 120), st.integers(1, 127))
    return without_overlaps(Notes.of(draw(st.lists(note, min_size=1, max_size=most_notes))).table)


@st.composite
def bar_lines(draw: st.DrawFn, metre: Metre, fewest: int = 1) -> tuple[BarLine, ...]:
    """Bar lines of a song in a metre, the first stretch of so many whole bars at least, bars of odd lengths between."""
    lines = [BarLine(0, metre)]
    for bars, ticks, following in draw(
        st.lists(st.tuples(st.integers(fewest, 3), st.integers(0, 30), st.sampled_from(METRES)), max_size=4)
    ):
        lines.append(BarLine(lines[-1].tick + bars * lines[-1].metre.bar_ticks + ticks, following))
    return needed_bar_lines(lines, metre)


@st.composite
def songs(draw: st.DrawFn, tracks: st.SearchStrategy[int] = A_FEW) -> Song:
    """Songs of one to four tracks whose first note lies in the first bar, with bar lines of all kinds."""
    count = draw(tracks)
    made = tuple(
        Track(draw(tracks_of_notes()), name=f"track {k}", program=draw(st.integers(0, 127))) for k in range(count)
    )
    metre = draw(st.sampled_from(METRES))
    song = Song(made, tempo_bpm=90.0, metre=metre)
    first = int(song.notes.onsets_ticks[0])
    in_the_first_bar = shifted(song, -(first // metre.bar_ticks) * metre.bar_ticks)
    return dataclasses.replace(in_the_first_bar, bar_lines=draw(bar_lines(metre)))


@st.composite
def aligned_songs(draw: st.DrawFn) -> Song:
    """Songs of two to four tracks, each of chords and rests in a row whose notes start and stop together."""
    tracks = []
    for number in range(draw(st.integers(2, 4))):
        row = draw(st.lists(st.tuples(chords, st.sampled_from([12, 24, 36])), min_size=1, max_size=12))
        starts = itertools.accumulate((ticks for _, ticks in row), initial=0)
        notes = [Note(p, start, ticks) for start, (chord, ticks) in zip(starts, row, strict=False) for p in chord]
        tracks.append(Track(Notes.of(notes or [Note(60, 0, 12)]), f"part {number}"))
    return Song(tuple(tracks), tempo_bpm=90.0, metre=draw(st.sampled_from([Metre(4, 4), Metre(3, 4)])))


pairs_of_songs = st.integers(1, 3).flatmap(lambda count: st.tuples(*[songs(tracks=st.just(count))] * 2))
"""Two songs with as many tracks."""
