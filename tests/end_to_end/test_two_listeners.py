"""Several terminals at one run: nobody's ballot is lost, finished or half made."""

import shutil
from pathlib import Path

import pytest

from tests.end_to_end.pretended_commands import at_a_terminal, begin, evolve, read, write_space
from tests.pseudo_terminal import Terminal, without_escapes
from tests.troubles import told

pytestmark = pytest.mark.slow

PATIENCE_S = 90.0


@pytest.fixture(scope="module")
def heard(tmp_path_factory: pytest.TempPathFactory, tunes: Path) -> Path:
    """A folder with a run whose first generation waits for its listeners; to be copied from."""
    folder = tmp_path_factory.mktemp("heard")
    write_space(folder)
    evolve(*begin("night", tunes), folder=folder)
    return folder


@pytest.fixture
def place(heard: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return Path(shutil.copytree(heard, tmp_path / "place"))


def listening(listener: str, folder: Path, *, command: str = "rank") -> Terminal:
    """A listener before the list of candidates of generation 0."""
    terminal = at_a_terminal(command, "night", "--listener", listener, folder=folder)
    terminal.until("candidates of generation 0", PATIENCE_S)
    terminal.type("\r")
    terminal.until("Rank generation 0", PATIENCE_S)
    return terminal


def confirm(terminal: Terminal) -> None:
    """The list as it stands becomes the ballot."""
    terminal.type("\r")
    terminal.until("Is this your order?", PATIENCE_S)
    terminal.type("y")


def ballots(folder: Path) -> list[str]:
    """Whose ballots of generation 0 are there."""
    return sorted(ballot.listener for ballot in read(folder / "runs" / "night").generations[0].ballots)


def test_ballots_from_other_terminals_count_while_a_run_waits_at_its_prompt(place: Path) -> None:
    """From a script and from another terminal; the children are bred from all of them."""
    running = listening("ann", place, command="resume")
    running.type("jK")
    running.until("1 step kept", PATIENCE_S)
    evolve("rank", "night", "--listener", "bob", "--order", "D > C > B > A", folder=place)
    cleo = listening("cleo", place)
    cleo.type("jjK")
    cleo.until("1 step kept", PATIENCE_S)
    confirm(cleo)
    assert cleo.end() == 0
    assert ballots(place) == ["bob", "cleo"]
    confirm(running)
    running.until("candidates of generation 1", PATIENCE_S)
    running.type("\x03")
    assert running.end() == 130
    assert ballots(place) == ["ann", "bob", "cleo"]
    assert len(read(place / "runs" / "night").generations) == 2


def test_a_half_made_ballot_outlives_the_ballots_of_others(place: Path) -> None:
    """Two terminals at once; who hands in first takes nothing from the other, who stops and comes back."""
    ann, bob = listening("ann", place), listening("bob", place)
    ann.type("jK")
    ann.until("1 step kept", PATIENCE_S)
    bob.type("jjKjK")
    bob.until("2 steps kept", PATIENCE_S)
    confirm(ann)
    assert ann.end() == 0
    bob.type("K")
    bob.until("3 steps kept", PATIENCE_S)
    bob.type("\x03")
    assert bob.end() == 130
    again = at_a_terminal("rank", "night", "--listener", "bob", folder=place)
    again.until("go on after 3 steps", PATIENCE_S)
    again.type("\r")
    again.until("Rank generation 0", PATIENCE_S)
    confirm(again)
    assert again.end() == 0
    assert ballots(place) == ["ann", "bob"]


def test_a_heart_given_in_the_list_is_kept_by_an_order_from_a_script(place: Path) -> None:
    """Until an order names hearts itself; a song that is not there is told with those that are."""
    ann = listening("ann", place)
    ann.type("jlf")
    ann.until("1 step kept", PATIENCE_S)
    ann.type("q")
    assert ann.end() == 0
    wrong = evolve("rank", "night", "--listener", "ann", "--order", "A+3 > ...", folder=place, expect=1)
    assert wrong.err == "evolve: A has no song 3; its songs are 1 and 2\n"
    told("song-not-there", wrong.err)
    ranked = evolve("rank", "night", "--listener", "ann", "--order", "C > A = B ! D", "--json", folder=place)
    (ballot,) = read(place / "runs" / "night").generations[0].ballots
    loved = ballot.letters["B"]
    assert ballot.ballot.favourites == ((loved, 2),)
    assert ranked.json["favourites"] == [{"id": loved, "sample": 2}]
    assert [ranked.json["ranking"][ballot.letters[letter]]["rank"] for letter in "CBAD"] == [1, 2, 3, 4]
    assert "generation 0 is ranked: C > A = B♥2 ! D" in ranked.err
    plain = {"PYTHONIOENCODING": "ascii"}
    again = evolve("rank", "night", "--listener", "ann", "--order", "B > A+1 ! C D+2", folder=place, environ=plain)
    assert "generation 0 is ranked: B > A+1 ! C D+2" in again.err


def test_two_terminals_of_one_listener_do_not_write_over_each_other(place: Path) -> None:
    """Who comes second is told in one line, and the ballot of the first is handed in as it stands there."""
    first, second = listening("ann", place), listening("ann", place)
    first.type("jK")
    first.until("1 step kept", PATIENCE_S)
    second.type("jjK")
    assert second.end() == 1
    told("two-terminals", without_escapes(second.raw))
    first.type("jK")
    first.until("2 steps kept", PATIENCE_S)
    confirm(first)
    assert first.end() == 0
    assert ballots(place) == ["ann"]
