"""What is known of listeners' taste is told once they have ranked, and to nobody who has yet to."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from scipy.stats import kendalltau

import evolve
from evolve.cli.app import run as command
from evolve.cli.ranking import candidates_document
from evolve.domains.pictures import DOMAIN as PICTURES
from evolve.page.place import PageAddress
from evolve.page.server import page_served
from evolve.records.events import Event, EventKind
from evolve.records.run import GenerationRecord, GenerationStatus, RunRecord
from evolve.report.document import report_document
from evolve.report.page.page import report_page
from evolve.report.text import render_text
from evolve.search.breeding import bred_after, undecided_in_words
from evolve.search.listening import open_session
from evolve.search.outlook import outlook_of, told_after_ranking, with_taste_notices
from evolve.search.run_facts import space_of
from evolve.search.taste import knowledge_in_words, prediction_of
from evolve.store.run_store import RunStore
from evolve.terminal.options import DEFAULT_LISTENER

SMALL: dict[str, Any] = {"population": 6, "parents": 2, "generations": 3, "seed": 7, "pictures": 1, "size": 32}


def quiet(_: object) -> None:
    """Nobody looks on."""


def begun(folder: Path, **settings: Any) -> evolve.Search:  # noqa: ANN401
    """A search of small pictures."""
    return evolve.Search(folder, "pictures.yaml", engine="here", on_event=quiet, **(SMALL | settings))


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> evolve.Search:
    """A search that one simulated listener has judged to its end."""
    search = begun(tmp_path_factory.mktemp("one") / "run", judge="simulated:additive,noise=0.3")
    search.run()
    return search


@pytest.fixture(scope="module")
def disputed(tmp_path_factory: pytest.TempPathFactory) -> RunRecord:
    """A run of two listeners who like the opposite."""
    search = begun(tmp_path_factory.mktemp("two") / "run", judge="simulated:contrary")
    search.run()
    return record_of(search.folder)


@pytest.fixture(scope="module")
def waiting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[evolve.Search]:
    """A search whose second generation waits for its ranking, by somebody who has ranked the first."""
    search = begun(tmp_path_factory.mktemp("waiting") / "run", listener=DEFAULT_LISTENER)
    generations = iter(search)
    next(generations).rank("A > B > C > D > E > F")
    next(generations)
    yield search
    generations.close()  # type: ignore[attr-defined]  # it is a generator, which holds the trials' place


def record_of(folder: Path) -> RunRecord:
    """A run as its store has it."""
    with RunStore(folder, read_only=True) as store:
        return store.read()


def test_whoever_was_chosen_says_why_in_every_report(judged: evolve.Search) -> None:
    """In JSON, text and on the page; of the founders nothing was expected, of an elite no child's reason is told."""
    run = record_of(judged.folder)
    founders, *bred = report_document(run)["generations"]
    text, page = " ".join(render_text(run, width=400).split()), report_page(run, lambda _: b"").html
    assert {one["expected"] for one in founders["individuals"]} == {None}
    for generation in bred:
        told = {one["id"]: one["expected"] for one in generation["individuals"]}
        reasons = {name: expected["why"] for name, expected in told.items() if expected["why"]}
        assert len(reasons) == 4 - generation["index"] % 2
        assert not reasons.keys() & {*generation["elites"]}
        assert {told[name]["chosen_for"] for name in reasons} == {"simulated-additive"}
        for why in reasons.values():
            assert why in text
            assert why in page


def test_the_best_says_why_it_was_bred(judged: evolve.Search) -> None:
    """In the words of the generation that it was born into."""
    best, run = judged.best, record_of(judged.folder)
    assert best is not None
    birth = run.generations[run.individuals[best.id].individual.generation]
    assert best.why == (birth.expected[best.id].why if best.id in birth.expected else "")


def test_a_ranking_is_compared_with_what_was_expected_of_those_who_were_new(judged: evolve.Search) -> None:
    """By Kendall's tau-b; of the founders nothing was known, which the report says."""
    run = record_of(judged.folder)
    founders, *bred = run.generations
    assert prediction_of(founders) is None
    assert "not predicted: nothing was known of taste yet" in render_text(run)
    for generation in bred:
        found = prediction_of(generation)
        fresh = [name for name in generation.members if name not in generation.elites]
        liking = [generation.expected[name].liking for name in fresh]
        ranks = [-generation.ranking[name].rank for name in fresh]
        assert found is not None
        assert found.tau == pytest.approx(kendalltau(liking, ranks).statistic)
        assert found.members == 5
        assert (found.right - (found.pairs - found.right)) / 10 == pytest.approx(found.tau)
        assert found.in_words in render_text(run)


