"""Ballots that are made on a page: each move is kept before it is answered, and is the same as made elsewhere."""

import re
import shutil
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import evolve
from evolve.domains.pictures.domain import Pictures
from evolve.errors import EvolveError
from evolve.judging.draft import BallotDraft
from evolve.judging.order import parse_order
from evolve.page.place import PageAddress
from evolve.presentation import Rendering
from evolve.records.ballot import Ballot, samples_of
from evolve.search.branching import branch
from evolve.search.chosen_space import given_code
from evolve.search.listening import ListeningSession, open_session
from evolve.search.run_facts import domain_source
from evolve.search.steps import cast_ballot
from evolve.store.run_store import RunStore
from tests.own_domains import GENES, HATS
from tests.page.visitors import Served, begun, read, served


def kept_steps(folder: Path, listener: str = "listener") -> list[object]:
    """The steps of an unfinished ballot in the store."""
    with RunStore(folder, read_only=True) as store:
        return store.draft_steps(0, listener)


def test_everything_is_tied_before_anything_is_said(page: Served) -> None:
    """All candidates, under letters; the page says what stands beside them and asks the first question."""
    session = page.owner().session
    assert session["ballot"] | {"version": 0} == {
        "tiers": [["A", "B", "C", "D"]], "rejected": [], "favourites": [], "comments": {}, "heard": {},
        "can_undo": False, "can_redo": False, "question": {"a": "A", "b": "B", "left": 5}, "is_begun": False,
        "version": 0,
    }  # fmt: skip
    assert [one["heading"] for one in session["columns"]][:2] == ["hues", "contrast"]
    for candidate in session["candidates"]:
        assert len(candidate["cells"]) == len(session["columns"])
        assert [sample["index"] for sample in candidate["samples"]] == [1, 2]
        assert candidate["samples"][0]["first"] == "image"


def test_nothing_tells_who_a_candidate_is(page: Served) -> None:
    """Neither the session, nor the state, nor the answer with a picture has an id or a time in it."""
    owner = page.owner()
    text = str(owner.session) + str(owner.state)
    assert "g0-" not in text
    place = owner.session["candidates"][0]["samples"][0]["files"]["image"]["url"]
    answer = owner.client.get(place, params={"download": "1"})
    assert answer.content.startswith(b"\x89PNG")
    assert "g0-" not in str(answer.headers)
    assert answer.headers["last-modified"] == "Thu, 01 Jan 1970 00:00:00 GMT"
    assert "run-0-A-1.png" in answer.headers["content-disposition"]


MOVES = [
    ({"do": "up", "letter": "C"}, [["C"], ["A", "B", "D"]], []),
    ({"do": "reject", "letter": "D"}, [["C"], ["A", "B"]], ["D"]),
    ({"do": "bottom", "letter": "C"}, [["A", "B"], ["C"]], ["D"]),
    ({"do": "down", "letter": "B"}, [["A"], ["B"], ["C"]], ["D"]),
    ({"do": "tie", "letter": "C"}, [["A"], ["B", "C"]], ["D"]),
    ({"do": "unreject", "letter": "D"}, [["A"], ["B", "C"], ["D"]], []),
    ({"do": "top", "letter": "D"}, [["D"], ["A"], ["B", "C"]], []),
    ({"do": "down", "letter": "D"}, [["A"], ["D"], ["B", "C"]], []),
    ({"do": "order", "tiers": [["C", "B"], ["D"]], "rejected": ["A"]}, [["B", "C"], ["D"]], ["A"]),
    ({"do": "best", "letters": ["D", "A", "B"]}, [["D"], ["A"], ["B"], ["C"]], []),
    ({"do": "undo"}, [["B", "C"], ["D"]], ["A"]),
    ({"do": "redo"}, [["D"], ["A"], ["B"], ["C"]], []),
]


def test_each_move_is_kept_before_it_is_answered(page: Served) -> None:
    """Whatever happens to browser or server afterwards."""
    owner = page.owner()
    before = owner.ballot["version"]
    for step, tiers, rejected in MOVES:
        answer = owner.posted("/api/step", {"version": before, "step": step})
        assert answer.status_code == 200, answer.text
        ballot = answer.json()
        assert (ballot["tiers"], ballot["rejected"]) == (tiers, rejected), step
        assert ballot["version"] != before
        before = ballot["version"]
        with RunStore(page.folder, read_only=True) as store:
            session = open_session(store, 0, "listener", in_place=True)
        ids = [one.id for one in session.candidates]
        letter = {one.id: one.letter for one in session.candidates}
        kept = BallotDraft.from_json(ids, kept_steps(page.folder)).ballot  # type: ignore[arg-type]
        assert [[letter[name] for name in tier] for tier in kept.tiers] == tiers


