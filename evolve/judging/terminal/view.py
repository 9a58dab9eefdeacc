"""What the screen shows now, and how it changes when the listener looks around."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Self

from evolve.judging.ballot import Ballot, Candidate, CandidateSong, songs_of
from evolve.judging.draft import BallotDraft
from evolve.judging.pairwise import Question, next_question
from evolve.words import listed, worded


class Page(Enum):
    """What fills the screen."""

    LIST = "list"
    PAIRS = "pairs"
    HELP = "help"
    ROLL = "roll"
    CONFIRM = "confirm"


@dataclass(frozen=True, slots=True)
class View:
    """Everything a page is painted from.

    Attributes:
        candidates: By id, in the order of their letters.
        title: Which songs these are, such as ``generation 2``.
        listener: Who listens; may be empty.
        draft: The ballot in the making.
        told: What there is to know before listening, a sentence or two; may be empty.
        pairs: Whether the order is found by pairwise questions.
        overlay: What lies over the list or the pairs, if anything.
        cursor: Id of the candidate the listener looks at.
        song: Which song of each candidate, from 1.
        heard: (id, song) of all that were played.
        playing: (id, song) that sounds now.
        notice: What has just happened, or why it has not.
    """

    candidates: Mapping[str, Candidate]
    title: str
    listener: str
    draft: BallotDraft
    told: str = ""
    pairs: bool = False
    overlay: Page | None = None
    cursor: str = ""
    song: int = 1
    heard: frozenset[tuple[str, int]] = field(default_factory=frozenset)
    playing: tuple[str, int] | None = None
    notice: str = ""

    @property
    def page(self) -> Page:
        """What fills the screen now."""
        return self.overlay or (Page.PAIRS if self.question else Page.LIST)

    @property
    def question(self) -> Question | None:
        """The pair to compare, while there is one and the listener wants pairs."""
        step = next_question(self.draft.ids, self.draft.answers) if self.pairs else None
        return step if isinstance(step, Question) else None

    @property
    def rows(self) -> tuple[str, ...]:
        """Ids the cursor can stand on, from top to bottom."""
        return (self.question.a, self.question.b) if self.question else self.draft.ballot.ids

    @property
    def candidate(self) -> Candidate:
        """Whom the cursor is on."""
        return self.candidates[self.cursor]

    @property
    def current_song(self) -> CandidateSong | None:
        """The chosen song of that candidate; None when it has fewer."""
        return next((song for song in self.candidate.songs if song.index == self.song), None)

    @property
    def songs_each(self) -> int:
        """The largest number of a song."""
        return max((song.index for each in self.candidates.values() for song in each.songs), default=1)

    @property
    def songs(self) -> dict[str, tuple[int, ...]]:
        """The numbers of the songs of each candidate, by id."""
        return songs_of(self.candidates.values())

    def loves(self, candidate: str, song: int) -> bool:
        """Whether a song is a favourite."""
        return (candidate, song) in self.draft.ballot.favourites

    @property
    def letters(self) -> dict[str, str]:
        """Letter to id."""
        return {candidate.letter: candidate.id for candidate in self.candidates.values()}

    def looking(self, steps: int) -> Self:
        """The cursor some rows further down (negative: up), stopping at the ends."""
        rows = self.rows
        at = rows.index(self.cursor) + steps
        return self._on(rows[min(max(at, 0), len(rows) - 1)]).saying("")

    def listening_to(self, song: int) -> Self:
        """Another song of the candidates, stopping at the ends of the one under the cursor."""
        return replace(self, song=self._song_of(self.cursor, song), notice="")

    def with_more(self, candidate: Candidate) -> Self:
        """A candidate with one more song, which is then the chosen one."""
        songs = {**self.candidates, candidate.id: candidate}
        return replace(self, candidates=songs, cursor=candidate.id).listening_to(candidate.songs[-1].index)

    def with_draft(self, draft: BallotDraft, *, row: int | None = None) -> Self:
        """After a step: the cursor stays with its candidate, or on a row when that is asked for."""
        changed = replace(self, draft=draft)
        rows = changed.rows
        if row is not None:
            return changed._on(rows[min(row, len(rows) - 1)])
        return changed if self.cursor in rows else changed._on(rows[0])

    def _on(self, cursor: str) -> Self:
        """With the cursor on a candidate, and the same song of it chosen, or its last where it has fewer."""
        return replace(self, cursor=cursor, song=self._song_of(cursor, self.song))

    def _song_of(self, candidate: str, song: int) -> int:
        """The number of a song that the candidate has, nearest to this one; 1 where it has none."""
        return min(max(song, 1), max((one.index for one in self.candidates[candidate].songs), default=1))

    def over(self, overlay: Page | None) -> Self:
        """With this page on top, or without any."""
        return replace(self, overlay=overlay, notice="")

    def saying(self, notice: str) -> Self:
        """With a notice in the status line."""
        return replace(self, notice=notice)


def in_words(ballot: Ballot, letters: Mapping[str, str]) -> str:
    """An ordering as one would say it: ``C is best, then A and B tied. E is rejected. You love song 2 of C.``.

    Who leads in a tie by favourites is said to be better, as it counts.
    """
    letter_of = {candidate: letter for letter, candidate in letters.items()}
    spoken = [listed([letter_of[each] for each in tier]) for tier in ballot.places]
    tied = [" tied" if len(tier) > 1 else "" for tier in ballot.places]
    sentences = []
    if len(spoken) == 1:
        sentences.append(f"{spoken[0]} {'are all tied' if tied[0] else 'is the only one'}.")
    elif spoken:
        first = f"{spoken[0]} {'are tied for best' if tied[0] else 'is best'}"
        rest = [f"then {names}{tie}" for names, tie in zip(spoken[1:], tied[1:], strict=True)]
        sentences.append(", ".join([first, *rest]) + ".")
    if ballot.rejected:
        rejected = [letter_of[each] for each in ballot.rejected]
        sentences.append(f"{listed(rejected)} {worded(len(rejected), 'is', 'are')} rejected.")
    if ballot.favourites:
        loved = [
            f"{worded(len(songs), 'song', 'songs')} {listed(songs)} of {letter_of[candidate]}"
            for candidate, songs in _loved(ballot).items()
        ]
        sentences.append(f"You love {listed(loved)}.")
    return " ".join(sentences)


def _loved(ballot: Ballot) -> dict[str, list[str]]:
    """The favourites of each who has any, by id."""
    songs: dict[str, list[str]] = {}
    for candidate, song in ballot.favourites:
        songs.setdefault(candidate, []).append(str(song))
    return songs
