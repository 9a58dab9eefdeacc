"""Who and what the page refuses."""

import contextlib
import socket
import stat
from pathlib import Path
from typing import Any

import httpx
import pytest

import evolve
from evolve.page.guard import POLICY
from evolve.page.listeners import users_key
from evolve.page.place import PageAddress
from tests.own_domains import GENES
from tests.page.visitors import Served, served
from tests.troubles import told

PATHS = (
    "/", "/api/state", "/api/session", "/api/events", "/api/family", "/static/index.html", "/sample/0/A/1/image",
    "/individual/g0-1/1/image", "/rendering/0/A/1/score", "/nowhere",
)  # fmt: skip
POSTS = ("/api/step", "/api/heard", "/api/more", "/api/cast", "/api/close", "/api/listeners")


@pytest.mark.parametrize("token", [None, "", "wrong", "ä", "x" * 10_000])
def test_without_the_right_token_nobody_comes_in(page: Served, token: str | None) -> None:
    """Neither by the address nor by a cookie; the answer is one line, and nothing of the run is in it."""
    stranger = page.stranger()
    for path in PATHS:
        given = {} if token is None else {"token": token}
        answer = stranger.get(path, params=given)
        assert answer.status_code == 401, path
        assert len(answer.text.strip().splitlines()) == 1
        assert "set-cookie" not in answer.headers
    for path in POSTS:
        assert stranger.post(path, json={}).status_code == 401
    if token and token.isascii() and len(token) < 100:
        cookies = {page.page.room.guests.cookie: token}
        assert httpx.get(f"{page.page.url}/api/state", cookies=cookies).status_code == 401


def test_a_refusal_is_told_as_the_table_of_troubles_has_it(page: Served) -> None:
    """In a browser, as text."""
    stranger = page.stranger()
    for path, headers in (("/", {}), ("/?token=old", {}), ("/", {"Host": "evil.example"})):
        told("page-link", stranger.get(path, headers=headers).text)


def test_the_token_becomes_a_strict_cookie_and_leaves_the_address(page: Served) -> None:
    """So it stands in no history, and other sites cannot make use of it."""
    answer = page.stranger().get(page.page.address)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert "path=/" in cookie
    from_a_mail = page.stranger().get(page.page.address, headers={"Sec-Fetch-Site": "cross-site"})
    assert from_a_mail.status_code == 200
    assert page.page.room.guests.owner_token not in from_a_mail.text


def test_the_owners_token_is_new_for_each_server(run: Path) -> None:
    """A listener's link stays good, the owner's of yesterday does not."""
    place = PageAddress(listeners=("ann",))
    with served(run, place) as first:
        owner, ann = first.page.room.guests.owner_token, first.page.room.guests.token_of("ann")
    with served(run, place) as second:
        assert second.page.room.guests.token_of("ann") == ann
        assert second.stranger().get("/", params={"token": owner}).status_code == 401


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:80", "127.0.0.1", "127.0.0.1:1", "localhost.evil.example", ""]
)
def test_a_foreign_host_is_refused(page: Served, host: str) -> None:
    """A name of somebody else's that leads to this machine (DNS rebinding) is not this server's."""
    owner = page.owner()
    for answer in (
        owner.client.get("/api/state", headers={"Host": host}),
        owner.client.get(page.page.address, headers={"Host": host}),
        owner.posted("/api/cast", {}, Host=host),
    ):
        assert answer.status_code in (400, 421)
        assert "run" not in answer.headers


def test_the_names_of_the_loopback_are_its_own(page: Served) -> None:
    """By number and by name."""
    owner = page.owner()
    for name in ("127.0.0.1", "localhost", "[::1]"):
        assert owner.client.get("/api/state", headers={"Host": f"{name}:{page.page.port}"}).status_code == 200


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://127.0.0.1:1", "http://127.0.0.1", "https://{own}"]
)
def test_another_origin_is_refused(page: Served, origin: str) -> None:
    """Whatever it would send, cookie or not."""
    owner = page.owner()
    before = owner.ballot
    own = page.page.url.removeprefix("http://")
    for path in POSTS:
        answer = owner.posted(path, {"version": before["version"]}, Origin=origin.format(own=own))
        assert answer.status_code == 403, path
    assert owner.ballot == before