def test_favourites_comments_and_what_was_heard_are_kept(page: Served) -> None:
    """And go into the ballot that is cast, with the time that it took."""
    owner = page.owner()
    assert owner.moved("heart", letter="B", sample=2)["favourites"] == [["B", 2]]
    assert owner.moved("comment", letter="A", text="<script>alert(1)</script>  calm")["comments"] == {
        "A": "<script>alert(1)</script> calm"
    }
    for _ in range(2):
        plays = [{"letter": "A", "sample": 1, "plays": 1, "seconds": 2.5}]
        assert owner.posted("/api/heard", {"plays": plays, "active_s": 10}).status_code == 204
    assert owner.ballot["heard"] == {"A": {"1": {"plays": 2, "seconds": 5.0}}}
    assert owner.cast().json() == {"stage": "waiting"}
    (record,) = read(page.folder).generations[0].ballots
    who = record.letters
    assert record.ballot.favourites == ((who["B"], 2),)
    assert record.ballot.comments == ((who["A"], "<script>alert(1)</script> calm"),)
    assert (record.listening.active_s, record.listening.plays) == (20.0, 2)


def test_two_at_a_time_asks_until_the_order_is_settled(page: Served) -> None:
    """By the questions that a terminal would ask; then the order that they give is taken."""
    owner = page.owner()
    assert owner.step("settle").status_code == 400
    ballot = owner.ballot
    while (question := ballot["question"]) is not None:
        ballot = owner.moved("answer", a=question["a"], b=question["b"], better=min(question["a"], question["b"]))
    assert owner.moved("settle")["tiers"] == [["A"], ["B"], ["C"], ["D"]]
    owner.cast()
    assert read(page.folder).generations[0].ballots[0].method == "pairs"


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ({"do": "fly", "letter": "A"}, "there is no step"),
        ({"do": "up", "letter": "E"}, "no candidate is called"),
        ({"do": "up"}, "no candidate is called"),
        ({"do": "up", "letter": "g0-1"}, "no candidate is called"),
        ({"do": ["up"], "letter": {}}, "there is no step"),
        ({"do": "order", "tiers": [["A"], ["A", "B", "C", "D"]]}, "more than once"),
        ({"do": "order", "tiers": [["A"]]}, "names every candidate once"),
        ({"do": "order", "tiers": "A"}, "an order is"),
        ({"do": "order", "tiers": [[{"A": 1}]]}, "no candidate is called"),
        ({"do": "best", "letters": []}, "the best are"),
        ({"do": "best", "letters": ["A", "A"]}, "more than once"),
        ({"do": "heart", "letter": "A", "sample": 9}, "A has no picture 9"),
        ({"do": "heart", "letter": "A", "sample": True}, "True is no number"),
        ({"do": "heart", "letter": ["A"], "sample": 1}, "no candidate is called"),
        ({"do": "comment", "letter": "A"}, "a comment has a text"),
        ({"do": "comment", "letter": "A", "text": "x" * 5000}, "characters"),
        ({"do": "answer", "a": "A", "b": "A", "better": "A"}, "not about the candidates"),
        ("up", "a step is an object"),
    ],
)
def test_a_step_that_makes_no_sense_is_refused_in_one_line(page: Served, step: object, said: str) -> None:
    """And changes nothing."""
    owner = page.owner()
    answer = owner.posted("/api/step", {"version": owner.ballot["version"], "step": step})
    assert answer.status_code == 400
    assert said in answer.json()["error"]
    assert "\n" not in answer.json()["error"]
    assert kept_steps(page.folder) == []


@pytest.mark.parametrize(
    "said",
    [
        {"plays": [{"letter": "Z", "sample": 1}]},
        {"plays": [{"letter": "A", "sample": 7}]},
        {"plays": [{"letter": "A", "sample": 1, "seconds": "long"}]},
        {"plays": [{"letter": "A", "sample": 1, "plays": -1}]},
        {"plays": "A"},
        {"plays": [3]},
        {"active_s": 1e300},
        {"generation": "0"},
        {"generation": True},
    ],
)
def test_what_cannot_have_been_heard_is_refused(page: Served, said: object) -> None:
    """With a line that says why."""
    answer = page.owner().posted("/api/heard", said)
    assert answer.status_code == 400
    assert answer.json()["error"]