def test_one_line_says_what_is_known_before_a_ranking(judged: evolve.Search, disputed: RunRecord) -> None:
    """Nothing at first; then how many were chosen, and from how many ballots that was learned."""
    run = record_of(judged.folder)
    first, second, third = (knowledge_in_words(run, generation) for generation in run.generations)
    assert first == "Nothing is known of your taste yet: the first generation is spread over the space."
    assert second == "3 of 6 were chosen by a model of your taste, learned from your 1 ranking of 6 candidates."
    assert third == "4 of 6 were chosen by a model of your taste, learned from your 2 rankings of 6 candidates."
    assert max(map(len, (first, second, third))) <= 120
    told = knowledge_in_words(disputed, disputed.generations[2])
    assert told == "4 of 6 were chosen by models of 2 listeners' taste, learned from their 4 rankings of 6 candidates."


def test_a_run_that_goes_without_a_model_tells_nothing_of_it(tmp_path: Path) -> None:
    """No line, no prediction, no outlook."""
    search = begun(tmp_path / "run", judge="simulated:additive", taste=False, generations=2)
    search.run()
    run = record_of(search.folder)
    assert [knowledge_in_words(run, one) for one in run.generations] == ["", ""]
    assert report_document(run)["taste"] is None
    assert told_after_ranking(run) == ()
    assert "taste" not in render_text(run)
    assert search.best is not None
    assert search.best.why == ""


def test_listeners_who_differ_are_not_averaged(disputed: RunRecord) -> None:
    """Their models like the opposite, and each has chosen children of its own."""
    outlook = outlook_of(disputed)
    assert outlook is not None
    [agreement] = outlook.agreements
    assert agreement.tau == pytest.approx(-1)
    assert [one.chosen for one in outlook.listeners] == [2, 2]
    assert outlook.agreement_in_words == (
        "simulated-contrary and simulated-contrary-opposite like different things (their models would order two alike "
        "in 0% of cases; by chance in half): each chose 2 of the 4 chosen children of generation 2.",
    )
    assert outlook.agreement_in_words[0] in " ".join(render_text(disputed).split())


def test_listeners_who_want_the_opposite_breed_in_turn(disputed: RunRecord) -> None:
    """Everybody shares a rank: another's first comes back each time, and one line says what can be done about it."""
    first, second, _ = disputed.generations
    assert {one.rank for one in first.ranking.values()} == {1}
    ann, ben = (first.ballots[0].ballot.ids[0], first.ballots[1].ballot.ids[0])
    assert first.parents[:2] == (ann, ben)
    assert disputed.generations[1].elites == (ann,)
    assert disputed.generations[2].elites == (second.ballots[1].ballot.ids[0],)
    told = undecided_in_words(disputed, first)
    assert told == (
        "simulated-contrary and simulated-contrary-opposite leave 6 of 6 even, so the first of each are taken in turn. "
        f"A branch follows one of them alone: evolve branch {disputed.reference} --from {ann} (first for "
        f"simulated-contrary) or evolve branch {disputed.reference} --from {ben} (first for "
        "simulated-contrary-opposite); a run that is begun with --elites 2 brings back the first of each"
    )
    assert any("leave 6 of 6 even" in line for line in told_after_ranking(disputed))
    assert "leave 6 of 6 even" in " ".join(render_text(disputed).split())
    assert undecided_in_words(disputed, replace(first, ballots=first.ballots[:1])) == ""


def test_who_hands_in_first_has_no_say_in_who_breeds(disputed: RunRecord) -> None:
    """With the ballots handed in the other way round, the same breed, and the same children are born."""
    run = _before_breeding(disputed)
    exchanged = replace(run, generations=tuple(_handed_in_the_other_way(one) for one in run.generations))
    space = space_of(run, PICTURES)
    assert exchanged.generations[-1].ballots[0].listener != run.generations[-1].ballots[0].listener
    assert bred_after(exchanged, exchanged.generations[-1], space) == bred_after(run, run.generations[-1], space)


def test_what_one_more_generation_may_bring_is_said_with_its_cost(judged: evolve.Search) -> None:
    """In the report, as JSON and in words; the noise of the listener too."""
    run = record_of(judged.folder)
    outlook, told = outlook_of(run), report_document(run)["taste"]
    assert outlook is not None
    [listener] = outlook.listeners
    assert listener.chance is not None
    assert 0 < listener.chance < 1
    assert listener.gain is not None
    assert 0 < listener.gain < 3
    assert 0.5 < listener.consistency < 1
    assert listener.consistency_range[0] <= listener.consistency <= listener.consistency_range[1]
    [sentence] = outlook.next_in_words
    assert sentence.startswith("One more generation: ")
    assert f"something simulated-additive likes more than {listener.best}" in sentence
    assert sentence.endswith(", for less than a minute of drawing on one worker.")
    trials_s = told["next"].pop("trials_s")
    assert told["next"] == {"generation": 3, "born": False, "judging_s": None}
    assert 0 <= trials_s < 60
    assert told["words"] == [*outlook.in_words]


