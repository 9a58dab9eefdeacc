"""The one thread in which a page works with the store: SQLite's connections belong to a thread each."""

import asyncio
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import TypeVar

from evolve.store.run_store import RunStore

Answer = TypeVar("Answer")

_Job = tuple[Callable[[RunStore], object], "Future[object]"]


class StoreThread:
    """A thread with a store of its own that does what it is asked, one thing after another."""

    def __init__(self, folder: Path) -> None:
        """Open the store of a run folder.

        Raises:
            RunError: It cannot be opened.
        """
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        opened: Future[None] = Future()
        self._thread = threading.Thread(target=self._work, args=(folder, opened), name="page-store", daemon=True)
        self._thread.start()
        opened.result()

    def submit(self, job: Callable[[RunStore], Answer]) -> "Future[Answer]":
        """Have something done with the store; gives the answer to come."""
        answer: Future[Answer] = Future()
        self._jobs.put((job, answer))  # type: ignore[arg-type]
        return answer

    def ask(self, job: Callable[[RunStore], Answer]) -> Answer:
        """Have something done with the store, and wait for it."""
        return self.submit(job).result()

    async def answer(self, job: Callable[[RunStore], Answer]) -> Answer:
        """Have something done with the store while the event loop goes on."""
        return await asyncio.wrap_future(self.submit(job))

    def close(self) -> None:
        """Do what was asked, and close the store."""
        self._jobs.put(None)
        self._thread.join()

    def _work(self, folder: Path, opened: "Future[None]") -> None:
        try:
            store = RunStore(folder)
        except BaseException as error:
            opened.set_exception(error)
            return
        opened.set_result(None)
        with store:
            while (asked := self._jobs.get()) is not None:
                job, answer = asked
                if not answer.set_running_or_notify_cancel():
                    continue
                try:
                    answer.set_result(job(store))
                except BaseException as error:
                    answer.set_exception(error)
