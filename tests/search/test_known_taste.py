"""What is known of taste says how far it is to be believed."""

from dataclasses import replace

from evolve.guidance.earlier import EarlierTaste
from evolve.judging.rank_correlation import NO_PAIRS, Concordance
from evolve.search.known_taste import KnownListener, Outlook

LUCK, SKILL = Concordance(16, 30, 50.0), Concordance(24, 30, 50.0)
ANN = KnownListener("ann", 0.41, 0.83, (0.51, 0.95), SKILL, "g2-3", 0.7, 0.22, 3)


def outlook(*listeners: KnownListener, judging_s: float | None = None) -> Outlook:
    """What is told of these."""
    return Outlook(
        listeners, (), 3, 2, 3, is_born=False, judging_s=judging_s, trials_s=250.0, work="training", has_person=True,
        earlier_run="old",
    )  # fmt: skip


def test_a_model_whose_guesses_came_right_tells_what_it_hopes() -> None:
    """With what it costs, and how sure the listener is."""
    assert outlook(ANN, judging_s=300).in_words == (
        "One more generation: 70% chance of something you like more than g2-3 (on average a little more: 0.19 of the "
        "usual difference between two), for about 5 minutes of judging and about 4 minutes of training on one worker.",
        "Asked again about two, you would answer alike in 83% of cases, says the model; by the rankings it may be 51% "
        "to 95%.",
    )


def test_a_model_that_guesses_as_chance_does_says_that_it_knows_next_to_nothing() -> None:
    """And promises nothing."""
    told = outlook(replace(ANN, foretold=LUCK)).in_words
    assert told == (
        "The model knows next to nothing of your taste yet: of 30 pairs whose order it had guessed, 16 came out so, no "
        "more than chance may have it.",
        "One more generation: no telling whether it brings something you like more than g2-3, for about 4 minutes of "
        "training on one worker.",
        "Asked again about two, you would answer alike in anything between 51% and 95% of cases: how surely, the "
        "rankings cannot tell yet.",
    )
    assert "%" not in "".join(told[:2])


def test_a_model_that_has_guessed_nothing_yet_says_so() -> None:
    """After the first ranking."""
    [hope] = outlook(replace(ANN, foretold=NO_PAIRS)).next_in_words
    assert hope.endswith("of training on one worker; no ranking has tested that yet.")


def test_whether_an_earlier_taste_counts_is_told_with_its_reason() -> None:
    """In full, no longer, or there is none of this listener."""
    kept, dropped, unknown = (
        outlook(replace(ANN, earlier=earlier)).earlier_in_words
        for earlier in (
            EarlierTaste(2, Concordance(11, 15, 28.3)), EarlierTaste(2, Concordance(6, 15, 28.3)),
            EarlierTaste(0, NO_PAIRS),
        )
    )  # fmt: skip
    assert kept == (
        "The 2 rankings of old still count as much as those of this run: of 15 pairs of your rankings here 11 are as "
        "foretold there.",
    )
    assert dropped == (
        "The 2 rankings of old no longer count: of 15 pairs of your rankings here 6 are as foretold there, no more "
        "than by chance.",
    )
    assert unknown == ("old has no ranking of yours, so what it says of taste no longer counts here.",)
    assert outlook(ANN).to_json()["listeners"][0]["foretold"] == {"right": 24, "pairs": 30, "beyond_chance": True}


def test_several_are_told_apart_by_name() -> None:
    """The one who is known from the one who is not."""
    ben = replace(ANN, name="ben", foretold=LUCK, best="g1-2")
    assert outlook(ANN, ben).next_in_words == (
        "One more generation: 70% chance of something ann likes more than g2-3 (on average a little more: 0.19 of the "
        "usual difference between two) and no telling whether it brings something ben likes more than g1-2, for about "
        "4 minutes of training on one worker.",
    )
