"""Several listeners: each has a link and a ballot of their own, and the owner closes the generation."""

import contextlib
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import evolve
from evolve.errors import EvolveError, StorageError
from evolve.page.listeners import Guest
from evolve.page.place import PageAddress, usual_port
from evolve.randomness import derive_rng
from evolve.search.listening import open_session
from evolve.store.run_store import RunStore
from tests.page.visitors import Visitor, read, served

EVERYWHERE = "0.0.0.0"  # noqa: S104 - what is listened at is what is tested
NAMED = PageAddress(listeners=("ann", "bob"))


def test_each_listener_sees_their_own_ballot_alone(run: Path) -> None:
    """Under letters of their own; what the others do is nowhere to be seen."""
    with served(run, NAMED) as page:
        ann, bob, owner = page.listener("ann"), page.listener("bob"), page.owner()
        ann.moved("best", letters=["C"])
        ann.moved("comment", letter="C", text="mine")
        assert bob.ballot["is_begun"] is False
        assert owner.ballot["is_begun"] is False
        assert bob.state["listeners"] is None
        letters = [_pictures(one) for one in (ann, bob, owner)]
        assert letters[0] != letters[1]
        assert sorted(letters[0].values()) == sorted(letters[1].values()) == sorted(letters[2].values())


def test_what_was_heard_in_a_terminal_is_marked_on_the_page_and_the_other_way_round(run: Path) -> None:
    """The log of plays is one, wherever they were."""
    with served(run) as page, RunStore(run) as store:
        owner = page.owner()
        letters = open_session(store, 0, "listener").letters
        owner.posted("/api/heard", {"plays": [{"letter": "A", "sample": 2, "plays": 1, "seconds": 3}]})
        assert owner.ballot["heard"] == {"A": {"2": {"plays": 1, "seconds": 3}}}
        session = open_session(store, 0, "listener")
        assert [(one.id, one.sample) for one in session.heard.playbacks] == [(letters["A"], 2)]
        session.played(letters["C"], 1)
        page.page.room.refresh()
        assert owner.ballot["heard"]["C"] == {"1": {"plays": 1, "seconds": 0.0}}


def test_how_much_samples_tell_is_reckoned_once_for_all(run: Path) -> None:
    """It is the same for whoever judges the generation."""
    with served(run, NAMED) as page:
        told = [visitor.session["told"] for visitor in (page.owner(), page.listener("ann"), page.listener("bob"))]
        opened = [ballot.session.reliability for ballot in page.page.room._ballots.values()]
    assert told[0]
    assert set(told) == {told[0]}
    assert len(opened) == 3
    assert all(one is opened[0] for one in opened)


def _pictures(visitor: Visitor) -> dict[str, bytes]:
    return {
        one["letter"]: visitor.client.get(one["samples"][0]["files"]["image"]["url"]).content
        for one in visitor.session["candidates"]
    }


def test_the_owner_sees_who_has_cast_and_closes_the_generation(run: Path) -> None:
    """Until then everyone may change their ballot; the ranking is of all ballots that were cast."""
    with served(run, NAMED) as page:
        ann, bob, owner = page.listener("ann"), page.listener("bob"), page.owner()
        assert _states(owner) == {"ann": "away", "bob": "away"}
        bob.moved("top", letter="A")
        assert _states(owner) == {"ann": "away", "bob": "begun"}
        assert owner.posted("/api/close", {}).status_code == 409
        assert bob.cast().json() == {"stage": "cast"}
        ann.posted("/api/heard", {"plays": [], "active_s": 5})
        assert _states(owner) == {"ann": "begun", "bob": "cast"}
        ann.moved("top", letter="B")
        assert ann.cast().json() == {"stage": "cast"}
        assert ann.state["stage"] == "cast"
        assert owner.state["stage"] == "ranking"
        assert ann.ballot["tiers"] == [["B"], ["A", "C", "D"]]
        ann.moved("comment", letter="D", text="on second thoughts")
        assert ann.moved("top", letter="D")["tiers"][0] == ["D"]
        assert ann.cast().json() == {"stage": "cast"}
        assert ann.ballot["comments"] == {"D": "on second thoughts"}
        assert not read(run).generations[0].status.is_ranked
        assert owner.posted("/api/close", {"generation": 1}).status_code == 409
        assert owner.posted("/api/close", {"generation": 0}).json() == {"stage": "waiting"}
        assert ann.state["stage"] == "waiting"
        agreement = owner.state["agreement"]
        assert agreement["listeners"] == 2
        assert 0 <= agreement["w"] <= 1
    ballots = {one.listener: one for one in read(run).generations[0].ballots}
    assert set(ballots) == {"ann", "bob"}
    assert ballots["ann"].ballot.tiers[0] == (ballots["ann"].letters["D"],)
    assert ballots["ann"].listening.active_s == 5


