"""Which two candidates to compare next, so that the fewest questions give the whole order.

Merge insertion: Ford, L. R. & Johnson, S. M. (1959), "A Tournament Problem", The American Mathematical Monthly 66(5),
387-389; Knuth, D. E. (1998), The Art of Computer Programming, vol. 3, section 5.3.1.

The answers so far are all there is to know: the questions are asked anew from the start, those with an answer are
passed by, and the first without one is next. So a comparison can stop after any answer and go on days later.
"""

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass

from evolve.records.ballot import Ballot

_Tiers = list[list[str]]
_Asking = Generator[tuple[str, str], str | None, _Tiers]


@dataclass(frozen=True, slots=True)
class Question:
    """Which of two candidates is better?"""

    a: str
    b: str


@dataclass(frozen=True, slots=True)
class PairAnswer:
    """What a listener said of two candidates: the better one's id, or None for a tie."""

    a: str
    b: str
    better: str | None


def next_question(ids: Sequence[str], answers: Sequence[PairAnswer]) -> Question | Ballot:
    """The next pair to compare, or the ballot once the answers settle it.

    Args:
        ids: All candidates, always in the same order.
        answers: In any order; of two about the same pair, the later counts. PairAnswers nobody asked for are passed by.

    Returns:
        A question that no answer settles yet, or the ballot, where those found equal share a tier.
    """
    return _replay(ids, answers)[0]


def questions_asked(ids: Sequence[str], answers: Sequence[PairAnswer]) -> int:
    """How many of the answers the comparison has used so far."""
    return _replay(ids, answers)[1]


def questions_left(ids: Sequence[str], answers: Sequence[PairAnswer]) -> int:
    """The most questions that may still come; 0 once there is a ballot."""
    step, asked = _replay(ids, answers)
    return 0 if isinstance(step, Ballot) else max(1, most_questions(len(ids)) - asked)


def most_questions(count: int) -> int:
    """The most questions that merge insertion asks: the sum of ceil(log2(3k / 4)) for k = 1 … count."""
    return sum((3 * k - 1).bit_length() - 2 for k in range(2, count + 1))


def _replay(ids: Sequence[str], answers: Sequence[PairAnswer]) -> tuple[Question | Ballot, int]:
    """The first unanswered question, or the ballot; and how many answers led there."""
    known = {frozenset((answer.a, answer.b)): answer.better for answer in answers}
    asking = _merge_insertion(list(ids))
    asked = 0
    try:
        a, b = next(asking)
        while frozenset((a, b)) in known:
            asked += 1
            a, b = asking.send(known[frozenset((a, b))])
    except StopIteration as end:
        worst_first: _Tiers = end.value
        place = {candidate: index for index, candidate in enumerate(ids)}
        tiers = tuple(tuple(sorted(tier, key=place.__getitem__)) for tier in reversed(worst_first))
        return Ballot(tiers), asked
    return Question(a, b), asked


def _merge_insertion(items: list[str]) -> _Asking:
    """Asks about pairs, is sent the better of each (None: equal), and returns the tiers, worst first."""
    if len(items) < 2:  # noqa: PLR2004 - one alone needs no question
        return [[item] for item in items]
    loser_of: dict[str, str] = {}
    equals_of: dict[str, list[str]] = {}
    for a, b in zip(items[::2], items[1::2], strict=False):
        better = yield (a, b)
        if better is None:
            equals_of[a] = [b]
        else:
            loser_of[better] = b if better == a else a
    winners = [a if a in loser_of or a in equals_of else b for a, b in zip(items[::2], items[1::2], strict=False)]
    chain = yield from _merge_insertion(winners)
    waiting: list[tuple[str, str | None]] = [
        (loser_of[winner], winner) for tier in chain for winner in tier if winner in loser_of
    ]
    if len(items) % 2:
        waiting.append((items[-1], None))
    for place in _insertion_order(len(waiting)):
        item, winner = waiting[place]
        below = len(chain) if winner is None else next(at for at, tier in enumerate(chain) if winner in tier)
        yield from _insert(chain, item, below)
    return [[*tier, *(equal for item in tier for equal in equals_of.get(item, ()))] for tier in chain]


def _insert(chain: _Tiers, item: str, below: int) -> Generator[tuple[str, str], str | None, None]:
    """Binary insertion into the tiers before `below`; an equal joins its tier."""
    low, high = 0, below
    while low < high:
        middle = (low + high) // 2
        better = yield (item, chain[middle][0])
        if better is None:
            chain[middle].append(item)
            return
        low, high = (middle + 1, high) if better == item else (low, middle)
    chain.insert(low, [item])


def _insertion_order(count: int) -> Iterator[int]:
    """Places from 0, in the order in which to insert: 0; 2, 1; 4, 3; 10 … 5; 20 … 11; and so on.

    The groups end at (2^(k+1) + (-1)^k) / 3, so that each insertion is into at most 2^k - 1 places, which is where
    binary search wastes nothing.
    """
    done, k = 0, 1
    while done < count:
        end = (2 ** (k + 1) + (-1) ** k) // 3
        yield from range(min(end, count) - 1, done - 1, -1)
        done, k = end, k + 1
