"""The family in a browser: who was ranked where, and a new run from ancestors."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

import evolve
from tests.page.browsers import NEEDS_CHROMIUM, check_access, chromium, visit
from tests.page.visitors import SMALL, Served, begun, read, served

pytestmark = [pytest.mark.slow, NEEDS_CHROMIUM]

ANYBODY = re.compile(".*")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for all tests here."""
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def ranked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A run of four of whom three were presented, and one of these was rejected."""
    with served(begun(tmp_path_factory.mktemp("family") / "run", heard=3)) as page:
        page.owner().moved("reject", letter="A")
        page.owner().moved("top", letter="C")
        assert page.owner().cast().status_code == 200
        yield page


def test_the_rejected_and_those_never_presented_are_told_apart(browser: Browser, ranked: Served) -> None:
    """A rejected one has a rank as well, the last; whoever was not presented has none."""
    (ballot,) = read(ranked.folder).generations[0].ballots
    by_letter = ballot.letters
    (unheard,) = {one["id"] for one in ranked.owner().got("/api/family")["individuals"]} - set(by_letter.values())
    with visit(browser, ranked.page.address) as seen:
        seen.get_by_role("button", name="Family").click()
        for name, sign, place in (
            (by_letter["C"], "1.", "rank 1"),
            (by_letter["B"], "2.", "rank 2"),
            (by_letter["A"], "✕", "rejected"),
            (unheard, "–", "not ranked"),
        ):
            member = seen.locator(f'.members [data-id="{name}"]')
            expect(member.locator("b")).to_have_text(sign)
            member.get_by_role("button").click()
            expect(seen.locator(".detail .place")).to_contain_text(place)
        check_access(seen)


def test_each_generation_shows_its_own_ranking(browser: Browser, tmp_path: Path) -> None:
    """Who comes back stands in both, where each ranked them; who is rejected is told so in words."""
    with evolve.Search(
        tmp_path / "run", "pictures.yaml", engine="here", on_event=lambda _: None, elites=1, **SMALL
    ) as search:
        first, second = (ranked_by_id(generation, at) for at, generation in enumerate(search))
    (best,) = set(first) & set(second)
    with served(tmp_path / "run") as page, visit(browser, page.page.address) as seen:
        newest, oldest = seen.locator(".tree section").first, seen.locator(".tree section").last
        expect(newest.locator("li")).to_have_text(
            [f"1. {second[0]}", f"2. {best}comes back", f"3. {second[2]}", ANYBODY]
        )
        expect(oldest.locator("li").first).to_have_text(f"1. {best}")
        expect(oldest.locator("li").last).to_have_text(f"✕ {first[3]}rejected")
        newest.get_by_role("button", name=best).click()
        expect(seen.locator(".detail .place")).to_have_text("founder, rank 1 in generation 0, rank 2 in generation 1")
        newest.get_by_role("checkbox", name=f"Branch from {best}").check()
        expect(oldest.get_by_role("checkbox", name=f"Branch from {best}")).to_be_checked()
        newest.get_by_role("button", name=second[0]).click()
        expect(seen.locator(".detail")).to_contain_text("→")
        check_access(seen)


def ranked_by_id(generation: evolve.Generation, at: int) -> list[str]:
    """Rank a generation, the last one rejected; whoever comes back is second. Gives the ids in that order."""
    names = sorted(one.id for one in generation.candidates)
    order = names if at == 0 else [names[1], names[0], *names[2:]]
    generation.rank(order[:-1], order[-1:])
    return order


def test_a_new_run_begins_from_the_ancestors_that_are_ticked(browser: Browser, ranked: Served) -> None:
    """The page gives the command that goes on with it."""
    with visit(browser, ranked.page.address) as seen:
        seen.get_by_role("button", name="Family").click()
        begin = seen.get_by_role("button", name="New run from the ticked ones")
        expect(begin).to_be_disabled()
        boxes = seen.get_by_role("checkbox", name="Branch from")
        for box in (boxes.first, boxes.last, boxes.last):
            box.click()
        name = seen.locator(".members li").first.get_attribute("data-id")
        begin.click()
        expect(seen.get_by_role("heading", name="begins from 1 ancestor")).to_be_visible()
        check_access(seen)
        command = seen.locator("dialog .go-on").text_content() or ""
    made = read(ranked.folder.parent / Path(command.split()[2]).name)
    assert command.startswith("evolve resume ")
    assert command.endswith(" --judge page")
    assert list(made.ancestors.values()) == [name]