def test_the_chance_of_a_generation_is_that_of_its_children_when_they_are_born(waiting: evolve.Search) -> None:
    """As it was told before they were, although by now they have samples, which are measured too."""
    born = record_of(waiting.folder)
    before, after = outlook_of(_before_breeding(born)), outlook_of(born)
    assert before is not None
    assert after is not None
    assert (before.is_born, after.is_born) == (False, True)
    assert before.next_generation == after.next_generation == 1
    assert replace(before, is_born=True) == after
    assert after.next_in_words[0].startswith("Generation 1: ")


def test_nothing_of_it_reaches_whoever_has_yet_to_rank(
    waiting: evolve.Search, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither reasons nor expectations: no report has them, nor the page, nor what a terminal or function is given."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    run = record_of(waiting.folder)
    newest = run.generations[-1]
    assert newest.status is GenerationStatus.EVALUATED
    secrets = {one.why for one in newest.expected.values() if one.why}
    secrets |= {str(one.liking)[:8] for one in newest.expected.values()}
    assert len(secrets) > 6
    with RunStore(waiting.folder) as store:
        session = open_session(store, 1, DEFAULT_LISTENER, PICTURES)
        told = [repr(session), candidates_document(session, waiting.folder), repr(session.candidates)]
    with page_served(waiting.folder, run, PICTURES, DEFAULT_LISTENER, PageAddress()) as page:
        owner = page.room.guests.owner
        state = page.room.state(owner)
        told += [json.dumps(state), *(json.dumps(page.room.store.ask(lambda store: page.room.session(store, owner))),)]
    told += [json.dumps(report_document(run)), render_text(run, width=400), report_page(run, lambda _: b"").html]
    assert state["stage"] == "ranking"
    assert state["taste"] == []
    assert [secret for secret in secrets if any(secret in one for one in told)] == []


def test_whoever_ranks_in_a_terminal_is_told_in_between(
    waiting: evolve.Search, capsys: pytest.CaptureFixture[str]
) -> None:
    """After a ranking, as notices; before one, a line beside the candidates."""
    told: list[Event] = []
    ranked = Event(EventKind.RANKED, generation=0, text=DEFAULT_LISTENER)
    with_taste_notices(RunStore(waiting.folder, read_only=True), told.append)(ranked)
    assert told[0] == ranked
    assert [one.kind for one in told[1:]] == [EventKind.NOTICE]
    assert told[1].text.startswith("Generation 1: ")
    assert "chance of something you like more than g0-" in told[1].text
    assert command(["rank", str(waiting.folder)]) == 0
    err = capsys.readouterr().err
    assert "3 of 6 were chosen by a model of your taste, learned from your 1 ranking of 6 candidates." in err


def test_after_the_last_ranking_the_report_tells_it(judged: evolve.Search) -> None:
    """So nothing is told twice; before that, why the first was born and how well the ranking was foretold."""
    told: list[Event] = []
    with_taste_notices(RunStore(judged.folder, read_only=True), told.append)(Event(EventKind.RANKED, generation=2))
    assert len(told) == 1
    run = record_of(judged.folder)
    lines = told_after_ranking(run)
    assert any(
        line.startswith("Generation 2: ") and line.endswith("guessed beforehand (by chance: half).") for line in lines
    )
    [first] = run.generations[-1].champions
    why = run.generations[-1].expected[first].why
    assert (f"{first}, which came first, was {why}." in lines) == bool(why)


def _handed_in_the_other_way(generation: GenerationRecord) -> GenerationRecord:
    """A generation of two ballots, as its store would have it."""
    first, second = generation.ballots
    times = (replace(second, made_at=first.made_at), replace(first, made_at=second.made_at))
    return replace(generation, ballots=times)


def _before_breeding(run: RunRecord) -> RunRecord:
    """A run whose last generation is not born yet."""
    generations = run.generations[:-1]
    known = {name for one in generations for name in one.everyone}
    return replace(
        run,
        generations=(*generations[:-1], replace(generations[-1], status=GenerationStatus.RANKED)),
        individuals={name: record for name, record in run.individuals.items() if name in known},
    )