def test_what_was_heard_of_another_generation_is_dropped(page: Served) -> None:
    """A letter is somebody else there; what comes late after the generation was ranked is not answered with trouble."""
    owner = page.owner()
    plays = [{"letter": "A", "sample": 1, "plays": 1, "seconds": 2.0}]
    for generation in (1, 0):
        assert owner.ballot["heard"] == {}
        answer = owner.posted("/api/heard", {"generation": generation, "plays": plays, "active_s": 3})
        assert answer.status_code == 204
    assert owner.ballot["heard"] == {"A": {"1": {"plays": 1, "seconds": 2.0}}}


def test_the_page_knows_how_long_a_comment_may_be(page: Served) -> None:
    """What it lets somebody write is kept."""
    owner = page.owner()
    longest = owner.session["longest_comment"]
    assert owner.moved("comment", letter="A", text="x" * longest)["comments"] == {"A": "x" * longest}
    assert owner.step("comment", letter="A", text="x" * (longest + 1)).status_code == 400


def test_a_ballot_goes_on_in_another_browser(page: Served) -> None:
    """A window that has not seen the other's moves is told how the ballot stands, and loses nothing."""
    first, second = page.owner(), page.owner()
    seen = second.ballot["version"]
    first.moved("top", letter="D")
    refused = second.step("top", version=seen, letter="A")
    assert refused.status_code == 409
    assert refused.json()["ballot"]["tiers"] == [["D"], ["A", "B", "C"]]
    assert second.moved("reject", letter="A")["tiers"] == [["D"], ["B", "C"]]
    assert first.ballot == second.ballot


def test_a_ballot_goes_on_in_the_terminal_and_comes_back(page: Served) -> None:
    """A move that the page would have made on the older one is refused, with the newer."""
    owner = page.owner()
    seen = owner.moved("top", letter="D")["version"]
    with RunStore(page.folder) as store:
        session = open_session(store, 0, "listener")
        draft = BallotDraft.begun([one.id for one in session.candidates], session.steps)
        assert draft.ballot.tiers[0] == (session.letters["D"],)
        session.save([*session.steps, {"do": "reject", "id": session.letters["A"]}])
    refused = owner.step("top", version=seen, letter="B")
    assert refused.status_code == 409
    assert (refused.json()["ballot"]["tiers"], refused.json()["ballot"]["rejected"]) == ([["D"], ["B", "C"]], ["A"])


def test_a_reload_and_a_new_server_find_the_ballot_as_of_the_last_move(run: Path) -> None:
    """What cannot be done again any more is the undone."""
    with served(run) as page:
        page.owner().moved("top", letter="C")
        before = page.owner().moved("heart", letter="B", sample=1)
    with served(run) as page:
        assert page.owner().ballot == before
        assert page.owner().moved("undo")["favourites"] == []


def test_a_ballot_of_the_page_is_the_one_of_a_script(run: Path, tmp_path: Path) -> None:
    """But for the method and the time."""
    twin = Path(shutil.copytree(run, tmp_path / "twin"))
    with served(run) as page:
        owner = page.owner()
        owner.moved("order", tiers=[["C"], ["A", "B"]], rejected=["D"])
        owner.moved("heart", letter="C", sample=2)
        owner.cast()
    with RunStore(twin) as store:
        session = open_session(store, 0, "listener")
        cast_ballot(store, session, typed("C+2 > A = B ! D", session), "order")
    (of_page,), (of_script,) = (read(folder).generations[0].ballots for folder in (run, twin))
    assert of_page.ballot == of_script.ballot
    assert (of_page.letters, of_page.listener) == (of_script.letters, of_script.listener)
    assert read(run).generations[0].ranking == read(twin).generations[0].ranking
    assert (of_page.method, of_script.method) == ("list", "order")


def typed(order: str, session: ListeningSession) -> Ballot:
    """The ballot of an order."""
    return parse_order(order, session.letters, samples_of(session.candidates))


