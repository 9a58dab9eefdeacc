"""One listener's open ballot, in letters: what a page shows of it, and what each move makes of it."""

import json
import zlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from evolve.errors import BallotError, shortened
from evolve.judging.draft import Action, BallotDraft, CommentStep, Heart, Move, Order, Step
from evolve.judging.order import checked_sample
from evolve.judging.pairwise import PairAnswer, Question, next_question, questions_left
from evolve.page.stages import Document
from evolve.records.ballot import Ballot, Candidate
from evolve.records.run import BallotRecord, Json
from evolve.search.listening import ListeningSession

BEST = 3
"""So many are named where a listener says the best alone."""


@dataclass(slots=True)
class OpenBallot:
    """A listener's ballot while it is filled in.

    Attributes:
        session: What it is about.
        draft: Where it stands; what the store holds, and what can be done again.
        kept: The steps that the store holds.
        candidates: By letter, with the samples that the listener was given.
        first: The draft where nothing is kept: all tied, or what was cast before.
        exhausted: Letters of those who have no more samples.
    """

    session: ListeningSession
    draft: BallotDraft
    kept: Sequence[Json]
    candidates: dict[str, Candidate]
    first: BallotDraft
    exhausted: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, session: ListeningSession, cast: BallotRecord | None = None) -> "OpenBallot":
        """The ballot of a session, begun or not.

        Args:
            session: What it is about.
            cast: The one that the listener has handed in before, which a new one begins with.
        """
        begun = BallotDraft.begin([one.id for one in session.candidates])
        before = None if cast is None else _as_it_was(cast, begun.ids)
        if before is not None:
            begun = begun.apply(Order(before, "list"))
            for name, text in before.comments:
                begun = begun.apply(CommentStep(name, text))
        opened = cls(session, begun, (), {one.letter: one for one in session.candidates}, begun)
        opened.reread(session.steps)
        return opened

    def reread(self, steps: Sequence[Json]) -> None:
        """Go on from what the store holds: the page itself, another window or a terminal has kept it."""
        if list(steps) != list(self.kept):
            self.draft = BallotDraft.begun(self.draft.ids, steps) if steps else self.first
            self.kept = steps

    @property
    def version(self) -> int:
        """A number that any change makes another."""
        return zlib.crc32(json.dumps(self.draft.to_json()).encode())

    @property
    def is_begun(self) -> bool:
        """Whether anything was said yet."""
        return bool(self.draft.steps)

    def after(self, said: Mapping[str, Json]) -> BallotDraft:
        """The draft after a step that a page asks for, in letters.

        Raises:
            BallotError: It is no step, or about nobody here.
        """
        what = said.get("do")
        if what == "undo":
            return self.draft.undo()
        if what == "redo":
            return self.draft.redo()
        return self.draft.apply(self._step(what, said))

    def id_of(self, letter: object) -> str:
        """Whom a letter stands for; `BallotError` for nobody."""
        candidate = self.candidates.get(str(letter)) if isinstance(letter, str) else None
        if candidate is None:
            allowed = ", ".join(list(self.candidates)[:30])
            raise BallotError(f'no candidate is called "{shortened(str(letter))}"; allowed: {allowed}')
        return candidate.id

    def document(self, heard: Mapping[str, Json]) -> Document:
        """The ballot as the page shows it.

        Args:
            heard: By letter and number of a sample, how often and how long it was heard.
        """
        ballot = self.draft.ballot
        letter = {one.id: one.letter for one in self.candidates.values()}
        return {
            "tiers": [[letter[name] for name in tier] for tier in ballot.tiers],
            "rejected": [letter[name] for name in ballot.rejected],
            "favourites": [[letter[name], number] for name, number in ballot.favourites],
            "comments": {letter[name]: text for name, text in ballot.comments},
            "heard": heard,
            "can_undo": bool(self.draft.steps),
            "can_redo": bool(self.draft.undone),
            "question": self._question(letter),
            "is_begun": self.is_begun,
            "version": self.version,
        }

    def _question(self, letter: Mapping[str, str]) -> Document | None:
        asked = next_question(self.draft.ids, self.draft.answers)
        if not isinstance(asked, Question):
            return None
        left = questions_left(self.draft.ids, self.draft.answers)
        return {"a": letter[asked.a], "b": letter[asked.b], "left": left}

    def _step(self, what: object, said: Mapping[str, Json]) -> Step:
        if isinstance(what, str) and what in set(Action):
            return Move(Action(what), self.id_of(said.get("letter")))
        read = _STEPS.get(what) if isinstance(what, str) else None
        if read is None:
            raise BallotError(f'there is no step "{shortened(str(what))}"; allowed: {", ".join([*Action, *_STEPS])}')
        return read(self, said)

    def heart(self, said: Mapping[str, Json]) -> Step:
        """A sample becomes a favourite, or is none any more."""
        letter, sample = said.get("letter"), said.get("sample")
        name = self.id_of(letter)
        numbers = [one.index for one in self.candidates[str(letter)].samples]
        if not isinstance(sample, int) or isinstance(sample, bool):
            raise BallotError(f"{shortened(str(sample))} is no number of a sample; {letter} has {numbers}")
        word = self.session.presentation.sample_word
        return Heart(name, checked_sample(str(letter), sample, numbers, word))

    def comment(self, said: Mapping[str, Json]) -> Step:
        """What is thought of a candidate, in place of what was written before."""
        text = said.get("text")
        if not isinstance(text, str):
            raise BallotError('a comment has a text: {"do": "comment", "letter": "A", "text": "…"}')
        return CommentStep(self.id_of(said.get("letter")), text)

    def answer(self, said: Mapping[str, Json]) -> Step:
        """Which of two is better, or neither."""
        better = said.get("better")
        return PairAnswer(
            self.id_of(said.get("a")), self.id_of(said.get("b")), None if better is None else self.id_of(better)
        )

    def order(self, said: Mapping[str, Json]) -> Step:
        """The whole order at once, as it was dragged."""
        tiers, rejected = said.get("tiers"), said.get("rejected", [])
        if not (
            isinstance(tiers, list) and all(isinstance(tier, list) for tier in tiers) and isinstance(rejected, list)
        ):
            raise BallotError('an order is {"tiers": [["A"], ["B", "C"]], "rejected": ["D"]}')
        return self._ordered(
            [[self.id_of(one) for one in tier] for tier in tiers], [*map(self.id_of, rejected)], "list"
        )

    def best(self, said: Mapping[str, Json]) -> Step:
        """The best alone, in order; all others tie behind them, and the rejected stay so."""
        letters = said.get("letters")
        if not isinstance(letters, list) or not 1 <= len(letters) <= BEST:
            raise BallotError(f"the best are one to {BEST} letters, the best first")
        chosen = [self.id_of(letter) for letter in letters]
        rejected = [name for name in self.draft.ballot.rejected if name not in chosen]
        rest = [name for name in self.draft.ids if name not in {*chosen, *rejected}]
        return self._ordered([*([name] for name in chosen), *([rest] if rest else [])], rejected, "best")

    def settle(self, _: Mapping[str, Json]) -> Step:
        """The order that the answers give."""
        settled = next_question(self.draft.ids, self.draft.answers)
        if isinstance(settled, Question):
            raise BallotError("the answers do not settle the order yet; go on answering")
        return self._ordered(settled.tiers, (), "pairs")

    def _ordered(self, tiers: Sequence[Sequence[str]], rejected: Sequence[str], method: str) -> Step:
        place = {name: index for index, name in enumerate(self.draft.ids)}

        def tidy(names: Collection[str]) -> tuple[str, ...]:
            return tuple(sorted(names, key=place.__getitem__))

        said = Ballot(tuple(tidy(tier) for tier in tiers if tier), tidy(rejected))
        if set(said.ids) != set(self.draft.ids):
            raise BallotError("an order names every candidate once")
        return Order(replace(self.draft.ballot, tiers=said.tiers, rejected=said.rejected), method)


