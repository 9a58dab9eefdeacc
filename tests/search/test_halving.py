"""Generations of which more are begun than are needed: who goes on from the rung, and that nothing else decides it."""

import contextlib
import sqlite3
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evolve.domain import Trial
from evolve.domains.music import DOMAIN as MUSIC
from evolve.domains.pictures import DOMAIN as PICTURES
from evolve.errors import SettingsError
from evolve.execution.checkpoints import checkpoint_path
from evolve.execution.run_material import DomainSource
from evolve.function_domain import FunctionDomain
from evolve.guidance.guide import Guide, Hope
from evolve.records.genome import Genome
from evolve.records.individual import Individual
from evolve.records.run import IndividualStatus, Json, RunRecord, TrialResult
from evolve.report.overview import stage_of
from evolve.report.text import render_text
from evolve.search.branching import branch
from evolve.search.candidates import candidates_of
from evolve.search.halving import awaits_rung, check_halving, settled_rung
from evolve.search.listening import open_session
from evolve.search.outlook import outlook_of
from evolve.search.steps import Outcome
from evolve.settings import CoreSettings
from evolve.store.database import Database
from evolve.store.run_store import RunStore
from evolve.terminal.options import DEFAULT_LISTENER
from tests.own_domains import hats_material, one_with, results_of
from tests.pretended_trials import (
    PretendedExecution,
    Remembering,
    completed,
    copy_of,
    go,
    lineage,
    prepare_run,
    small_settings,
    worth,
)

TRIALS = (12 + 4) + 2 * (9 + 3)
"""Of the undisturbed run: twelve founders of whom four go on, then nine children of whom three do, twice."""


def bits(individual: Individual) -> float:
    """A validation loss that depends on the genome alone."""
    return 2.0 + worth(individual.genome) % 1000 / 1000


