"""What the screen shows now, and how it changes when the listener looks around."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from pathlib import Path
from typing import Self

from evolve.judging.draft import BallotDraft
from evolve.judging.pairwise import Question, next_question
from evolve.judging.terminal.keys import Wording
from evolve.presentation import Presentation, judged_file
from evolve.records.ballot import Ballot, Candidate, CandidateSample, samples_of
from evolve.words import listed, worded

More = Callable[[str], Candidate | None]
"""Of a candidate's id, the candidate with one more sample; None when it has no other."""


class ScreenPage(Enum):
    """What fills the screen."""

    LIST = "list"
    PAIRS = "pairs"
    HELP = "help"
    PREVIEW = "preview"
    CONFIRM = "confirm"


@dataclass(frozen=True, slots=True)
class View:
    """Everything a page is painted from.

    Attributes:
        candidates: By id, in the order of their letters.
        title: Which candidates these are, such as ``generation 2``.
        told: What there is to know before judging, a sentence or two; may be empty.
        pairs: Whether the order is found by pairwise questions.
        overlay: What lies over the list or the pairs, if anything.
        cursor: Id of the candidate the listener looks at.
        number: Which sample of each candidate, from 1.
        heard: (id, number) of all that were played.
        playing: (id, number) that is played now.
        notice: What has just happened, or why it has not.
    """

    candidates: Mapping[str, Candidate]
    title: str
    listener: str
    draft: BallotDraft
    presentation: Presentation
    told: str = ""
    pairs: bool = False
    overlay: ScreenPage | None = None
    cursor: str = ""
    number: int = 1
    heard: frozenset[tuple[str, int]] = field(default_factory=frozenset)
    playing: tuple[str, int] | None = None
    notice: str = ""

    @property
    def page(self) -> ScreenPage:
        """What fills the screen now."""
        return self.overlay or (ScreenPage.PAIRS if self.question else ScreenPage.LIST)

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
    def sample(self) -> CandidateSample | None:
        """The chosen sample of that candidate; None when it has fewer."""
        return self.sample_at((self.cursor, self.number))

    def sample_at(self, key: tuple[str, int]) -> CandidateSample | None:
        """A sample by the id of its candidate and its number; None when there is none."""
        return next((one for one in self.candidates[key[0]].samples if one.index == key[1]), None)

    @property
    def most_samples(self) -> int:
        """The largest number of a sample."""
        return max((one.index for each in self.candidates.values() for one in each.samples), default=1)

    @property
    def numbers(self) -> dict[str, tuple[int, ...]]:
        """The numbers of the samples of each candidate, by id."""
        return samples_of(self.candidates.values())

    @property
    def wording(self) -> Wording:
        """The words for what is judged."""
        return Wording.of(self.presentation)

    def loves(self, candidate: str, number: int) -> bool:
        """Whether a sample is a favourite."""
        return (candidate, number) in self.draft.ballot.favourites

    @property
    def letters(self) -> dict[str, str]:
        """Letter to id."""
        return {candidate.letter: candidate.id for candidate in self.candidates.values()}

    def looking(self, steps: int) -> Self:
        """The cursor some rows further down (negative: up), stopping at the ends."""
        rows = self.rows
        at = rows.index(self.cursor) + steps
        return self._on(rows[min(max(at, 0), len(rows) - 1)]).saying("")

    def choosing(self, number: int) -> Self:
        """Another sample of the candidates, stopping at the ends of the one under the cursor."""
        return replace(self, number=self._number_of(self.cursor, number), notice="")

    def with_more(self, candidate: Candidate) -> Self:
        """A candidate with one more sample, which is then the chosen one."""
        candidates = {**self.candidates, candidate.id: candidate}
        return replace(self, candidates=candidates, cursor=candidate.id).choosing(candidate.samples[-1].index)

    def with_draft(self, draft: BallotDraft, *, row: int | None = None) -> Self:
        """After a step: the cursor stays with its candidate, or on a row when that is asked for."""
        changed = replace(self, draft=draft)
        rows = changed.rows
        if row is not None:
            return changed._on(rows[min(row, len(rows) - 1)])
        return changed if self.cursor in rows else changed._on(rows[0])

    def _on(self, cursor: str) -> Self:
        """With the cursor on a candidate, and the same sample of it chosen, or its last where it has fewer."""
        return replace(self, cursor=cursor, number=self._number_of(cursor, self.number))

    def _number_of(self, candidate: str, number: int) -> int:
        """The number of a sample that the candidate has, nearest to this one; 1 where it has none."""
        return min(max(number, 1), max((one.index for one in self.candidates[candidate].samples), default=1))

    def over(self, overlay: ScreenPage | None) -> Self:
        """With this page on top, or without any."""
        return replace(self, overlay=overlay, notice="")

    def saying(self, notice: str) -> Self:
        """With a notice in the status line."""
        return replace(self, notice=notice)


def in_words(ballot: Ballot, letters: Mapping[str, str], word: str) -> str:
    """An ordering as one would say it: ``C is best, then A and B tied. E is rejected. You love song 2 of C.``.

    Who leads in a tie by favourites is said to be better, as it counts. A sample is called by the word.
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
            f"{worded(len(numbers), word, f'{word}s')} {listed(numbers)} of {letter_of[candidate]}"
            for candidate, numbers in _loved(ballot).items()
        ]
        sentences.append(f"You love {listed(loved)}.")
    return " ".join(sentences)


def _loved(ballot: Ballot) -> dict[str, list[str]]:
    """The favourites of each who has any, by id."""
    numbers: dict[str, list[str]] = {}
    for candidate, number in ballot.favourites:
        numbers.setdefault(candidate, []).append(str(number))
    return numbers


def told_path(presentation: Presentation, sample: CandidateSample) -> str:
    """The file to judge a sample by; empty without any.

    Told from the working directory where the file lies beneath it, so that it can be read whole and typed.
    """
    path, here = judged_file(presentation, sample.files), Path.cwd()
    if path is None:
        return ""
    return str(path.relative_to(here) if path.is_relative_to(here) else path)
