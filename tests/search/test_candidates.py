"""Who of a generation is put before its listeners."""

from dataclasses import replace
from pathlib import Path

import pytest

from evolve.domains.music.presentation import SCREENING
from evolve.records.run import RunRecord, Sample, SampleRecord, TrialResult
from evolve.search.candidates import Candidates, candidates_of, is_screened
from evolve.settings import SAMPLE
from evolve.store.run_store import RunStore
from tests.store.runs import FACTS, files, founders

BITS = (3.1, 2.9, 3.3, 2.8, 3.0)
DISTANCES = (1.2, 1.1, 0.9, 1.4, 0.8)
COPIED = (9, 30, 4, 12, 2)


def evaluated(folder: Path, **settings: object) -> RunRecord:
    """A run of five members whose trials made different things."""
    facts = {**FACTS, "settings": {**FACTS["settings"], **settings}}
    with RunStore.create(folder, facts) as store:
        store.record_generation(0, founders(5), {})
        for one, bits, distance, copied in zip(founders(5), BITS, DISTANCES, COPIED, strict=True):
            stuck = "one note, 40 times" if one.slot < 4 else ""
            songs = tuple(
                Sample(index, files(f"song-{index}", b""), {"distance": distance + index, "copied_notes": copied,
                           "stuck": stuck if index < one.slot else ""}) for index in (1, 2, 3)
            )  # fmt: skip
            store.record_trial(TrialResult(one.id, {"validation_loss": bits}, songs))
        store.record_evaluated(0)
        return store.read()


@pytest.mark.parametrize(
    ("screening", "slots", "next_slot"),
    [("validation_loss", (2, 4), 5), ("distance", (3, 5), 2), ("copied_notes", (3, 5), 1)],
)
def test_those_are_heard_who_are_lowest_in_what_the_rule_goes_by(
    tmp_path: Path, screening: str, slots: tuple[int, ...], next_slot: int
) -> None:
    """In slot order, which says nothing of how they were chosen; the others as they would be next."""
    run = evaluated(tmp_path / "run", heard=2, screening=screening)
    candidates = candidates_of(run, run.generations[0])
    assert candidates is not None
    assert candidates.heard == tuple(f"g0-{slot}" for slot in slots)
    assert candidates.unheard[0] == f"g0-{next_slot}"
    assert sorted((*candidates.heard, *candidates.unheard)) == sorted(run.individuals)
    assert candidates.rule.startswith("of 5 members, the 2 ")
    assert candidates.rule.endswith(f"(heard=2, screening={screening})")


@pytest.mark.parametrize("screening", ["distance", "copied_notes", "stuck"])
def test_songs_that_a_listener_asks_for_change_no_candidate(tmp_path: Path, screening: str) -> None:
    """However good they are: who is heard was decided when the trials ended."""
    run = evaluated(tmp_path / "run", heard=2, screening=screening)
    best = SampleRecord(4, {}, {"distance": -9.0, "copied_notes": -99, "stuck": ""})
    asked = {
        name: replace(one, samples=(*one.samples, best))
        for name, one in run.individuals.items()
        if name in ("g0-1", "g0-2")
    }
    before = candidates_of(run, run.generations[0])
    assert candidates_of(replace(run, individuals={**run.individuals, **asked}), run.generations[0]) == before


def test_songs_that_are_stuck_keep_their_network_from_being_heard(tmp_path: Path) -> None:
    """Three networks have none, one or two of them that are."""
    run = evaluated(tmp_path / "run", heard=3, screening="stuck")
    candidates = candidates_of(run, run.generations[0])
    assert candidates is not None
    assert candidates.heard == ("g0-1", "g0-4", "g0-5")
    assert candidates.unheard == ("g0-2", "g0-3")


def test_a_generation_that_can_be_heard_whole_is(tmp_path: Path) -> None:
    """So does every generation of a run that is older than the setting."""
    for settings in ({"heard": 5, "screening": "sample"}, {"heard": 26, "screening": "distance"}, {}):
        run = evaluated(tmp_path / f"run {len(settings)}{settings.get('heard')}", **settings)
        assert candidates_of(run, run.generations[0]) == Candidates(run.generations[0].members)
        assert not is_screened(run, run.generations[0])


RULES = (*SCREENING, SAMPLE)


@pytest.mark.parametrize("screening", RULES)
def test_who_came_back_is_heard_again_whatever_the_rule(tmp_path: Path, screening: str) -> None:
    """An elite is a promise to the listener."""
    run = evaluated(tmp_path / "run", heard=2, screening=screening)
    for elite in run.generations[0].members:
        candidates = candidates_of(run, replace(run.generations[0], elites=(elite,)))
        assert candidates is not None
        assert elite in candidates.heard
        assert len(candidates.heard) == 2


def test_a_sample_is_known_before_any_trial_has_ended_and_the_best_are_not(tmp_path: Path) -> None:
    """A replacement inherits the place of whoever failed, as it inherits the letter."""
    for screening in RULES:
        facts = {**FACTS, "settings": {**FACTS["settings"], "heard": 2, "screening": screening}}
        with RunStore.create(tmp_path / screening, facts) as store:
            store.record_generation(0, founders(5), {})
            run = store.read()
            candidates = candidates_of(run, run.generations[0])
            assert (candidates is None) == (screening != SAMPLE)
            if candidates:
                failed = candidates.heard[0]
                fresh = replace(run.individuals[failed].individual, id=f"{failed}b")
                store.record_trial(TrialResult(failed, failure="NaN"))
                store.record_replacements({failed: fresh})
                run = store.read()
                again = candidates_of(run, run.generations[0])
                assert again is not None
                assert again.heard == (f"{failed}b", candidates.heard[1])