def trials(**how: object) -> PretendedExecution:
    """Pretended trials with losses that differ."""
    return PretendedExecution(bits=bits, **how)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def prepared(tunes: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run in which thrice as many are begun as are needed."""
    return prepare_run(tmp_path_factory.mktemp("prepared") / "run", small_settings(tunes, halving=3))


@pytest.fixture(scope="module")
def undisturbed(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> RunRecord:
    """The whole run, in one go."""
    with copy_of(prepared, tmp_path_factory.mktemp("undisturbed")) as store:
        execution = trials()
        assert go(store, execution) is Outcome.COMPLETE
        assert len(execution.ran) == TRIALS
        return store.read()


# --- who goes on -----------------------------------------------------------------------------------------------------


@given(st.lists(st.none() | st.floats(0, 9), min_size=1, max_size=20), st.integers(1, 8), st.integers(0, 99))
def test_everyone_has_one_fate_and_the_places_are_filled(losses: list[float | None], places: int, seed: int) -> None:
    """As long as there are so many; the lowest losses go on, and of the others one at most."""
    named = {f"g0-{slot}": loss for slot, loss in enumerate(losses, start=1)}
    outcome = settled_rung(named, places, np.random.default_rng(seed))
    fates = (*outcome.going_on, *outcome.stopped, *outcome.to_replace, *outcome.given_up)
    assert sorted(fates) == sorted(named)
    assert len(outcome.going_on) + len(outcome.to_replace) == min(places, len(named))
    assert {name for name, loss in named.items() if loss is None} == {*outcome.to_replace, *outcome.given_up}
    assert not (outcome.to_replace and outcome.stopped)
    known = {name: loss for name, loss in named.items() if loss is not None}
    others = [known[name] for name in outcome.stopped]
    assert all(known[name] <= min(others, default=9) for name in outcome.best)


def test_a_single_place_is_the_lowest_loss_own() -> None:
    """Chance has a place only beside others."""
    outcome = settled_rung({"g0-1": 3.0, "g0-2": 2.0}, 1, np.random.default_rng(0))
    assert (outcome.best, outcome.by_chance, outcome.stopped) == (("g0-2",), None, ("g0-1",))


def test_every_generation_ends_with_its_own_number_of_members(undisturbed: RunRecord) -> None:
    """The three lowest losses of twelve founders go on, and one by chance; of nine children two, and one by chance."""
    for generation, begun, best in zip(undisturbed.generations, (12, 9, 9), (3, 2, 2), strict=True):
        born = [one for one in undisturbed.individuals.values() if one.individual.generation == generation.index]
        assert (len(born), len(generation.members)) == (begun, 4)
        order = sorted(born, key=lambda record: bits(record.individual))
        assert {record.individual.id for record in order[:best]} < {*generation.members}
        assert len(generation.stopped) == begun - best - 1
        for name in generation.members:
            assert undisturbed.individuals[name].status is IndividualStatus.EVALUATED
            assert name in generation.ranking
        for name in generation.stopped:
            record = undisturbed.individuals[name]
            assert (record.status, record.samples) == (IndividualStatus.STOPPED, ())
            place = order.index(record) + 1
            assert f"{bits(record.individual):.2f} after 1/3 of its budget, {place}" in (record.stopped or "")
    assert undisturbed.generations[1].elites[0] in undisturbed.generations[0].members


def test_who_failed_before_the_rung_is_replaced_only_where_nobody_else_has_the_place(
    prepared: Path, tmp_path: Path
) -> None:
    """Of twelve founders ten fail: two go on, and two get replacements, which are trained without a rung."""
    lucky = {"g0-5", "g0-9"}
    with copy_of(prepared, tmp_path) as store:
        execution = trials(
            fails=lambda one: "NaN" if one.generation == 0 and one.id[-1].isdigit() and one.id not in lucky else None
        )
        go(store, execution, judge=None)
        run = store.read()
    assert run.generations[0].members == ("g0-1b", "g0-2b", "g0-5", "g0-9")
    assert (len(run.generations[0].failed), run.generations[0].stopped) == (10, ())
    assert execution.ran[12:] == ["g0-5", "g0-9", "g0-1b", "g0-2b"]


# --- what is told, and to whom ---------------------------------------------------------------------------------------


def test_nothing_can_be_heard_before_the_rung(prepared: Path, tmp_path: Path) -> None:
    """Not even of those whose training has ended by then: they may not be among the candidates."""
    observer = Remembering()
    with copy_of(prepared, tmp_path) as store:
        with pytest.raises(KeyboardInterrupt):
            go(store, trials(ends_early=lambda _: True, stop_after=11), observer=observer)
        assert observer.hearable == []
        go(store, trials(), judge=None, observer=observer)
        run = store.read()
        letters = open_session(store, 0, DEFAULT_LISTENER).letters
    assert observer.hearable[-1][0] == 4
    assert {*letters.values()} == {*run.generations[0].members}


def test_candidates_are_not_known_before_the_rung(prepared: Path) -> None:
    """Whoever is among the twelve may be stopped."""
    with RunStore(prepared) as store:
        run = store.read()
    assert awaits_rung(run, run.generations[0])
    assert candidates_of(run, run.generations[0]) is None


def test_the_rung_is_told_without_a_name(prepared: Path, tmp_path: Path) -> None:
    """A listener who reads it learns nothing of who is who."""
    observer = Remembering()
    with copy_of(prepared, tmp_path) as store:
        go(store, trials(), judge=None, observer=observer)
    (told,) = [text for text in observer.notices if "halving=3" in text]
    assert "8 of 12 stopped after 1/3 of their budget, at a validation loss of " in told
    assert "the 3 lowest" in told
    assert "one by chance go on" in told
    assert "g0" not in told


def test_the_report_says_who_was_stopped_and_why(undisturbed: RunRecord) -> None:
    """By name and loss, in the generation of their birth."""
    text = " ".join(render_text(undisturbed, width=200).split())
    for generation in undisturbed.generations:
        assert f"{len(generation.stopped)} stopped early" in text
        for name in generation.stopped:
            assert f"{name}: {undisturbed.individuals[name].stopped}" in text


def test_of_many_who_were_stopped_the_first_are_named(tunes: Path, tmp_path: Path) -> None:
    """Everyone where everyone is asked for, and a line says how."""
    folder = prepare_run(tmp_path / "run", small_settings(tunes, halving=3, population=12))
    with RunStore(folder) as store:
        go(store, trials(), judge=None)
        run = store.read()
    few, everyone = (" ".join(render_text(run, width=200, everyone=one).split()) for one in (False, True))
    reasons = [f"{name}: {run.individuals[name].stopped}" for name in run.generations[0].stopped]
    assert sum(reason in few for reason in reasons) == 20
    assert "4 more · all by name with --everyone" in few
    assert all(reason in everyone for reason in reasons)
    assert "--everyone" not in everyone


def test_where_a_run_stands_tells_of_the_rung(prepared: Path, tmp_path: Path) -> None:
    """Those who have come to it are not done."""
    with copy_of(prepared, tmp_path) as store:
        with pytest.raises(KeyboardInterrupt):
            go(store, trials(stop_after=5))
        assert stage_of(store.read()).words == "in training, 0 of 12 done, 5 at the rung of halving=3"


def test_whoever_goes_on_from_the_rung_is_in_training_again(prepared: Path, tmp_path: Path) -> None:
    """Twelve have come to it, one of four has ended, the next is at work, two wait."""
    with copy_of(prepared, tmp_path) as store:
        with pytest.raises(KeyboardInterrupt):
            go(store, trials(stop_after=13, stop_in_the_middle=True))
        run = store.read()
    statuses = sorted(run.individuals[name].status for name in run.generations[0].members)
    assert statuses == ["evaluated", "evaluating", "paused", "paused"]


def test_a_branch_begins_thrice_as_many_children_as_it_has_places(prepared: Path, tmp_path: Path) -> None:
    """Its ancestors come as they were, and are not among those who may be stopped."""
    with copy_of(prepared, tmp_path) as store:
        go(store, trials())
        ancestors = [generation.members[-1] for generation in store.read().generations[1:]]
        with branch(store, ancestors, tmp_path / "branch") as made:
            assert len(made.read().generations[0].members) == 2 + 3 * 2
            go(made, trials(), judge=None)
            generation = made.read().generations[0]
    assert generation.members[:2] == generation.elites == ("g0-1", "g0-2")
    assert (len(generation.members), len(generation.stopped)) == (4, 4)


# --- whatever happens ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("after", [0, 1, 5, 11, 12, 13, 15, 16, 20, 25, 27, 29, 39])
def test_a_run_stopped_at_any_trial_goes_on_as_if_it_had_not_been(
    prepared: Path, undisturbed: RunRecord, tmp_path: Path, after: int
) -> None:
    """Before, at and after a rung: the same family, and no trial that has paused or ended is run again."""
    with copy_of(prepared, tmp_path) as store:
        stopped = trials(stop_after=after, stop_in_the_middle=after % 2 == 1)
        with pytest.raises(KeyboardInterrupt):
            go(store, stopped)
    with RunStore(store.paths.folder) as again:
        execution = trials()
        assert go(again, execution) is Outcome.COMPLETE
        assert lineage(again.read()) == lineage(undisturbed)
    assert len(stopped.ran) + len(execution.ran) == TRIALS


@pytest.mark.parametrize("allowed", [2, 3, 7])
def test_a_run_stopped_between_any_two_writes_goes_on_as_if_it_had_not_been(
    prepared: Path, undisturbed: RunRecord, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, allowed: int
) -> None:
    """Each time only so many transactions are let through (two: a trial that begins has to end in the same go)."""
    left, transaction = 0, Database.transaction

    def stop_or_begin(database: Database, **how: bool) -> contextlib.AbstractContextManager[sqlite3.Cursor]:
        nonlocal left
        left -= 1
        if left < 0:
            raise KeyboardInterrupt
        return transaction(database, **how)

    outcome = None
    with copy_of(prepared, tmp_path) as store:
        monkeypatch.setattr(Database, "transaction", stop_or_begin)
        for _ in range(120):
            left = allowed
            with contextlib.suppress(KeyboardInterrupt):
                outcome = go(store, trials())
            if outcome is Outcome.COMPLETE:
                break
        left = 10
        assert lineage(store.read()) == lineage(undisturbed)


def unlucky(individual: Individual) -> str | None:
    """Fails founders before the rung and after, and children."""
    return "the loss became NaN" if individual.id in {"g0-2", "g0-4", "g1-3", "g1-5", "g2-2"} else None


def complete(store: RunStore, stops: list[int], orders: list[int]) -> RunRecord:
    """Take the unlucky run to its end, stopping it after so many trials each time, in such orders."""
    return completed(
        store,
        stops,
        orders,
        lambda stop, is_in_the_middle, order: trials(
            fails=unlucky,
            stop_after=stop,
            stop_in_the_middle=is_in_the_middle,
            order=order,
            ends_early=lambda one: one.slot % 3 == 0,
        ),
    )


@pytest.fixture(scope="module")
def unlucky_run(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> RunRecord:
    """The run with failures, in one go and in the order of slots."""
    with copy_of(prepared, tmp_path_factory.mktemp("unlucky")) as store:
        return complete(store, [], [0])


@settings(deadline=None, max_examples=8, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.integers(0, 12), max_size=6), st.lists(st.integers(0, 99), min_size=1, max_size=3))
def test_neither_interruptions_nor_the_order_of_trials_nor_failures_change_a_lineage(
    prepared: Path, unlucky_run: RunRecord, stops: list[int], orders: list[int]
) -> None:
    """However often it is stopped, and whoever ends first or fails first."""
    with tempfile.TemporaryDirectory() as folder, copy_of(prepared, Path(folder)) as store:
        assert lineage(complete(store, stops, orders)) == lineage(unlucky_run)


def test_what_the_stopped_have_learned_is_cleared_away(prepared: Path, tmp_path: Path) -> None:
    """As soon as the rung is settled; who goes on still needs it."""
    with copy_of(prepared, tmp_path) as store:
        folder = store.paths.checkpoints
        folder.mkdir()
        for name in store.read().generations[0].members:
            checkpoint_path(folder, name).touch()
        with pytest.raises(KeyboardInterrupt):
            go(store, trials(stop_after=12))
        kept = {path.name for path in folder.iterdir()}
        assert kept == {checkpoint_path(folder, name).name for name in store.read().generations[0].members}
    assert len(kept) == 4


class PausingAtOnce(FunctionDomain):
    """A domain whose trials do nothing before the rung but measure."""

    halving_metric = "loss"

    def __init__(self, **measured: Json) -> None:
        """They have measured so much."""
        super().__init__(print, "pausing")
        self._measured = measured

    def evaluate(self, individual: Individual, material: object, trial: Trial) -> None:  # noqa: ARG002 - a domain's own
        """Measure, and pause."""
        trial.measure(**self._measured)
        trial.pause()


def at_rung(domain: PausingAtOnce) -> TrialResult:
    """What a trial gives that pauses."""
    material = replace(hats_material(DomainSource("a script's", live=domain)), rung=0.5)
    return results_of(material, one_with(height=3, colour="red"))["g0-1"]


def test_a_trial_without_its_loss_at_the_rung_has_failed() -> None:
    """The reason names what is missing; one that tells it has paused."""
    assert at_rung(PausingAtOnce(loss=2)).is_paused
    for domain in (PausingAtOnce(), PausingAtOnce(loss="low"), PausingAtOnce(height=2)):
        result = at_rung(domain)
        assert not result.is_paused
        assert "without loss as a number" in (result.failure or "")


def test_of_a_generation_all_of_whose_trials_failed_a_line_says_so(prepared: Path, tmp_path: Path) -> None:
    """As many as there are places are replaced, and trained to the end."""
    observer = Remembering()
    with copy_of(prepared, tmp_path) as store:
        go(store, trials(fails=lambda one: None if one.id.endswith("b") else "NaN"), judge=None, observer=observer)
        members = store.read().generations[0].members
    assert members == ("g0-1b", "g0-2b", "g0-3b", "g0-4b")
    assert "halving=3: all trials failed; replacements are trained to the end, without a rung" in observer.notices


# --- what is hoped for -----------------------------------------------------------------------------------------------


def test_hope_is_for_as_many_children_as_there_are_places(
    tunes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before a rung, after it, and before a generation is bred: of four members one comes back."""
    asked, hopes = list[int](), Guide.hopes

    def remembered(guide: Guide, genomes: Sequence[Genome], rng: np.random.Generator) -> dict[str, Hope]:
        asked.append(len(genomes))
        return hopes(guide, genomes, rng)

    monkeypatch.setattr(Guide, "hopes", remembered)
    folder = prepare_run(tmp_path / "run", small_settings(tunes, halving=3, taste=True))
    for stop_after in (16, 5, 6, None):
        with RunStore(folder) as store:
            with contextlib.suppress(KeyboardInterrupt):
                go(store, trials(stop_after=stop_after))
            assert outlook_of(store.read()) is not None
    assert all(0 < many <= 3 for many in asked), asked
    assert len(asked) >= 4


# --- what cannot be halved -------------------------------------------------------------------------------------------


def test_a_domain_without_losses_has_nothing_to_go_by() -> None:
    """One line says so; without halving there is nothing to say."""
    with pytest.raises(SettingsError, match=r"trials of pictures have no budget .* nothing to go by; leave it out"):
        check_halving(PICTURES, CoreSettings(halving=3), 1e9)
    check_halving(PICTURES, CoreSettings(), 1e9)
    check_halving(MUSIC, CoreSettings(halving=3), 1e9)


def test_a_space_must_hold_all_who_are_begun() -> None:
    """The advice is about halving, not about the population alone."""
    with pytest.raises(SettingsError, match=r"24 founders are begun .* holds 20 genomes"):
        check_halving(MUSIC, CoreSettings(halving=3, population=8), 20)