@pytest.mark.parametrize(
    "path",
    [
        "/static/../room.py", "/static/..%2froom.py", "/static/%2e%2e/room.py", "/static//etc/passwd",
        "/sample/0/A/1/..%2f..%2frun.sqlite", "/sample/0/A/1/network", "/sample/0/..%2fB/1/image",
        "/sample/0/A/9/image",
        "/sample/1/A/1/image", "/sample/-1/A/1/image", "/sample/0/Z/1/image", "/individual/..%2f../1/image",
        "/individual/g0-1/1/image", "/individual/g9-9/1/image", "/rendering/0/A/1/..%2fscore", "/run.sqlite",
        "/sample/0/A/1/image/../../../../../run.sqlite", "/sample/99999999999999999999/A/1/image", "/%00",
    ],
)  # fmt: skip
def test_nothing_outside_what_may_be_heard_is_given(page: Served, path: str) -> None:
    """Paths are asked of the store by letter and kind; nothing that is typed becomes one."""
    owner = page.owner()
    answer = owner.client.get(path)
    assert answer.status_code in (400, 404), answer.text[:100]
    assert b"SQLite" not in answer.content
    assert "root:" not in answer.text


def test_a_sample_that_leads_out_of_the_run_is_not_given(page: Served) -> None:
    """A run folder may come from somebody else, with links in it."""
    for picture in (page.folder / "individuals").glob("*/*.png"):
        picture.unlink()
        picture.symlink_to("/etc/passwd")
    owner = page.owner()
    answer = owner.client.get("/api/session")
    assert answer.status_code == 409
    assert "leads out of the run folder" in answer.json()["error"]
    assert owner.client.get("/sample/0/A/1/image").status_code == 409


def test_every_answer_has_a_policy_and_is_shown_in_no_frame(page: Served) -> None:
    """Scripts come from the page's own files alone; a sample may do nothing at all."""
    owner, stranger = page.owner(), page.stranger()
    answers = [owner.client.get(path) for path in ("/", "/api/state", "/api/session", "/nowhere", "/static/index.html")]
    answers += [stranger.get("/"), stranger.get(page.page.address), owner.posted("/api/cast", {"version": 1})]
    for answer in answers:
        assert answer.headers["content-security-policy"] == POLICY
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert "server" not in answer.headers
    assert "unsafe-inline" not in POLICY
    assert "frame-ancestors 'none'" in POLICY
    sample = owner.client.get("/sample/0/A/1/image")
    assert sample.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
    assert "allow-scripts" not in sample.headers["content-security-policy"]


def test_a_hundred_megabytes_are_refused_without_being_read(page: Served) -> None:
    """The answer comes before they were sent, and the connection is closed."""
    owner = page.owner()
    cookie = "; ".join(f"{name}={value}" for name, value in owner.client.cookies.items())
    head = f"POST /api/step HTTP/1.1\r\nHost: 127.0.0.1:{page.page.port}\r\nCookie: {cookie}\r\n"
    for length in ("Content-Length: 100000000\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n"):
        with socket.create_connection(("127.0.0.1", page.page.port), timeout=30) as connection:
            connection.sendall((head + length).encode())
            if "chunked" in length:
                connection.sendall(b"20000\r\n" + b" " * 0x20000)
            answer = connection.recv(4096).decode()
            assert answer.startswith("HTTP/1.1 413")
            assert "connection: close" in answer.lower()
    assert owner.state["stage"] == "ranking"


