"""What a new run is begun with: the domain that was asked for or that the space names, and settings that fit."""

from pathlib import Path

import pytest

from evolve.domain import Trial
from evolve.errors import SettingsError, SpaceError
from evolve.search.chosen_space import chosen_space, given_code
from evolve.settings import Given
from tests.own_domains import SPACE_TEXT, write_hats

HATS = "domain: hats.py:evaluate\nsettings: {population: 6, parents: 2}" + SPACE_TEXT


def draw(_: object, trial: Trial) -> None:
    """A hat that is always the same."""
    trial.sample({"text": "hat"})


def test_a_space_names_its_domain_and_what_is_asked_for_comes_first(tmp_path: Path) -> None:
    """Code that a file names lies beside it."""
    write_hats(tmp_path)
    named = chosen_space("hats.yaml", HATS, tmp_path)
    assert (named.reference, named.sources.domain is None) == ("hats.py:evaluate", False)
    asked = chosen_space("hats.yaml", HATS, tmp_path, domain=draw)
    assert (asked.reference, asked.sources.domain) == ("draw", None)
    assert asked.sources.facts(asked.reference)["domain"]["sha256"]
    with pytest.raises(SettingsError, match=r"^hats\.yaml: domain hats\.py:evaluate: there is no file hats\.py$"):
        chosen_space("hats.yaml", HATS, None)


def test_settings_of_the_file_give_way_to_those_that_are_asked_for(tmp_path: Path) -> None:
    """Unless there is no room for so many."""
    write_hats(tmp_path)
    chosen = chosen_space("hats.yaml", HATS, tmp_path)
    assert chosen.settled([]).core.population == 6
    assert chosen.settled([Given("population", 9, "here")]).core.population == 9
    with pytest.raises(SpaceError, match="holds 80 genomes, fewer than the population of 90"):
        chosen.settled([Given("population", 90, "here")])


def test_a_name_of_an_installed_domain_is_no_code() -> None:
    """What is named by file is, once the file has the name."""
    assert (given_code("pictures").domain, given_code().domain) == (None, None)
    with pytest.raises(SettingsError, match=r"^--build nowhere\.py:build: there is no file nowhere\.py$"):
        given_code(build="nowhere.py:build")
