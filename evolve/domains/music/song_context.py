"""What a network's tokens mean, and what its songs begin with."""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from evolve.domains.music.encoded import Beginning, EncodedCorpus, TrackRole
from evolve.domains.music.errors import CorpusError
from evolve.domains.music.facts.description import CopyIndex
from evolve.domains.music.facts.figures import CorpusFigures
from evolve.domains.music.opening import Opening, whole_opening
from evolve.domains.music.reshaping import transposed
from evolve.domains.music.song import Notes, Song, Track
from evolve.domains.music.tokenizers.steps import fold
from evolve.domains.music.tokenizers.tokenizer import Tokenizer

FROM_SCRATCH = "from scratch"
"""The source of an opening without notes."""


@dataclass(frozen=True, slots=True)
class SongContext:
    """What turns a network's tokens into songs.

    Attributes:
        tokenizer: What the tokens mean.
        opening: What every song begins with.
        parts: What each track is, where songs begin from scratch.
        beginnings: The metres and tempos in which songs from scratch begin.
        copies: Finds passages copied from the corpus; None where the corpus is not at hand.
        figures: What is usual in the corpus; None where that is not known.
    """

    tokenizer: Tokenizer
    opening: Opening
    parts: tuple[TrackRole, ...]
    beginnings: tuple[Beginning, ...]
    copies: CopyIndex | None
    figures: CorpusFigures | None

    @property
    def begins_from_scratch(self) -> bool:
        """Whether songs begin without an opening."""
        return not len(self.opening.song.notes)

    def from_scratch(self) -> "SongContext":
        """The same without an opening; `beginning_of` draws the metre of each song.

        Raises:
            CorpusError: The networks did not learn how pieces begin.
        """
        if not self.tokenizer.metres:
            raise CorpusError(
                "these networks never learned how pieces begin (the run was started with endings=false), so they "
                "cannot begin a song; leave --from-scratch out"
            )
        return self._beginning_with(self.beginnings[0])

    def going_on_from(self, song: Song, source: str) -> "SongContext":
        """The same with a whole song as the opening that was composed from this one.

        Args:
            song: As its MIDI file has it: in the key in which it is heard, without tracks that have no notes.
            source: What it is called, such as ``song 2 of g0-3``.

        Raises:
            CorpusError: It has other tracks, no notes, or lasts so long that nobody would hear what follows.
        """
        own = self.opening.song.tracks
        known = {track.name: track.notes for track in song.tracks}
        if len(known) < len(song.tracks) or known.keys() - {track.name for track in own}:
            raise CorpusError(f"{source} has other tracks than {', '.join(track.name for track in own)}")
        silence = Notes.of(())
        tracks = tuple(dataclasses.replace(track, notes=known.get(track.name, silence)) for track in own)
        by = self.opening.transposed_by
        whole = transposed(dataclasses.replace(song, tracks=tracks), by)
        return dataclasses.replace(self, opening=whole_opening(whole, source, transposed_by=by))

    def beginning_of(self, rng: np.random.Generator) -> "SongContext":
        """A song from scratch in a metre drawn as often as pieces have it; any other context as it is."""
        if not self.begins_from_scratch:
            return self
        shares = np.array([beginning.share for beginning in self.beginnings])
        return self._beginning_with(self.beginnings[rng.choice(len(shares), p=shares / shares.sum())])

    def _beginning_with(self, beginning: Beginning) -> "SongContext":
        return dataclasses.replace(self, opening=from_scratch(self.parts, beginning))


def from_scratch(parts: Sequence[TrackRole], beginning: Beginning) -> Opening:
    """An opening without notes, for tracks of these parts."""
    tracks = tuple(Track(Notes.of(()), part.name, part.program) for part in parts)
    silence = Song(tracks, beginning.tempo_bpm, metre=beginning.metre)
    return Opening(silence, goes_on_at=0, notes=0, source=FROM_SCRATCH)


def copies_in(encoded: EncodedCorpus, kind: str) -> CopyIndex:
    """An index of the training pieces as networks of one tokenizer know them."""
    pieces = encoded.pieces[kind]
    songs = (Song(tuple(Track(notes) for notes in tracks)) for tracks in pieces.training_songs)
    return CopyIndex.build(encoded.training_names, [fold(song) for song in songs])
