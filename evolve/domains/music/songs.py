"""Songs of a trained network: composed, described, written, sounded and drawn."""

import dataclasses
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import keras
import numpy as np

from evolve.domains.music.facts.description import SongFacts, describe
from evolve.domains.music.facts.overlap import overlap_areas
from evolve.domains.music.facts.set_figures import SetFigures
from evolve.domains.music.facts.typical import Features, features_of
from evolve.domains.music.reshaping import equally_loud, joined, transposed, until
from evolve.domains.music.song import Song
from evolve.domains.music.song_context import SongContext
from evolve.domains.music.song_files import score_files, song_files
from evolve.domains.music.sound.soundfonts import SoundFont
from evolve.domains.music.tokenizers.tokenizer import EncodedSong, Streams, Tokenizer
from evolve.network.compose import compose
from evolve.network.sampling import Pattern, Sampling
from evolve.randomness import derive_rng
from evolve.records.run import Sample


@dataclass(frozen=True, slots=True)
class ComposedSong:
    """A song of a network that is not written yet.

    Attributes:
        number: Which one: song k has the random numbers of song k of every network of the run.
        song: As it is heard, in the opening's key, the opening first.
        context: What it begins with, and what its tokens mean.
        has_ended: Whether the network ended it, or the most notes did.
        opening_ticks: How much of it was given, not composed.
    """

    number: int
    song: Song
    context: SongContext
    has_ended: bool
    opening_ticks: int

    @property
    def features(self) -> Features:
        """Its numbers, by which it is compared with others."""
        context = self.context
        return features_of(
            self.song,
            opening_ticks=self.opening_ticks,
            corpus=context.figures,
            transposed_by=context.opening.transposed_by,
        )

    @property
    def facts(self) -> SongFacts:
        """What can be said of it without ears."""
        context = self.context
        return describe(
            self.song,
            opening_ticks=self.opening_ticks,
            copies=context.copies,
            corpus=context.figures,
            transposed_by=context.opening.transposed_by,
            ended=self.has_ended,
        )

    def written(self, index: int, *, with_score: bool = False, soundfont: SoundFont | None = None) -> Sample:
        """The song with its facts and its files, which are called by an index from 1, played by a SoundFont if any."""
        song = dataclasses.replace(self.song, title=f"Song {index}")
        files = song_files(song, f"song-{index}", opening_ticks=self.opening_ticks, soundfont=soundfont)
        scores = score_files(song, f"song-{index}") if with_score else ()
        return Sample(index, (*files, *scores), self.facts)


def compose_songs(
    model: keras.Model, context: SongContext, *, numbers: Sequence[int], notes: int, seed: int, sampling: Sampling
) -> tuple[ComposedSong, ...]:
    """Songs of a trained network, all from the context's opening, or from scratch where it has none.

    Song k uses the same random numbers in every network, so that two networks' songs differ by the networks alone.

    Args:
        model: A trained network.
        context: The opening, what tokens mean, and what copies are looked for in.
        numbers: Which songs, from 1; each has random numbers of its own.
        notes: Notes and chords composed in each at most, after the opening; a song may end before.
        seed: What the random numbers derive from.
        sampling: How tokens are chosen.
    """
    songs: dict[int, ComposedSong] = {}
    for beginning, together in _by_beginning(context, numbers, seed):
        begun = beginning.tokenizer.encode(beginning.opening.song, beginning.opening.goes_on_at)
        composed = _composed(model, beginning, begun, _rngs(seed, together), notes=notes, sampling=sampling)
        for number, (streams, has_ended) in zip(together, composed, strict=True):
            song = transposed(whole_song(beginning, begun, streams), -beginning.opening.transposed_by)
            songs[number] = ComposedSong(number, song, beginning, has_ended, begun.length_ticks)
    return tuple(songs[number] for number in numbers)


def figures_of_set(songs: Sequence[ComposedSong]) -> SetFigures:
    """The figures of some songs together, at least one; all have the same opening, or none."""
    return SetFigures.of(
        [one.song for one in songs], opening_ticks=songs[0].opening_ticks, ended=[one.has_ended for one in songs]
    )


def overlap_with_corpus(songs: Sequence[ComposedSong]) -> dict[str, float]:
    """The overlap areas of some songs and the corpus's pieces, at least one song; nothing where these are not known."""
    corpus, up = songs[0].context.figures, songs[0].context.opening.transposed_by
    if corpus is None:
        return {}
    features = [one.features for one in songs]
    columns = {name: [one[name] for one in features] for name in features[0]}
    for name in ("lowest", "highest"):  # in the key in which the corpus is known
        columns[name] = [None if pitch is None else pitch + up for pitch in columns[name]]
    return overlap_areas(columns, corpus.pieces)


def _rngs(seed: int, indices: Sequence[int]) -> list[np.random.Generator]:
    """The random numbers of some songs."""
    return [derive_rng(seed, "song", index) for index in indices]


def _by_beginning(
    context: SongContext, indices: Sequence[int], seed: int
) -> Iterator[tuple[SongContext, tuple[int, ...]]]:
    """The songs that begin alike: all of them, but for songs from scratch, whose metres differ."""
    contexts = {index: context.beginning_of(derive_rng(seed, "beginning", index)) for index in indices}
    for metre in dict.fromkeys(one.opening.song.metre for one in contexts.values()):
        together = tuple(index for index, one in contexts.items() if one.opening.song.metre == metre)
        yield contexts[together[0]], together


def _composed(
    model: keras.Model,
    context: SongContext,
    begun: EncodedSong,
    rngs: Sequence[np.random.Generator],
    *,
    notes: int,
    sampling: Sampling,
) -> Iterator[tuple[Streams, bool]]:
    """What each song composed after its beginning, and whether it ended by itself."""
    tokenizer = context.tokenizer
    masks = [tokenizer.token_mask(begun, notes) for _ in rngs]
    composed = compose(model, begun.streams, masks, rngs, sampling, pattern=pattern_of(tokenizer, sampling))
    return zip(composed, [mask.has_ended for mask in masks], strict=True)


def pattern_of(tokenizer: Tokenizer, sampling: Sampling) -> Pattern:
    """What the guard looks out for.

    A strict guard takes half as many notes for a loop: else a network that leaves one for a note and comes back at once
    is stuck for all that.
    """
    watched = tokenizer.watched
    shortest = math.ceil(watched.shortest / 2) if sampling.guard == "strict" else watched.shortest
    return Pattern(watched.attributes, watched.counts, shortest)


def whole_song(context: SongContext, begun: EncodedSong, streams: Streams) -> Song:
    """The opening and what was composed after it, in the corpus's key.

    Where loudness is not learned, what is composed is as loud as the opening.

    Args:
        context: The opening, and what tokens mean.
        begun: The opening as the network read it; what was composed goes on where it ends.
        streams: What was composed.
    """
    tokenizer, opening, seam = context.tokenizer, context.opening, begun.length_ticks
    composed = tokenizer.decode(streams, after=begun.streams)
    if len(opening.song.notes) and not tokenizer.levels:
        velocity = int(np.median(opening.song.notes.table[3]))
        composed = tuple(equally_loud(notes, velocity) for notes in composed)
    return joined(until(opening.song, seam), composed, seam)
