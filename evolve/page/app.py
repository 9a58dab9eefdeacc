"""The page's addresses: each is asked of the room, and its answer sent."""

import asyncio
import contextlib
import gzip
import hashlib
import json
import logging
import os
import stat
from collections.abc import AsyncIterator, Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from starlette.applications import Starlette
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from evolve.errors import EvolveError, StorageError
from evolve.page import owning
from evolve.page.guard import Guard, parsed, refused
from evolve.page.listeners import Guest
from evolve.page.refusals import Refusal
from evolve.page.renderings import Renderings, suffix_of
from evolve.page.room import ListeningRoom
from evolve.presentation import type_of

STATIC: Final = Path(__file__).parent / "static"

_LOG: Final = logging.getLogger(__name__)

_HEARTBEAT_S: Final = 15.0
_LOOK_S: Final = 1.0


def page_app(room: ListeningRoom, origins: frozenset[str], *, is_secure: bool = False) -> ASGIApp:
    """The application that answers browsers.

    Args:
        room: What it shows.
        origins: As browsers name the server, such as ``http://127.0.0.1:8123``.
        is_secure: Whether it is reached by https.
    """
    pages = _Pages(room)
    routes = [
        Route("/", pages.index),
        Mount("/static", GZipMiddleware(StaticFiles(directory=STATIC))),
        Route("/api/state", pages.state),
        Route("/api/session", pages.session),
        Route("/api/events", pages.events),
        Route("/api/step", pages.step, methods=["POST"]),
        Route("/api/heard", pages.heard, methods=["POST"]),
        Route("/api/more", pages.more, methods=["POST"]),
        Route("/api/cast", pages.cast, methods=["POST"]),
        Route("/rendering/{generation:int}/{letter}/{index:int}/{name}", pages.rendering),
        Route("/api/close", pages.close, methods=["POST"]),
        Route("/api/listeners", pages.invite, methods=["POST"]),
        Route("/api/branch", pages.branch, methods=["POST"]),
        Route("/api/family", pages.family),
        Route("/individual/{name}/{index:int}/{kind}", pages.individual),
        Route("/sample/{generation:int}/{letter}/{index:int}/{kind}", pages.sample),
    ]
    handlers: dict[Any, Any] = {Refusal: _refuse, EvolveError: _explain, 404: _nowhere, 405: _nowhere}
    app = Starlette(routes=routes, exception_handlers=handlers, lifespan=pages.lifespan)
    return Guard(app, room.guests, origins, is_secure=is_secure)


