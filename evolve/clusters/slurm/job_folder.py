"""The folder of one job, by which a run and the hosts of its cluster find each other without an open port."""

import json
import os
from dataclasses import dataclass
from pathlib import Path

from evolve.clusters.channels.message import Message
from evolve.clusters.setup import Setup
from evolve.errors import last_line
from evolve.store.paths import write_whole

_REFUSED = "refused-"


@dataclass(frozen=True, slots=True)
class JobFolder:
    """The layout of one job's folder; only its user may enter it, since a token lies there.

    Attributes:
        folder: On a disk that all hosts of the job see, and the machine that submits it.
    """

    folder: Path

    @property
    def to_home(self) -> Path:
        """What the cluster tells the run."""
        return self.folder / "to-home"

    @property
    def to_cluster(self) -> Path:
        """What the run tells the cluster."""
        return self.folder / "to-cluster"

    @property
    def script(self) -> Path:
        """What is submitted."""
        return self.folder / "job.sh"

    @property
    def log(self) -> Path:
        """What the job's programs print."""
        return self.folder / "job.log"

    def make(self, setup: Setup) -> None:
        """Make the folder, with what its hosts have to know."""
        self.folder.mkdir(mode=0o700, parents=True)
        private = os.open(self._setup, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(private, "w", encoding="utf-8") as file:
            json.dump(setup.to_message().facts, file)

    def read_setup(self) -> Setup:
        """What the hosts have to know."""
        return Setup.from_message(Message("setup", json.loads(self._setup.read_text("utf-8"))))

    def write_head(self, address: str) -> None:
        """Tell the other hosts where to join."""
        write_whole(self._head, address.encode())

    def read_head(self) -> str | None:
        """Where to join; None while it is not known."""
        return _text(self._head)

    def write_refusal(self, host: str, why: str) -> None:
        """Tell the run why a host does not join; does nothing when the run has cleared the folder away."""
        if self.folder.is_dir():
            write_whole(self.folder / f"{_REFUSED}{host}", why.encode())

    def read_refusals(self) -> dict[str, str]:
        """Hosts that do not join, and why, in their order."""
        files = sorted(self.folder.glob(f"{_REFUSED}*"))
        return {file.name.removeprefix(_REFUSED): why for file in files if (why := _text(file)) is not None}

    def mark_over(self) -> None:
        """Tell the other hosts that the cluster ends; does nothing when the run has cleared the folder away."""
        if self.folder.is_dir():
            write_whole(self._over, b"")

    @property
    def is_over(self) -> bool:
        """Whether the cluster ends."""
        return self._over.exists()

    def write_number(self, number: str) -> None:
        """Keep the job's number, so that whoever comes back finds it."""
        write_whole(self._number, f"{number}\n{self.folder.absolute()}".encode())

    def read_number(self) -> str | None:
        """The job's number; None when it was never submitted, or when this is a copy of the folder it speaks to."""
        number, _, folder = (_text(self._number) or "").partition("\n")
        return number if number and folder == str(self.folder.absolute()) else None

    def write_orders(self, count: int) -> None:
        """Keep how many orders the cluster was given."""
        write_whole(self._orders, str(count).encode())

    @property
    def orders(self) -> int:
        """How many orders the cluster was given."""
        return int(_text(self._orders) or 0)

    def last_words(self) -> str:
        """What the job's programs printed last, to be put behind a sentence; empty when it was nothing."""
        words = last_line(_text(self.log) or "")
        return f": {words}" if words else ""

    @property
    def _number(self) -> Path:
        return self.folder / "job.txt"

    @property
    def _orders(self) -> Path:
        return self.folder / "orders.txt"

    @property
    def _setup(self) -> Path:
        return self.folder / "setup.json"

    @property
    def _head(self) -> Path:
        return self.folder / "head"

    @property
    def _over(self) -> Path:
        return self.folder / "over"


def _text(path: Path) -> str | None:
    try:
        return path.read_text("utf-8", "replace")
    except FileNotFoundError:
        return None