def _states(owner: Visitor) -> dict[str, str]:
    return {one["name"]: one["state"] for one in owner.state["listeners"]}


def test_only_the_owner_closes_invites_and_sees_the_family(run: Path) -> None:
    """A listener is told so."""
    with served(run, NAMED) as page:
        ann = page.listener("ann")
        for path, said in (("/api/close", {}), ("/api/listeners", {"name": "eve"})):
            assert ann.posted(path, said).status_code == 403
        for path in ("/api/family", "/individual/g0-1/1/image"):
            assert ann.client.get(path).status_code == 403
        assert page.page.room.guests.names == ("ann", "bob")


def test_somebody_invited_later_comes_in_too(run: Path) -> None:
    """By the link that the owner is given; the same name in other letters is the same listener."""
    with served(run) as page:
        owner = page.owner()
        link = owner.posted("/api/listeners", {"name": "José"}).json()
        assert owner.posted("/api/listeners", {"name": "josé"}).json() == link
        jose = page.visitor(f"{page.page.url}{link['link']}")
        assert jose.state["me"] == {"name": "José", "is_owner": False}
        jose.moved("top", letter="A")
        jose.cast()
        owner.moved("top", letter="A")
        assert owner.cast().json() == {"stage": "cast"}
    with served(run) as again:
        assert again.listener("José").state["stage"] == "cast"
        assert again.owner().posted("/api/close", {}).json() == {"stage": "waiting"}


def test_capitals_make_nobody_else(run: Path) -> None:
    """Whoever types a name otherwise goes on with the ballot that they have begun."""
    with served(run, owner="Zoë") as page:
        kept = page.owner().moved("top", letter="C")
    with served(run, owner="zoë") as page:
        owner = page.owner()
        assert owner.state["me"]["name"] == "Zoë"
        assert owner.ballot == kept
        owner.cast()
    assert [one.listener for one in read(run).generations[0].ballots] == ["Zoë"]


def test_nobody_elses_ballot_is_reached_with_ones_own_link(run: Path) -> None:
    """The name of a ballot is that of the link, whatever is sent along."""
    with served(run, NAMED) as page:
        ann, bob = page.listener("ann"), page.listener("bob")
        bob.moved("top", letter="A")
        step = {"do": "top", "letter": "B", "listener": "bob"}
        said = {"version": ann.ballot["version"], "step": step, "listener": "bob", "name": "bob"}
        assert ann.posted("/api/step", said, Cookie=_cookie(ann)).status_code == 200
        assert bob.ballot["tiers"][0] == ["A"]
        assert ann.client.get("/api/session", params={"listener": "bob"}).json()["ballot"]["tiers"][0] == ["B"]


def _cookie(visitor: Visitor) -> str:
    return "; ".join(f"{name}={value}" for name, value in visitor.client.cookies.items())


def test_many_who_move_at_once_lose_and_mix_up_nothing(run: Path) -> None:
    """Each ranks by a script of their own, all at the same time."""
    names = tuple(f"listener {number}" for number in range(24))
    with served(run, PageAddress(listeners=names)) as page:
        visitors = {name: page.listener(name) for name in names}
        meant: dict[str, list[str]] = {}
        trouble: list[BaseException] = []

        def rank(name: str) -> None:
            try:
                order = [str(one) for one in derive_rng(7, name).permutation(["A", "B", "C", "D"])]
                meant[name] = order
                for letter in reversed(order):
                    visitors[name].moved("top", letter=letter)
                assert visitors[name].cast().status_code == 200
            except BaseException as error:
                trouble.append(error)

        threads = [threading.Thread(target=rank, args=(name,)) for name in names]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert trouble == []
    ballots = {one.listener: one for one in read(run).generations[0].ballots}
    assert set(ballots) == set(names)
    for name, record in ballots.items():
        assert [tier for (tier,) in record.ballot.tiers] == [record.letters[letter] for letter in meant[name]]


def test_the_family_tells_nothing_of_a_ballot_of_the_open_generation(run: Path) -> None:
    """What is said there of somebody who came back is the listener's own until the generation is ranked."""
    with served(run, NAMED) as page:
        ann = page.listener("ann")
        ann.moved("comment", letter="A", text="said before")
        ann.cast()
        page.owner().posted("/api/close", {})
    with evolve.Search(run, engine="here", on_event=lambda _: None) as search:
        assert next(iter(search)).index == 1
    with served(run) as page:
        ann, owner = page.listener("ann"), page.owner()
        for candidate in ann.session["candidates"]:
            ann.moved("comment", letter=candidate["letter"], text="still mine")
            ann.moved("heart", letter=candidate["letter"], sample=1)
        ann.cast()
        family = owner.got("/api/family")["individuals"]
        assert set(read(run).generations[1].elites) & {one["id"] for one in family}
        comments = [comment for one in family for comment in one["comments"]]
        assert comments == [{"listener": "ann", "text": "said before"}]
        assert all(one["favourites"] == [] for one in family)


