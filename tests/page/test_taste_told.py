"""What the page tells of taste: between rankings, in lines that are found beside everything else."""

import time
from pathlib import Path

import evolve
from tests.page.visitors import SMALL, Served, read, served


def told_of_taste(page: Served) -> list[str]:
    """What the page says of taste, once it has found out; empty where that takes too long."""
    owner, end = page.owner(), time.monotonic() + 60
    while not (lines := owner.state["taste"]) and time.monotonic() < end:
        time.sleep(0.1)
    return list(lines)


def test_the_first_ranking_is_told_that_nothing_is_known(page: Served) -> None:
    """In the line above the candidates, and nowhere else."""
    owner = page.owner()
    assert owner.session["told"].endswith(
        "Nothing is known of your taste yet: the first generation is spread over the space."
    )
    assert owner.state["taste"] == []


def test_after_a_ballot_the_page_says_what_one_more_generation_may_bring(page: Served) -> None:
    """The chance, and of whom one more is to be better; nothing while a ballot can be changed."""
    owner = page.owner()
    owner.moved("top", letter="B")
    assert owner.cast().status_code == 200
    assert owner.state["stage"] == "waiting"
    [line] = told_of_taste(page)
    first = read(page.folder).generations[0].champions[0]
    assert line.startswith("One more generation: ")
    assert f"chance of something you like more than {first}" in line


def test_the_family_says_why_a_child_was_chosen_once_it_is_ranked(tmp_path: Path) -> None:
    """In the words of its birth; of the founders there is nothing to say."""
    search = evolve.Search(
        tmp_path / "run", "pictures.yaml", judge="simulated:additive", engine="here", on_event=lambda _: None, **SMALL
    )
    search.run()
    expected = read(tmp_path / "run").generations[1].expected
    with served(tmp_path / "run") as page:
        told = {one["id"]: one["why"] for one in page.owner().got("/api/family")["individuals"]}
    assert any(told.values())
    assert told == {name: expected[name].why if name in expected else "" for name in told}
