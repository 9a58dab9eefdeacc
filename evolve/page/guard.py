"""What stands before every answer of the page: whom it is for, from where it was asked, and how much was sent."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from evolve.page.listeners import Guests
from evolve.page.place import hosts_of
from evolve.page.refusals import Refusal

MOST_BYTES: Final = 64 * 1024
"""Of what is sent with a request."""

_TOO_MUCH: Final = f"a request may hold {MOST_BYTES // 1024} KiB at most"

BODY_S: Final = 10.0
"""So long the body of a request may take."""

POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self'; "
    "connect-src 'self'; frame-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
SAMPLE_POLICY: Final = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'"

_HEADERS: Final[Mapping[str, str]] = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}

_ENDS: Final = (401, 408, 413, 421)
"""Answers after which a connection is closed: it is nobody's who was let in, or was not read to its end."""

_SAMPLES: Final = ("/sample/", "/rendering/", "/individual/")

_ENTER: Final = '<!doctype html><meta http-equiv="refresh" content="0;url=/"><title>evolve</title><a href="/">Enter</a>'


class Guard:
    """The application behind checks of host, origin, token and size, with headers on every answer."""

    def __init__(self, app: ASGIApp, guests: Guests, origins: frozenset[str], *, is_secure: bool) -> None:
        """Let in whom `guests` knows.

        Args:
            app: What is guarded.
            guests: Who may come in.
            origins: As browsers name this server, such as ``http://127.0.0.1:8123``.
            is_secure: Whether it is reached by https.
        """
        self._app, self._guests = app, guests
        self._origins, self._hosts, self._is_secure = origins, hosts_of(origins), is_secure

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return
        policed = _policed(scope, send)
        try:
            answer = self._admitted(scope)
            if answer is None:
                body = await _read(scope, receive)
                await self._app(scope, _given(body, receive), policed)
                return
        except Refusal as refusal:
            answer = refused(refusal, is_page=_wants_page(scope))
        await answer(scope, receive, policed)

    def _admitted(self, scope: Scope) -> Response | None:
        """An answer for somebody who comes in by a link; None for whoever is in already."""
        headers = Headers(scope=scope)
        if headers.get("host", "").lower() not in self._hosts:
            raise Refusal(421, "this server does not go by that name; use the address that evolve has printed")
        if scope["method"] not in ("GET", "HEAD", "POST"):
            raise Refusal(405, "only GET and POST are answered")
        origin = headers.get("origin")
        if scope["method"] == "POST" and origin is not None and origin.lower() not in self._origins:
            raise Refusal(403, "this was asked from another site, and is refused")
        token = parse_qs(scope["query_string"].decode("latin-1")).get("token", [""])[0]
        if token and scope["path"] == "/":
            return self._entered(token, headers)
        guest = self._guests.whose(_cookie(headers, self._guests.cookie))
        if guest is None:
            raise Refusal(401, "open the link with the token that evolve has printed, or that you were sent")
        scope.setdefault("state", {})["guest"] = guest
        return None

    def _entered(self, token: str, headers: Headers) -> Response:
        if self._guests.whose(token) is None:
            raise Refusal(401, "this link is good no longer; ask for another, or see what evolve has printed last")
        # A strict cookie is not sent along a redirection that another site, such as a mailbox, has begun.
        is_from_elsewhere = headers.get("sec-fetch-site") == "cross-site"
        answer: Response = HTMLResponse(_ENTER) if is_from_elsewhere else RedirectResponse("/", 303)
        answer.set_cookie(
            self._guests.cookie, token, httponly=True, samesite="strict", path="/", secure=self._is_secure
        )
        answer.headers["Cache-Control"] = "no-store"
        return answer


def refused(refusal: Refusal, *, is_page: bool = False) -> Response:
    """A refusal as an answer: for a page that is opened a line of text, else JSON."""
    if is_page:
        return Response(f"{refusal.text}\n", refusal.status, media_type="text/plain")
    return JSONResponse({"error": refusal.text, **refusal.more}, refusal.status)


def _wants_page(scope: Scope) -> bool:
    return bool(scope["path"] == "/" and scope["method"] == "GET")


def _cookie(headers: Headers, name: str) -> str:
    return cookie_parser(headers.get("cookie", "")).get(name, "")


async def _read(scope: Scope, receive: Receive) -> bytes:
    """What was sent, once it is known not to be too much."""
    if scope["method"] != "POST":
        return b""
    length = Headers(scope=scope).get("content-length", "0")
    if not length.isdecimal() or int(length[:12]) > MOST_BYTES:
        raise Refusal(413, _TOO_MUCH)
    try:
        return await asyncio.wait_for(_body(receive), BODY_S)
    except TimeoutError as error:
        raise Refusal(408, f"the request was not sent within {BODY_S:.0f} s") from error


async def _body(receive: Receive) -> bytes:
    body = b""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Refusal(400, "the request was cut off")
        body += bytes(message.get("body", b""))
        if len(body) > MOST_BYTES:
            raise Refusal(413, _TOO_MUCH)
        if not message.get("more_body", False):
            return body


def _given(body: bytes, receive: Receive) -> Receive:
    """Gives the body that was read, and then what else comes: that the asker has gone."""
    is_given = False

    async def give() -> Message:
        nonlocal is_given
        if is_given:
            return await receive()
        is_given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return give


def _policed(scope: Scope, send: Send) -> Send:
    """Sends with the headers of safety."""
    is_sample = scope["path"].startswith(_SAMPLES)

    async def policed(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers["Content-Security-Policy"] = SAMPLE_POLICY if is_sample else POLICY
            headers["X-Frame-Options"] = "SAMEORIGIN" if is_sample else "DENY"
            for name, value in _HEADERS.items():
                headers[name] = value
            headers.setdefault("Cache-Control", "no-cache" if scope["path"].startswith("/static/") else "no-store")
            if message["status"] in _ENDS:
                headers["Connection"] = "close"
        await send(message)

    return policed


def parsed(body: bytes) -> dict[str, Any]:
    """The JSON object that was sent.

    Raises:
        Refusal: It is none.
    """
    try:
        read = json.loads(body or b"{}")
    except (ValueError, RecursionError) as error:
        raise Refusal(400, "what was sent is no JSON") from error
    if not isinstance(read, dict):
        raise Refusal(400, "what was sent is no JSON object")
    return read
