"""A ballot in the making: every step is kept, so that it can be undone, saved after each one, and gone on with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Self

from evolve.errors import BallotError, shortened
from evolve.judging.pairwise import PairAnswer
from evolve.records.ballot import Ballot
from evolve.records.run import Json

Tiers = tuple[tuple[str, ...], ...]


class Action(StrEnum):
    """What a listener may do with one candidate."""

    UP = "up"
    DOWN = "down"
    TOP = "top"
    BOTTOM = "bottom"
    TIE = "tie"
    REJECT = "reject"
    UNREJECT = "unreject"


def rearrange(ballot: Ballot, action: Action, candidate: str, *, ids: Sequence[str]) -> Ballot:
    """The ordering after one move of one candidate.

    - ``up``, ``down``: one that is tied leaves its tie, to stand alone just above or below it; one that stands alone
      changes places with a single neighbour, or joins the tie that it meets. Up also takes back a rejection.
    - ``top``, ``bottom``: alone above, or below, all others that are not rejected.
    - ``tie``: it alone joins the tier above; one that stands alone in the first joins the one below.
    - ``reject``, ``unreject``: below all tiers, and back as the last tier.

    Args:
        ballot: Where every candidate is now.
        action: What to do.
        candidate: Its id, which is on the ballot.
        ids: All candidates; those tied, and those rejected, are kept in this order.

    Returns:
        A new ballot with the same candidates, or the very same object when the move changes nothing.
    """
    tiers, rejected = _moved(ballot, action, candidate)
    place = {each: index for index, each in enumerate(ids)}
    tidy = Ballot(
        tuple(tuple(sorted(tier, key=place.__getitem__)) for tier in tiers),
        tuple(sorted(rejected, key=place.__getitem__)),
        ballot.favourites,
        ballot.comments,
    )
    return ballot if tidy == ballot else tidy


def _moved(ballot: Ballot, action: Action, candidate: str) -> tuple[Tiers, tuple[str, ...]]:
    tiers, rejected = ballot.tiers, ballot.rejected
    if candidate in rejected:
        others = tuple(other for other in rejected if other != candidate)
        if action in (Action.UP, Action.UNREJECT, Action.BOTTOM):
            return (*tiers, (candidate,)), others
        return (((candidate,), *tiers), others) if action is Action.TOP else (tiers, rejected)
    fewer = tuple(rest for tier in tiers if (rest := tuple(other for other in tier if other != candidate)))
    match action:
        case Action.REJECT:
            return fewer, (*rejected, candidate)
        case Action.UP:
            tiers = _up(tiers, candidate)
        case Action.DOWN:
            tiers = _up(tiers[::-1], candidate)[::-1]
        case Action.TOP:
            tiers = ((candidate,), *fewer)
        case Action.BOTTOM:
            tiers = (*fewer, (candidate,))
        case Action.TIE:
            tiers = _tie(tiers, candidate)
    return tiers, rejected


def _up(tiers: Tiers, candidate: str) -> Tiers:
    """One step towards the first tier."""
    at = _tier_of(tiers, candidate)
    others = tuple(other for other in tiers[at] if other != candidate)
    if others:
        return (*tiers[:at], (candidate,), others, *tiers[at + 1 :])
    if at == 0:
        return tiers
    above = tiers[at - 1]
    met = ((candidate,), above) if len(above) == 1 else ((*above, candidate),)
    return (*tiers[: at - 1], *met, *tiers[at + 1 :])


def _tie(tiers: Tiers, candidate: str) -> Tiers:
    at = _tier_of(tiers, candidate)
    if at == 0 and (len(tiers) == 1 or len(tiers[0]) > 1):
        return tiers
    joined = at - 1 if at else 1
    others = [tuple(other for other in tier if other != candidate) for tier in tiers]
    others[joined] += (candidate,)
    return tuple(tier for tier in others if tier)


def _tier_of(tiers: Tiers, candidate: str) -> int:
    return next(index for index, tier in enumerate(tiers) if candidate in tier)


@dataclass(frozen=True, slots=True)
class Move:
    """One candidate is moved, tied or rejected."""

    action: Action
    id: str


@dataclass(frozen=True, slots=True)
class Order:
    """The whole ordering is set at once, favourites included: typed in, or settled by pairwise answers."""

    ballot: Ballot
    method: str


@dataclass(frozen=True, slots=True)
class Heart:
    """A sample becomes a favourite, or is none any more."""

    id: str
    sample: int


@dataclass(frozen=True, slots=True)
class CommentStep:
    """A comment on a candidate, in place of the one before; an empty text takes it away."""

    id: str
    text: str


Step = Move | Order | PairAnswer | Heart | CommentStep


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
        if ballot is self.ballot and not isinstance(step, PairAnswer):
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
    def answers(self) -> tuple[PairAnswer, ...]:
        """The pairwise answers, oldest first."""
        return tuple(step for step in self.steps if isinstance(step, PairAnswer))

    @property
    def method(self) -> str:
        """How it was made, so far: ``list``, ``pairs`` or ``order``."""
        return next((step.method for step in reversed(self.steps) if isinstance(step, Order)), "list")

    def _after(self, step: Step) -> Ballot:
        match step:
            case Move(action, candidate):
                return rearrange(self.ballot, action, candidate, ids=self.ids)
            case Order(ballot, _):
                given = replace(ballot, comments=self.ballot.comments)
                return self.ballot if given == self.ballot else given
            case Heart(candidate, sample):
                return self.ballot.toggled((candidate, sample))
            case CommentStep(candidate, text):
                given = self.ballot.commented(candidate, text)
                return self.ballot if given == self.ballot else given
        return self.ballot

    def _check(self, step: Step) -> None:
        match step:
            case Move(_, candidate):
                fits = candidate in self.ids
            case Order(ballot, _):
                fits = sorted(ballot.ids) == sorted(self.ids)
            case PairAnswer(a, b, better):
                fits = {a, b} <= set(self.ids) and a != b and better in (a, b, None)
            case Heart(candidate, sample):
                fits = candidate in self.ids and sample >= 1
            case CommentStep(candidate, _):
                fits = candidate in self.ids
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
        case PairAnswer(a, b, better):
            return {"do": "answer", "a": a, "b": b, "better": better}
        case Heart(candidate, sample):
            return {"do": "heart", "id": candidate, "sample": sample}
        case CommentStep(candidate, text):
            return {"do": "comment", "id": candidate, "text": text}


def step_from_json(data: Mapping[str, Json]) -> Step:
    """The step that `step_to_json` wrote.

    Raises:
        BallotError: When the dictionary is no step.
    """
    try:
        match data["do"]:
            case "order":
                tiers = tuple(tuple(map(str, tier)) for tier in data["tiers"])
                loved = tuple((str(candidate), _number(sample)) for candidate, sample in data.get("favourites", ()))
                return Order(Ballot(tiers, tuple(map(str, data["rejected"])), loved), str(data["method"]))
            case "heart":
                return Heart(str(data["id"]), _number(data["sample"]))
            case "comment":
                return CommentStep(str(data["id"]), str(data["text"]))
            case "answer":
                better = data["better"]
                return PairAnswer(str(data["a"]), str(data["b"]), None if better is None else str(better))
            case action:
                return Move(Action(action), str(data["id"]))
    except (KeyError, TypeError, ValueError, BallotError) as error:
        raise BallotError(f"a saved ballot has a step that cannot be read: {shortened(str(data), 200)}") from error


def _number(value: Json) -> int:
    """The number of a sample; `TypeError` when it is none."""
    if not isinstance(value, int):
        raise TypeError(f"{value!r:.40} is no number of a sample")
    return value