@pytest.mark.parametrize("length", ["-1", "abc", "1e3", "9" * 400])
def test_a_length_that_is_none_is_refused(page: Served, length: str) -> None:
    """By the server or by the page."""
    owner = page.owner()
    cookie = "; ".join(f"{name}={value}" for name, value in owner.client.cookies.items())
    with socket.create_connection(("127.0.0.1", page.page.port), timeout=30) as connection:
        head = f"POST /api/step HTTP/1.1\r\nHost: 127.0.0.1:{page.page.port}\r\nCookie: {cookie}\r\n"
        connection.sendall(f"{head}Content-Length: {length}\r\n\r\n".encode())
        assert connection.recv(4096).decode().split()[1] in ("400", "413")


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff", b'"a"', b"[" * 60_000, b'{"version": NaN, "step": {}}'])
def test_what_is_no_json_object_is_refused(page: Served, body: bytes) -> None:
    """With 4xx and a line."""
    owner = page.owner()
    answer = owner.client.post("/api/step", content=body, headers={"Origin": page.page.url})
    assert answer.status_code in (400, 409)
    assert answer.json()["error"]


@pytest.mark.parametrize("most", [100, 2_000])
def test_a_thousand_connections_that_say_nothing_keep_nobody_out(
    run: Path, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page answers whether there is room for them or not; of too many the oldest are let go at once."""
    monkeypatch.setattr("evolve.page.server.silent_allowed", lambda: most)
    with served(run) as page, contextlib.ExitStack() as open_:
        address = "127.0.0.1", page.page.port
        silent = [open_.enter_context(socket.create_connection(address, timeout=30)) for _ in range(1_000)]
        owner = page.owner()
        assert owner.state["stage"] == "ranking"
        assert owner.moved("top", letter="C")["tiers"][0] == ["C"]
        if most < len(silent):
            gone = [one for one in silent if _is_closed(one)]
            assert len(gone) >= len(silent) - most - 10


def test_whoever_says_nothing_is_let_go_after_a_while(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also who has begun to say something and does not go on, or says nothing more after an answer."""
    monkeypatch.setattr("evolve.page.connections.SILENCE_S", 0.2)
    for said in (b"", b"GET /api/st", b"GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n"):
        with (
            served(run) as page,
            socket.create_connection(("127.0.0.1", page.page.port), timeout=30) as connection,
            contextlib.suppress(ConnectionError),
        ):
            connection.sendall(said)
            while connection.recv(4096):
                pass


def _is_closed(connection: socket.socket) -> bool:
    connection.settimeout(0.001)
    try:
        return connection.recv(1) == b""
    except TimeoutError:
        return False
    except OSError:
        return True


def test_names_and_comments_are_data(page: Served) -> None:
    """They come as JSON, which no browser takes for a page; a name that is none is refused."""
    owner = page.owner()
    evil = "<script>alert(1)</script>"
    owner.moved("comment", letter="A", text=evil)
    answer = owner.client.get("/api/session")
    assert answer.headers["content-type"] == "application/json"
    assert answer.json()["ballot"]["comments"] == {"A": evil}
    assert owner.posted("/api/listeners", {"name": evil}).status_code == 400
    assert owner.posted("/api/listeners", {"name": ["ann"]}).status_code == 400
    for path in ("/nowhere<script>", f"/sample/0/{evil}/1/image", f"/?token={evil}"):
        assert "text/html" not in owner.client.get(path).headers["content-type"]


def test_html_of_a_domain_is_sandboxed(tmp_path: Path) -> None:
    """Its scripts do not run, and it has no way to the page."""

    def evaluate(hp: object, trial: object) -> None:
        hp.Int("height", 1, 40)  # type: ignore[attr-defined]
        trial.sample({"story": "<!doctype html><script>parent.alert(1)</script>"})  # type: ignore[attr-defined]

    small: dict[str, Any] = {"population": 4, "parents": 2, "generations": 2}
    with evolve.Search(
        tmp_path / "run", {"genes": GENES}, domain=evaluate, engine="here", on_event=lambda _: None, **small
    ) as search:
        next(iter(search))
        domain = search._source().open()
        with served(tmp_path / "run", domain=domain) as page:
            owner = page.owner()
            file = owner.session["candidates"][0]["samples"][0]["files"]["story"]
            answer = owner.client.get(file["url"])
    assert file["type"] == "text/html"
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.headers["content-security-policy"].startswith("sandbox; default-src 'none'")


def test_the_users_secret_is_for_their_eyes_alone(users_state: Path) -> None:
    """It lies in the user's state, not in a run, and is the same the next time."""
    first = users_key()
    assert users_key() == first
    (key,) = users_state.rglob("listening-room.key")
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert key.read_bytes() == first


def test_a_secret_that_cannot_be_kept_is_good_for_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A home that cannot be written keeps nobody from listening."""
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    assert len(users_key()) == 32
