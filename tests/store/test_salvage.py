"""What can be read of a damaged store is read, and nobody who is missing is made up."""

import json
import shutil
from pathlib import Path

import pytest

from evolve.judging.ballot import Ballot
from evolve.store.records import GenerationStatus, RunRecord
from evolve.store.run_store import RunStore
from evolve.store.salvage import salvage
from evolve.store.sound_rows import sound_rows
from tests.store.damage import PAGE, alter, break_page_of, overwrite
from tests.store.first_layout import put_into_first_layout
from tests.store.runs import ballot_of, by_first_ballot, founders, new_run, result_of


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A run of two generations, the second half trained."""
    with new_run(tmp_path / "run", evaluated=True) as store:
        store.record_ballot(0, ballot_of("ann", "g0-1", "g0-2 g0-3"), by_first_ballot)
        born = [one for one in founders(3) if one.slot > 1]
        children = [
            type(one)(one.id.replace("g0", "g1"), 1, one.slot, one.genome, one.origin, ("g0-1",)) for one in born
        ]
        store.record_generation(1, children, {}, elites=["g0-1"], parents=["g0-1"])
        store.record_trial(result_of("g1-2"))
    return tmp_path / "run"


def read(folder: Path) -> RunRecord:
    """The run as a store that is whole gives it."""
    with RunStore(folder) as store:
        return store.read()


def test_a_whole_store_is_read_whole(run: Path) -> None:
    """With no damage at all."""
    assert salvage(run).is_whole
    assert salvage(run).run == read(run)


def test_what_only_indexes_have_lost_is_read_in_full(run: Path) -> None:
    """The rows lie in the tables; the damage is told all the same."""
    before = read(run)
    break_page_of(run, "sqlite_autoindex_individual_1")
    found = salvage(run).run
    assert (found.individuals, found.generations) == (before.individuals, before.generations)
    assert found.damage
    assert all(line.startswith("SQLite says: ") for line in found.damage)


def test_rows_before_and_after_the_damage_are_read(tmp_path: Path) -> None:
    """Of a table of many pages with a hole in the midst."""
    with new_run(tmp_path / "run", population=300) as store:
        for one in founders(300):
            store.record_trial(result_of(one.id, songs=4))
    database = tmp_path / "run" / "run.sqlite"
    data = database.read_bytes()
    needle = data.index(b'"individuals/g0-150/song-3.mid"')
    overwrite(tmp_path / "run", needle // PAGE * PAGE, b"\x55" * PAGE)
    found = salvage(tmp_path / "run").run
    assert "some of the songs cannot be read" in found.damage
    missing = [name for name, record in found.individuals.items() if len(record.songs) < 4]
    assert "g0-150" in missing
    assert len(missing) < 20


def test_a_row_that_makes_no_sense_is_left_out_and_what_it_can_do_without_is_emptied(run: Path) -> None:
    """A genome is all that an individual is; its metrics are not."""
    alter(run, "UPDATE individual SET metrics = 'x', replaced_by = NULL WHERE id = 'g0-2'")
    alter(run, "UPDATE individual SET genome = '[[1, 2]]' WHERE id = 'g0-3'")
    alter(run, "UPDATE ballot SET letters = '[]'")
    found = salvage(run).run
    assert found.individuals["g0-2"].metrics == {}
    assert len(found.individuals["g0-2"].songs) == 2
    assert "g0-3" not in found.individuals
    assert found.generations[0].members == ("g0-1", "g0-2")
    assert found.generations[0].ballots[0].ballot.tiers == (("g0-1",), ("g0-2", "g0-3"))
    assert set(found.damage) >= {
        "the individual 'g0-2': metrics cannot be read",
        "the individual 'g0-3' cannot be read",
        "the individual g0-3 is lost",
        "the ballot of 'ann' in generation 0: letters cannot be read",
    }


def test_favourites_that_make_no_sense_are_emptied_and_the_ballot_stays(run: Path) -> None:
    """The ordering is what a ballot cannot do without."""
    alter(run, 'UPDATE ballot SET favourites = \'[["g0-1", "first"]]\'')
    found = salvage(run).run
    assert found.generations[0].ballots[0].ballot == Ballot((("g0-1",), ("g0-2", "g0-3")))
    assert found.damage == ("the ballot of 'ann' in generation 0: favourites cannot be read",)


def test_ballots_of_a_damaged_store_of_an_older_layout_are_read(run: Path) -> None:
    """They have no favourites, and nothing is missed."""
    put_into_first_layout(run)
    break_page_of(run, "draft")
    found = salvage(run).run
    assert found.generations[0].ballots[0].ballot == Ballot((("g0-1",), ("g0-2", "g0-3")))
    assert found.damage[1:] == ("some of the half-made ballots cannot be read",)


def test_parents_who_are_lost_are_named_nowhere(run: Path) -> None:
    """So that whoever tells of the family finds everyone."""
    alter(run, "DELETE FROM individual WHERE id = 'g0-1'")
    found = salvage(run).run
    assert found.individuals["g1-2"].individual.parents == ()
    assert found.generations[0].parents == ()
    assert found.generations[1].members == ("g1-2", "g1-3")


def test_generations_that_are_lost_are_known_by_their_members(run: Path) -> None:
    """The last one as far as its ranking tells, those before it as bred."""
    alter(run, "DELETE FROM generation")
    generations = salvage(run).run.generations
    assert [one.status for one in generations] == [GenerationStatus.BRED, GenerationStatus.BORN]
    assert [len(one.members) for one in generations] == [3, 3]
    alter(run, "UPDATE member SET rank = slot, utility = 0.5, rejected = 0 WHERE generation = 1")
    assert salvage(run).run.generations[1].status is GenerationStatus.RANKED


def test_numbers_that_cannot_be_do_not_make_it_endless(run: Path) -> None:
    """A damaged generation number would ask for millions of generations."""
    alter(run, "UPDATE individual SET generation = 99999999999 WHERE id = 'g1-3'")
    alter(run, "INSERT INTO generation (number, status, born_at) VALUES (88888888888, 'born', '')")
    found = salvage(run).run
    assert len(found.generations) == 2
    assert "g1-3" not in found.individuals
    assert "some of the individual rows are of a generation that cannot be" in found.damage


def test_numbers_below_nothing_and_texts_in_their_place_are_damage(run: Path) -> None:
    """As are two rows where only one can be."""
    alter(run, "UPDATE member SET slot = -2 WHERE generation = 0 AND slot = 2")
    alter(run, "UPDATE file SET bytes = -1 WHERE path = 'individuals/g0-1/song-1.mid'")
    found = salvage(run).run
    assert "place -2 of generation 0 cannot be read" in found.damage
    assert found.generations[0].members == ("g0-1", "g0-3")
    rows = {"draft": [{"generation": 0, "listener": "ann", "steps": "[]"}] * 2,
            "lost": [{"individual": "g0-1", "reason": 5, "at": ""}]}  # fmt: skip
    sound, notices = sound_rows(rows)
    assert (len(sound["draft"]), len(sound["lost"])) == (1, 0)
    assert notices == (
        "the half-made ballot of 'ann' in generation 0 is there twice",
        "a lost attempt of 'g0-1' cannot be read",
    )


def test_facts_that_are_lost_are_empty_and_told(run: Path) -> None:
    """All but those that a run which has just begun does not have either."""
    alter(run, "DELETE FROM fact WHERE name = 'settings'")
    alter(run, "UPDATE fact SET value = ? WHERE name = 'space'", json.dumps({"name": 5, "text": []}))
    found = salvage(run).run
    assert (found.settings, found.space, found.corpus) == ({}, {}, {})
    assert "the fact settings is lost" in found.damage
    assert "the fact 'space' cannot be read" in found.damage
    assert not [line for line in found.damage if "corpus" in line]


def test_where_nothing_can_be_read_the_songs_and_networks_that_lie_there_are_told(run: Path) -> None:
    """They need no store: any player plays them."""
    overwrite(run, 0, b"\x00" * PAGE)
    found = salvage(run).run
    assert (found.individuals, found.generations) == ({}, ())
    assert found.damage[0] == "nothing of run.sqlite can be read: file is not a database"
    assert (
        "still in individuals/g1-2, for any player and for Keras: "
        "network.keras, song-1.mid, song-1.ogg, song-2.mid, song-2.ogg"
    ) in found.damage
    shutil.rmtree(run / "individuals")
    assert len(salvage(run).run.damage) > 0


def test_bytes_that_are_no_text_are_damage_of_their_row_alone(run: Path) -> None:
    """The others are read."""
    content = (run / "run.sqlite").read_bytes()
    harmed = content.replace(b'[["width", 64]]', b'[["w\xc3(th", 64]]')
    (run / "run.sqlite").write_bytes(
        harmed.replace(b'"individuals/g0-3/song-2.mid"', b'"indivi\xffuals/g0-3/song-2.mid"')
    )
    found = salvage(run).run
    assert list(found.individuals) == ["g0-1", "g0-3", "g1-3"]
    assert {"the individual 'g0-2' cannot be read", "song 2 of 'g0-3': files cannot be read"} <= set(found.damage)
    assert [song.files == {} for song in found.individuals["g0-3"].songs] == [False, True]