def _as_it_was(cast: BallotRecord, ids: Sequence[str]) -> Ballot | None:
    """A ballot that was handed in, with whoever was presented twice in both places; None where it is of others."""
    ballot, repeat = cast.ballot, cast.repeat
    again = [name for name in ids if name not in ballot.ids]
    if set(ballot.ids) - set(ids) or len(again) > 1 or (again and repeat is None):
        return None
    if repeat is None:
        return ballot
    before = repeat.places[1] - 1
    tiers, above = list(ballot.tiers), 0
    for place, tier in enumerate(ballot.tiers):
        if above >= before:
            return replace(ballot, tiers=(*tiers[:place], (again[0],), *tiers[place:]))
        above += len(tier)
    if above >= before and not (ballot.rejected and repeat.places[1] > above + 1):
        return replace(ballot, tiers=(*tiers, (again[0],)))
    return replace(ballot, rejected=(*ballot.rejected, again[0]))


_STEPS: Mapping[str, Callable[[OpenBallot, Mapping[str, Json]], Step]] = {
    "heart": OpenBallot.heart,
    "comment": OpenBallot.comment,
    "answer": OpenBallot.answer,
    "order": OpenBallot.order,
    "best": OpenBallot.best,
    "settle": OpenBallot.settle,
}


def untouched(candidates: Sequence[Candidate], heard: Mapping[str, Json]) -> Document:
    """A ballot that waits until all candidates are there."""
    return {
        "tiers": [[one.letter for one in candidates]] if candidates else [],
        "rejected": [],
        "favourites": [],
        "comments": {},
        "heard": heard,
        "can_undo": False,
        "can_redo": False,
        "question": None,
        "is_begun": False,
        "version": 0,
    }