def fill_at_the_commit(patch: pytest.MonkeyPatch) -> None:
    """Let the disk be full as soon as changes that were made together are to be kept."""
    together, is_full = RunStore.together, threading.Event()

    @contextlib.contextmanager
    def refused(store: RunStore) -> Iterator[None]:
        with together(store):
            yield
            is_full.set()
            raise StorageError("the disk is full")

    kept = RunStore.record_ballot

    def record(*given: Any, **named: Any) -> Any:  # noqa: ANN401
        if is_full.is_set():
            raise StorageError("the disk is full")
        return kept(*given, **named)

    patch.setattr(RunStore, "together", refused)
    patch.setattr(RunStore, "record_ballot", record)


def test_a_ballot_that_the_disk_refuses_is_not_told_as_cast(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither together with others nor by itself; one that was kept before stays so, and casting again does it."""
    with served(run, NAMED) as page:
        ann, bob, owner = page.listener("ann"), page.listener("bob"), page.owner()
        assert bob.cast().status_code == 200
        moved = ann.moved("top", letter="C")
        with monkeypatch.context() as patch:
            fill_at_the_commit(patch)
            room, busy = page.page.room, threading.Event()
            room.store.submit(lambda _: busy.wait(10))
            cast = room.store.submit(lambda store: room.cast(store, Guest("ann"), moved["version"]), is_small=True)
            seen = room.store.submit(lambda store: store.draft_steps(0, "ann"), is_small=True)
            busy.set()
            with pytest.raises(StorageError):
                cast.result()
            assert seen.result()
        assert ann.state["stage"] == "ranking"
        assert _states(owner) == {"ann": "begun", "bob": "cast"}
        assert ann.ballot["tiers"] == moved["tiers"]
        assert ann.cast().json() == {"stage": "cast"}


@pytest.mark.parametrize(
    ("place", "said"),
    [
        (PageAddress(host=EVERYWHERE), "say who judges: --listeners"),
        (PageAddress(host="192.0.2.1"), "say who judges: --listeners"),
        (PageAddress(host="192.0.2.1", listeners=("ann",)), "cannot be served at 192.0.2.1:0"),
        (PageAddress(url="ftp://listen.example.org"), "must be an address such as https://"),
        (PageAddress(url="https://listen.example.org/evolve"), "without a path"),
        (PageAddress(url="https://[::"), "must be an address"),
        (PageAddress(listeners=("../ann",)), "cannot be a name"),
    ],
)
def test_a_place_where_nobody_can_be_served_is_told(run: Path, place: PageAddress, said: str) -> None:
    """In one line."""
    with pytest.raises(EvolveError, match=said), served(run, place):
        pass


def test_a_public_address_is_what_links_and_browsers_use(run: Path) -> None:
    """Its name as host and origin, its scheme for the cookie; the machine itself is still reached from itself."""
    place = PageAddress(url="https://Listen.example.org:443/", listeners=("ann",))
    with served(run, place) as page:
        assert page.page.address_of("ann").startswith("https://listen.example.org/?token=")
        link = page.page.room.link("ann")
        proxied = page.stranger()
        proxied.headers["Host"] = "listen.example.org"
        entered = proxied.get(link)
        assert entered.status_code == 303
        assert "secure" in entered.headers["set-cookie"].lower()
        cookie = entered.headers["set-cookie"].split(";")[0]
        headers = {"Cookie": cookie, "Origin": "https://listen.example.org"}
        version = proxied.get("/api/session", headers=headers).json()["ballot"]["version"]
        moved = {"version": version, "step": {"do": "top", "letter": "A"}}
        assert proxied.post("/api/step", json=moved, headers=headers).status_code == 200
        headers["Origin"] = "http://listen.example.org"
        assert proxied.post("/api/step", json=moved, headers=headers).status_code == 403


def test_every_address_of_the_machine_is_a_name_of_the_page(run: Path) -> None:
    """Where all of them are listened at."""
    with served(run, PageAddress(host=EVERYWHERE, listeners=("ann",))) as page:
        client = page.stranger()
        assert client.get("/").status_code == 401
        assert client.get("/", headers={"Host": f"evil.example:{page.page.port}"}).status_code == 421


def test_a_link_stays_good_when_the_page_is_served_again(run: Path) -> None:
    """At the run's usual port; where that is taken, at another one."""
    with served(run, NAMED) as first:
        link = first.page.address_of("ann")
        with served(run, NAMED) as second:
            assert second.page.port != first.page.port
    with served(run, NAMED) as again:
        record = read(run)
        is_usual = first.page.port == usual_port(f"{record.name}\0{record.created_at}")  # unless somebody else has it
        assert (again.page.address_of("ann") == link) or not is_usual
