"""A ballot in the making: every step is kept, so that it can be undone, saved after each one, and gone on with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

from evolve.errors import BallotError, shortened
from evolve.judging.ballot import Ballot
from evolve.judging.moves import Action, rearrange
from evolve.judging.pairwise import Answer

Json = Any
"""Whatever `json.dumps` takes."""


@dataclass(frozen=True, slots=True)
class Move:
    """One candidate is moved, tied, untied or rejected."""

    action: Action
    id: str


@dataclass(frozen=True, slots=True)
class Order:
    """The whole ordering is set at once, favourites included: typed in, or settled by pairwise answers."""

    ballot: Ballot
    method: str


@dataclass(frozen=True, slots=True)
class Heart:
    """A song becomes a favourite, or is none any more."""

    id: str
    song: int


Step = Move | Order | Answer | Heart


@dataclass(frozen=True, slots=True)
class BallotDraft:
    """An unfinished ballot: where every candidate stands now, and the steps that led there.

    Before the first step all candidates are tied: nothing has been said of them yet.

    Attributes:
        ids: All candidates, in the order of their letters.
        ballot: Where they stand now; finished whenever the listener says so.
        steps: What was done, oldest first.
        undone: What was taken back and can be done again, latest first.
    """

    ids: tuple[str, ...]
    ballot: Ballot
    steps: tuple[Step, ...] = ()
    undone: tuple[Step, ...] = ()

    @classmethod
    def begin(cls, ids: Sequence[str]) -> Self:
        """The draft before any step: all tied."""
        return cls(tuple(ids), Ballot((tuple(ids),) if ids else ()))

    @classmethod
    def from_json(cls, ids: Sequence[str], steps: Sequence[Mapping[str, Json]]) -> Self:
        """The draft that these saved steps lead to.

        Raises:
            BallotError: When a step cannot be read, or is about other candidates.
        """
        if not isinstance(steps, Sequence):
            raise BallotError(f"a saved ballot is a list of steps, not {shortened(str(steps))}")
        draft = cls.begin(ids)
        for step in steps:
            draft = draft.apply(step_from_json(step))
        return draft

    @classmethod
    def begun(cls, ids: Sequence[str], steps: Sequence[Mapping[str, Json]]) -> Self:
        """The draft that these saved steps lead to; one before any step when they are about other candidates."""
        try:
            return cls.from_json(ids, steps)
        except BallotError:
            return cls.begin(ids)

    def to_json(self) -> list[dict[str, Json]]:
        """The steps, as plain dictionaries for `from_json`."""
        return [step_to_json(step) for step in self.steps]

    def apply(self, step: Step) -> Self:
        """The draft after one more step, or the same one when the step changes nothing.

        Raises:
            BallotError: When the step is about other candidates.
        """
        self._check(step)
        ballot = self._after(step)
        if ballot is self.ballot and not isinstance(step, Answer):
            return self
        return replace(self, ballot=ballot, steps=(*self.steps, step), undone=())

    def undo(self) -> Self:
        """The draft before the last step; the same one when there is none."""
        if not self.steps:
            return self
        before = type(self).begin(self.ids)
        for step in self.steps[:-1]:
            before = before.apply(step)
        return replace(before, undone=(self.steps[-1], *self.undone))

    def redo(self) -> Self:
        """The draft with the step last undone done again; the same one when there is none."""
        if not self.undone:
            return self
        return replace(self.apply(self.undone[0]), undone=self.undone[1:])

    @property
    def answers(self) -> tuple[Answer, ...]:
        """The pairwise answers, oldest first."""
        return tuple(step for step in self.steps if isinstance(step, Answer))

    @property
    def method(self) -> str:
        """How it was made, so far: ``list``, ``pairs`` or ``order``."""
        return next((step.method for step in reversed(self.steps) if isinstance(step, Order)), "list")

    def _after(self, step: Step) -> Ballot:
        match step:
            case Move(action, candidate):
                return rearrange(self.ballot, action, candidate, ids=self.ids)
            case Order(ballot, _):
                return self.ballot if ballot == self.ballot else ballot
            case Heart(candidate, song):
                return self.ballot.toggled((candidate, song))
            case Answer():
                return self.ballot

    def _check(self, step: Step) -> None:
        match step:
            case Move(_, candidate):
                fits = candidate in self.ids
            case Order(ballot, _):
                fits = sorted(ballot.ids) == sorted(self.ids)
            case Answer(a, b, better):
                fits = {a, b} <= set(self.ids) and a != b and better in (a, b, None)
            case Heart(candidate, song):
                fits = candidate in self.ids and song >= 1
        if not fits:
            told = shortened(str(step_to_json(step)), 200)
            raise BallotError(f"the step {told} is not about the candidates {shortened(', '.join(self.ids), 200)}")


def step_to_json(step: Step) -> dict[str, Json]:
    """A step as a plain dictionary, such as ``{"do": "up", "id": "g0-3"}``."""
    match step:
        case Move(action, candidate):
            return {"do": str(action), "id": candidate}
        case Order(ballot, method):
            tiers = [list(tier) for tier in ballot.tiers]
            favourites = [list(favourite) for favourite in ballot.favourites]
            said = {"tiers": tiers, "rejected": list(ballot.rejected), "favourites": favourites}
            return {"do": "order", **said, "method": method}
        case Answer(a, b, better):
            return {"do": "answer", "a": a, "b": b, "better": better}
        case Heart(candidate, song):
            return {"do": "heart", "id": candidate, "song": song}


def step_from_json(data: Mapping[str, Json]) -> Step:
    """The step that `step_to_json` wrote.

    Raises:
        BallotError: When the dictionary is no step.
    """
    try:
        match data["do"]:
            case "order":
                tiers = tuple(tuple(map(str, tier)) for tier in data["tiers"])
                loved = tuple((str(candidate), _number(song)) for candidate, song in data.get("favourites", ()))
                return Order(Ballot(tiers, tuple(map(str, data["rejected"])), loved), str(data["method"]))
            case "heart":
                return Heart(str(data["id"]), _number(data["song"]))
            case "answer":
                better = data["better"]
                return Answer(str(data["a"]), str(data["b"]), None if better is None else str(better))
            case action:
                return Move(Action(action), str(data["id"]))
    except (KeyError, TypeError, ValueError, BallotError) as error:
        raise BallotError(f"a saved ballot has a step that cannot be read: {shortened(str(data), 200)}") from error


def _number(value: Json) -> int:
    """The number of a song; `TypeError` when it is none."""
    if not isinstance(value, int):
        raise TypeError(f"{value!r:.40} is no number of a song")
    return value
