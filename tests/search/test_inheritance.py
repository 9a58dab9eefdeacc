"""What children's trials are given of their parents: by whom, to whom, and where a run does not hand it on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from evolve.domains.music import DOMAIN as MUSIC
from evolve.domains.pictures import DOMAIN as PICTURES
from evolve.errors import SettingsError
from evolve.execution.run_material import RunMaterial
from evolve.records.events import Event, EventHandler
from evolve.records.individual import Individual
from evolve.report.text import render_text
from evolve.search.inheritance import check_inheritance
from evolve.search.steps import Outcome
from evolve.settings import CoreSettings
from evolve.store.run_store import RunStore
from tests.pretended_trials import PretendedExecution, go, prepare_run, small_settings, worth


@dataclass
class Handed(PretendedExecution):
    """Remembers what each trial was given of its parent."""

    given: dict[str, Mapping[str, bytes]] = field(default_factory=dict)

    def run(self, individuals: Sequence[Individual], material: RunMaterial, listener: EventHandler) -> None:
        """Tell of a trial of each."""
        self.given |= {one.id: material.inherited for one in individuals}
        super().run(individuals, material, listener)


@pytest.mark.parametrize("said", ["on", "off"])
def test_children_are_given_what_their_first_parents_left(tunes: Path, tmp_path: Path, said: str) -> None:
    """Where the setting says so, founders nothing; a run that is stopped and gone on with gives the same."""
    folder = prepare_run(tmp_path / "run", small_settings(tunes, inherit_weights=said))
    execution = Handed(stop_after=6)
    with RunStore(folder) as store, pytest.raises(KeyboardInterrupt):
        go(store, execution)
    execution.stop_after = None
    with RunStore(folder) as store:
        assert go(store, execution) is Outcome.COMPLETE
        family = {name: record.individual for name, record in store.read().individuals.items()}
    children = [one for one in family.values() if one.parents]
    assert len(children) >= 4
    for child in children:
        genome = family[child.parents[0]].genome
        left = execution.given[child.id].get(child.parents[0])
        assert left == (str(worth(genome)).encode() if said == "on" else None)
    founders = [one.id for one in family.values() if one.generation == 0]
    assert not any(execution.given[name] for name in founders)


def test_the_lineage_tells_of_whom(tunes: Path, tmp_path: Path) -> None:
    """Below the child, beside what changed in it."""
    folder = prepare_run(tmp_path / "run", small_settings(tunes, inherit_weights=True))
    with RunStore(folder) as store:
        go(store, Telling())
        run = store.read()
    (child, *_) = (one.individual for one in run.individuals.values() if one.individual.parents)
    assert f"weights of {child.parents[0]}, made wider" in render_text(run, width=160)


class Telling(PretendedExecution):
    """Says of every child that it began with its parent's weights."""

    def run(self, individuals: Sequence[Individual], material: RunMaterial, listener: EventHandler) -> None:
        """Tell of a trial of each."""

        def tell(event: Event) -> None:
            result, parents = event.result, family.get(event.individual_id, ())
            if result is not None and parents:
                metrics = {**result.metrics, "inherited": f"weights of {parents[0]}, made wider"}
                event = replace(event, result=replace(result, metrics=metrics))
            listener(event)

        family = {one.id: one.parents for one in individuals}
        super().run(individuals, material, tell)


def test_a_domain_whose_trials_learn_nothing_has_nothing_to_hand_on() -> None:
    """One line says so; without the setting there is nothing to say."""
    with pytest.raises(SettingsError, match=r"trials of pictures leave no weights .*; leave it out"):
        check_inheritance(PICTURES, CoreSettings(inherit_weights=True))
    check_inheritance(PICTURES, CoreSettings())
    check_inheritance(MUSIC, CoreSettings(inherit_weights=True))