def test_one_more_sample_is_made_and_stays(page: Served) -> None:
    """Also in another browser, and it can be loved."""
    owner = page.owner()
    answer = owner.posted("/api/more", {"letter": "B"})
    assert [sample["index"] for sample in answer.json()["samples"]] == [1, 2, 3]
    place = answer.json()["samples"][2]["files"]["image"]["url"]
    assert owner.client.get(place).content.startswith(b"\x89PNG")
    assert owner.posted("/api/more", {"letter": "Z"}).status_code == 400
    assert owner.moved("heart", letter="B", sample=3)["favourites"] == [["B", 3]]
    assert len(page.owner().session["candidates"][1]["samples"]) == 3


def test_whoever_finishes_first_counts_and_the_other_is_told(page: Served) -> None:
    """A ballot that was cast from a terminal meanwhile ends the ranking on the page."""
    owner = page.owner()
    owner.moved("top", letter="A")
    with RunStore(page.folder) as store:
        session = open_session(store, 0, "listener")
        cast_ballot(store, session, typed("D > ...", session), "order")
    assert owner.step("top", version=1, letter="B").status_code == 409
    assert [one.ballot.tiers[0] for one in read(page.folder).generations[0].ballots] == [(session.letters["D"],)]
    page.page.room.refresh()
    assert owner.state["stage"] == "waiting"
    assert owner.state["notices"] == ["generation 0 was ranked from elsewhere, by listener"]


def test_samples_come_by_ranges(page: Served) -> None:
    """A player asks for what it needs; a range that is not there is refused."""
    owner = page.owner()
    place = owner.session["candidates"][0]["samples"][0]["files"]["image"]
    whole = owner.client.get(place["url"])
    assert len(whole.content) == place["bytes"]
    part = owner.client.get(place["url"], headers={"Range": "bytes=4-11"})
    assert (part.status_code, part.content) == (206, whole.content[4:12])
    assert part.headers["content-range"] == f"bytes 4-11/{place['bytes']}"
    assert owner.client.get(place["url"], headers={"Range": "bytes=999999-"}).status_code == 416
    assert owner.client.get(place["url"], headers={"If-None-Match": whole.headers["etag"]}).status_code in (200, 304)


def test_the_family_holds_whoever_was_ranked(page: Served) -> None:
    """With ids, genomes and samples; nobody before the first ranking."""
    owner = page.owner()
    assert owner.got("/api/family") == {"individuals": [], "generations": []}
    owner.moved("best", letters=["C"])
    owner.moved("comment", letter="C", text="like rain")
    owner.cast()
    family = owner.got("/api/family")
    assert [one["index"] for one in family["generations"]] == [0]
    best = family["generations"][0]["members"][0]["id"]
    first = next(one for one in family["individuals"] if one["id"] == best)
    assert first["comments"] == [{"listener": "listener", "text": "like rain"}]
    assert re.search(r"\bwidth \d+, .*\bfrequency [\d.]+", first["genome"])
    assert owner.client.get(first["samples"][0]["files"]["image"]["url"]).content.startswith(b"\x89PNG")


def test_a_visitor_is_told_what_goes_on(page: Served) -> None:
    """The words of the domain, the stage, and what the next command would be."""
    state = page.owner().state
    assert (state["run"], state["domain"], state["stage"]) == ("run", "pictures", "ranking")
    assert (state["generation"], state["generations"]) == (0, 2)
    assert state["words"] == {
        "sample": "picture", "samples": "pictures", "maker": "network", "makers": "networks", "work": "drawing",
        "judged": "seen", "attend": "look at", "is_heard": False,
    }  # fmt: skip
    assert state["me"] == {"name": "listener", "is_owner": True}
    assert (state["costs"], state["agreement"], state["go_on"], state["listeners"]) == (None, None, None, [])


def test_a_new_run_is_begun_from_ancestors(page: Served) -> None:
    """Beside this one; the page says how to go on with it, or why it cannot be."""
    owner = page.owner()
    assert owner.posted("/api/branch", {"from": ["g0-1"]}).status_code == 409
    owner.moved("best", letters=["C"])
    owner.cast()
    refused: list[tuple[dict[str, Any], int]] = [
        ({"from": []}, 400), ({"from": "g0-1"}, 400), ({"from": ["g0-1"], "name": 3}, 400), ({"from": ["g9-9"]}, 409),
        ({"from": ["g0-1"], "name": "../x"}, 409), ({"from": ["g0-1"], "name": "run"}, 409),
    ]  # fmt: skip
    for said, status in refused:
        assert owner.posted("/api/branch", said).status_code == status
    made = owner.posted("/api/branch", {"from": ["g0-2"], "name": "wilder"}).json()
    assert made["run"] == "wilder"
    assert made["command"].startswith("evolve resume ")
    assert read(page.folder.parent / "wilder").ancestors == {"g0-1": "g0-2"}


