"""A ballot in the making loses nobody and forgets nothing."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evolve.errors import BallotError
from evolve.judging.draft import Action, BallotDraft, CommentStep, Heart, Move, Order, Step
from evolve.judging.pairwise import PairAnswer
from evolve.records.ballot import Ballot
from tests.judging.orderings import SONG_NUMBERS, ballots, names

IDS = names(5)
_MOVES = st.builds(Move, st.sampled_from(Action), st.sampled_from(IDS))
_ORDERS = st.builds(Order, ballots(IDS), st.sampled_from(["order", "pairs"]))
_ANSWERS = st.permutations(IDS).flatmap(
    lambda ids: st.sampled_from([PairAnswer(ids[0], ids[1], better) for better in (ids[0], ids[1], None)])
)
_HEARTS = st.builds(Heart, st.sampled_from(IDS), st.sampled_from(SONG_NUMBERS))
STEPS = st.lists(st.one_of(_MOVES, _MOVES, _MOVES, _HEARTS, _ORDERS, _ANSWERS), max_size=25)


def drawn(text: str) -> BallotDraft:
    """A draft of one-letter candidates that stands like ``A|BC!D``."""
    better, _, rejected = text.partition("!")
    ballot = Ballot(tuple(tuple(tier) for tier in better.split("|") if tier), tuple(rejected))
    return BallotDraft.begin(sorted(ballot.ids)).apply(Order(ballot, "order"))


def shown(draft: BallotDraft) -> str:
    """The inverse of `drawn`."""
    rejected = "".join(draft.ballot.rejected)
    return "|".join("".join(tier) for tier in draft.ballot.tiers) + (f"!{rejected}" if rejected else "")


def test_nothing_said_means_all_tied() -> None:
    """An untouched ballot prefers nobody."""
    assert BallotDraft.begin("ABC").ballot == Ballot((("A", "B", "C"),))


@pytest.mark.parametrize(
    ("before", "action", "who", "after"),
    [
        ("ABCD", "up", "C", "C|ABD"),
        ("C|ABD", "up", "A", "C|A|BD"),
        ("C|A|BD", "up", "A", "A|C|BD"),
        ("C|ABD", "down", "C", "ABCD"),
        ("ABCD", "down", "C", "ABD|C"),
        ("ABD|C", "up", "C", "ABCD"),
        ("A|B", "up", "A", "A|B"),
        ("A|B", "down", "B", "A|B"),
        ("A|BC|D", "top", "D", "D|A|BC"),
        ("A|BC|D", "bottom", "B", "A|C|D|B"),
        ("A|B|C", "tie", "B", "AB|C"),
        ("A|BC", "tie", "B", "AB|C"),
        ("A|BC", "tie", "C", "AC|B"),
        ("A|BC|D", "tie", "D", "A|BCD"),
        ("A|B|C", "tie", "A", "AB|C"),
        ("AB|C", "tie", "B", "AB|C"),
        ("AB", "tie", "A", "AB"),
        ("A", "tie", "A", "A"),
        ("AB|CD!E", "reject", "C", "AB|D!CE"),
        ("AB!CD", "unreject", "C", "AB|C!D"),
        ("AB!CD", "up", "D", "AB|D!C"),
        ("AB!CD", "top", "D", "D|AB!C"),
        ("AB!CD", "down", "D", "AB!CD"),
        ("AB!CD", "tie", "D", "AB!CD"),
        ("A!B", "reject", "A", "!AB"),
    ],
)
def test_a_move_does_what_a_listener_expects(before: str, action: str, who: str, after: str) -> None:
    """Up and down, ties, rejections, and their ends."""
    draft = drawn(before)

    moved = draft.apply(Move(Action(action), who))

    assert shown(moved) == after
    if before == after:
        assert moved is draft, "a move that changes nothing is no step to undo"


@given(STEPS)
@settings(max_examples=60, deadline=None)
def test_every_candidate_stands_exactly_once_after_any_steps(steps: list[Step]) -> None:
    """Nobody is lost or doubled, whatever is done."""
    draft = BallotDraft.begin(IDS)
    for step in steps:
        draft = draft.apply(step)
        assert sorted(draft.ballot.ids) == sorted(IDS)


@given(STEPS, st.sampled_from(IDS))
@settings(max_examples=60, deadline=None)
def test_a_tie_moves_the_chosen_one_alone(steps: list[Step], who: str) -> None:
    """Whatever stands above or below, all others stay as they are to each other."""
    draft = BallotDraft.begin(IDS)
    for step in steps:
        draft = draft.apply(step)

    def others(draft: BallotDraft) -> list[list[str]]:
        tiers = ([each for each in tier if each != who] for tier in draft.ballot.tiers)
        return [tier for tier in tiers if tier]

    assert others(draft.apply(Move(Action.TIE, who))) == others(draft)


@given(STEPS)
@settings(max_examples=60, deadline=None)
def test_undo_reverts_each_step_exactly_and_redo_does_it_again(steps: list[Step]) -> None:
    """Any history can be walked back to its start, and forth again."""
    draft = BallotDraft.begin(IDS)
    history = [draft]
    for step in steps:
        draft = draft.apply(step)
        if draft is not history[-1]:
            history.append(draft)

    for past in reversed(history[:-1]):
        draft = draft.undo()
        assert (draft.ballot, draft.steps) == (past.ballot, past.steps)
    assert draft.undo() is draft
    for past in history[1:]:
        draft = draft.redo()
        assert (draft.ballot, draft.steps) == (past.ballot, past.steps)
    assert draft.redo() is draft


@given(STEPS)
@settings(max_examples=60, deadline=None)
def test_saved_steps_lead_to_the_same_draft_in_another_process(steps: list[Step]) -> None:
    """The steps survive as JSON text, and are all there is to save."""
    draft = BallotDraft.begin(IDS)
    for step in steps:
        draft = draft.apply(step)

    assert BallotDraft.from_json(IDS, json.loads(json.dumps(draft.to_json()))) == draft


def test_a_heart_is_a_step_that_takes_itself_back() -> None:
    """Given, taken back and undone; the order of the tiers stays."""
    draft = BallotDraft.begin("ABC").apply(Heart("B", 2)).apply(Heart("A", 1)).apply(Heart("B", 2))

    assert draft.ballot == Ballot((("A", "B", "C"),), (), (("A", 1),))
    assert draft.undo().ballot.favourites == (("A", 1), ("B", 2))
    assert draft.to_json()[0] == {"do": "heart", "id": "B", "sample": 2}


def test_hearts_stay_with_their_candidates_through_every_move_and_go_with_a_whole_order() -> None:
    """A whole order has favourites of its own, and undoing it brings back those before."""
    draft = BallotDraft.begin("ABC").apply(Heart("C", 2)).apply(Heart("A", 1))
    moved = draft.apply(Move(Action.TOP, "C")).apply(Move(Action.REJECT, "A")).apply(Move(Action.TIE, "B"))
    assert moved.ballot == Ballot((("B", "C"),), ("A",), (("C", 2), ("A", 1)))

    ordered = moved.apply(Order(Ballot((("A", "B", "C"),), (), (("B", 3),)), "order"))
    assert ordered.ballot.favourites == (("B", 3),)
    assert ordered.to_json()[-1] == {
        "do": "order", "tiers": [["A", "B", "C"]], "rejected": [], "favourites": [["B", 3]], "method": "order",
    }  # fmt: skip
    assert ordered.undo().ballot == moved.ballot


def test_an_order_that_an_older_evolve_has_saved_is_one_without_favourites() -> None:
    """A ballot half made by it is gone on with."""
    old = {"do": "order", "tiers": [["g0-2"], list(IDS[2:])], "rejected": ["g0-1"], "method": "order"}

    assert BallotDraft.from_json(IDS, [old]).ballot == Ballot((("g0-2",), IDS[2:]), ("g0-1",))


def test_steps_about_others_begin_a_ballot_anew() -> None:
    """`begun` goes on with what fits, and with nothing else."""
    assert BallotDraft.begun(IDS, [{"do": "heart", "id": "g0-2", "sample": 1}]).ballot.favourites == (("g0-2", 1),)
    assert BallotDraft.begun(IDS, [{"do": "heart", "id": "g9-2", "sample": 1}]) == BallotDraft.begin(IDS)


def test_a_new_step_forgets_what_was_undone() -> None:
    """Redo never mixes two histories."""
    draft = drawn("ABC").apply(Move(Action.UP, "B")).undo().apply(Move(Action.UP, "C"))

    assert draft.redo() is draft


def test_a_draft_knows_how_it_was_made() -> None:
    """The last whole order set tells the method; moves after it are touches to it."""
    draft = BallotDraft.begin("AB").apply(Move(Action.UP, "B"))

    assert draft.method == "list"
    by_pairs = draft.apply(Order(Ballot((("A",), ("B",))), "pairs")).apply(Move(Action.REJECT, "B"))
    assert by_pairs.method == "pairs"


@pytest.mark.parametrize(
    "step",
    [
        {},
        {"do": "fly", "id": "g0-1"},
        {"do": "up"},
        {"do": "up", "id": "g9-9"},
        {"do": "order", "tiers": [["g0-1"]], "rejected": [], "method": "order"},
        {"do": "order", "tiers": 3, "rejected": [], "method": "order"},
        {"do": "answer", "a": "g0-1", "b": "g0-1", "better": None},
        {"do": "answer", "a": "g0-1", "b": "g0-2", "better": "g0-3"},
        {"do": "heart", "id": "g9-9", "sample": 1},
        {"do": "heart", "id": "g0-1", "sample": 0},
        {"do": "heart", "id": "g0-1", "sample": 1e400},
        {"do": "heart", "id": "g0-1"},
        {"do": "order", "tiers": [list(IDS)], "rejected": [], "favourites": [["g9-9", 1]], "method": "order"},
        {"do": "order", "tiers": [list(IDS)], "rejected": [], "favourites": [7], "method": "order"},
    ],
)
def test_a_saved_step_that_does_not_fit_is_refused(step: dict[str, object]) -> None:
    """A damaged or foreign draft is an error, not a wrong ballot."""
    with pytest.raises(BallotError):
        BallotDraft.from_json(IDS, [step])


@pytest.mark.parametrize(
    "steps",
    [
        7,
        ["do"],
        [None],
        [[]],
        [{"do": []}],
        [{"do": "order", "tiers": [["g0-1"], []], "rejected": [], "method": "list"}],
        [{"do": "answer", "a": "g0-1", "b": "g0-2", "better": {}}],
    ],
)
def test_a_saved_ballot_that_is_none_is_told(steps: Any) -> None:  # noqa: ANN401 - JSON
    """Whatever lies in the place of a step, it is one line, not a traceback."""
    with pytest.raises(BallotError, match=r"a saved ballot|is not about the candidates"):
        BallotDraft.from_json(IDS, steps)


def test_a_comment_is_a_step_like_others() -> None:
    """It can be undone, is kept with the steps, and an order that is set leaves it."""
    draft = BallotDraft.begin(("a", "b")).apply(CommentStep("b", "lovely"))
    ordered = draft.apply(Order(Ballot((("b",), ("a",))), "order"))

    assert ordered.ballot == Ballot((("b",), ("a",)), (), (), (("b", "lovely"),))
    assert draft.apply(CommentStep("b", " lovely ")) is draft
    assert draft.undo().ballot.comments == ()
    assert BallotDraft.from_json(("a", "b"), ordered.to_json()) == ordered
    with pytest.raises(BallotError, match="not about the candidates"):
        draft.apply(CommentStep("c", "who?"))
