"""What trials work from: the same as long as all that it depends on is, loaded once, and whole wherever it arrives."""

import pickle
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from evolve.domain import Cost
from evolve.domain_registry import named_domain
from evolve.execution.run_material import DomainSource, RunMaterial, longest_first
from evolve.function_domain import FunctionDomain
from evolve.genetics.space import SearchSpace
from evolve.user_code import UserCode, read_code
from tests.own_domains import HATS, hats_material, one_with, results_of, write_hats

CODE = UserCode("hats.py:evaluate", HATS.encode())
MATERIAL = hats_material(DomainSource(CODE.reference, CODE), seconds=5.0)


@pytest.mark.parametrize(
    "change",
    [
        lambda one: replace(one, data=b"other"),
        lambda one: replace(one, facts={"opening": {"notes": 9}}),
        lambda one: replace(one, space=SearchSpace(one.space.genes[:1])),
        lambda one: replace(one, settings={**one.settings, "seed": 8}),
        lambda one: replace(one, domain=DomainSource("pictures")),
        lambda one: replace(one, domain=DomainSource(CODE.reference, UserCode(CODE.reference, b"# none"))),
        lambda one: replace(one, build=UserCode("mine.py:build", b"# mine")),
    ],
)
def test_material_that_differs_has_another_digest(change: Callable[[RunMaterial], RunMaterial]) -> None:
    """In data, facts, space, settings, or code: nothing that was loaded for one serves the other."""
    assert change(MATERIAL).digest != MATERIAL.digest
    assert replace(MATERIAL).digest == MATERIAL.digest


def test_two_networks_of_one_file_have_different_digests() -> None:
    """The content is the same, the name is not."""
    first, second = (replace(MATERIAL, build=UserCode(f"mine.py:{name}", b"# mine")) for name in ("small", "large"))
    assert first.digest != second.digest


def test_material_is_loaded_once_for_all_trials_of_a_run() -> None:
    """Also when it arrives again, as with each trial on a worker."""
    assert MATERIAL.load() is pickle.loads(pickle.dumps(MATERIAL)).load()  # noqa: S301 - our own
    other = replace(MATERIAL, settings={**MATERIAL.settings, "seed": 8})
    assert other.load() is not MATERIAL.load()


def test_a_domain_is_found_by_its_name() -> None:
    """As an installed package brings it."""
    assert DomainSource("music").open() is named_domain("music")
    assert DomainSource("pictures").open() is named_domain("pictures")


def test_code_travels_with_the_material(tmp_path: Path) -> None:
    """Where the user's file is not, its trials run all the same, and errors name its lines."""
    code = read_code(write_hats(tmp_path))
    sent = pickle.dumps(hats_material(DomainSource(code.reference, code)))
    (tmp_path / "hats.py").unlink()
    results = results_of(pickle.loads(sent), one_with(1, height=9, colour="red"), one_with(2, height=40))  # noqa: S301
    assert results["g0-1"].samples[0].facts == {"height": 9}
    assert results["g0-2"].failure == "ValueError: no hat is as high (hats.py, line 8)"


def test_a_domain_that_a_script_made_is_the_one_that_is_opened() -> None:
    """Without a file."""
    domain = FunctionDomain(lambda _, trial: trial.sample({"text": "hat"}), "a script's")
    source = DomainSource("a script's", live=domain)
    assert source.open() is domain
    assert results_of(hats_material(source), one_with())["g0-1"].samples[0].files[0].data == b"hat"


def test_what_takes_longest_is_begun_first() -> None:
    """By its effort; equals keep the order of their slots."""
    individuals = [one_with(slot) for slot in (1, 2, 3, 4)]
    costs = {one.id: Cost(effort) for one, effort in zip(individuals, (1.0, 5.0, 1.0, 9.0), strict=True)}
    assert [one.slot for one in longest_first(individuals, costs)] == [4, 2, 1, 3]
    assert set(MATERIAL.costs(individuals, 1.0)) == {one.id for one in individuals}