class _Pages:
    """The answers; what touches the store is done in the store's thread."""

    def __init__(self, room: ListeningRoom) -> None:
        self._room = room
        self._renderings = Renderings(room.presentation.renderings)

    @contextlib.asynccontextmanager
    async def lifespan(self, _: Starlette) -> AsyncIterator[None]:
        self._room.news.attach()
        watching = asyncio.create_task(self._watch())
        try:
            yield
        finally:
            watching.cancel()

    async def _watch(self) -> None:
        while True:
            try:
                await self._room.store.answer(self._room.watch.look)
                self._room.watch.say_trouble("")
            except EvolveError as error:
                self._room.watch.say_trouble(str(error))
            except Exception:  # a mistake of ours, which must not leave the page without eyes
                _LOG.exception("looking at the run")
            await asyncio.sleep(_LOOK_S)

    async def index(self, _: Request) -> Response:
        return FileResponse(STATIC / "index.html")

    async def state(self, request: Request) -> Response:
        await self._room.store.answer(self._room.watch.look)
        return JSONResponse(self._room.state(_guest(request)))

    async def session(self, request: Request) -> Response:
        return JSONResponse(await self._asked(request, self._room.session))

    async def step(self, request: Request) -> Response:
        said = parsed(await request.body())
        kept = self._asked(request, self._room.step, said.get("version"), said.get("step"), is_small=True)
        return JSONResponse(await kept)

    async def heard(self, request: Request) -> Response:
        await self._asked(request, self._room.hear, parsed(await request.body()), is_small=True)
        return Response(status_code=204)

    async def more(self, request: Request) -> Response:
        return JSONResponse(await self._asked(request, self._room.more, parsed(await request.body()).get("letter")))

    async def cast(self, request: Request) -> Response:
        version = parsed(await request.body()).get("version")
        is_waited_for = bool(self._room.guests.names)  # then it ranks nothing yet, and is a small change
        return JSONResponse(await self._asked(request, self._room.cast, version, is_small=is_waited_for))

    async def sample(self, request: Request) -> Response:
        files, name = await self._blind_files(request)
        return await self._file(request, files, request.path_params["kind"], name)

    async def rendering(self, request: Request) -> Response:
        files, name = await self._blind_files(request)
        data, media = await self._renderings.made(request.path_params["name"], files)
        headers = {**_PRIVATE, **_disposition(request, f"{name}-{request.path_params['name']}{suffix_of(media)}")}
        return Response(data, headers=headers, media_type=media)

    async def _blind_files(self, request: Request) -> tuple[dict[str, Path], str]:
        """The files of a sample that was asked for, and a name that tells the letter alone."""
        given = request.path_params
        place = given["generation"], given["letter"], given["index"]
        files = await self._asked(request, self._room.files, place)
        return files, "-".join(map(str, (self._room.run.name, *place)))

    async def close(self, request: Request) -> Response:
        generation = parsed(await request.body()).get("generation")
        return JSONResponse(await self._asked(request, partial(owning.close_open_generation, self._room), generation))

    async def invite(self, request: Request) -> Response:
        return JSONResponse(
            await self._asked(
                request, partial(owning.invite_listener, self._room), parsed(await request.body()).get("name")
            )
        )

    async def branch(self, request: Request) -> Response:
        said = parsed(await request.body())
        branch = asyncio.to_thread(owning.begin_branch, self._room, _guest(request), said.get("from"), said.get("name"))
        return JSONResponse(await branch)

    async def family(self, request: Request) -> Response:
        return JSONResponse(await self._asked(request, partial(owning.family_told, self._room)))

    async def individual(self, request: Request) -> Response:
        name, index, kind = (request.path_params[part] for part in ("name", "index", "kind"))
        files = await self._asked(request, partial(owning.files_of_family, self._room), name, index)
        return await self._file(request, files, kind, f"{self._room.run.name}-{name}-{index}")

    async def events(self, request: Request) -> Response:
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(self._told(_guest(request)), headers=headers, media_type="text/event-stream")

    async def _told(self, guest: Guest) -> AsyncIterator[str]:
        number, before, news = 0, "", self._room.news
        while True:
            text = json.dumps(self._room.state(guest))
            yield f"event: state\ndata: {text}\n\n" if text != before else ": still here\n\n"
            before = text
            if news.has_ended:
                return
            number = await news.after(number, _HEARTBEAT_S)

    async def _asked(self, request: Request, do: Callable[..., Any], *given: object, is_small: bool = False) -> Any:  # noqa: ANN401 - what the room gives
        guest = _guest(request)
        return await self._room.store.answer(lambda store: do(store, guest, *given), is_small=is_small)

    async def _file(self, request: Request, files: Mapping[str, Path], kind: str, name: str) -> Response:
        """A file of a sample; nothing in the answer tells where it lies or how old it is."""
        path = files.get(kind)
        found = await asyncio.to_thread(_stat, path)
        if path is None or found is None:
            raise Refusal(404, "there is no such file")
        tag = f"{path}{found.st_size}{found.st_mtime_ns}{self._room.guests.owner_token}"
        headers = {
            **_PRIVATE,
            "ETag": f'"{hashlib.sha256(tag.encode()).hexdigest()[:16]}"',
            "Last-Modified": "Thu, 01 Jan 1970 00:00:00 GMT",
            **_disposition(request, f"{name}{path.suffix}"),
        }
        media = type_of(self._room.presentation, kind, path.name)
        if _is_sent_small(request, media, found.st_size):
            data = await asyncio.to_thread(_gzipped, path)
            return Response(data, headers={**headers, "Content-Encoding": "gzip"}, media_type=media)
        return FileResponse(path, headers=headers, media_type=media)


_PRIVATE: Final = {"Cache-Control": "private, max-age=3600", "Vary": "Cookie, Accept-Encoding"}

_MOST_GZIPPED: Final = 1_000_000
"""Bytes that are compressed when they are asked for: a drawing of a song has 30,000, and a tenth of that then."""


def _is_sent_small(request: Request, media: str, size: int) -> bool:
    """Whether a file is compressed for whoever asked: a drawing or a text, wanted whole."""
    is_wanted = "gzip" in request.headers.get("accept-encoding", "") and "range" not in request.headers
    return is_wanted and size <= _MOST_GZIPPED and (media.startswith("text/") or media == "image/svg+xml")


def _gzipped(path: Path) -> bytes:
    try:
        return gzip.compress(path.read_bytes(), 6, mtime=0)
    except OSError as error:
        raise Refusal(404, "there is no such file") from error


def _disposition(request: Request, name: str) -> dict[str, str]:
    """What has a browser save a file under a name, where that is wished for."""
    if "download" not in request.query_params:
        return {}
    return {"Content-Disposition": f"attachment; filename*=utf-8''{quote(name, safe='')}"}


def _stat(path: Path | None) -> os.stat_result | None:
    try:
        found = path.stat() if path else None
    except OSError:
        return None
    return found if found and stat.S_ISREG(found.st_mode) else None


def _guest(request: Request) -> Guest:
    guest: Guest = request.scope["state"]["guest"]
    return guest


async def _refuse(_: Request, refusal: Exception) -> Response:
    assert isinstance(refusal, Refusal)  # noqa: S101 - as it is registered
    return refused(refusal)


async def _explain(_: Request, error: Exception) -> Response:
    return refused(Refusal(507 if isinstance(error, StorageError) else 409, str(error)))


async def _nowhere(_: Request, error: Exception) -> Response:
    return refused(Refusal(getattr(error, "status_code", 404), "there is nothing at this address"))