def test_a_command_names_the_code_of_ones_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without it, neither the run nor a branch of it can be gone on with."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.py").write_text(HATS)
    settings: dict[str, Any] = {"population": 3, "parents": 2, "generations": 2, "seed": 7}
    with evolve.Search(
        "run", {"genes": GENES}, domain="mine.py:evaluate", engine="here", on_event=lambda _: None, **settings
    ) as search:
        next(iter(search))
    sources = given_code("mine.py:evaluate", None)
    domain = domain_source(read(tmp_path / "run"), sources).open()
    with served(tmp_path / "run", domain=domain, sources=sources) as page:
        owner = page.owner()
        owner.cast()
        assert owner.state["go_on"].endswith("run --domain mine.py:evaluate --judge page")
        made = owner.posted("/api/branch", {"from": ["g0-1"], "name": "wilder"}).json()
        assert made["command"].endswith("wilder --domain mine.py:evaluate --judge page")


def test_nobody_waits_for_a_branch(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All that the ancestors have made is copied meanwhile."""
    begun, goes_on, copied = threading.Event(), threading.Event(), branch

    def slow(*given: Any, **named: Any) -> RunStore:  # noqa: ANN401
        begun.set()
        assert goes_on.wait(20)
        return copied(*given, **named)

    with served(run) as page:
        page.owner().cast()
        monkeypatch.setattr("evolve.page.owning.branch", slow)
        answers: list[Any] = []
        said = {"from": ["g0-2"], "name": "wilder"}
        asking = threading.Thread(target=lambda: answers.append(page.owner().posted("/api/branch", said)))
        asking.start()
        assert begun.wait(20)
        assert page.owner().got("/api/family")["individuals"]
        goes_on.set()
        asking.join()
        assert answers[0].json()["run"] == "wilder"


def test_who_is_presented_twice_is_so_on_the_page_too(tmp_path: Path) -> None:
    """Nothing gives it away, and a ballot that was cast is shown again with both where they were."""
    folder = begun(tmp_path / "run", repeats=True)
    with served(folder, PageAddress(listeners=("ann",))) as page:
        ann = page.listener("ann")
        letters = [one["letter"] for one in ann.session["candidates"]]
        assert letters == ["A", "B", "C", "D", "E"]
        ann.moved("order", tiers=[["E"], ["D"], ["C"], ["B"], ["A"]], rejected=[])
        ann.posted("/api/heard", {"plays": [{"letter": one, "sample": 1, "plays": 1} for one in letters]})
        assert sorted(ann.ballot["heard"]) == letters
        ann.cast()
        assert ann.ballot["tiers"] == [["E"], ["D"], ["C"], ["B"], ["A"]]
        (record,) = read(folder).generations[0].ballots
        assert len(record.ballot.ids) == 4
        assert record.repeat is not None
        ann.moved("reject", letter="E")
        ann.cast()
        assert ann.ballot["tiers"] == [["D"], ["C"], ["B"], ["A"]]
        assert ann.ballot["rejected"] == ["E"]


def open_nothing(_: object) -> bytes:
    """A rendering that cannot be made."""
    raise EvolveError("there is nothing to be made of it")


class Negatives(Pictures):
    """Pictures of which something can be made when somebody asks for it."""

    presentation = replace(
        Pictures.presentation,
        renderings={
            "size": Rendering("size", "text/plain", lambda files: str(files["image"].stat().st_size).encode()),
            "broken": Rendering("broken", "text/plain", open_nothing),
        },
    )


def test_what_can_be_made_of_a_sample_is_made_on_demand(run: Path) -> None:
    """Under a blind name; why something cannot be made is told in one line."""
    with served(run, domain=Negatives()) as page:
        owner = page.owner()
        sample = owner.session["candidates"][0]["samples"][0]
        answer = owner.client.get(sample["renderings"]["size"], params={"download": "1"})
        assert answer.text == str(sample["files"]["image"]["bytes"])
        assert "run-0-A-1-size.txt" in answer.headers["content-disposition"]
        assert answer.headers["content-security-policy"].startswith("sandbox;")
        refused = owner.client.get(sample["renderings"]["broken"])
        assert (refused.status_code, refused.json()) == (422, {"error": "there is nothing to be made of it"})
        assert owner.client.get("/rendering/0/A/1/score").status_code == 404
