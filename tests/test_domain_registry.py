"""Domains are found by name, in modules, and in files of the user's own."""

from dataclasses import replace
from pathlib import Path

import pytest

from evolve.domain_registry import (
    as_domain,
    domain_for,
    find_domain,
    named_domain,
    named_domains,
    presentation_for,
)
from evolve.domains.pictures import DOMAIN
from evolve.errors import SettingsError
from evolve.function_domain import FunctionDomain
from evolve.presentation import Presentation
from evolve.user_code import read_code
from tests.own_domains import write_hats
from tests.report.example_run import example_run


def test_domains_that_come_along_have_names() -> None:
    """As any installed package can bring them."""
    assert {"music", "pictures"} <= set(named_domains())
    for name in ("music", "pictures"):
        assert named_domain(name).name == name
        assert find_domain(name) is named_domain(name)


def test_a_name_that_is_none_is_told_with_those_that_there_are() -> None:
    """And the nearest spelling."""
    with pytest.raises(
        SettingsError, match=r'^there is no domain "musik"; there are music, pictures, and FILE\.py:NAME'
    ):
        find_domain("musik")
    with pytest.raises(SettingsError, match=r"did you mean .music."):
        find_domain("musik")


def test_a_domain_is_found_in_a_module() -> None:
    """By the name that it has there."""
    assert find_domain("evolve.domains.pictures:DOMAIN", read_code("evolve.domains.pictures:DOMAIN")) is DOMAIN


def test_a_function_in_a_file_is_a_domain(tmp_path: Path) -> None:
    """Called by its reference."""
    reference = write_hats(tmp_path)
    domain = find_domain("hats.py:evaluate", read_code(reference))
    assert isinstance(domain, FunctionDomain)
    assert domain.name == "hats.py:evaluate"


def test_an_object_or_its_class_is_a_domain() -> None:
    """An object as it is, of a class an instance; what is neither and no function is refused."""
    assert as_domain(DOMAIN, "here") is DOMAIN
    assert isinstance(as_domain(type(DOMAIN), "here"), type(DOMAIN))
    with pytest.raises(SettingsError, match=r"^mine\.py:SIZE is neither a domain, nor a function evaluate"):
        as_domain(3, "mine.py:SIZE")


def test_a_report_runs_no_code_that_nobody_has_named(tmp_path: Path) -> None:
    """Before the user has opened the domain in this process, its samples are told by the names of their facts."""
    (tmp_path / "opened_later.py").write_text("def evaluate(hp, trial): ...")
    run = example_run("born")
    run = replace(run, facts={**run.facts, "domain": {"reference": "opened_later.py:evaluate"}})
    assert domain_for(run) is None
    assert presentation_for(run).columns == Presentation().columns
    code = read_code(f"{tmp_path / 'opened_later.py'}:evaluate")
    opened = find_domain(code.reference, code)
    assert domain_for(run) is opened
    assert presentation_for(run) is opened.presentation


def test_a_run_is_told_by_the_domain_that_it_names() -> None:
    """Of music, where it names none."""
    run = example_run("born")
    assert domain_for(replace(run, facts={})) is named_domain("music")
    assert domain_for(replace(run, facts={"domain": {"reference": "pictures"}})) is DOMAIN
