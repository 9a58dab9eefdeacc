"""Where trials run: a cluster that is got for each generation, and let go while people listen."""

import contextlib
from collections.abc import Iterator
from typing import Self

from evolve.clusters.runner import ClusterRunner
from evolve.clusters.session import Launcher, Wish


class ClusterExecution:
    """An `Execution` on clusters that a `Launcher` gets."""

    def __init__(self, launcher: Launcher, wish: Wish) -> None:
        """Nothing is asked for yet."""
        self._launcher, self._wish = launcher, wish

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def get_ready(self, trials: int) -> None:
        """A cluster is asked for only when there is something to run: others may wait for it."""

    @contextlib.contextmanager
    def __call__(self) -> Iterator[ClusterRunner]:
        """See `Execution`."""
        runner = ClusterRunner(self._launcher, self._wish)
        try:
            yield runner
        except BaseException:
            runner.close(in_order=False)
            raise
        runner.close()

    @property
    def is_starting(self) -> bool:
        """Nothing starts in the background."""
        return False

    def abandon(self) -> None:
        """There is nothing to be left to itself."""

    def close(self) -> None:
        """Clusters are let go with their generations."""
