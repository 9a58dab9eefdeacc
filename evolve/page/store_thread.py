"""The one thread in which a page works with the store: SQLite's connections belong to a thread each."""

import asyncio
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

from evolve.errors import RunError
from evolve.store.run_store import RunStore

Answer = TypeVar("Answer")

_MOST_TOGETHER: Final = 64
"""Small changes that are kept in one transaction."""


@dataclass(frozen=True, slots=True)
class _StoreTask:
    """Something to do with the store.

    Attributes:
        do: What; gives the answer.
        answer: Where it goes.
        is_small: Whether it changes no more than drafts, and can be kept together with others of its kind.
    """

    do: Callable[[RunStore], Any]
    answer: "Future[Any]"
    is_small: bool


class StoreThread:
    """A thread with a store of its own that does what it is asked, one thing after another.

    A transaction waits for the disk several times, whatever is in it. So small changes that wait already are kept
    together: three hundred listeners who move at once wait for a few transactions, not for three hundred.
    """

    def __init__(self, folder: Path, forget: Callable[[RunStore], None] = lambda _: None) -> None:
        """Open the store of a run folder.

        Args:
            folder: The run's.
            forget: Called when changes that were made together were undone, before each is made anew: what is known of
                the store has to be read again.

        Raises:
            RunError: It cannot be opened.
        """
        self._small: deque[_StoreTask] = deque()
        self._others: deque[_StoreTask] = deque()
        self._asked = threading.Condition()
        self._is_closed = self._was_small = False
        self._forget = forget
        opened: Future[None] = Future()
        self._thread = threading.Thread(target=self._work, args=(folder, opened), name="page-store", daemon=True)
        self._thread.start()
        opened.result()

    def submit(self, do: Callable[[RunStore], Answer], *, is_small: bool = False) -> "Future[Answer]":
        """Have something done with the store; gives the answer to come."""
        answer: Future[Answer] = Future()
        with self._asked:
            (self._small if is_small else self._others).append(_StoreTask(do, answer, is_small))
            self._asked.notify()
        return answer

    def ask(self, do: Callable[[RunStore], Answer]) -> Answer:
        """Have something done with the store, and wait for it."""
        return self.submit(do).result()

    async def answer(self, do: Callable[[RunStore], Answer], *, is_small: bool = False) -> Answer:
        """Have something done with the store while the event loop goes on."""
        # Whoever asked may leave: what was begun is done all the same.
        return await asyncio.shield(asyncio.wrap_future(self.submit(do, is_small=is_small)))

    def close(self) -> None:
        """Do what was asked, and close the store."""
        with self._asked:
            self._is_closed = True
            self._asked.notify()
        self._thread.join()

    def _work(self, folder: Path, opened: "Future[None]") -> None:
        try:
            store = RunStore(folder)
        except BaseException as error:
            opened.set_exception(error)
            return
        opened.set_result(None)
        with store:
            while tasks := self._next():
                _do_together(store, tasks, self._forget)

    def _next(self) -> list[_StoreTask]:
        """What is to be done next; nothing when the page is closed and all is done.

        Small changes and other tasks take turns: a move waits for one session that is opened, not for three hundred.
        """
        with self._asked:
            self._asked.wait_for(lambda: self._small or self._others or self._is_closed)
            is_others_turn = self._was_small or not self._small
            if self._others and is_others_turn:
                self._was_small = False
                return [self._others.popleft()]
            self._was_small = True
            return [self._small.popleft() for _ in range(min(len(self._small), _MOST_TOGETHER))]


def _do_together(store: RunStore, jobs: list[_StoreTask], forget: Callable[[RunStore], None]) -> None:
    """Several small changes in one transaction; where that is refused, each by itself."""
    if len(jobs) == 1:
        _do_alone(store, jobs[0])
        return
    try:
        with store.together():
            done = [_tried(store, job) for job in jobs]
    except RunError:
        forget(store)
        for job in jobs:
            _do_alone(store, job)
        return
    for job, (answer, error) in zip(jobs, done, strict=True):
        _tell(job, answer, error)


def _do_alone(store: RunStore, job: _StoreTask) -> None:
    _tell(job, *_tried(store, job))


def _tried(store: RunStore, job: _StoreTask) -> tuple[Any, BaseException | None]:
    try:
        return job.do(store), None
    except BaseException as error:  # handed to whoever waits
        return None, error


def _tell(job: _StoreTask, answer: object, error: BaseException | None) -> None:
    if not job.answer.set_running_or_notify_cancel():
        return
    if error is None:
        job.answer.set_result(answer)
    else:
        job.answer.set_exception(error)
